//! What apps and modules have in common: how they present themselves, what they want, what can be set.

use crate::{employee_group, shared};
use kalends_engine::Body;
use kalends_engine::field::{Field, FieldSpec, Kind, boolean, list, locale, long_text, object, one_of, text, url};
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
/// Permissions an app declares.
pub static PERMISSIONS: Field<Value> = list("permissionList", &PERMISSION).max(200);

static KEY: Field<String> = text("key").required().max(80);
static SETTING_NAME: Field<String> = text("name").translated();
static TYPE: Field<String> = one_of("type", shared::VALUE_TYPES).required();
static REQUIRED: Field<bool> = boolean("required");
static OPTION: FieldSpec = text("option").spec;
static OPTIONS: Field<Value> = list("optionList", &OPTION).max(200);
static DEFINITION: FieldSpec =
    object("setting", &[&KEY.spec, &SETTING_NAME.spec, &TYPE.spec, &REQUIRED.spec, &OPTIONS.spec]).spec;
/// The settings an organization may make.
pub static DEFINITIONS: Field<Value> = list("settingDefinitionList", &DEFINITION).max(200);

static VALUE: Field<Value> = kalends_engine::field::any("value");
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

/// Declared permissions must exist; keys of settings must differ.
pub fn check(body: &Body, problems: &mut Vec<Problem>) {
    let list = |name: &str| body.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    employee_group::permissions(body, problems);
    let definitions = list("settingDefinitionList");
    for (index, definition) in definitions.iter().enumerate() {
        if definitions[..index].iter().any(|other| other["key"] == definition["key"]) {
            problems.push(Problem::at("duplicate_key", format!("settingDefinitionList.{index}.key")));
        }
    }
}
