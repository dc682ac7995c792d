//! What apps and modules have in common: how they present themselves, what they want, what can be set.

use crate::{employee_group, value_types};
use kalends_engine::Body;
use kalends_engine::field::{Field, FieldSpec, Kind, any, boolean, list, locale, long_text, object, one_of, text, url};
use kalends_engine::problem::Problem;
use serde_json::Value;

/// Name.
pub static NAME: Field<String> = text("name").required().max(120).search().translated();
static DESCRIPTION: Field<String> = long_text("description").translated();
static VERSION: Field<String> = text("version").max(40);
static VISIBILITY: Field<String> = one_of("visibility", &["PUBLIC", "PRIVATE"]).default("\"PRIVATE\"");
static IMAGE: FieldSpec = url("image").spec;
static IMAGES: Field<Value> = list("imageList", &IMAGE).max(20);
static LANGUAGE: FieldSpec = locale("language").spec;
static LANGUAGES: Field<Value> = list("languageList", &LANGUAGE).max(50);
static PERMISSION: FieldSpec = text("permission").max(80).spec;
/// Permissions: what an app declares, what a configuration grants it.
pub static PERMISSIONS: Field<Value> = list("permissionList", &PERMISSION).max(200);

static KEY: Field<String> = text("key").required().max(80);
static SETTING_NAME: Field<String> = text("name").translated();
/// Types of settings: those of extra fields, and a secret that is shown to the app only.
pub const SETTING_TYPES: &[&str] = &[
    "CHECKBOX", "INPUT", "TEXTAREA", "DATE", "TIME", "DATETIME", "SELECT", "EMAIL", "MOBILE", "URL", "NUMBER", "ALPHA",
    "ALPHANUM", "DIGIT", "HEX", "COLOR", SECRET,
];
/// The type of settings that are answered in clear to the app itself and to nobody else.
pub const SECRET: &str = "SECRET";
static TYPE: Field<String> = one_of("type", SETTING_TYPES).required();
static REQUIRED: Field<bool> = boolean("required");
static DEFAULT: Field<Value> = any("defaultValue");
static OPTION: FieldSpec = text("option").spec;
static OPTIONS: Field<Value> = list("optionList", &OPTION).max(200);
static DEFINITION: FieldSpec =
    object("setting", &[&KEY.spec, &SETTING_NAME.spec, &TYPE.spec, &REQUIRED.spec, &OPTIONS.spec, &DEFAULT.spec]).spec;
/// The settings an organization may make.
pub static DEFINITIONS: Field<Value> = list("settingDefinitionList", &DEFINITION).max(200);

static VALUE: Field<Value> = any("value");
/// One setting of a configuration.
pub static SETTING: FieldSpec =
    FieldSpec { kind: Kind::Object(&[&KEY.spec, &VALUE.spec]), ..object("setting", &[]).spec };

/// Fields of apps and modules.
pub static FIELDS: &[&FieldSpec] = &[
    &NAME.spec,
    &DESCRIPTION.spec,
    &VERSION.spec,
    &VISIBILITY.spec,
    &IMAGES.spec,
    &LANGUAGES.spec,
    &PERMISSIONS.spec,
    &DEFINITIONS.spec,
];

/// Declared permissions must exist; keys of settings must differ, and their defaults be of their types.
pub fn check(body: &Body, problems: &mut Vec<Problem>) {
    employee_group::permissions(body, problems);
    let definitions = definitions(body);
    for (index, definition) in definitions.iter().enumerate() {
        let at = |field: &str| format!("settingDefinitionList.{index}.{field}");
        if definitions[..index].iter().any(|other| other["key"] == definition["key"]) {
            problems.push(Problem::at("duplicate_key", at("key")));
        }
        // A default stands where everybody can read it.
        let secret = definition["type"] == SECRET && value_types::is_given(&definition["defaultValue"]);
        if secret || !value_types::fits(definition, &definition["defaultValue"]) {
            let key = definition["key"].as_str().unwrap_or_default().to_owned();
            problems.push(Problem::at("bad_setting", at("defaultValue")).arg("key", key));
        }
    }
}

/// What a module may not declare: a secret. Its configuration can be read by everybody who opens the booking page.
pub fn check_module(body: &Body, problems: &mut Vec<Problem>) {
    check(body, problems);
    for (index, definition) in definitions(body).iter().enumerate() {
        if definition["type"] == SECRET {
            problems.push(Problem::at("secret_in_module", format!("settingDefinitionList.{index}.type")));
        }
    }
}

fn definitions(body: &Body) -> &[Value] {
    body.get("settingDefinitionList").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
