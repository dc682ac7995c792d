//! Categories under which templates are shown.

use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity};
use kalends_engine::field::{Field, long_text, text};

static NAME: Field<String> = text("name").required().max(120).search().translated();
static DESCRIPTION: Field<String> = long_text("description").translated();
static IMAGE: Field<String> = text("image").max(2_000);

/// The table.
pub static ENTITY: Entity = entity("appointmentTemplateCategory", "4d")
    .fields(&[&NAME.spec, &DESCRIPTION.spec, &IMAGE.spec])
    .short(&[&NAME.spec])
    .verbs(CRUD_AND_LISTS)
    .ordered_by(&NAME.spec);
