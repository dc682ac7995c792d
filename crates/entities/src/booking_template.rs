//! Booking templates: the public, read-only view of active appointment templates. Their records are kept by hooks, what
//! they show is computed from the template (see `booking_templates` in the service).

use kalends_engine::entity::{Entity, READ_ALL, Verb, entity, listed};
use kalends_engine::field::{Field, FieldSpec, any, boolean, currency, decimal, integer, list, long_text, text};
use serde_json::Value;

static NAME: Field<String> = text("name").search().translated().read_only();
static TYPE: Field<String> = text("type").read_only();
static IMAGE: Field<String> = text("image").read_only();
static DURATION: Field<i64> = integer("duration").read_only();
static SHOW_PRICE: Field<bool> = boolean("showPrice").read_only();
static PRICE: Field<f64> = decimal("priceGross").read_only();
static CURRENCY: Field<String> = currency("currency").read_only();
static TAX_RATE: Field<f64> = decimal("taxRate").read_only();
static DESCRIPTION: Field<String> = long_text("description").translated().read_only();
static APPOINTMENT_ADDRESS: Field<bool> = boolean("appointmentAddressRequired").read_only();
static CUSTOMER_ADDRESS: Field<bool> = boolean("customerAddressRequired").read_only();
static CUSTOMER_EMAIL: Field<bool> = boolean("customerEmailRequired").read_only();
static CUSTOMER_MOBILE: Field<bool> = boolean("customerMobileRequired").read_only();
static EARLIEST: Field<i64> = integer("bookingDayEarliest").read_only();
static LATEST: Field<i64> = integer("bookingDayLatest").read_only();
static LEAD_TIME: Field<i64> = integer("bookingLeadTime").read_only();
static ADDRESS: Field<Value> = any("address").read_only();
static ENTRY: FieldSpec = any("entry").spec;
static STEPS: Field<Value> = list("bookingStepList", &ENTRY).read_only();
static EMAIL_TEMPLATES: Field<Value> = list("emailTemplateList", &ENTRY).read_only();
static SMS_TEMPLATES: Field<Value> = list("smsTemplateList", &ENTRY).read_only();
static EXTRA_FIELDS: Field<Value> = list("extraFieldList", &ENTRY).read_only();

/// The table.
pub static ENTITY: Entity = entity("bookingTemplate", "fc")
    .fields(&[
        &NAME.spec,
        &TYPE.spec,
        &IMAGE.spec,
        &DURATION.spec,
        &SHOW_PRICE.spec,
        &PRICE.spec,
        &CURRENCY.spec,
        &TAX_RATE.spec,
        &DESCRIPTION.spec,
        &APPOINTMENT_ADDRESS.spec,
        &CUSTOMER_ADDRESS.spec,
        &CUSTOMER_EMAIL.spec,
        &CUSTOMER_MOBILE.spec,
        &EARLIEST.spec,
        &LATEST.spec,
        &LEAD_TIME.spec,
        &ADDRESS.spec,
        &STEPS.spec,
        &EMAIL_TEMPLATES.spec,
        &SMS_TEMPLATES.spec,
        &EXTRA_FIELDS.spec,
    ])
    .short(&[&NAME.spec, &DURATION.spec])
    .verbs(READ_ALL)
    .module_verbs(&[Verb::Show, Verb::Identify, Verb::List])
    .relations(&[listed("bookingResource", "bookingTemplate_bookingResource").in_module()])
    .ordered_by(&NAME.spec);
