//! What the evaluator costs: `cargo run --release -p kalends-scheduling --example speed`.
//!
//! One fixed data set (a small generator with a fixed seed); the best of 15 runs of each question, in microseconds
//! (whatever else the machine does only adds).

#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use jiff::civil::{Time, Weekday, date, time};
use jiff::tz::TimeZone;
use kalends_scheduling::booking::{Resource, Step, Task, offers, offers_lazily};
use kalends_scheduling::grid::{Grid, starts};
use kalends_scheduling::local::{Pattern, expand, month};
use kalends_scheduling::{MINUTE, Micros, Span, Spans};
use std::hint::black_box;
use std::time::Instant;

/// Numbers that look random and are always the same.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, most: i64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).unwrap_or(0) % most
    }
}

/// Staff with office hours and so many appointments each within the range, on quarters of an hour.
fn staff(count: usize, appointments: usize, hours: &Spans, range: Span, sequence: &mut Sequence) -> Vec<Resource> {
    let quarters = (range.end - range.start) / (15 * MINUTE);
    let mut one = || {
        let busy = (0..appointments).map(|_| {
            let start = range.start + sequence.below(quarters) * 15 * MINUTE;
            Span::new(start, start + (30 + sequence.below(3) * 15) * MINUTE)
        });
        Resource { available: hours.clone(), busy: busy.collect(), held: Spans::empty() }
    };
    (0..count).map(|_| one()).collect()
}

fn step(resources: std::ops::Range<usize>, quantity: usize, by_customer: bool) -> Step {
    Step { resources: resources.collect(), quantity, by_customer }
}

fn task(steps: Vec<Step>) -> Task {
    Task { preparation: 5 * MINUTE, duration: 45 * MINUTE, follow_up: 10 * MINUTE, steps }
}

fn measure(name: &str, mut question: impl FnMut() -> usize) {
    let mut found = 0;
    let mut times: Vec<u128> = (0..15)
        .map(|_| {
            let begun = Instant::now();
            found = black_box(question());
            begun.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    println!("{:>8} us  {found:>6} found  {name}", times[0]);
}

fn main() {
    let (Ok(zone), mut sequence) = (TimeZone::get("Europe/Berlin"), Sequence(7)) else { return };
    let Some(range) = month(2027, 3, &zone) else { return };
    let (from, to) = (time(8, 0, 0, 0), time(18, 0, 0, 0));
    let work = |weekday: Weekday| Pattern { weekday, from, to };
    let week = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday].map(work);
    let hours = expand(&week, date(2027, 2, 27), date(2027, 4, 2), &zone);
    let always: Vec<Pattern> = (1..=7)
        .filter_map(|day| Weekday::from_monday_one_offset(day).ok())
        .map(|weekday| Pattern { weekday, from: Time::midnight(), to: Time::midnight() })
        .collect();
    let always = expand(&always, date(2027, 2, 27), date(2027, 4, 2), &zone);
    let grid = Grid::Every(15);
    let quarters = starts(&grid, &zone, range);

    measure("grid of a month", || starts(&grid, &zone, range).len());

    // 2 of 50 employees and 1 of 10 rooms, 20 000 appointments.
    for (hours, when) in [(&hours, "office hours"), (&always, "day and night")] {
        let mut all = staff(50, 350, hours, range, &mut sequence);
        all.extend(staff(10, 250, hours, range, &mut sequence));
        let count =
            |task: &Task, most: usize| offers(task, &all, &quarters, most).iter().map(|o| o.combinations.len()).sum();
        let any = task(vec![step(0..50, 2, false), step(50..60, 1, false)]);
        measure(&format!("month, 2 of 50 + 1 of 10, {when}, the system chooses"), || count(&any, 1));
        let one = task(vec![step(0..50, 1, true), step(50..60, 1, false)]);
        measure(&format!("month, 1 of 50 by the customer + 1 of 10, {when}, all"), || count(&one, 50));
        let two = task(vec![step(0..50, 2, true), step(50..60, 1, false)]);
        measure(&format!("month, 2 of 50 by the customer + 1 of 10, {when}, 20 each"), || count(&two, 20));
        let shared = task(vec![step(0..50, 2, false), step(25..60, 1, false)]);
        measure(&format!("month, overlapping lists, {when}, the system chooses"), || count(&shared, 1));
        let mixed = task(vec![step(0..50, 2, true), step(25..60, 1, false)]);
        measure(&format!("month, overlapping lists, 2 by the customer, {when}, 20 each"), || count(&mixed, 20));
    }
    for many in [10, 100, 1_000] {
        let all = staff(many, 300, &hours, range, &mut sequence);
        let any = task(vec![step(0..many, 2, false)]);
        measure(&format!("month, 2 of {many}, office hours"), || offers(&any, &all, &quarters, 1).len());
    }
    // Full until eleven months from now.
    let far = Span::new(range.start, range.start + 365 * 24 * 60 * MINUTE);
    let mut full = staff(50, 0, &Spans::from(far), far, &mut sequence);
    for one in &mut full {
        let slots = (0..334 * 24).map(|hour| range.start + hour * 60 * MINUTE);
        one.busy = slots.map(|start: Micros| Span::new(start, start + 45 * MINUTE)).collect();
    }
    let year = starts(&grid, &zone, far);
    let any = task(vec![step(0..50, 2, false)]);
    measure("earliest in eleven months, 2 of 50", || offers_lazily(&any, &full, &year, 1).next().map_or(0, |_| 1));
}
