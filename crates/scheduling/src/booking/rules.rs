//! Booking window and lead time.

use crate::local::{date_of, day};
use crate::{Micros, Span};
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// What binds a caller to a part of the future. `None` does not bind (staff and apps may override, PLATFORM section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The current instant.
    pub now: Micros,
    /// The first bookable local day, counted from today (0).
    pub earliest_day: Option<i64>,
    /// The last bookable local day, counted from today (0), included.
    pub latest_day: Option<i64>,
    /// How long before the start one must book, in elapsed time; exactly so long is allowed.
    pub lead: Option<Micros>,
}

impl Rules {
    /// Rules that bind to nothing, not even to the future.
    #[must_use]
    pub const fn none(now: Micros) -> Self {
        Self { now, earliest_day: None, latest_day: None, lead: None }
    }

    /// The starts that the rules allow; unbound ends are the ends of time. `None` when they allow none.
    #[must_use]
    pub fn window(&self, zone: &TimeZone) -> Option<Span> {
        let days = self.days(zone);
        let span = Span::new(days.start.max(self.earliest()), days.end);
        (!span.is_empty()).then_some(span)
    }

    /// The whole local days between which a start may lie; reversed rules give an empty range.
    #[must_use]
    pub fn days(&self, zone: &TimeZone) -> Span {
        let start = self.earliest_day.map_or(Micros::MIN, |days| day(self.date(days, zone), zone).start);
        let end = self.latest_day.map_or(Micros::MAX, |days| day(self.date(days, zone), zone).end);
        Span::new(start, end)
    }

    /// The first start that the lead time allows.
    #[must_use]
    pub fn earliest(&self) -> Micros {
        self.lead.map_or(Micros::MIN, |lead| self.now.saturating_add(lead))
    }

    fn date(&self, days: i64, zone: &TimeZone) -> Date {
        date_of(self.now, zone).saturating_add(jiff::Span::new().days(days.clamp(-7_304_484, 7_304_484)))
    }
}
