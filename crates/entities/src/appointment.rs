//! Appointments. They are added, moved and canceled by hand-written operations; what was agreed when they were booked is
//! kept in them.

use crate::shared;
use kalends_engine::entity::{Entity, Verb, entity, linked};
use kalends_engine::field::{
    Field, FieldSpec, any, boolean, colour, currency, decimal, instant, integer, list, long_text, one_of, text,
    time_zone,
};
use serde_json::Value;

static START: Field<i64> = instant("start").read_only();
static END: Field<i64> = instant("end").read_only();
static DURATION: Field<i64> = integer("duration").read_only();
static ZONE: Field<String> = time_zone("timeZone").read_only();
static PROTECTED: Field<bool> = boolean("protected").read_only();
static NAME: Field<String> = text("name").search().translated();
static DESCRIPTION: Field<String> = long_text("description").translated();
static NOTES: Field<String> = long_text("notes").search();
static SHOW_PRICE: Field<bool> = boolean("showPrice");
static PRICE: Field<f64> = decimal("priceGross").range(0, 10_000_000);
static TAX_RATE: Field<f64> = decimal("taxRate").range(0, 100);
static CURRENCY: Field<String> = currency("currency");
static COLOUR: Field<String> = colour("colour");
static ADDRESS: Field<Value> = kalends_engine::field::object("address", shared::ADDRESS);
static CUSTOMER: Field<String> = text("customerId").read_only();
static RESOURCE: FieldSpec = text("bookingResourceId").spec;
static RESOURCES: Field<Value> = list("bookingResourceIdList", &RESOURCE).read_only();
static CANCELED: Field<bool> = boolean("canceled").read_only();
static MOVED: Field<bool> = boolean("moved").read_only();
static SEQUENCE: Field<i64> = integer("sequence").default("0").read_only();
/// Whether the customer came.
pub const ATTENDANCES: &[&str] = &["OPEN", "ATTENDED", "NO_SHOW"];
static ATTENDANCE: Field<String> = one_of("attendance", ATTENDANCES).default("\"OPEN\"");
static TEMPLATE: Field<String> = text("appointmentTemplateId").read_only();
static BOOKING_TEMPLATE: Field<String> = text("bookingTemplateId").read_only();
static EVENT: Field<String> = text("appointmentTemplateEventDateTimeId").read_only();
static SOURCE: Field<String> = text("source").read_only();
static OVERRIDE: FieldSpec = any("override").spec;
static OVERRIDES: Field<Value> = list("overrideList", &OVERRIDE).read_only();
static SEND_ADD: Field<bool> = boolean("sendAppointmentAddEventEmail");
static SEND_START: Field<bool> = boolean("sendAppointmentStartEventEmail");
static SEND_END: Field<bool> = boolean("sendAppointmentEndEventEmail");

/// The table.
pub static ENTITY: Entity = entity("appointment", "ed")
    .fields(&[
        &START.spec,
        &END.spec,
        &DURATION.spec,
        &ZONE.spec,
        &PROTECTED.spec,
        &NAME.spec,
        &DESCRIPTION.spec,
        &NOTES.spec,
        &SHOW_PRICE.spec,
        &PRICE.spec,
        &TAX_RATE.spec,
        &CURRENCY.spec,
        &COLOUR.spec,
        &ADDRESS.spec,
        &CUSTOMER.spec,
        &RESOURCES.spec,
        &CANCELED.spec,
        &MOVED.spec,
        &SEQUENCE.spec,
        &ATTENDANCE.spec,
        &TEMPLATE.spec,
        &BOOKING_TEMPLATE.spec,
        &EVENT.spec,
        &SOURCE.spec,
        &OVERRIDES.spec,
        &SEND_ADD.spec,
        &SEND_START.spec,
        &SEND_END.spec,
    ])
    .short(&[&NAME.spec, &START.spec, &END.spec])
    .verbs(&[Verb::Show, Verb::Identify, Verb::Edit])
    .module_verbs(&[Verb::Show, Verb::Identify])
    .relations(&[linked("customer", "appointment_customer"), below_customer()]);

/// `index` and `filter` below a customer; the lists there are by day, week and month and hand-written.
const fn below_customer() -> kalends_engine::entity::Relation {
    kalends_engine::entity::listed("customer", "appointment_customer").paged()
}
