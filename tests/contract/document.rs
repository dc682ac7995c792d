//! The contract as data.

use kalends_engine::route::{Api, Route};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// One operation of the contract.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Operation {
    #[serde(skip, default = "app")]
    pub api: Api,
    #[serde(rename = "operation")]
    pub name: String,
    pub entity: String,
    pub method: String,
    pub path: String,
    pub status: Value,
    pub json: bool,
    pub request_body: bool,
    pub token_organization: bool,
    pub request_example: Option<Value>,
    pub response_example: Option<Value>,
}

fn app() -> Api {
    Api::App
}

impl Operation {
    /// `app customer_add`: how the committed lists name it.
    pub(super) fn key(&self) -> String {
        key(self.api, &self.name)
    }

    /// Names of the path's parameters.
    pub(super) fn parameters(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    /// The word after the last underscore: `add`, `show`, `link`, `listMonth`.
    pub(super) fn verb(&self) -> &str {
        self.name.rsplit('_').next().unwrap_or(&self.name)
    }

    /// The route that serves exactly this operation.
    pub(super) fn route<'r>(&self, routes: &'r [Route]) -> Option<&'r Route> {
        routes.iter().find(|route| route.api == self.api && route.operation == self.name)
    }
}

pub(super) fn key(api: Api, operation: &str) -> String {
    format!("{} {operation}", if api == Api::App { "app" } else { "module" })
}

/// The folder of the contract.
pub(super) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../contract")
}

fn read(name: &str) -> String {
    let path = folder().join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Every operation of both APIs in the order of the files.
pub(super) fn operations() -> Vec<Operation> {
    let load = |api, name| {
        let list: Vec<Operation> = serde_json::from_str(&read(name)).expect("the contract is JSON");
        list.into_iter().map(move |operation| Operation { api, ..operation })
    };
    load(Api::App, "app-v3.json").chain(load(Api::Module, "module-v3.json")).collect()
}

/// A committed list of operations: one a line, `#` begins a comment.
pub(super) fn committed(name: &str) -> BTreeSet<String> {
    let lines = read(name);
    let lines = lines.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    lines.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Two-character prefixes of ids with their entities.
pub(super) fn prefixes() -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&read("id-prefixes.json")).expect("JSON");
    let prefixes = document["prefixes"].as_object().expect("an object");
    prefixes.iter().map(|(entity, prefix)| (prefix.as_str().expect("a text").to_owned(), entity.clone())).collect()
}

/// JSON as PHP's encoder writes it: slashes and everything beyond ASCII escaped, an empty map as a list.
pub(super) fn php(value: &Value) -> String {
    let mut text = String::new();
    for letter in bracketed(value).to_string().replace('/', "\\/").chars() {
        if letter.is_ascii() {
            text.push(letter);
        } else {
            let mut units = [0; 2];
            text.extend(letter.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    text
}

fn bracketed(value: &Value) -> Value {
    match value {
        Value::Object(map) if map.is_empty() => Value::Array(Vec::new()),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), bracketed(value))).collect(),
        Value::Array(list) => list.iter().map(bracketed).collect(),
        _ => value.clone(),
    }
}
