//! Organizations: a tree of any depth whose settings flow down. All operations are hand-written: their paths are special.

use crate::{markers, shared};
use kalends_engine::entity::{Entity, entity};
use kalends_engine::field::{
    Field, FieldSpec, any, boolean, currency, decimal, email, integer, list, locale, long_text, map, object, one_of,
    sector, telephone, text, time_zone, url,
};
use serde_json::Value;

/// Name.
pub static NAME: Field<String> = text("name").required().max(120).search();
static NOTES: Field<String> = long_text("notes");
static ADDRESS: Field<Value> = object("address", shared::ADDRESS).inherits("address");
static EMAIL: Field<String> = email("email").inherits("email").search();
static TELEPHONE: Field<String> = telephone("telephone").search();
static DESCRIPTION: Field<String> = long_text("description").translated().inherits("description");
static CONTACT: Field<Value> = object("contactPerson", shared::PERSON).inherits("contactPerson");
static SECTOR: Field<String> = sector("sector").inherits("sector");
static LOGO: Field<String> = url("logo");
static IMAGE: FieldSpec = url("image").spec;
static IMAGES: Field<Value> = list("imageList", &IMAGE).max(50);
static HOURS_ENTRY: FieldSpec = any("openingHours").spec;
static HOURS: Field<Value> = list("openingHours", &HOURS_ENTRY).max(100);
static ROOT: Field<bool> = boolean("rootOrganizationFlag").read_only();
static CONTRACT_ACCOUNT: Field<String> = text("contractAccountId").read_only();

static ZONE: Field<String> = time_zone("timeZone").inherits("settings.timeZone").default("\"Europe/Berlin\"");
static CURRENCY: Field<String> = currency("currency").inherits("settings.currency").default("\"EUR\"");
static TAX_RATE: Field<f64> = decimal("taxRate").range(0, 100).inherits("settings.taxRate").default("19");
static SHOW_PRICE: Field<bool> = boolean("showPrice").inherits("settings.showPrice").default("true");
static EMAIL_REPLY: Field<String> = email("emailReply").inherits("settings.emailReply");
static SMS_SENDER: Field<String> = text("smsSender").max(16).inherits("settings.smsSender");
static LOCALE: Field<String> = locale("locale").inherits("settings.locale").default("\"de\"");
static AVAILABILITY: Field<String> =
    one_of("availability", &["CUSTOM"]).inherits("settings.availability").default("\"CUSTOM\"");
/// Allowed starts: written ones, or every so many minutes of the local day.
pub const GRIDS: &[&str] =
    &["CUSTOM", "MINUTES_5", "MINUTES_10", "MINUTES_15", "MINUTES_20", "MINUTES_30", "MINUTES_60"];
static TIME_GRID: Field<String> = one_of("timeGrid", GRIDS).inherits("settings.timeGrid").default("\"MINUTES_15\"");
static EARLIEST: Field<i64> =
    integer("moduleBookingDayEarliest").range(0, 3_650).inherits("settings.moduleBookingDayEarliest").default("0");
static LATEST: Field<i64> =
    integer("moduleBookingDayLatest").range(0, 3_650).inherits("settings.moduleBookingDayLatest").default("365");
static LEAD_TIME: Field<i64> =
    integer("moduleBookingLeadTime").range(0, 5_256_000).inherits("settings.moduleBookingLeadTime").default("0");
static CALENDAR_CUSTOMER: Field<String> =
    long_text("externalCalendarContentCustomer").translated().inherits("settings.externalCalendarContentCustomer");
static CALENDAR_STAFF: Field<String> =
    long_text("externalCalendarContentStaff").inherits("settings.externalCalendarContentStaff");
/// How a customer's identity is proved when booking through a module.
pub const PROTECTIONS: &[&str] = &["OFF", "EMAIL", "SMS"];
static PROTECTION: Field<String> = one_of("moduleMultiFactorProtection", PROTECTIONS)
    .inherits("settings.moduleMultiFactorProtection")
    .default("\"OFF\"");
static ADDRESS_REQUIRED: Field<bool> = boolean("customerAddressRequired").inherits("settings.customerAddressRequired");
static EMAIL_REQUIRED: Field<bool> = boolean("customerEmailRequired").inherits("settings.customerEmailRequired");
static MOBILE_REQUIRED: Field<bool> = boolean("customerMobileRequired").inherits("settings.customerMobileRequired");
static SYNCHRONIZATION: Field<Value> = map("synchronizationServer").inherits("settings.synchronizationServer");
static ACCESSIBILITY: Field<Value> = map("accessibility").inherits("settings.accessibility");

static SETTINGS: Field<Value> = object(
    "settings",
    &[
        &ZONE.spec,
        &CURRENCY.spec,
        &TAX_RATE.spec,
        &SHOW_PRICE.spec,
        &AVAILABILITY.spec,
        &EMAIL_REPLY.spec,
        &SMS_SENDER.spec,
        &LOCALE.spec,
        &TIME_GRID.spec,
        &EARLIEST.spec,
        &LATEST.spec,
        &LEAD_TIME.spec,
        &CALENDAR_CUSTOMER.spec,
        &CALENDAR_STAFF.spec,
        &PROTECTION.spec,
        &ADDRESS_REQUIRED.spec,
        &EMAIL_REQUIRED.spec,
        &MOBILE_REQUIRED.spec,
        &SYNCHRONIZATION.spec,
        &ACCESSIBILITY.spec,
    ],
);

/// The table.
pub static ENTITY: Entity = entity("organization", "f6")
    .fields(&[
        &NAME.spec,
        &NOTES.spec,
        &ADDRESS.spec,
        &EMAIL.spec,
        &TELEPHONE.spec,
        &DESCRIPTION.spec,
        &CONTACT.spec,
        &SECTOR.spec,
        &LOGO.spec,
        &IMAGES.spec,
        &HOURS.spec,
        &ROOT.spec,
        &CONTRACT_ACCOUNT.spec,
        &SETTINGS.spec,
    ])
    .short(&[&NAME.spec])
    .ordered_by(&NAME.spec)
    .check(markers::check);
