//! The time grid: which instants may be starts.

use crate::local::timestamp;
use crate::{MINUTE, Micros, Span, Spans};
use jiff::Timestamp;
use jiff::tz::TimeZone;

const MINUTES_OF_DAY: i64 = 24 * 60;
const DAY: Micros = MINUTES_OF_DAY * MINUTE;

/// The allowed starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grid {
    /// Every so many minutes of the wall clock, counted from 00:00 of each day: 45 means 00:00, 00:45, …, 23:15. 0 means
    /// never, more than 1439 only 00:00.
    Every(u16),
    /// These instants, in any order.
    Starts(Vec<Micros>),
}

impl Grid {
    /// Whether the instant is on the grid.
    #[must_use]
    pub fn allows(&self, start: Micros, zone: &TimeZone) -> bool {
        match self {
            Self::Starts(list) => list.contains(&start),
            Self::Every(_) => !starts(self, zone, Span::new(start, start.saturating_add(1))).is_empty(),
        }
    }
}

/// The allowed starts within the range, sorted, each once.
///
/// For [`Grid::Every`] these are all instants at which the wall clock shows a full minute whose number within the day is
/// a multiple: both passes of a doubled hour, none inside a gap. One calendar look-up per change of the clock, integers
/// in between; the result has as many entries as there are starts, so the caller bounds the range.
#[must_use]
pub fn starts(grid: &Grid, zone: &TimeZone, span: Span) -> Vec<Micros> {
    match grid {
        Grid::Starts(list) => {
            let mut inside: Vec<Micros> = list.iter().copied().filter(|start| span.holds(*start)).collect();
            inside.sort_unstable();
            inside.dedup();
            inside
        }
        Grid::Every(0) => Vec::new(),
        Grid::Every(minutes) => every(i64::from(*minutes), zone, span),
    }
}

fn every(minutes: i64, zone: &TimeZone, span: Span) -> Vec<Micros> {
    let mut found = Vec::new();
    // No calendar beyond the years that the time library knows (-9999 to 9999), hence no grid.
    let span = span.intersect(Span::new(Timestamp::MIN.as_microsecond(), Timestamp::MAX.as_microsecond()));
    let mut from = span.start;
    let mut changes = zone.following(timestamp(from));
    while from < span.end {
        let until = changes.next().map_or(span.end, |change| change.timestamp().as_microsecond().min(span.end));
        let offset = i64::from(zone.to_offset(timestamp(from)).seconds()) * 1_000_000;
        between(minutes, offset, Span::new(from, until), &mut found);
        from = until;
    }
    found
}

/// The starts of a stretch of time in which the clock is not changed.
fn between(minutes: i64, offset: Micros, span: Span, found: &mut Vec<Micros>) {
    let (from, until) = (span.start + offset, span.end + offset);
    let mut midnight = from.div_euclid(DAY) * DAY;
    // The first multiple that is not before the beginning.
    let mut minute = (from - midnight + minutes * MINUTE - 1) / (minutes * MINUTE) * minutes;
    while midnight < until {
        while minute < MINUTES_OF_DAY {
            let wall = midnight + minute * MINUTE;
            if wall >= until {
                return;
            }
            found.push(wall - offset);
            minute += minutes;
        }
        minute = 0;
        midnight += DAY;
    }
}

/// The grid of one level of a chain: inside `defined` its own starts, outside those that it inherits. Both lists sorted.
#[must_use]
pub fn layered(defined: &Spans, own: Vec<Micros>, inherited: Vec<Micros>) -> Vec<Micros> {
    let mut list = own;
    list.retain(|start| defined.holds(*start));
    list.extend(inherited.into_iter().filter(|start| !defined.holds(*start)));
    list.sort_unstable();
    list.dedup();
    list
}
