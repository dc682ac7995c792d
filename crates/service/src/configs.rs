//! Installing apps and modules: what `appConfig` and `moduleConfig` mean.
//!
//! A configuration grants the client access to its organization and everything below, while it is active.

use crate::call::Call;
use crate::dispatch::Job;
use crate::reply::Reply;
use crate::write::Place;
use crate::{Service, settings, shop};
use kalends_engine::entity::Entity;
use kalends_engine::input::Applied;
use kalends_engine::output;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records::Reader;
use kalends_store::{Tx, params, records};
use serde_json::{Value, json};

/// The entity that is installed by this kind of configuration, and the field that names it.
fn installed(entity: &Entity) -> (&'static Entity, &'static str, &'static str) {
    if entity.name == "appConfig" {
        (&entities::app::ENTITY, "appId", "appName")
    } else {
        (&entities::module::ENTITY, "moduleId", "moduleName")
    }
}

/// What is installed must be visible to the caller; its name and the checked settings enter the configuration.
pub(crate) async fn before_add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let (what, id_field, name_field) = installed(entity);
    let id = applied.body.get(id_field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let record = records::find_anywhere(tx, what.prefix, &id).await?;
    let Some(record) = record.filter(|record| shop::may_install(record, &call.caller)) else {
        return Err(Failure::invalid_at("bad_reference", id_field));
    };
    let relation = format!("{}.{id_field}", entity.name);
    let sql = "SELECT r.id FROM link l JOIN record r ON r.id = l.left_id \
               WHERE l.relation = $1 AND l.right_id = $2 AND r.organization_id = $3";
    let values = params![relation, id.as_str(), place.organization_id.as_str()];
    // An app stands in an organization once; a module may have several configurations (one per website).
    if entity.name == "appConfig" && !tx.rows(sql, &values).await?.is_empty() {
        return Err(Problem::at("already_installed", id_field).with_status(409));
    }
    let name = record.text("name").to_owned();
    if applied.body.get("name").is_none() {
        applied.body.insert("name".into(), json!(name));
    }
    applied.body.insert(name_field.into(), json!(name));
    check_settings(&record, applied)
}

/// What is installed cannot be exchanged; settings are checked against what the app or module declares today.
pub(crate) async fn before_edit(
    tx: &mut Tx,
    entity: &Entity,
    before: &Record,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let (what, id_field, _) = installed(entity);
    if applied.body.get("settingList") == before.body.get("settingList") {
        return Ok(());
    }
    let record = records::find_anywhere(tx, what.prefix, before.text(id_field)).await?;
    record.map_or(Ok(()), |record| check_settings(&record, applied))
}

fn check_settings(record: &Record, applied: &Applied) -> Result<(), Failure> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut problems = Vec::new();
    let definition = list(record.body.get("settingDefinitionList"));
    settings::check(&definition, &list(applied.body.get("settingList")), &mut problems);
    if problems.is_empty() { Ok(()) } else { Err(Failure::invalid(problems)) }
}

/// `GET /app/{appId}/organization/{organizationId}/appConfig/show` and the same for modules: the caller's own
/// configuration, from the organization itself or the nearest above.
pub(crate) async fn show_own(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    let organization = job.organization()?;
    let (_, id_field, _) = installed(entity);
    let id = job.param(id_field);
    if id != job.call.caller.record_id {
        return Err(Failure::not_found());
    }
    let sql = "SELECT r.id, r.organization_id FROM link l JOIN record r ON r.id = l.left_id \
               JOIN organization_tree t ON t.ancestor_id = r.organization_id \
               WHERE l.relation = $1 AND l.right_id = $2 AND t.descendant_id = $3 ORDER BY t.depth, r.seq";
    let values = params![format!("{}.{id_field}", entity.name), id, organization.record.id.as_str()];
    let rows = service.store.query(sql, &values).await?;
    let row = rows.first().ok_or_else(Failure::not_found)?;
    let record = records::find(&mut &service.store, entity.prefix, row.text(1), row.text(0)).await?;
    let record = record.ok_or_else(Failure::not_found)?;
    Ok(Reply::json(&output::full(entity, &record, organization.view())).version(record.version))
}
