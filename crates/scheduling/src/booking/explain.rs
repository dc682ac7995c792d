//! Why a start is not offered.

use super::free::FreeSet;
use super::plan::Plan;
use super::{Resource, Rules, Task, free_at};
use crate::{Micros, Span, Spans};
use jiff::tz::TimeZone;

/// Why a start is not offered: the first obstacle, in the order in which they are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The start is not on the time grid. For the caller, who knows the grid.
    Grid,
    /// Outside the days that can be booked.
    Window,
    /// Nearer than the lead time.
    LeadTime,
    /// No places are left, or a step needs more resources than it lists.
    Capacity,
    /// Outside the hours of too many resources.
    Closed,
    /// Inside the hours, but an exception closes.
    Exception,
    /// Only the preparation is outside the hours, or only a buffer meets another occupation.
    Buffer,
    /// Too many resources are occupied.
    ResourceBusy,
    /// Too many resources are held for others.
    Hold,
    /// Each step has enough resources for itself, but they cannot serve all steps together.
    NoCombination,
}

impl Reason {
    /// Its name on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Grid => "grid",
            Self::Window => "window",
            Self::LeadTime => "lead_time",
            Self::Capacity => "capacity",
            Self::Closed => "closed",
            Self::Exception => "exception",
            Self::Buffer => "buffer",
            Self::ResourceBusy => "resource_busy",
            Self::Hold => "hold",
            Self::NoCombination => "no_combination",
        }
    }
}

/// Why the start is not offered; `None` when it is (given that it is on the grid).
///
/// `hours` is, for each resource, its availability before exceptions. Obstacles are put up one after the other; the
/// reason is the one after which too few resources are left, or `NoCombination` if there are enough for each step alone.
#[must_use]
pub fn explain(
    task: &Task,
    resources: &[Resource],
    hours: &[Spans],
    start: Micros,
    rules: &Rules,
    zone: &TimeZone,
) -> Option<Reason> {
    if !rules.days(zone).holds(start) {
        return Some(Reason::Window);
    }
    if start < rules.earliest() {
        return Some(Reason::LeadTime);
    }
    let plan = Plan::new(task, resources.len());
    let own = Span::new(start, start.saturating_add(task.duration));
    let (attended, occupied) = (task.attended(start), task.occupied(start));
    // Hours that an exception added count as hours.
    let ever: Vec<Spans> = resources
        .iter()
        .enumerate()
        .map(|(at, resource)| {
            hours.get(at).map_or_else(|| resource.available.clone(), |of| of.union(&resource.available))
        })
        .collect();
    let open = |one: usize| resources[one].available.contains(attended);
    let unbooked = |one: usize, span: Span| open(one) && !resources[one].busy.overlaps(span);
    let obstacles: [(Reason, &dyn Fn(usize) -> bool); 6] = [
        (Reason::Capacity, &|_| true),
        (Reason::Closed, &|one| ever[one].contains(own)),
        (Reason::Buffer, &|one| ever[one].contains(attended)),
        (Reason::Exception, &open),
        (Reason::ResourceBusy, &|one| unbooked(one, own)),
        (Reason::Buffer, &|one| unbooked(one, occupied)),
    ];
    for (reason, passes) in obstacles {
        let left: FreeSet = (0..resources.len()).filter(|one| passes(*one)).collect();
        if let Some(reason) = obstacle(&plan, &left, reason) {
            return Some(reason);
        }
    }
    obstacle(&plan, &free_at(task, resources, start), Reason::Hold)
}

/// The reason, if these are too few to serve the task.
fn obstacle(plan: &Plan, left: &FreeSet, reason: Reason) -> Option<Reason> {
    if plan.possible(left.words()) {
        return None;
    }
    Some(if plan.enough_each(left.words()) || plan.needs.is_empty() { Reason::NoCombination } else { reason })
}
