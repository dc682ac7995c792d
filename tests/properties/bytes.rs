//! Bytes that may be no document at all, against the reader.

use super::documents::json_value;
use kalends_engine::json::{DEPTH_MAX, parse};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

/// JSON with something broken in it.
pub(super) fn broken() -> BoxedStrategy<Vec<u8>> {
    let document = json_value().prop_map(|value| serde_json::json!({"firstName": value, "lastName": "X"}).to_string());
    let spoiled = (document, any::<prop::sample::Index>(), any::<u8>(), 0_u8..5);
    let spoiled = spoiled.prop_map(|(text, at, byte, how)| {
        let mut bytes = text.into_bytes();
        let at = at.index(bytes.len());
        match how {
            0 => bytes.truncate(at),
            1 => bytes[at] = byte,
            2 => bytes.insert(at, byte),
            3 => drop(bytes.remove(at)),
            _ => bytes.extend_from_slice(b"}{"),
        }
        bytes
    });
    let deep = (1_usize..3_000, prop::sample::select(vec!["[", "{\"a\":", "[{\"a\":[", "\""]))
        .prop_map(|(times, opening)| opening.repeat(times).into_bytes());
    let numbers = prop::sample::select(vec![
        "1e999",
        "-1e999",
        "1e-999",
        "-0",
        "0123",
        "1.",
        ".5",
        "NaN",
        "Infinity",
        "123456789012345678901234567890",
    ])
    .prop_map(|number| format!("{{\"lastName\":\"X\",\"additionalData\":{{\"n\":{number}}}}}").into_bytes());
    let texts =
        prop::sample::select(vec!["\\ud800", "\\udc00\\ud800", "\\u0000", "\u{0}", "\\x", "\n", "\\u12", "\u{feff}"])
            .prop_map(|text| format!("{{\"lastName\":\"{text}\"}}").into_bytes());
    let twice = Just(br#"{"lastName":"a","notes":"b","lastName":"c"}"#.to_vec());
    let escaped = Just(br#"{"lastName":"a","\u006castName":"c"}"#.to_vec());
    prop_oneof![
        6 => spoiled, 2 => deep, 2 => numbers, 2 => texts, 1 => twice, 1 => escaped,
        2 => proptest::collection::vec(any::<u8>(), 0..80),
    ]
    .boxed()
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_nul),
        Value::Object(map) => map.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        _ => false,
    }
}

/// The reader refuses or answers exactly what a plain JSON reader reads; never too deep, never with NUL.
#[test]
fn reading_is_strict_and_never_fails_otherwise() {
    let mut runner = TestRunner::new(Config { cases: 6_000, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&broken(), |bytes| {
        let plain: Result<Value, _> = serde_json::from_slice(&bytes);
        match parse(&bytes) {
            Ok(value) => {
                prop_assert!(depth(&value) <= DEPTH_MAX && !has_nul(&value));
                prop_assert_eq!(Some(value), plain.ok());
            }
            Err(problem) => {
                let known = ["invalid_utf8", "invalid_json", "duplicate_key", "too_deep", "nul_character"];
                prop_assert!(known.contains(&problem.code), "{problem:?}");
                let strict = matches!(problem.code, "duplicate_key" | "too_deep" | "nul_character");
                prop_assert!(plain.is_err() || strict, "{problem:?} for what can be read");
            }
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
