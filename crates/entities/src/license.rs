//! Licenses: what developer accounts offer for a price, for a period that may be renewed (PLATFORM section 5). They are
//! made in the developer service.

use kalends_engine::entity::{Entity, entity};
use kalends_engine::field::{Field, currency, decimal, long_text, one_of, text};

/// For how long a license is valid once it was taken.
pub const PERIODS: &[&str] = &["MONTH", "QUARTER", "YEAR"];

static NAME: Field<String> = text("name").required().max(120).search().translated();
static DESCRIPTION: Field<String> = long_text("description").translated();
static PRICE: Field<f64> = decimal("priceGross").range(0, 1_000_000);
static TAX_RATE: Field<f64> = decimal("taxRate").range(0, 100);
static CURRENCY: Field<String> = currency("currency");
static PERIOD: Field<String> = one_of("validationPeriod", PERIODS).required();

/// The table.
pub static ENTITY: Entity = entity("license", "1l")
    .fields(&[&NAME.spec, &DESCRIPTION.spec, &PRICE.spec, &TAX_RATE.spec, &CURRENCY.spec, &PERIOD.spec])
    .short(&[&NAME.spec])
    .ordered_by(&NAME.spec);
