//! Calendar objects (RFC 5545): an appointment as an `.ics` file, as an invitation or its cancellation (RFC 5546), and
//! many of them as a feed.
//!
//! Times are written in the event's own zone together with that zone's rules, so that a reader without a tz database
//! finds the same instant. Times of an hour that passes twice are written in UTC, as readers disagree on them.

mod zone;

#[cfg(test)]
mod tests;

use calcard::common::{CalendarScale, PartialDateTime};
use calcard::icalendar::{
    ICalendar, ICalendarComponent, ICalendarComponentType, ICalendarEntry, ICalendarMethod, ICalendarParameter,
    ICalendarParticipationRole, ICalendarParticipationStatus, ICalendarProperty, ICalendarStatus, Uri,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use kalends_catalog::locale::Language;
use kalends_engine::Micros;

/// What the object asks of its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Nothing: a file to keep, or a feed. Attendees are left out, as RFC 5546 wants it.
    Publish,
    /// To enter the event, or to replace what was entered under its UID by a lower sequence. Needs an organizer.
    Request,
    /// To remove the event. Needs an organizer.
    Cancel,
}

/// Whether the event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Confirmed,
    /// It does not any more.
    Cancelled,
}

/// Somebody with a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As it is shown; may be empty.
    pub name: String,
    /// E-mail address.
    pub email: String,
}

/// One event. Instants outside the years 0 to 9999 are brought to their ends, parts of seconds are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Names the event for ever, whatever happens to it.
    pub uid: String,
    /// Raised with every change that the attendee must learn of.
    pub sequence: i64,
    /// Start.
    pub start: Micros,
    /// End, exclusive.
    pub end: Micros,
    /// IANA name of the zone the times are written in; UTC when it is not known.
    pub zone: String,
    /// Title.
    pub summary: String,
    /// Text; left out when empty.
    pub description: String,
    /// Place; left out when empty.
    pub location: String,
    /// Who holds the event.
    pub organizer: Option<Person>,
    /// Who comes.
    pub attendee: Option<Person>,
    /// Page of the event; left out when empty.
    pub url: String,
    /// When this version of the event was made.
    pub stamp: Micros,
    /// When the event was made.
    pub created: Micros,
    /// Whether it takes place.
    pub status: Status,
}

/// The events as the text of an `.ics` file, `text/calendar; charset=utf-8`. `name` is the calendar's, for a feed. Texts
/// are said to be in `language`.
pub fn ics(events: &[Event], method: Method, name: Option<&str>, language: Language) -> String {
    let mut root = ICalendarComponent::new(ICalendarComponentType::VCalendar);
    root.add_property(ICalendarProperty::Version, "2.0");
    let producer = format!("-//Kalends//Kalends {}//{}", env!("CARGO_PKG_VERSION"), language.code().to_uppercase());
    root.add_property(ICalendarProperty::Prodid, producer);
    root.add_property(ICalendarProperty::Calscale, CalendarScale::Gregorian);
    root.add_property(
        ICalendarProperty::Method,
        match method {
            Method::Publish => ICalendarMethod::Publish,
            Method::Request => ICalendarMethod::Request,
            Method::Cancel => ICalendarMethod::Cancel,
        },
    );
    if let Some(name) = name.map(text) {
        root.add_property(ICalendarProperty::Name, name.clone());
        root.add_property(ICalendarProperty::Other("X-WR-CALNAME".to_owned()), name);
    }
    let mut tree = Tree { parts: vec![root] };
    let mut zones = Zones::default();
    let times: Vec<Times> = events.iter().map(|event| zones.times(event)).collect();
    for used in &zones.used {
        let parent = tree.add(0, zone::named(&used.name));
        for observance in zone::observances(&used.zone, used.first, used.last) {
            tree.add(parent, observance);
        }
    }
    for (event, times) in events.iter().zip(times) {
        tree.add(0, component(event, &times, method, language));
    }
    ICalendar { components: tree.parts }.to_string()
}

/// Components with the numbers of those they hold, as the library wants them.
struct Tree {
    parts: Vec<ICalendarComponent>,
}

impl Tree {
    fn add(&mut self, parent: usize, part: ICalendarComponent) -> usize {
        let number = self.parts.len();
        self.parts.push(part);
        // More than four thousand million components do not fit into any memory before they fail here.
        self.parts[parent].component_ids.extend(u32::try_from(number));
        number
    }
}

/// When an event is, as it is written.
enum Times {
    /// Wall clock of a zone, by its name.
    Local(String, DateTime, DateTime),
    Utc(DateTime, DateTime),
}

struct Used {
    name: String,
    zone: TimeZone,
    first: Timestamp,
    last: Timestamp,
}

/// The zones that wall clock times were written in, with the time they are needed for.
#[derive(Default)]
struct Zones {
    used: Vec<Used>,
}

impl Zones {
    fn times(&mut self, event: &Event) -> Times {
        let (start, end) = (instant(event.start), instant(event.end));
        self.local(&event.zone, start, end).unwrap_or_else(|| Times::Utc(utc(start), utc(end)))
    }

    /// The wall clock of the zone, when that names both instants and no other.
    fn local(&mut self, zone: &str, start: Timestamp, end: Timestamp) -> Option<Times> {
        let known = self.used.iter().position(|used| used.name.eq_ignore_ascii_case(zone));
        let (zone, name) = match known {
            Some(known) => (self.used[known].zone.clone(), self.used[known].name.clone()),
            None => {
                let zone = TimeZone::get(zone).ok()?;
                let name = zone.iana_name().filter(|name| !matches!(*name, "UTC" | "Etc/UTC" | "Etc/Unknown"))?;
                (zone.clone(), name.to_owned())
            }
        };
        let wall = |instant: Timestamp| {
            let wall = zone.to_datetime(instant);
            // RFC 5545 (3.3.5) takes the first of two; some readers take none.
            (!zone.to_ambiguous_timestamp(wall).is_ambiguous()).then_some(wall)
        };
        let (local_start, local_end) = (wall(start)?, wall(end)?);
        match known {
            Some(known) => {
                let used = &mut self.used[known];
                used.first = used.first.min(start);
                used.last = used.last.max(end);
            }
            None => self.used.push(Used { name: name.clone(), zone: zone.clone(), first: start, last: end }),
        }
        Some(Times::Local(name, local_start, local_end))
    }
}

fn component(event: &Event, times: &Times, method: Method, language: Language) -> ICalendarComponent {
    let mut part = ICalendarComponent::new(ICalendarComponentType::VEvent);
    part.add_uid(&text(&event.uid));
    part.add_sequence(event.sequence.max(0));
    part.add_dtstamp(written(utc(instant(event.stamp)), true));
    part.add_property(ICalendarProperty::Created, written(utc(instant(event.created)), true));
    let (start, end) = (ICalendarProperty::Dtstart, ICalendarProperty::Dtend);
    match times {
        Times::Local(zone, from, to) => {
            part.add_property_with_params(start, [ICalendarParameter::tzid(zone.clone())], written(*from, false));
            part.add_property_with_params(end, [ICalendarParameter::tzid(zone.clone())], written(*to, false));
        }
        Times::Utc(from, to) => {
            part.add_property(start, written(*from, true));
            part.add_property(end, written(*to, true));
        }
    }
    for (property, value) in [
        (ICalendarProperty::Summary, &event.summary),
        (ICalendarProperty::Description, &event.description),
        (ICalendarProperty::Location, &event.location),
    ] {
        let value = text(value);
        if !value.is_empty() {
            let language = ICalendarParameter::language(language.code().to_owned());
            part.add_property_with_params(property, [language], value);
        }
    }
    if let Some(organizer) = &event.organizer {
        part.entries.push(person(ICalendarProperty::Organizer, organizer));
    }
    if let (Some(attendee), Method::Request | Method::Cancel) = (&event.attendee, method) {
        let entry = person(ICalendarProperty::Attendee, attendee)
            .with_param(ICalendarParameter::role(ICalendarParticipationRole::ReqParticipant))
            // The customer has chosen the time: there is nothing left to answer.
            .with_param(ICalendarParameter::partstat(ICalendarParticipationStatus::Accepted))
            .with_param(ICalendarParameter::rsvp(false));
        part.entries.push(entry);
    }
    if !event.url.is_empty() {
        let address = encoded(&event.url, |byte| byte.is_ascii_graphic() && !br#",;\"<>^`{|}"#.contains(&byte));
        part.add_property(ICalendarProperty::Url, Uri::Location(address));
    }
    part.add_property(
        ICalendarProperty::Status,
        match event.status {
            Status::Confirmed => ICalendarStatus::Confirmed,
            Status::Cancelled => ICalendarStatus::Cancelled,
        },
    );
    part
}

fn person(property: ICalendarProperty, person: &Person) -> ICalendarEntry {
    let mut entry = ICalendarEntry::new(property);
    let name = parameter(&person.name);
    if !name.is_empty() {
        entry.add_param(ICalendarParameter::cn(name));
    }
    let address = encoded(&person.email, |byte| byte.is_ascii_alphanumeric() || b"-._~@+!$'*/=".contains(&byte));
    entry.with_value(format!("mailto:{address}"))
}

/// Lines end in one way, and characters that no value may hold are left out. The library escapes the rest.
fn text(value: &str) -> String {
    let mut kept = String::with_capacity(value.len());
    let mut characters = value.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                kept.push('\n');
            }
            '\n' | '\t' => kept.push(character),
            other if other.is_control() => {}
            other => kept.push(other),
        }
    }
    kept
}

/// A parameter's value is one line and knows no escapes: quotes and backslashes are replaced by what looks like them.
fn parameter(value: &str) -> String {
    let character = |character: char| match character {
        '"' => '\'',
        '\\' => '/',
        other if other.is_control() => ' ',
        other => other,
    };
    value.trim().chars().map(character).collect()
}

/// Percent-encoding of all bytes but those that may stay.
fn encoded(value: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut kept = String::with_capacity(value.len());
    for byte in value.bytes() {
        if stays(byte) {
            kept.push(char::from(byte));
        } else {
            kept.push('%');
            kept.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789ABCDEF"[usize::from(digit)])));
        }
    }
    kept
}

/// Whole seconds of the years that can be written.
fn instant(micros: Micros) -> Timestamp {
    let (first, last) = (-62_167_219_200, Timestamp::MAX.as_second());
    Timestamp::from_second(micros.div_euclid(1_000_000).clamp(first, last)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn utc(instant: Timestamp) -> DateTime {
    Offset::UTC.to_datetime(instant)
}

fn written(time: DateTime, is_utc: bool) -> PartialDateTime {
    let zero = is_utc.then_some(0);
    PartialDateTime {
        year: Some(time.year().unsigned_abs()),
        month: Some(time.month().unsigned_abs()),
        day: Some(time.day().unsigned_abs()),
        hour: Some(time.hour().unsigned_abs()),
        minute: Some(time.minute().unsigned_abs()),
        second: Some(time.second().unsigned_abs()),
        tz_hour: zero,
        tz_minute: zero,
        tz_minus: false,
    }
}
