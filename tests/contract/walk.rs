//! Calls every operation that is served, with the contract's example.
//!
//! There is no order written down: an operation is called as soon as everything its path and its example name has been
//! made by another one; what makes things comes first, what removes them last, youngest first.

use super::document::{Operation, operations, prefixes};
use super::fixtures::{Clients, FIXED, PERSONAL, STEPS, TAKEN, WRITTEN};
use super::{answers, document, guards};
use kalends_engine::route::{Api, Route};
use kalends_testkit::app::TestApp;
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Makes, prepares, links, reads, edits, acts, ends, unlinks, deletes: the order among operations that are possible.
fn rank(operation: &Operation) -> u8 {
    match (operation.method.as_str(), operation.verb()) {
        ("POST", verb) if verb != "resend" => 0,
        ("LINK", _) => 2,
        ("GET", _) => 3,
        ("PUT", "edit") => 4,
        ("PUT", "cancel") => 7,
        ("UNLINK", _) => 8,
        ("DELETE", _) => 9,
        _ => 6,
    }
}

/// `name` of an operation or body that is not known yet.
struct Missing(String);

struct Walk<'a> {
    app: &'a TestApp,
    routes: Vec<Route>,
    clients: &'a Clients,
    contract: &'a [Operation],
    /// Ends every `customId`, so that several walks find room in one database.
    salt: &'a str,
    /// Whether what every operation must refuse is tried as well.
    guarded: bool,
    prefixes: Vec<(String, String)>,
    /// Entities whose records some operation of the contract makes or lists.
    obtainable: BTreeSet<String>,
    /// `customerId` and the ids known for it, the preferred one first.
    ids: BTreeMap<String, Vec<String>>,
    custom_ids: HashMap<String, Vec<String>>,
    results: HashMap<String, Value>,
    /// The bodies that were sent, by operation.
    sent: BTreeMap<String, Value>,
    slots_used: usize,
    /// Operations in the order of their calls.
    called: Vec<String>,
    callers: HashMap<(Api, bool), Caller>,
    /// Calls what needs a person.
    person: Option<Caller>,
    complaints: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(app: &'a TestApp, clients: &'a Clients, contract: &'a [Operation]) -> Self {
        let makes = |operation: &&Operation| {
            matches!(operation.verb(), "add" | "list" | "index" | "listMonth") && operation.method != "LINK"
        };
        let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let apps = [&app.app, &clients.others[0], &clients.others[1]].map(|client| client.record_id.clone());
        ids.insert("appId".into(), apps.into());
        ids.insert("moduleId".into(), vec![clients.module.record_id.clone()]);
        ids.insert("developerAccountId".into(), vec![app.account.id.clone()]);
        let client = |client: &kalends_service::developer::NewClient| json!({"id": client.record_id, "installKey": client.install_key});
        Self {
            app,
            routes: app.web.service.routes.routes().to_vec(),
            clients,
            contract,
            salt: "",
            guarded: false,
            prefixes: prefixes(),
            obtainable: contract.iter().filter(makes).map(|operation| operation.entity.clone()).collect(),
            ids,
            custom_ids: HashMap::new(),
            results: HashMap::from([
                ("offered app".into(), client(&clients.offered)),
                ("module".into(), client(&clients.module)),
            ]),
            sent: BTreeMap::new(),
            slots_used: 0,
            called: Vec::new(),
            callers: HashMap::new(),
            person: None,
            complaints: Vec::new(),
        }
    }

    /// What stands at a place of this operation by the table of exceptions.
    fn taken(&self, operation: &Operation, name: &str) -> Option<Result<String, Missing>> {
        let key = operation.key();
        let is_meant = |of: &str| of.strip_suffix('*').map_or(of == key, |beginning| key.starts_with(beginning));
        let (_, _, from, property) = TAKEN.iter().find(|(of, at, _, _)| is_meant(of) && *at == name)?;
        let value = self.results.get(*from).and_then(|result| result[*property].as_str());
        Some(value.map(str::to_owned).ok_or_else(|| Missing((*from).to_owned())))
    }

    fn id(&self, name: &str, nth: usize) -> Result<String, Missing> {
        let ids = self.ids.get(name).filter(|ids| !ids.is_empty()).ok_or_else(|| Missing(name.to_owned()))?;
        Ok(ids[nth % ids.len()].clone())
    }

    fn parameter(&self, operation: &Operation, name: &str) -> Result<String, Missing> {
        if let Some((_, value)) = FIXED.iter().find(|(fixed, _)| *fixed == name) {
            return Ok((*value).to_owned());
        }
        for name in [name.to_owned(), format!("{{{name}}}")] {
            if let Some(taken) = self.taken(operation, &name) {
                return taken;
            }
        }
        match name {
            "customId" => {
                let known = self.custom_ids.get(&operation.entity).and_then(|known| known.first());
                known.cloned().ok_or_else(|| Missing(format!("customId of {}", operation.entity)))
            }
            // The second record of its kind: nothing is linked with itself.
            "customEntityRelatedId" => match self.ids.get("customEntityId") {
                Some(ids) if ids.len() > 1 => Ok(ids[1].clone()),
                _ => Err(Missing("a second customEntityId".into())),
            },
            _ => self.id(name, 0),
        }
    }

    fn path(&self, operation: &Operation) -> Result<String, Missing> {
        let mut path = operation.path.clone();
        for name in operation.parameters() {
            path = path.replace(&format!("{{{name}}}"), &self.parameter(operation, name)?);
        }
        if matches!(operation.verb(), "filter" | "filterAll") {
            let word = self.custom_ids.get(&operation.entity).and_then(|known| known.first());
            path = format!("{path}?searchQuery={}", word.map_or("test", String::as_str));
        }
        Ok(path)
    }

    /// The example with real ids instead of `70xxx…`.
    fn fill(&self, operation: &Operation, name: &str, nth: usize, example: &Value) -> Result<Value, Missing> {
        if let Some((_, _, json)) = WRITTEN.iter().find(|(of, at, _)| *of == operation.key() && *at == name) {
            return Ok(serde_json::from_str(json).expect("JSON"));
        }
        match example {
            Value::Object(map) => {
                let filled = map.iter().map(|(key, value)| Ok((key.clone(), self.fill(operation, key, 0, value)?)));
                Ok(Value::Object(filled.collect::<Result<_, Missing>>()?))
            }
            Value::Array(list) => {
                let one = name.strip_suffix("List").unwrap_or(name);
                let filled = list.iter().enumerate().map(|(nth, value)| self.fill(operation, one, nth, value));
                Ok(Value::Array(filled.collect::<Result<_, Missing>>()?))
            }
            Value::String(text) if is_placeholder(text) => {
                if let Some(taken) = self.taken(operation, name) {
                    return taken.map(Value::String);
                }
                let by_prefix = || self.prefixes.iter().find(|(prefix, _)| text.starts_with(prefix.as_str()));
                let entity = name.strip_suffix("Id").filter(|entity| self.obtainable.contains(*entity));
                match entity.map(str::to_owned).or_else(|| by_prefix().map(|(_, entity)| entity.clone())) {
                    Some(entity) if self.obtainable.contains(&entity) => {
                        // A slot is free once.
                        let nth = if entity == "bookingSlot" { self.slots_used } else { nth };
                        self.id(&format!("{entity}Id"), nth).map(Value::String)
                    }
                    // Nothing in the contract makes or lists it, such as a tariff: any id will do.
                    _ => Ok(example.clone()),
                }
            }
            _ => Ok(example.clone()),
        }
    }

    fn body(&self, operation: &Operation) -> Result<Option<Value>, Missing> {
        let Some(example) = &operation.request_example else { return Ok(None) };
        let mut body = self.fill(operation, "", 0, example)?;
        if operation.method == "POST" {
            let used = self.custom_ids.get(&operation.entity);
            let example = format!("{}{}", body["customId"].as_str().unwrap_or("contract"), self.salt);
            body["customId"] = json!(example);
            if used.is_some_and(|used| used.contains(&example)) {
                body["customId"] = json!(format!("{example}{}", used.map_or(0, Vec::len)));
            }
        }
        Ok(Some(body))
    }

    /// The app with a person who may do everything in the organization.
    async fn personal_caller(&mut self) -> Result<Caller, Missing> {
        if let Some(caller) = &self.person {
            return Ok(caller.clone());
        }
        let organization = self.id("organizationId", 0)?;
        let user = self.app.user(&format!("walker{}@example.com", self.salt)).await;
        let service = &self.app.web.service;
        let call = kalends_service::Call::system(service.clock.now(), std::sync::Arc::clone(&service.entropy));
        service.add_admin(&call, &organization, &user).await.expect("an admin");
        let token = self.app.user_token(&self.app.app, &user, &organization).await;
        Ok(self.person.insert(self.app.caller("/app/v3/de", &token)).clone())
    }

    async fn caller(&mut self, operation: &Operation) -> Result<Caller, Missing> {
        if PERSONAL.contains(&operation.name.as_str()) {
            return self.personal_caller().await;
        }
        let key = (operation.api, operation.token_organization);
        if let Some(caller) = self.callers.get(&key) {
            return Ok(caller.clone());
        }
        let organization = if operation.token_organization { self.id("organizationId", 0)? } else { String::new() };
        let (client, base) = match operation.api {
            Api::App => (&self.app.app, "/app/v3/de"),
            Api::Module => {
                // Installed by `moduleConfig_add`.
                self.id("moduleConfigId", 0)?;
                (&self.clients.module, "/module/v3/de")
            }
        };
        let token = self.app.access_token(client, &organization).await;
        let caller = self.app.caller(base, &token);
        self.callers.insert(key, caller.clone());
        Ok(caller)
    }

    /// Calls an operation if everything it names is known.
    async fn attempt(&mut self, operation: &Operation) -> Result<(), Missing> {
        self.call(operation, &operation.key()).await?;
        self.called.push(operation.key());
        Ok(())
    }

    /// Calls an operation and keeps what it answers under a name.
    async fn call(&mut self, operation: &Operation, name: &str) -> Result<(), Missing> {
        let (path, body) = (self.path(operation)?, self.body(operation)?);
        let caller = self.caller(operation).await?;
        let mut complaints = if self.guarded && name == operation.key() {
            guards::before(&caller, operation, &path, body.as_ref()).await
        } else {
            Vec::new()
        };
        let key = guards::key(operation).filter(|_| self.guarded);
        let headers: Vec<(&str, &str)> = key.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let headers = if name == operation.key() { &headers[..] } else { &[] };
        let answer = send(&caller, operation, &path, body.as_ref(), headers).await;
        let wanted = operation.status.as_u64().unwrap_or(404);
        if let Some(body) = &body {
            self.sent.insert(operation.name.clone(), body.clone());
        }
        let wrong = answers::check(operation, &answer, wanted);
        if wrong.is_empty() {
            if !headers.is_empty() || operation.method == "GET" {
                complaints.extend(guards::after(&caller, operation, &path, body.as_ref(), &answer).await);
            }
            self.learn(operation, &answer.json["content"], name);
            self.slots_used += usize::from(body.is_some_and(|body| body["bookingSlotId"].is_string()));
            complaints.extend(self.listed(operation, &answer.json["content"]));
        }
        complaints.extend(wrong);
        if operation.verb() == "delete" {
            complaints.extend(self.gone(operation, &caller).await);
        }
        let place = format!("{}: {} {path}", operation.key(), operation.method);
        self.complaints.extend(complaints.into_iter().map(|complaint| format!("{place} {complaint}")));
        Ok(())
    }

    /// Keeps the ids of an answer.
    fn learn(&mut self, operation: &Operation, content: &Value, name: &str) {
        let makes = operation.method == "POST" && operation.verb() != "resend";
        let made = if content["recordList"].is_array() && makes { &content["recordList"][0] } else { content };
        if makes {
            self.results.insert(name.to_owned(), made.clone());
            // The first one made is the one that is used; what a list or a fixture showed before is not.
            let add = format!(" {}_add", operation.entity);
            let first = name == operation.key() && !self.called.iter().any(|key| key.ends_with(&add));
            let put = |known: &mut Vec<String>, value: &str| {
                known.insert(if first { 0 } else { known.len() }, value.to_owned());
            };
            if let Some(custom_id) = made["customId"].as_str().filter(|custom_id| !custom_id.is_empty()) {
                put(self.custom_ids.entry(operation.entity.clone()).or_default(), custom_id);
            }
            if let Some(id) = made["id"].as_str() {
                put(self.ids.entry(format!("{}Id", operation.entity)).or_default(), id);
            }
        }
        for record in ["recordList", "list"].iter().flat_map(|list| content[*list].as_array().into_iter().flatten()) {
            let Some(id) = record["id"].as_str().filter(|id| id.len() == 32) else { continue };
            let Some((_, entity)) = self.prefixes.iter().find(|(prefix, _)| id.starts_with(prefix.as_str())) else {
                continue;
            };
            let known = self.ids.entry(format!("{entity}Id")).or_default();
            if known.is_empty() || (entity == "bookingSlot" && !known.iter().any(|other| other == id)) {
                known.push(id.to_owned());
            }
            if let Some(custom_id) = record["customId"].as_str().filter(|custom_id| !custom_id.is_empty()) {
                let known = self.custom_ids.entry(entity.clone()).or_default();
                if known.is_empty() {
                    known.push(custom_id.to_owned());
                }
            }
        }
    }

    /// A record that was made (or linked) must stand in every list of its kind.
    fn listed(&self, operation: &Operation, content: &Value) -> Option<String> {
        let list = content["recordList"].as_array()?;
        let (beginning, verb) = operation.name.rsplit_once('_')?;
        let entity = &operation.entity;
        let made = self.called.contains(&format!("app {entity}_add")) && operation.api == Api::App;
        let expected = made
            && matches!(verb, "list" | "index" | "filter" | "listAll" | "indexAll" | "filterAll")
            && (beginning == entity || self.called.contains(&format!("app {beginning}_link")));
        let id = self.id(&format!("{entity}Id"), 0).ok()?;
        (expected && list.iter().all(|record| record["id"] != id.as_str())).then(|| format!("does not list {id}"))
    }

    /// What was deleted is no longer there.
    async fn gone(&self, operation: &Operation, caller: &Caller) -> Option<String> {
        let show = format!("{}_show", operation.entity);
        let show = operations().into_iter().find(|other| other.api == operation.api && other.name == show)?;
        // An organization that is gone answers as one that never was.
        let wanted = if operation.entity == "organization" { 403 } else { 404 };
        let path = self.path(&Operation { path: show.path.clone(), ..operation.clone() }).ok()?;
        let answer = caller.get(&path).await;
        (answer.status != wanted).then(|| format!("leaves it to be shown: {}", answer.status))
    }

    /// The calls of the fixtures that have become possible.
    async fn prepare(&mut self, steps: &mut Vec<(&str, &str, &str)>) {
        for (name, key, body) in std::mem::take(steps) {
            let operation = self.contract.iter().find(|operation| operation.key() == key).expect("an operation");
            let example: Value = serde_json::from_str(body).expect("JSON");
            let step = Operation { request_example: Some(example), response_example: None, ..operation.clone() };
            let served = operation.route(&self.routes).is_some();
            let ready = served && self.path(&step).is_ok() && self.body(&step).is_ok();
            if !ready || self.call(&step, name).await.is_err() {
                steps.push((name, key, body));
            }
        }
    }

    async fn run(&mut self, contract: &[Operation]) {
        let served = contract.iter().filter(|operation| operation.route(&self.routes).is_some());
        let mut pending: Vec<&Operation> = served.collect();
        let mut steps = STEPS.to_vec();
        loop {
            pending.sort_by_key(|operation| (rank(operation), std::cmp::Reverse(self.age(operation))));
            self.prepare(&mut steps).await;
            let mut done = None;
            for (index, operation) in pending.iter().enumerate() {
                if self.attempt(operation).await.is_ok() {
                    done = Some(index);
                    break;
                }
            }
            let Some(index) = done else { break };
            pending.remove(index);
        }
        for operation in pending {
            let missing = [self.path(operation).err(), self.body(operation).err()].into_iter().flatten().next();
            let missing = missing.map_or_else(|| "a token".to_owned(), |Missing(name)| name);
            self.complaints.push(format!(
                "{} was not called: nothing made or listed {missing}; add what makes it to tests/contract/fixtures.rs",
                operation.key()
            ));
        }
    }

    /// When the records a deletion removes were made: the youngest go first.
    fn age(&self, operation: &Operation) -> usize {
        let add = format!(" {}_add", operation.entity);
        if operation.method != "DELETE" {
            return 0;
        }
        self.called.iter().position(|key| key.ends_with(&add)).unwrap_or(0)
    }
}

fn is_placeholder(text: &str) -> bool {
    text.len() == 32 && text.bytes().skip(2).all(|byte| byte.eq_ignore_ascii_case(&b'x'))
}

/// Sends a body as PHP writes it: `\/`, `\u` escapes, `[]` for an empty map.
pub(super) async fn send(
    caller: &Caller,
    operation: &Operation,
    path: &str,
    body: Option<&Value>,
    headers: &[(&str, &str)],
) -> Answer {
    let mut request = caller.request(&operation.method, path).header("content-type", "application/json; charset=utf-8");
    if let Some(body) = body {
        request = request.body(document::php(body));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::read(request.send().await.expect("an answer")).await
}

both! {
    /// Every operation that is served was called with its example and answered as the contract says.
    async fn every_operation(app) {
        let contract = operations();
        let clients = Clients::of_examples(&app, &contract).await;
        let mut walk = Walk { guarded: true, ..Walk::new(&app, &clients, &contract) };
        walk.run(&contract).await;
        let called: BTreeSet<&String> = walk.called.iter().collect();
        let served = contract.iter().filter(|operation| operation.route(&walk.routes).is_some());
        let left: Vec<String> = served.map(Operation::key).filter(|key| !called.contains(key)).collect();
        let count = walk.complaints.len();
        assert!(walk.complaints.is_empty(), "{count} complaints:\n{}", walk.complaints.join("\n"));
        assert!(left.is_empty(), "served and never called: {left:?}");
    }
}

/// An organization in which the contract's examples made one record of everything.
pub(crate) struct Prepared {
    /// Paths begin after the locale.
    pub(crate) caller: Caller,
    /// `customerId` and the record's id, and so on.
    pub(crate) ids: BTreeMap<String, String>,
    /// The bodies that made them, by operation.
    pub(crate) sent: BTreeMap<String, Value>,
}

/// Calls what makes and lists records, and nothing else; `salt` tells several of them apart.
pub(crate) async fn prepared(app: &TestApp, salt: &str) -> Prepared {
    let contract = operations();
    let clients = Clients::of_examples(app, &contract).await;
    let needed = |operation: &&Operation| {
        let plain_list = operation.name == format!("{}_list", operation.entity) && operation.entity != "static";
        operation.api == Api::App && (rank(operation) == 0 || plain_list || operation.name == "organization_show")
    };
    let needed: Vec<Operation> = contract.iter().filter(needed).cloned().collect();
    let mut walk = Walk { salt, ..Walk::new(app, &clients, &contract) };
    walk.run(&needed).await;
    let caller = walk.callers.remove(&(Api::App, true)).expect("an organization was made");
    let ids = walk.ids.into_iter().filter_map(|(name, ids)| Some((name, ids.into_iter().next()?)));
    Prepared { caller, ids: ids.collect(), sent: walk.sent }
}
