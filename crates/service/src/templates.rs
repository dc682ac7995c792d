//! What a new organization may begin with: `organizationTemplateList` and `static/organizationTemplateData/list`.

use kalends_catalog::locale::Language;
use serde_json::{Value, json};

/// Names of the templates.
pub(crate) const NAMES: [&str; 2] = ["DEFAULT_DE", "DEFAULT_EN"];

/// Records a template makes: entity and document.
pub(crate) fn records(name: &str) -> Vec<(&'static str, Value)> {
    let regular = match name {
        "DEFAULT_DE" => "Stammkunden",
        "DEFAULT_EN" => "Regular customers",
        _ => return Vec::new(),
    };
    vec![("customerGroup", json!({"name": regular}))]
}

/// The templates as `static/organizationTemplateData/list` shows them.
pub(crate) fn list(language: Language) -> Vec<Value> {
    let describe = |name: &str| match (language, name) {
        (Language::De, "DEFAULT_DE") => "Grundausstattung auf Deutsch",
        (Language::De, _) => "Grundausstattung auf Englisch",
        (Language::En, "DEFAULT_DE") => "Basic set in German",
        (Language::En, _) => "Basic set in English",
    };
    let made = |name: &str| -> Vec<Value> {
        records(name).iter().map(|(entity, document)| json!({"entity": entity, "name": document["name"]})).collect()
    };
    NAMES
        .iter()
        .map(|name| json!({"class": "ORGANIZATION_TEMPLATE_DATA", "id": name, "name": describe(name), "recordList": made(name)}))
        .collect()
}
