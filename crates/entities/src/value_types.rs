//! Types of values that apps, modules and organizations declare themselves: settings of configurations and extra fields.

use kalends_engine::field::{self, FieldSpec};
use kalends_engine::scalar;
use serde_json::{Value, json};

/// Whether there is a value at all.
pub fn is_given(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}

/// Whether a value is of the declared type. Clients send every value as text; a truth value or number is right as well.
pub fn fits(declared: &Value, value: &Value) -> bool {
    if !is_given(value) {
        return true;
    }
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        _ => return false,
    };
    let all = |test: fn(char) -> bool| text.chars().all(test);
    let scalar = |spec: FieldSpec| scalar::check(&spec, &json!(text)).is_ok();
    match declared["type"].as_str().unwrap_or_default() {
        "CHECKBOX" => matches!(text.as_str(), "true" | "false" | "0" | "1"),
        "INPUT" | "SECRET" => text.chars().count() <= field::TEXT_MAX,
        "DATE" => scalar(field::date("value").spec),
        "TIME" => scalar(field::time("value").spec),
        "DATETIME" => scalar::instant(&text).is_ok(),
        "SELECT" => {
            declared["optionList"].as_array().is_some_and(|options| options.iter().any(|option| option == &text))
        }
        "EMAIL" => scalar(field::email("value").spec),
        "MOBILE" => scalar(field::mobile("value").spec),
        "URL" => scalar(field::url("value").spec),
        "NUMBER" => text.parse::<f64>().is_ok_and(f64::is_finite),
        "ALPHA" => all(char::is_alphabetic),
        "ALPHANUM" => all(char::is_alphanumeric),
        "DIGIT" => all(|c| c.is_ascii_digit()),
        "HEX" => all(|c| c.is_ascii_hexdigit()),
        "COLOR" => scalar(field::colour("value").spec),
        _ => text.chars().count() <= 10_000,
    }
}
