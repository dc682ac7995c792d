//! Groups of employees: they carry permissions and say which apps their members may use.

use kalends_catalog::permission;
use kalends_engine::Body;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity, linked};
use kalends_engine::field::{Field, FieldSpec, list, text};
use kalends_engine::problem::Problem;
use serde_json::Value;

static NAME: Field<String> = text("name").required().max(120).search();
static PERMISSION: FieldSpec = text("permission").max(80).spec;
static PERMISSIONS: Field<Value> = list("permissionList", &PERMISSION).max(200);

/// The table.
pub static ENTITY: Entity = entity("employeeGroup", "js")
    .fields(&[&NAME.spec, &PERMISSIONS.spec])
    .short(&[&NAME.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[linked("appConfig", "employeeGroup_appConfig")])
    .ordered_by(&NAME.spec)
    .check(check);

/// Permissions must exist.
fn check(body: &Body, problems: &mut Vec<Problem>) {
    permissions(body, problems);
}

/// Permissions that a body lists must exist (`static/permission/list`).
pub fn permissions(body: &Body, problems: &mut Vec<Problem>) {
    let list = body.get("permissionList").and_then(Value::as_array);
    for (index, id) in list.into_iter().flatten().enumerate() {
        let id = id.as_str().unwrap_or_default();
        if !permission::is_id(id) {
            let at = format!("permissionList.{index}");
            problems.push(Problem::at("unknown_permission", at).arg("permission", id.to_owned()));
        }
    }
}
