//! Scheduling as the APIs offer it: booking slots, holds, appointments, event dates.
//!
//! Invariant: one evaluator (`kalends-scheduling`) behind lists, holds, bookings, moves and replacements. What is offered
//! outside of a transaction is evaluated again inside the one that takes it.

pub(crate) mod appointments;
pub(crate) mod events;
pub(crate) mod hold;
pub(crate) mod hours;
pub(crate) mod plan;
pub(crate) mod slots;

pub(crate) mod add;
mod address;
pub mod by_link;
mod change;
mod customers;
mod form;
pub(crate) mod ics;
mod place;
mod world;

use crate::Service;
use crate::access::{self, Organization};
use crate::call::{Call, Caller, Kind as CallerKind};
use crate::dispatch::Job;
use crate::reply::Reply;
use kalends_engine::problem::{Failure, Problem};
use kalends_messaging::slot::SlotKeys;
use kalends_store::{Tx, organizations};
use plan::Plan;
use std::sync::Arc;

/// Keys that seal slot ids.
pub(crate) type Keys = SlotKeys;

/// Serves the hand-written operations of `appointment` and `bookingSlot`.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    match operation {
        "appointment_add" => add::serve(service, job).await,
        "appointment_move" => change::shift(service, job).await,
        "appointment_cancel" => change::cancel(service, job).await,
        "appointment_showProtected" => appointments::show_protected(service, job).await,
        "appointment_bookingResourceReplaceList" => change::replacements(service, job).await,
        "appointment_calendar" => ics::serve(service, job).await,
        "appointment_links" => by_link::list(service, job).await,
        "bookingSlot_hold" => hold::take(service, job).await,
        "bookingSlot_release" => hold::release(service, job).await,
        _ if operation.starts_with("bookingSlot_") => slots::serve(service, job, operation).await,
        _ => appointments::range(service, job, operation).await,
    }
}

/// Whether the caller is a module: booking window and lead time bind it, and nothing can be overridden.
fn is_module(caller: &Caller) -> bool {
    matches!(caller.kind, CallerKind::Module | CallerKind::Anonymous)
}

/// Whether the caller's module shows this template.
async fn module_sees(
    service: &Service,
    caller: &Caller,
    organization: &Organization,
    template_id: &str,
) -> Result<bool, Failure> {
    if !is_module(caller) {
        return Ok(true);
    }
    crate::booking_templates::module_sees(&mut &service.store, organization, caller, template_id).await
}

/// The plan of a template, remembered for as long as nothing in its organization changes.
pub(crate) async fn plan_of(
    service: &Service,
    organization: &Organization,
    template_id: &str,
) -> Result<Arc<Plan>, Failure> {
    if let Some(plan) = service.memory.plan(template_id, organization) {
        return Ok(plan);
    }
    let plan = Plan::load(&mut &service.store, organization, template_id).await?.ok_or_else(Failure::not_found)?;
    let plan = Arc::new(plan);
    service.memory.remember_plan(template_id, organization, &plan);
    Ok(plan)
}

/// Everything a change of appointments needs besides its request; cheap to clone, so that a transaction can be run again.
#[derive(Clone)]
struct Context {
    call: Call,
    organization: Arc<Organization>,
    plan: Arc<Plan>,
}

impl Context {
    /// Organization and plan as they are inside the transaction.
    async fn fresh(&self, tx: &mut Tx) -> Result<Self, Failure> {
        let id = &self.organization.record.id;
        let counter = organizations::counters(tx, id, "", "").await?.organization;
        if counter == self.organization.counter {
            return Ok(self.clone());
        }
        let organization = access::load_organization(tx, id, counter).await?.ok_or_else(Failure::not_found)?;
        let plan = Plan::load(tx, &organization, &self.plan.template.id).await?.ok_or_else(Failure::not_found)?;
        Ok(Self { call: self.call.clone(), organization: Arc::new(organization), plan: Arc::new(plan) })
    }

    /// Refuses templates that are switched off.
    fn require_bookable(&self) -> Result<(), Failure> {
        if self.plan.is_bookable(is_module(&self.call.caller)) {
            return Ok(());
        }
        Err(Problem::at("template_inactive", "bookingSlotId").with_status(409))
    }
}
