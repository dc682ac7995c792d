//! What was written is read back by two other readers: calcard's parser, which knows zones by their names, and the
//! icalendar crate's parser with the small reader of VTIMEZONE below, which believes nothing but the file.

mod reader;

use super::*;
use calcard::common::timezone::Tz;
use jiff::civil;
use proptest::prelude::*;
use reader::Read;

const SECOND: Micros = 1_000_000;
const DAY: Micros = 86_400 * SECOND;

/// With and without changes, half hours, changes of half an hour, changes by the moon, winter as the exception, seconds.
const ZONES: &[&str] = &[
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Africa/Monrovia",
    "America/Nuuk",
    "America/St_Johns",
    "Asia/Tehran",
    "Europe/Dublin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Etc/GMT+5",
    "UTC",
];

fn at(text: &str) -> Micros {
    text.parse::<Timestamp>().expect("an instant").as_microsecond()
}

fn event() -> Event {
    Event {
        uid: "ed0123@booking.example.com".into(),
        sequence: 2,
        start: at("2026-07-01T08:00:00Z"),
        end: at("2026-07-01T08:30:00Z"),
        zone: "Europe/Berlin".into(),
        summary: "First meeting".into(),
        description: "Please bring your card;\nground floor, left".into(),
        location: "Parkallee 12, 20144 Hamburg".into(),
        organizer: Some(Person { name: "Park \"Practice\": Dr. Sommer".into(), email: "mail@example.com".into() }),
        attendee: Some(Person { name: "Erika Sommer".into(), email: "erika@example.com".into() }),
        url: "https://booking.example.com/show/abc".into(),
        stamp: at("2026-06-21T00:00:00Z"),
        created: at("2026-06-09T10:13:20Z"),
        status: Status::Confirmed,
    }
}

fn one(event: &Event) -> String {
    ics(std::slice::from_ref(event), Method::Request, None, Language::En)
}

/// Starts and ends as calcard understands them.
fn by_name(text: &str) -> Vec<(Micros, Micros)> {
    let calendar = ICalendar::parse(text).expect("calcard reads it");
    let expanded = calendar.expand_dates(Tz::UTC, 100);
    assert!(expanded.errors.is_empty(), "{:?}", expanded.errors);
    let times = expanded.events.iter().map(|event| event.timestamps());
    times.map(|(start, end)| (start * SECOND, end * SECOND)).collect()
}

#[test]
fn a_request_is_written_as_expected() {
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        concat!("PRODID:-//Kalends//Kalends ", env!("CARGO_PKG_VERSION"), "//DE"),
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:STANDARD",
        "DTSTART:20241027T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "TZNAME:CET",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
        "END:STANDARD",
        "BEGIN:DAYLIGHT",
        "DTSTART:20250330T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "TZNAME:CEST",
        "RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        "END:DAYLIGHT",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:ed0123@booking.example.com",
        "SEQUENCE:2",
        "DTSTAMP:20260621T000000Z",
        "CREATED:20260609T101320Z",
        "DTSTART;TZID=Europe/Berlin:20260701T100000",
        "DTEND;TZID=Europe/Berlin:20260701T103000",
        "SUMMARY;LANGUAGE=de:First meeting",
        r"DESCRIPTION;LANGUAGE=de:Please bring your card\;\nground floor\, left",
        r"LOCATION;LANGUAGE=de:Parkallee 12\, 20144 Hamburg",
        r#"ORGANIZER;CN="Park 'Practice': Dr. Sommer":mailto:mail@example.com"#,
        r#"ATTENDEE;CN="Erika Sommer";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP="#,
        " FALSE:mailto:erika@example.com",
        "URL:https://booking.example.com/show/abc",
        "STATUS:CONFIRMED",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    assert_eq!(ics(&[event()], Method::Request, None, Language::De).split("\r\n").collect::<Vec<_>>(), expected);
}

#[test]
fn methods_and_states() {
    let cancelled = Event { status: Status::Cancelled, sequence: 3, ..event() };
    let text = ics(&[cancelled], Method::Cancel, None, Language::En);
    for line in ["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3"] {
        assert!(text.contains(&format!("\r\n{line}\r\n")), "{line} in {text}");
    }
    assert!(text.contains("\r\nATTENDEE;"));
    let text = ics(&[event()], Method::Publish, Some("Sommer, Erika"), Language::En);
    assert!(text.contains("\r\nMETHOD:PUBLISH\r\n") && !text.contains("ATTENDEE"), "{text}");
    assert!(text.contains("\r\nNAME:Sommer\\, Erika\r\nX-WR-CALNAME:Sommer\\, Erika\r\n"), "{text}");
    let bare = Event {
        organizer: None,
        attendee: None,
        description: String::new(),
        location: String::new(),
        url: String::new(),
        ..event()
    };
    let text = one(&bare);
    assert!(!["ORGANIZER", "ATTENDEE", "DESCRIPTION", "LOCATION", "URL"].iter().any(|name| text.contains(name)));
    // A feed without events is a calendar still.
    let empty = ics(&[], Method::Publish, Some("Room"), Language::En);
    assert!(!empty.contains("VEVENT") && ICalendar::parse(&empty).is_ok(), "{empty}");
}

#[test]
fn the_hour_that_passes_twice_is_told_apart() {
    // 2026-10-25: at 03:00 summer time clocks go back to 02:00.
    let (before, first, second) = (at("2026-10-24T23:59:59Z"), at("2026-10-25T00:30:00Z"), at("2026-10-25T01:30:00Z"));
    let text = one(&Event { start: before - SECOND, end: before, ..event() });
    assert!(text.contains("DTEND;TZID=Europe/Berlin:20261025T015959"), "{text}");
    let text = one(&Event { start: before, end: first, ..event() });
    assert!(text.contains("DTEND:20261025T003000Z"), "{text}");
    let text = one(&Event { start: first, end: second, ..event() });
    assert!(text.contains("DTSTART:20261025T003000Z\r\nDTEND:20261025T013000Z"), "{text}");
    assert!(!text.contains("VTIMEZONE"), "nothing refers to it: {text}");
    assert_eq!(by_name(&text), [(first, second)]);
}

#[test]
fn zones_that_are_not_known_and_odd_instants_are_written_in_utc() {
    for zone in ["Nowhere/Else", "", "UTC", "Etc/UTC", "Europe/Berlin\r\nX-EVIL:1"] {
        let text = one(&Event { zone: zone.into(), ..event() });
        assert!(text.contains("DTSTART:20260701T080000Z") && !text.contains("VTIMEZONE"), "{text}");
        assert!(!text.contains("EVIL"));
    }
    // Names are taken as the tz database spells them.
    assert!(one(&Event { zone: "europe/berlin".into(), ..event() }).contains("TZID=Europe/Berlin"));
    for (start, end) in [(Micros::MIN, Micros::MAX), (-1, 1), (SECOND - 1, SECOND)] {
        for zone in ZONES {
            let text = one(&Event { start, end, zone: (*zone).into(), ..event() });
            ICalendar::parse(&text).expect("calcard reads it");
            Read::new(&text);
        }
    }
}

#[test]
fn no_text_becomes_a_line() {
    let evil = "Erika\r\nATTENDEE:mailto:evil@example.com\nEND:VEVENT\rBEGIN:VEVENT\u{85}X:1\u{2028}\"\\";
    let person = || Some(Person { name: evil.into(), email: evil.into() });
    let text = ics(
        &[Event {
            uid: evil.into(),
            summary: evil.into(),
            description: evil.into(),
            location: evil.into(),
            organizer: person(),
            attendee: person(),
            url: evil.into(),
            zone: evil.into(),
            ..event()
        }],
        Method::Request,
        Some(evil),
        Language::En,
    );
    let lines = reader::lines(&text);
    let names: Vec<&str> = lines.iter().map(|line| &line[..line.find([':', ';']).expect("a name")]).collect();
    let count = |name: &str| names.iter().filter(|found| **found == name).count();
    assert_eq!([count("BEGIN"), count("END"), count("ATTENDEE"), count("X")], [2, 2, 1, 0], "{text}");
    let read = Read::new(&text);
    assert_eq!(read.value("SUMMARY"), super::text(evil));
    assert_eq!(read.parameter("ATTENDEE", "CN"), parameter(evil));
}

#[test]
fn texts_are_cleaned() {
    assert_eq!(text("a\0b\r\nc\rd\u{85}\u{7f}\te\n\n"), "ab\nc\nd\te\n\n");
    assert_eq!(parameter(" a\t\"b\"\n\\c "), "a 'b' /c");
    let address = one(&Event { url: "https://x.example/ü?a=1,2;3#y".into(), ..event() });
    assert!(address.contains("\r\nURL:https://x.example/%C3%BC?a=1%2C2%3B3#y\r\n"), "{address}");
}

#[test]
fn a_feed_of_many_years_and_zones() {
    // Among them days between the end of a former rule of New York and that of the one that followed.
    let starts = [
        "1974-01-05T12:00:00Z",
        "1986-04-10T12:00:00Z",
        "2006-04-03T12:00:00Z",
        "2007-03-12T12:00:00Z",
        "2026-10-28T12:00:00Z",
        "2199-12-31T23:00:00Z",
    ];
    let mut events = Vec::new();
    for zone in ["America/New_York", "Europe/Berlin", "Asia/Kolkata", "America/New_York"] {
        events.extend(starts.iter().map(|start| Event {
            start: at(start),
            end: at(start) + 3600 * SECOND,
            zone: zone.into(),
            ..event()
        }));
    }
    let text = ics(&events, Method::Publish, Some("All"), Language::En);
    let expected: Vec<_> = events.iter().map(|event| (event.start, event.end)).collect();
    assert_eq!(Read::new(&text).times(), expected);
    assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 3, "one for each zone");
}

/// Run by hand with optimization on; prints what a file costs.
#[test]
#[ignore = "a measurement"]
fn cost() {
    let day = |day: Micros| Event { start: event().start + day * DAY, end: event().end + day * DAY, ..event() };
    let events: Vec<Event> = (0..1000).map(day).collect();
    let start = std::time::Instant::now();
    let text = ics(&events, Method::Publish, Some("All"), Language::En);
    println!("a thousand events, {} bytes: {:?}", text.len(), start.elapsed());
    let start = std::time::Instant::now();
    let bytes: usize = events.iter().map(|event| one(event).len()).sum();
    println!("one event, {} bytes: {:?}", bytes / 1000, start.elapsed() / 1000);
}

/// Any second of the years the platform allows.
fn instants() -> impl Strategy<Value = Micros> {
    let range = at("1971-01-01T00:00:00Z") / SECOND..at("2200-01-01T00:00:00Z") / SECOND;
    prop_oneof![range.clone().prop_map(|second| second * SECOND), range.prop_map(|second| second / 900 * 900 * SECOND)]
}

/// An instant near a change of the zone, if it has one in that year.
fn near_change(zone: &str, year: i16, number: usize, distance: Micros) -> Option<Micros> {
    let zone = TimeZone::get(zone).expect("a zone");
    let begin = Offset::UTC.to_timestamp(civil::date(year, 1, 1).at(0, 0, 0, 0)).expect("an instant");
    let changes: Vec<_> = zone.following(begin).take(2).collect();
    let change = changes.get(number)?.timestamp().as_microsecond();
    Some((change + distance).clamp(at("1971-01-01T00:00:00Z"), at("2199-12-31T00:00:00Z")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn instants_come_back_by_the_rules_in_the_file(
        zone in prop::sample::select(ZONES), start in instants(), length in 60..200_000_i64,
    ) {
        let event = Event { start, end: start + length * SECOND, zone: zone.into(), ..event() };
        prop_assert_eq!(Read::new(&one(&event)).times(), vec![(event.start, event.end)]);
    }

    #[test]
    fn instants_near_changes_come_back(
        zone in prop::sample::select(ZONES), year in 1971..2199_i16, number in 0..2_usize,
        minutes in -150..150_i64, second in prop::sample::select(&[0, 1, 59][..]), length in 1..180_i64,
    ) {
        if let Some(start) = near_change(zone, year, number, (minutes * 60 + second) * SECOND) {
            let event = Event { start, end: start + length * 60 * SECOND, zone: zone.into(), ..event() };
            prop_assert_eq!(Read::new(&one(&event)).times(), vec![(event.start, event.end)]);
        }
    }

    /// Another tz database: only zones that all of its versions agree on, and the years that this one has changes for.
    #[test]
    fn instants_come_back_by_the_name_of_the_zone(
        zone in prop::sample::select(&["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"][..]),
        random in instants(), year in 1971..2099_i16, number in 0..2_usize, minutes in -150..150_i64, near: bool,
    ) {
        let near = if near { near_change(zone, year, number, minutes * 60 * SECOND) } else { None };
        let start = near.unwrap_or(random).min(at("2099-12-31T00:00:00Z"));
        let event = Event { start, end: start + 45 * 60 * SECOND, zone: zone.into(), ..event() };
        prop_assert_eq!(by_name(&one(&event)), vec![(event.start, event.end)]);
    }

    #[test]
    fn any_text_survives(
        summary in "\\PC{0,200}|.{0,200}|[\\\\,;:\n\r\t \"n]{0,200}", description in any::<String>(),
        location in " {0,90}\\PC{0,3} {0,90}", name in "\\PC{0,90}", url in any::<String>(), email in any::<String>(),
    ) {
        let person = Person { name: name.clone(), email };
        let event = Event {
            summary, description, location, url, organizer: Some(person.clone()), attendee: Some(person), ..event()
        };
        let written = one(&event);
        prop_assert!(written.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])), "{}", written);
        let read = Read::new(&written);
        let calendar = ICalendar::parse(&written).expect("calcard reads it");
        let entry = |name: &ICalendarProperty| {
            let event = calendar.components.iter().find(|part| part.component_type == ICalendarComponentType::VEvent);
            event.expect("the event").property(name).and_then(|entry| entry.values[0].as_text()).unwrap_or_default()
        };
        for (property, name, value) in [
            (ICalendarProperty::Summary, "SUMMARY", &event.summary),
            (ICalendarProperty::Description, "DESCRIPTION", &event.description),
            (ICalendarProperty::Location, "LOCATION", &event.location),
        ] {
            prop_assert_eq!(entry(&property), &text(value), "{} read by calcard", name);
            prop_assert_eq!(read.value(name), text(value), "{}", name);
        }
        prop_assert_eq!(read.parameter("ATTENDEE", "CN"), parameter(&name));
        prop_assert!(read.value("ATTENDEE").starts_with("mailto:"));
        prop_assert_eq!(read.times(), vec![(event.start, event.end)]);
    }
}
