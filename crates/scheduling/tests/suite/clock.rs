//! Wall clock and grid, against a walk through time in steps of half a minute.

use crate::{at, cases, span, zone};
use jiff::civil::{Date, DateTime, Time, Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use kalends_scheduling::grid::{Grid, starts};
use kalends_scheduling::local::{Pattern, date_of, day, expand, month, week};
use kalends_scheduling::{MINUTE, Micros, Span, Spans};
use proptest::prelude::*;

const STEP: Micros = MINUTE / 2;
const HOUR: Micros = 60 * MINUTE;

/// Changes of clocks of every kind, and a zone without any.
pub(crate) const CHANGES: [(&str, &str); 18] = [
    ("Europe/Berlin", "2027-03-28T01:00Z"),
    ("Europe/Berlin", "2027-10-31T01:00Z"),
    ("America/New_York", "2027-03-14T07:00Z"),
    ("America/New_York", "2027-11-07T06:00Z"),
    ("Australia/Lord_Howe", "2027-04-03T15:00Z"),
    ("Australia/Lord_Howe", "2027-10-02T15:30Z"),
    ("Asia/Kolkata", "2027-06-01T00:00Z"),
    ("Asia/Kathmandu", "2027-06-01T00:00Z"),
    ("America/St_Johns", "2027-11-07T04:30Z"),
    // Set back from 00:01 to 23:01 of the day before: the day begins twice.
    ("America/St_Johns", "2010-11-07T02:31Z"),
    // No midnight: 00:00 becomes 01:00.
    ("America/Havana", "2027-03-14T05:00Z"),
    // 24:00 becomes 23:00.
    ("Asia/Beirut", "2027-10-30T21:00Z"),
    ("America/Nuuk", "2027-03-28T01:00Z"),
    // Two hours at once.
    ("Antarctica/Troll", "2027-03-28T01:00Z"),
    // A day that never was.
    ("Pacific/Apia", "2011-12-30T10:00Z"),
    // Midnight inside a gap: 23:30 becomes 00:00 half an hour later.
    ("America/Toronto", "1919-03-31T04:30Z"),
    // An offset with seconds.
    ("Africa/Monrovia", "1972-01-07T00:44:30Z"),
    ("Africa/Casablanca", "2027-02-07T02:00Z"),
];

fn change() -> impl Strategy<Value = (TimeZone, Micros)> {
    prop::sample::select(CHANGES.as_slice()).prop_map(|(name, text)| (zone(name), at(text)))
}

fn wall(instant: Micros, zone: &TimeZone) -> DateTime {
    zone.to_datetime(Timestamp::from_microsecond(instant).unwrap())
}

fn walk(from: Micros, until: Micros) -> impl Iterator<Item = Micros> {
    (0..).map(move |step| from + step * STEP).take_while(move |instant| *instant < until)
}

/// The first instant from the given one on when the calendar shows the date or a later one.
fn dawn(date: Date, from: Micros, zone: &TimeZone) -> Micros {
    walk(from, from + 144 * HOUR).find(|instant| wall(*instant, zone).date() >= date).unwrap()
}

fn clock_time() -> impl Strategy<Value = Time> {
    // Around the changes mostly, on the half hour often.
    prop_oneof![(0..5i8, prop::sample::select(vec![0, 15, 30, 59])), (0..24i8, 0..60i8)]
        .prop_map(|(h, m)| time(h, m, 0, 0))
}

/// The instants from the first to the last at which the wall shows a time of the opening.
fn covered(opening: &Pattern, date: Date, near: Micros, zone: &TimeZone) -> Option<Span> {
    let begin = date.to_datetime(opening.from);
    let end =
        if opening.to > opening.from { date.to_datetime(opening.to) } else { (date + 1.day()).to_datetime(opening.to) };
    let inside = |instant: &Micros| {
        let shown = wall(*instant, zone);
        begin <= shown && shown < end
    };
    let mut shown = walk(near - 60 * HOUR, near + 84 * HOUR).filter(inside);
    let first = shown.next()?;
    Some(Span::new(first, shown.last().unwrap_or(first) + STEP))
}

proptest! {
    #![proptest_config(cases(600))]

    #[test]
    fn grid_is_what_the_wall_shows(
        (zone, change) in change(),
        from in -600..600i64,
        seconds in prop::sample::select(vec![0i64, 0, 30, 60]),
        length in 0..1000i64,
        every in prop_oneof![prop::sample::select(vec![5u16, 15, 20, 30, 60, 90, 720]), 0..2000u16],
    ) {
        let from = change + from * MINUTE + seconds * 1_000_000;
        let range = Span::new(from, from + length * MINUTE);
        let grid = Grid::Every(every);
        let on_grid = |instant: &Micros| {
            let shown = wall(*instant, &zone);
            let minute = u16::try_from(i32::from(shown.hour()) * 60 + i32::from(shown.minute())).unwrap();
            shown.second() == 0 && every > 0 && minute % every == 0
        };
        let expected: Vec<Micros> = walk(range.start, range.end).filter(on_grid).collect();
        prop_assert_eq!(&starts(&grid, &zone, range), &expected);
        prop_assert!(expected.iter().all(|start| grid.allows(*start, &zone) && !grid.allows(start + 1, &zone)));
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn days_begin_when_the_calendar_turns((zone, change) in change(), offset in -2..3i64) {
        let date = wall(change, &zone).date() + offset.days();
        let from = change + (offset * 24 - 60) * HOUR;
        let span = day(date, &zone);
        prop_assert_eq!(span.start, dawn(date, from, &zone));
        prop_assert_eq!(span.end, dawn(date + 1.day(), from, &zone));
        if !span.is_empty() {
            prop_assert_eq!(date_of(span.start, &zone), date);
        }
    }

    #[test]
    fn openings_cover_what_the_wall_shows((zone, change) in change(), from in clock_time(), to in clock_time(), offset in -1..2i64) {
        let date = wall(change, &zone).date() + offset.days();
        let opening = Pattern { weekday: date.weekday(), from, to };
        let found = expand(&[opening], date, date, &zone);
        prop_assert_eq!(found, covered(&opening, date, change, &zone).into_iter().collect::<Spans>());
        let other = Pattern { weekday: date.weekday().next(), ..opening };
        prop_assert!(expand(&[other], date, date, &zone).is_empty());
    }
}

#[test]
fn lengths_of_days_weeks_and_months() {
    let berlin = zone("Europe/Berlin");
    let hours = |span: Span| (span.end - span.start) / HOUR;
    assert_eq!(hours(day(date(2027, 3, 28), &berlin)), 23);
    assert_eq!(hours(day(date(2027, 10, 31), &berlin)), 25);
    assert_eq!(day(date(2027, 3, 28), &berlin), span("2027-03-27T23:00Z", "2027-03-28T22:00Z"));
    assert!(day(date(2011, 12, 30), &zone("Pacific/Apia")).is_empty());
    let howe = day(date(2027, 4, 4), &zone("Australia/Lord_Howe"));
    assert_eq!(howe.end - howe.start, 24 * HOUR + 30 * MINUTE);

    assert_eq!(week(2027, 12, &berlin).map(hours), Some(7 * 24 - 1));
    assert_eq!(week(2027, 1, &berlin), Some(span("2027-01-03T23:00Z", "2027-01-10T23:00Z")));
    assert_eq!(week(2026, 53, &berlin), Some(span("2026-12-27T23:00Z", "2027-01-03T23:00Z")));
    for (year, number) in [(2027, 53), (2027, 0), (2027, 54), (2027, -1)] {
        assert_eq!(week(year, number, &berlin), None);
    }
    assert_eq!(month(2027, 3, &berlin).map(hours), Some(31 * 24 - 1));
    assert_eq!(month(2028, 2, &zone("UTC")), Some(span("2028-02-01T00:00Z", "2028-03-01T00:00Z")));
    assert_eq!(month(2027, 12, &berlin), Some(span("2027-11-30T23:00Z", "2027-12-31T23:00Z")));
    for number in [0, 13, -1] {
        assert_eq!(month(2027, number, &berlin), None);
    }
}

#[test]
fn weekly_hours_through_a_change() {
    let berlin = zone("Europe/Berlin");
    let opening = |from: Time, to: Time| Pattern { weekday: Weekday::Sunday, from, to };
    let on = |day: Date, from: Time, to: Time| expand(&[opening(from, to)], day, day, &berlin);
    let (spring, autumn) = (date(2027, 3, 28), date(2027, 10, 31));
    let (one, two, half, three) = (time(1, 0, 0, 0), time(2, 0, 0, 0), time(2, 30, 0, 0), time(3, 0, 0, 0));
    // The gap: an end inside moves to where it ends, a whole opening inside vanishes.
    assert_eq!(on(spring, one, half), Spans::from(span("2027-03-28T01:00+01:00", "2027-03-28T03:00+02:00")));
    assert_eq!(on(spring, half, three), Spans::empty());
    // The doubled hour: both passes are covered, but only by what touches it.
    assert_eq!(on(autumn, half, three), Spans::from(span("2027-10-31T02:30+02:00", "2027-10-31T03:00+01:00")));
    assert_eq!(on(autumn, one, half), Spans::from(span("2027-10-31T01:00+02:00", "2027-10-31T02:30+01:00")));
    assert_eq!(on(autumn, one, two), Spans::from(span("2027-10-31T01:00+02:00", "2027-10-31T02:00+02:00")));
    // Whole days, also through the night, join.
    let daily = |weekday: Weekday| Pattern { weekday, from: Time::midnight(), to: Time::midnight() };
    let all: Vec<Pattern> = (1..=7).map(|day| daily(Weekday::from_monday_one_offset(day).unwrap())).collect();
    let year = expand(&all, date(2027, 1, 1), date(2027, 12, 31), &berlin);
    assert_eq!(year, Spans::from(span("2026-12-31T23:00Z", "2027-12-31T23:00Z")));
    let night = on(date(2027, 2, 7), time(22, 0, 0, 0), two);
    assert_eq!(night, Spans::from(span("2027-02-07T21:00Z", "2027-02-08T01:00Z")));
}

#[test]
fn grids_given_as_starts() {
    let grid = Grid::Starts(vec![50, 10, 30, 10, 90]);
    assert_eq!(starts(&grid, &TimeZone::UTC, Span::new(10, 90)), [10, 30, 50]);
    assert!(grid.allows(90, &TimeZone::UTC) && !grid.allows(11, &TimeZone::UTC));
    assert_eq!(starts(&grid, &TimeZone::UTC, Span::new(90, 10)), []);
    assert_eq!(starts(&Grid::Every(15), &TimeZone::UTC, Span::new(90, 10)), []);
}

#[test]
fn the_ends_of_time_are_no_panic() {
    for name in ["Europe/Berlin", "Pacific/Kiritimati", "America/Los_Angeles"] {
        let zone = zone(name);
        for instant in [Micros::MIN, Micros::MAX, 0] {
            let _ = date_of(instant, &zone);
            let _ = starts(&Grid::Every(1), &zone, Span::new(instant.saturating_sub(5), instant.saturating_add(5)));
        }
        assert!(day(Date::MIN, &zone).start < day(Date::MAX, &zone).end);
        let every = [Pattern { weekday: Date::MAX.weekday(), from: time(12, 0, 0, 0), to: Time::midnight() }];
        let _ = expand(&every, Date::MAX, Date::MAX, &zone);
    }
}
