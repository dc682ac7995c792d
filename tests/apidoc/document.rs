//! The OpenAPI documents against the routes, the standard, our own validation and real answers.

use jsonschema::{Validator, meta};
use kalends_engine::entity::Verb;
use kalends_engine::input::{self, Mode};
use kalends_engine::openapi::{self, MORE_METHODS};
use kalends_engine::route::{Action, Api, Method, Route};
use kalends_testkit::app::TestApp;
use kalends_testkit::client::Answer;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The schema of the OpenAPI Initiative for documents of version 3.1 (Apache-2.0), as published on 2026-08-03 at its `$id`.
const STANDARD: &str = include_str!("openapi-3.1.schema.json");
const APIS: [Api; 2] = [Api::App, Api::Module];

fn document(api: Api) -> Value {
    openapi::document(&kalends_entities::table(), api, "http://127.0.0.1:18181")
}

/// Method, path and operation of everything a document holds.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let item = item.as_object().expect("a path item");
        let more = item.get(MORE_METHODS).and_then(Value::as_object).into_iter().flatten();
        for (method, operation) in item.iter().chain(more) {
            if operation.get("operationId").is_some() {
                found.push((method.to_uppercase(), path.clone(), operation));
            }
        }
    }
    found
}

fn base(api: Api) -> &'static str {
    if api == Api::App { "/app/v3/{locale}" } else { "/module/v3/{locale}" }
}

#[test]
fn every_route_is_in_its_document() {
    let table = kalends_entities::table();
    for api in APIS {
        let document = document(api);
        let told: BTreeSet<String> = operations(&document)
            .into_iter()
            .map(|(method, path, operation)| format!("{method} {path} {}", operation["operationId"]))
            .collect();
        let served: BTreeSet<String> = table
            .routes()
            .iter()
            .filter(|route| route.api == api)
            .map(|route| format!("{} {}{} \"{}\"", route.method.word(), base(api), route.path, route.operation))
            .collect();
        assert_eq!(told, served);
        let ids: BTreeSet<String> =
            operations(&document).iter().map(|(_, _, operation)| operation["operationId"].to_string()).collect();
        assert_eq!(ids.len(), served.len(), "an operationId stands for one operation");
    }
}

#[test]
fn the_documents_are_openapi_3_1() {
    let standard: Value = serde_json::from_str(STANDARD).expect("JSON");
    let standard = jsonschema::validator_for(&standard).expect("a schema");
    for api in APIS {
        let mut document = document(api);
        complain(&standard, &document, "the document");
        for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
            meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        // What OpenAPI 3.2 calls `additionalOperations` must be operations like the others.
        for item in document["paths"].as_object_mut().expect("paths").values_mut() {
            let Some(Value::Object(more)) = item.as_object_mut().expect("an item").remove(MORE_METHODS) else {
                continue;
            };
            for operation in more.into_values() {
                item["patch"] = operation;
                let alone = json!({"openapi": "3.1.0", "info": {"title": "", "version": ""}, "paths": {"/": item}});
                complain(&standard, &alone, "an additional operation");
            }
        }
    }
}

fn complain(validator: &Validator, instance: &Value, what: &str) {
    let problems: Vec<String> =
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).take(5).collect();
    assert!(problems.is_empty(), "{what}: {problems:#?}");
}

#[test]
fn references_lead_somewhere_and_tags_are_declared() {
    for api in APIS {
        let document = document(api);
        let mut references = BTreeSet::new();
        collect(&document, &mut references);
        for reference in &references {
            let pointer = reference.strip_prefix('#').expect("only references inside of the document");
            assert!(document.pointer(pointer).is_some(), "{reference}");
        }
        for (kind, components) in document["components"].as_object().expect("components") {
            for name in components.as_object().expect("named").keys() {
                let used = references.contains(&format!("#/components/{kind}/{name}"));
                let stands_alone = kind == "securitySchemes" || kind == "headers" || name == "MethodNotAllowed";
                assert!(used || stands_alone, "nothing refers to {kind}/{name}");
            }
        }
        let tags: Vec<&Value> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
        for (_, path, operation) in operations(&document) {
            assert!(tags.contains(&&operation["tags"][0]), "{path}");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{path}");
        }
    }
}

fn collect(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            references.extend(object.get("$ref").and_then(Value::as_str).map(str::to_owned));
            object.values().for_each(|value| collect(value, references));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, references)),
        _ => {}
    }
}

/// The bodies in the examples of an operation.
fn examples(operation: &Value) -> Vec<&Map<String, Value>> {
    let named = operation["requestBody"]["content"]["application/json"]["examples"].as_object();
    named.into_iter().flatten().map(|(_, example)| example["value"].as_object().expect("an object")).collect()
}

/// A schema of the document on its own.
fn validator(document: &Value, schema: &Value) -> Validator {
    let mut root = schema.clone();
    root["components"] = document["components"].clone();
    jsonschema::options().should_validate_formats(true).build(&root).expect("a schema")
}

/// Every example passes what validates real requests, and the schema that stands beside it.
#[test]
fn examples_of_requests_are_accepted() {
    let table = kalends_entities::table();
    for api in APIS {
        let document = document(api);
        let find = |id: &Value| -> &Route {
            let found = table.routes().iter().find(|route| route.api == api && id == route.operation.as_str());
            found.expect("a route")
        };
        for (_, _, operation) in operations(&document) {
            let media = &operation["requestBody"]["content"]["application/json"];
            if media.is_null() {
                continue;
            }
            let route = find(&operation["operationId"]);
            let schema = validator(&document, &media["schema"]);
            let examples = examples(operation);
            assert!(!examples.is_empty(), "{} has a body but no example", route.operation);
            for example in examples {
                let problems = refused(route, example);
                assert!(problems.is_empty(), "{} {example:#?}: {problems:#?}", route.operation);
                complain(&schema, &Value::Object(example.clone()), &route.operation);
            }
        }
    }
}

/// What our own validation has against a body.
fn refused(route: &Route, body: &Map<String, Value>) -> Vec<String> {
    let entity = route.entity;
    let by_entity = |mode| {
        let entity = entity.expect("an entity");
        let everything = entity.fields.iter().filter(|field| field.required && mode == Mode::Edit);
        // What is edited was there before.
        let stored: Map<String, Value> = everything.map(|field| (field.name.to_owned(), json!("stored"))).collect();
        input::apply(entity, mode, &stored, body, true)
    };
    let result = match route.action {
        Action::Verb(Verb::Add) => by_entity(Mode::Add),
        Action::Verb(Verb::Edit) => by_entity(Mode::Edit),
        Action::Behaviour(operation) if operation.extends => {
            let own: Map<String, Value> = body
                .iter()
                .filter(|(name, _)| operation.body.iter().any(|field| field.name == *name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            input::check(operation.body, &own, false).and_then(|_| {
                let rest = body.iter().filter(|(name, _)| *name == "name" || !own.contains_key(*name));
                let rest = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
                input::apply(entity.expect("an entity"), Mode::Add, &Map::new(), &rest, true)
            })
        }
        Action::Behaviour(operation) if entity.is_some_and(|entity| std::ptr::eq(entity.fields, operation.body)) => {
            by_entity(if route.method == Method::Put { Mode::Edit } else { Mode::Add })
        }
        Action::Behaviour(operation) => input::check(operation.body, body, false),
        _ => panic!("{} takes no body", route.operation),
    };
    match result {
        Ok(applied) => applied.notes.iter().map(|note| format!("{note:?}")).collect(),
        Err(problems) => problems.iter().map(|problem| format!("{problem:?}")).collect(),
    }
}

/// The examples of answers fit the schemas beside them.
#[test]
fn examples_of_answers_fit_their_schemas() {
    for api in APIS {
        let document = document(api);
        for (name, response) in document["components"]["responses"].as_object().expect("responses") {
            let media = &response["content"]["application/json"];
            if let Some(example) = media.get("example") {
                complain(&validator(&document, &media["schema"]), example, name);
            }
        }
    }
}

/// The answer fits what the document says about the operation.
fn fits(document: &Value, operation: &str, answer: &Answer) {
    let operations = operations(document);
    let (_, _, told) =
        operations.iter().find(|(_, _, told)| told["operationId"] == operation).expect("the operation is described");
    let response = &told["responses"][answer.status.to_string()];
    let pointer = response["$ref"].as_str().unwrap_or_else(|| panic!("{operation} answered {}", answer.status));
    let schema = &document.pointer(&pointer[1..]).expect("a response")["content"]["application/json"]["schema"];
    complain(&validator(document, schema), &answer.json, &format!("{operation} {}", answer.text));
}

both! {
    /// What is really answered fits the schemas: full and short forms, lists, pages, refusals.
    async fn real_answers_fit(app) {
        let document = document(Api::App);
        let demo = app.demo().await;
        let example = |id: &str, name: &str| -> Value {
            let operations = operations(&document);
            let (_, _, told) = operations.iter().find(|(_, _, told)| told["operationId"] == id).expect("described");
            told["requestBody"]["content"]["application/json"]["examples"][name]["value"].clone()
        };
        for entity in ["customer", "customerGroup", "employeeGroup", "appointmentTemplateCategory", "appointmentTemplate", "resource"] {
            let added = demo.post(&format!("/{entity}/add"), example(&format!("{entity}_add"), "Everything")).await;
            assert_eq!(added.status, 201, "{entity}: {}", added.text);
            fits(&document, &format!("{entity}_add"), &added);
            let id = added.json["content"]["id"].as_str().expect("an id").to_owned();
            fits(&document, &format!("{entity}_show"), &demo.get(&format!("/{entity}/{id}/show")).await);
            let edited = demo.put(&format!("/{entity}/{id}/edit"), example(&format!("{entity}_edit"), "Example")).await;
            assert_eq!(edited.status, 200, "{entity}: {}", edited.text);
            fits(&document, &format!("{entity}_edit"), &edited);
            fits(&document, &format!("{entity}_list"), &demo.get(&format!("/{entity}/list")).await);
            fits(&document, &format!("{entity}_index"), &demo.get(&format!("/{entity}/index/1")).await);
            fits(&document, &format!("{entity}_filterAll"), &demo.get(&format!("/{entity}/filterAll/1?searchQuery=x")).await);
            fits(&document, &format!("{entity}_show"), &demo.get(&format!("/{entity}/{}/show", "x".repeat(32))).await);
            let wrong = demo.post(&format!("/{entity}/add"), json!({})).await;
            fits(&document, &format!("{entity}_add"), &wrong);
            fits(&document, &format!("{entity}_delete"), &demo.delete(&format!("/{entity}/{id}/delete")).await);
        }
        for (operation, path) in [
            ("organization_show", "/show"),
            ("organization_subOrganization_list", "/organization/list"),
            ("organization_availability_listDay", "/availability/year/2027/month/2/day/1/listDay"),
            ("organization_timeGrid_listWeek", "/timeGrid/year/2027/week/5/listWeek"),
            ("appointment_listMonth", "/appointment/year/2027/month/2/listMonth"),
            ("appointment_indexAllDay", "/appointment/year/2027/month/2/day/1/indexAllDay/1"),
            ("log_index", "/log/index/1"),
            ("log_filter", "/log/filter/1?searchQuery=customer"),
            ("employee_list", "/employee/list"),
            ("bookingResource_list", "/bookingResource/list"),
            ("app_list", "/app/list"),
            ("static_country_list", "/static/country/list"),
        ] {
            let caller = if operation.starts_with("static") { app.without_organization().await } else { app.demo().await };
            let answer = caller.get(path).await;
            assert_eq!(answer.status, 200, "{operation} {}", answer.text);
            fits(&document, operation, &answer);
        }
        let module = app.demo_module().await;
        let document = self::document(Api::Module);
        for (operation, path) in [
            ("organization_show", "/show"),
            ("bookingTemplate_list", "/bookingTemplate/list"),
            ("bookingResource_list", "/bookingResource/list"),
        ] {
            let answer = module.get(path).await;
            assert_eq!(answer.status, 200, "{operation} {}", answer.text);
            fits(&document, operation, &answer);
        }
        bookable(&app).await;
    }
}

/// Free times and what is booked: with an employee who is there, a template she serves, and a customer.
async fn bookable(app: &TestApp) {
    let (demo, document) = (app.demo().await, document(Api::App));
    let employee = demo.post("/employee/add", json!({"firstName": "Ada", "lastName": "Doe"})).await;
    let employee = employee.content(201)["id"].as_str().expect("an id").to_owned();
    let body = json!({"name": "Cut", "type": "SIMPLE", "duration": 30});
    let template = demo.post("/appointmentTemplate/add", body).await;
    let template = template.content(201)["id"].as_str().expect("an id").to_owned();
    let resources = demo.get("/bookingResource/list").await;
    let resources = resources.content(200)["recordList"].as_array().expect("a list").clone();
    let resource = resources.iter().find(|resource| resource["employeeId"] == employee.as_str()).expect("her resource");
    let resource = resource["id"].as_str().expect("an id");
    let link = format!("/appointmentTemplate/{template}/bookingResource/{resource}/link");
    let linked = demo.send("LINK", &link, None).await;
    assert_eq!(linked.status, 200, "{}", linked.text);
    fits(&document, "appointmentTemplate_bookingResource_link", &linked);
    let (start, end) = ("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00");
    let hours = json!({"rangeStart": start, "rangeEnd": end, "availability": [{"start": start, "end": end}]});
    for owner in ["", &format!("/employee/{employee}")] {
        let edited = demo.put(&format!("{owner}/availability/edit"), hours.clone()).await;
        assert_eq!(edited.status, 200, "{}", edited.text);
        let entity = if owner.is_empty() { "organization" } else { "employee" };
        fits(&document, &format!("{entity}_availability_edit"), &edited);
    }
    let templates = demo.get("/bookingTemplate/list").await;
    fits(&document, "bookingTemplate_list", &templates);
    let templates = templates.content(200)["recordList"].as_array().expect("a list").clone();
    let known = |bookable: &&Value| bookable["appointmentTemplateId"] == template.as_str() || bookable["name"] == "Cut";
    let bookable = templates.iter().find(known).expect("its public view")["id"].as_str().expect("an id");
    let slots = demo.get(&format!("/bookingTemplate/{bookable}/bookingSlot/year/2027/month/2/day/1/listDay")).await;
    fits(&document, "bookingSlot_listDay", &slots);
    let slot = slots.content(200)["list"][0]["id"].as_str().expect("a free slot").to_owned();
    let customer = demo.post("/customer/add", json!({"lastName": "Roe"})).await;
    let body = json!({"bookingSlotId": slot, "customerId": customer.content(201)["id"]});
    let added = demo.post("/appointment/add", body).await;
    fits(&document, "appointment_add", &added);
    let id = added.content(201)["id"].as_str().expect("an id").to_owned();
    for (operation, path) in [
        ("appointment_show", format!("/appointment/{id}/show")),
        ("appointment_bookingResourceReplaceList", format!("/appointment/{id}/bookingResourceReplaceList")),
        ("appointment_listDay", "/appointment/year/2027/month/2/day/1/listDay".into()),
    ] {
        fits(&document, operation, &demo.get(&path).await);
    }
}
