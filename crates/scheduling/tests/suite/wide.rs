//! Many resources and long lists of starts: more than one word of bits, more than one block of the sweep.

use crate::{cases, minutes};
use kalends_scheduling::booking::{Resource, Step, Task, assign, combinations, free_at, offers};
use kalends_scheduling::{MINUTE, Micros};
use proptest::prelude::*;

/// A matching, slot by slot (Kuhn), of who is free to every single place of every step.
fn can_be_served(task: &Task, free: &[bool]) -> bool {
    fn seat(
        slot: usize,
        slots: &[&[usize]],
        free: &[bool],
        seen: &mut Vec<usize>,
        seats: &mut [Option<usize>],
    ) -> bool {
        for one in slots[slot] {
            if free[*one] && !seen.contains(one) {
                seen.push(*one);
                if seats[*one].is_none_or(|other| seat(other, slots, free, seen, seats)) {
                    seats[*one] = Some(slot);
                    return true;
                }
            }
        }
        false
    }
    let slots: Vec<&[usize]> =
        task.steps.iter().flat_map(|step| std::iter::repeat_n(step.resources.as_slice(), step.quantity)).collect();
    let mut seats = vec![None; 200];
    !slots.is_empty() && (0..slots.len()).all(|slot| seat(slot, &slots, free, &mut Vec::new(), &mut seats))
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn offers_are_what_each_start_alone_gives(
        busy in prop::collection::vec(prop::collection::vec((0..4000i64, 0..900i64), 0..4), 100..150),
        lists in prop::collection::vec((prop::collection::vec(0..150usize, 1..40), 1..4usize, any::<bool>()), 1..4),
        every in 2..7i64,
        buffers in (0..30i64, 1..90i64, 0..30i64),
    ) {
        let resource = |(at, busy): (i64, &Vec<(i64, i64)>)| Resource {
            available: minutes(0, &[(at * 7, 2000), (2300, 1500)]),
            busy: minutes(0, busy),
            held: minutes(0, &[(at * 20, 100)]),
        };
        let resources: Vec<Resource> = (0..).zip(&busy).map(resource).collect();
        let step = |(list, quantity, by): (Vec<usize>, usize, bool)| Step { resources: list, quantity, by_customer: by };
        let steps = lists.into_iter().map(step).collect();
        let (preparation, duration, follow_up) = (buffers.0 * MINUTE, buffers.1 * MINUTE, buffers.2 * MINUTE);
        let task = Task { preparation, duration, follow_up, steps };
        let starts: Vec<Micros> = (0..600).map(|at| at * every * MINUTE).collect();
        let mut found = offers(&task, &resources, &starts, 3).into_iter().peekable();
        for start in starts {
            let free = free_at(&task, &resources, start);
            let offer = found.next_if(|offer| offer.start == start);
            prop_assert_eq!(offer.is_some(), can_be_served(&task, &(0..200).map(|one| free.contains(one)).collect::<Vec<_>>()));
            if let Some(offer) = offer {
                let mut all: Vec<Vec<usize>> = combinations(&task, &free).take(4).collect();
                prop_assert_eq!(offer.more, all.len() == 4);
                all.truncate(3);
                prop_assert!(all.iter().all(|choice| assign(&task, &free, choice, &[]).is_some()));
                prop_assert_eq!(offer.combinations, all);
            }
        }
        prop_assert_eq!(found.next(), None);
    }
}

#[test]
fn every_start_has_its_own_answer() {
    // Two starts of three are free, in every phase, so that no answer may slip to a neighbour or over the end of a block.
    for phase in 0..3i64 {
        let free = |minute: &i64| (minute + phase) % 3 != 0;
        let hours: Vec<(i64, i64)> = (0..1600).filter(free).map(|minute| (minute, 1)).collect();
        let mut resources = vec![Resource::default(); 70];
        resources[69].available = minutes(0, &hours);
        let step = Step { resources: vec![3, 69], quantity: 1, by_customer: true };
        let task = Task { preparation: 0, duration: MINUTE, follow_up: MINUTE, steps: vec![step] };
        let starts: Vec<Micros> = (0..1600).map(|minute| minute * MINUTE).collect();
        let found: Vec<Micros> = offers(&task, &resources, &starts, 1).iter().map(|offer| offer.start).collect();
        assert_eq!(found, hours.iter().map(|(minute, _)| minute * MINUTE).collect::<Vec<_>>());
    }
}
