//! What needs no server: routes, contract and the two committed lists say the same.

use super::document::{Operation, committed, folder, key, operations, prefixes};
use kalends_engine::route::Route;
use std::collections::BTreeSet;

const TO_COME: &str = "contract/to-come.txt";
const EXTENSIONS: &str = "contract/extensions.txt";

fn routes() -> Vec<Route> {
    kalends_entities::table().routes().to_vec()
}

/// What of an operation's route differs from the contract.
fn differences(operation: &Operation, route: &Route) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |what: &str, ours: String, theirs: &str| {
        if ours != theirs {
            found.push(format!("{}: {what} is {ours}, the contract says {theirs}", operation.key()));
        }
    };
    compare("method", route.method.word().to_owned(), &operation.method);
    compare("path", route.path.clone(), &operation.path);
    // `static/error/{code}/show` answers with the status it is asked for.
    if let Some(status) = operation.status.as_u64() {
        compare("status", route.status.to_string(), &status.to_string());
    }
    found
}

fn report(complaints: &[String]) {
    assert!(complaints.is_empty(), "{} things to do:\n{}", complaints.len(), complaints.join("\n"));
}

/// Every operation has its route or is still to come; what has come is taken off the list.
#[test]
fn every_operation_is_served_or_still_to_come() {
    let (routes, to_come) = (routes(), committed("to-come.txt"));
    let mut complaints = Vec::new();
    let mut known = BTreeSet::new();
    for operation in operations() {
        let key = operation.key();
        match operation.route(&routes) {
            Some(route) => {
                complaints.extend(differences(&operation, route));
                if to_come.contains(&key) {
                    complaints.push(format!("{key} is served: remove its line from {TO_COME}"));
                }
            }
            None if !to_come.contains(&key) => complaints.push(format!(
                "{key} ({} {}) is neither served nor in {TO_COME}: has its route been lost?",
                operation.method, operation.path
            )),
            None => {}
        }
        known.insert(key);
    }
    complaints.extend(to_come.difference(&known).map(|key| format!("{key} in {TO_COME} is not in the contract")));
    report(&complaints);
}

/// A route that the contract does not know is one of our own, written down.
#[test]
fn own_routes_are_written_down() {
    let contract: BTreeSet<String> = operations().iter().map(Operation::key).collect();
    let extensions = committed("extensions.txt");
    let own: BTreeSet<String> =
        routes().iter().map(|route| key(route.api, &route.operation)).filter(|key| !contract.contains(key)).collect();
    let mut complaints: Vec<String> = own
        .difference(&extensions)
        .map(|key| format!("{key} is not in the contract: is its name right? If it is our own, add it to {EXTENSIONS}"))
        .collect();
    complaints.extend(
        extensions.difference(&own).map(|key| format!("{key} in {EXTENSIONS} is no route of ours, or is contract")),
    );
    report(&complaints);
}

/// No two routes are one operation, and none hides behind another's method and path.
#[test]
fn routes_differ() {
    let routes = routes();
    let names: BTreeSet<String> = routes.iter().map(|route| key(route.api, &route.operation)).collect();
    assert_eq!(names.len(), routes.len(), "an operation is there twice");
    // The names of parameters do not matter to the server.
    let shape = |path: &str| {
        path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
    };
    let mut seen = BTreeSet::new();
    for route in &routes {
        let place = (key(route.api, ""), route.method.word(), shape(&route.path));
        assert!(seen.insert(place), "{} {} is served twice", route.method.word(), route.path);
    }
}

/// What a route needs can be granted.
#[test]
fn permissions_exist() {
    for route in routes() {
        let Some((entity, write)) = route.permission else { continue };
        let known = kalends_catalog::permission::permission_for(entity, write).is_some();
        assert!(known, "{} needs a permission that static/permission/list lacks: {entity}", route.operation);
    }
}

/// Entities carry the prefixes of the contract.
#[test]
fn prefixes_are_the_contracts() {
    let known = prefixes();
    for entity in kalends_entities::ENTITIES {
        let ours = (entity.prefix.to_owned(), entity.name.to_owned());
        assert!(known.contains(&ours), "{ours:?} is not in contract/id-prefixes.json");
    }
}

/// The copy in the repository is the contract, byte for byte.
#[test]
fn the_copy_is_the_contract() {
    let shared = folder().join("../../shared/contract");
    let Ok(files) = std::fs::read_dir(&shared) else { return };
    let mut compared = 0;
    for file in files {
        let file = file.expect("a file");
        let ours = std::fs::read(folder().join(file.file_name())).expect("a copy");
        assert!(ours == std::fs::read(file.path()).expect("readable"), "{:?} differs", file.file_name());
        compared += 1;
    }
    assert!(compared > 0, "the shared folder is empty");
}
