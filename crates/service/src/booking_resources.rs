//! Booking resources follow the employees and resources they stand for: made with them, changed with them, gone with them.

use crate::booking::events;
use crate::call::Call;
use crate::write::{self, Place};
use kalends_engine::Body;
use kalends_engine::entity::Entity;
use kalends_engine::id;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records::Side;
use kalends_store::{Tx, booking, records};
use serde_json::{Value, json};

/// What a booking resource shows of its owner.
fn mirror(entity: &Entity, owner: &Record) -> Body {
    let mut body = Body::new();
    let mut take = |names: &[&str]| {
        for name in names {
            if let Some(value) = owner.body.get(*name) {
                body.insert((*name).to_owned(), value.clone());
            }
        }
    };
    take(&["image", "active", "availability"]);
    if entity.name == "employee" {
        take(&["gender", "title", "firstName", "lastName"]);
        let name = format!("{} {}", owner.text("firstName"), owner.text("lastName"));
        body.insert("category".into(), json!("EMPLOYEE"));
        body.insert("name".into(), json!(name.trim()));
        body.insert("employeeId".into(), json!(owner.id));
        // Of an employee's description, an inheritance object, what is her own is shown.
        for name in ["description", "descriptionI18nList"] {
            if let Some(value) = owner.body.get(name).and_then(|wrapped| wrapped.get("value")).filter(|v| !v.is_null())
            {
                body.insert(name.into(), value.clone());
            }
        }
    } else {
        take(&["name", "nameI18nList", "description", "descriptionI18nList", "category"]);
        body.insert("resourceId".into(), json!(owner.id));
    }
    body
}

/// Gives a new employee or resource its booking resource, in the body that is about to be stored.
pub(crate) fn before_add(call: &Call, body: &mut Body) {
    let id = id::new(entities::booking_resource::ENTITY.prefix, call.entropy.as_ref());
    body.insert("bookingResourceId".into(), Value::String(id));
}

/// Stores the booking resource of a new employee or resource.
pub(crate) async fn after_add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    owner: &Record,
) -> Result<(), Failure> {
    let mut record = Record {
        seq: 0,
        id: owner.text("bookingResourceId").to_owned(),
        organization_id: owner.organization_id.clone(),
        custom_id: custom_id(tx, owner).await?,
        version: 1,
        created: call.now,
        edited: call.now,
        body: mirror(entity, owner),
    };
    write::insert(tx, call, place, &entities::booking_resource::ENTITY, &mut record).await
}

/// The owner's own id, unless a booking resource has it already: an employee and a room may have the same one, their union
/// may not.
async fn custom_id(tx: &mut Tx, owner: &Record) -> Result<String, Failure> {
    let prefix = entities::booking_resource::ENTITY.prefix;
    let taken = records::identify(tx, prefix, &owner.organization_id, &owner.custom_id).await?;
    Ok(if taken.is_some() { String::new() } else { owner.custom_id.clone() })
}

/// Lets the booking resource follow a changed employee or resource.
pub(crate) async fn after_edit(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    owner: &Record,
) -> Result<(), Failure> {
    let before = find(tx, owner).await?;
    let mut after = before.clone();
    after.body = mirror(entity, owner);
    if before.custom_id != owner.custom_id {
        after.custom_id = custom_id(tx, owner).await?;
    }
    if after != before {
        write::update(tx, call, place, &entities::booking_resource::ENTITY, &before, after).await?;
    }
    Ok(())
}

/// Refuses to remove an employee or resource that has appointments to come; takes it off the event dates that are over.
///
/// # Errors
/// `has_appointments` (409).
pub(crate) async fn before_delete(tx: &mut Tx, call: &Call, place: &Place, owner: &Record) -> Result<(), Failure> {
    let record = find(tx, owner).await?;
    if booking::is_occupied_after(tx, record.seq, call.now).await? {
        return Err(Failure::conflict("has_appointments"));
    }
    for date in records::linked(tx, events::RESOURCES, Side::Left, &record.id).await? {
        let mut left = date.body.get("bookingResourceIdList").and_then(Value::as_array).cloned().unwrap_or_default();
        left.retain(|id| *id != record.id.as_str());
        let mut after = date.clone();
        after.set("bookingResourceIdList", Value::Array(left));
        let scope = vec![("appointmentTemplateId", date.text("appointmentTemplateId").to_owned())];
        let place = Place { scope, ..place.clone() };
        write::update(tx, call, &place, &entities::appointment_template_event_date_time::ENTITY, &date, after).await?;
    }
    Ok(())
}

/// Removes the booking resource with its owner.
pub(crate) async fn after_delete(tx: &mut Tx, owner: &Record) -> Result<(), Failure> {
    let record = find(tx, owner).await?;
    records::delete(tx, &record).await?;
    Ok(())
}

async fn find(tx: &mut Tx, owner: &Record) -> Result<Record, Failure> {
    let prefix = entities::booking_resource::ENTITY.prefix;
    let found = records::find(tx, prefix, &owner.organization_id, owner.text("bookingResourceId")).await?;
    found.ok_or_else(Failure::internal)
}
