//! Fields as JSON Schema (2020-12): once as clients write them, once as they are answered.

use crate::entity::Entity;
use crate::field::{Access, FieldSpec, Kind, TEXT_MAX};
use crate::input::Mode;
use serde_json::{Map, Value, json};

const ID: &str = "^[0-9A-Za-z]{32}$";

/// What a kind of value looks like, without regard to being unset.
fn plain(spec: &FieldSpec) -> Map<String, Value> {
    let longest = if spec.max == 0 { TEXT_MAX } else { spec.max };
    let schema = match spec.kind {
        Kind::Text => json!({"type": "string", "maxLength": longest}),
        Kind::Integer => json!({"type": "integer", "format": "int64"}),
        Kind::Decimal => json!({"type": "number"}),
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Date => json!({"type": "string", "format": "date"}),
        Kind::Time => json!({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"}),
        Kind::Instant => json!({"type": "string", "format": "date-time"}),
        Kind::Enum(words) => json!({"type": "string", "enum": words}),
        Kind::Email => json!({"type": "string", "format": "email", "maxLength": longest}),
        Kind::Mobile => json!({"type": "string", "pattern": "^\\+[1-9][0-9]{6,14}$", "description": "E.164."}),
        Kind::Telephone => json!({"type": "string", "maxLength": longest}),
        Kind::Url => json!({"type": "string", "format": "uri", "maxLength": longest}),
        Kind::Locale => json!({"type": "string", "pattern": "^[a-z]{2}(_[A-Z]{2})?$"}),
        Kind::TimeZone => json!({"type": "string", "maxLength": longest, "description": "IANA time zone."}),
        Kind::Country => json!({"type": "string", "pattern": "^[A-Z]{2}$", "description": "ISO 3166-1 alpha-2."}),
        Kind::Currency => json!({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."}),
        Kind::Colour => json!({"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"}),
        Kind::Sector => json!({"type": "string", "description": "An id of `static/sector/list`."}),
        Kind::Base64 => json!({"type": "string", "contentEncoding": "base64"}),
        Kind::Object(_) => json!({"type": "object"}),
        Kind::Translations => {
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Translation"}})
        }
        Kind::Map => json!({"$ref": "#/components/schemas/FreeMap"}),
        Kind::Reference(entity) => {
            json!({"type": "string", "pattern": ID, "description": format!("Id of {entity}.")})
        }
        Kind::List(_) => json!({"type": "array"}),
        Kind::Any => json!({"description": "Any JSON value."}),
    };
    let Value::Object(mut schema) = schema else { return Map::new() };
    if let Some((least, most)) = spec.range {
        schema.insert("minimum".into(), least.into());
        schema.insert("maximum".into(), most.into());
    }
    schema
}

/// Allows `null` besides what the schema says.
fn nullable(mut schema: Map<String, Value>) -> Map<String, Value> {
    if let Some(kind) = schema.get("type").and_then(Value::as_str).map(str::to_owned) {
        schema.insert("type".into(), json!([kind, "null"]));
        if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
            words.push(Value::Null);
        }
        return schema;
    }
    if schema.contains_key("$ref") || schema.contains_key("anyOf") {
        return one_of_two(Value::Object(schema), json!({"type": "null"}));
    }
    schema
}

fn one_of_two(one: Value, other: Value) -> Map<String, Value> {
    Map::from_iter([("anyOf".to_owned(), json!([one, other]))])
}

fn describe(schema: &mut Map<String, Value>, notes: &[String]) {
    let before = schema.get("description").and_then(Value::as_str).map(str::to_owned);
    let text = before.into_iter().chain(notes.iter().cloned()).collect::<Vec<_>>().join(" ");
    if !text.is_empty() {
        schema.insert("description".into(), text.into());
    }
}

/// The companion that holds a field's translations.
pub(super) fn companion(spec: &FieldSpec) -> FieldSpec {
    FieldSpec { kind: Kind::Translations, default: "[]", required: false, range: None, ..*spec }
}

/// Whether a client may write the field when the record is made or changed.
pub(super) fn is_open(spec: &FieldSpec, mode: Mode) -> bool {
    match spec.access {
        Access::ReadOnly => false,
        Access::AddOnly => mode == Mode::Add,
        Access::ReadWrite | Access::WriteOnly => true,
    }
}

/// An object of fields as clients write it.
pub(super) fn writes(fields: &[&FieldSpec], mode: Mode) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for spec in fields.iter().filter(|spec| is_open(spec, mode)) {
        properties.insert(spec.name.into(), Value::Object(written(spec, mode)));
        if spec.required && mode == Mode::Add {
            required.push(spec.name);
        }
        if spec.translated {
            let name = spec.translations_name();
            properties.insert(name, Value::Object(written(&companion(spec), mode)));
        }
    }
    object(properties, &required)
}

fn object(properties: Map<String, Value>, required: &[&str]) -> Value {
    let mut schema = Map::from_iter([
        ("type".to_owned(), Value::from("object")),
        ("properties".to_owned(), Value::Object(properties)),
    ]);
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    Value::Object(schema)
}

fn written(spec: &FieldSpec, mode: Mode) -> Map<String, Value> {
    let mut schema = plain(spec);
    match spec.kind {
        Kind::Object(fields) => {
            // An object is merged into the one that is stored, so an edit may leave out what it needs.
            let Value::Object(object) = writes(fields, mode) else { return schema };
            schema.extend(object);
        }
        Kind::List(item) => {
            schema.insert("maxItems".into(), spec.max.into());
            // Entries of a list are replaced as a whole: each must be complete.
            let entry = FieldSpec { required: true, ..*item };
            schema.insert("items".into(), Value::Object(written(&entry, Mode::Add)));
        }
        Kind::Text if spec.required => {
            schema.insert("minLength".into(), 1.into());
        }
        _ => {}
    }
    let mut schema = if spec.required { schema } else { nullable(schema) };
    let mut notes = Vec::new();
    if spec.is_inheritable() {
        let levels: Vec<&str> = ["OFF"].into_iter().chain(spec.levels.iter().copied()).collect();
        let wrapped = json!({
            "type": "object",
            "properties": {
                "value": schema,
                "inheritance": {"type": "string", "enum": levels},
                "result": {"description": "Ignored when written."},
            },
        });
        notes.push(format!("Bare, or with its inheritance; inherited from the organization's `{}`.", spec.inherits));
        schema = one_of_two(Value::Object(schema), wrapped);
    }
    match spec.access {
        Access::AddOnly => notes.push("Only when it is added.".into()),
        Access::WriteOnly => notes.push("Never answered.".into()),
        _ => {}
    }
    describe(&mut schema, &notes);
    schema
}

/// The properties of fields as they are answered.
pub(super) fn answers(fields: &[&FieldSpec], public: bool) -> Map<String, Value> {
    let mut properties = Map::new();
    for spec in fields.iter().filter(|spec| spec.access != Access::WriteOnly) {
        properties.insert(spec.name.into(), Value::Object(answered(spec, public)));
        if spec.translated {
            properties.insert(spec.translations_name(), Value::Object(answered(&companion(spec), public)));
        }
    }
    properties
}

/// One field as it is answered; `public` forms hold the effective value instead of the inheritance object.
fn answered(spec: &FieldSpec, public: bool) -> Map<String, Value> {
    let mut schema = plain(spec);
    match spec.kind {
        Kind::Object(fields) => {
            let properties = answers(fields, public);
            let required: Vec<String> = properties.keys().cloned().collect();
            schema.insert("properties".into(), Value::Object(properties));
            if !public {
                schema.insert("required".into(), json!(required));
            }
        }
        Kind::List(item) => {
            schema.insert("items".into(), Value::Object(answered(&FieldSpec { required: true, ..*item }, public)));
        }
        _ => {}
    }
    if spec.default == "\"\"" && !spec.required {
        schema.remove("format");
        if let Some(pattern) = schema.get("pattern").and_then(Value::as_str) {
            let pattern = format!("^$|{pattern}");
            schema.insert("pattern".into(), pattern.into());
        }
        describe(&mut schema, &["Empty when unset.".to_owned()]);
    }
    let unset_is_null = spec.default == "null" && !spec.required;
    if spec.is_inheritable() && !public {
        let levels: Vec<&str> = ["OFF"].into_iter().chain(spec.levels.iter().copied()).collect();
        let note = format!("Inherited from the organization's `{}` unless `inheritance` is `OFF`.", spec.inherits);
        let value = nullable(schema);
        let mut result = value.clone();
        describe(&mut result, &["What counts.".to_owned()]);
        return Map::from_iter([
            ("type".to_owned(), Value::from("object")),
            ("description".to_owned(), note.into()),
            (
                "properties".to_owned(),
                json!({"value": value, "inheritance": {"type": "string", "enum": levels}, "result": result}),
            ),
            ("required".to_owned(), json!(["value", "inheritance", "result"])),
        ]);
    }
    if unset_is_null || (public && spec.is_inheritable()) { nullable(schema) } else { schema }
}

fn head(class: &str) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("class".into(), json!({"const": class}));
    properties.insert("id".into(), json!({"type": "string", "pattern": ID}));
    properties.insert(
        "customId".into(),
        json!({"type": "string", "maxLength": TEXT_MAX, "description": "Your own id; empty when unset."}),
    );
    properties
}

/// The full form; `linked` are the entities whose short forms `show` adds.
pub(super) fn full(entity: &Entity, linked: &[&Entity], public: bool) -> Value {
    let mut properties = head(&entity.class());
    let instant = json!({"type": "string", "format": "date-time", "description": "UTC, with milliseconds."});
    properties.insert("timestampAdd".into(), instant.clone());
    properties.insert("timestampEdit".into(), instant);
    properties.extend(answers(entity.fields, public));
    for (parameter, field) in entity.scope() {
        if entity.field(field).is_none() {
            properties.insert(parameter.into(), json!({"type": "string"}));
        }
    }
    properties.insert("organizationId".into(), json!({"type": "string"}));
    if entity.additional_data {
        properties.insert("additionalData".into(), json!({"$ref": "#/components/schemas/FreeMap"}));
    }
    let required: Vec<String> = properties.keys().cloned().collect();
    let required: Vec<&str> = if public { vec!["class"] } else { required.iter().map(String::as_str).collect() };
    for other in linked {
        let short = super::words::pascal(&format!("{}_short", other.name));
        let items = json!({"$ref": format!("#/components/schemas/{short}")});
        let note = format!("Linked {}; part of `show`.", super::words::plural(other.name));
        properties.insert(format!("{}List", other.name), json!({"type": "array", "items": items, "description": note}));
    }
    object(properties, &required)
}

/// A record that is no entity's.
pub(super) fn own(class: &str, fields: &[&FieldSpec]) -> Value {
    let mut properties = Map::from_iter([("class".to_owned(), json!({"const": class}))]);
    properties.extend(answers(fields, false));
    let required: Vec<&str> =
        ["class"].into_iter().chain(fields.iter().filter(|spec| spec.required).map(|spec| spec.name)).collect();
    object(properties, &required)
}

/// The short form.
pub(super) fn short(entity: &Entity) -> Value {
    let mut properties = head(&entity.short_class());
    properties.extend(answers(entity.short, false));
    properties.insert("organizationId".into(), json!({"type": "string"}));
    let required: Vec<String> = properties.keys().cloned().collect();
    object(properties, &required.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What `add` or `edit` of an entity takes.
pub(super) fn body(entity: &Entity, more: &[&FieldSpec], mode: Mode) -> Value {
    let mut schema = writes(&joined(entity.fields, more), mode);
    if let Some(properties) = schema["properties"].as_object_mut() {
        let note = "Your own id; unique in the organization. A number is read as text.";
        properties.insert(
            "customId".into(),
            json!({"type": ["string", "integer", "null"], "maxLength": TEXT_MAX, "description": note}),
        );
        if entity.additional_data {
            let map = nullable(Map::from_iter([("$ref".to_owned(), Value::from("#/components/schemas/FreeMap"))]));
            properties.insert("additionalData".into(), Value::Object(map));
        }
    }
    schema
}

/// The fields of an entity and those an operation takes besides, each name once.
pub(super) fn joined<'f>(fields: &[&'f FieldSpec], more: &[&'f FieldSpec]) -> Vec<&'f FieldSpec> {
    let new = more.iter().filter(|spec| fields.iter().all(|field| field.name != spec.name));
    fields.iter().chain(new).copied().collect()
}
