//! Taking a time: what a request names, evaluated inside the transaction, and the resources that serve it.
//!
//! Invariant: what is taken here was offered by the evaluator a moment ago in the same transaction, or the request
//! overrides it explicitly and the caller may.

use super::plan::{Bookable, Kind};
use super::world::{self, World};
use super::{Context, events, is_module};
use crate::call::Caller;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{Body, Micros};
use kalends_messaging::slot::{Slot, SlotKeys, combination_hash};
use kalends_scheduling::booking::{self as evaluator, FreeSet, Reason};
use kalends_scheduling::local;
use kalends_scheduling::span::Span;
use kalends_store::Tx;
use kalends_store::booking as store;
use serde_json::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What one booking of the day weighs against the order among equals.
const WEIGHT: u32 = 1 << 10;
/// Most combinations that are compared with the one a slot id names.
const COMPARED: usize = 100_000;
/// The permission that the overrides need.
pub(crate) const OVERRIDE: &str = "appointmentOverride";

/// What a request may set aside.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Overrides {
    /// Hours, exceptions and the grid.
    pub availability: bool,
    /// What is booked already.
    pub occupation: bool,
    /// Booking window and lead time.
    pub window: bool,
}

impl Overrides {
    /// The words of the audit trail.
    pub(crate) fn words(self) -> Vec<&'static str> {
        let all = [(self.availability, "availability"), (self.occupation, "occupation"), (self.window, "window")];
        all.into_iter().filter_map(|(set, word)| set.then_some(word)).collect()
    }
}

/// A time that a request names.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The template, by `seq` of its record or by id.
    pub template: Template,
    /// Begin.
    pub start: Micros,
    /// What the customer chose.
    pub choice: Choice,
    /// Hash of the hold's token.
    pub hold: Option<String>,
    /// What is set aside.
    pub overrides: Overrides,
}

/// How the template is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Template {
    /// In a slot id.
    Seq(i64),
    /// By its id or its booking template's.
    Id(String),
}

/// How the customer's choice is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// By the hash in the slot id.
    Hash(u64),
    /// By booking resource ids; all of them, in no order.
    Ids(Vec<String>),
}

impl Wanted {
    /// Reads what a checked body names.
    ///
    /// # Errors
    /// `required`, `slot_invalid` (400), `permission_missing` (403).
    pub(crate) fn read(keys: &SlotKeys, caller: &Caller, body: &Body) -> Result<Self, Failure> {
        let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
        let flag = |name: &str| body.get(name).and_then(Value::as_bool).unwrap_or(false);
        let overrides = Overrides {
            availability: flag("overrideAvailability"),
            occupation: flag("overrideOccupation"),
            window: flag("overrideWindow"),
        };
        let manual = body.get("start").and_then(Value::as_i64);
        if is_module(caller) && (overrides != Overrides::default() || manual.is_some()) {
            let named =
                overrides.words().first().map_or("start".to_owned(), |word| format!("override{}", capital(word)));
            return Err(Problem::at("not_for_modules", named).with_status(403));
        }
        let hold = Some(text("holdToken")).filter(|token| !token.is_empty()).map(super::hold::id);
        let slot_id = text("bookingSlotId");
        if !slot_id.is_empty() {
            let slot = keys.open(slot_id).ok_or_else(|| Failure::invalid_at("slot_invalid", "bookingSlotId"))?;
            let Slot { subject, start, combination } = slot;
            return Ok(Self {
                template: Template::Seq(subject),
                start,
                choice: Choice::Hash(combination),
                hold,
                overrides,
            });
        }
        let Some(start) = manual else { return Err(Failure::invalid_at("required", "bookingSlotId")) };
        if start % super::plan::MINUTE != 0 {
            return Err(Failure::invalid_at("whole_minute", "start"));
        }
        let resources = body.get("bookingResourceIdList").and_then(Value::as_array);
        let ids = resources.into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect();
        let template = Template::Id(super::plan::template_id(text("bookingTemplateId")));
        Ok(Self { template, start, choice: Choice::Ids(ids), hold, overrides })
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// A time that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Begin of the appointment.
    pub start: Micros,
    /// Its end.
    pub end: Micros,
    /// Ids of its booking resources.
    pub resources: Vec<String>,
    /// The event date, for events.
    pub event_id: Option<String>,
}

/// Takes the wanted time for a holder until `expires` (0: for good). `own` is an appointment that gives up its time for it.
///
/// # Errors
/// `slot_taken`, `not_offered` (409), `slot_invalid`, `bad_combination` (400).
pub(crate) async fn take(
    tx: &mut Tx,
    context: &Context,
    wanted: &Wanted,
    holder_id: &str,
    expires: Micros,
    own: Option<(&str, &[String])>,
) -> Result<Taken, Failure> {
    if context.plan.kind == Kind::Event {
        return events::take(tx, context, wanted, holder_id, expires, own.map(|(id, _)| id)).await;
    }
    let task = &context.plan.task;
    let start = wanted.start;
    let mut ignored: Vec<String> = wanted.hold.iter().cloned().collect();
    ignored.extend(own.map(|(id, _)| id.to_owned()));
    // Every race that is lost takes at least one resource out of the choice.
    for _ in 0..=context.plan.resources.len() {
        let world = evaluate(tx, context, wanted, &ignored).await?;
        let load = burden(context, &world, holder_id, own.map(|(_, resources)| resources));
        let chosen = choose(context, wanted, &world, &load)?;
        let mut places: Vec<usize> = chosen.iter().flatten().copied().collect();
        places.sort_unstable();
        let seqs: Vec<i64> = places.iter().map(|place| context.plan.resources[*place].record.seq).collect();
        tx.begin_savepoint().await?;
        if let Some(hold) = &wanted.hold {
            store::end_hold(tx, hold).await?;
        }
        if let Some((appointment, _)) = own {
            store::free(tx, appointment).await?;
        }
        let span = (start - task.preparation, start + task.duration + task.follow_up);
        let (now, shared) = (context.call.now, wanted.overrides.occupation);
        if store::occupy(tx, &seqs, span, holder_id, expires, shared, now).await? {
            tx.release_savepoint().await?;
            let resources = chosen.iter().flatten().map(|place| context.plan.resources[*place].record.id.clone());
            return Ok(Taken { start, end: start + task.duration, resources: resources.collect(), event_id: None });
        }
        // Somebody was faster: look again, another combination may be free.
        tx.rollback_savepoint().await?;
    }
    Err(Failure::conflict("slot_taken"))
}

/// The world around a start, after making sure that it may be wanted at all.
async fn evaluate(tx: &mut Tx, context: &Context, wanted: &Wanted, ignored: &[String]) -> Result<World, Failure> {
    let Context { call, organization, plan } = context;
    let start = wanted.start;
    let rules = world::rules(plan, call.now, !wanted.overrides.window);
    world::require_allowed(&rules, start, &organization.zone)?;
    let instant = Span::new(start, start + 1);
    if !wanted.overrides.availability && world::starts(tx, organization, plan, instant).await?.is_empty() {
        return Err(refused(Reason::Grid));
    }
    // The whole local day, to know who is booked least.
    let day = local::day(local::date_of(start, &organization.zone), &organization.zone);
    let mut world = world::load(tx, organization, plan, day, call.now, ignored).await?;
    let task = &plan.task;
    let needed = Span { start: start - task.preparation, end: start + task.duration + task.follow_up };
    for resource in &mut world.resources {
        if wanted.overrides.availability {
            resource.available = resource.available.union(&[needed].into_iter().collect());
        }
        if wanted.overrides.occupation {
            (resource.busy, resource.held) = Default::default();
        }
    }
    Ok(world)
}

/// How little each resource is wanted, by place: whoever is booked more that day less than others. Among equals every holder
/// has an order of its own, so that a crowd does not run after the same one; who serves the appointment already goes on
/// serving it where that is possible.
fn burden(context: &Context, world: &World, holder_id: &str, own: Option<&[String]>) -> Vec<u32> {
    let of = |(place, bookable): (usize, &Bookable)| {
        if own.is_some_and(|own| own.contains(&bookable.record.id)) {
            return 0;
        }
        let mut order = DefaultHasher::new();
        (holder_id, place).hash(&mut order);
        let order = u32::try_from(order.finish() % u64::from(WEIGHT - 1)).unwrap_or(0);
        world.load[place].saturating_mul(WEIGHT).saturating_add(1 + order)
    };
    context.plan.resources.iter().enumerate().map(of).collect()
}

/// Which resources serve which step.
fn choose(context: &Context, wanted: &Wanted, world: &World, load: &[u32]) -> Result<Vec<Vec<usize>>, Failure> {
    let Context { organization, plan, call } = context;
    let task = &plan.task;
    let free = evaluator::free_at(task, &world.resources, wanted.start);
    let assigned = match &wanted.choice {
        Choice::Hash(hash) => {
            named(context, &free, *hash).and_then(|combination| evaluator::assign(task, &free, &combination, load))
        }
        Choice::Ids(ids) if ids.is_empty() => any(context, &free, load),
        Choice::Ids(ids) => exactly(context, &free, ids)?,
    };
    assigned.ok_or_else(|| {
        let rules = world::rules(plan, call.now, !wanted.overrides.window);
        let zone = &organization.zone;
        let reason = evaluator::explain(task, &world.resources, &world.hours, wanted.start, &rules, zone);
        refused(reason.unwrap_or(Reason::ResourceBusy))
    })
}

/// The combination whose hash the slot id holds, if its resources are free.
fn named(context: &Context, free: &FreeSet, hash: u64) -> Option<Vec<usize>> {
    let plan = &context.plan;
    evaluator::combinations(&plan.task, free).take(COMPARED).find(|combination| {
        let seqs: Vec<i64> = combination.iter().map(|place| plan.resources[*place].record.seq).collect();
        combination_hash(&seqs) == hash
    })
}

/// Any combination: every step is the system's to fill.
fn any(context: &Context, free: &FreeSet, load: &[u32]) -> Option<Vec<Vec<usize>>> {
    let mut task = context.plan.task.clone();
    task.steps.iter_mut().for_each(|step| step.by_customer = false);
    evaluator::assign(&task, free, &[], load)
}

/// Exactly the resources that the request lists.
fn exactly(context: &Context, free: &FreeSet, ids: &[String]) -> Result<Option<Vec<Vec<usize>>>, Failure> {
    let plan = &context.plan;
    let mut places = Vec::with_capacity(ids.len());
    for (index, id) in ids.iter().enumerate() {
        let place = plan.resources.iter().position(|bookable| bookable.record.id == *id);
        places
            .push(place.ok_or_else(|| Failure::invalid_at("bad_reference", format!("bookingResourceIdList.{index}")))?);
    }
    places.sort_unstable();
    places.dedup();
    let mut task = plan.task.clone();
    task.steps.iter_mut().for_each(|step| step.by_customer = true);
    let wanted: usize = task.steps.iter().map(|step| step.quantity).sum();
    if wanted != places.len() {
        let problem = Problem::at("bad_combination", "bookingResourceIdList").arg("count", wanted.to_string());
        return Err(problem.into());
    }
    Ok(evaluator::assign(&task, free, &places, &vec![0; plan.resources.len()]))
}

/// 409 with the reason: `slot_taken` when somebody has the time, `lead_time`, `window` or `not_offered` when nobody may
/// have it.
pub(crate) fn refused(reason: Reason) -> Failure {
    let code = match reason {
        Reason::ResourceBusy | Reason::Hold | Reason::Buffer | Reason::Capacity | Reason::NoCombination => "slot_taken",
        Reason::LeadTime => "lead_time",
        Reason::Window => "window",
        Reason::Closed | Reason::Exception | Reason::Grid => "not_offered",
    };
    Problem::at(code, "bookingSlotId").arg("reason", reason.word()).with_status(409)
}
