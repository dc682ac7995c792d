//! In the process, many: the engine's reading of documents.

use super::documents::{Document, References, document, name, properties};
use super::expected;
use jiff::tz::TimeZone;
use kalends_engine::Body;
use kalends_engine::entity::Entity;
use kalends_engine::input::{self, Mode};
use kalends_engine::output::{self, View};
use kalends_engine::problem::Problem;
use kalends_engine::record::Record;
use kalends_entities::ENTITIES;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Documents for each entity and mode.
const CASES: u32 = 400;

/// Top-level names of the problems; each must have one.
fn named(problems: &[Problem]) -> Result<BTreeSet<String>, TestCaseError> {
    let mut names = BTreeSet::new();
    for problem in problems {
        let parameter = problem.parameter.as_deref();
        let parameter = parameter.ok_or_else(|| TestCaseError::fail(format!("names nothing: {problem:?}")))?;
        names.insert(parameter.split('.').next().unwrap_or_default().to_owned());
    }
    Ok(names)
}

fn holds(entity: &'static Entity, mode: Mode, stored: &Body, document: &Document) -> Result<(), TestCaseError> {
    let applied = match input::apply(entity, mode, stored, &document.body, false) {
        Ok(applied) => applied,
        Err(problems) => {
            let names = named(&problems)?;
            // Checks over several fields have the last word, once each of them is right.
            let whole = document.wrong.is_empty() && entity.check.is_some();
            prop_assert!(whole || names == document.wrong, "wrong {:?}, named {problems:?}", document.wrong);
            return Ok(());
        }
    };
    prop_assert!(document.wrong.is_empty(), "accepted although {:?} are wrong", document.wrong);
    let noted = named(&applied.notes)?;
    prop_assert!(document.ignored.is_subset(&noted), "ignored {:?}, noted {noted:?}", document.ignored);
    let zone = TimeZone::get("America/St_Johns").expect("bundled");
    let record = Record { body: applied.body.clone(), ..Record::default() };
    let shown = Value::Object(output::full(entity, &record, View { zone: &zone, above: None }));
    let complaints = expected::compare(entity.fields, &document.counted(), &shown);
    prop_assert!(complaints.is_empty(), "{complaints:?}");
    prop_assert_eq!(expected::additional_data(&document.body, &shown), None);
    prop_assert_eq!(applied.custom_id, document.body.get("customId").map(expected::custom_id));
    for spec in properties(entity.fields) {
        let name = name(&spec);
        let says_nothing = document.body.get(&name).is_none_or(|sent| {
            // `result` is what was read; sent back alone it is no change.
            spec.is_inheritable() && sent.as_object().is_some_and(|sent| sent.len() == 1 && sent.contains_key("result"))
        });
        if says_nothing {
            prop_assert_eq!(applied.body.get(&name), stored.get(&name), "{} was not changed", name);
        }
    }
    // What is asked to be strict refuses exactly what is noted otherwise.
    let strict = input::apply(entity, mode, stored, &document.body, true);
    prop_assert_eq!(strict.is_err(), !applied.notes.is_empty());
    Ok(())
}

fn run(entity: &'static Entity, cases: u32, strategy: &BoxedStrategy<(Document, Document)>) {
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(strategy, |(first, second)| {
        holds(entity, Mode::Add, &Map::new(), &first)?;
        let Ok(applied) = input::apply(entity, Mode::Add, &Map::new(), &first.body, false) else { return Ok(()) };
        holds(entity, Mode::Edit, &applied.body, &second)
    });
    if let Err(error) = outcome {
        panic!("{}: {error}", entity.name);
    }
}

/// Every entity reads every document: right ones whole, wrong ones not at all, with each wrong field named and no other.
#[test]
fn documents_are_taken_whole_or_refused_by_name() {
    let entities = ENTITIES.iter().copied().filter(|entity| entity.name != "log");
    for entity in entities {
        let references = References::new();
        let both = (document(entity, true, &references), document(entity, false, &references)).boxed();
        run(entity, CASES, &both);
    }
}

/// Documents that have nothing to do with the table: an answer, never a panic, and every refusal names something.
#[test]
fn garbage_is_refused_by_name() {
    let names: BTreeSet<String> = ENTITIES
        .iter()
        .flat_map(|entity| properties(entity.fields))
        .map(|spec| name(&spec))
        .chain(["customId".into(), "additionalData".into()])
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    let keys = proptest::sample::select(names);
    let body = proptest::collection::vec((keys, super::documents::json_value()), 0..12);
    let strategy = (0..ENTITIES.len(), body, any::<bool>(), any::<bool>());
    let mut runner = TestRunner::new(Config { cases: 4_000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&strategy, |(index, pairs, adds, strict)| {
        let body: Body = pairs.into_iter().collect();
        let mode = if adds { Mode::Add } else { Mode::Edit };
        if let Err(problems) = input::apply(ENTITIES[index], mode, &Map::new(), &body, strict) {
            named(&problems)?;
            prop_assert!(!problems.is_empty());
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
