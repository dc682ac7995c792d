//! The OpenAPI 3.1 document of an API, made from the same tables that routes, validation and answers are made from.
//!
//! OpenAPI 3.1 knows no methods of one's own: `LINK` and `UNLINK` stand in each path item under `x-additionalOperations`,
//! which OpenAPI 3.2 knows as `additionalOperations`.

mod common;
mod example;
mod operation;
mod parameters;
mod schema;
mod words;

use crate::entity::Entity;
use crate::route::{Api, Method, Route, Table};
use example::Examples;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Name of the extension that holds operations whose method OpenAPI 3.1 does not know.
pub const MORE_METHODS: &str = "x-additionalOperations";

/// The document of one API; `server` is the address of the installation without a slash at the end.
pub fn document(table: &Table, api: Api, server: &str) -> Value {
    let mut entities: Vec<&'static Entity> = table.routes().iter().filter_map(|route| route.entity).collect();
    entities.sort_by_key(|entity| entity.name);
    entities.dedup_by_key(|entity| entity.name);
    let routes: Vec<&Route> = table.routes().iter().filter(|route| route.api == api).collect();
    let mut builder = Builder::new(api, &entities);
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    let mut tags: BTreeMap<&str, String> = BTreeMap::new();
    let links = routes.iter().any(|route| matches!(route.method, Method::Link | Method::Unlink));
    for route in &routes {
        let (tag, about) = operation::tag(route);
        tags.entry(tag).or_insert(about);
        let operation = builder.operation(route, tag);
        let item = paths
            .entry(format!("{}{}", words::base(api), route.path))
            .or_insert_with(|| Map::from_iter([("parameters".to_owned(), builder.path_parameters(route))]));
        match route.method {
            Method::Link | Method::Unlink => {
                let more = item.entry(MORE_METHODS).or_insert_with(|| json!({}));
                more[route.method.word()] = operation;
            }
            standard => {
                item.insert(standard.word().to_ascii_lowercase(), operation);
            }
        }
    }
    let tags: Vec<Value> =
        tags.into_iter().map(|(name, description)| json!({"name": name, "description": description})).collect();
    json!({
        "openapi": "3.1.0",
        "info": info(api, links),
        "servers": [{"url": server, "description": "This installation"}],
        "security": [{"accessToken": []}, {"clientCredentials": []}],
        "tags": tags,
        "paths": paths,
        "components": builder.components(server),
    })
}

fn info(api: Api, links: bool) -> Value {
    let (title, whom) = match api {
        Api::App => ("Kalends App API", "Apps reach every organization that has installed them."),
        Api::Module => ("Kalends Module API", "Modules are public clients: what a booking page needs, and no more."),
    };
    let description = [whom, ABOUT, if links { LINKS } else { "" }].join("\n\n");
    json!({
        "title": title,
        "version": "3",
        "summary": "Appointment booking",
        "description": description.trim_end(),
        "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"},
    })
}

const ABOUT: &str = "\
**Tokens.** `POST /oauth/token` with `grant_type=client_credentials` gives a refresh token (30 days); with \
`grant_type=refresh_token` and `organization_id` it gives an access token (300 seconds) for that organization and those \
below it. Send it as `Authorization: Bearer …`.

**Answers.** Every answer is an envelope of `messageList` and `content`. A refusal names each wrong field in a message of \
its own, with a stable `code`; its `content` is null. Any path answers 405 with `Allow` to a method it does not know.

**Edits** are partial: what is absent stays, `null` clears. The empty map is `[]`, and a bare value of an inheritance \
object means that value with `inheritance` `OFF`. Fields that are not known are ignored, each with an `info` message.

**Safe repetition.** `Idempotency-Key` on any POST, `If-Match` with the `ETag` of `show` on changes.";

const LINKS: &str = "\
**LINK and UNLINK.** Records are linked by two methods that HTTP clients can send like any other: \
`curl -X LINK …/customer/{customerId}/customerGroup/{customerGroupId}/link`. They have neither body nor `Content-Length`. \
OpenAPI 3.1 cannot describe methods of one's own, so in the JSON document they stand in the path items under \
`x-additionalOperations`; this page shows them with the others.";

/// Collects the components that the operations of one document refer to.
struct Builder<'a> {
    api: Api,
    examples: Examples<'a>,
    schemas: BTreeMap<String, Value>,
    responses: BTreeMap<String, Value>,
    parameters: BTreeMap<String, Value>,
}

impl<'a> Builder<'a> {
    fn new(api: Api, entities: &'a [&'static Entity]) -> Self {
        let parameters = common::header_parameters().map(|(name, parameter)| (name.to_owned(), parameter));
        Self {
            api,
            examples: Examples { entities },
            schemas: common::schemas().into_iter().collect(),
            responses: common::refusal_components().into_iter().collect(),
            parameters: parameters.into_iter().collect(),
        }
    }

    /// The schema under that name, made when it is needed first; answers the reference to it.
    fn schema(&mut self, name: &str, make: impl FnOnce() -> Value) -> Value {
        if !self.schemas.contains_key(name) {
            self.schemas.insert(name.to_owned(), make());
        }
        json!({"$ref": format!("#/components/schemas/{name}")})
    }

    fn path_parameters(&mut self, route: &Route) -> Value {
        let names = ["locale"].into_iter().chain(route.parameters());
        let references = names.map(|name| {
            let (component, parameter) = parameters::path(name, self.examples);
            let reference = json!({"$ref": format!("#/components/parameters/{component}")});
            self.parameters.insert(component, parameter);
            reference
        });
        references.collect()
    }

    fn components(self, server: &str) -> Value {
        json!({
            "securitySchemes": common::security_schemes(server),
            "headers": common::headers(),
            "parameters": self.parameters,
            "responses": self.responses,
            "schemas": self.schemas,
        })
    }
}

#[cfg(test)]
mod tests;
