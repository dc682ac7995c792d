//! Combinations, assignment and replacements against all subsets.

use crate::cases;
use crate::reference::{assignments, choices, people};
use kalends_scheduling::booking::{FreeSet, Step, Task, assign, combinations, replacements};
use proptest::prelude::*;

const PEOPLE: usize = 8;

/// Steps as in the reference.
pub(crate) fn steps(most: usize, people: usize) -> impl Strategy<Value = Vec<(u32, usize, bool)>> {
    let quantity = prop_oneof![10 => Just(1), 5 => Just(2), 1 => Just(3), 1 => Just(0)];
    // Long lists more often than short ones, else little can be served.
    let list =
        (0..1u32 << people, 0..1u32 << people, any::<bool>()).prop_map(|(a, b, long)| if long { a | b } else { a });
    let one = (list, quantity, any::<bool>());
    prop_oneof![1 => Just(Vec::new()), 30 => prop::collection::vec(one, 1..=most)]
}

/// The task for such steps; lists are written carelessly: backwards, one twice, one that does not exist.
pub(crate) fn task(steps: &[(u32, usize, bool)]) -> Task {
    let step = |(list, quantity, by_customer): &(u32, usize, bool)| {
        let mut resources: Vec<usize> = people(*list).into_iter().rev().collect();
        resources.extend(resources.last().copied());
        resources.push(1_000);
        Step { resources, quantity: *quantity, by_customer: *by_customer }
    };
    Task { preparation: 0, duration: 1, follow_up: 0, steps: steps.iter().map(step).collect() }
}

fn check(steps: &[(u32, usize, bool)], free: u32, load: &[u32], wanted: u32) -> Result<(), TestCaseError> {
    let task = task(steps);
    let set: FreeSet = people(free).into_iter().collect();
    let expected = choices(steps, free);
    prop_assert_eq!(&combinations(&task, &set).collect::<Vec<_>>(), &expected);

    let all = assignments(steps, free);
    let bits = |who: &[usize]| who.iter().map(|one| 1u32 << one).sum::<u32>();
    let split = |assignment: &[u32], customer: bool| {
        steps.iter().zip(assignment).filter(|(step, _)| step.2 == customer).map(|(_, who)| who).sum::<u32>()
    };
    // What is minimal: the sum, then the sorted list of load and index.
    let cost = |who: u32| {
        let mut list: Vec<(u32, usize)> = people(who).into_iter().map(|one| (load[one], one)).collect();
        list.sort_unstable();
        (list.iter().map(|one| one.0).sum::<u32>(), list)
    };
    for choice in expected.iter().take(5) {
        let found = assign(&task, &set, choice, load);
        prop_assert!(found.is_some(), "{:?} was offered", choice);
        let found = found.unwrap_or_default();
        let found_bits: Vec<u32> = found.iter().map(|who| bits(who)).collect();
        prop_assert!(all.contains(&found_bits), "{:?} is no assignment", found);
        prop_assert!(found.iter().all(|who| who.is_sorted()));
        prop_assert_eq!(split(&found_bits, true), bits(choice));
        let best = all.iter().filter(|one| split(one, true) == bits(choice)).map(|one| cost(split(one, false))).min();
        prop_assert_eq!(Some(cost(split(&found_bits, false))), best);

        for (at, who) in found_bits.iter().enumerate() {
            for one in people(*who) {
                let swapped = |other: usize| {
                    let mut changed = found_bits.clone();
                    changed[at] = changed[at] & !(1 << one) | 1 << other;
                    other != one && all.contains(&changed)
                };
                let expected: Vec<usize> = (0..PEOPLE).filter(|other| swapped(*other)).collect();
                prop_assert_eq!(replacements(&task, &set, &found, at, one), expected);
            }
        }
    }
    let wanted = people(wanted);
    prop_assert_eq!(assign(&task, &set, &wanted, load).is_some(), expected.contains(&wanted));
    Ok(())
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn of_any_lists(
        steps in steps(4, PEOPLE),
        free in 0..1u32 << PEOPLE,
        load in prop::collection::vec(0..4u32, PEOPLE),
        wanted in 0..1u32 << PEOPLE,
    ) {
        check(&steps, free, &load, wanted)?;
    }

    /// Lists without common members take the way by counting.
    #[test]
    fn of_disjoint_lists(
        steps in steps(3, PEOPLE),
        free in 0..1u32 << PEOPLE,
        load in prop::collection::vec(0..4u32, PEOPLE),
        wanted in 0..1u32 << PEOPLE,
    ) {
        let mut taken = 0;
        let mut steps = steps;
        for step in &mut steps {
            step.0 &= !taken;
            taken |= step.0;
        }
        check(&steps, free, &load, wanted)?;
    }
}

proptest! {
    #![proptest_config(cases(60))]

    /// So many connected steps that sets of them are not looked at any more.
    #[test]
    fn of_many_steps(
        lists in prop::collection::vec((0..1u32 << PEOPLE, 0..1u32 << PEOPLE, any::<bool>()), 7),
        free in 0..1u32 << PEOPLE,
        load in prop::collection::vec(0..4u32, PEOPLE),
        wanted in 0..1u32 << PEOPLE,
    ) {
        let free = free | 0b101_1111;
        // One person is in all lists, so that they are connected.
        let steps: Vec<_> = lists.iter().map(|(a, b, by)| (a & b | 1, 1, *by)).collect();
        check(&steps, free, &load, wanted)?;
    }
}

/// The only combination is the last of very many subsets, and after it no other is to be found: without looking ahead
/// this would not end.
#[test]
fn no_way_into_dead_ends() {
    let step = |resources: Vec<usize>, quantity: usize, by_customer: bool| Step { resources, quantity, by_customer };
    let mut steps = vec![step((0..40).collect(), 40, false), step((0..80).collect(), 40, true)];
    for further in [0, 6] {
        // With the further ones, which share somebody, there are too many steps for looking at all sets of them.
        steps.extend((0..further).map(|at| step(vec![0, 80 + at], 1, false)));
        let task = Task { preparation: 0, duration: 1, follow_up: 0, steps: steps.clone() };
        let free: FreeSet = (0..90).collect();
        let found: Vec<Vec<usize>> = combinations(&task, &free).collect();
        assert_eq!(found, [(40..80).collect::<Vec<_>>()]);
        assert!(assign(&task, &free, &found[0], &[]).is_some());
    }
}

#[test]
fn wanted_must_be_said_once() {
    let task = task(&[(0b11, 2, true)]);
    let free: FreeSet = [0, 1].into_iter().collect();
    assert_eq!(assign(&task, &free, &[1, 0], &[]), Some(vec![vec![0, 1]]));
    assert_eq!(assign(&task, &free, &[0, 0], &[]), None);
    assert_eq!(assign(&task, &free, &[0, 1, 1], &[]), None);
    assert_eq!(assign(&task, &free, &[0, 7_000], &[]), None);
}
