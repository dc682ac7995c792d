//! What adding an entity takes: its table. Routes, validation, forms, lists, search, links and the audit trail follow.

use kalends_engine::entity::{CRUD_AND_LISTS, Entity, entity, linked};
use kalends_engine::field::{Field, boolean, integer, text};
use kalends_store::{StoreError, params};
use kalends_testkit::app::{On, Settings, TestApp};
use serde_json::json;

// The whole entity: what `docs/adding-an-entity.md` walks through.
static NAME: Field<String> = text("name").required().max(60).search().translated();
static LENGTH: Field<i64> = integer("length").range(1, 400);
static RENTED: Field<bool> = boolean("rented");
static BOAT: Entity = entity("boat", "bo")
    .fields(&[&NAME.spec, &LENGTH.spec, &RENTED.spec])
    .short(&[&NAME.spec])
    .verbs(CRUD_AND_LISTS)
    .relations(&[linked("customer", "boat_customer").and_listed()])
    .ordered_by(&NAME.spec);

/// Lets the demo app declare a permission that the catalogue does not know.
async fn permit(app: &TestApp) {
    let id = app.app.record_id.clone();
    let written = app.web.service.store.write(move |tx| {
        let id = id.clone();
        Box::pin(async move {
            let sql = "UPDATE record SET body = replace(body, '\"permissionList\":[', '\"permissionList\":[\"boat\",') WHERE id = $1";
            assert_eq!(tx.execute(sql, &params![id]).await?, 1);
            Ok::<(), StoreError>(())
        })
    });
    written.await.expect("written");
}

async fn life(on: On) {
    let app = TestApp::start_with(on, Settings { entities: vec![&BOAT], ..Settings::default() }).await;
    permit(&app).await;
    let demo = app.demo().await;
    let added = demo
        .post(
            "/boat/add",
            json!({"name": "Möwe", "length": 12.0, "nameI18nList": [{"key": "en", "value": "Gull"}], "customId": "m1"}),
        )
        .await;
    let short = added.content(201).clone();
    assert_eq!(short["class"], "BOAT_SHORT");
    let id = short["id"].as_str().expect("an id");
    assert!(id.starts_with("bo") && id.len() == 32);
    demo.post("/boat/add", json!({"name": "Albatros", "rented": true})).await.content(201);
    let shown = demo.get(&format!("/boat/{id}/show")).await;
    let full = shown.content(200);
    assert_eq!(
        (&full["class"], &full["length"], &full["rented"], &full["nameI18nList"][0]["value"]),
        (&json!("BOAT"), &json!(12), &json!(false), &json!("Gull"))
    );
    assert_eq!(demo.get("/boat/m1/identify").await.content(200)["id"], id);
    for list in ["list", "listAll", "index/1", "indexAll/1", "filter/1?searchQuery=", "filterAll/1?searchQuery="] {
        let answer = demo.get(&format!("/boat/{list}")).await;
        let names: Vec<_> = answer.content(200)["recordList"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|boat| boat["name"].clone())
            .collect();
        assert_eq!(names, ["Albatros", "Möwe"], "{list}");
    }
    assert_eq!(demo.get("/boat/filter/1?searchQuery=mow").await.content(200)["recordTotal"], 1);
    let refused = demo.post("/boat/add", json!({"length": 401, "rented": "yes"})).await;
    assert_eq!((refused.status, refused.parameters()), (400, vec!["name", "length", "rented"]));
    demo.put(&format!("/boat/{id}/edit"), json!({"length": null})).await.content(200);
    assert_eq!(demo.get(&format!("/boat/{id}/show")).await.content(200)["length"], json!(null));
    let customer = demo.post("/customer/add", json!({"lastName": "Skipper"})).await;
    let customer = customer.content(201)["id"].as_str().expect("an id").to_owned();
    demo.send("LINK", &format!("/boat/{id}/customer/{customer}/link"), None).await.content(200);
    assert_eq!(demo.get(&format!("/boat/{id}/show")).await.content(200)["customerList"][0]["id"], customer.as_str());
    assert_eq!(demo.get(&format!("/customer/{customer}/boat/list")).await.content(200)["recordList"][0]["id"], id);
    demo.delete(&format!("/boat/{id}/delete")).await.content(200);
    assert_eq!(demo.get("/boat/m1/identify").await.status, 404);
    let log = demo.get(&format!("/log/filter/1?searchQuery={id}")).await;
    let actions: Vec<_> =
        log.content(200)["recordList"].as_array().expect("a list").iter().map(|line| line["action"].clone()).collect();
    assert_eq!(actions, ["DELETE", "LINK", "EDIT", "ADD"]);
    assert_eq!(log.content(200)["recordList"][0]["category"], "BOAT");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    life(On::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    life(On::Postgres).await;
}

/// The promise of the documentation: an entity is fewer than 25 lines.
#[test]
fn an_entity_is_short() {
    let text = include_str!("new_entity.rs");
    let begin = text.find("// The whole entity").expect("the entity");
    let end = begin + text[begin..].find("\n\n").expect("its end");
    assert!(text[begin..end].lines().count() < 25);
}

/// The documentation shows the very entity that is tested here.
#[test]
fn the_guide_shows_it() {
    let text = include_str!("new_entity.rs");
    let begin = text.find("static NAME").expect("the first field");
    let tested = &text[begin..begin + text[begin..].find("\n\n").expect("the end")];
    let guide = include_str!("../../docs/adding-an-entity.md");
    let (_, shown) = guide.split_once("```rust\n").expect("code");
    let shown = &shown[shown.find("static NAME").expect("the first field")..shown.find("```").expect("the end")];
    // In the product the table has a name that other crates see.
    let shown = shown.replace("\n/// The table.\npub static ENTITY", "static BOAT");
    assert_eq!(shown.trim_end(), tested);
}
