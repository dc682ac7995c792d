//! Modules of developer accounts, as organizations see them in the store.

use crate::offer;
use kalends_engine::entity::{CATALOGUE, Entity, entity};

/// The table.
pub static ENTITY: Entity = entity("module", "23")
    .fields(offer::FIELDS)
    .short(&[&offer::NAME.spec])
    .verbs(CATALOGUE)
    .ordered_by(&offer::NAME.spec)
    .check(offer::check_module);
