//! The hand-written operations of availability and time grids, and the links that stand below an organization itself.

use kalends_engine::field::{Field, FieldSpec, date, instant, list, object};
use kalends_engine::route::Answer::{Other, Range};
use kalends_engine::route::Api::App;
use kalends_engine::route::Method::{Get, Link, Put, Unlink};
use kalends_engine::route::{Operation, Records, operation};
use serde_json::Value;

static RANGE_START: Field<i64> = instant("rangeStart").required();
static RANGE_END: Field<i64> = instant("rangeEnd").required();
static START: Field<i64> = instant("start").required();
static END: Field<i64> = instant("end").required();
static PIECE: FieldSpec = object("availability", &[&START.spec, &END.spec]).spec;
static PIECES: Field<Value> = list("availability", &PIECE).max(20_000);
static STARTS: Field<Value> = list("timeGrid", &START.spec).max(50_000);

/// What `availability_edit` takes: it replaces everything inside of the range.
pub static AVAILABILITY: &[&FieldSpec] = &[&RANGE_START.spec, &RANGE_END.spec, &PIECES.spec];
/// What `timeGrid_edit` takes, likewise.
pub static TIME_GRID: &[&FieldSpec] = &[&RANGE_START.spec, &RANGE_END.spec, &STARTS.spec];

static DATE: Field<String> = date("date").required();
static DAY_PIECES: Field<Value> = list("availabilityList", &PIECE).required();
static DAY: &[&FieldSpec] = &[&DATE.spec, &DAY_PIECES.spec];
static DAY_STARTS: Field<Value> = list("timeGridList", &START.spec).required();
static GRID_DAY: &[&FieldSpec] = &[&DATE.spec, &DAY_STARTS.spec];

/// The three lists of an owner's hours.
macro_rules! hours {
    ($entity:literal, $path:literal) => {
        [
            operation(
                App,
                concat!($entity, "_availability_listDay"),
                Get,
                concat!($path, "availability/year/{year}/month/{month}/day/{day}/listDay"),
            )
            .of($entity)
            .answers(Range)
            .records(Records::Own("AVAILABILITY_DAY", DAY)),
            operation(
                App,
                concat!($entity, "_availability_listWeek"),
                Get,
                concat!($path, "availability/year/{year}/week/{week}/listWeek"),
            )
            .of($entity)
            .answers(Range)
            .records(Records::Own("AVAILABILITY_DAY", DAY)),
            operation(
                App,
                concat!($entity, "_availability_listMonth"),
                Get,
                concat!($path, "availability/year/{year}/month/{month}/listMonth"),
            )
            .of($entity)
            .answers(Range)
            .records(Records::Own("AVAILABILITY_DAY", DAY)),
        ]
    };
}

static ORGANIZATION: [Operation; 3] = hours!("organization", "");
static EMPLOYEE: [Operation; 3] = hours!("employee", "employee/{employeeId}/");
static RESOURCE: [Operation; 3] = hours!("resource", "resource/{resourceId}/");
static BOOKING_RESOURCE: [Operation; 3] = hours!("bookingResource", "bookingResource/{bookingResourceId}/");

static WRITES: &[Operation] = &[
    operation(App, "organization_availability_edit", Put, "availability/edit")
        .of("organization")
        .body(AVAILABILITY)
        .answers(Other)
        .records(Records::Own("AVAILABILITY", AVAILABILITY)),
    operation(App, "employee_availability_edit", Put, "employee/{employeeId}/availability/edit")
        .of("employee")
        .body(AVAILABILITY)
        .answers(Other)
        .records(Records::Own("AVAILABILITY", AVAILABILITY)),
    operation(App, "resource_availability_edit", Put, "resource/{resourceId}/availability/edit")
        .of("resource")
        .body(AVAILABILITY)
        .answers(Other)
        .records(Records::Own("AVAILABILITY", AVAILABILITY)),
    operation(App, "organization_timeGrid_listWeek", Get, "timeGrid/year/{year}/week/{week}/listWeek")
        .of("organization")
        .answers(Range)
        .records(Records::Own("TIME_GRID_DAY", GRID_DAY)),
    operation(App, "organization_timeGrid_edit", Put, "timeGrid/edit")
        .of("organization")
        .body(TIME_GRID)
        .answers(Other)
        .records(Records::Own("TIME_GRID", TIME_GRID)),
    operation(
        App,
        "appointmentTemplate_timeGrid_listWeek",
        Get,
        "appointmentTemplate/{appointmentTemplateId}/timeGrid/year/{year}/week/{week}/listWeek",
    )
    .of("appointmentTemplate")
    .answers(Range)
    .records(Records::Own("TIME_GRID_DAY", GRID_DAY)),
    operation(
        App,
        "appointmentTemplate_timeGrid_edit",
        Put,
        "appointmentTemplate/{appointmentTemplateId}/timeGrid/edit",
    )
    .of("appointmentTemplate")
    .body(TIME_GRID)
    .answers(Other)
    .records(Records::Own("TIME_GRID", TIME_GRID)),
    operation(App, "organization_extraField_link", Link, "extraField/{extraFieldId}/link").of("organization"),
    operation(App, "organization_extraField_unlink", Unlink, "extraField/{extraFieldId}/unlink").of("organization"),
];

/// All of them.
pub static OPERATIONS: [&[Operation]; 5] = [&ORGANIZATION, &EMPLOYEE, &RESOURCE, &BOOKING_RESOURCE, WRITES];
