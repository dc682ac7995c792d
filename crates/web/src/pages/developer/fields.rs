//! Between forms and documents: lists written line by line, translations, and what was wrong with which field.

use super::super::form::{Form, sentence};
use super::super::visitor::Visitor;
use kalends_catalog::message;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use serde_json::{Value, json};

/// Languages that texts can be entered in.
pub(super) const LANGUAGES: [&str; 2] = ["de", "en"];

/// The entries of a text area: one a line, empty lines left out.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Words with commas or blanks between them.
pub(super) fn words(text: &str) -> Vec<String> {
    let parts = text.split(|letter: char| letter == ',' || letter.is_whitespace());
    parts.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// A list of texts in a record's body.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The translation of a field that a body holds.
pub(super) fn translation(body: &kalends_engine::Body, name: &str, language: &str) -> String {
    let list = body.get(&format!("{name}I18nList")).and_then(Value::as_array);
    let found = list.into_iter().flatten().find(|entry| entry["key"] == language);
    found.and_then(|entry| entry["value"].as_str()).unwrap_or_default().to_owned()
}

/// The translations of `name.de`, `name.en`, with those in other languages that are stored already.
pub(super) fn translations(form: &Form, name: &str, stored: Option<&kalends_engine::Body>) -> Value {
    let mut list: Vec<Value> = Vec::new();
    for language in LANGUAGES {
        let text = form.value(&format!("{name}.{language}")).trim();
        if !text.is_empty() {
            list.push(json!({"key": language, "value": text}));
        }
    }
    let others = stored.and_then(|body| body.get(&format!("{name}I18nList"))).and_then(Value::as_array);
    let is_other = |entry: &&Value| !entry["key"].as_str().is_some_and(|key| LANGUAGES.contains(&key));
    list.extend(others.into_iter().flatten().filter(is_other).cloned());
    Value::Array(list)
}

/// Puts a record's version into a form, so that two people do not overwrite each other.
pub(super) fn versioned(form: &mut Form, record: &Record) {
    form.set("recordVersion", record.version.to_string());
}

/// Takes the reasons of a refusal. `field` says which field of the form a parameter is; entries of lists are named by
/// their line.
pub(super) fn refuse(form: &mut Form, visitor: &Visitor, failure: &Failure, field: impl Fn(&str) -> String) {
    for problem in &failure.problems {
        let parameter = problem.parameter.as_deref().unwrap_or_default();
        let said = sentence(visitor, problem);
        let line = parameter.rsplit_once('.').and_then(|(_, index)| index.parse::<usize>().ok());
        let said = match line {
            Some(line) => {
                let number = (line + 1).to_string();
                message::text(visitor.language, "developer-line", &[("line", &number), ("problem", &said)])
            }
            None => said,
        };
        form.errors.push((field(parameter), said));
    }
}

/// The field of the general forms that a parameter is.
pub(super) fn general(parameter: &str) -> String {
    let name = parameter.split('.').next().unwrap_or_default();
    match name {
        "nameI18nList" => "name.de".to_owned(),
        "descriptionI18nList" => "description.de".to_owned(),
        _ => name.to_owned(),
    }
}
