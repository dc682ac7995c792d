//! Who serves a booking.

use super::Task;
use super::flow::Flow;
use super::free::FreeSet;
use super::plan::Plan;

/// Per step of the task the resources that serve it, sorted; `None` when that is not possible.
///
/// The `wanted` ones serve exactly the steps of the customer. The system's steps are served by those of the others whose
/// sum of `load` (bookings of that day, by index; 0 beyond its end) is the least; among equals by those with the lower
/// load, then the lower index. The same input gives the same answer.
#[must_use]
pub fn assign(task: &Task, free: &FreeSet, wanted: &[usize], load: &[u32]) -> Option<Vec<Vec<usize>>> {
    let plan = Plan::new(task, free.words().len() * 64);
    let mut chosen = wanted.to_vec();
    chosen.sort_unstable();
    chosen.dedup();
    if plan.needs.is_empty() || chosen.len() != wanted.len() || !chosen.iter().all(|one| free.contains(*one)) {
        return None;
    }
    let mut answer = vec![Vec::new(); task.steps.len()];
    // Sets that can serve the system's steps form a matroid, so taking the cheapest that still fits is optimal.
    let mut others: Vec<usize> = free.iter().filter(|one| chosen.binary_search(one).is_err()).collect();
    others.sort_by_key(|one| (load.get(*one).copied().unwrap_or(0), *one));
    for (by_customer, people) in [(true, &chosen), (false, &others)] {
        let needs =
            plan.needs.iter().zip(&plan.by_customer).map(|(need, by)| if *by == by_customer { *need } else { 0 });
        let needs: Vec<usize> = needs.collect();
        let mut open: usize = needs.iter().sum();
        let mut flow = Flow::new(&needs);
        for class in &plan.classes {
            flow.pool(if by_customer { &class.customer_steps } else { &class.system_steps }, people.len());
        }
        let mut members: Vec<Vec<usize>> = vec![Vec::new(); plan.classes.len()];
        for one in people {
            match plan.class_of(*one) {
                Some(class) if open > 0 && flow.employ(class) => {
                    members[class].push(*one);
                    open -= 1;
                }
                _ if by_customer => return None,
                _ => {}
            }
        }
        if open > 0 {
            return None;
        }
        for (class, members) in members.iter_mut().enumerate() {
            members.sort_unstable();
            for (step, one) in flow.steps_of(class).zip(members) {
                answer[plan.positions[step]].push(*one);
            }
        }
    }
    answer.iter_mut().for_each(|step| step.sort_unstable());
    Some(answer)
}

/// Who could serve the step instead of the resource while all others stay: free, in the step's list, and without another
/// part in the booking. `free` is to be asked for without the booking's own occupation. Ascending.
#[must_use]
pub fn replacements(task: &Task, free: &FreeSet, assigned: &[Vec<usize>], step: usize, resource: usize) -> Vec<usize> {
    let Some(list) = task.steps.get(step).map(|step| &step.resources) else { return Vec::new() };
    if !assigned.get(step).is_some_and(|of| of.contains(&resource)) {
        return Vec::new();
    }
    let busy = |one: &usize| assigned.iter().any(|of| of.contains(one));
    let mut found: Vec<usize> = list.iter().copied().filter(|one| free.contains(*one) && !busy(one)).collect();
    found.sort_unstable();
    found.dedup();
    found
}
