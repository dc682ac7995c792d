//! Dates of events: their resources are taken once, their places one by one.
//!
//! Invariant: places taken and held never exceed the date's maximum; transactions on one date wait for each other.

use super::Context;
use super::place::{Choice, Taken, Wanted, refused};
use super::world;
use crate::call::Call;
use kalends_engine::Micros;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_messaging::slot::{Slot, combination_hash};
use kalends_scheduling::booking::Reason;
use kalends_store::Tx;
use kalends_store::booking::{self as store, EventDate};
use kalends_store::records::{self, Side};
use serde_json::Value;

/// Links of an event date with its booking resources.
pub(crate) const RESOURCES: &str = "appointmentTemplateEventDateTime_bookingResource";

/// The slot of an event date.
pub(super) fn slot(template: &Record, date: &EventDate) -> Slot {
    Slot { subject: template.seq, start: date.start, combination: combination_hash(&[date.seq]) }
}

/// Takes one place of the date that a request names.
pub(super) async fn take(
    tx: &mut Tx,
    context: &Context,
    wanted: &Wanted,
    holder_id: &str,
    expires: Micros,
    own: Option<&str>,
) -> Result<Taken, Failure> {
    let (plan, now) = (&context.plan, context.call.now);
    let dates = store::event_dates(tx, &plan.template.id, wanted.start, wanted.start + 1, now).await?;
    let named = |date: &&EventDate| match &wanted.choice {
        Choice::Hash(hash) => combination_hash(&[date.seq]) == *hash,
        Choice::Ids(_) => true,
    };
    let date = dates
        .iter()
        .find(named)
        .ok_or_else(|| Problem::at("not_offered", "bookingSlotId").arg("reason", "grid").with_status(409))?;
    let rules = world::rules(plan, now, !wanted.overrides.window);
    world::require_allowed(&rules, date.start, &context.organization.zone)?;
    if let Some(hold) = &wanted.hold {
        store::end_hold(tx, hold).await?;
    }
    if let Some(appointment) = own {
        store::free(tx, appointment).await?;
    }
    if !store::attend(tx, &date.id, holder_id, 1, expires, now).await? {
        return Err(refused(Reason::Capacity));
    }
    let resources = records::linked(tx, RESOURCES, Side::Right, &date.id).await?;
    let resources = resources.into_iter().map(|record| record.id).collect();
    Ok(Taken { start: date.start, end: date.end, resources, event_id: Some(date.id.clone()) })
}

/// After an event date was added or changed: its time and places, and its resources' occupation.
///
/// # Errors
/// `slot_taken` (409) when a resource has something else then, `places_taken` (409) when more places are taken than there
/// would be, `not_an_event` (400).
pub(crate) async fn put(tx: &mut Tx, call: &Call, template: &Record, date: &Record) -> Result<(), Failure> {
    if template.text("type") != "EVENT" {
        return Err(Failure::invalid_at("not_an_event", "appointmentTemplateId"));
    }
    let number = |record: &Record, name: &str| record.body.get(name).and_then(Value::as_i64).unwrap_or(0);
    let minutes = |name: &str| number(template, name) * super::plan::MINUTE;
    let start = number(date, "start");
    if start % super::plan::MINUTE != 0 {
        return Err(Failure::invalid_at("whole_minute", "start"));
    }
    let end = start + minutes("duration");
    let places = number(date, "appointmentEventAttendanceCountMax");
    let before = store::find_event_date(tx, &date.id, call.now).await?;
    if before.is_some() {
        store::take_turn(tx, &date.id).await?;
        let taken = store::find_event_date(tx, &date.id, call.now).await?.map_or(0, |date| date.taken);
        if taken > places {
            let problem = Problem::at("places_taken", "appointmentEventAttendanceCountMax");
            return Err(problem.arg("taken", taken.to_string()).with_status(409));
        }
    }
    let row = EventDate {
        id: date.id.clone(),
        seq: date.seq,
        organization_id: date.organization_id.clone(),
        template_id: template.id.clone(),
        start,
        end,
        places,
        taken: 0,
    };
    store::put_event_date(tx, &row).await?;
    if before.is_some_and(|before| (before.start, before.end) != (start, end)) {
        shift_attendance(tx, call, &row).await?;
    }
    tx_free_time(tx, &date.id).await?;
    let mut seqs: Vec<i64> =
        records::linked(tx, RESOURCES, Side::Right, &date.id).await?.iter().map(|record| record.seq).collect();
    seqs.sort_unstable();
    seqs.dedup();
    let span = (start - minutes("preparationTime"), end + minutes("followUpTime"));
    if store::occupy(tx, &seqs, span, &date.id, 0, false, call.now).await? {
        return Ok(());
    }
    Err(Problem::at("slot_taken", "bookingResourceIdList").arg("reason", Reason::ResourceBusy.word()).with_status(409))
}

/// The date's own occupation goes, its places stay.
async fn tx_free_time(tx: &mut Tx, id: &str) -> Result<(), Failure> {
    tx.execute("DELETE FROM occupation WHERE holder_id = $1", &kalends_store::params![id]).await?;
    Ok(())
}

/// Appointments of a date move with it.
async fn shift_attendance(tx: &mut Tx, call: &Call, date: &EventDate) -> Result<(), Failure> {
    let sql = "SELECT holder_id FROM attendance WHERE event_id = $1 AND expires = 0 ORDER BY holder_id";
    for row in tx.query(sql, &kalends_store::params![date.id.as_str()]).await? {
        super::change::reschedule(tx, call, &date.organization_id, row.text(0), (date.start, date.end)).await?;
    }
    Ok(())
}

/// Whether an event date may go: not while places of it are taken and it is not over.
///
/// # Errors
/// `has_appointments` (409).
pub(crate) async fn before_delete(tx: &mut Tx, call: &Call, date: &Record) -> Result<(), Failure> {
    store::take_turn(tx, &date.id).await?;
    let row = store::find_event_date(tx, &date.id, call.now).await?;
    if row.is_some_and(|row| row.taken > 0 && row.end > call.now) {
        return Err(Failure::conflict("has_appointments"));
    }
    tx_free_time(tx, &date.id).await
}

/// After a template's durations were changed: the times of its dates to come follow.
///
/// # Errors
/// As [`put`].
pub(crate) async fn template_changed(tx: &mut Tx, call: &Call, template: &Record) -> Result<(), Failure> {
    if template.text("type") != "EVENT" {
        return Ok(());
    }
    let key = format!("{}:{}", kalends_entities::appointment_template_event_date_time::ENTITY.prefix, template.id);
    for row in store::event_dates(tx, &template.id, call.now, i64::MAX, call.now).await? {
        if let Some(date) = records::find(tx, &key, &template.organization_id, &row.id).await? {
            put(tx, call, template, &date).await?;
        }
    }
    Ok(())
}
