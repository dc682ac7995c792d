//! Dates of an EVENT template, each with its resources and places.

use kalends_engine::entity::{Entity, Verb, entity, linked};
use kalends_engine::field::{Field, FieldSpec, instant, integer, list, reference};
use serde_json::Value;

static START: Field<i64> = instant("start").required();
static RESOURCE: FieldSpec = reference("bookingResourceId", "bookingResource").spec;
static RESOURCES: Field<Value> = list("bookingResourceIdList", &RESOURCE).max(100);
static PLACES: Field<i64> = integer("appointmentEventAttendanceCountMax").required().range(1, 100_000);

/// The table.
pub static ENTITY: Entity = entity("appointmentTemplateEventDateTime", "ps")
    .at("appointmentTemplate/{appointmentTemplateId}/appointmentTemplateEventDateTime")
    .fields(&[&START.spec, &RESOURCES.spec, &PLACES.spec])
    .short(&[&START.spec])
    .verbs(&[Verb::Add, Verb::Edit, Verb::Delete])
    .relations(&[linked("bookingResource", "appointmentTemplateEventDateTime_bookingResource")]);
