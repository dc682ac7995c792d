//! `bookingSlot`: the times that can be booked, each with an id that books it.

use super::plan::{Kind, Plan, template_id};
use super::world::{self, Ignored};
use super::{Keys, is_module, plan_of};
use crate::Service;
use crate::access::Organization;
use crate::dispatch::Job;
use crate::range;
use crate::reply::Reply;
use kalends_engine::Micros;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_messaging::slot::{Slot, combination_hash};
use kalends_scheduling::booking::{self as evaluator, Rules};
use kalends_scheduling::local;
use kalends_scheduling::span::Span;
use kalends_store::booking as store;
use kalends_store::records::Reader;
use serde_json::{Value, json};

/// Most combinations that are listed for one start.
pub(crate) const COMBINATIONS: usize = 100;
/// Most slots of an answer: the contract's `recordLimit`.
const SLOTS: usize = 9_999;
/// Starts that are evaluated at a time.
const PORTION: usize = 256;
/// How far `earliest` looks at first, in days.
const NEAR: i64 = 31;
/// How far `earliest` looks when no booking window ends it, in days.
const FAR: i64 = 366;

/// Serves `earliest`, `listDay`, `listWeek` and `listMonth`.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let plan = plan_of(service, organization, &template_id(job.param("bookingTemplateId"))).await?;
    let module = is_module(&job.call.caller);
    if !plan.is_bookable(module)
        || !super::module_sees(service, &job.call.caller, organization, &plan.template.id).await?
    {
        return Err(Failure::not_found());
    }
    let bound = module || job.query("overrideWindow") != "true";
    let rules = world::rules(&plan, job.call.now, bound);
    let mut ignored = Vec::new();
    if !job.query("holdToken").is_empty() {
        ignored.push(super::hold::id(job.query("holdToken")));
    }
    if !job.query("appointmentId").is_empty() {
        ignored.push(job.query("appointmentId").to_owned());
    }
    let listing = Listing { organization, plan: &plan, rules, ignored: &ignored, keys: &service.slot_keys };
    if operation == "bookingSlot_earliest" {
        let found = listing.earliest(&mut &service.store).await?;
        let reply = Reply::json(&found);
        return Ok(if found.is_null() {
            reply.notes(vec![kalends_engine::problem::Problem::new("no_slot")])
        } else {
            reply
        });
    }
    let range = range::calendar_range(job)?;
    let mut slots = Vec::new();
    if let Some(span) = world::allowed(&listing.rules, range.span, &organization.zone) {
        slots = listing.slots(&mut &service.store, span, COMBINATIONS, SLOTS).await?;
    }
    Ok(Reply::json(&range.list(slots)))
}

/// Who asks for which times.
struct Listing<'a> {
    organization: &'a Organization,
    plan: &'a Plan,
    rules: Rules,
    ignored: Ignored<'a>,
    keys: &'a Keys,
}

impl Listing<'_> {
    /// The slots that begin within a span, in order.
    async fn slots(
        &self,
        reader: &mut impl Reader,
        span: Span,
        combinations: usize,
        most: usize,
    ) -> Result<Vec<Value>, Failure> {
        if self.plan.kind == Kind::Event {
            return self.dates(reader, span, most).await;
        }
        let starts = world::starts(reader, self.organization, self.plan, span).await?;
        if starts.is_empty() {
            return Ok(Vec::new());
        }
        let world = world::load(reader, self.organization, self.plan, span, self.rules.now, self.ignored).await?;
        let mut slots = Vec::new();
        // In portions, so that who wants the first one does not wait for all.
        for starts in starts.chunks(PORTION) {
            for offer in evaluator::offers(&self.plan.task, &world.resources, starts, combinations) {
                for combination in offer.combinations {
                    slots.push(self.slot(offer.start, &combination));
                    if slots.len() == most {
                        return Ok(slots);
                    }
                }
            }
        }
        Ok(slots)
    }

    fn slot(&self, start: Micros, combination: &[usize]) -> Value {
        let seqs: Vec<i64> = combination.iter().map(|place| self.plan.resources[*place].record.seq).collect();
        let ids: Vec<&str> = combination.iter().map(|place| self.plan.resources[*place].record.id.as_str()).collect();
        let slot = Slot { subject: self.plan.template.seq, start, combination: combination_hash(&seqs) };
        json!({
            "class": "BOOKING_SLOT",
            "id": self.keys.seal(slot),
            "timestamp": output::calendar_time(start, &self.organization.zone),
            "bookingResourceCombination": ids,
        })
    }

    /// Dates of an event that have places left.
    async fn dates(&self, reader: &mut impl Reader, span: Span, most: usize) -> Result<Vec<Value>, Failure> {
        let dates = store::event_dates(reader, &self.plan.template.id, span.start, span.end, self.rules.now).await?;
        let open: Vec<&store::EventDate> = dates.iter().filter(|date| date.taken < date.places).take(most).collect();
        let ids: Vec<&str> = open.iter().map(|date| date.id.as_str()).collect();
        let linked = kalends_store::records::linked_many(reader, super::events::RESOURCES, &ids).await?;
        let slot = |date: &&store::EventDate| {
            let resources: Vec<&str> =
                linked.iter().filter(|(id, _)| *id == date.id).map(|(_, record)| record.id.as_str()).collect();
            let slot = super::events::slot(&self.plan.template, date);
            json!({
                "class": "BOOKING_SLOT",
                "id": self.keys.seal(slot),
                "timestamp": output::calendar_time(date.start, &self.organization.zone),
                "bookingResourceCombination": resources,
                "appointmentEventAttendanceCountMax": date.places,
                "appointmentEventAttendanceCountFree": date.places - date.taken,
            })
        };
        Ok(open.iter().map(slot).collect())
    }

    /// The first slot there is: looked for nearby first, then in all the rest of the booking window.
    async fn earliest(&self, reader: &mut impl Reader) -> Result<Value, Failure> {
        let zone = &self.organization.zone;
        let today = local::date_of(self.rules.now, zone);
        let last = self.rules.latest_day.unwrap_or(FAR);
        let day = |offset: i64| {
            let date = today.checked_add(jiff::Span::new().days(offset)).unwrap_or(jiff::civil::Date::MAX);
            local::day(date, zone)
        };
        let (near, end) = (day(NEAR.min(last)).end, day(last).end);
        for (from, to) in [(self.rules.now, near), (near, end)] {
            let Some(span) = world::allowed(&self.rules, Span { start: from, end: to }, zone) else { continue };
            if let Some(slot) = self.slots(reader, span, 1, 1).await?.pop() {
                return Ok(slot);
            }
        }
        Ok(Value::Null)
    }
}
