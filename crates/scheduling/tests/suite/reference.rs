//! The slow reference: minute by minute, all subsets. Shares nothing with the crate but the types of the question.

use std::collections::BTreeSet;

/// A world in minutes from some origin.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    pub(crate) preparation: i64,
    pub(crate) duration: i64,
    pub(crate) follow_up: i64,
    /// Eligible people as bits, quantity, whether the customer chooses.
    pub(crate) steps: Vec<(u32, usize, bool)>,
}

/// Ranges as start and length.
pub(crate) type Ranges = Vec<(i64, i64)>;

#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) hours: Ranges,
    /// Free or not, start, length, level.
    pub(crate) exceptions: Vec<(bool, i64, i64, u8)>,
    pub(crate) busy: Ranges,
    pub(crate) held: Ranges,
}

fn within(minute: i64, ranges: &[(i64, i64)]) -> bool {
    ranges.iter().any(|(start, length)| *start <= minute && minute < start + length)
}

impl Person {
    fn open(&self, minute: i64) -> bool {
        for level in [2, 1, 0] {
            let mut says = None;
            for (free, start, length, _) in self.exceptions.iter().filter(|one| one.3 == level) {
                if within(minute, &[(*start, *length)]) {
                    says = Some(says.unwrap_or(true) && *free);
                }
            }
            if let Some(open) = says {
                return open;
            }
        }
        within(minute, &self.hours)
    }

    /// Minute by minute from `BEFORE` the origin on: whether it is open, and whether nothing else is on.
    fn timeline(&self) -> Vec<(bool, bool)> {
        let alone = |minute| !within(minute, &self.busy) && !within(minute, &self.held);
        (-BEFORE..AFTER).map(|minute| (self.open(minute), alone(minute))).collect()
    }
}

const BEFORE: i64 = 60;
const AFTER: i64 = 400;

/// A world with every minute of everyone written out.
pub(crate) struct Timelines<'a> {
    world: &'a World,
    minutes: Vec<Vec<(bool, bool)>>,
}

impl World {
    pub(crate) fn timelines(&self) -> Timelines<'_> {
        Timelines { world: self, minutes: self.people.iter().map(Person::timeline).collect() }
    }
}

impl Timelines<'_> {
    fn serves(&self, one: usize, start: i64) -> bool {
        let end = start + self.world.duration;
        (start - self.world.preparation..end + self.world.follow_up).all(|minute| {
            let (open, alone) = self.minutes[one][usize::try_from(minute + BEFORE).unwrap()];
            alone && (open || minute >= end)
        })
    }

    /// Who serves the start, as bits.
    pub(crate) fn free(&self, start: i64) -> u32 {
        (0..self.minutes.len()).filter(|one| self.serves(*one, start)).map(|one| 1 << one).sum()
    }
}

/// All ways to serve the steps with disjoint subsets of the free ones: per step the bits of who serves it.
pub(crate) fn assignments(steps: &[(u32, usize, bool)], free: u32) -> Vec<Vec<u32>> {
    let Some((&(list, quantity, _), rest)) = steps.split_first() else { return vec![vec![]] };
    let mut all = Vec::new();
    let eligible = list & free;
    for subset in (0..=eligible).filter(|subset| subset & !eligible == 0 && subset.count_ones() as usize == quantity) {
        for mut tail in assignments(rest, free & !subset) {
            tail.insert(0, subset);
            all.push(tail);
        }
    }
    all
}

/// Whom a bit set holds.
pub(crate) fn people(bits: u32) -> Vec<usize> {
    (0..32).filter(|bit| bits >> bit & 1 == 1).collect()
}

/// The combinations between which the customer can choose, in order.
pub(crate) fn choices(steps: &[(u32, usize, bool)], free: u32) -> Vec<Vec<usize>> {
    if steps.iter().all(|step| step.1 == 0) {
        return Vec::new();
    }
    let chosen =
        |assignment: Vec<u32>| people(steps.iter().zip(assignment).filter(|(s, _)| s.2).map(|(_, who)| who).sum());
    let set: BTreeSet<Vec<usize>> = assignments(steps, free).into_iter().map(chosen).collect();
    set.into_iter().collect()
}
