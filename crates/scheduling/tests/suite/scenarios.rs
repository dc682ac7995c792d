//! SCENARIOS 2, 4–8, 10, 11 and 13, as far as the evaluator is concerned, with their numbers.

use crate::{at, span, zone};
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use kalends_scheduling::availability::{Exception, layered, with_exceptions};
use kalends_scheduling::booking::{Offer, Reason, Resource, Rules, Step, Task, assign, explain, free_at, offers};
use kalends_scheduling::grid::{Grid, starts};
use kalends_scheduling::{MINUTE, Micros, Spans, local};

fn berlin() -> TimeZone {
    zone("Europe/Berlin")
}

/// Hours of a day in Berlin.
fn hours(day: &str, offset: &str, ranges: &[(&str, &str)]) -> Spans {
    ranges.iter().map(|(from, to)| span(&format!("{day}T{from}{offset}"), &format!("{day}T{to}{offset}"))).collect()
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

/// The starts on the wall clock of Berlin.
fn wall(offers: &[Offer]) -> Vec<String> {
    let clock = |offer: &Offer| {
        let instant = Timestamp::from_microsecond(offer.start).unwrap();
        instant.to_zoned_datetime(berlin()).strftime("%H:%M").to_string()
    };
    offers.iter().map(clock).collect()
}

/// What a booking adds to everyone that it occupies.
fn book(resources: &mut [Resource], who: &[usize], task: &Task, start: Micros) {
    for one in who {
        resources[*one].busy = resources[*one].busy.union(&Spans::from(task.occupied(start)));
    }
}

#[test]
fn s2_overlap_without_equal_start() {
    let day = "2027-02-01";
    let t60 = task(60, 15, &[step(&[0], 1)]);
    let t30 = task(30, 0, &[step(&[0], 1)]);
    let clock = |time: &str| at(&format!("{day}T{time}+01:00"));
    let serves = |resources: &[Resource], task: &Task, time: &str| free_at(task, resources, clock(time)).contains(0);
    let free = [open(hours(day, "+01:00", &[("09:00", "12:00")]))];

    // T60 from 09:00 occupies up to 10:15.
    let mut after_long = free.clone();
    book(&mut after_long, &[0], &t60, clock("09:00"));
    assert!(!serves(&after_long, &t30, "10:00"));
    assert!(serves(&after_long, &t30, "10:15"));
    let mut after_short = free.clone();
    book(&mut after_short, &[0], &t30, clock("10:00"));
    assert!(!serves(&after_short, &t60, "09:00"));
    assert!(!serves(&after_short, &t30, "10:15"));
    assert!(serves(&after_short, &t30, "10:30"));

    // The follow-up may stick out of the hours, the appointment and its preparation may not.
    assert!(serves(&free, &t60, "11:00"));
    assert!(!serves(&free, &t60, "11:01"));
    let prepared = Task { preparation: 15 * MINUTE, ..t60 };
    assert!(!serves(&free, &prepared, "09:00"));
    assert!(serves(&free, &prepared, "09:15"));
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
fn s5_doubled_hour() {
    let mut employees = [open(Spans::from(span("2027-10-31T01:00+02:00", "2027-10-31T05:00+01:00")))];
    let grid = on_day(date(2027, 10, 31), 30);
    let half = task(30, 0, &[step(&[0], 1)]);
    assert_eq!(offers(&half, &employees, &grid, 1).len(), 10);
    assert_eq!(offers(&task(60, 0, &[step(&[0], 1)]), &employees, &grid, 1).len(), 9);

    book(&mut employees, &[0], &half, at("2027-10-31T02:00+02:00"));
    let left: Vec<Micros> = offers(&half, &employees, &grid, 1).iter().map(|offer| offer.start).collect();
    assert_eq!(left.len(), 9);
    assert!(!left.contains(&at("2027-10-31T02:00+02:00")));
    assert!(left.contains(&at("2027-10-31T02:00+01:00")));
}

#[test]
fn s6_one_room_two_templates() {
    let day = "2027-02-02";
    let all = || open(hours(day, "+01:00", &[("09:00", "12:00")]));
    let before = [all(), all(), all()];
    let exam = task(30, 10, &[step(&[0], 1), step(&[2], 1)]);
    let consultation = task(45, 0, &[step(&[1], 1), step(&[2], 1)]);
    let grid = on_day(date(2027, 2, 2), 15);

    let mut after = before.clone();
    book(&mut after, &[0, 2], &exam, at("2027-02-02T09:00+01:00"));
    let expected = ["09:45", "10:00", "10:15", "10:30", "10:45", "11:00", "11:15"];
    assert_eq!(wall(&offers(&consultation, &after, &grid, 1)), expected);
    assert_eq!(wall(&offers(&consultation, &before, &grid, 1))[..3], ["09:00", "09:15", "09:30"]);
}

#[test]
fn s7_two_of_three_and_a_room() {
    let day = "2027-02-03";
    let resources = [
        open(hours(day, "+01:00", &[("09:00", "11:00")])),
        open(hours(day, "+01:00", &[("10:00", "12:00")])),
        open(hours(day, "+01:00", &[("09:00", "10:00"), ("11:00", "12:00")])),
        open(hours(day, "+01:00", &[("09:00", "12:00")])),
    ];
    let mut people = step(&[0, 1, 2], 2);
    people.by_customer = true;
    let found = offers(&task(60, 0, &[people, step(&[3], 1)]), &resources, &on_day(date(2027, 2, 3), 30), 10);
    assert_eq!(wall(&found), ["09:00", "10:00", "11:00"]);
    let combinations: Vec<_> = found.iter().map(|offer| (offer.combinations.clone(), offer.more)).collect();
    assert_eq!(combinations, [(vec![vec![0, 2]], false), (vec![vec![0, 1]], false), (vec![vec![1, 2]], false)]);
}

#[test]
fn s8_a_resource_serves_one_step_only() {
    let day = "2027-02-04";
    let all = || open(hours(day, "+01:00", &[("09:00", "10:00")]));
    let start = at("2027-02-04T09:00+01:00");
    // A greedy choice would give 0 to the first step and leave nobody for the second.
    let pair = task(60, 0, &[step(&[0, 1], 1), step(&[0], 1)]);
    let two = [all(), all()];
    assert_eq!(assign(&pair, &free_at(&pair, &two, start), &[], &[]), Some(vec![vec![1], vec![0]]));
    // With quantities, and a chain of displacements through three steps.
    let chain = task(60, 0, &[step(&[0, 1, 2], 2), step(&[1, 3], 1), step(&[2, 3, 4], 1), step(&[0], 1)]);
    let five = [all(), all(), all(), all(), all()];
    let expected = Some(vec![vec![1, 2], vec![3], vec![4], vec![0]]);
    assert_eq!(assign(&chain, &free_at(&chain, &five, start), &[], &[]), expected);
    // Each step has enough for itself, but together they need more than there are.
    let many = task(60, 0, &[step(&[0, 1], 1), step(&[0, 1], 2)]);
    assert_eq!(offers(&many, &two, &[start], 1), []);
    let reason = explain(&many, &two, &[], start, &Rules::none(start), &berlin());
    assert_eq!(reason, Some(Reason::NoCombination));
}

#[test]
fn s10_moving() {
    let free = [open(hours("2027-02-05", "+01:00", &[("09:00", "12:00")]))];
    let long = task(60, 15, &[step(&[0], 1)]);
    let grid = on_day(date(2027, 2, 5), 15);
    let mut booked = free.clone();
    book(&mut booked, &[0], &long, at("2027-02-05T10:00+01:00"));
    assert_eq!(wall(&offers(&long, &booked, &grid, 1)), [""; 0]);
    // The search for a move leaves out the own occupation.
    let moves = wall(&offers(&long, &free, &grid, 1));
    assert_eq!(moves.len(), 9);
    assert!(moves.contains(&"10:15".to_owned()) && moves.contains(&"10:00".to_owned()));
}

#[test]
fn s11_overlapping_exceptions() {
    let day = "2027-05-05";
    let base = hours(day, "+02:00", &[("09:00", "17:00")]);
    let grid = on_day(date(2027, 5, 5), 30);
    let exception = |free: bool, from: &str, to: &str, level: u8| {
        let span = span(&format!("{day}T{from}+02:00"), &format!("{day}T{to}+02:00"));
        Exception { free, span, level }
    };
    let count = |exceptions: &[Exception]| {
        offers(&task(30, 0, &[step(&[0], 1)]), &[open(with_exceptions(&base, exceptions))], &grid, 1).len()
    };
    let (first, second) = (exception(false, "12:00", "14:00", 0), exception(false, "13:00", "15:00", 0));
    assert_eq!(count(&[first, second]), 10);
    assert_eq!(count(&[second]), 12);
    // An opening at the same level does not beat a closing; a more specific one does, in any order.
    assert_eq!(count(&[first, second, exception(true, "13:30", "14:30", 0)]), 10);
    assert_eq!(count(&[exception(true, "13:30", "14:30", 1), first, second]), 12);
    assert_eq!(count(&[exception(true, "13:30", "14:30", 1), exception(false, "14:00", "18:00", 2), first]), 7);
}

#[test]
fn s12_the_tree_of_hours() {
    let day = Spans::from(local::day(date(2027, 5, 6), &berlin()));
    let usual = hours("2027-05-06", "+02:00", &[("09:00", "17:00")]);
    let own = hours("2027-05-06", "+02:00", &[("10:00", "11:00")]);
    // The root closes the day, the child has nothing of its own: closed. With its own hours that day, it has those.
    let root = layered(&day, &Spans::empty(), &usual);
    assert!(root.is_empty());
    assert!(layered(&Spans::empty(), &Spans::empty(), &root).is_empty());
    assert_eq!(layered(&day, &own, &root), own);
}

#[test]
fn s13_lead_time_and_window() {
    let now = at("2027-03-27T09:30Z");
    let rules = Rules { lead: Some(24 * 60 * MINUTE), ..Rules::none(now) };
    let earliest = at("2027-03-28T09:30Z");
    assert_eq!(rules.window(&berlin()).unwrap().start, earliest);
    let day = local::day(date(2027, 3, 28), &berlin());
    let always = [open(Spans::from(day))];
    let half = task(30, 0, &[step(&[0], 1)]);
    let why = |start: Micros, rules: &Rules| explain(&half, &always, &[], start, rules, &berlin());
    assert_eq!(why(earliest, &rules), None);
    assert_eq!(why(earliest - 1, &rules), Some(Reason::LeadTime));
    // Fetched in time, booked too late.
    assert_eq!(why(earliest, &Rules { now: now + 1, ..rules }), Some(Reason::LeadTime));

    // 2027-03-27T23:30Z is already the 28th in Berlin, so "today" is a day of 23 hours.
    let late = Rules { earliest_day: Some(0), latest_day: Some(0), ..Rules::none(at("2027-03-27T23:30Z")) };
    assert_eq!(late.window(&berlin()), Some(span("2027-03-27T23:00Z", "2027-03-28T22:00Z")));
    assert_eq!(why(at("2027-03-28T22:00Z"), &late), Some(Reason::Window));
    let week = Rules { earliest_day: Some(1), latest_day: Some(7), ..late };
    assert_eq!(week.window(&berlin()), Some(span("2027-03-28T22:00Z", "2027-04-04T22:00Z")));
    assert_eq!(why(at("2027-03-28T12:00Z"), &week), Some(Reason::Window));
    assert_eq!(Rules { earliest_day: Some(2), latest_day: Some(1), ..late }.window(&berlin()), None);
    let far = Rules { latest_day: Some(i64::MAX), ..late };
    assert!(far.window(&berlin()).unwrap().end > at("9999-12-01T00:00Z"));
}

#[test]
fn s14_holds_of_others_count_and_end_by_themselves() {
    let mut resources = [open(hours("2027-02-08", "+01:00", &[("09:00", "10:00")]))];
    let start = at("2027-02-08T09:00+01:00");
    let half = task(30, 15, &[step(&[0], 1)]);
    resources[0].held = Spans::from(half.occupied(start));
    let why = |resources: &[Resource], start| explain(&half, resources, &[], start, &Rules::none(start), &berlin());
    assert_eq!(why(&resources, start), Some(Reason::Hold));
    assert_eq!(why(&resources, start + 45 * MINUTE), Some(Reason::Closed));
    resources[0].held = Spans::empty();
    assert_eq!(why(&resources, start), None);
}
