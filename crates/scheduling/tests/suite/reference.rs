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

/// The first and the last minute that are looked at.
const BEFORE: i64 = -60;
const AFTER: i64 = 420;

/// What is known of one minute of a person.
#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    hours: bool,
    /// The strongest exception: the more specific level, and at the same level the closing.
    exception: Option<(u8, bool)>,
    occupied: bool,
}

impl Minute {
    fn open(self) -> bool {
        self.exception.map_or(self.hours, |(_, closes)| !closes)
    }
}

impl Person {
    /// Minute by minute from `BEFORE` on.
    fn timeline(&self) -> Vec<Minute> {
        let mut line = vec![Minute::default(); usize::try_from(AFTER - BEFORE).unwrap()];
        let mut paint = |start: i64, length: i64, change: &dyn Fn(&mut Minute)| {
            for minute in start..start + length {
                change(&mut line[usize::try_from(minute - BEFORE).unwrap()]);
            }
        };
        for (start, length) in &self.hours {
            paint(*start, *length, &|minute| minute.hours = true);
        }
        for (start, length) in self.busy.iter().chain(&self.held) {
            paint(*start, *length, &|minute| minute.occupied = true);
        }
        for (free, start, length, level) in &self.exceptions {
            paint(*start, *length, &|minute| minute.exception = minute.exception.max(Some((*level, !*free))));
        }
        line
    }
}

/// A world with every minute of everyone written out.
pub(crate) struct Timelines<'a> {
    world: &'a World,
    minutes: Vec<Vec<Minute>>,
}

impl World {
    pub(crate) fn timelines(&self) -> Timelines<'_> {
        Timelines { world: self, minutes: self.people.iter().map(Person::timeline).collect() }
    }
}

impl Timelines<'_> {
    fn serves(&self, one: usize, start: i64) -> bool {
        let index = |minute: i64| usize::try_from(minute - BEFORE).unwrap();
        let end = start + self.world.duration;
        let (from, until) = (index(start - self.world.preparation), index(end + self.world.follow_up));
        for (at, minute) in self.minutes[one][from..until].iter().enumerate() {
            if minute.occupied || from + at < index(end) && !minute.open() {
                return false;
            }
        }
        true
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
