//! Objects and word lists that several entities have.

use kalends_engine::field::{Field, FieldSpec, decimal, email, mobile, object, one_of, telephone, text};
use serde_json::Value;

/// Genders.
pub const GENDERS: &[&str] = &["MALE", "FEMALE", "DIVERSE", "NOT_SPECIFIED"];
/// Types of extra fields; settings that apps and modules declare have one more (`offer::SETTING_TYPES`).
pub const VALUE_TYPES: &[&str] = &[
    "CHECKBOX", "INPUT", "TEXTAREA", "DATE", "TIME", "DATETIME", "SELECT", "EMAIL", "MOBILE", "URL", "NUMBER", "ALPHA",
    "ALPHANUM", "DIGIT", "HEX", "COLOR",
];

static LATITUDE: Field<f64> = decimal("latitude").range(-90, 90).required();
static LONGITUDE: Field<f64> = decimal("longitude").range(-180, 180).required();
static PLACE: Field<Value> = object("geoCoordinates", &[&LATITUDE.spec, &LONGITUDE.spec]);
static ADDRESS_NAME: Field<String> = text("name");
static EXTRA: Field<String> = text("extra");
static STREET: Field<String> = text("street");
static ZIP: Field<String> = text("zip").max(20);
static CITY: Field<String> = text("city");
static COUNTRY: Field<String> = kalends_engine::field::country("country");

/// Fields of an address.
pub static ADDRESS: &[&FieldSpec] =
    &[&ADDRESS_NAME.spec, &EXTRA.spec, &STREET.spec, &ZIP.spec, &CITY.spec, &COUNTRY.spec, &PLACE.spec];

static GENDER: Field<String> = one_of("gender", GENDERS).default("\"NOT_SPECIFIED\"");
static TITLE: Field<String> = text("title").max(60);
static FIRST_NAME: Field<String> = text("firstName").max(120);
static LAST_NAME: Field<String> = text("lastName").max(120);
static EMAIL: Field<String> = email("email");
static MOBILE: Field<String> = mobile("mobile");
static TELEPHONE: Field<String> = telephone("telephone");

/// Fields of a person who is no record of her own: contact persons and admins.
pub static PERSON: &[&FieldSpec] =
    &[&GENDER.spec, &TITLE.spec, &FIRST_NAME.spec, &LAST_NAME.spec, &EMAIL.spec, &MOBILE.spec, &TELEPHONE.spec];
