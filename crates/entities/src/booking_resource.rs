//! Booking resources: the read-only union of employees and resources, kept equal to them by hooks.

use crate::shared;
use kalends_engine::entity::{Entity, READ_ALL, Verb, entity};
use kalends_engine::field::{Field, boolean, long_text, one_of, text};

/// What a booking resource can be.
pub const CATEGORIES: &[&str] = &["EMPLOYEE", "LOCATION", "ROOM", "DEVICE", "VEHICLE", "OTHER"];

static CATEGORY: Field<String> = one_of("category", CATEGORIES).read_only();
static NAME: Field<String> = text("name").search().translated().read_only();
static GENDER: Field<String> = one_of("gender", shared::GENDERS).read_only();
static TITLE: Field<String> = text("title").read_only();
static FIRST_NAME: Field<String> = text("firstName").read_only();
static LAST_NAME: Field<String> = text("lastName").read_only();
static DESCRIPTION: Field<String> = long_text("description").translated().read_only();
static IMAGE: Field<String> = text("image").read_only();
static ACTIVE: Field<bool> = boolean("active").default("true").read_only();
static EMPLOYEE: Field<String> = text("employeeId").read_only();
static RESOURCE: Field<String> = text("resourceId").read_only();

/// The table.
pub static ENTITY: Entity = entity("bookingResource", "br")
    .fields(&[
        &CATEGORY.spec,
        &NAME.spec,
        &GENDER.spec,
        &TITLE.spec,
        &FIRST_NAME.spec,
        &LAST_NAME.spec,
        &DESCRIPTION.spec,
        &IMAGE.spec,
        &ACTIVE.spec,
        &EMPLOYEE.spec,
        &RESOURCE.spec,
    ])
    .short(&[&CATEGORY.spec, &NAME.spec])
    .verbs(READ_ALL)
    .module_verbs(&[Verb::Show, Verb::Identify, Verb::List])
    .ordered_by(&NAME.spec);
