//! What a client sent, applied to what is stored: every field checked, partial edits merged, nothing half-taken.
//!
//! Absent means unchanged, `null` (and `""` where a text cannot be empty) means cleared. A bare value of an inheritance
//! object means `{"value": …, "inheritance": "OFF"}` (PLATFORM section 4).

use crate::entity::Entity;
use crate::field::{Access, FieldSpec, Kind};
use crate::problem::Problem;
use crate::{Body, scalar};
use serde_json::{Map, Value};

/// Whether a record is new or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// A new record: required fields must be there.
    Add,
    /// A partial edit.
    Edit,
}

/// A reference that must name an existing record before the body may be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands.
    pub parameter: String,
    /// Entity it must be of.
    pub entity: &'static str,
    /// The id.
    pub id: String,
}

/// The result of applying a document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// The whole new body.
    pub body: Body,
    /// The new `customId`, when the document named one.
    pub custom_id: Option<String>,
    /// Fields that were not known or not writable, each as an `info` message.
    pub notes: Vec<Problem>,
    /// References to look up.
    pub references: Vec<Reference>,
}

/// Common properties that clients send back as they got them.
const COMMON: [&str; 5] = ["class", "id", "timestampAdd", "timestampEdit", "organizationId"];
/// Most entries of a free map.
const MAP_MAX: usize = 200;

/// Applies `document` to `stored` by the entity's table.
///
/// # Errors
/// Every problem found, each with its parameter.
pub fn apply(
    entity: &Entity,
    mode: Mode,
    stored: &Body,
    document: &Body,
    strict: bool,
) -> Result<Applied, Vec<Problem>> {
    let mut walk = Walk { mode, problems: Vec::new(), notes: Vec::new(), references: Vec::new() };
    let mut body = stored.clone();
    walk.fields(entity.fields, document, &mut body, "");
    let custom_id = walk.custom_id(document);
    if entity.additional_data
        && let Some(data) = document.get("additionalData")
        && let Some(map) = walk.map(data, "additionalData")
    {
        set(&mut body, "additionalData", map);
    }
    for key in document.keys() {
        let known = COMMON.contains(&key.as_str())
            || key == "customId"
            || (entity.additional_data && key == "additionalData")
            || is_field(entity.fields, key)
            || entity.scope().any(|(_, field)| field == key);
        if !known {
            walk.notes.push(Problem::at("unknown_field", key.clone()));
        }
    }
    if strict {
        walk.problems.append(&mut walk.notes);
    }
    if walk.problems.is_empty()
        && let Some(check) = entity.check
    {
        check(&body, &mut walk.problems);
    }
    if walk.problems.is_empty() {
        Ok(Applied { body, custom_id, notes: walk.notes, references: walk.references })
    } else {
        Err(walk.problems)
    }
}

/// Checks a document that is no entity: the fields of a behavioural operation.
///
/// # Errors
/// Every problem found.
pub fn check(fields: &'static [&'static FieldSpec], document: &Body, strict: bool) -> Result<Applied, Vec<Problem>> {
    let mut walk = Walk { mode: Mode::Add, problems: Vec::new(), notes: Vec::new(), references: Vec::new() };
    let mut body = Map::new();
    walk.fields(fields, document, &mut body, "");
    let unknown = document.keys().filter(|key| !is_field(fields, key));
    walk.notes.extend(unknown.map(|key| Problem::at("unknown_field", key.clone())));
    if strict {
        walk.problems.append(&mut walk.notes);
    }
    if walk.problems.is_empty() {
        Ok(Applied { body, custom_id: None, notes: walk.notes, references: walk.references })
    } else {
        Err(walk.problems)
    }
}

fn is_field(fields: &[&FieldSpec], key: &str) -> bool {
    fields.iter().any(|field| field.name == key || (field.translated && field.translations_name() == key))
}

fn set(body: &mut Body, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            body.insert(name.to_owned(), value);
        }
        None => {
            body.remove(name);
        }
    }
}

/// A change of one value: cleared, or set.
type Change = Option<Value>;

struct Walk {
    mode: Mode,
    problems: Vec<Problem>,
    notes: Vec<Problem>,
    references: Vec<Reference>,
}

impl Walk {
    fn fields(&mut self, fields: &[&FieldSpec], document: &Body, body: &mut Body, path: &str) {
        for spec in fields {
            let parameter = format!("{path}{}", spec.name);
            if let Some(value) = document.get(spec.name) {
                if self.is_closed(spec) {
                    self.notes.push(Problem::at("read_only_field", parameter.clone()));
                } else if let Some(change) = self.property(spec, value, body.get(spec.name), &parameter) {
                    set(body, spec.name, change);
                }
            }
            if spec.translated {
                let name = spec.translations_name();
                let companion = FieldSpec { name: spec.name, kind: Kind::Translations, default: "[]", ..**spec };
                if document.contains_key(&name) && self.is_closed(spec) {
                    self.notes.push(Problem::at("read_only_field", format!("{path}{name}")));
                } else if let Some(value) = document.get(&name)
                    && let Some(change) = self.property(&companion, value, body.get(&name), &format!("{path}{name}"))
                {
                    set(body, &name, change);
                }
            }
            if spec.required && self.is_unset(spec, body) && !self.has_problem(&parameter) {
                self.problems.push(Problem::at("required", parameter));
            }
        }
    }

    /// Whether clients may not write it now.
    fn is_closed(&self, spec: &FieldSpec) -> bool {
        spec.access == Access::ReadOnly || (spec.access == Access::AddOnly && self.mode == Mode::Edit)
    }

    fn is_unset(&self, spec: &FieldSpec, body: &Body) -> bool {
        match body.get(spec.name) {
            None | Some(Value::Null) => true,
            Some(Value::String(text)) => text.trim().is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            Some(_) => false,
        }
    }

    fn has_problem(&self, parameter: &str) -> bool {
        self.problems.iter().any(|problem| {
            problem.parameter.as_deref().is_some_and(|p| p == parameter || p.starts_with(&format!("{parameter}.")))
        })
    }

    /// The change of one property, or nothing when it is invalid (the problem is then noted).
    fn property(&mut self, spec: &FieldSpec, value: &Value, stored: Option<&Value>, path: &str) -> Option<Change> {
        if !spec.is_inheritable() {
            return self.value(spec, value, stored, path);
        }
        // Cleared means nothing of its own: the value from above counts again.
        if value.is_null() {
            return Some(None);
        }
        let stored_value = stored.and_then(|stored| stored.get("value"));
        let Some(wrapper) = wrapper(spec, value) else {
            let change = self.value(spec, value, stored_value, path)?;
            return Some(Some(inheritance_object(change, "OFF")));
        };
        let level = match wrapper.get("inheritance") {
            None | Some(Value::Null) if wrapper.contains_key("value") => "OFF",
            // Only what was read before, sent back: no change.
            None | Some(Value::Null) => return None,
            Some(Value::String(level)) if level == "OFF" => "OFF",
            Some(Value::String(level)) if spec.levels.contains(&level.as_str()) => level,
            Some(_) => {
                let values = format!("OFF, {}", spec.levels.join(", "));
                self.problems.push(Problem::at("bad_inheritance", format!("{path}.inheritance")).arg("values", values));
                return None;
            }
        };
        let change = match wrapper.get("value") {
            Some(value) => self.value(spec, value, stored_value, &format!("{path}.value"))?,
            None => stored_value.cloned(),
        };
        Some(Some(inheritance_object(change, level)))
    }

    fn value(&mut self, spec: &FieldSpec, value: &Value, stored: Option<&Value>, path: &str) -> Option<Change> {
        if value.is_null() {
            return Some(None);
        }
        match spec.kind {
            Kind::Text => {}
            Kind::Object(fields) => return self.object(fields, value, stored, path),
            Kind::Translations => return self.translations(spec, value, path),
            Kind::Map => return self.map(value, path),
            Kind::Any => return Some(Some(value.clone())),
            Kind::List(item) => return self.list(spec, item, value, path),
            _ if value.as_str() == Some("") => return Some(None),
            _ => {}
        }
        match scalar::check(spec, value) {
            Ok(value) => {
                if let (Kind::Reference(entity), Some(id)) = (spec.kind, value.as_str()) {
                    self.references.push(Reference { parameter: path.to_owned(), entity, id: id.to_owned() });
                }
                Some(Some(value))
            }
            Err(problem) => self.refuse(problem, path),
        }
    }

    fn object(&mut self, fields: &[&FieldSpec], value: &Value, stored: Option<&Value>, path: &str) -> Option<Change> {
        let empty = Map::new();
        let document = match value {
            Value::Object(document) => document,
            Value::Array(list) if list.is_empty() => &empty,
            // An empty text stands for "no object" with PHP clients.
            Value::String(text) if text.is_empty() => return Some(None),
            _ => return self.refuse(scalar::wrong_type("object"), path),
        };
        let before = self.problems.len();
        let mut body = stored.and_then(Value::as_object).cloned().unwrap_or_default();
        self.fields(fields, document, &mut body, &format!("{path}."));
        for key in document.keys().filter(|key| *key != "class" && !is_field(fields, key)) {
            self.notes.push(Problem::at("unknown_field", format!("{path}.{key}")));
        }
        if self.problems.len() > before {
            return None;
        }
        Some(if body.is_empty() { None } else { Some(Value::Object(body)) })
    }

    fn translations(&mut self, spec: &FieldSpec, value: &Value, path: &str) -> Option<Change> {
        let max = if spec.max == 0 { 10_000 } else { spec.max };
        let pairs: Vec<(Value, Value)> = match value {
            Value::String(text) if text.is_empty() => Vec::new(),
            Value::Object(map) => map.iter().map(|(key, value)| (Value::from(key.as_str()), value.clone())).collect(),
            Value::Array(list) => list.iter().map(|entry| (entry["key"].clone(), entry["value"].clone())).collect(),
            _ => return self.refuse(scalar::wrong_type("list"), path),
        };
        let mut list: Vec<Value> = Vec::with_capacity(pairs.len());
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            let at = format!("{path}.{index}");
            if !key.as_str().is_some_and(kalends_catalog::locale::is_locale_value) {
                return self.refuse(Problem::new("bad_locale"), &format!("{at}.key"));
            }
            let Some(text) = value.as_str() else {
                return self.refuse(scalar::wrong_type("string"), &format!("{at}.value"));
            };
            if text.chars().count() > max {
                return self.refuse(Problem::new("too_long").arg("max", max.to_string()), &format!("{at}.value"));
            }
            if list.iter().any(|entry| entry["key"] == key) {
                return self.refuse(Problem::new("duplicate_key"), &format!("{at}.key"));
            }
            list.push(serde_json::json!({"key": key, "value": value}));
        }
        Some(if list.is_empty() { None } else { Some(Value::Array(list)) })
    }

    fn map(&mut self, value: &Value, path: &str) -> Option<Change> {
        match value {
            Value::Null => Some(None),
            Value::Array(list) if list.is_empty() => Some(None),
            Value::Object(map) if map.is_empty() => Some(None),
            Value::Object(map) if map.len() > MAP_MAX => {
                self.refuse(Problem::new("too_many").arg("max", MAP_MAX.to_string()), path)
            }
            Value::Object(map) => Some(Some(Value::Object(map.clone()))),
            _ => self.refuse(scalar::wrong_type("object"), path),
        }
    }

    fn list(&mut self, spec: &FieldSpec, item: &FieldSpec, value: &Value, path: &str) -> Option<Change> {
        let Value::Array(entries) = value else {
            return if value.as_str() == Some("") { Some(None) } else { self.refuse(scalar::wrong_type("list"), path) };
        };
        if entries.len() > spec.max {
            return self.refuse(Problem::new("too_many").arg("max", spec.max.to_string()), path);
        }
        let before = self.problems.len();
        let mut list = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            let at = format!("{path}.{index}");
            match self.value(item, entry, None, &at) {
                Some(Some(value)) => list.push(value),
                Some(None) => self.problems.push(Problem::at("required", at)),
                None => {}
            }
        }
        if self.problems.len() > before {
            return None;
        }
        Some(if list.is_empty() { None } else { Some(Value::Array(list)) })
    }

    fn custom_id(&mut self, document: &Body) -> Option<String> {
        match document.get("customId")? {
            Value::Null => Some(String::new()),
            Value::String(text) if text.chars().count() <= 255 => Some(text.clone()),
            Value::String(_) => {
                self.problems.push(Problem::at("too_long", "customId").arg("max", "255"));
                None
            }
            // PHP clients number their customers.
            Value::Number(number) => Some(number.to_string()),
            _ => {
                self.problems.push(Problem { parameter: Some("customId".into()), ..scalar::wrong_type("string") });
                None
            }
        }
    }

    fn refuse<T>(&mut self, problem: Problem, path: &str) -> Option<T> {
        self.problems.push(Problem { parameter: Some(path.to_owned()), ..problem });
        None
    }
}

/// The map of an inheritance object, or nothing when the client sent a bare value.
fn wrapper<'a>(spec: &FieldSpec, value: &'a Value) -> Option<&'a Map<String, Value>> {
    let map = value.as_object()?;
    let shaped = ["value", "inheritance", "result"].iter().any(|key| map.contains_key(*key));
    let field_of_that_name = matches!(spec.kind, Kind::Object(fields) if is_field(fields, "value"));
    (shaped && !field_of_that_name).then_some(map)
}

fn inheritance_object(value: Option<Value>, level: &str) -> Value {
    serde_json::json!({"value": value, "inheritance": level})
}
