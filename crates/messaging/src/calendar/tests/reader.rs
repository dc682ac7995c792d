//! A reader that knows no tz database: instants follow from the VTIMEZONE components of the file alone (RFC 5545, 3.6.5).

use icalendar::parser::{Component, Property, read_calendar, unfold};
use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, ToSpan as _};
use kalends_engine::Micros;

/// The lines of the text, unfolded, by the letter of the standard.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.replace("\r\n ", "").split_terminator("\r\n").map(str::to_owned).collect()
}

/// A file that was read.
pub(super) struct Read {
    root: Part,
}

struct Part {
    name: String,
    lines: Vec<Line>,
    parts: Vec<Part>,
}

struct Line {
    name: String,
    value: String,
    parameters: Vec<(String, String)>,
}

impl Read {
    pub(super) fn new(text: &str) -> Self {
        let unfolded = unfold(text);
        let calendar = read_calendar(&unfolded).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let parts = calendar.components.iter().map(Part::new).collect();
        Self { root: Part { name: "VCALENDAR".into(), lines: Vec::new(), parts } }
    }

    fn events(&self) -> impl Iterator<Item = &Part> {
        self.root.parts.iter().filter(|part| part.name == "VEVENT")
    }

    fn line(&self, name: &str) -> Option<&Line> {
        self.events().next().and_then(|event| event.line(name))
    }

    /// The value of the first event's property, empty when it has none.
    pub(super) fn value(&self, name: &str) -> String {
        self.line(name).map(|line| line.value.clone()).unwrap_or_default()
    }

    /// The value of a parameter of the first event's property, empty when it has none.
    pub(super) fn parameter(&self, name: &str, parameter: &str) -> String {
        self.line(name).and_then(|line| line.parameter(parameter)).unwrap_or_default().to_owned()
    }

    /// Start and end of every event.
    pub(super) fn times(&self) -> Vec<(Micros, Micros)> {
        let time = |event: &Part, name: &str| self.instant(event.line(name).expect("a time"));
        self.events().map(|event| (time(event, "DTSTART"), time(event, "DTEND"))).collect()
    }

    fn instant(&self, line: &Line) -> Micros {
        let seconds = match (line.value.strip_suffix('Z'), line.parameter("TZID")) {
            (Some(utc), None) => seconds(local(utc)),
            (None, Some(zone)) => {
                let named = |part: &&Part| part.name == "VTIMEZONE" && part.value("TZID") == zone;
                instant(self.root.parts.iter().find(named).expect("the zone"), local(&line.value))
            }
            other => panic!("a time in UTC or in a zone, not {other:?}"),
        };
        seconds * 1_000_000
    }
}

impl Part {
    fn new(component: &Component<'_>) -> Self {
        Self {
            name: component.name.as_str().to_owned(),
            lines: component.properties.iter().map(Line::new).collect(),
            parts: component.components.iter().map(Self::new).collect(),
        }
    }

    fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name == name)
    }

    fn value(&self, name: &str) -> &str {
        self.line(name).map(|line| line.value.as_str()).unwrap_or_default()
    }
}

impl Line {
    fn new(property: &Property<'_>) -> Self {
        let parameter = |parameter: &icalendar::parser::Parameter<'_>| {
            let value = parameter.val.as_ref().map(|value| value.as_str().trim_matches('"').to_owned());
            (parameter.key.as_str().to_owned(), value.unwrap_or_default())
        };
        Self {
            name: property.name.as_str().to_owned(),
            value: property.val.as_str().to_owned(),
            parameters: property.params.iter().map(parameter).collect(),
        }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

fn local(text: &str) -> DateTime {
    DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Seconds since 1970 of the wall clock as if it were UTC.
fn seconds(local: DateTime) -> i64 {
    local.duration_since(date(1970, 1, 1).at(0, 0, 0, 0)).as_secs()
}

fn offset(text: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| text.get(range).map_or(0, |digits| digits.parse().expect("digits"));
    let value = number(1..3) * 3600 + number(3..5) * 60 + number(5..7);
    if text.starts_with('-') { -value } else { value }
}

/// The instant at which the zone's clock first shows this time.
fn instant(zone: &Part, shown: DateTime) -> i64 {
    let mut onsets: Vec<(i64, i64)> = Vec::new();
    for part in &zone.parts {
        let (from, to) = (offset(part.value("TZOFFSETFROM")), offset(part.value("TZOFFSETTO")));
        onsets.extend(onsets_of(part, from, shown.year() + 1).into_iter().map(|local| (seconds(local) - from, to)));
    }
    onsets.sort_unstable();
    let offset_at = |instant: i64| onsets.iter().rev().find(|(onset, _)| *onset <= instant).map(|(_, to)| *to);
    let candidates = onsets
        .iter()
        .map(|(_, to)| seconds(shown) - to)
        .filter(|instant| offset_at(*instant).is_some_and(|offset| *instant + offset == seconds(shown)));
    candidates.min().unwrap_or_else(|| panic!("{shown} is never shown"))
}

fn onsets_of(part: &Part, from: i64, last_year: i16) -> Vec<DateTime> {
    let first = local(part.value("DTSTART"));
    let mut onsets = vec![first];
    if let Some(dates) = part.line("RDATE") {
        onsets.extend(dates.value.split(',').map(local));
    }
    let Some(rule) = part.line("RRULE") else { return onsets };
    let fields: Vec<(&str, &str)> = rule.value.split(';').map(|field| field.split_once('=').expect("a pair")).collect();
    let field = |name: &str| fields.iter().find(|(found, _)| *found == name).map(|(_, value)| *value);
    assert_eq!(field("FREQ"), Some("YEARLY"));
    let month: i8 = field("BYMONTH").expect("a month").parse().expect("a number");
    let until = field("UNTIL").map(|until| seconds(local(until.trim_end_matches('Z'))));
    let (place, weekday) = field("BYDAY").expect("a day").split_at(field("BYDAY").expect("a day").len() - 2);
    let place: i32 = place.parse().expect("a place");
    for year in first.year()..=last_year {
        let days: Vec<Date> = (0..date(year, month, 1).days_in_month())
            .map(|day| date(year, month, 1) + i64::from(day).days())
            .filter(|day| format!("{:?}", day.weekday())[..2].eq_ignore_ascii_case(weekday))
            .collect();
        let nth = usize::try_from(place.abs() - 1).expect("a place");
        let day = if place < 0 { days.iter().rev().nth(nth) } else { days.get(nth) };
        let Some(day) = day else { continue };
        let onset = day.to_datetime(first.time());
        let in_time = until.is_none_or(|until| seconds(onset) - from <= until);
        if onset > first && in_time {
            onsets.push(onset);
        } else if onset == first {
            assert!(in_time, "a rule that ends before it begins");
        }
    }
    let spacing = SignedDuration::from_hours(24 * 300);
    assert!(onsets.windows(2).all(|pair| pair[1].duration_since(pair[0]) > spacing), "once a year");
    onsets
}
