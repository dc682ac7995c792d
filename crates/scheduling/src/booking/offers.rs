//! The starts that can be booked.

use super::combinations::Combinations;
use super::plan::Plan;
use super::{Resource, Task};
use crate::{Micros, Span, Spans};
use std::borrow::Cow;

/// So many starts are looked at together: enough for the sweep to pay, little enough to stop early.
const BLOCK: usize = 512;

/// A start that can be booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The start of the appointment (after the preparation).
    pub start: Micros,
    /// The first combinations between which the customer can choose, see [`super::combinations`].
    pub combinations: Vec<Vec<usize>>,
    /// Whether there are more of them.
    pub more: bool,
}

/// All starts that can be booked, with at most `most` combinations each.
#[must_use]
pub fn offers(task: &Task, resources: &[Resource], starts: &[Micros], most: usize) -> Vec<Offer> {
    offers_lazily(task, resources, starts, most).collect()
}

/// The same one after the other: whoever wants only the earliest pays for little more. Starts that are not sorted are
/// sorted first.
#[must_use]
pub fn offers_lazily<'a>(task: &Task, resources: &[Resource], starts: &'a [Micros], most: usize) -> Offers<'a> {
    let mut starts = Cow::Borrowed(starts);
    if !starts.is_sorted() {
        starts.to_mut().sort_unstable();
    }
    let plan = Plan::new(task, resources.len());
    let mut serving = Vec::new();
    if let (Some(first), Some(last)) = (starts.first(), starts.last()) {
        let range = Span::new(*first, last.saturating_add(1));
        for (index, resource) in resources.iter().enumerate() {
            if plan.class_of(index).is_some() {
                serving.push(Serving { resource: index, starts: serves(task, resource, range), done: 0 });
            }
        }
    }
    let words = resources.len().div_ceil(64);
    Offers { plan, starts, serving, most, words, rows: Vec::new(), block: 0, next: 0, last: None }
}

/// The starts within the range that one resource serves: the same condition as in [`super::free_at`], solved for the start.
fn serves(task: &Task, resource: &Resource, range: Span) -> Spans {
    let hours = resource.available.stretched(task.preparation, task.duration.saturating_neg().saturating_add(1));
    let after = task.duration.saturating_add(task.follow_up);
    let blocked = |spans: &Spans| {
        let near = Span::new(range.start.saturating_sub(task.preparation), range.end.saturating_add(after));
        spans.clip(near).stretched(after.saturating_neg().saturating_add(1), task.preparation)
    };
    hours.clip(range).subtract(&blocked(&resource.busy)).subtract(&blocked(&resource.held))
}

/// The starts that one resource serves, and how many of its ranges lie behind.
struct Serving {
    resource: usize,
    starts: Spans,
    done: usize,
}

/// See [`offers_lazily`].
pub struct Offers<'a> {
    plan: Plan,
    starts: Cow<'a, [Micros]>,
    serving: Vec<Serving>,
    most: usize,
    words: usize,
    /// One bit set of free resources per start of the block.
    rows: Vec<u64>,
    /// Where the block that was swept last ends.
    block: usize,
    next: usize,
    /// The answer for the last bit set that was asked for; neighbours are often equal.
    last: Option<(Vec<u64>, Vec<Vec<usize>>, bool)>,
}

impl Offers<'_> {
    /// Fills the rows for the next block of starts.
    fn sweep(&mut self) {
        let first = self.block;
        self.block = (first + BLOCK).min(self.starts.len());
        let starts = &self.starts[first..self.block];
        self.rows.clear();
        self.rows.resize(starts.len() * self.words, 0);
        for serving in &mut self.serving {
            let (word, bit) = (serving.resource / 64, 1u64 << (serving.resource % 64));
            let mut from = 0;
            while let Some(span) = serving.starts.as_slice().get(serving.done) {
                from += starts[from..].partition_point(|start| *start < span.start);
                let until = from + starts[from..].partition_point(|start| *start < span.end);
                for row in from..until {
                    self.rows[row * self.words + word] |= bit;
                }
                if until == starts.len() {
                    break;
                }
                from = until;
                serving.done += 1;
            }
        }
    }
}

impl Iterator for Offers<'_> {
    type Item = Offer;

    fn next(&mut self) -> Option<Offer> {
        loop {
            if self.next == self.block {
                if self.block == self.starts.len() {
                    return None;
                }
                self.sweep();
            }
            let row = self.rows.len() / self.words.max(1) - (self.block - self.next);
            let (start, free) = (self.starts[self.next], &self.rows[row * self.words..(row + 1) * self.words]);
            self.next += 1;
            if let Some((known, combinations, more)) = &self.last
                && known == free
            {
                return Some(Offer { start, combinations: combinations.clone(), more: *more });
            }
            if self.plan.possible(free) {
                let mut all = Combinations::new(&self.plan, free);
                let combinations: Vec<Vec<usize>> = all.by_ref().take(self.most).collect();
                let more = all.next().is_some();
                self.last = Some((free.to_vec(), combinations.clone(), more));
                return Some(Offer { start, combinations, more });
            }
        }
    }
}
