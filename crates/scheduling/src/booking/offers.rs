//! The starts that can be booked.

use super::combinations::Combinations;
use super::plan::Plan;
use super::{Resource, Task};
use crate::{Micros, Span};
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
    Offers {
        plan,
        starts,
        serving,
        most,
        columns: vec![0; words * BLOCK],
        free: vec![0; words],
        free_next: vec![0; words],
        block: 0,
        next: 0,
        answer: None,
    }
}

/// The starts within the range that one resource serves: the same condition as in [`super::free_at`], solved for the
/// start. Sorted ranges that do not overlap.
fn serves(task: &Task, resource: &Resource, range: Span) -> Vec<Span> {
    // With what a start within the range can meet.
    let near = Span::new(task.occupied(range.start).start, task.occupied(range.end).end);
    let (before, during) = (task.preparation, task.duration);
    let after = during.saturating_add(task.follow_up);
    let inside = |piece: &Span| {
        let last = piece.end.saturating_sub(during);
        Span::new(piece.start.saturating_add(before), last.saturating_add(1)).intersect(range)
    };
    let mut starts: Vec<Span> = resource.available.near(near).iter().map(inside).filter(|of| !of.is_empty()).collect();
    for taken in [&resource.busy, &resource.held] {
        let taken = taken.near(near);
        if !taken.is_empty() {
            let blocked =
                |of: &Span| Span::new(of.start.saturating_sub(after).saturating_add(1), of.end.saturating_add(before));
            starts = without(&starts, taken.iter().map(blocked));
        }
    }
    starts
}

/// The ranges without the holes, which may overlap but are sorted by start and by end.
fn without(spans: &[Span], holes: impl Iterator<Item = Span>) -> Vec<Span> {
    let mut holes = holes.peekable();
    let mut left = Vec::with_capacity(spans.len() + holes.size_hint().0);
    for span in spans {
        let mut rest = *span;
        while let Some(hole) = holes.peek() {
            if hole.start >= rest.end {
                break;
            }
            if rest.start < hole.start {
                left.push(Span::new(rest.start, hole.start));
            }
            rest.start = rest.start.max(hole.end);
            if rest.is_empty() {
                // It may reach into the next range.
                break;
            }
            holes.next();
        }
        if !rest.is_empty() {
            left.push(rest);
        }
    }
    left
}

/// One bit set out of the columns.
fn gather(columns: &[u64], row: usize, into: &mut [u64]) {
    for (word, column) in into.iter_mut().zip(columns.chunks_exact(BLOCK)) {
        *word = column[row];
    }
}

/// How many of the starts lie before the instant; quick when it is near.
fn ahead(starts: &[Micros], instant: Micros) -> usize {
    let mut reach = 1;
    while reach < starts.len() && starts[reach - 1] < instant {
        reach *= 2;
    }
    let from = reach / 2;
    from + starts[from..reach.min(starts.len())].partition_point(|start| *start < instant)
}

/// The starts that one resource serves, and how many of its ranges lie behind.
struct Serving {
    resource: usize,
    starts: Vec<Span>,
    done: usize,
}

/// See [`offers_lazily`].
pub struct Offers<'a> {
    plan: Plan,
    starts: Cow<'a, [Micros]>,
    serving: Vec<Serving>,
    most: usize,
    /// Word by word of the bit sets, the words of all starts of the block: a resource touches only its own column.
    columns: Vec<u64>,
    /// The bit sets of the start that is looked at and of the one after it.
    free: Vec<u64>,
    free_next: Vec<u64>,
    /// Where the block that was swept last ends.
    block: usize,
    next: usize,
    /// The answer for the next start, when its bit set equals that of the last one: neighbours often do.
    answer: Option<(Vec<Vec<usize>>, bool)>,
}

impl Offers<'_> {
    /// Fills the columns for the next block of starts.
    fn sweep(&mut self) {
        let first = self.block;
        self.block = (first + BLOCK).min(self.starts.len());
        let starts = &self.starts[first..self.block];
        self.columns.fill(0);
        for serving in &mut self.serving {
            let column = &mut self.columns[serving.resource / 64 * BLOCK..][..BLOCK];
            let bit = 1u64 << (serving.resource % 64);
            let mut from = 0;
            while let Some(span) = serving.starts.get(serving.done) {
                from += ahead(&starts[from..], span.start);
                while let Some(start) = starts.get(from) {
                    if *start >= span.end {
                        break;
                    }
                    column[from] |= bit;
                    from += 1;
                }
                if from == starts.len() {
                    break;
                }
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
            let (row, start) = (self.next % BLOCK, self.starts[self.next]);
            self.next += 1;
            let more_rows = self.next < self.block;
            if row == 0 {
                gather(&self.columns, 0, &mut self.free);
            } else {
                std::mem::swap(&mut self.free, &mut self.free_next);
            }
            if more_rows {
                gather(&self.columns, row + 1, &mut self.free_next);
            }
            let like_next = more_rows && self.free == self.free_next;
            // The answer moves on to the last of a run of equal bit sets.
            if let Some((combinations, more)) = self.answer.take() {
                self.answer = like_next.then(|| (combinations.clone(), more));
                return Some(Offer { start, combinations, more });
            }
            if self.plan.possible(&self.free) {
                let mut all = Combinations::new(&self.plan, &self.free);
                let combinations: Vec<Vec<usize>> = all.by_ref().take(self.most).collect();
                let more = all.next().is_some();
                self.answer = like_next.then(|| (combinations.clone(), more));
                return Some(Offer { start, combinations, more });
            }
        }
    }
}
