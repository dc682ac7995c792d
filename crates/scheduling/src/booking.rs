//! The evaluator: whether a start can be booked, by whom it can be served, who serves it, and why not.
//!
//! A resource serves a start when it is available from the beginning of the preparation to the end of the appointment
//! (the follow-up may stick out of the hours), and neither occupied nor held by others from there to the end of the
//! follow-up. A start is offered when an assignment exists: every step gets as many *different* resources of its list as
//! it needs, and nobody serves two steps. Whoever lists, holds, books or moves asks [`free_at`] or [`offers`], which give
//! the same answer (a property test holds them to it).

mod assign;
mod combinations;
mod explain;
mod flow;
mod free;
mod offers;
mod plan;
mod rules;

pub use assign::{assign, replacements};
pub use combinations::combinations;
pub use explain::{Reason, explain};
pub use free::{FreeSet, free_at};
pub use offers::{Offer, Offers, offers, offers_lazily};
pub use rules::Rules;

use crate::{Micros, Span, Spans};

/// What is to be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// How long the resources are occupied before the start; not negative.
    pub preparation: Micros,
    /// How long the appointment itself lasts; positive.
    pub duration: Micros,
    /// How long the resources are occupied after its end; not negative.
    pub follow_up: Micros,
    /// Who is needed. A task that needs nobody is never offered: nobody's hours would bound it.
    pub steps: Vec<Step>,
}

impl Task {
    /// What must lie inside the hours of a resource: preparation and appointment.
    #[must_use]
    pub fn attended(&self, start: Micros) -> Span {
        Span::new(start.saturating_sub(self.preparation), start.saturating_add(self.duration))
    }

    /// What a resource is occupied for: preparation, appointment and follow-up.
    #[must_use]
    pub fn occupied(&self, start: Micros) -> Span {
        let end = start.saturating_add(self.duration).saturating_add(self.follow_up);
        Span::new(start.saturating_sub(self.preparation), end)
    }
}

/// One need of a task: `quantity` different resources of a list, for the whole time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Who is eligible: indexes into the slice of resources. Order and repetition do not matter.
    pub resources: Vec<usize>,
    /// How many of them are needed.
    pub quantity: usize,
    /// Whether the customer chooses them; otherwise the system does.
    pub by_customer: bool,
}

/// What is known of one booking resource around the time in question.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Resource {
    /// Its hours, exceptions included.
    pub available: Spans,
    /// When other appointments occupy it, their buffers included.
    pub busy: Spans,
    /// When others hold it, buffers included; only holds that are alive.
    pub held: Spans,
}
