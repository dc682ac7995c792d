//! The developer service: `/developer/{locale}/…` (PLATFORM sections 1, 2 and 5).
//!
//! Invariant: a page of an account begins with [`enter`], which lets in those who belong to it and answers 404 to everybody
//! else, as it does for an account that is not there.

mod accounts;
mod actions;
mod clients;
mod fields;
mod licenses;
mod permissions;
mod register;
mod settings;
mod team;
mod walk;

use super::page::Page;
use super::visitor::Visitor;
use super::{login, respond};
use crate::Web;
use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::tz::TimeZone;
use kalends_catalog::locale::Locale;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_engine::{Micros, id};
use kalends_service::call::Idempotency;
use kalends_service::developer::ClientKind;
use kalends_service::people::sessions::Session;
use kalends_service::tokens::digest;
use kalends_service::{Call, Caller};
use std::sync::Arc;

/// Every page of the service, on one screen.
pub(crate) fn router() -> Router<Arc<Web>> {
    let account = |path: &str| format!("/developer/{{locale}}/developerAccount/{{account}}{path}");
    Router::new()
        .route("/developer/{locale}", get(accounts::home))
        .route("/developer/{locale}/", get(accounts::home))
        .route("/developer/{locale}/developerAccount/add", get(register::form).post(register::submit))
        .route(&account(""), get(accounts::overview))
        .route(&account("/"), get(accounts::overview))
        .route(&account("/edit"), get(accounts::form).post(accounts::save))
        .route(&account("/team"), get(team::show))
        .route(&account("/team/invite"), post(team::invite))
        .route(&account("/team/withdraw"), post(team::withdraw))
        .route(&account("/team/remove"), post(team::remove))
        .route(&account("/license"), get(licenses::list))
        .route(&account("/license/add"), get(licenses::new).post(licenses::add))
        .route(&account("/license/{license}"), get(licenses::form).post(licenses::save))
        .route(&account("/license/{license}/delete"), post(licenses::delete))
        .route(&account("/walk"), get(walk::form).post(walk::step))
        .route(&account("/{kind}"), get(clients::list))
        .route(&account("/{kind}/add"), get(clients::new).post(clients::add))
        .route(&account("/{kind}/{id}"), get(clients::show))
        .route(&account("/{kind}/{id}/edit"), get(clients::form).post(clients::save))
        .route(&account("/{kind}/{id}/permissions"), get(permissions::form).post(permissions::save))
        .route(&account("/{kind}/{id}/settings"), get(settings::form).post(settings::save))
        .route(&account("/{kind}/{id}/log"), get(clients::log))
        .route(&account("/{kind}/{id}/secret"), post(actions::secret))
        .route(&account("/{kind}/{id}/installKey"), post(actions::install_key))
        .route(&account("/{kind}/{id}/install"), post(actions::install))
        .route(&account("/{kind}/{id}/tokens"), post(actions::tokens))
        .route(&account("/{kind}/{id}/activate"), post(actions::activate))
        .route(&account("/{kind}/{id}/deactivate"), post(actions::deactivate))
        .route(&account("/{kind}/{id}/delete"), get(actions::ask).post(actions::delete))
}

/// Somebody inside of a developer account.
#[derive(Debug)]
pub(super) struct Entered {
    visitor: Visitor,
    session: Session,
    account: Record,
}

/// The places of an account that every page leads to.
#[derive(Debug, Clone)]
struct Nav {
    account: String,
    base: String,
    current: &'static str,
}

impl Nav {
    /// Key of the words, address, and what it is called in `current`.
    fn items(&self) -> Vec<(&'static str, String, &'static str)> {
        let place = |key, path: &str, name| (key, format!("{}{path}", self.base), name);
        vec![
            place("developer-nav-overview", "/", "overview"),
            place("developer-nav-apps", "/app", "app"),
            place("developer-nav-modules", "/module", "module"),
            place("developer-nav-licenses", "/license", "license"),
            place("developer-nav-team", "/team", "team"),
            place("developer-nav-walk", "/walk", "walk"),
        ]
    }
}

/// The visitor in a page of `/developer/{locale}/…`; a locale without messages is no address.
#[expect(clippy::result_large_err, reason = "the refusal is the answer itself, made once a request")]
fn located(visitor: Visitor, locale: &str) -> Result<Visitor, Response> {
    match Locale::parse_segment(locale) {
        Some(_) => Ok(visitor),
        None => Err(respond::failure(&visitor, &Failure::not_found())),
    }
}

/// Lets a visitor into a developer account.
async fn enter(web: &Web, visitor: Visitor, locale: &str, account: &str) -> Result<Entered, Response> {
    let visitor = located(visitor, locale)?;
    let Some(session) = visitor.session.clone() else {
        let place = format!("/developer/{}/", visitor.language.code());
        return Err(respond::see_other(&visitor, &login::address(&visitor, &place)));
    };
    match web.service.developer_account(&session.user.id, account).await {
        Ok(account) => Ok(Entered { visitor, session, account }),
        Err(failure) => Err(respond::failure(&visitor, &failure)),
    }
}

impl Entered {
    /// Where the account's pages begin.
    fn base(&self) -> String {
        format!("/developer/{}/developerAccount/{}", self.visitor.language.code(), self.account.id)
    }

    fn page(&self, title: &'static str) -> Page {
        Page::new(&self.visitor, title)
    }

    fn nav(&self, current: &'static str) -> Nav {
        Nav { account: self.account.text("name").to_owned(), base: self.base(), current }
    }

    /// A call of this person for her account. `version` is that of the record a form was made of.
    fn call(&self, web: &Web, version: Option<&str>) -> Call {
        let call = web.service.person_call(Some(&self.session.user.id), self.visitor.language);
        let caller = Caller { developer_account_id: self.account.id.clone(), ..Caller::clone(&call.caller) };
        Call {
            caller: Arc::new(caller),
            // A text that is no number is the version of nothing.
            if_match: version.map(|version| version.parse().unwrap_or(-1)),
            request_id: Arc::from(id::alphanumerics(20, web.entropy()).as_str()),
            ..call
        }
    }

    /// The same for a form that acts once: `once` is the number it was made with.
    fn call_once(&self, web: &Web, once: &str) -> Call {
        let key = digest(&["developer form", &self.session.user.id, once].join("\n"));
        Call { idempotency: Some(Idempotency { key, body_hash: String::new() }), ..self.call(web, None) }
    }

    /// A moment in the person's own zone.
    fn when(&self, at: Micros) -> String {
        let zone = TimeZone::get(&self.session.user.time_zone).unwrap_or(TimeZone::UTC);
        let Ok(instant) = jiff::Timestamp::from_microsecond(at) else { return String::new() };
        instant.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
    }

    /// A refusal as a page.
    fn refused(&self, failure: &Failure) -> Response {
        respond::failure(&self.visitor, failure)
    }

    /// On to a page of the account, after something was done.
    fn go(&self, path: &str) -> Response {
        respond::see_other(&self.visitor, &format!("{}{path}", self.base()))
    }
}

/// `app` or `module` in an address.
fn kind(word: &str) -> Result<ClientKind, Failure> {
    match word {
        "app" => Ok(ClientKind::App),
        "module" => Ok(ClientKind::Module),
        _ => Err(Failure::not_found()),
    }
}

/// The word of a kind in addresses.
fn word(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::App => "app",
        ClientKind::Module => "module",
    }
}

/// A number for a form that acts once.
fn once(web: &Web) -> String {
    id::alphanumerics(24, web.entropy())
}
