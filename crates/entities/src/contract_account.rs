//! Contract accounts: the paying customers. `contractAccount/add` is hand-written.

use crate::shared;
use kalends_engine::entity::{Entity, entity};
use kalends_engine::field::{Field, FieldSpec, email, list, locale, object, text, time_zone};
use serde_json::Value;

static TARIFF: Field<String> = text("tariffId").max(32);
static NAME: Field<String> = text("name").required().max(120).search();
static LOCALE: Field<String> = locale("locale");
static ZONE: Field<String> = time_zone("timeZone");
static CONTACT: Field<Value> = object("contactPerson", shared::PERSON);
static ADDRESS: Field<Value> = object("address", shared::ADDRESS);
static INVOICE_EMAIL: Field<String> = email("invoiceEmail");
static MEMBER: FieldSpec = object("member", shared::PERSON).spec;
static MEMBERS: Field<Value> = list("memberList", &MEMBER).max(100);

/// The table.
pub static ENTITY: Entity = entity("contractAccount", "c4")
    .fields(&[
        &TARIFF.spec,
        &NAME.spec,
        &LOCALE.spec,
        &ZONE.spec,
        &CONTACT.spec,
        &ADDRESS.spec,
        &INVOICE_EMAIL.spec,
        &MEMBERS.spec,
    ])
    .short(&[&NAME.spec]);
