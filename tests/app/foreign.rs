//! Another organization's records under the own path: they do not exist, whatever is done with them.

use crate::contract::walk::{Prepared, prepared};
use kalends_engine::entity::{Entity, Verb};
use kalends_engine::field::{Access, Kind};
use kalends_engine::route::{Action, Api, Route};
use kalends_entities::ENTITIES;
use kalends_testkit::client::Answer;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The path of a route in the own organization; ids of records come from `ids`. Nothing when one is not known.
fn path(route: &Route, own: &Prepared, ids: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let parts: Option<Vec<String>> = route
        .path
        .split('/')
        .skip(1)
        .map(|part| {
            let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
                return Some(part.to_owned());
            };
            match name {
                "organizationId" => Some(own.ids[name].clone()),
                "page" | "month" | "day" | "week" => Some("1".into()),
                "year" => Some("2027".into()),
                "customEntityType" => Some("rentalCar".into()),
                "customId" => Some("nobody".into()),
                "customEntityRelatedId" => ids("customEntityId"),
                _ => ids(name),
            }
        })
        .collect();
    Some(format!("/{}", parts?.join("/")))
}

/// Parameters that name records of an organization.
fn records(route: &Route) -> Vec<&str> {
    let others = ["organizationId", "appId", "moduleId", "licenseId", "packetId"];
    route.parameters().filter(|name| name.ends_with("Id") && !others.contains(name) && *name != "customId").collect()
}

async fn call(own: &Prepared, route: &Route, path: &str) -> Answer {
    let body = json!({});
    own.caller.send(route.method.word(), path, (route.writes()).then_some(&body)).await
}

/// Every record of an organization, as it is shown.
async fn picture(of: &Prepared) -> BTreeMap<String, Value> {
    let organization = &of.ids["organizationId"];
    let mut picture = BTreeMap::new();
    for entity in
        ENTITIES.iter().filter(|entity| entity.verbs.contains(&Verb::Show) && !entity.collection.contains('{'))
    {
        let Some(id) = of.ids.get(&entity.id_parameter()) else { continue };
        let shown = of.caller.get(&format!("/organization/{organization}/{}/{id}/show", entity.collection)).await;
        picture.insert(entity.name.to_owned(), shown.content(200).clone());
    }
    picture
}

both! {
    /// Every route with an id in its path: the same client, the own organization, another one's record.
    async fn every_route(app) {
        let (own, other) = (prepared(&app, "a").await, prepared(&app, "b").await);
        let before = picture(&other).await;
        assert!(before.len() > 3, "{:?}", before.keys());
        let mut walked = 0;
        // What needs a person is asked by one in `tests/rights/operation.rs`.
        let alone = |route: &&Route| route.api == Api::App && route.in_organization && route.operation != "employee_permission";
        for route in app.web.service.routes.routes().iter().filter(alone) {
            let names = records(route);
            // All of them foreign; then each alone among own ones.
            let mut mixtures: Vec<Vec<&str>> = vec![names.clone()];
            if names.len() > 1 {
                mixtures.extend(names.iter().map(|name| vec![*name]));
            }
            for foreign in mixtures.iter().filter(|foreign| !foreign.is_empty()) {
                let ids = |name: &str| {
                    let from = if foreign.contains(&name) { &other } else { &own };
                    from.ids.get(name).cloned()
                };
                let Some(path) = path(route, &own, &ids) else { continue };
                let answer = call(&own, route, &path).await;
                assert_eq!(answer.status, 404, "{} {foreign:?}: {} {path}: {}", route.operation, route.method.word(), answer.text);
                walked += 1;
            }
        }
        assert!(walked > 15, "{walked}");
        assert_eq!(picture(&other).await, before, "nothing of the other organization was touched");
    }

    /// References in bodies name records of the own organization only.
    async fn references(app) {
        let (own, other) = (prepared(&app, "a").await, prepared(&app, "b").await);
        let mut tried = Vec::new();
        for route in app.web.service.routes.routes() {
            let (Action::Verb(Verb::Add), Some(entity), Api::App) = (route.action, route.entity, route.api) else { continue };
            let Some(path) = path(route, &own, &|name| own.ids.get(name).cloned()) else { continue };
            let Some(right) = own.sent.get(&route.operation) else { continue };
            for (name, value) in references(entity, &other) {
                let mut body = right.clone();
                body[name] = value;
                body["customId"] = json!("");
                let refused = own.caller.post(&path, body.clone()).await;
                let named = refused.parameters().iter().any(|parameter| parameter.split('.').next() == Some(name));
                assert!(refused.status == 400 && named, "{path} {body}: {}", refused.text);
                tried.push(format!("{}.{name}", entity.name));
            }
        }
        assert!(tried.contains(&"availabilityException.appointmentTemplateId".to_owned()), "{tried:?}");
    }
}

/// The fields of an entity that name records of an organization, with the ids of another one's.
fn references(entity: &Entity, other: &Prepared) -> Vec<(&'static str, Value)> {
    let elsewhere = ["app", "module", "developerAccount", "organization", "user"];
    let id = |to: &str| other.ids.get(&format!("{to}Id")).filter(|_| !elsewhere.contains(&to));
    let fields = entity.fields.iter().filter(|field| field.access != Access::ReadOnly);
    fields
        .filter_map(|field| match field.kind {
            Kind::Reference(to) => Some((field.name, json!(id(to)?))),
            Kind::List(item) => match item.kind {
                Kind::Reference(to) => Some((field.name, json!([id(to)?]))),
                _ => None,
            },
            _ => None,
        })
        .collect()
}
