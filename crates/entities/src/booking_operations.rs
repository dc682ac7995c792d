//! The hand-written operations of scheduling: booking slots, holds, appointments.

use crate::shared;
use kalends_engine::field::{
    Field, FieldSpec, any, boolean, instant, integer, list, long_text, map, object, reference, text,
};
use kalends_engine::route::Answer::{Bytes, Full, Other, Page, Range, Short};
use kalends_engine::route::Api::{self, App, Module};
use kalends_engine::route::Method::{Delete, Get, Post, Put};
use kalends_engine::route::{Answer, Operation, Records, operation};
use serde_json::Value;

static SLOT: Field<String> = text("bookingSlotId").max(64);
static HOLD: Field<String> = text("holdToken").max(64);
static TEMPLATE: Field<String> = text("bookingTemplateId").max(32);
static START: Field<i64> = instant("start");
static RESOURCE: FieldSpec = text("bookingResourceId").max(32).spec;
static RESOURCES: Field<Value> = list("bookingResourceIdList", &RESOURCE).max(100);
static HOURS: Field<bool> = boolean("overrideAvailability");
static OCCUPATION: Field<bool> = boolean("overrideOccupation");
static WINDOW: Field<bool> = boolean("overrideWindow");

/// How a request names a time: by slot id, or (apps and staff) by template, begin and resources; what it sets aside.
pub static TIME: &[&FieldSpec] = &[
    &SLOT.spec,
    &HOLD.spec,
    &TEMPLATE.spec,
    &START.spec,
    &RESOURCES.spec,
    &HOURS.spec,
    &OCCUPATION.spec,
    &WINDOW.spec,
];

static CUSTOM_ID: Field<String> = text("customId");
static NOTES: Field<String> = long_text("notes");
static ADDRESS: Field<Value> = object("address", shared::ADDRESS);
static CUSTOMER_ID: Field<String> = reference("customerId", "customer");
static CUSTOMER: Field<Value> = any("customer");
static DATA: Field<Value> = map("additionalData");
static SEND_ADD: Field<bool> = boolean("sendAppointmentAddEventEmail");
static SEND_START: Field<bool> = boolean("sendAppointmentStartEventEmail");
static SEND_END: Field<bool> = boolean("sendAppointmentEndEventEmail");

/// What `appointment_add` takes: a time and everything about the appointment.
pub static NEW: &[&FieldSpec] = &[
    &SLOT.spec,
    &HOLD.spec,
    &TEMPLATE.spec,
    &START.spec,
    &RESOURCES.spec,
    &HOURS.spec,
    &OCCUPATION.spec,
    &WINDOW.spec,
    &CUSTOM_ID.spec,
    &NOTES.spec,
    &ADDRESS.spec,
    &CUSTOMER_ID.spec,
    &CUSTOMER.spec,
    &DATA.spec,
    &SEND_ADD.spec,
    &SEND_START.spec,
    &SEND_END.spec,
];

static SLOT_ID: Field<String> = text("id").max(64).required();
static TIMESTAMP: Field<i64> = instant("timestamp").required();
static COMBINATION: Field<Value> = list("bookingResourceCombination", &RESOURCE).required();
static PLACES: Field<i64> = integer("appointmentEventAttendanceCountMax");
static PLACES_FREE: Field<i64> = integer("appointmentEventAttendanceCountFree");
/// What a free slot tells; the places only of events.
static OPEN_SLOT: &[&FieldSpec] = &[&SLOT_ID.spec, &TIMESTAMP.spec, &COMBINATION.spec, &PLACES.spec, &PLACES_FREE.spec];
static TOKEN: Field<String> = text("holdToken").max(64).required();
static HELD_SLOT: Field<String> = text("bookingSlotId").max(64).required();
static EXPIRES: Field<i64> = instant("expires").required();
static SECONDS: Field<i64> = integer("seconds").required();
/// What a hold tells.
static HELD: &[&FieldSpec] =
    &[&TOKEN.spec, &HELD_SLOT.spec, &TIMESTAMP.spec, &EXPIRES.spec, &SECONDS.spec, &RESOURCES.spec];
static OLD: Field<Value> = any("bookingResourceOld");
static NEW_RESOURCE: Field<Value> = any("bookingResourceNew");
static CATEGORY: Field<String> = text("category").default("null");
static OTHER: FieldSpec = object("replacement", &[&OLD.spec, &NEW_RESOURCE.spec, &RESOURCES.spec, &CATEGORY.spec]).spec;
static OTHERS: Field<Value> = list("recordList", &OTHER).required();
/// The first replacement, and all of them in a list.
static REPLACEMENTS: &[&FieldSpec] = &[&OLD.spec, &NEW_RESOURCE.spec, &RESOURCES.spec, &CATEGORY.spec, &OTHERS.spec];

const fn appointment(api: Api, name: &'static str, path: &'static str, answer: Answer) -> Operation {
    let records = if matches!(answer, Page | Range) { Records::Full } else { Records::Various };
    operation(api, name, Get, path).of("appointment").answers(answer).records(records)
}

const fn below(name: &'static str, path: &'static str) -> Operation {
    appointment(App, name, path, Page).records(Records::Short)
}

const fn slot(api: Api, name: &'static str, path: &'static str, answer: Answer) -> Operation {
    operation(api, name, Get, path).of("bookingSlot").answers(answer).records(Records::Own("BOOKING_SLOT", OPEN_SLOT))
}

/// Paths of the calendar, once.
macro_rules! calendar {
    ($base:literal, day, $tail:literal) => {
        concat!($base, "/year/{year}/month/{month}/day/{day}/", $tail)
    };
    ($base:literal, week, $tail:literal) => {
        concat!($base, "/year/{year}/week/{week}/", $tail)
    };
    ($base:literal, month, $tail:literal) => {
        concat!($base, "/year/{year}/month/{month}/", $tail)
    };
}

/// Every hand-written operation of scheduling.
pub static OPERATIONS: &[Operation] = &[
    operation(App, "appointment_add", Post, "appointment/add")
        .of("appointment")
        .creates()
        .body(NEW)
        .example(&["bookingSlotId", "customerId"])
        .answers(Short),
    appointment(App, "appointment_listDay", calendar!("appointment", day, "listDay"), Range),
    appointment(App, "appointment_listWeek", calendar!("appointment", week, "listWeek"), Range),
    appointment(App, "appointment_listMonth", calendar!("appointment", month, "listMonth"), Range),
    appointment(App, "appointment_indexDay", calendar!("appointment", day, "indexDay/{page}"), Page),
    appointment(App, "appointment_indexWeek", calendar!("appointment", week, "indexWeek/{page}"), Page),
    appointment(App, "appointment_indexMonth", calendar!("appointment", month, "indexMonth/{page}"), Page),
    below("appointment_indexAllDay", calendar!("appointment", day, "indexAllDay/{page}")),
    below("appointment_indexAllWeek", calendar!("appointment", week, "indexAllWeek/{page}")),
    below("appointment_indexAllMonth", calendar!("appointment", month, "indexAllMonth/{page}")),
    appointment(
        App,
        "appointment_customer_listDay",
        calendar!("customer/{customerId}/appointment", day, "listDay"),
        Range,
    ),
    appointment(
        App,
        "appointment_customer_listWeek",
        calendar!("customer/{customerId}/appointment", week, "listWeek"),
        Range,
    ),
    appointment(
        App,
        "appointment_customer_listMonth",
        calendar!("customer/{customerId}/appointment", month, "listMonth"),
        Range,
    ),
    operation(
        App,
        "appointment_bookingResourceReplaceList",
        Get,
        "appointment/{appointmentId}/bookingResourceReplaceList",
    )
    .of("appointment")
    .records(Records::Own("BOOKING_RESOURCE_REPLACE", REPLACEMENTS)),
    operation(App, "appointment_move", Put, "appointment/{appointmentId}/move")
        .of("appointment")
        .body(TIME)
        .example(&["bookingSlotId"])
        .answers(Full),
    operation(App, "appointment_cancel", Put, "appointment/{appointmentId}/cancel").of("appointment").answers(Full),
    appointment(App, "appointment_calendar", "appointment/{appointmentId}/calendar", Bytes),
    appointment(App, "appointment_links", "appointment/{appointmentId}/links", Other),
    operation(App, "bookingResource_feed", Get, "bookingResource/{bookingResourceId}/feed").of("bookingResource"),
    operation(App, "bookingResource_feedRenew", Put, "bookingResource/{bookingResourceId}/feed/renew")
        .of("bookingResource"),
    slot(App, "bookingSlot_earliest", "bookingTemplate/{bookingTemplateId}/bookingSlot/earliest", Other),
    slot(
        App,
        "bookingSlot_listDay",
        calendar!("bookingTemplate/{bookingTemplateId}/bookingSlot", day, "listDay"),
        Range,
    ),
    slot(
        App,
        "bookingSlot_listWeek",
        calendar!("bookingTemplate/{bookingTemplateId}/bookingSlot", week, "listWeek"),
        Range,
    ),
    slot(
        App,
        "bookingSlot_listMonth",
        calendar!("bookingTemplate/{bookingTemplateId}/bookingSlot", month, "listMonth"),
        Range,
    ),
    operation(Module, "appointment_add", Post, "appointment/add")
        .of("appointment")
        .creates()
        .body(NEW)
        .example(&["bookingSlotId", "customerId"])
        .answers(Full),
    appointment(Module, "appointment_showProtected", "appointment/{appointmentId}/showProtected", Full),
    operation(Module, "appointment_move", Put, "appointment/{appointmentId}/move")
        .of("appointment")
        .body(TIME)
        .example(&["bookingSlotId"])
        .answers(Full),
    operation(Module, "appointment_cancel", Put, "appointment/{appointmentId}/cancel").of("appointment").answers(Full),
    slot(Module, "bookingSlot_earliest", "bookingTemplate/{bookingTemplateId}/bookingSlot/earliest", Other),
    slot(
        Module,
        "bookingSlot_listDay",
        calendar!("bookingTemplate/{bookingTemplateId}/bookingSlot", day, "listDay"),
        Range,
    ),
    slot(
        Module,
        "bookingSlot_listWeek",
        calendar!("bookingTemplate/{bookingTemplateId}/bookingSlot", week, "listWeek"),
        Range,
    ),
    slot(
        Module,
        "bookingSlot_listMonth",
        calendar!("bookingTemplate/{bookingTemplateId}/bookingSlot", month, "listMonth"),
        Range,
    ),
    operation(Module, "bookingSlot_hold", Post, "bookingSlot/{bookingSlotId}/hold")
        .of("bookingSlot")
        .creates()
        .records(Records::Own("BOOKING_SLOT_HOLD", HELD)),
    operation(Module, "bookingSlot_release", Delete, "bookingSlot/hold/{holdToken}/release").of("bookingSlot"),
];
