//! What must come back of what was sent. The normalizations are those the documentation names: cleared values answer the
//! default, `5.0` is `5`, `09:30` is `09:30:00`, instants keep their moment, translations are lists, an empty map is `[]`.

use super::documents::{name, properties};
use kalends_engine::field::{Access, FieldSpec, Kind};
use serde_json::{Map, Value, json};

/// Complains about every property of `shown` that is not what `sent` said.
pub(super) fn compare(fields: &[&'static FieldSpec], sent: &Map<String, Value>, shown: &Value) -> Vec<String> {
    let mut complaints = Vec::new();
    for spec in properties(fields) {
        let name = name(&spec);
        let Some(sent) = sent.get(&name) else { continue };
        if spec.access == Access::ReadOnly {
            continue;
        }
        if spec.access == Access::WriteOnly {
            if shown.get(&name).is_some() {
                complaints.push(format!("{name} is answered"));
            }
            continue;
        }
        if !agrees(&spec, sent, &shown[&name]) {
            complaints.push(format!("{name}: sent {sent}, got {}", shown[&name]));
        }
    }
    complaints
}

/// The free map, which is no field of any table.
pub(super) fn additional_data(sent: &Map<String, Value>, shown: &Value) -> Option<String> {
    let sent = sent.get("additionalData")?;
    let wanted = if sent.is_null() || is_empty(sent) { json!([]) } else { sent.clone() };
    (shown["additionalData"] != wanted).then(|| format!("additionalData: sent {sent}, got {}", shown["additionalData"]))
}

/// The client's own id; numbers become texts.
pub(super) fn custom_id(sent: &Value) -> String {
    sent.as_str().map_or_else(|| if sent.is_null() { String::new() } else { sent.to_string() }, str::to_owned)
}

fn is_empty(value: &Value) -> bool {
    value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty)
}

fn agrees(spec: &FieldSpec, sent: &Value, shown: &Value) -> bool {
    if !spec.is_inheritable() {
        return value(spec, sent, shown);
    }
    let wrapper = ["value", "inheritance", "result"].iter().any(|key| sent.get(*key).is_some());
    let (own, level) = if wrapper { (sent.get("value"), sent.get("inheritance")) } else { (Some(sent), None) };
    let level_agrees = match level {
        Some(level) => shown["inheritance"] == *level,
        None if own.is_some_and(|own| !own.is_null()) => shown["inheritance"] == "OFF",
        None => true,
    };
    let value_agrees = own.filter(|own| !own.is_null()).is_none_or(|own| {
        let cleared = own.as_str() == Some("") && !matches!(spec.kind, Kind::Text);
        // Nothing of its own while something above counts is answered as null.
        (cleared || is_empty(own)) && shown["value"].is_null() || value(spec, own, &shown["value"])
    });
    level_agrees && value_agrees
}

fn value(spec: &FieldSpec, sent: &Value, shown: &Value) -> bool {
    if sent.is_null() || sent.as_str() == Some("") && !matches!(spec.kind, Kind::Text | Kind::Any | Kind::Map) {
        return is_unset(spec, shown);
    }
    match spec.kind {
        Kind::Integer => sent.as_f64() == shown.as_f64() && (shown.is_i64() || shown.is_u64()),
        Kind::Decimal => sent.as_f64() == shown.as_f64(),
        Kind::Time => {
            let text = sent.as_str().unwrap_or_default();
            shown == &if text.len() == 5 { json!(format!("{text}:00")) } else { sent.clone() }
        }
        Kind::Instant => {
            let instant = |value: &Value| kalends_engine::scalar::instant(value.as_str().unwrap_or_default()).ok();
            instant(sent).is_some() && instant(sent) == instant(shown)
        }
        Kind::Map => {
            if is_empty(sent) {
                shown == &json!([])
            } else {
                shown == sent
            }
        }
        Kind::Translations => shown == &pairs(sent),
        Kind::Object(fields) => {
            let empty = Map::new();
            let sent = sent.as_object().unwrap_or(&empty);
            // An object in which everything was cleared is no object.
            let nothing =
                shown.is_null() && sent.values().all(|value| value.is_null() || value == "" || is_empty(value));
            nothing || compare(fields, sent, shown).is_empty()
        }
        Kind::List(item) => {
            let (sent, shown) = (sent.as_array(), shown.as_array());
            let (Some(sent), Some(shown)) = (sent, shown) else { return false };
            sent.len() == shown.len() && sent.iter().zip(shown).all(|(sent, shown)| value(item, sent, shown))
        }
        _ => shown == sent,
    }
}

fn is_unset(spec: &FieldSpec, shown: &Value) -> bool {
    // An object whose parts are inherited is answered even when nothing in it is set.
    shown == &spec.default_value() || matches!(spec.kind, Kind::Object(_)) && (shown.is_null() || shown.is_object())
}

/// Translations as a list, however they were sent.
fn pairs(sent: &Value) -> Value {
    match sent {
        Value::Object(map) => map.iter().map(|(key, value)| json!({"key": key, "value": value})).collect(),
        _ => sent.clone(),
    }
}
