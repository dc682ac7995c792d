//! The reasons: a table of all of them, and that taking the named obstacle away helps.

use crate::reference::people;
use crate::{cases, minutes};
use jiff::tz::TimeZone;
use kalends_scheduling::booking::{Reason, Resource, Rules, Step, Task, explain};
use kalends_scheduling::{MINUTE, Spans};
use proptest::prelude::*;

fn step(resources: &[usize], quantity: usize) -> Step {
    Step { resources: resources.to_vec(), quantity, by_customer: false }
}

/// Preparation 10, appointment 30, follow-up 20 minutes.
fn task(steps: Vec<Step>) -> Task {
    Task { preparation: 10 * MINUTE, duration: 30 * MINUTE, follow_up: 20 * MINUTE, steps }
}

fn resource(available: &[(i64, i64)], busy: &[(i64, i64)], held: &[(i64, i64)]) -> Resource {
    Resource { available: minutes(0, available), busy: minutes(0, busy), held: minutes(0, held) }
}

#[test]
fn each_reason() {
    let one = || vec![step(&[0], 1)];
    let both = || vec![step(&[0, 1], 2)];
    let usual: &[(i64, i64)] = &[(0, 480)];
    let why = |steps: Vec<Step>, resources: &[Resource], minute: i64| {
        let hours = vec![minutes(0, usual); resources.len()];
        explain(&task(steps), resources, &hours, minute * MINUTE, &Rules::none(0), &TimeZone::UTC)
    };
    let free = || resource(usual, &[], &[]);
    type Row = (Vec<Step>, Vec<Resource>, i64, Option<Reason>);
    let table: [Row; 21] = [
        (one(), vec![free()], 10, None),
        (one(), vec![free()], 450, None),
        (one(), vec![free()], 451, Some(Reason::Closed)),
        (one(), vec![free()], 600, Some(Reason::Closed)),
        // Only the preparation sticks out.
        (one(), vec![free()], 9, Some(Reason::Buffer)),
        (one(), vec![resource(&[(0, 100), (120, 360)], &[], &[])], 90, Some(Reason::Exception)),
        (one(), vec![resource(&[], &[], &[])], 90, Some(Reason::Exception)),
        // An exception that opens does so for this question too.
        (one(), vec![resource(&[(600, 100)], &[], &[])], 610, None),
        (one(), vec![resource(&[(600, 100)], &[], &[])], 609, Some(Reason::Buffer)),
        (one(), vec![resource(usual, &[(100, 30)], &[])], 100, Some(Reason::ResourceBusy)),
        (one(), vec![resource(usual, &[(100, 30)], &[])], 139, Some(Reason::Buffer)),
        (one(), vec![resource(usual, &[(100, 30)], &[])], 140, None),
        (one(), vec![resource(usual, &[(100, 30)], &[])], 51, Some(Reason::Buffer)),
        (one(), vec![resource(usual, &[(100, 30)], &[])], 50, None),
        (one(), vec![resource(usual, &[], &[(100, 30)])], 100, Some(Reason::Hold)),
        (one(), vec![resource(usual, &[], &[(100, 30)])], 139, Some(Reason::Hold)),
        (both(), vec![free(), resource(usual, &[(100, 30)], &[])], 100, Some(Reason::ResourceBusy)),
        (vec![step(&[0, 1], 3)], vec![free(), free()], 100, Some(Reason::Capacity)),
        (vec![step(&[0, 1], usize::MAX), step(&[0], usize::MAX)], vec![free(), free()], 100, Some(Reason::Capacity)),
        (
            vec![step(&[0, 1], 1), step(&[0], 1)],
            vec![free(), resource(usual, &[(0, 480)], &[])],
            100,
            Some(Reason::NoCombination),
        ),
        (vec![], vec![free()], 100, Some(Reason::NoCombination)),
    ];
    for (at, (steps, resources, minute, expected)) in table.into_iter().enumerate() {
        assert_eq!(why(steps, &resources, minute), expected, "row {at}");
    }
}

#[test]
fn words_of_the_wire() {
    use Reason::{Buffer, Capacity, Closed, Exception, Grid, Hold, LeadTime, NoCombination, ResourceBusy, Window};
    let all = [Closed, Exception, Buffer, LeadTime, Window, Capacity, ResourceBusy, NoCombination, Hold, Grid];
    let words = "closed exception buffer lead_time window capacity resource_busy no_combination hold grid";
    assert_eq!(all.map(Reason::word).join(" "), words);
}

fn ranges() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((0..200i64, 0..80i64), 0..3)
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn taking_the_obstacle_away_leads_further(
        people_of in prop::collection::vec((ranges(), ranges(), ranges(), ranges()), 3),
        steps in prop::collection::vec((0..8u32, 1..3usize), 1..3),
        minute in 20..180i64,
    ) {
        let steps = steps.iter().map(|(list, quantity)| step(&people(*list), *quantity)).collect();
        let task = task(steps);
        let hours: Vec<Spans> = people_of.iter().map(|person| minutes(0, &person.0)).collect();
        let mut resources: Vec<Resource> =
            people_of.iter().map(|(_, available, busy, held)| resource(available, busy, held)).collect();
        let why = |resources: &[Resource]| {
            explain(&task, resources, &hours, minute * MINUTE, &Rules::none(0), &TimeZone::UTC)
        };
        let rank = |reason: Option<Reason>| match reason {
            Some(Reason::Capacity) => 0,
            Some(Reason::Closed) => 1,
            Some(Reason::Exception) => 3,
            Some(Reason::ResourceBusy) => 4,
            Some(Reason::Hold) => 6,
            None => 7,
            // Two places each.
            _ => 99,
        };
        let first = why(&resources);
        let always = Spans::from(kalends_scheduling::Span::new(-1_000 * MINUTE, 1_000 * MINUTE));
        match first {
            Some(Reason::Hold) => {
                resources.iter_mut().for_each(|one| one.held = Spans::empty());
                prop_assert_eq!(why(&resources), None);
            }
            Some(Reason::ResourceBusy) => {
                resources.iter_mut().for_each(|one| one.busy = Spans::empty());
                prop_assert!(rank(why(&resources)) > 4);
            }
            Some(Reason::Exception | Reason::Closed) => {
                resources.iter_mut().for_each(|one| one.available = always.clone());
                prop_assert!(rank(why(&resources)) > 3);
            }
            Some(Reason::Capacity) => {
                prop_assert!(task.steps.iter().any(|step| step.resources.len() < step.quantity));
            }
            _ => {}
        }
    }
}
