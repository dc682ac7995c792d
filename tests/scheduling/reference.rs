//! The slow reference of searching and booking: minute by minute, all subsets. It shares nothing with the product.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};

/// Begin and length in minutes from the world's origin.
pub(super) type Range = (i64, i64);

/// What somebody wrote about a range; it replaces everything that was written there before.
#[derive(Debug, Clone)]
pub(super) struct Write {
    pub range: Range,
    pub open: Vec<Range>,
}

/// An extra opening or a closing.
#[derive(Debug, Clone)]
pub(super) struct Exception {
    pub free: bool,
    pub range: Range,
    /// For one resource only.
    pub person: Option<usize>,
    /// For the template in question only.
    pub template: bool,
}

/// A booking resource.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// 0 for an employee, otherwise a category of resources.
    pub category: usize,
    pub hours: Vec<Write>,
    pub busy: Vec<Range>,
}

/// Which starts are allowed.
#[derive(Debug, Clone)]
pub(super) enum Grid {
    /// Every so many minutes of the wall clock.
    Every(i64),
    /// These minutes from the origin.
    Written(Vec<i64>),
}

/// A need: so many of those people (a bit set), chosen by the customer or by the system.
#[derive(Debug, Clone, Copy)]
pub(super) struct Need {
    pub list: u8,
    pub quantity: u32,
    pub by_customer: bool,
}

/// An organization below another one, its resources, and one template.
#[derive(Debug, Clone)]
pub(super) struct World {
    pub zone: &'static str,
    /// Minute 0.
    pub origin: &'static str,
    pub grid: Grid,
    /// Minutes between now (an hour before minute 0) and the first start.
    pub lead: i64,
    /// First and last bookable day, counted from today.
    pub days: (i64, i64),
    pub above: Vec<Write>,
    pub above_exceptions: Vec<Exception>,
    pub hours: Vec<Write>,
    pub people: Vec<Person>,
    pub exceptions: Vec<Exception>,
    pub preparation: i64,
    pub duration: i64,
    pub follow_up: i64,
    /// Steps of a COMPLEX template; without them it is a SIMPLE one of `linked`.
    pub steps: Option<Vec<Need>>,
    pub linked: u8,
}

fn within((start, length): Range, minute: i64) -> bool {
    (start..start + length).contains(&minute)
}

fn says(writes: &[Write], minute: i64) -> Option<bool> {
    let last = writes.iter().rev().find(|write| within(write.range, minute))?;
    Some(last.open.iter().any(|range| within(*range, minute)))
}

/// The most specific exception decides, and a closing before an opening.
fn shaped<'a>(open: bool, exceptions: impl Iterator<Item = &'a Exception>, minute: i64) -> bool {
    let there = exceptions.filter(|exception| within(exception.range, minute));
    let strongest = there.map(|one| (usize::from(one.person.is_some()) + usize::from(one.template), !one.free)).max();
    strongest.map_or(open, |(_, closes)| !closes)
}

impl World {
    /// Minutes that are looked at: more than there are hours in.
    pub(super) const MINUTES: std::ops::Range<i64> = -40..290;
    /// What the clock shows.
    pub(super) const NOW: i64 = -60;

    pub(super) fn instant(&self, minute: i64) -> Timestamp {
        let origin: Timestamp = self.origin.parse().expect("an instant");
        origin + jiff::Span::new().minutes(minute)
    }

    /// As requests write it.
    pub(super) fn text(&self, minute: i64) -> String {
        self.instant(minute).to_string()
    }

    pub(super) fn minute(&self, text: &str) -> i64 {
        let instant: Timestamp = text.parse().expect("an instant");
        (instant.as_second() - self.instant(0).as_second()).div_euclid(60)
    }

    pub(super) fn wall(&self, minute: i64) -> DateTime {
        TimeZone::get(self.zone).expect("a zone").to_datetime(self.instant(minute))
    }

    fn is_open(&self, person: usize, minute: i64) -> bool {
        let above = shaped(says(&self.above, minute).unwrap_or(false), self.above_exceptions.iter(), minute);
        let hours = says(&self.hours, minute).unwrap_or(above);
        let hours = says(&self.people[person].hours, minute).unwrap_or(hours);
        let concerns = |one: &&Exception| one.person.is_none_or(|of| of == person);
        shaped(hours, self.exceptions.iter().filter(concerns), minute)
    }

    /// Whether this one can serve a start.
    fn is_free(&self, person: usize, start: i64) -> bool {
        let (from, end) = (start - self.preparation, start + self.duration);
        let busy = |minute: i64| self.people[person].busy.iter().any(|range| within(*range, minute));
        (from..end).all(|minute| self.is_open(person, minute)) && !(from..end + self.follow_up).any(busy)
    }

    /// Whether window, lead time and grid allow the start, whoever is free.
    pub(super) fn is_allowed(&self, start: i64) -> bool {
        let (wall, today) = (self.wall(start), self.wall(Self::NOW).date());
        let day = |days: i64| today.saturating_add(jiff::Span::new().days(days));
        let on_grid = match &self.grid {
            Grid::Every(minutes) => (i64::from(wall.hour()) * 60 + i64::from(wall.minute())) % minutes == 0,
            Grid::Written(starts) => starts.contains(&start),
        };
        on_grid && start >= Self::NOW + self.lead && day(self.days.0) <= wall.date() && wall.date() <= day(self.days.1)
    }

    /// What the template needs: of each linked category one, or as its steps say.
    pub(super) fn needs(&self) -> Vec<Need> {
        if let Some(steps) = &self.steps {
            return steps.clone();
        }
        let mut categories: BTreeMap<usize, u8> = BTreeMap::new();
        for (index, person) in self.people.iter().enumerate().filter(|(index, _)| self.linked >> index & 1 == 1) {
            *categories.entry(person.category).or_default() |= 1 << index;
        }
        categories.into_values().map(|list| Need { list, quantity: 1, by_customer: true }).collect()
    }

    /// Everybody who may serve the start together, as a choice of the customer's and the whole team.
    pub(super) fn teams(&self, start: i64) -> BTreeSet<(u8, u8)> {
        let needs = self.needs();
        if needs.is_empty() || !self.is_allowed(start) {
            return BTreeSet::new();
        }
        let free = (0..self.people.len())
            .filter(|person| self.is_free(*person, start))
            .map(|person| 1u8 << person)
            .sum::<u8>();
        let mut teams = BTreeSet::from([(0u8, 0u8)]);
        for need in &needs {
            let mut next = BTreeSet::new();
            for (chosen, team) in teams {
                let able: u8 = need.list & free & !team;
                for set in (0..=u8::MAX).filter(|set| set & !able == 0 && set.count_ones() == need.quantity) {
                    next.insert((if need.by_customer { chosen | set } else { chosen }, team | set));
                }
            }
            teams = next;
        }
        teams
    }

    /// Everything that is offered: starts with choices of the customer's.
    pub(super) fn offers(&self) -> BTreeSet<(i64, u8)> {
        Self::MINUTES.flat_map(|start| self.teams(start).into_iter().map(move |(chosen, _)| (start, chosen))).collect()
    }

    /// What a booking at this start occupies of each of its resources.
    pub(super) fn occupied(&self, start: i64) -> Range {
        (start - self.preparation, self.preparation + self.duration + self.follow_up)
    }
}
