//! The combinations between which a customer can choose, one after the other and only those that can be booked.

use super::Task;
use super::free::{FreeSet, contains, ones};
use super::plan::{Choice, Plan};
use std::borrow::Borrow;

/// The distinct combinations for a set of free resources, in lexicographic order, each sorted.
///
/// A combination is the set of those who serve the steps chosen by the customer, such that others of the free ones can
/// serve the rest. Without a step of the customer there is exactly one, the empty one, if the task can be served at all.
/// Nothing is enumerated before it is asked for, and the way to the next combination never runs through dead ends
/// longer than the number of classes of resources.
pub fn combinations(task: &Task, free: &FreeSet) -> impl Iterator<Item = Vec<usize>> + use<> {
    let plan = Plan::new(task, free.words().len() * 64);
    Combinations::new(plan, free.words())
}

/// See [`combinations`].
pub(super) struct Combinations<P> {
    plan: P,
    /// The free resources that are eligible for a step of the customer, with their classes; ascending.
    candidates: Vec<(usize, usize)>,
    choice: Choice,
    /// Positions of the chosen ones among the candidates.
    stack: Vec<usize>,
    /// Per level, the classes of which no further one leads anywhere.
    dead: Vec<bool>,
    size: usize,
    state: State,
}

#[derive(PartialEq)]
enum State {
    /// Nothing was returned yet.
    Fresh,
    /// The stack is the combination returned last.
    Running,
    Finished,
}

impl<P: Borrow<Plan>> Combinations<P> {
    pub(super) fn new(plan: P, free: &[u64]) -> Self {
        let known: &Plan = plan.borrow();
        let size = known.needs.iter().zip(&known.by_customer).filter(|(_, by)| **by).map(|(need, _)| need).sum();
        let mut candidates = Vec::new();
        let (mut passed, mut coming) = (known.counts(free), vec![0; known.classes.len()]);
        for (at, class) in known.classes.iter().enumerate().filter(|(_, class)| !class.customer_steps.is_empty()) {
            coming[at] = std::mem::take(&mut passed[at]);
            let members = ones(free).filter(|resource| contains(&class.members, *resource));
            candidates.extend(members.map(|resource| (resource, at)));
        }
        candidates.sort_unstable();
        let state = if known.possible(free) { State::Fresh } else { State::Finished };
        let (chosen, dead) = (vec![0; coming.len()], vec![false; size * coming.len()]);
        let choice = Choice { chosen, passed, coming };
        Self { plan, candidates, choice, stack: Vec::with_capacity(size), dead, size, state }
    }

    /// Completes the stack, trying candidates from the position on; goes back where there is no more to be found.
    fn search(&mut self, mut from: usize) -> bool {
        let classes = self.choice.coming.len();
        while self.stack.len() < self.size {
            let level = self.stack.len();
            match (from..self.candidates.len()).find(|at| self.choose(level * classes, *at)) {
                Some(at) => {
                    self.stack.push(at);
                    if level + 1 < self.size {
                        self.dead.copy_within(level * classes..(level + 1) * classes, (level + 1) * classes);
                    }
                    from = at + 1;
                }
                None => {
                    // All behind the one chosen last were passed over on this level; they come again after it is.
                    let base = self.stack.last().map_or(0, |last| last + 1);
                    for (_, class) in &self.candidates[base..] {
                        self.choice.passed[*class] -= 1;
                        self.choice.coming[*class] += 1;
                    }
                    match self.step_back() {
                        Some(next) => from = next,
                        None => return false,
                    }
                }
            }
        }
        true
    }

    /// Chooses the candidate, or passes over it if that leads nowhere.
    fn choose(&mut self, dead: usize, at: usize) -> bool {
        let class = self.candidates[at].1;
        self.choice.coming[class] -= 1;
        if !self.dead[dead + class] {
            self.choice.chosen[class] += 1;
            if self.plan.borrow().allows(&self.choice) {
                return true;
            }
            self.choice.chosen[class] -= 1;
            // Another of its class would leave even less to come.
            self.dead[dead + class] = true;
        }
        self.choice.passed[class] += 1;
        false
    }

    /// Passes over the one chosen last; the position after it, `None` when nothing was chosen.
    fn step_back(&mut self) -> Option<usize> {
        let at = self.stack.pop()?;
        let class = self.candidates[at].1;
        self.choice.chosen[class] -= 1;
        self.choice.passed[class] += 1;
        Some(at + 1)
    }
}

impl<P: Borrow<Plan>> Iterator for Combinations<P> {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let found = match self.state {
            State::Finished => false,
            State::Fresh => self.search(0),
            State::Running => match self.step_back() {
                Some(from) => self.search(from),
                None => false,
            },
        };
        self.state = if found { State::Running } else { State::Finished };
        found.then(|| self.stack.iter().map(|at| self.candidates[*at].0).collect())
    }
}
