//! One route as an operation: what it takes, what it answers, who may call it.

use super::words::{pascal, plural, sentence, spaced, summary};
use super::{Builder, common, parameters, schema};
use crate::Body;
use crate::entity::{Entity, Verb};
use crate::field::FieldSpec;
use crate::input::Mode;
use crate::route::{Action, Answer, Api, Method, Operation, Records, Route};
use kalends_catalog::permission;
use serde_json::{Map, Value, json};

/// The tag of a route, and what the tag is about.
pub(super) fn tag(route: &Route) -> (&'static str, String) {
    match (route.entity, route.action) {
        (Some(entity), _) => (entity.name, format!("{}.", sentence(&plural(entity.name)))),
        (None, Action::Behaviour(operation)) if operation.entity.is_empty() => {
            ("static", "Reference data, the same for every organization.".into())
        }
        (None, Action::Behaviour(operation)) => (operation.entity, format!("{}.", sentence(&plural(operation.entity)))),
        (None, _) => ("static", String::new()),
    }
}

/// Schema of a body, whether it must be there, and named examples.
type Content = (Value, bool, Vec<(&'static str, Body)>);

/// What the content of an answer is.
#[derive(Clone, Copy)]
enum Form {
    Full,
    /// The effective values only: what the Module API shows of what inherits.
    Public,
    Short,
    Own(&'static str, &'static [&'static FieldSpec]),
    /// What the tables do not describe.
    Various,
}

/// What an answer is put together from.
struct Parts {
    /// Schema of the record.
    items: Value,
    /// Beginning of the component's name.
    name: String,
    one: String,
    many: String,
    /// An example of the record, or null.
    example: Value,
}

impl Builder<'_> {
    /// The operation object of a route.
    pub(super) fn operation(&mut self, route: &Route, tag: &str) -> Value {
        let mut operation = Map::new();
        operation.insert("operationId".into(), route.operation.as_str().into());
        operation.insert("tags".into(), json!([tag]));
        operation.insert("summary".into(), summary(route).into());
        let description = description(route);
        if !description.is_empty() {
            operation.insert("description".into(), description.into());
        }
        let parameters = self.more_parameters(route);
        if !parameters.is_empty() {
            operation.insert("parameters".into(), Value::Array(parameters));
        }
        if let Some(body) = self.request_body(route) {
            operation.insert("requestBody".into(), body);
        }
        // `static/error/{errorCode}/show` never succeeds.
        let fails = route.operation == "static_error_show";
        let mut responses = Map::new();
        if !fails {
            responses.insert(route.status.to_string(), self.success(route));
        }
        responses.extend(common::refused(&refusals(route, fails)));
        operation.insert("responses".into(), Value::Object(responses));
        if let Some((entity, write)) = route.permission {
            let id = permission::permission_for(entity, write);
            operation.insert("x-permission".into(), json!(id));
        }
        Value::Object(operation)
    }

    fn more_parameters(&mut self, route: &Route) -> Vec<Value> {
        let mut names = Vec::new();
        if searches(route) {
            self.parameters.insert("SearchQuery".into(), parameters::search());
            names.push("SearchQuery");
        }
        if route.method == Method::Post {
            names.push("IdempotencyKey");
        }
        if is_versioned(route) {
            names.push("IfMatch");
        }
        if matches!(route.method, Method::Post | Method::Put) {
            names.push("Prefer");
        }
        names.into_iter().map(|name| json!({"$ref": format!("#/components/parameters/{name}")})).collect()
    }

    fn request_body(&mut self, route: &Route) -> Option<Value> {
        let (schema, needed, named) = match route.action {
            Action::Verb(Verb::Add) => self.new_body(route.entity?, "", &[]),
            Action::Verb(Verb::Edit) => self.edit_body(route.entity?),
            Action::Behaviour(operation) if operation.body.is_empty() => return None,
            Action::Behaviour(operation) => match route.entity.filter(|entity| is_entity_body(entity, operation)) {
                Some(entity) if operation.extends => self.new_body(entity, operation.name, operation.body),
                Some(entity) if operation.method == Method::Put => self.edit_body(entity),
                Some(entity) => self.new_body(entity, "", &[]),
                None => self.own_body(operation),
            },
            _ => return None,
        };
        let named: Map<String, Value> =
            named.into_iter().map(|(name, body)| (name.to_owned(), json!({"value": body}))).collect();
        Some(json!({
            "required": needed,
            "content": {"application/json": {"schema": schema, "examples": named}},
        }))
    }

    /// What makes a record of the entity: its fields, and those that the named operation takes besides.
    fn new_body(&mut self, entity: &'static Entity, operation: &str, more: &'static [&'static FieldSpec]) -> Content {
        let name = if more.is_empty() { format!("{}_new", entity.name) } else { operation.to_owned() };
        let schema = self.schema(&pascal(&name), || schema::body(entity, more, Mode::Add));
        let fields = schema::joined(entity.fields, more);
        let needed = self.examples.needed(&fields, entity.short);
        let everything = self.examples.everything(&fields, Mode::Add);
        let is_needed = fields.iter().any(|spec| spec.required);
        (schema, is_needed, vec![("Needed", needed), ("Everything", everything)])
    }

    fn edit_body(&mut self, entity: &'static Entity) -> Content {
        let name = pascal(&format!("{}_edit", entity.name));
        let schema = self.schema(&name, || schema::body(entity, &[], Mode::Edit));
        (schema, false, vec![("Example", self.examples.edit(entity.fields))])
    }

    /// What an operation takes that is no record.
    fn own_body(&mut self, operation: &'static Operation) -> Content {
        let name = pascal(&format!("{}_body", operation.name));
        let schema = self.schema(&name, || schema::writes(operation.body, Mode::Add));
        let example = match operation.example {
            [] => self.examples.everything(operation.body, Mode::Add),
            names => self.examples.some(operation.body, names),
        };
        (schema, operation.body.iter().any(|spec| spec.required), vec![("Example", example)])
    }

    fn success(&mut self, route: &Route) -> Value {
        let whole = if self.api == Api::Module { Form::Public } else { Form::Full };
        let (answer, form) = match route.action {
            Action::Verb(Verb::Add) => (Answer::Short, Form::Short),
            Action::Verb(Verb::Show | Verb::Identify | Verb::Edit) => (Answer::Full, whole),
            Action::Verb(Verb::Index | Verb::Filter) | Action::Related(_, Verb::Index | Verb::Filter) => {
                (Answer::Page, whole)
            }
            Action::Verb(Verb::IndexAll | Verb::FilterAll) => (Answer::Page, Form::Short),
            Action::Verb(Verb::List) | Action::Related(..) => (Answer::List, whole),
            Action::Verb(Verb::ListAll) => (Answer::List, Form::Short),
            _ if matches!(route.method, Method::Delete | Method::Link | Method::Unlink) => {
                return self.response("Done", "Done; `content` is null.", &json!({"type": "null"}), None, false);
            }
            Action::Behaviour(operation) => {
                let form = match (operation.answer, operation.records) {
                    (Answer::Full, _) => whole,
                    (Answer::Short, _) | (_, Records::Short) => Form::Short,
                    (_, Records::Full) => whole,
                    (_, Records::Own(class, fields)) => Form::Own(class, fields),
                    (_, Records::Various) => Form::Various,
                };
                (operation.answer, form)
            }
            Action::Verb(Verb::Delete) | Action::Link(_) | Action::Unlink(_) => (Answer::Other, Form::Various),
        };
        let parts = match (form, route.entity) {
            (Form::Own(class, fields), _) => Some(self.own(class, fields)),
            (Form::Various, _) | (_, None) => None,
            (form, Some(entity)) => Some(self.form(entity, form)),
        };
        match parts {
            Some(parts) => self.typed(answer, &parts),
            None => self.loose(answer),
        }
    }

    /// An answer whose records are known.
    fn typed(&mut self, answer: Answer, parts: &Parts) -> Value {
        let Parts { items, name, one, many, example } = parts;
        match answer {
            Answer::List => {
                self.response(&format!("{name}List"), &format!("A LIST of {many}."), &common::list(items), None, false)
            }
            Answer::Page => {
                let text = format!("A PAGINATION_LIST of {many}.");
                self.response(&format!("{name}Page"), &text, &common::page(items), None, false)
            }
            Answer::Range => {
                let text = format!("A RANGE_LIST of {many}.");
                self.response(&format!("{name}Range"), &text, &common::range(items), None, false)
            }
            Answer::Bytes => self.loose(answer),
            Answer::Other => {
                let content = json!({"anyOf": [items, {"type": "null"}]});
                let text = format!("The {one}; null when there is none.");
                self.response(&format!("{name}OrNull"), &text, &content, None, false)
            }
            Answer::Full | Answer::Short => {
                self.response(name, &format!("The {one}."), items, Some(example.clone()).filter(|e| !e.is_null()), true)
            }
        }
    }

    /// Records that only one operation answers.
    fn own(&mut self, class: &'static str, fields: &'static [&'static FieldSpec]) -> Parts {
        let name: String = class.split('_').map(|word| sentence(&word.to_ascii_lowercase())).collect();
        let items = self.schema(&name, || schema::own(class, fields));
        let noun = class.to_ascii_lowercase().replace('_', " ");
        let many = plural(&noun);
        Parts { items, name: format!("{name}Answer"), one: noun, many, example: Value::Null }
    }

    /// An entity's form: its schema as a component, and how the answers that hold it are called.
    fn form(&mut self, entity: &'static Entity, form: Form) -> Parts {
        let (items, word, example) = match form {
            Form::Short => {
                let name = pascal(&format!("{}_short", entity.name));
                (self.schema(&name, || schema::short(entity)), "Short", self.examples.short(entity))
            }
            Form::Public => {
                let name = pascal(&format!("{}_public", entity.name));
                (self.schema(&name, || schema::full(entity, &[], true)), "Public", Value::Null)
            }
            _ => {
                let linked = self.linked(entity);
                for other in &linked {
                    self.schema(&pascal(&format!("{}_short", other.name)), || schema::short(other));
                }
                let schema = self.schema(&pascal(entity.name), || schema::full(entity, &linked, false));
                (schema, "Full", self.examples.full(entity))
            }
        };
        let form = word.to_lowercase();
        Parts {
            items,
            name: format!("{}{word}", pascal(entity.name)),
            one: format!("{} ({form} form)", spaced(entity.name)),
            many: format!("{} ({form} form)", plural(entity.name)),
            example,
        }
    }

    fn linked(&self, entity: &Entity) -> Vec<&'static Entity> {
        let relations = entity.relations.iter().filter(|relation| relation.linked && !relation.reversed);
        let found = relations
            .filter_map(|relation| self.examples.entities.iter().copied().find(|other| other.name == relation.other));
        found.collect()
    }

    /// Answers whose records the tables do not describe.
    fn loose(&mut self, answer: Answer) -> Value {
        let record = json!({"$ref": "#/components/schemas/Record"});
        match answer {
            Answer::List => self.response("RecordList", "A LIST.", &common::list(&record), None, false),
            Answer::Page => self.response("RecordPage", "A PAGINATION_LIST.", &common::page(&record), None, false),
            Answer::Range => self.response("RecordRange", "A RANGE_LIST.", &common::range(&record), None, false),
            Answer::Full | Answer::Short => self.response("AnyRecord", "The record.", &record, None, true),
            Answer::Other => self.response("Answer", "What the operation is for, or null.", &json!({}), None, false),
            Answer::Bytes => {
                let bytes = json!({
                    "description": "The bytes of the file, without an envelope.",
                    "headers": common::success_headers(false),
                    "content": {"*/*": {}},
                });
                self.responses.insert("Bytes".into(), bytes);
                json!({"$ref": "#/components/responses/Bytes"})
            }
        }
    }

    /// An answer in the envelope as a component.
    fn response(&mut self, name: &str, text: &str, content: &Value, example: Option<Value>, versioned: bool) -> Value {
        if !self.responses.contains_key(name) {
            let mut media = json!({"schema": {
                "type": "object",
                "required": ["messageList", "content"],
                "properties": {
                    "messageList": {"$ref": "#/components/schemas/MessageList"},
                    "content": content,
                },
            }});
            if let Some(example) = example {
                media["example"] = json!({"messageList": [], "content": example});
            }
            let response = json!({
                "description": text,
                "headers": common::success_headers(versioned),
                "content": {"application/json": media},
            });
            self.responses.insert(name.to_owned(), response);
        }
        json!({"$ref": format!("#/components/responses/{name}")})
    }
}

/// Whether a hand-written operation takes the fields of its entity.
fn is_entity_body(entity: &Entity, operation: &Operation) -> bool {
    operation.extends || std::ptr::eq(entity.fields, operation.body)
}

fn word(route: &Route) -> &str {
    route.operation.rsplit('_').next().unwrap_or_default()
}

fn searches(route: &Route) -> bool {
    word(route).starts_with("filter")
}

fn is_versioned(route: &Route) -> bool {
    matches!(word(route), "edit" | "delete" | "move" | "cancel") && route.in_organization
}

fn refusals(route: &Route, all: bool) -> Vec<&'static str> {
    if all {
        return vec!["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429", "500", "503"];
    }
    let mut statuses = vec!["400", "401", "403", "404", "429", "500", "503"];
    if route.writes() {
        statuses.extend(["409", "413", "415"]);
    }
    if route.method == Method::Post {
        statuses.push("422");
    }
    if is_versioned(route) {
        statuses.push("412");
    }
    statuses
}

fn description(route: &Route) -> String {
    let mut sentences = Vec::new();
    if let Some(id) = route.permission.and_then(|(entity, write)| permission::permission_for(entity, write)) {
        sentences.push(format!("Needs the permission `{id}`."));
    }
    if !route.in_organization {
        sentences.push("The token may be one without an organization.".into());
    }
    match route.action {
        Action::Link(_) | Action::Unlink(_) => {
            sentences.push("Without body and without `Content-Length`; doing it twice changes nothing.".into());
        }
        Action::Verb(Verb::Edit) => sentences.push("Partial: what is absent stays, `null` clears.".into()),
        Action::Verb(Verb::List | Verb::ListAll) => sentences.push("At most 9 999 records.".into()),
        _ => {}
    }
    sentences.join(" ")
}
