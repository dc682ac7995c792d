//! A zone's rules for some years, as the parts of a VTIMEZONE component: yearly rules where the changes follow one,
//! dates where they do not.

use super::written;
use calcard::icalendar::{
    ICalendarComponent, ICalendarComponentType, ICalendarDay, ICalendarEntry, ICalendarFrequency, ICalendarMonth,
    ICalendarProperty, ICalendarRecurrenceRule, ICalendarValue, ICalendarWeekday,
};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::{Offset, TimeZone, TimeZoneTransition};
use jiff::{SignedDuration, Timestamp};

/// The component that holds the zone's rules.
pub(super) fn named(name: &str) -> ICalendarComponent {
    let mut part = ICalendarComponent::new(ICalendarComponentType::VTimezone);
    part.add_property(ICalendarProperty::Tzid, name);
    part
}

/// The rules that hold from the year before `first` to the year after `last`.
pub(super) fn observances(zone: &TimeZone, first: Timestamp, last: Timestamp) -> Vec<ICalendarComponent> {
    let years = (utc_year(first) - 1, utc_year(last) + 1);
    let mut runs: Vec<Run> = Vec::new();
    for onset in onsets(zone, years) {
        if !runs.iter_mut().any(|run| run.takes(&onset)) {
            runs.push(Run::new(onset));
        }
    }
    let mut parts = Vec::new();
    let mut single: Vec<Vec<Onset>> = Vec::new();
    for run in runs {
        if run.onsets.len() > 1 {
            parts.push(run.into_component(years.1));
            continue;
        }
        for onset in run.onsets {
            match single.iter_mut().find(|group| group[0].change == onset.change) {
                Some(group) => group.push(onset),
                None => single.push(vec![onset]),
            }
        }
    }
    parts.extend(single.iter().map(|group| dated(group)));
    parts
}

/// What changes.
#[derive(Clone, PartialEq)]
struct Change {
    from: Offset,
    to: Offset,
    name: String,
    daylight: bool,
}

/// A change and when it happens.
#[derive(Clone)]
struct Onset {
    change: Change,
    at: Timestamp,
    /// By the clock that is about to be changed.
    local: DateTime,
}

/// The changes within the years, and the one that made what holds at their beginning.
fn onsets(zone: &TimeZone, years: (i16, i16)) -> Vec<Onset> {
    let begin = start_of(years.0);
    let end = start_of(years.1 + 1);
    let mut onsets = match zone.preceding(begin).next() {
        Some(transition) => vec![onset(zone, &transition)],
        None => vec![ever(zone, begin)],
    };
    // One second earlier, as a change at the very beginning is neither before nor after it.
    let within = zone.following(begin - SignedDuration::from_secs(1));
    onsets.extend(within.take_while(|transition| transition.timestamp() < end).map(|change| onset(zone, &change)));
    onsets
}

fn onset(zone: &TimeZone, transition: &TimeZoneTransition<'_>) -> Onset {
    let at = transition.timestamp();
    let before = zone.to_offset_info(at - SignedDuration::from_secs(1));
    let (from, to) = (before.offset(), transition.offset());
    // Some zones call their winter time the exceptional one; readers expect the later clock to be daylight time.
    let daylight =
        if before.dst() == transition.dst() { transition.dst().is_dst() } else { to.seconds() > from.seconds() };
    let change = Change { from, to, name: transition.abbreviation().to_owned(), daylight };
    Onset { change, at, local: from.to_datetime(at) }
}

/// A zone without changes before `begin` has had its offset since the beginning of the calendar.
fn ever(zone: &TimeZone, begin: Timestamp) -> Onset {
    let info = zone.to_offset_info(begin);
    let change = Change {
        from: info.offset(),
        to: info.offset(),
        name: info.abbreviation().to_owned(),
        daylight: info.dst().is_dst(),
    };
    let at = start_of(1601).min(begin);
    Onset { change, at, local: info.offset().to_datetime(at) }
}

fn start_of(year: i16) -> Timestamp {
    let date = jiff::civil::date(year.clamp(1, 9999), 1, 1).at(0, 0, 0, 0);
    Offset::UTC.to_timestamp(date).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn utc_year(instant: Timestamp) -> i16 {
    Offset::UTC.to_datetime(instant).year()
}

/// The same change in one year after another, on the same weekday of the month.
struct Run {
    onsets: Vec<Onset>,
    /// Which of the month's weekdays: the n-th, or -1 for the last; those that hold for all of them.
    places: Vec<i16>,
}

impl Run {
    fn new(onset: Onset) -> Self {
        let places = places(onset.local);
        Self { onsets: vec![onset], places }
    }

    fn last(&self) -> &Onset {
        &self.onsets[self.onsets.len() - 1]
    }

    /// Takes the change when it continues the run.
    fn takes(&mut self, onset: &Onset) -> bool {
        let last = self.last();
        let yearly = |time: DateTime| -> (i8, Weekday, Time) { (time.month(), time.weekday(), time.time()) };
        let continues = last.change == onset.change
            && yearly(last.local) == yearly(onset.local)
            && last.local.year() + 1 == onset.local.year();
        if !continues {
            return false;
        }
        let allowed = places(onset.local);
        let common: Vec<i16> = self.places.iter().copied().filter(|place| allowed.contains(place)).collect();
        if common.is_empty() {
            return false;
        }
        self.places = common;
        self.onsets.push(onset.clone());
        true
    }

    /// A yearly rule; with an end when it does not reach `last_year`.
    fn into_component(self, last_year: i16) -> ICalendarComponent {
        let (first, last) = (&self.onsets[0], self.last());
        let place = if self.places.contains(&-1) { -1 } else { self.places[0] };
        // A day later than the last change: some readers take the end for local time and would lose that change.
        let until = Offset::UTC.to_datetime(last.at + SignedDuration::from_hours(24));
        let rule = ICalendarRecurrenceRule {
            freq: ICalendarFrequency::Yearly,
            until: (last.local.year() < last_year).then(|| written(until, true)),
            bymonth: vec![ICalendarMonth::new(first.local.month().unsigned_abs(), false)],
            byday: vec![ICalendarDay { ordwk: Some(place), weekday: weekday(first.local.weekday()) }],
            ..ICalendarRecurrenceRule::default()
        };
        let mut part = begun(first);
        part.add_property(ICalendarProperty::Rrule, rule);
        part
    }
}

/// Which of its month's weekdays the day is.
fn places(time: DateTime) -> Vec<i16> {
    let mut places = vec![i16::from((time.day() - 1) / 7 + 1)];
    if time.day() + 7 > time.date().days_in_month() {
        places.push(-1);
    }
    places
}

/// The same change on dates without a rule.
fn dated(onsets: &[Onset]) -> ICalendarComponent {
    let mut part = begun(&onsets[0]);
    let dates: Vec<ICalendarValue> =
        onsets[1..].iter().map(|onset| ICalendarValue::from(written(onset.local, false))).collect();
    if !dates.is_empty() {
        part.entries.push(ICalendarEntry::new(ICalendarProperty::Rdate).with_values(dates));
    }
    part
}

fn begun(onset: &Onset) -> ICalendarComponent {
    let mut part = ICalendarComponent::new(if onset.change.daylight {
        ICalendarComponentType::Daylight
    } else {
        ICalendarComponentType::Standard
    });
    part.add_property(ICalendarProperty::Dtstart, written(onset.local, false));
    part.add_property(ICalendarProperty::Tzoffsetfrom, offset(onset.change.from));
    part.add_property(ICalendarProperty::Tzoffsetto, offset(onset.change.to));
    part.add_property(ICalendarProperty::Tzname, onset.change.name.clone());
    part
}

/// `+0100`, with seconds only where there are some (clocks before 1972).
fn offset(offset: Offset) -> String {
    let sign = if offset.seconds() < 0 { '-' } else { '+' };
    let seconds = offset.seconds().unsigned_abs();
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if rest == 0 { format!("{sign}{hours:02}{minutes:02}") } else { format!("{sign}{hours:02}{minutes:02}{rest:02}") }
}

fn weekday(day: Weekday) -> ICalendarWeekday {
    match day {
        Weekday::Sunday => ICalendarWeekday::Sunday,
        Weekday::Monday => ICalendarWeekday::Monday,
        Weekday::Tuesday => ICalendarWeekday::Tuesday,
        Weekday::Wednesday => ICalendarWeekday::Wednesday,
        Weekday::Thursday => ICalendarWeekday::Thursday,
        Weekday::Friday => ICalendarWeekday::Friday,
        Weekday::Saturday => ICalendarWeekday::Saturday,
    }
}
