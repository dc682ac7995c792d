//! The same over HTTP and through the database: what `show` answers is what was accepted; what was refused left nothing.

use super::bytes::broken;
use super::documents::{Document, References, document};
use super::expected;
use crate::contract::walk::{Prepared, prepared};
use kalends_engine::entity::{Entity, Verb};
use kalends_entities::ENTITIES;
use kalends_testkit::client::{Answer, Caller};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Documents for each entity and database: to add, to edit.
const DOCUMENTS: (usize, usize) = (14, 10);

/// Fields that the system fills in when they are left empty, by entity.
const FILLED: &[(&str, &str)] = &[("appConfig", "name"), ("moduleConfig", "name")];

/// Where an entity's records are made, shown, changed and listed.
struct Place {
    entity: &'static Entity,
    add: String,
    list: String,
    /// Before and after the id.
    record: String,
}

impl Place {
    /// Every entity that clients can add and show.
    fn all(prepared: &Prepared) -> Vec<Self> {
        let organization = format!("/organization/{}", prepared.ids["organizationId"]);
        let mut places = vec![Self {
            entity: &kalends_entities::organization::ENTITY,
            add: format!("{organization}/organization/addSub"),
            list: format!("{organization}/organization/list"),
            record: "/organization/".into(),
        }];
        let can =
            |entity: &&&Entity| [Verb::Add, Verb::Show, Verb::List].iter().all(|verb| entity.verbs.contains(verb));
        for entity in ENTITIES.iter().filter(can) {
            let parts = entity.collection.split('/').map(|part| match part.strip_prefix('{') {
                Some("customEntityType}") => "rentalCar".to_owned(),
                Some(parameter) => prepared.ids.get(parameter.trim_end_matches('}')).cloned().unwrap_or_default(),
                None => part.to_owned(),
            });
            let collection = format!("{organization}/{}", parts.collect::<Vec<_>>().join("/"));
            places.push(Self {
                entity,
                add: format!("{collection}/add"),
                list: format!("{collection}/list"),
                record: format!("{collection}/"),
            });
        }
        places
    }

    async fn show(&self, caller: &Caller, id: &str) -> Value {
        caller.get(&format!("{}{id}/show", self.record)).await.content(200).clone()
    }

    async fn count(&self, caller: &Caller) -> Value {
        caller.get(&self.list).await.content(200)["recordTotal"].clone()
    }
}

fn sample<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>, runner: &mut TestRunner) -> T {
    strategy.new_tree(runner).expect("a value").current()
}

/// Names at the top level of what a refusal names; each message must name something.
#[track_caller]
fn named(answer: &Answer, sent: &Document) -> BTreeSet<String> {
    let messages = answer.json["messageList"].as_array().expect("messages").len();
    let parameters = answer.parameters();
    assert!(messages > 0 && messages == parameters.len(), "names nothing: {}\n{sent:?}", answer.text);
    parameters.iter().map(|parameter| parameter.split('.').next().unwrap_or_default().to_owned()).collect()
}

/// A refusal is right: never ours, wrong fields named and no others.
#[track_caller]
fn refused(answer: &Answer, sent: &Document) {
    assert!(matches!(answer.status, 400 | 409), "{} for {sent:?}", answer.text);
    let names = named(answer, sent);
    assert!(sent.wrong.is_empty() || names == sent.wrong, "{:?} is wrong: {}\n{sent:?}", sent.wrong, answer.text);
}

#[track_caller]
fn comes_back(entity: &Entity, sent: &Document, shown: &Value) {
    let mut counted = sent.counted();
    counted.retain(|name, value| !value.is_null() || !FILLED.contains(&(entity.name, name)));
    let mut complaints = expected::compare(entity.fields, &counted, shown);
    complaints.extend(entity.additional_data.then(|| expected::additional_data(&sent.body, shown)).flatten());
    if let Some(custom_id) = sent.body.get("customId") {
        assert_eq!(shown["customId"], expected::custom_id(custom_id), "{sent:?}");
    }
    assert!(complaints.is_empty(), "{}: {complaints:?}\nsent {sent:?}", entity.name);
}

/// Adds documents; answers one that was accepted.
async fn adds(place: &Place, caller: &Caller, references: &References, runner: &mut TestRunner) -> Option<String> {
    let strategy = document(place.entity, true, references);
    let mut accepted = None;
    for _ in 0..DOCUMENTS.0 {
        let sent = sample(&strategy, runner);
        let before = place.count(caller).await;
        let answer = caller.post(&place.add, Value::Object(sent.body.clone())).await;
        if answer.status == 201 {
            assert!(sent.wrong.is_empty(), "{:?} was accepted: {sent:?}", sent.wrong);
            let id = answer.json["content"]["id"].as_str().expect("an id").to_owned();
            comes_back(place.entity, &sent, &place.show(caller, &id).await);
            accepted = Some(id);
        } else {
            refused(&answer, &sent);
            assert_eq!(place.count(caller).await, before, "a refused document was written: {sent:?}");
        }
    }
    accepted
}

/// Changes one record again and again.
async fn edits(place: &Place, caller: &Caller, references: &References, id: &str, runner: &mut TestRunner) {
    let strategy = document(place.entity, false, references);
    for _ in 0..DOCUMENTS.1 {
        let sent = sample(&strategy, runner);
        let before = place.show(caller, id).await;
        let answer = caller.put(&format!("{}{id}/edit", place.record), Value::Object(sent.body.clone())).await;
        let after = place.show(caller, id).await;
        if answer.status == 200 {
            assert!(sent.wrong.is_empty(), "{:?} was accepted: {sent:?}", sent.wrong);
            comes_back(place.entity, &sent, &after);
        } else {
            refused(&answer, &sent);
            assert_eq!(after, before, "a refused document changed something: {sent:?}");
        }
    }
}

both! {
    /// Every entity, documents right and wrong, added and edited.
    async fn documents(app) {
        let prepared = prepared(&app, "").await;
        let caller = &prepared.caller;
        let mut runner = TestRunner::default();
        for place in Place::all(&prepared) {
            let added = adds(&place, caller, &prepared.ids, &mut runner).await;
            let own = prepared.ids.get(&format!("{}Id", place.entity.name)).cloned();
            // An app is installed once: what the examples installed is edited.
            let id = added.or(own).unwrap_or_else(|| panic!("no document was accepted for {}", place.entity.name));
            edits(&place, caller, &prepared.ids, &id, &mut runner).await;
        }
    }

    /// Bytes that are no document: 400, nothing written, the connection lives on.
    async fn garbage(app) {
        let demo = app.demo().await;
        let mut runner = TestRunner::default();
        let strategy = broken();
        let mut count = demo.get("/customer/list").await.content(200)["recordTotal"].as_i64();
        for _ in 0..150 {
            let bytes = sample(&strategy, &mut runner);
            let request = demo.request("POST", "/customer/add").header("content-type", "application/json").body(bytes.clone());
            let answer = Answer::read(request.send().await.expect("an answer")).await;
            assert!(matches!(answer.status, 201 | 400), "{}: {}", String::from_utf8_lossy(&bytes), answer.text);
            assert!(answer.json["messageList"].is_array(), "{}", answer.text);
            if answer.status == 201 {
                count = count.map(|count| count + 1);
                let id = answer.json["content"]["id"].as_str().expect("an id").to_owned();
                let sent: Value = serde_json::from_slice(&bytes).expect("what was accepted is JSON");
                assert_eq!(demo.get(&format!("/customer/{id}/show")).await.content(200)["lastName"], sent["lastName"]);
            }
        }
        assert_eq!(demo.get("/customer/list").await.content(200)["recordTotal"].as_i64(), count);
    }

    /// The borders of size and depth, exactly.
    async fn borders(app) {
        let demo = app.demo().await;
        let body = |length: usize| {
            let frame = json!({"lastName": "Border", "additionalData": {"x": ""}}).to_string();
            frame.replace("\"\"", &format!("\"{}\"", "x".repeat(length - frame.len())))
        };
        for (length, status) in [(256 * 1024, 201), (256 * 1024 + 1, 413), (3 * 1024 * 1024, 413)] {
            let text = body(length);
            assert_eq!(text.len(), length);
            let request = demo.request("POST", "/customer/add").header("content-type", "application/json").body(text);
            let answer = Answer::read(request.send().await.expect("an answer")).await;
            assert_eq!(answer.status, status, "{}", answer.text);
        }
        // The body itself is the first level, `additionalData` the second.
        for (levels, status) in [(30, 201), (31, 400)] {
            let text = format!("{{\"lastName\":\"Deep\",\"additionalData\":{{\"x\":{}{}}}}}", "[".repeat(levels), "]".repeat(levels));
            let request = demo.request("POST", "/customer/add").header("content-type", "application/json").body(text);
            let answer = Answer::read(request.send().await.expect("an answer")).await;
            assert_eq!(answer.status, status, "{levels}: {}", answer.text);
        }
        for (field, most) in [("firstName", 120), ("notes", 10_000), ("title", 60), ("customId", 255)] {
            for (length, status) in [(most, 201), (most + 1, 400)] {
                // Length counts characters, not bytes.
                let answer = demo.post("/customer/add", json!({"lastName": "Long", field: "\u{1d538}".repeat(length)})).await;
                assert_eq!(answer.status, status, "{field} {length}: {}", answer.text);
                assert!(status == 201 || answer.parameters() == [field], "{}", answer.text);
            }
        }
        // Names that grow when they are folded for order and search.
        let group = demo.post("/customerGroup/add", json!({"name": varied(120)})).await;
        group.content(201);
    }
}

/// Letters that become many when they are taken apart, in an order that no compression shortens.
fn varied(length: usize) -> String {
    let mut state = 7_u32;
    // Squared Japanese words and Arabic ligatures.
    let letters: Vec<char> = ('\u{3300}'..='\u{3357}').chain('\u{fdf0}'..='\u{fdfb}').collect();
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        letters[state as usize / 65_536 % letters.len()]
    };
    (0..length).map(|_| next()).collect()
}
