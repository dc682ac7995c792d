//! What a plan's booking resources look like over a span of time: hours, exceptions, occupation. One query for each table,
//! however long the span and however many the resources.

use super::hours::Book;
use super::plan::{Bookable, Plan};
use crate::access::Organization;
use jiff::tz::TimeZone;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_scheduling::booking::{Reason, Resource, Rules};
use kalends_scheduling::span::{Span, Spans};
use kalends_store::booking::{self as store, Occupation};
use kalends_store::records::Reader;
use std::collections::HashMap;

/// Whose time does not count as taken: the appointment that is being moved, the hold that is being booked.
pub(crate) type Ignored<'a> = &'a [String];

/// The booking resources over a span.
#[derive(Debug, Default)]
pub(crate) struct World {
    /// In the order of the plan's resources.
    pub resources: Vec<Resource>,
    /// Their hours before exceptions, to tell why a time is not offered.
    pub hours: Vec<Spans>,
    /// How often each is booked in the span.
    pub load: Vec<u32>,
}

/// Reads the world of a plan for starts within `span`.
pub(crate) async fn load(
    reader: &mut impl Reader,
    organization: &Organization,
    plan: &Plan,
    span: Span,
    now: Micros,
    ignored: Ignored<'_>,
) -> Result<World, Failure> {
    let task = &plan.task;
    let reach = Span { start: span.start - task.preparation, end: span.end + task.duration + task.follow_up };
    let own = plan.resources.iter().filter(|bookable| bookable.own_hours).map(|bookable| bookable.record.id.as_str());
    let book = Book::read(reader, organization, own, reach).await?;
    let inherited = book.organization(organization);
    let taken = store::occupations(reader, &plan.seqs(), reach.start, reach.end, now).await?;
    let mut by_resource: HashMap<i64, Vec<&Occupation>> = HashMap::new();
    for occupation in taken.iter().filter(|occupation| !ignored.contains(&occupation.holder_id)) {
        by_resource.entry(occupation.resource).or_default().push(occupation);
    }
    let mut world = World::default();
    for Bookable { record, .. } in &plan.resources {
        let hours = book.resource(&record.id, &inherited);
        let available = book.with_exceptions(organization, &hours, &record.id, &plan.template.id);
        let rows = by_resource.get(&record.seq).map(Vec::as_slice).unwrap_or_default();
        let pick = |held: bool| {
            let rows = rows.iter().filter(|occupation| (occupation.expires != 0) == held);
            Spans::new(rows.map(|occupation| Span { start: occupation.start, end: occupation.end }))
        };
        world.load.push(u32::try_from(rows.len()).unwrap_or(u32::MAX));
        world.resources.push(Resource { available, busy: pick(false), held: pick(true) });
        world.hours.push(hours);
    }
    Ok(world)
}

/// Allowed starts of a plan within a span.
pub(crate) async fn starts(
    reader: &mut impl Reader,
    organization: &Organization,
    plan: &Plan,
    span: Span,
) -> Result<Vec<Micros>, Failure> {
    super::hours::starts(reader, organization, Some(&plan.template.id), plan.grid, span).await
}

/// The rules that bind a caller: booking window and lead time, unless they are explicitly set aside.
pub(crate) fn rules(plan: &Plan, now: Micros, bound: bool) -> Rules {
    let setting = |name: &str| bound.then(|| plan.number(&format!("settings.{name}")));
    Rules {
        now,
        earliest_day: setting("moduleBookingDayEarliest"),
        latest_day: setting("moduleBookingDayLatest"),
        lead: setting("moduleBookingLeadTime").map(|minutes| minutes * super::plan::MINUTE),
    }
}

/// The part of a span in which a start may lie by the rules.
pub(crate) fn allowed(rules: &Rules, span: Span, zone: &TimeZone) -> Option<Span> {
    let allowed = rules.window(zone)?.intersect(span);
    (!allowed.is_empty()).then_some(allowed)
}

/// Refuses a start that the rules do not allow.
///
/// # Errors
/// `window`, `lead_time` (409).
pub(crate) fn require_allowed(rules: &Rules, start: Micros, zone: &TimeZone) -> Result<(), Failure> {
    if allowed(rules, Span::new(start, start + 1), zone).is_some() {
        return Ok(());
    }
    let in_window = rules.days(zone).holds(start);
    Err(super::place::refused(if in_window { Reason::LeadTime } else { Reason::Window }))
}
