//! Matching with quantities by augmenting paths.

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
