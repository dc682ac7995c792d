//! What every operation of its kind must also do: refuse what it does not know when asked to be strict, refuse to change
//! what the client has not seen, act once under one key, name the version of what it shows.

use super::document::Operation;
use super::walk::send;
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};

/// The key of a POST.
pub(super) fn key(operation: &Operation) -> Option<(&'static str, String)> {
    (operation.method == "POST").then(|| ("idempotency-key", operation.key()))
}

/// Requests that must be refused, made before the one that must not.
pub(super) async fn before(caller: &Caller, operation: &Operation, path: &str, body: Option<&Value>) -> Vec<String> {
    let mut complaints = Vec::new();
    if let Some(body) = body.filter(|_| operation.request_body) {
        let mut strange = body.clone();
        strange["shoeSize"] = json!(44);
        let answer = send(caller, operation, path, Some(&strange), &[("prefer", "handling=strict")]).await;
        if (answer.status, answer.codes(), answer.parameters()) != (400, vec!["unknown_field"], vec!["shoeSize"]) {
            complaints.push(format!("takes an unknown field although it is to be strict: {}", answer.text));
        }
    }
    let versioned = matches!(operation.verb(), "edit" | "move" | "cancel" | "delete");
    let ranges = operation.name.contains("_availability_") || operation.name.contains("_timeGrid_");
    if versioned && !ranges {
        let answer = send(caller, operation, path, body, &[("if-match", "\"987654321\"")]).await;
        if (answer.status, answer.codes()) != (412, vec!["version_mismatch"]) {
            complaints.push(format!("does not look at If-Match: {} {}", answer.status, answer.text));
        }
    }
    complaints
}

/// What must be true of the answer besides its content.
pub(super) async fn after(
    caller: &Caller,
    operation: &Operation,
    path: &str,
    body: Option<&Value>,
    answer: &Answer,
) -> Vec<String> {
    let mut complaints = Vec::new();
    if let Some((name, value)) = key(operation) {
        let again = send(caller, operation, path, body, &[(name, &value)]).await;
        if (again.status, &again.text) != (answer.status, &answer.text) {
            complaints.push(format!("acts again under the same key: {}", again.text));
        }
    }
    let shows = matches!(operation.verb(), "show" | "identify");
    if shows && !matches!(operation.entity.as_str(), "static" | "log" | "statistic") && answer.header("etag").is_empty()
    {
        complaints.push("names no version (ETag)".to_owned());
    }
    complaints
}
