//! Extra fields: what an organization or a template asks besides the usual. Answers arrive in `additionalData`.

use crate::shared;
use kalends_engine::Body;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity};
use kalends_engine::field::{Field, FieldSpec, boolean, list, one_of, text};
use kalends_engine::problem::Problem;
use serde_json::Value;

static KEY: Field<String> = text("key").required().max(80).search();
static NAME: Field<String> = text("name").required().max(255).search().translated();
static TYPE: Field<String> = one_of("type", shared::VALUE_TYPES).required();
static OPTION: FieldSpec = text("option").spec;
static OPTIONS: Field<Value> = list("optionList", &OPTION).max(200);
static REQUIRED: Field<bool> = boolean("required");

/// The table.
pub static ENTITY: Entity = entity("extraField", "l1")
    .fields(&[&KEY.spec, &NAME.spec, &TYPE.spec, &OPTIONS.spec, &REQUIRED.spec])
    .short(&[&KEY.spec, &NAME.spec, &TYPE.spec])
    .verbs(CRUD_AND_LISTS)
    .ordered_by(&NAME.spec)
    .check(check);

/// A list to choose from must have something in it.
fn check(body: &Body, problems: &mut Vec<Problem>) {
    let select = body.get("type").and_then(Value::as_str) == Some("SELECT");
    if select && body.get("optionList").and_then(Value::as_array).is_none_or(Vec::is_empty) {
        problems.push(Problem::at("required", "optionList"));
    }
}
