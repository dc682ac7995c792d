//! What an entity does besides being stored. The tables say what a record is; this file lists, entity by entity, what
//! else must be true or must happen in the same transaction.

use crate::booking::events;
use crate::call::Call;
use crate::write::Place;
use crate::{access, accounts, availability, booking_resources, booking_templates, configs, organization_write};
use kalends_engine::entity::{Entity, Relation};
use kalends_engine::input::Applied;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::{Tx, calendar, organizations, params, records};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Before a new record is stored: the last word on its body.
pub(crate) async fn before_add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    applied: &mut Applied,
) -> Result<(), Failure> {
    match entity.name {
        "appConfig" | "moduleConfig" => configs::before_add(tx, call, place, entity, applied).await,
        "organization" => organization_write::check(applied),
        "employeeGroup" => may_raise(tx, call, place, None, applied).await,
        "employee" | "resource" => {
            booking_resources::before_add(call, &mut applied.body);
            Ok(())
        }
        "appointmentTemplateEventDateTime" => {
            name_each_once(applied);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// After a new record was stored; answers things worth knowing.
pub(crate) async fn after_add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    record: &Record,
) -> Result<Option<Problem>, Failure> {
    let note = match entity.name {
        "employee" | "resource" => {
            booking_resources::after_add(tx, call, place, entity, record).await?;
            accounts::connect_employee(tx, call, record, "").await?;
            None
        }
        _ => stored(tx, call, place, entity, record).await?,
    };
    forget(tx, place, entity).await?;
    Ok(note)
}

/// Before a changed record is stored.
pub(crate) async fn before_edit(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    before: &Record,
    applied: &mut Applied,
) -> Result<(), Failure> {
    match entity.name {
        "appConfig" | "moduleConfig" => configs::before_edit(tx, call, place, entity, before, applied).await,
        "employeeGroup" => may_raise(tx, call, place, Some(before), applied).await,
        "employee" => may_connect(tx, call, place, before, applied).await,
        "organization" => organization_write::check(applied),
        "appointmentTemplateStep" => step_has_as_many(tx, before, applied).await,
        "appointmentTemplateEventDateTime" => {
            name_each_once(applied);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Whoever raises a group must hold what she adds.
async fn may_raise(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    before: Option<&Record>,
    applied: &Applied,
) -> Result<(), Failure> {
    let had: Vec<&str> =
        before.map(|before| access::texts(&before.body, "permissionList").collect()).unwrap_or_default();
    let new = access::texts(&applied.body, "permissionList").filter(|permission| !had.contains(permission));
    let new: Vec<String> = new.map(str::to_owned).collect();
    access::may_give(tx, call, &place.organization_id, &new).await
}

/// Whoever connects an employee with a user, or lets her act again, must hold what her groups allow.
async fn may_connect(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    before: &Record,
    applied: &Applied,
) -> Result<(), Failure> {
    let user = |body: &kalends_engine::Body| {
        let active = body.get("active").and_then(Value::as_bool).unwrap_or(true);
        body.get("userId").and_then(Value::as_str).filter(|_| active).unwrap_or_default().to_owned()
    };
    if user(&applied.body).is_empty() || user(&applied.body) == user(&before.body) {
        return Ok(());
    }
    let groups = records::linked(tx, "employee_employeeGroup", records::Side::Right, &before.id).await?;
    may_give_groups(tx, call, place, &groups).await
}

async fn may_give_groups(tx: &mut Tx, call: &Call, place: &Place, groups: &[Record]) -> Result<(), Failure> {
    let all = groups.iter().flat_map(|group| access::texts(&group.body, "permissionList"));
    let all: Vec<String> = all.map(str::to_owned).collect();
    access::may_give(tx, call, &place.organization_id, &all).await
}

/// Before two records are linked: whether they may be.
pub(crate) async fn before_link(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    own: &Record,
    other: &Record,
    relation: &Relation,
) -> Result<(), Failure> {
    match relation.link {
        "employee_employeeGroup" => may_give_groups(tx, call, place, std::slice::from_ref(other)).await,
        "employeeGroup_appConfig" => may_give_groups(tx, call, place, std::slice::from_ref(own)).await,
        _ => Ok(()),
    }
}

/// The booking resources of an event date, each once: so its list says what its links say.
fn name_each_once(applied: &mut Applied) {
    if let Some(Value::Array(list)) = applied.body.get_mut("bookingResourceIdList") {
        let mut named = HashSet::new();
        list.retain(|id| named.insert(id.to_string()));
    }
}

/// A step that has its list cannot ask for more than is on it.
async fn step_has_as_many(tx: &mut Tx, before: &Record, applied: &Applied) -> Result<(), Failure> {
    let linked =
        records::linked(tx, "appointmentTemplateStep_bookingResource", records::Side::Right, &before.id).await?;
    let asked = |body: &kalends_engine::Body| body.get("selectionQuantity").and_then(Value::as_u64).unwrap_or(1);
    let most = u64::try_from(linked.len()).unwrap_or(u64::MAX);
    if most > 0 && asked(&applied.body) > most && asked(&applied.body) != asked(&before.body) {
        let problem = Problem::at("too_large", "selectionQuantity").arg("max", most.to_string());
        return Err(problem.into());
    }
    Ok(())
}

/// After a changed record was stored; answers things worth knowing.
pub(crate) async fn after_edit(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    before: &Record,
    after: &Record,
) -> Result<Option<Problem>, Failure> {
    let note = match entity.name {
        "employee" | "resource" => {
            booking_resources::after_edit(tx, call, place, entity, after).await?;
            accounts::connect_employee(tx, call, after, before.text("userId")).await?;
            None
        }
        _ => stored(tx, call, place, entity, after).await?,
    };
    forget(tx, place, entity).await?;
    Ok(note)
}

/// What follows a stored record, whether it is new or changed.
async fn stored(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    record: &Record,
) -> Result<Option<Problem>, Failure> {
    match entity.name {
        "app" | "module" => {
            touch_client(tx, record).await?;
            Ok(None)
        }
        "appointmentTemplate" => {
            booking_templates::follow(tx, call, place, record).await?;
            events::template_changed(tx, call, record).await?;
            Ok(None)
        }
        "availabilityException" => {
            calendar::put_exception(tx, &availability::row_of(record)).await?;
            availability::conflicts(tx, record).await
        }
        "appointmentTemplateEventDateTime" => {
            relink_event(tx, call, record).await?;
            let template = template_of(tx, place).await?;
            events::put(tx, call, &template, record).await?;
            Ok(None)
        }
        _ => Ok(None),
    }
}

/// What an app or module declares is remembered with its client.
async fn touch_client(tx: &mut Tx, record: &Record) -> Result<(), Failure> {
    let clients = tx.query("SELECT id FROM client WHERE record_id = $1", &params![record.id.as_str()]).await?;
    for client in clients {
        organizations::touch_one(tx, client.text(0)).await?;
    }
    Ok(())
}

/// The template that a nested collection stands below.
async fn template_of(tx: &mut Tx, place: &Place) -> Result<Record, Failure> {
    let id = place.scope.first().map_or("", |(_, id)| id.as_str());
    let prefix = entities::appointment_template::ENTITY.prefix;
    records::find(tx, prefix, &place.organization_id, id).await?.ok_or_else(Failure::not_found)
}

/// The links of an event date say what its list says.
async fn relink_event(tx: &mut Tx, call: &Call, date: &Record) -> Result<(), Failure> {
    records::unlink_all(tx, events::RESOURCES, &date.id).await?;
    for id in date.body.get("bookingResourceIdList").and_then(Value::as_array).into_iter().flatten() {
        records::link(tx, events::RESOURCES, &date.id, id.as_str().unwrap_or_default(), call.now).await?;
    }
    Ok(())
}

/// Before a record is removed: whether it may be.
pub(crate) async fn before_delete(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    record: &Record,
) -> Result<(), Failure> {
    match entity.name {
        "employee" | "resource" => booking_resources::before_delete(tx, call, place, record).await,
        "appointmentTemplate" => booking_templates::before_delete(tx, call, record).await,
        "app" | "module" => {
            touch_client(tx, record).await?;
            configs::uninstall_everywhere(tx, call, entity, record).await
        }
        "appointmentTemplateEventDateTime" => events::before_delete(tx, call, record).await,
        _ => Ok(()),
    }
}

/// After a record was removed.
pub(crate) async fn after_delete(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    record: &Record,
) -> Result<(), Failure> {
    match entity.name {
        "appConfig" | "moduleConfig" => configs::after_delete(tx, call, entity, record).await?,
        "employee" | "resource" => booking_resources::after_delete(tx, record).await?,
        "appointmentTemplate" => booking_templates::after_delete(tx, record).await?,
        _ => {}
    }
    forget(tx, place, entity).await
}

/// After two records were linked or the link was removed.
pub(crate) async fn after_link(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &'static Entity,
    own: &Record,
    relation: &Relation,
) -> Result<(), Failure> {
    if entity.name == "appointmentTemplateEventDateTime" && relation.link == events::RESOURCES {
        let linked = records::linked(tx, events::RESOURCES, records::Side::Right, &own.id).await?;
        let mut after = own.clone();
        after.set("bookingResourceIdList", json!(linked.iter().map(|record| record.id.as_str()).collect::<Vec<_>>()));
        let after = crate::write::update(tx, call, place, entity, own, after).await?;
        let template = template_of(tx, place).await?;
        events::put(tx, call, &template, &after).await?;
    }
    forget(tx, place, entity).await
}

/// What rights, settings and plans are made of is remembered by every process: tell them.
async fn forget(tx: &mut Tx, place: &Place, entity: &Entity) -> Result<(), Failure> {
    const REMEMBERED: [&str; 9] = [
        "appConfig",
        "moduleConfig",
        "employeeGroup",
        "employee",
        "resource",
        "appointmentTemplate",
        "appointmentTemplateStep",
        "appointmentTemplateEventDateTime",
        "extraField",
    ];
    if REMEMBERED.contains(&entity.name) {
        organizations::touch(tx, &place.organization_id).await?;
    }
    Ok(())
}
