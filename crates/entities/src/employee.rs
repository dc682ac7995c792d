//! Employees: people who work for an organization. Each has a booking resource of her own.

use crate::shared;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity, linked};
use kalends_engine::field::{Field, boolean, email, long_text, mobile, one_of, text};

static GENDER: Field<String> = one_of("gender", shared::GENDERS).default("\"NOT_SPECIFIED\"");
static TITLE: Field<String> = text("title").max(60);
static FIRST_NAME: Field<String> = text("firstName").max(120).search();
static LAST_NAME: Field<String> = text("lastName").required().max(120).search();
static EMAIL: Field<String> = email("email").search();
static MOBILE: Field<String> = mobile("mobile").search();
static DESCRIPTION: Field<String> = long_text("description").translated().inherits("description");
static NOTES: Field<String> = long_text("notes");
static IMAGE: Field<String> = text("image").max(2_000);
static ACTIVE: Field<bool> = boolean("active").default("true");
static USER: Field<String> = text("userId").max(32);
static AVAILABILITY: Field<String> =
    one_of("availability", &["CUSTOM"]).inherits("settings.availability").default("\"CUSTOM\"");
static BOOKING_RESOURCE: Field<String> = text("bookingResourceId").read_only();

/// The table.
pub static ENTITY: Entity = entity("employee", "Eh")
    .fields(&[
        &GENDER.spec,
        &TITLE.spec,
        &FIRST_NAME.spec,
        &LAST_NAME.spec,
        &EMAIL.spec,
        &MOBILE.spec,
        &DESCRIPTION.spec,
        &NOTES.spec,
        &IMAGE.spec,
        &ACTIVE.spec,
        &USER.spec,
        &AVAILABILITY.spec,
        &BOOKING_RESOURCE.spec,
    ])
    .short(&[&FIRST_NAME.spec, &LAST_NAME.spec, &BOOKING_RESOURCE.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[linked("employeeGroup", "employee_employeeGroup")])
    .ordered_by(&LAST_NAME.spec);
