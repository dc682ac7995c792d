//! A task prepared for many questions.
//!
//! Resources that are eligible for the same steps are interchangeable, so the existence of an assignment is a question
//! about the *number* of free ones in each such class, not about who they are. By Hall's theorem it exists when every
//! set of steps finds as many eligible resources as it needs together; only sets of steps whose lists are connected by
//! common members matter, so that for disjoint lists this is counting.

use super::Task;
use super::flow::Flow;
use super::free::contains;

/// Connected steps up to which all their sets are looked at (63 sets); beyond, a matching is searched.
const SMALL: usize = 6;

/// A task, its resources grouped by the steps that list them.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    /// The quantity of each step that needs anybody.
    pub(super) needs: Vec<usize>,
    /// Whether the customer chooses for the step.
    pub(super) by_customer: Vec<bool>,
    /// For each step here, its position in the task.
    pub(super) positions: Vec<usize>,
    pub(super) classes: Vec<Class>,
    /// The sets of steps that have to be looked at; `None` when there are too many.
    sets: Option<Vec<Set>>,
    /// Some step could not be served even if all were free, or nobody is needed at all.
    impossible: bool,
}

/// Resources that are eligible for the same steps.
#[derive(Debug, Clone)]
pub(super) struct Class {
    /// The steps, ascending.
    pub(super) steps: Vec<usize>,
    /// The same, those of the customer and those of the system only.
    pub(super) customer_steps: Vec<usize>,
    pub(super) system_steps: Vec<usize>,
    /// The members as a bit set.
    pub(super) members: Vec<u64>,
}

/// A set of steps that are connected by common members of their lists.
#[derive(Debug, Clone)]
struct Set {
    /// What they need together.
    need: usize,
    /// The classes that are eligible for any of them.
    any: Vec<usize>,
    /// The classes that are eligible for any of the customer's, and for any of the system's steps among them.
    any_customer: Vec<usize>,
    any_system: Vec<usize>,
    /// The classes that can serve the customer here and nowhere else. Empty unless all steps are the customer's.
    bound: Vec<usize>,
}

/// How many resources of each class a customer has chosen, has passed over (they can serve the system's steps), and may
/// still choose.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    pub(super) chosen: Vec<usize>,
    pub(super) passed: Vec<usize>,
    pub(super) coming: Vec<usize>,
}

impl Plan {
    /// For a task over so many resources; what a step lists beyond is never free.
    pub(super) fn new(task: &Task, resources: usize) -> Self {
        let (positions, steps): (Vec<usize>, Vec<_>) =
            task.steps.iter().enumerate().filter(|(_, step)| step.quantity > 0).unzip();
        let mut eligible: Vec<Vec<usize>> = vec![Vec::new(); resources];
        for (at, step) in steps.iter().enumerate() {
            for resource in step.resources.iter().filter(|resource| **resource < resources) {
                if eligible[*resource].last() != Some(&at) {
                    eligible[*resource].push(at);
                }
            }
        }
        let by_customer: Vec<bool> = steps.iter().map(|step| step.by_customer).collect();
        let mut classes: Vec<Class> = Vec::new();
        for (resource, of) in eligible.into_iter().enumerate().filter(|(_, of)| !of.is_empty()) {
            let known = classes.iter().position(|class| class.steps == of);
            let class = known.unwrap_or_else(|| {
                let (customer_steps, system_steps) = of.iter().partition(|step| by_customer[**step]);
                let members = vec![0; resources.div_ceil(64)];
                classes.push(Class { steps: of, customer_steps, system_steps, members });
                classes.len() - 1
            });
            classes[class].members[resource / 64] |= 1 << (resource % 64);
        }
        // More than there are is as impossible as any other such number, and sums stay small.
        let needs: Vec<usize> = steps.iter().map(|step| step.quantity.min(resources + 1)).collect();
        let sets = sets(&needs, &by_customer, &classes);
        let mut plan = Self { needs, by_customer, positions, classes, sets, impossible: false };
        plan.impossible = plan.needs.is_empty() || !plan.enough(&plan.counts(&vec![u64::MAX; resources.div_ceil(64)]));
        plan
    }

    /// How many of each class are in the set.
    pub(super) fn counts(&self, free: &[u64]) -> Vec<usize> {
        self.classes.iter().map(|class| count(&class.members, free)).collect()
    }

    /// The class of a resource.
    pub(super) fn class_of(&self, resource: usize) -> Option<usize> {
        self.classes.iter().position(|class| contains(&class.members, resource))
    }

    /// Whether every step can be served when these are free.
    pub(super) fn possible(&self, free: &[u64]) -> bool {
        !self.impossible && self.enough(&self.counts(free))
    }

    /// Whether every step, looked at alone, has enough of the set.
    pub(super) fn enough_each(&self, free: &[u64]) -> bool {
        let counts = self.counts(free);
        !self.needs.is_empty()
            && self.needs.iter().enumerate().all(|(step, need)| {
                let eligible = self.classes.iter().zip(&counts).filter(|(class, _)| class.steps.contains(&step));
                eligible.map(|(_, count)| count).sum::<usize>() >= *need
            })
    }

    /// Whether so many of each class can serve all steps.
    fn enough(&self, counts: &[usize]) -> bool {
        if let Some(sets) = &self.sets {
            return sets.iter().all(|set| sum(&set.any, counts) >= set.need);
        }
        let mut flow = Flow::new(&self.needs);
        for (class, count) in self.classes.iter().zip(counts) {
            flow.pool(&class.steps, *count);
        }
        flow.serve_all()
    }

    /// Whether all steps can be served such that every chosen one serves the customer, and nobody passed over does.
    pub(super) fn allows(&self, choice: &Choice) -> bool {
        let Choice { chosen, passed, coming } = choice;
        if let Some(sets) = &self.sets {
            // One matching that serves all steps and one that employs all chosen ones: then there is one that does both
            // (Mendelsohn and Dulmage).
            return sets.iter().all(|set| {
                let supply = sum(&set.any, coming) + sum(&set.any_customer, chosen) + sum(&set.any_system, passed);
                supply >= set.need && sum(&set.bound, chosen) <= set.need
            });
        }
        let mut flow = Flow::new(&self.needs);
        for (class, count) in self.classes.iter().zip(chosen) {
            let pool = flow.pool(&class.customer_steps, *count);
            if !flow.employ_all(pool) {
                return false;
            }
        }
        for (at, class) in self.classes.iter().enumerate() {
            flow.pool(&class.steps, coming[at]);
            flow.pool(&class.system_steps, passed[at]);
        }
        flow.serve_all()
    }
}

/// How many bits both have.
fn count(members: &[u64], free: &[u64]) -> usize {
    members.iter().zip(free).map(|(a, b)| (a & b).count_ones() as usize).sum()
}

/// How many resources these classes have together.
fn sum(classes: &[usize], counts: &[usize]) -> usize {
    classes.iter().map(|class| counts[*class]).sum()
}

/// All sets of connected steps, `None` when there are too many of them.
fn sets(needs: &[usize], by_customer: &[bool], classes: &[Class]) -> Option<Vec<Set>> {
    // Join the steps that share a class.
    let mut group: Vec<usize> = (0..needs.len()).collect();
    for class in classes {
        let joined: Vec<usize> = class.steps.iter().map(|step| group[*step]).collect();
        group.iter_mut().filter(|of| joined.contains(of)).for_each(|of| *of = joined[0]);
    }
    let mut found = Vec::new();
    for first in 0..needs.len() {
        let steps: Vec<usize> = (0..needs.len()).filter(|step| group[*step] == first).collect();
        if steps.len() > SMALL {
            return None;
        }
        for bits in 1u32..1 << steps.len() {
            let within = |step: &usize| steps.iter().position(|of| of == step).is_some_and(|at| bits >> at & 1 == 1);
            let of = |listed: fn(&Class) -> &[usize]| -> Vec<usize> {
                (0..classes.len()).filter(|class| listed(&classes[*class]).iter().any(within)).collect()
            };
            let any_customer = of(|class| &class.customer_steps);
            let bound = any_customer.iter().copied().filter(|class| classes[*class].customer_steps.iter().all(within));
            let customers = steps.iter().filter(|step| within(step)).all(|step| by_customer[*step]);
            found.push(Set {
                need: steps.iter().filter(|step| within(step)).map(|step| needs[*step]).sum(),
                any: of(|class| &class.steps),
                bound: if customers { bound.collect() } else { Vec::new() },
                any_customer,
                any_system: of(|class| &class.system_steps),
            });
        }
    }
    Some(found)
}
