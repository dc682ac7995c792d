//! Appointment templates: what can be booked, how long it takes, what it costs, whom and what it needs.

use crate::{markers, organization, shared};
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity, linked};
use kalends_engine::field::{Field, boolean, colour, currency, decimal, integer, long_text, object, one_of, text};
use serde_json::Value;

/// How a template is booked.
pub const TYPES: &[&str] = &["SIMPLE", "COMPLEX", "EVENT"];

static TYPE: Field<String> = one_of("type", TYPES).required().add_only();
static NAME: Field<String> = text("name").required().max(120).search();
static PUBLIC_NAME: Field<String> = text("publicName").max(120).search().translated();
static DESCRIPTION: Field<String> = long_text("description").translated();
static IMAGE: Field<String> = text("image").max(2_000);
static DURATION: Field<i64> = integer("duration").required().range(1, 10_080);
static PREPARATION: Field<i64> = integer("preparationTime").range(0, 1_440).default("0");
static FOLLOW_UP: Field<i64> = integer("followUpTime").range(0, 1_440).default("0");
static PRICE: Field<f64> = decimal("priceGross").range(0, 10_000_000);
static TAX_RATE: Field<f64> = decimal("taxRate").range(0, 100).inherits("settings.taxRate").default("19");
static CURRENCY: Field<String> = currency("currency").inherits("settings.currency").default("\"EUR\"");
static SHOW_PRICE: Field<bool> = boolean("showPrice").inherits("settings.showPrice").default("true");
static COLOUR: Field<String> = colour("colour");
static ACTIVE: Field<bool> = boolean("active").default("true");
static BOOKABLE: Field<bool> = boolean("bookable").default("true");
static ADDRESS: Field<Value> = object("address", shared::ADDRESS).inherits("address").levels(&[
    "ORGANIZATION",
    "BOOKING_RESOURCE",
    "CUSTOMER",
    "INPUT",
]);
static CALENDAR_CUSTOMER: Field<String> =
    long_text("externalCalendarContentCustomer").translated().inherits("settings.externalCalendarContentCustomer");
static CALENDAR_STAFF: Field<String> =
    long_text("externalCalendarContentStaff").inherits("settings.externalCalendarContentStaff");
static PROTECTION: Field<String> = one_of("moduleMultiFactorProtection", organization::PROTECTIONS)
    .inherits("settings.moduleMultiFactorProtection")
    .default("\"OFF\"");
static ADDRESS_REQUIRED: Field<bool> = boolean("customerAddressRequired").inherits("settings.customerAddressRequired");
static EMAIL_REQUIRED: Field<bool> = boolean("customerEmailRequired").inherits("settings.customerEmailRequired");
static MOBILE_REQUIRED: Field<bool> = boolean("customerMobileRequired").inherits("settings.customerMobileRequired");
static TIME_GRID: Field<String> =
    one_of("timeGrid", organization::GRIDS).inherits("settings.timeGrid").default("\"MINUTES_15\"");
static EARLIEST: Field<i64> =
    integer("moduleBookingDayEarliest").range(0, 3_650).inherits("settings.moduleBookingDayEarliest").default("0");
static LATEST: Field<i64> =
    integer("moduleBookingDayLatest").range(0, 3_650).inherits("settings.moduleBookingDayLatest").default("365");
static LEAD_TIME: Field<i64> =
    integer("moduleBookingLeadTime").range(0, 5_256_000).inherits("settings.moduleBookingLeadTime").default("0");

/// The table.
pub static ENTITY: Entity = entity("appointmentTemplate", "ea")
    .fields(&[
        &TYPE.spec,
        &NAME.spec,
        &PUBLIC_NAME.spec,
        &DESCRIPTION.spec,
        &IMAGE.spec,
        &DURATION.spec,
        &PREPARATION.spec,
        &FOLLOW_UP.spec,
        &PRICE.spec,
        &TAX_RATE.spec,
        &CURRENCY.spec,
        &SHOW_PRICE.spec,
        &COLOUR.spec,
        &ACTIVE.spec,
        &BOOKABLE.spec,
        &ADDRESS.spec,
        &CALENDAR_CUSTOMER.spec,
        &CALENDAR_STAFF.spec,
        &PROTECTION.spec,
        &ADDRESS_REQUIRED.spec,
        &EMAIL_REQUIRED.spec,
        &MOBILE_REQUIRED.spec,
        &TIME_GRID.spec,
        &EARLIEST.spec,
        &LATEST.spec,
        &LEAD_TIME.spec,
    ])
    .short(&[&NAME.spec, &TYPE.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[
        linked("appointmentTemplateCategory", "appointmentTemplate_appointmentTemplateCategory"),
        linked("bookingResource", "appointmentTemplate_bookingResource"),
        linked("extraField", "appointmentTemplate_extraField"),
    ])
    .ordered_by(&NAME.spec)
    .check(markers::check);
