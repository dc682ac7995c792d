//! Things that are booked: places, rooms, devices, vehicles. Each has a booking resource of its own.

use crate::shared;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity};
use kalends_engine::field::{Field, boolean, long_text, object, one_of, text};
use serde_json::Value;

/// What a resource can be.
pub const CATEGORIES: &[&str] = &["LOCATION", "ROOM", "DEVICE", "VEHICLE", "OTHER"];

static NAME: Field<String> = text("name").required().max(120).search().translated();
static CATEGORY: Field<String> = one_of("category", CATEGORIES).required();
static DESCRIPTION: Field<String> = long_text("description").translated();
static NOTES: Field<String> = long_text("notes");
static IMAGE: Field<String> = text("image").max(2_000);
static ADDRESS: Field<Value> = object("address", shared::ADDRESS).inherits("address");
static ACTIVE: Field<bool> = boolean("active").default("true");
static BOOKING_RESOURCE: Field<String> = text("bookingResourceId").read_only();

/// The table.
pub static ENTITY: Entity = entity("resource", "73")
    .fields(&[
        &NAME.spec,
        &CATEGORY.spec,
        &DESCRIPTION.spec,
        &NOTES.spec,
        &IMAGE.spec,
        &ADDRESS.spec,
        &ACTIVE.spec,
        &BOOKING_RESOURCE.spec,
    ])
    .short(&[&NAME.spec, &CATEGORY.spec, &BOOKING_RESOURCE.spec])
    .verbs(CRUD_AND_LISTS)
    .ordered_by(&NAME.spec);
