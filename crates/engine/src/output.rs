//! Answers: the full and the short form of a record, inheritance results, and how instants are written.

use crate::entity::Entity;
use crate::field::{Access, FieldSpec, Kind};
use crate::record::Record;
use crate::{Body, Micros};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Effective values of the inheritable fields of an organization, by path (`settings.locale`).
pub type Effective = BTreeMap<String, Value>;

/// What an answer depends on besides the record.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// Zone of the organization: calendar times are written with its offset.
    pub zone: &'a TimeZone,
    /// Effective values above the record; nothing for a root organization.
    pub above: Option<&'a Effective>,
}

/// The full form (`show`, `identify`).
pub fn full(entity: &Entity, record: &Record, view: View<'_>) -> Body {
    let mut answer = head(entity.class(), record);
    answer.insert("timestampAdd".into(), Value::String(timestamp(record.created)));
    answer.insert("timestampEdit".into(), Value::String(timestamp(record.edited)));
    properties(entity.fields, &record.body, view, &mut answer);
    for (parameter, field) in entity.scope() {
        if entity.field(field).is_none() {
            answer.insert(parameter.into(), Value::String(record.text(field).to_owned()));
        }
    }
    answer.insert("organizationId".into(), Value::String(record.organization_id.clone()));
    if entity.additional_data {
        answer.insert("additionalData".into(), record.body.get("additionalData").cloned().unwrap_or_else(empty_map));
    }
    answer
}

/// The short form (`add`, `…All` lists).
pub fn short(entity: &Entity, record: &Record, view: View<'_>) -> Body {
    let mut answer = head(entity.short_class(), record);
    properties(entity.short, &record.body, view, &mut answer);
    answer.insert("organizationId".into(), Value::String(record.organization_id.clone()));
    answer
}

fn head(class: String, record: &Record) -> Body {
    let mut answer = Map::new();
    answer.insert("class".into(), Value::String(class));
    answer.insert("id".into(), Value::String(record.id.clone()));
    answer.insert("customId".into(), Value::String(record.custom_id.clone()));
    answer
}

/// PHP clients know an empty map as `[]`.
fn empty_map() -> Value {
    Value::Array(Vec::new())
}

/// Writes the given fields of a stored body as they are answered.
pub fn properties(fields: &[&FieldSpec], body: &Body, view: View<'_>, answer: &mut Body) {
    for spec in fields.iter().filter(|spec| spec.access != Access::WriteOnly) {
        answer.insert(spec.name.to_owned(), property(spec, body.get(spec.name), spec.inherits, view));
        if spec.translated {
            let name = spec.translations_name();
            let companion = FieldSpec { kind: Kind::Translations, default: "[]", ..**spec };
            let path = if spec.is_inheritable() { format!("{}I18nList", spec.inherits) } else { String::new() };
            let value = property(&companion, body.get(&name), &path, view);
            answer.insert(name, value);
        }
    }
}

fn property(spec: &FieldSpec, stored: Option<&Value>, inherits: &str, view: View<'_>) -> Value {
    if !spec.is_inheritable() {
        return value(spec, stored, view);
    }
    let level = level(stored, view.above.is_some());
    let stored = stored.and_then(|stored| stored.get("value")).filter(|stored| !stored.is_null());
    let lists = matches!(spec.kind, Kind::Translations | Kind::Map | Kind::List(_));
    let own = match (stored, level) {
        // Nothing of its own: said as such, not by a default that does not count.
        (None, "ORGANIZATION") if view.above.is_some() && !lists => Value::Null,
        _ => value(spec, stored, view),
    };
    let mut object = Map::new();
    let result = match (level, view.above) {
        ("ORGANIZATION", Some(above)) => above.get(inherits).cloned().unwrap_or_else(|| spec.default_value()),
        ("OFF" | "ORGANIZATION", _) => own.clone(),
        // BOOKING_RESOURCE, CUSTOMER, INPUT: known only when an appointment is booked.
        _ => Value::Null,
    };
    object.insert("value".into(), own);
    object.insert("inheritance".into(), Value::String(level.to_owned()));
    object.insert("result".into(), result);
    Value::Object(object)
}

/// The inheritance that counts: as stored; unset means inherited where something is above.
fn level(stored: Option<&Value>, has_above: bool) -> &str {
    match stored.and_then(|stored| stored.get("inheritance")).and_then(Value::as_str) {
        Some(level) => level,
        None if has_above => "ORGANIZATION",
        None => "OFF",
    }
}

fn value(spec: &FieldSpec, stored: Option<&Value>, view: View<'_>) -> Value {
    let stored = match stored {
        None | Some(Value::Null) => {
            return match spec.kind {
                // An object with settings of its own is answered even when nothing in it is set.
                Kind::Object(fields) if fields.iter().any(|field| field.is_inheritable()) => {
                    let mut answer = Map::new();
                    properties(fields, &Map::new(), view, &mut answer);
                    Value::Object(answer)
                }
                _ => spec.default_value(),
            };
        }
        Some(stored) => stored,
    };
    match (spec.kind, stored) {
        (Kind::Object(fields), Value::Object(body)) => {
            let mut answer = Map::new();
            properties(fields, body, view, &mut answer);
            Value::Object(answer)
        }
        (Kind::Instant, Value::Number(number)) => {
            number.as_i64().map_or(Value::Null, |instant| Value::String(calendar_time(instant, view.zone)))
        }
        (Kind::List(item), Value::Array(list)) => {
            Value::Array(list.iter().map(|entry| value(item, Some(entry), view)).collect())
        }
        _ => stored.clone(),
    }
}

/// The effective values of an organization's inheritable fields: its own where it has any, those from above otherwise.
pub fn effective(entity: &Entity, body: &Body, view: View<'_>) -> Effective {
    let mut values = Effective::new();
    collect(entity.fields, body, view, &mut values);
    values
}

fn collect(fields: &[&FieldSpec], body: &Body, view: View<'_>, values: &mut Effective) {
    for spec in fields {
        if spec.is_inheritable() {
            let mut answer = Map::new();
            properties(&[spec], body, view, &mut answer);
            for (name, object) in answer {
                let companion = name.len() > spec.name.len();
                let path = if companion { format!("{}I18nList", spec.inherits) } else { spec.inherits.to_owned() };
                values.insert(path, object.get("result").cloned().unwrap_or(Value::Null));
            }
        } else if let Kind::Object(inner) = spec.kind {
            let empty = Map::new();
            let body = body.get(spec.name).and_then(Value::as_object).unwrap_or(&empty);
            collect(inner, body, view, values);
        }
    }
}

/// `2026-02-04T08:00:00.000Z`: how `timestampAdd` and `timestampEdit` are written.
pub fn timestamp(instant: Micros) -> String {
    let Ok(instant) = jiff::Timestamp::from_microsecond(instant) else { return String::new() };
    instant.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `2026-02-04T09:00:00+01:00`: a calendar time with the zone's offset at that instant.
pub fn calendar_time(instant: Micros, zone: &TimeZone) -> String {
    let Ok(instant) = jiff::Timestamp::from_microsecond(instant) else { return String::new() };
    instant.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.f%:z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::entity;
    use crate::field::{self, Field};
    use crate::input::{self, Mode};
    use serde_json::json;

    static CITY: Field<String> = field::text("city");
    static LOCALE: Field<String> = field::locale("locale").inherits("settings.locale");
    static NAME: Field<String> = field::text("name").required().translated();
    static ABOUT: Field<String> = field::text("about").translated().inherits("about");
    static ADDRESS: Field<Value> = field::object("address", &[&CITY.spec]).inherits("address");
    static SETTINGS: Field<Value> = field::object("settings", &[&LOCALE.spec]);
    static WHEN: Field<i64> = field::instant("when");
    static ENTITY: Entity = entity("office", "of")
        .fields(&[&NAME.spec, &ABOUT.spec, &ADDRESS.spec, &SETTINGS.spec, &WHEN.spec])
        .short(&[&NAME.spec]);

    fn apply(mode: Mode, stored: &Body, document: &Value) -> input::Applied {
        input::apply(&ENTITY, mode, stored, document.as_object().expect("object"), false).expect("valid")
    }

    #[test]
    fn inheritance_flows_through_three_levels() {
        let zone = TimeZone::UTC;
        let root = apply(
            Mode::Add,
            &Map::new(),
            &json!({"name": "r", "address": {"city": "Bonn"}, "settings": {"locale": "de"}}),
        )
        .body;
        let above = effective(&ENTITY, &root, View { zone: &zone, above: None });
        let middle = apply(Mode::Add, &Map::new(), &json!({"name": "m", "settings": {"locale": {"value": "en"}}})).body;
        let view = View { zone: &zone, above: Some(&above) };
        let below = effective(&ENTITY, &middle, view);
        let leaf = Record { body: apply(Mode::Add, &Map::new(), &json!({"name": "l"})).body, ..Record::default() };
        let answer = full(&ENTITY, &leaf, View { zone: &zone, above: Some(&below) });
        assert_eq!(
            answer["address"],
            json!({"value": null, "inheritance": "ORGANIZATION", "result": {"city": "Bonn"}})
        );
        assert_eq!(answer["settings"]["locale"], json!({"value": null, "inheritance": "ORGANIZATION", "result": "en"}));
        assert_eq!(answer["aboutI18nList"], json!({"value": [], "inheritance": "ORGANIZATION", "result": []}));
        assert_eq!(answer["additionalData"], json!([]));
    }

    #[test]
    fn edits_are_partial_and_null_clears() {
        let zone = TimeZone::get("Europe/Berlin").expect("bundled");
        let first = apply(
            Mode::Add,
            &Map::new(),
            &json!({"name": "n", "nameI18nList": [{"key": "en", "value": "e"}], "when": "2027-07-01T10:00:00Z"}),
        )
        .body;
        let second = apply(Mode::Edit, &first, &json!({"address": {"value": {"city": "Köln"}}})).body;
        let record = Record { body: second.clone(), ..Record::default() };
        let answer = full(&ENTITY, &record, View { zone: &zone, above: None });
        assert_eq!(answer["name"], "n");
        assert_eq!(answer["when"], "2027-07-01T12:00:00+02:00");
        assert_eq!(answer["address"]["result"]["city"], "Köln");
        let third = apply(Mode::Edit, &second, &json!({"nameI18nList": null, "address": null})).body;
        assert!(!third.contains_key("nameI18nList") && !third.contains_key("address"));
        let refused =
            input::apply(&ENTITY, Mode::Edit, &third, json!({"name": null}).as_object().expect("object"), false);
        assert_eq!(refused.expect_err("required")[0], crate::problem::Problem::at("required", "name"));
    }

    #[test]
    fn timestamps_are_utc_with_milliseconds() {
        assert_eq!(timestamp(1_770_192_000_000_000), "2026-02-04T08:00:00.000Z");
    }
}
