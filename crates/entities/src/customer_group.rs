//! Groups of customers.

use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity};
use kalends_engine::field::{Field, text};

static NAME: Field<String> = text("name").required().max(120).search();

/// The table.
pub static ENTITY: Entity = entity("customerGroup", "7b")
    .fields(&[&NAME.spec])
    .short(&[&NAME.spec])
    .verbs(CRUD_AND_LISTS)
    .ordered_by(&NAME.spec);
