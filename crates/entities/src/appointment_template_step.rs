//! Steps of a COMPLEX template: how many different resources of a list, and who chooses them.

use kalends_engine::entity::{Entity, Verb, entity, linked};
use kalends_engine::field::{Field, integer, long_text, one_of, text};

/// Who chooses.
pub const DISPLAYS: &[&str] = &["CUSTOMER", "SYSTEM", "BOTH"];

static NAME: Field<String> = text("name").required().max(120).translated();
static DESCRIPTION: Field<String> = long_text("description").translated();
static QUANTITY: Field<i64> = integer("selectionQuantity").range(1, 50).default("1");
static DISPLAY: Field<String> = one_of("selectionDisplay", DISPLAYS).default("\"BOTH\"");

/// The table.
pub static ENTITY: Entity = entity("appointmentTemplateStep", "b8")
    .at("appointmentTemplate/{appointmentTemplateId}/appointmentTemplateStep")
    .fields(&[&NAME.spec, &DESCRIPTION.spec, &QUANTITY.spec, &DISPLAY.spec])
    .short(&[&NAME.spec])
    .verbs(&[Verb::Add, Verb::Edit, Verb::Delete])
    .relations(&[linked("bookingResource", "appointmentTemplateStep_bookingResource")]);
