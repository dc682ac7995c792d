//! An installed app: configuration in an organization.

use crate::{employee_group, offer};
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity};
use kalends_engine::field::{Field, boolean, list, long_text, reference, text};
use serde_json::Value;

static ID: Field<String> = reference("appId", "app").required().add_only().indexed();
static INSTALLED: Field<String> = text("appName").read_only();
static ACCOUNT: Field<String> = reference("developerAccountId", "developerAccount").add_only();
static KEY: Field<String> = text("installKey").max(64).write_only();
static NAME: Field<String> = text("name").max(120).search();
static ACTIVE: Field<bool> = boolean("active").default("true");
static NOTES: Field<String> = long_text("notes");
static SETTINGS: Field<Value> = list("settingList", &offer::SETTING).max(200);

/// The table.
pub static ENTITY: Entity = entity("appConfig", "c3")
    .fields(&[
        &ID.spec,
        &INSTALLED.spec,
        &ACCOUNT.spec,
        &KEY.spec,
        &NAME.spec,
        &ACTIVE.spec,
        &NOTES.spec,
        &offer::PERMISSIONS.spec,
        &SETTINGS.spec,
    ])
    .short(&[&NAME.spec, &ID.spec, &INSTALLED.spec])
    .verbs(CRUD_AND_LISTS)
    .check(employee_group::permissions);
