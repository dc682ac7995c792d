//! A task prepared for many questions: resources that are eligible for the same steps are interchangeable, so existence
//! of an assignment is a question about the *number* of free ones in each such class, not about who they are.

use super::Task;
use super::free::contains;

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
    /// No resource is in two lists: counting is enough.
    pub(super) disjoint: bool,
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
                classes.push(Class {
                    steps: of,
                    customer_steps,
                    system_steps,
                    members: vec![0; resources.div_ceil(64)],
                });
                classes.len() - 1
            });
            classes[class].members[resource / 64] |= 1 << (resource % 64);
        }
        let mut plan = Self {
            needs: steps.iter().map(|step| step.quantity).collect(),
            by_customer,
            positions,
            disjoint: classes.iter().all(|class| class.steps.len() == 1),
            classes,
            impossible: false,
        };
        let all = vec![u64::MAX; resources.div_ceil(64)];
        plan.impossible = plan.needs.is_empty() || !plan.enough(&plan.counts(&all));
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
        if self.impossible {
            return false;
        }
        if self.disjoint {
            return self.classes.iter().all(|class| count(&class.members, free) >= self.needs[class.steps[0]]);
        }
        self.enough(&self.counts(free))
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

    fn enough(&self, counts: &[usize]) -> bool {
        let mut flow = Flow::new(&self.needs);
        for (class, count) in self.classes.iter().zip(counts) {
            flow.pool(&class.steps, *count);
        }
        flow.serve_all()
    }
}

/// How many bits both have.
fn count(members: &[u64], free: &[u64]) -> usize {
    members.iter().zip(free).map(|(a, b)| (a & b).count_ones() as usize).sum()
}

/// A matching of pools of interchangeable resources to steps with quantities, grown by augmenting paths. Whatever is
/// once served stays served, and whoever was once used stays used, while it grows.
pub(super) struct Flow<'a> {
    needs: &'a [usize],
    served: Vec<usize>,
    pools: Vec<Pool<'a>>,
}

struct Pool<'a> {
    steps: &'a [usize],
    left: usize,
    /// How many of it serve each of `steps`.
    given: Vec<usize>,
}

impl<'a> Flow<'a> {
    pub(super) fn new(needs: &'a [usize]) -> Self {
        Self { needs, served: vec![0; needs.len()], pools: Vec::new() }
    }

    /// Adds resources that are eligible for the steps; none of them is used yet.
    pub(super) fn pool(&mut self, steps: &'a [usize], count: usize) -> usize {
        self.pools.push(Pool { steps, left: count, given: vec![0; steps.len()] });
        self.pools.len() - 1
    }

    /// Finds a step for one resource of the pool, rearranging others if need be.
    pub(super) fn employ(&mut self, pool: usize) -> bool {
        if self.pools[pool].left == 0 || !self.place(pool, &mut vec![false; self.needs.len()]) {
            return false;
        }
        self.pools[pool].left -= 1;
        true
    }

    /// Finds a step for all resources of the pool.
    pub(super) fn employ_all(&mut self, pool: usize) -> bool {
        while self.pools[pool].left > 0 {
            if !self.employ(pool) {
                return false;
            }
        }
        true
    }

    /// A step for one more of the pool, directly or by moving a resource of another pool on to another step.
    fn place(&mut self, pool: usize, seen: &mut [bool]) -> bool {
        let steps = self.pools[pool].steps;
        if let Some(at) = steps.iter().position(|step| self.served[*step] < self.needs[*step]) {
            self.pools[pool].given[at] += 1;
            self.served[steps[at]] += 1;
            return true;
        }
        for (at, step) in steps.iter().enumerate() {
            if std::mem::replace(&mut seen[*step], true) {
                continue;
            }
            for other in 0..self.pools.len() {
                let Some(slot) = self.pools[other].serving(*step) else { continue };
                if self.place(other, seen) {
                    self.pools[other].given[slot] -= 1;
                    self.pools[pool].given[at] += 1;
                    return true;
                }
            }
        }
        false
    }

    /// Whether all steps get what they need from what the pools have left.
    pub(super) fn serve_all(&mut self) -> bool {
        (0..self.needs.len()).all(|step| {
            while self.served[step] < self.needs[step] {
                if !self.take(step, &mut vec![false; self.needs.len()]) {
                    return false;
                }
                self.served[step] += 1;
            }
            true
        })
    }

    /// One more resource for the step (not yet counted as served), directly or by taking it from another step that gets
    /// a substitute.
    fn take(&mut self, step: usize, seen: &mut [bool]) -> bool {
        seen[step] = true;
        for pool in &mut self.pools {
            if pool.left > 0
                && let Some(at) = pool.steps.iter().position(|of| *of == step)
            {
                pool.left -= 1;
                pool.given[at] += 1;
                return true;
            }
        }
        for pool in 0..self.pools.len() {
            let steps = self.pools[pool].steps;
            let Some(at) = steps.iter().position(|of| *of == step) else { continue };
            for (slot, other) in steps.iter().enumerate() {
                if !seen[*other] && self.pools[pool].given[slot] > 0 && self.take(*other, seen) {
                    self.pools[pool].given[slot] -= 1;
                    self.pools[pool].given[at] += 1;
                    return true;
                }
            }
        }
        false
    }

    /// The steps that the pool serves, each as often as it has resources there.
    pub(super) fn steps_of(&self, pool: usize) -> impl Iterator<Item = usize> + '_ {
        let pool = &self.pools[pool];
        pool.steps.iter().zip(&pool.given).flat_map(|(step, count)| std::iter::repeat_n(*step, *count))
    }
}

impl Pool<'_> {
    /// Where in `given` the step is counted, if the pool serves it.
    fn serving(&self, step: usize) -> Option<usize> {
        self.steps.iter().position(|of| *of == step).filter(|at| self.given[*at] > 0)
    }
}
