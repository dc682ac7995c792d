//! Where an appointment takes place: what the template's address says (PLATFORM section 5).

use super::Context;
use super::place::Taken;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::Tx;
use kalends_store::records;
use serde_json::Value;

/// The address: the template's own, the organization's, a booked resource's, the customer's, or the one of the request.
pub(super) async fn of(
    tx: &mut Tx,
    context: &Context,
    given: Option<Value>,
    customer: Option<&Record>,
    taken: &Taken,
) -> Result<Value, Failure> {
    let plan = &context.plan;
    let level = plan.template.body.get("address").and_then(|address| address.get("inheritance")?.as_str());
    match level {
        Some("INPUT") => given.ok_or_else(|| Failure::invalid_at("required", "address")),
        // The customer's address may be given for this appointment only.
        Some("CUSTOMER") => Ok(given.or_else(|| customer?.body.get("address").cloned()).unwrap_or_default()),
        Some("BOOKING_RESOURCE") => {
            for bookable in plan.resources.iter().filter(|bookable| taken.resources.contains(&bookable.record.id)) {
                let id = bookable.record.text("resourceId");
                let organization = &context.organization;
                let prefix = entities::resource::ENTITY.prefix;
                if let Some(resource) = records::find(tx, prefix, &organization.record.id, id).await? {
                    let view = organization.view();
                    let effective =
                        kalends_engine::output::effective(&entities::resource::ENTITY, &resource.body, view);
                    return Ok(effective.get("address").cloned().unwrap_or_default());
                }
            }
            Ok(context.organization.effective.get("address").cloned().unwrap_or_default())
        }
        _ => Ok(plan.effective.get("address").cloned().unwrap_or_default()),
    }
}
