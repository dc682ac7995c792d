//! Wall clock to instants and back, in a zone that is always passed in.
//!
//! A wall time that a zone skips (the gap in spring) stands for the instant at which the gap ends; one that it passes
//! twice (the doubled hour in autumn) begins something at its first pass and ends something at its last. So an opening
//! covers every instant at which the clock on the wall shows a time of it.

use crate::{Micros, Span, Spans};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, ISOWeekDate, Time, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

/// One opening of a week, in wall time. An end that is not later than the start is on the following day; so `00:00` as
/// the end is the end of the day (24:00), and `00:00`–`00:00` the whole day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern {
    /// The day on which it begins.
    pub weekday: Weekday,
    /// Its first wall time.
    pub from: Time,
    /// The wall time up to which it lasts.
    pub to: Time,
}

/// The local day: from its first instant to the first of the next, so the days of a zone tile time, whatever the length
/// (23, 24, 25 hours; 0 for a date that a zone skipped).
#[must_use]
pub fn day(date: Date, zone: &TimeZone) -> Span {
    Span::new(midnight(date, zone), midnight_after(date, zone))
}

/// The local ISO week, Monday to Sunday. `None` when the year has no such week (53 in most years).
#[must_use]
pub fn week(iso_year: i16, week: i8, zone: &TimeZone) -> Option<Span> {
    let monday = ISOWeekDate::new(iso_year, week, Weekday::Monday).ok()?;
    let sunday = ISOWeekDate::new(iso_year, week, Weekday::Sunday).ok()?;
    Some(Span::new(midnight(monday.date(), zone), midnight_after(sunday.date(), zone)))
}

/// The local month, `month` from 1 to 12. `None` when there is no such month.
#[must_use]
pub fn month(year: i16, month: i8, zone: &TimeZone) -> Option<Span> {
    let first = Date::new(year, month, 1).ok()?;
    Some(Span::new(midnight(first, zone), midnight_after(first.last_of_month(), zone)))
}

/// The date that a calendar on the wall shows at the instant.
#[must_use]
pub fn date_of(instant: Micros, zone: &TimeZone) -> Date {
    zone.to_datetime(timestamp(instant)).date()
}

/// The weekly openings on every local day from `first` to `last`, both included.
///
/// Both ends follow the policy at the head of this module: ends inside a gap move to its end (an opening wholly inside
/// vanishes); an opening that touches a doubled hour includes both passes of what it covers.
#[must_use]
pub fn expand(patterns: &[Pattern], first: Date, last: Date, zone: &TimeZone) -> Spans {
    let days = first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last);
    let openings = days.flat_map(|date| {
        patterns.iter().filter(move |pattern| pattern.weekday == date.weekday()).map(move |pattern| {
            let until = if pattern.to > pattern.from { date } else { date.tomorrow().unwrap_or(Date::MAX) };
            Span::new(begin(date.to_datetime(pattern.from), zone), finish(until.to_datetime(pattern.to), zone))
        })
    });
    openings.collect()
}

/// The first instant at which the wall clock shows the time, or, if it is skipped, at which the gap has ended.
#[must_use]
pub fn begin(wall: DateTime, zone: &TimeZone) -> Micros {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset, wall),
        AmbiguousOffset::Fold { before, .. } => at(before, wall),
        AmbiguousOffset::Gap { before, after } => gap_end(wall, before, after, zone),
    }
}

/// The instant up to which the wall clock shows earlier times: the last pass of a time inside a doubled hour. The very
/// beginning of the doubled hour is its first pass, because the times before it are not passed twice.
#[must_use]
pub fn finish(wall: DateTime, zone: &TimeZone) -> Micros {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => at(offset, wall),
        AmbiguousOffset::Gap { before, after } => gap_end(wall, before, after, zone),
        AmbiguousOffset::Fold { before, after } => {
            let (first, last) = (at(before, wall), at(after, wall));
            // At the second pass of its beginning the clock was set back that very moment.
            let set_back = zone.preceding(timestamp(last.saturating_add(1))).next();
            if set_back.is_some_and(|change| change.timestamp().as_microsecond() == last) { first } else { last }
        }
    }
}

/// The instant when the gap around a skipped wall time ends: the change of the clock itself.
fn gap_end(wall: DateTime, before: Offset, after: Offset, zone: &TimeZone) -> Micros {
    // Read with the later offset, the skipped time lies before the change, and by less than the length of the gap.
    let change = zone.following(timestamp(at(after, wall))).find(|change| change.offset() == after);
    change.map_or_else(|| at(before, wall), |change| change.timestamp().as_microsecond())
}

fn midnight(date: Date, zone: &TimeZone) -> Micros {
    begin(date.to_datetime(Time::midnight()), zone)
}

fn midnight_after(date: Date, zone: &TimeZone) -> Micros {
    date.tomorrow().map_or(Timestamp::MAX.as_microsecond(), |next| midnight(next, zone))
}

fn at(offset: Offset, wall: DateTime) -> Micros {
    let end = if wall.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
    offset.to_timestamp(wall).unwrap_or(end).as_microsecond()
}

/// The time library's instant; beyond the year 9999 (or before -9999) the last (first) one that it knows.
pub(crate) fn timestamp(instant: Micros) -> Timestamp {
    let end = if instant < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(instant).unwrap_or(end)
}
