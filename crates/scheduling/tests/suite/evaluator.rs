//! Search equals booking: offers on the grid against the slow reference, in worlds around changes of clocks.

use crate::clock::CHANGES;
use crate::matching::{steps, task};
use crate::reference::{Person, Ranges, World, choices, people};
use crate::{at, cases, minutes, zone};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use kalends_scheduling::availability::{Exception, with_exceptions};
use kalends_scheduling::booking::{
    Offer, Reason, Resource, Rules, Task, assign, combinations, explain, free_at, offers, offers_lazily,
};
use kalends_scheduling::grid::{Grid, starts};
use kalends_scheduling::{MINUTE, Micros, Span, Spans};
use proptest::prelude::*;

/// How long a world lasts, in minutes.
const LONG: i64 = 260;

fn ranges(most: usize, longest: i64) -> impl Strategy<Value = Ranges> {
    // Multiples of five meet each other and the grid; others miss.
    let number = |most: i64| prop_oneof![3 => (0..most / 5).prop_map(|n| n * 5), 1 => 0..most];
    prop::collection::vec((number(LONG), number(longest)), 0..=most)
}

fn person() -> impl Strategy<Value = Person> {
    let exception = (any::<bool>(), 0..LONG / 5, 1..20i64, 0..3u8)
        .prop_map(|(free, start, length, level)| (free, start * 5, length * 5, level));
    let hours = prop_oneof![4 => Just(vec![(10, LONG - 30)]), 2 => ranges(3, 150)];
    (
        hours,
        prop_oneof![1 => Just(vec![]), 1 => prop::collection::vec(exception, 1..3)],
        ranges(2, 60),
        prop_oneof![3 => Just(vec![]), 1 => ranges(1, 60)],
    )
        .prop_map(|(hours, exceptions, busy, held)| Person { hours, exceptions, busy, held })
}

fn world() -> impl Strategy<Value = World> {
    let length = |longest: i64| prop_oneof![1 => Just(0), 1 => 0..longest];
    (prop::collection::vec(person(), 2..=5), length(20), 1..45i64, length(20), steps(3, 5)).prop_map(
        |(people, preparation, duration, follow_up, steps)| World { people, preparation, duration, follow_up, steps },
    )
}

/// The same world as the crate is asked about it.
struct Asked {
    task: Task,
    resources: Vec<Resource>,
    hours: Vec<Spans>,
}

fn ask(world: &World, origin: Micros) -> Asked {
    let mut task = task(&world.steps);
    task.preparation = world.preparation * MINUTE;
    task.duration = world.duration * MINUTE;
    task.follow_up = world.follow_up * MINUTE;
    let hours: Vec<Spans> = world.people.iter().map(|person| minutes(origin, &person.hours)).collect();
    let resource = |(person, hours): (&Person, &Spans)| {
        let exception = |(free, start, length, level): &(bool, i64, i64, u8)| {
            let start = origin + start * MINUTE;
            Exception { free: *free, span: Span::new(start, start + length * MINUTE), level: *level }
        };
        let exceptions: Vec<Exception> = person.exceptions.iter().map(exception).collect();
        Resource {
            available: with_exceptions(hours, &exceptions),
            busy: minutes(origin, &person.busy),
            held: minutes(origin, &person.held),
        }
    };
    let resources = world.people.iter().zip(&hours).map(resource).collect();
    Asked { task, resources, hours }
}

/// The grid by looking at the clock every minute, and the rules by counting days on the calendar.
fn allowed(minute: i64, origin: Micros, every: u16, rules: &Rules, zone: &TimeZone) -> Option<Reason> {
    let instant = origin + minute * MINUTE;
    let wall = |instant: Micros| zone.to_datetime(Timestamp::from_microsecond(instant).unwrap());
    let shown = wall(instant);
    let minute = i32::from(shown.hour()) * 60 + i32::from(shown.minute());
    if shown.second() != 0 || minute % i32::from(every) != 0 {
        return Some(Reason::Grid);
    }
    let today = wall(rules.now).date();
    let days = i64::from(shown.date().since((jiff::Unit::Day, today)).unwrap().get_days());
    if rules.earliest_day.is_some_and(|least| days < least) || rules.latest_day.is_some_and(|most| days > most) {
        return Some(Reason::Window);
    }
    rules.lead.is_some_and(|lead| instant - rules.now < lead).then_some(Reason::LeadTime)
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn search_equals_booking(
        world in world(),
        change in prop::sample::select(CHANGES.into_iter().filter(|change| change.1.starts_with("2027")).collect::<Vec<_>>()),
        before in 0..LONG / 5,
        every in prop::sample::select(vec![10u16, 15, 15, 20, 30, 7]),
        most in 0..6usize,
        rules in (-300..100i64, prop::option::weighted(0.2, -1..2i64), prop::option::weighted(0.2, -1..2i64), prop::option::weighted(0.3, 0..250i64)),
    ) {
        let (zone, origin) = (zone(change.0), at(change.1) - before * 5 * MINUTE);
        let (now, earliest_day, latest_day, lead) = rules;
        let rules = Rules { now: origin + now * MINUTE, earliest_day, latest_day, lead: lead.map(|lead| lead * MINUTE) };
        let Asked { task, resources, hours } = ask(&world, origin);
        let whole = Span::new(origin, origin + LONG * MINUTE);
        let range = rules.window(&zone).map_or(Span::new(0, 0), |window| whole.intersect(window));
        let found = offers(&task, &resources, &starts(&Grid::Every(every), &zone, range), most);

        let timelines = world.timelines();
        let mut expected = Vec::new();
        for minute in 0..LONG {
            let start = origin + minute * MINUTE;
            let refused = allowed(minute, origin, every, &rules, &zone);
            if refused == Some(Reason::Grid) {
                continue;
            }
            let why = explain(&task, &resources, &hours, start, &rules, &zone);
            if refused.is_some() {
                prop_assert_eq!(why, refused, "minute {}", minute);
                continue;
            }
            let free = timelines.free(minute);
            let set = free_at(&task, &resources, start);
            prop_assert_eq!(set.iter().collect::<Vec<_>>(), people(free), "minute {}", minute);
            let choices = choices(&world.steps, free);
            prop_assert_eq!(why.is_none(), !choices.is_empty(), "minute {}: {:?}", minute, why);
            if let (Some(first), Some(last)) = (choices.first(), choices.last()) {
                // What is offered can be booked at once.
                prop_assert_eq!(combinations(&task, &set).next(), Some(first.clone()));
                prop_assert!(assign(&task, &set, last, &[]).is_some());
                let more = choices.len() > most;
                expected.push(Offer { start, combinations: choices.into_iter().take(most).collect(), more });
            }
        }
        prop_assert_eq!(&found, &expected);
        let backwards: Vec<Micros> = starts(&Grid::Every(every), &zone, range).into_iter().rev().collect();
        prop_assert_eq!(offers_lazily(&task, &resources, &backwards, most).next(), found.into_iter().next());
    }
}
