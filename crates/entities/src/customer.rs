//! Customers of an organization.

use crate::shared;
use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity, linked};
use kalends_engine::field::{Field, date, email, locale, long_text, mobile, object, one_of, telephone, text};
use serde_json::Value;

static GENDER: Field<String> = one_of("gender", shared::GENDERS).default("\"NOT_SPECIFIED\"");
static TITLE: Field<String> = text("title").max(60);
/// First name.
pub static FIRST_NAME: Field<String> = text("firstName").max(120).search();
/// Last name.
pub static LAST_NAME: Field<String> = text("lastName").required().max(120).search();
static BIRTHDAY: Field<String> = date("birthday");
/// E-mail address.
pub static EMAIL: Field<String> = email("email").search();
/// Mobile number, E.164.
pub static MOBILE: Field<String> = mobile("mobile").search();
static TELEPHONE: Field<String> = telephone("telephone").search();
static NOTES: Field<String> = long_text("notes");
static LOCALE: Field<String> = locale("locale");
static ADDRESS: Field<Value> = object("address", shared::ADDRESS);

/// The table.
pub static ENTITY: Entity = entity("customer", "d3")
    .fields(&[
        &GENDER.spec,
        &TITLE.spec,
        &FIRST_NAME.spec,
        &LAST_NAME.spec,
        &BIRTHDAY.spec,
        &EMAIL.spec,
        &MOBILE.spec,
        &TELEPHONE.spec,
        &NOTES.spec,
        &LOCALE.spec,
        &ADDRESS.spec,
    ])
    .short(&[&FIRST_NAME.spec, &LAST_NAME.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[linked("customerGroup", "customer_customerGroup")]);
