//! Exceptions of availability: extra openings and closings, for all, one booking resource, one template, or a pair.

use kalends_engine::Body;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity, listed};
use kalends_engine::field::{Field, instant, one_of, reference, text};
use kalends_engine::problem::Problem;
use serde_json::Value;

/// Longest exception: ten years in microseconds.
const LONGEST: i64 = 3_653 * 24 * 3_600 * 1_000_000;

static NAME: Field<String> = text("name").required().max(120).search();
static TYPE: Field<String> = one_of("type", &["FREE", "BLOCKED"]).required();
static START: Field<i64> = instant("start").required();
static END: Field<i64> = instant("end").required();
static TEMPLATE: Field<String> = reference("appointmentTemplateId", "appointmentTemplate").indexed();
static RESOURCE: Field<String> = reference("bookingResourceId", "bookingResource").indexed();

/// The table.
pub static ENTITY: Entity = entity("availabilityException", "ac")
    .fields(&[&NAME.spec, &TYPE.spec, &START.spec, &END.spec, &TEMPLATE.spec, &RESOURCE.spec])
    .short(&[&NAME.spec, &TYPE.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[
        listed("appointmentTemplate", "availabilityException.appointmentTemplateId"),
        listed("bookingResource", "availabilityException.bookingResourceId"),
    ])
    .check(check);

fn check(body: &Body, problems: &mut Vec<Problem>) {
    let instant = |name: &str| body.get(name).and_then(Value::as_i64);
    if let (Some(start), Some(end)) = (instant("start"), instant("end")) {
        if end <= start {
            problems.push(Problem::at("range_reversed", "end"));
        } else if end - start > LONGEST {
            problems.push(Problem::at("range_too_large", "end").arg("max", "3653"));
        }
    }
}
