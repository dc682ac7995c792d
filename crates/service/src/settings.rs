//! Settings of app and module configurations: each value is checked against the definition the app or module declares.

use kalends_engine::Body;
use kalends_engine::problem::Problem;
use kalends_engine::record::Record;
use kalends_entities::value_types::{fits, is_given};
use serde_json::{Value, json};

/// Checks `settings` (`[{key, value}]`) against `definition` (`[{key, type, required, optionList, …}]`).
pub(crate) fn check(definition: &[Value], settings: &[Value], problems: &mut Vec<Problem>) {
    for (index, setting) in settings.iter().enumerate() {
        let (key, at) = (setting["key"].as_str().unwrap_or_default(), format!("settingList.{index}"));
        let Some(declared) = definition.iter().find(|declared| declared["key"] == key) else {
            problems.push(Problem::at("unknown_setting", format!("{at}.key")).arg("key", key.to_owned()));
            continue;
        };
        if !fits(declared, &setting["value"]) {
            problems.push(Problem::at("bad_setting", format!("{at}.value")).arg("key", key.to_owned()));
        }
    }
    for declared in definition.iter().filter(|declared| declared["required"] == true) {
        let given = settings.iter().any(|setting| setting["key"] == declared["key"] && is_given(&setting["value"]));
        if !given {
            let key = declared["key"].as_str().unwrap_or_default().to_owned();
            problems.push(Problem::at("required", format!("settingList.{key}")));
        }
    }
}

/// Adds the defaults of settings that are not there.
pub(crate) fn complete(definition: &[Value], settings: &mut Vec<Value>) {
    for declared in definition.iter().filter(|declared| is_given(&declared["defaultValue"])) {
        if settings.iter().all(|setting| setting["key"] != declared["key"]) {
            settings.push(json!({"key": declared["key"], "value": declared["defaultValue"]}));
        }
    }
}

/// Checks the answers to extra fields, which arrive in an appointment's `additionalData` under the fields' keys. Keys that are
/// no extra field are the client's own. `complete` asks for the required ones too.
pub(crate) fn check_answers(fields: &[Record], answers: &Body, complete: bool, problems: &mut Vec<Problem>) {
    for field in fields {
        let declared = Value::Object(field.body.clone());
        let key = field.text("key");
        let at = format!("additionalData.{key}");
        let given = answers.get(key);
        // Several answers to one field come as a list.
        let each = match given {
            Some(Value::Array(list)) => list.as_slice(),
            Some(value) => std::slice::from_ref(value),
            None => &[],
        };
        if !each.iter().all(|value| fits(&declared, value)) {
            problems.push(Problem::at("bad_setting", at).arg("key", key.to_owned()));
            continue;
        }
        let is_answer = |value: &Value| is_given(value) && !(field.text("type") == "CHECKBOX" && is_off(value));
        if complete && declared["required"] == true && !each.iter().any(is_answer) {
            problems.push(Problem::at("required", at));
        }
    }
}

/// A required checkbox must be ticked.
fn is_off(value: &Value) -> bool {
    matches!(value.to_string().trim_matches('"'), "false" | "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_takes_its_values_and_refuses_others() {
        for (kind, good, bad) in [
            ("CHECKBOX", json!("true"), json!("yes")),
            ("DATE", json!("2021-09-28"), json!("28.9.2021")),
            ("TIME", json!("09:33:00"), json!("9")),
            ("DATETIME", json!("2021-09-29T12:00:00+01:00"), json!("2021-09-29")),
            ("COLOR", json!("#ffcc00"), json!("yellow")),
            ("EMAIL", json!("a@b.example"), json!("a")),
            ("MOBILE", json!("+4917012345678"), json!("0170")),
            ("URL", json!("http://www.example.com"), json!("www")),
            ("NUMBER", json!(123_456), json!("many")),
            ("ALPHA", json!("abc"), json!("a1")),
            ("ALPHANUM", json!("abc123"), json!("a-1")),
            ("DIGIT", json!("123456"), json!("12,3")),
            ("HEX", json!("abc123"), json!("xyz")),
            ("SELECT", json!("a"), json!("z")),
            ("INPUT", json!("words"), json!("x".repeat(256))),
            ("TEXTAREA", json!("words\nand words"), json!("x".repeat(10_001))),
            ("SECRET", json!("a key"), json!("x".repeat(256))),
        ] {
            let definition = [json!({"key": "k", "type": kind, "required": true, "optionList": ["a"]})];
            let problems = |value: &Value| {
                let mut problems = Vec::new();
                check(&definition, &[json!({"key": "k", "value": value})], &mut problems);
                problems
            };
            assert_eq!(problems(&good), [], "{kind}");
            assert_eq!(problems(&bad)[0].code, "bad_setting", "{kind}");
            assert_eq!(problems(&json!(""))[0].code, "required", "{kind}");
        }
        let mut problems = Vec::new();
        check(&[], &[json!({"key": "k", "value": "v"})], &mut problems);
        assert_eq!(problems[0].code, "unknown_setting");
    }
}
