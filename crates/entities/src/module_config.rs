//! An installed module: configuration in an organization.

use crate::offer;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, Verb, entity, linked};
use kalends_engine::field::{Field, boolean, list, long_text, reference, text};
use serde_json::Value;

static ID: Field<String> = reference("moduleId", "module").required().add_only().indexed();
static INSTALLED: Field<String> = text("moduleName").read_only();
static ACCOUNT: Field<String> = reference("developerAccountId", "developerAccount").add_only();
static KEY: Field<String> = text("installKey").max(64).write_only();
static NAME: Field<String> = text("name").max(120).search();
static ACTIVE: Field<bool> = boolean("active").default("true");
static NOTES: Field<String> = long_text("notes");
static SETTINGS: Field<Value> = list("settingList", &offer::SETTING).max(200);

/// The table.
pub static ENTITY: Entity = entity("moduleConfig", "5f")
    .fields(&[
        &ID.spec,
        &INSTALLED.spec,
        &ACCOUNT.spec,
        &KEY.spec,
        &NAME.spec,
        &ACTIVE.spec,
        &NOTES.spec,
        &SETTINGS.spec,
    ])
    .short(&[&NAME.spec, &ID.spec, &INSTALLED.spec])
    .verbs(CRUD_AND_LISTS)
    .module_verbs(&[Verb::Show, Verb::Identify])
    .relations(&[linked("appointmentTemplate", "moduleConfig_appointmentTemplate")]);
