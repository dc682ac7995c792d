//! What the document of a small table says.

use super::*;
use crate::entity::{CRUD_AND_LISTS, entity, linked};
use crate::field::{self, Field};

static NAME: Field<String> = field::text("name").required().max(40).translated();
static ZONE: Field<String> = field::time_zone("zone").inherits("settings.timeZone");
static GROUP: Entity = entity("houseGroup", "hg").fields(&[&NAME.spec]).short(&[&NAME.spec]);
static HOUSE: Entity = entity("house", "ho")
    .fields(&[&NAME.spec, &ZONE.spec])
    .short(&[&NAME.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[linked("houseGroup", "house_houseGroup")]);

fn houses() -> Value {
    let table = Table::new(&[&HOUSE, &GROUP], &[]);
    document(&table, Api::App, "http://127.0.0.1:1")
}

#[test]
fn own_methods_stand_in_the_extension() {
    let document = houses();
    let path = "/app/v3/{locale}/organization/{organizationId}/house/{houseId}/houseGroup/{houseGroupId}/link";
    let item = document["paths"][path].as_object().expect("a path item");
    assert_eq!(item.keys().collect::<Vec<_>>(), ["parameters", MORE_METHODS]);
    let link = &item[MORE_METHODS]["LINK"];
    assert_eq!(link["operationId"], "house_houseGroup_link");
    assert_eq!(link["summary"], "Link a house with a house group");
    assert!(link.get("requestBody").is_none());
}

#[test]
fn bodies_say_what_the_fields_say() {
    let schemas = &houses()["components"]["schemas"];
    let name = &schemas["HouseNew"]["properties"]["name"];
    assert_eq!(name, &json!({"type": "string", "maxLength": 40, "minLength": 1}));
    assert_eq!(schemas["HouseNew"]["required"], json!(["name"]));
    assert!(schemas["HouseEdit"].get("required").is_none());
    let zone = &schemas["HouseNew"]["properties"]["zone"]["anyOf"];
    assert_eq!(zone[0]["type"], json!(["string", "null"]));
    assert_eq!(zone[1]["properties"]["inheritance"]["enum"], json!(["OFF", "ORGANIZATION"]));
    assert_eq!(schemas["House"]["properties"]["zone"]["required"], json!(["value", "inheritance", "result"]));
}

#[test]
fn the_same_table_gives_the_same_text() {
    assert_eq!(houses().to_string(), houses().to_string());
}
