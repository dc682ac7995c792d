//! Developer accounts: they own apps and modules. Reached through the developer service only.

use kalends_engine::entity::{Entity, entity};
use kalends_engine::field::{Field, email, text};

static NAME: Field<String> = text("name").required().max(120);
static EMAIL: Field<String> = email("email").required();

/// The table.
pub static ENTITY: Entity = entity("developerAccount", "dA").fields(&[&NAME.spec, &EMAIL.spec]).short(&[&NAME.spec]);
