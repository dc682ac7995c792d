//! The audit trail. It is stored in a table of its own; the operations are hand-written.

use kalends_engine::entity::{Entity, entity};
use kalends_engine::field::{Field, FieldSpec, any, list, text};
use serde_json::Value;

static CATEGORY: Field<String> = text("category").read_only();
static CATEGORY_NAME: Field<String> = text("categoryName").read_only();
static ACTION: Field<String> = text("action").read_only();
static ENTITY_ID: Field<String> = text("entityId").read_only();
static ACTOR: Field<Value> = any("actor").read_only();
static REQUEST: Field<String> = text("requestId").read_only();
static CHANGE: FieldSpec = any("change").spec;
static CHANGES: Field<Value> = list("changeList", &CHANGE).read_only();

/// The table.
pub static ENTITY: Entity = entity("log", "34")
    .fields(&[
        &CATEGORY.spec,
        &CATEGORY_NAME.spec,
        &ACTION.spec,
        &ENTITY_ID.spec,
        &ACTOR.spec,
        &REQUEST.spec,
        &CHANGES.spec,
    ])
    .without_additional_data();
