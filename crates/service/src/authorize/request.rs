//! Reading an authorization request: who asks, where the answer goes, then everything else. The order matters: nothing is
//! told to an address before it is known to be the client's own (rows A and B of the attack matrix).

use super::{ASKED, App, LOGIN_LIFE, OPAQUE_MAX, Pairs, Refused, Request, SECOND, Target, Told, page};
use crate::Service;
use crate::call::{Caller, Kind};
use crate::people::seals::Purpose;
use kalends_engine::{Micros, id};
use kalends_entities as entities;
use kalends_oauth::redirect;
use kalends_store::{params, records};
use serde_json::Value;

/// Parameters that may come once only.
const KNOWN: &[&str] = &[
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "nonce",
    "prompt",
    "max_age",
    "login_hint",
    "ui_locales",
    "organization_id",
    "resource",
    "request",
    "request_uri",
    ASKED,
];

fn once<'a>(pairs: &'a [(String, String)], name: &str) -> Result<Option<&'a str>, ()> {
    let mut values = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let first = values.next().filter(|value| !value.is_empty());
    if values.next().is_some() { Err(()) } else { Ok(first) }
}

fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

impl Service {
    /// Reads a request: first who asks and where the answer goes, then everything else.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn authorization_request(&self, pairs: &Pairs) -> Result<Request, Refused> {
        let client_id = once(pairs, "client_id").map_err(|()| page("client_twice"))?;
        let (app, uris) =
            self.authorizing_app(client_id.unwrap_or_default()).await?.ok_or_else(|| page("client_unknown"))?;
        let asked = once(pairs, "redirect_uri").map_err(|()| page("redirect_twice"))?;
        let asked = asked.ok_or_else(|| page("redirect_missing"))?;
        if !uris.iter().any(|known| redirect::matches(known, asked)) {
            return Err(page("redirect_unknown"));
        }
        let state = once(pairs, "state");
        let target = Target { redirect_uri: asked.to_owned(), state: state.unwrap_or(None).map(str::to_owned) };
        let told = |error, description| Refused::Told(target.clone(), Told { error, description });
        let invalid = |description| told("invalid_request", description);
        for (index, (name, _)) in pairs.iter().enumerate() {
            if KNOWN.contains(&name.as_str()) && pairs[..index].iter().any(|(other, _)| other == name) {
                return Err(invalid("a parameter was sent twice"));
            }
        }
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
        if !get("request").is_empty() {
            return Err(told("request_not_supported", "request objects are not supported"));
        }
        if !get("request_uri").is_empty() {
            return Err(told("request_uri_not_supported", "request_uri is not supported"));
        }
        match get("response_type") {
            "code" => {}
            "" => return Err(invalid("response_type is missing")),
            _ => return Err(told("unsupported_response_type", "use response_type=code")),
        }
        if !matches!(get("response_mode"), "" | "query") {
            return Err(invalid("use response_mode=query"));
        }
        match (get("code_challenge"), get("code_challenge_method")) {
            (challenge, "S256") if is_challenge(challenge) => {}
            ("", _) => return Err(invalid("code_challenge is missing: PKCE is required of every client")),
            (_, "S256") => return Err(invalid("code_challenge must be 43 characters of base64url")),
            _ => return Err(invalid("use code_challenge_method=S256")),
        }
        if get("nonce").len() > OPAQUE_MAX || get("state").len() > OPAQUE_MAX {
            return Err(invalid("state and nonce may have 2048 bytes at most"));
        }
        let prompts: Vec<&str> = get("prompt").split(' ').filter(|word| !word.is_empty()).collect();
        if prompts.iter().any(|word| !matches!(*word, "none" | "login" | "consent" | "select_account")) {
            return Err(invalid("prompt must be none, login, consent or select_account"));
        }
        let none = prompts.contains(&"none");
        if none && prompts.len() > 1 {
            return Err(invalid("prompt=none stands alone"));
        }
        let max_age = match get("max_age") {
            "" => None,
            text => Some(text.parse::<u32>().map_err(|_| invalid("max_age must be a number of seconds"))?),
        };
        if let Some(resource) = Some(get("resource")).filter(|resource| !resource.is_empty()) {
            let rest = resource.strip_prefix(&*self.public_url);
            if resource.contains('#') || !rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
                return Err(told("invalid_target", "the resource is not served here"));
            }
        }
        let organization_id = Some(get("organization_id")).filter(|id| !id.is_empty()).map(str::to_owned);
        if organization_id.as_ref().is_some_and(|id| !id::has_shape(id, entities::organization::ENTITY.prefix)) {
            return Err(told("invalid_target", "organization_id is not an organization's id"));
        }
        let now = self.clock.now();
        let again = prompts.iter().any(|word| matches!(*word, "login" | "select_account"));
        let asked_at =
            self.seals.open(Purpose::Reauthentication, client_id.unwrap_or_default(), get(ASKED), LOGIN_LIFE, now);
        let login_after = match (again, max_age) {
            (true, _) => Some(asked_at.unwrap_or(Micros::MAX)),
            (false, Some(age)) => Some((now - i64::from(age) * SECOND).min(asked_at.unwrap_or(Micros::MAX))),
            (false, None) => None,
        };
        Ok(Request {
            organization_id,
            openid: get("scope").split(' ').any(|scope| scope == "openid"),
            login_hint: get("login_hint").to_owned(),
            challenge: get("code_challenge").to_owned(),
            nonce: get("nonce").to_owned(),
            none,
            ask_again: prompts.contains(&"consent"),
            login_after,
            pairs: pairs.clone(),
            app,
            target,
        })
    }

    async fn authorizing_app(&self, client_id: &str) -> Result<Option<(App, Vec<String>)>, Refused> {
        let sql = "SELECT c.kind, c.record_id, c.developer_account_id, c.redirect_uris FROM client c WHERE c.id = $1 AND c.active = 1";
        let Some(row) = self.store.query_opt(sql, &params![client_id]).await? else { return Ok(None) };
        let (kind, entity) = match row.text(0) {
            "APP" => (Kind::App, &entities::app::ENTITY),
            _ => (Kind::Module, &entities::module::ENTITY),
        };
        let reader = &mut &self.store;
        let record = records::find_anywhere(reader, entity.prefix, row.text(1)).await?;
        let account = entities::developer_account::ENTITY.prefix;
        let account = records::find_anywhere(reader, account, row.text(2)).await?;
        let (Some(record), Some(account)) = (record, account) else { return Ok(None) };
        if account.body.get("active").and_then(Value::as_bool) == Some(false) {
            return Ok(None);
        }
        let declared = record.body.get("permissionList").and_then(Value::as_array).into_iter().flatten();
        let caller = Caller {
            kind,
            client_id: client_id.to_owned(),
            record_id: record.id.clone(),
            developer_account_id: account.id.clone(),
            organization_id: None,
            user_id: None,
        };
        let app = App {
            client_id: client_id.to_owned(),
            name: record.text("name").to_owned(),
            account: account.text("name").to_owned(),
            permissions: declared.filter_map(|permission| permission.as_str().map(str::to_owned)).collect(),
            caller,
        };
        let uris: Vec<String> = serde_json::from_str(row.text(3)).unwrap_or_default();
        Ok(Some((app, uris)))
    }
}
