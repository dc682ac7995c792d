//! Moving and canceling appointments, and who could stand in for whom.

use super::add::{self, context};
use super::place::{self, Taken, Wanted};
use super::plan::{Kind, MINUTE};
use super::world;
use super::{Context, form, is_module, plan_of};
use crate::Service;
use crate::access::Organization;
use crate::call::Call;
use crate::dispatch::Job;
use crate::organization_write::inside;
use crate::reply::Reply;
use crate::write::{self, Place};
use kalends_engine::input;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_engine::{Body, Micros};
use kalends_entities as entities;
use kalends_scheduling::booking as evaluator;
use kalends_scheduling::span::Span;
use kalends_store::records::{self, Reader};
use kalends_store::{Tx, booking as store};
use serde_json::{Value, json};
use std::sync::Arc;

/// The appointment of a path.
pub(super) async fn find(reader: &mut impl Reader, organization_id: &str, id: &str) -> Result<Record, Failure> {
    let found = records::find(reader, entities::appointment::ENTITY.prefix, organization_id, id).await?;
    found.ok_or_else(Failure::not_found)
}

fn is_canceled(record: &Record) -> bool {
    record.body.get("canceled").and_then(Value::as_bool).unwrap_or(false)
}

fn instant(record: &Record, name: &str) -> Micros {
    record.body.get(name).and_then(Value::as_i64).unwrap_or(0)
}

/// A module may not change what has begun already.
fn require_future(call: &Call, record: &Record) -> Result<(), Failure> {
    if is_module(&call.caller) && instant(record, "start") <= call.now {
        return Err(Failure::conflict("appointment_past"));
    }
    Ok(())
}

/// `appointment_move`: the same appointment at another time. What fails leaves everything as it was.
pub(crate) async fn shift(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    shift_by(service, job.call, job.organization()?, job.param("appointmentId"), &job.request.body).await
}

/// Moves an appointment of an organization for a caller.
pub(super) async fn shift_by(
    service: &Service,
    call: &Call,
    organization: &Arc<Organization>,
    id: &str,
    document: &Body,
) -> Result<Reply, Failure> {
    let id = id.to_owned();
    let before = find(&mut &service.store, &organization.record.id, &id).await?;
    let applied = input::check(entities::booking_operations::TIME, document, call.strict).map_err(Failure::invalid)?;
    let mut body = applied.body;
    // The template is the appointment's own.
    body.insert("bookingTemplateId".into(), json!(before.text("bookingTemplateId")));
    let wanted = Wanted::read(&service.slot_keys, &call.caller, &body)?;
    let context = context(service, call, organization, &wanted).await?;
    if context.plan.template.id != before.text("appointmentTemplateId") {
        return Err(Failure::invalid_at("slot_of_other_template", "bookingSlotId"));
    }
    let notes = applied.notes;
    let reply = service.change(call, move |tx| {
        let (context, wanted, id, notes) = (context.clone(), wanted.clone(), id.clone(), notes.clone());
        Box::pin(async move {
            let context = context.fresh(tx).await?;
            let record = move_to(tx, &context, &wanted, &id).await?;
            let form = form::full_one(tx, &context.organization, &record).await?;
            Ok(Reply::json(&form).version(record.version).done("moved").notes(notes))
        })
    });
    reply.await
}

async fn move_to(tx: &mut Tx, context: &Context, wanted: &Wanted, id: &str) -> Result<Record, Failure> {
    let Context { call, organization, .. } = context;
    let before = find(tx, &organization.record.id, id).await?;
    write::check_version(call, &before)?;
    if is_canceled(&before) {
        return Err(Failure::conflict("already_canceled"));
    }
    require_future(call, &before)?;
    let own: Vec<String> = form::resource_ids(&before).map(str::to_owned).collect();
    let taken = place::take(tx, context, wanted, id, 0, Some((id, &own))).await?;
    let same = {
        let (mut old, mut new) = (own.clone(), taken.resources.clone());
        old.sort_unstable();
        new.sort_unstable();
        old == new && instant(&before, "start") == taken.start && instant(&before, "end") == taken.end
    };
    if same {
        // Nothing moved: no new version, nobody is told.
        return Ok(before);
    }
    write_time(tx, call, &inside(&organization.record), &before, &taken).await
}

/// Writes a new time into an appointment; the iCalendar SEQUENCE goes up by one.
async fn write_time(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    before: &Record,
    taken: &Taken,
) -> Result<Record, Failure> {
    let mut after = before.clone();
    add::time(&mut after.body, taken);
    after.set("moved", true);
    after.set("sequence", before.body.get("sequence").and_then(Value::as_i64).unwrap_or(0) + 1);
    let after = write::update(tx, call, place, &entities::appointment::ENTITY, before, after).await?;
    store::put_appointment(tx, &after.id, &after.organization_id, (taken.start, taken.end), false).await?;
    Ok(after)
}

/// An event date was given another time: one of its appointments follows.
pub(super) async fn reschedule(
    tx: &mut Tx,
    call: &Call,
    organization_id: &str,
    id: &str,
    (start, end): (Micros, Micros),
) -> Result<(), Failure> {
    let before = find(tx, organization_id, id).await?;
    let event = before.text("appointmentTemplateEventDateTimeId").to_owned();
    let resources = form::resource_ids(&before).map(str::to_owned).collect();
    let taken = Taken { start, end, resources, event_id: Some(event).filter(|event| !event.is_empty()) };
    let organization = records::find_anywhere(tx, entities::organization::ENTITY.prefix, organization_id).await?;
    let organization = organization.ok_or_else(Failure::not_found)?;
    write_time(tx, call, &inside(&organization), &before, &taken).await?;
    Ok(())
}

/// `appointment_cancel`: its time and place are free at once. Canceling again changes nothing.
pub(crate) async fn cancel(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    cancel_by(service, job.call, job.organization()?, job.param("appointmentId")).await
}

/// Cancels an appointment of an organization for a caller.
pub(super) async fn cancel_by(
    service: &Service,
    call: &Call,
    organization: &Arc<Organization>,
    id: &str,
) -> Result<Reply, Failure> {
    let (own, id, organization) = (call.clone(), id.to_owned(), Arc::clone(organization));
    let reply = service.change(call, move |tx| {
        let (call, id, organization) = (own.clone(), id.clone(), Arc::clone(&organization));
        Box::pin(async move {
            let before = find(tx, &organization.record.id, &id).await?;
            write::check_version(&call, &before)?;
            let record = if is_canceled(&before) {
                before
            } else {
                require_future(&call, &before)?;
                cancel_one(tx, &call, &inside(&organization.record), before).await?
            };
            let form = form::full_one(tx, &organization, &record).await?;
            Ok(Reply::json(&form).version(record.version).done("canceled"))
        })
    });
    reply.await
}

async fn cancel_one(tx: &mut Tx, call: &Call, place: &Place, before: Record) -> Result<Record, Failure> {
    store::free(tx, &before.id).await?;
    let mut after = before.clone();
    after.set("canceled", true);
    after.set("sequence", before.body.get("sequence").and_then(Value::as_i64).unwrap_or(0) + 1);
    let after = write::update(tx, call, place, &entities::appointment::ENTITY, &before, after).await?;
    let span = (instant(&after, "start"), instant(&after, "end"));
    store::put_appointment(tx, &after.id, &after.organization_id, span, true).await?;
    Ok(after)
}

/// `bookingResourceReplaceList`: who is free to take the place of each booked resource.
///
/// The contract shows one `BOOKING_RESOURCE_REPLACE` as the content, while there may be many: the first one's properties
/// stand at the top, all of them in `recordList` (docs/API.md).
pub(crate) async fn replacements(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let record = find(&mut &service.store, &organization.record.id, job.param("appointmentId")).await?;
    let mut found = Vec::new();
    if !is_canceled(&record) {
        let plan = plan_of(service, organization, record.text("appointmentTemplateId")).await?;
        if plan.kind != Kind::Event {
            found = alternatives(service, job, &plan, &record).await?;
        }
    }
    let mut answer = found.first().cloned().unwrap_or_else(|| {
        json!({
            "class": "BOOKING_RESOURCE_REPLACE", "bookingResourceOld": null, "bookingResourceNew": null,
            "bookingResourceIdList": form::resource_ids(&record).collect::<Vec<_>>(), "category": null,
        })
    });
    answer["recordTotal"] = json!(found.len());
    answer["recordLimit"] = json!(crate::lists::LIST_MAX);
    answer["recordList"] = Value::Array(found);
    Ok(Reply::json(&answer))
}

async fn alternatives(
    service: &Service,
    job: &Job<'_>,
    plan: &super::plan::Plan,
    record: &Record,
) -> Result<Vec<Value>, Failure> {
    let organization = job.organization()?;
    let start = instant(record, "start");
    // The appointment keeps the length it was booked with.
    let mut task = plan.task.clone();
    task.duration = instant(record, "end") - start;
    let span = Span { start, end: start + MINUTE };
    let ignored = [record.id.clone()];
    let world = world::load(&mut &service.store, organization, plan, span, job.call.now, &ignored).await?;
    let mut free = evaluator::free_at(&task, &world.resources, start);
    let own: Vec<&str> = form::resource_ids(record).collect();
    let places: Vec<usize> =
        own.iter().filter_map(|id| plan.resources.iter().position(|bookable| bookable.record.id == *id)).collect();
    for place in &places {
        free.insert(*place);
    }
    let mut sorted = places;
    sorted.sort_unstable();
    let mut chosen = task.clone();
    chosen.steps.iter_mut().for_each(|step| step.by_customer = true);
    let load = vec![0; plan.resources.len()];
    let Some(assigned) = evaluator::assign(&chosen, &free, &sorted, &load) else { return Ok(Vec::new()) };
    let short = |place: usize| {
        let entity = &entities::booking_resource::ENTITY;
        Value::Object(output::short(entity, &plan.resources[place].record, organization.view()))
    };
    let mut found = Vec::new();
    for (step, places) in assigned.iter().enumerate() {
        for old in places {
            for new in evaluator::replacements(&task, &free, &assigned, step, *old) {
                let (old_id, new_id) = (&plan.resources[*old].record.id, &plan.resources[new].record.id);
                let ids: Vec<&str> = own.iter().map(|id| if id == old_id { new_id.as_str() } else { *id }).collect();
                found.push(json!({
                    "class": "BOOKING_RESOURCE_REPLACE",
                    "bookingResourceOld": short(*old),
                    "bookingResourceNew": short(new),
                    "bookingResourceIdList": ids,
                    "category": plan.resources[new].record.text("category"),
                }));
            }
        }
    }
    Ok(found)
}
