//! Hours and allowed starts, written and read by range: `availability_edit`, `availability_listDay` …, `timeGrid_edit`,
//! `timeGrid_listWeek` (PLATFORM section 7).

use crate::Service;
use crate::access::Organization;
use crate::booking::hours;
use crate::dispatch::Job;
use crate::range;
use crate::reply::Reply;
use crate::write;
use jiff::civil::Date;
use kalends_engine::entity::Entity;
use kalends_engine::input;
use kalends_engine::output;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_entities::calendar_operations::{AVAILABILITY, TIME_GRID};
use kalends_scheduling::local;
use kalends_scheduling::span::{Span, Spans};
use kalends_store::records::{self, Reader};
use kalends_store::{Tx, calendar};
use serde_json::{Value, json};
use std::sync::Arc;

/// A minute in microseconds.
const MINUTE: i64 = 60_000_000;
/// Longest range: ten years.
const LONGEST: i64 = 3_653 * 24 * 60 * MINUTE;

/// Serves every operation of availability and time grid.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let owner = owner(service, job).await?;
    match operation.rsplit('_').next() {
        Some("edit") if operation.contains("timeGrid") => edit_grid(service, job, owner).await,
        Some("edit") => edit(service, job, owner).await,
        _ if operation.contains("timeGrid") => list_grid(service, job, &owner).await,
        _ => list(service, job, &owner).await,
    }
}

/// Whose hours a path names: the record, and the id under which its hours are stored.
#[derive(Clone)]
struct Owner {
    entity: &'static Entity,
    record: Record,
    id: String,
}

async fn owner(service: &Service, job: &Job<'_>) -> Result<Owner, Failure> {
    let organization = &job.organization()?.record;
    for entity in [
        &entities::employee::ENTITY,
        &entities::resource::ENTITY,
        &entities::booking_resource::ENTITY,
        &entities::appointment_template::ENTITY,
    ] {
        let id = job.param(&entity.id_parameter());
        if id.is_empty() {
            continue;
        }
        let found = records::find(&mut &service.store, entity.prefix, &organization.id, id).await?;
        let record = found.ok_or_else(Failure::not_found)?;
        let own = record.text("bookingResourceId");
        let id = if own.is_empty() { record.id.clone() } else { own.to_owned() };
        return Ok(Owner { entity, record, id });
    }
    Ok(Owner { entity: &entities::organization::ENTITY, record: organization.clone(), id: organization.id.clone() })
}

/// The range of a body, checked.
fn range_of(body: &kalends_engine::Body) -> Result<Span, Failure> {
    let instant = |name: &str| body.get(name).and_then(Value::as_i64).unwrap_or(0);
    let span = Span { start: instant("rangeStart"), end: instant("rangeEnd") };
    if span.is_empty() {
        return Err(Failure::invalid_at("range_reversed", "rangeEnd"));
    }
    if span.end - span.start > LONGEST {
        return Err(Problem::at("range_too_large", "rangeEnd").arg("max", "3653").into());
    }
    for name in ["rangeStart", "rangeEnd"] {
        whole_minute(instant(name), name)?;
    }
    Ok(span)
}

fn whole_minute(instant: i64, at: &str) -> Result<(), Failure> {
    if instant % MINUTE == 0 { Ok(()) } else { Err(Failure::invalid_at("whole_minute", at)) }
}

async fn edit(service: &Service, job: &Job<'_>, owner: Owner) -> Result<Reply, Failure> {
    let applied = input::check(AVAILABILITY, &job.request.body, job.call.strict).map_err(Failure::invalid)?;
    let range = range_of(&applied.body)?;
    let mut pieces = Vec::new();
    for (index, piece) in list_of(&applied.body, "availability").iter().enumerate() {
        let instant = |name: &str| piece.get(name).and_then(Value::as_i64).unwrap_or(0);
        let span = Span { start: instant("start"), end: instant("end") };
        for (name, instant) in [("start", span.start), ("end", span.end)] {
            whole_minute(instant, &format!("availability.{index}.{name}"))?;
        }
        if span.is_empty() {
            return Err(Failure::invalid_at("range_reversed", format!("availability.{index}.end")));
        }
        if range.intersect(span) != span {
            return Err(Failure::invalid_at("outside_range", format!("availability.{index}")));
        }
        pieces.push(span);
    }
    let pieces = Spans::new(pieces);
    let (call, notes, organization) = (job.call.clone(), applied.notes, Arc::clone(job.organization()?));
    let reply = service.change(job.call, move |tx| {
        let (call, owner, pieces, notes, organization) =
            (call.clone(), owner.clone(), pieces.clone(), notes.clone(), Arc::clone(&organization));
        Box::pin(async move {
            let rows: Vec<(i64, i64)> = pieces.as_slice().iter().map(|span| (span.start, span.end)).collect();
            calendar::put_availability(tx, &owner.id, (range.start, range.end), &rows).await?;
            log(tx, &call, &owner, "availability", range, pieces.as_slice().len(), &organization).await?;
            let zone = &organization.zone;
            let content = json!({
                "class": "AVAILABILITY",
                "rangeStart": output::calendar_time(range.start, zone),
                "rangeEnd": output::calendar_time(range.end, zone),
                "availability": pieces.as_slice().iter().map(|span| piece(*span, &organization)).collect::<Vec<_>>(),
            });
            Ok(Reply::json(&content).done("edited").notes(notes))
        })
    });
    reply.await
}

async fn edit_grid(service: &Service, job: &Job<'_>, owner: Owner) -> Result<Reply, Failure> {
    let applied = input::check(TIME_GRID, &job.request.body, job.call.strict).map_err(Failure::invalid)?;
    let range = range_of(&applied.body)?;
    let mut starts = Vec::new();
    for (index, start) in list_of(&applied.body, "timeGrid").iter().enumerate() {
        let start = start.as_i64().unwrap_or(0);
        whole_minute(start, &format!("timeGrid.{index}"))?;
        if !(range.start..range.end).contains(&start) {
            return Err(Failure::invalid_at("outside_range", format!("timeGrid.{index}")));
        }
        starts.push(start);
    }
    starts.sort_unstable();
    starts.dedup();
    let (call, notes, organization) = (job.call.clone(), applied.notes, Arc::clone(job.organization()?));
    let reply = service.change(job.call, move |tx| {
        let (call, owner, starts, notes, organization) =
            (call.clone(), owner.clone(), starts.clone(), notes.clone(), Arc::clone(&organization));
        Box::pin(async move {
            calendar::put_time_grid(tx, &owner.id, (range.start, range.end), &starts).await?;
            log(tx, &call, &owner, "timeGrid", range, starts.len(), &organization).await?;
            let zone = &organization.zone;
            let content = json!({
                "class": "TIME_GRID",
                "rangeStart": output::calendar_time(range.start, zone),
                "rangeEnd": output::calendar_time(range.end, zone),
                "timeGrid": starts.iter().map(|start| output::calendar_time(*start, zone)).collect::<Vec<_>>(),
            });
            Ok(Reply::json(&content).done("edited").notes(notes))
        })
    });
    reply.await
}

fn list_of(body: &kalends_engine::Body, name: &str) -> Vec<Value> {
    body.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The audit line: which range was written and how many entries it got.
async fn log(
    tx: &mut Tx,
    call: &crate::Call,
    owner: &Owner,
    field: &str,
    range: Span,
    entries: usize,
    organization: &Organization,
) -> Result<(), Failure> {
    let zone = &organization.zone;
    let change = json!({
        "field": field,
        "before": null,
        "after": {
            "rangeStart": output::calendar_time(range.start, zone),
            "rangeEnd": output::calendar_time(range.end, zone),
            "entries": entries,
        },
    });
    write::log(tx, call, owner.entity, &owner.record, "EDIT", &[change]).await
}

fn piece(span: Span, organization: &Organization) -> Value {
    json!({
        "start": output::calendar_time(span.start, &organization.zone),
        "end": output::calendar_time(span.end, &organization.zone),
    })
}

/// One `AVAILABILITY_DAY` for each local day, with the hours that count there. A booking resource is shown with the exceptions
/// that apply to it; the others with what was written or is inherited.
async fn list(service: &Service, job: &Job<'_>, owner: &Owner) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let range = range::calendar_range(job)?;
    let reader = &mut &service.store;
    let hours = if owner.entity.name == "organization" {
        hours::of_organization(reader, organization, range.span).await?
    } else {
        let with_exceptions = owner.entity.name == "bookingResource";
        let record = booking_resource(reader, organization, owner).await?;
        hours::of_resource(reader, organization, &record, range.span, with_exceptions).await?
    };
    let day = |date: Date| {
        let span = local::day(date, &organization.zone);
        let list: Vec<Value> = hours.clip(span).as_slice().iter().map(|span| piece(*span, organization)).collect();
        json!({"class": "AVAILABILITY_DAY", "date": date.to_string(), "availabilityList": list})
    };
    Ok(Reply::json(&range.list(range.days().into_iter().map(day).collect())))
}

async fn booking_resource(
    reader: &mut impl Reader,
    organization: &Organization,
    owner: &Owner,
) -> Result<Record, Failure> {
    let prefix = entities::booking_resource::ENTITY.prefix;
    let found = records::find(reader, prefix, &organization.record.id, &owner.id).await?;
    found.ok_or_else(Failure::not_found)
}

/// One `TIME_GRID_DAY` for each local day.
async fn list_grid(service: &Service, job: &Job<'_>, owner: &Owner) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let range = range::calendar_range(job)?;
    let template = (owner.entity.name == "appointmentTemplate").then_some(&owner.record);
    let starts = hours::starts_of(&mut &service.store, organization, template, range.span).await?;
    let zone = &organization.zone;
    let day = |date: Date| {
        let span = local::day(date, zone);
        let of_day = starts.iter().filter(|start| (span.start..span.end).contains(*start));
        let list: Vec<String> = of_day.map(|start| output::calendar_time(*start, zone)).collect();
        json!({"class": "TIME_GRID_DAY", "date": date.to_string(), "timeGridList": list})
    };
    Ok(Reply::json(&range.list(range.days().into_iter().map(day).collect())))
}

/// What a closing leaves in place: existing appointments are kept and told, never dropped.
///
/// # Errors
/// Those of the database.
pub(crate) async fn conflicts(tx: &mut Tx, exception: &Record) -> Result<Option<Problem>, Failure> {
    let row = row_of(exception);
    if row.free {
        return Ok(None);
    }
    let (count, ids) = calendar::conflicts(tx, &row).await?;
    let problem = Problem::new("conflicting_appointments").arg("count", count.to_string()).arg("ids", ids.join(", "));
    Ok((count > 0).then_some(problem))
}

/// An exception's record as the evaluator's row.
pub(crate) fn row_of(record: &Record) -> calendar::Exception {
    let instant = |name: &str| record.body.get(name).and_then(Value::as_i64).unwrap_or(0);
    calendar::Exception {
        id: record.id.clone(),
        organization_id: record.organization_id.clone(),
        free: record.text("type") == "FREE",
        start: instant("start"),
        end: instant("end"),
        template_id: record.text("appointmentTemplateId").to_owned(),
        resource_id: record.text("bookingResourceId").to_owned(),
    }
}
