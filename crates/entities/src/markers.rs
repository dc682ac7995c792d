//! Texts with markers: a name in square brackets that is none of the known markers is refused when it is saved.

use kalends_catalog::marker;
use kalends_engine::Body;
use kalends_engine::problem::Problem;
use serde_json::Value;

/// Checks every calendar text of a body, its own and those in `settings`.
pub fn check(body: &Body, problems: &mut Vec<Problem>) {
    walk(body, "", problems);
    if let Some(settings) = body.get("settings").and_then(Value::as_object) {
        walk(settings, "settings.", problems);
    }
}

fn walk(body: &Body, path: &str, problems: &mut Vec<Problem>) {
    for (name, value) in body.iter().filter(|(name, _)| name.starts_with("externalCalendarContent")) {
        texts(value, &mut |text| {
            for unknown in marker::unknown(text) {
                let problem = Problem::at("unknown_marker", format!("{path}{name}"));
                problems.push(problem.arg("marker", unknown.to_owned()));
            }
        });
    }
}

fn texts(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(list) => list.iter().for_each(|entry| texts(entry, found)),
        Value::Object(map) => map.values().for_each(|entry| texts(entry, found)),
        _ => {}
    }
}
