//! Three processes on one PostgreSQL database, a hundred clients at once (scenarios 1, 3 and 9).

use crate::scene::{Scene, assert_whole, rounds};
use crate::server::text;
use kalends_store::Database;
use kalends_testkit::postgres::TestPostgres;
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::task::JoinSet;

/// Minute of the day at which everything happens.
const NINE: i64 = 540;

async fn three() -> (Arc<TestPostgres>, TempDir, Scene) {
    let cluster = TestPostgres::shared().expect("PostgreSQL");
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::Postgres(cluster.database().await.expect("a database"));
    let scene = Scene::new(database, folder.path(), 3).await;
    (cluster, folder, scene)
}

/// How many won and lost; any other answer fails at once.
async fn race(scene: &Scene, slots: &[String], clients: usize) -> (usize, usize) {
    let mut all = JoinSet::new();
    for client in 0..clients {
        let (caller, slot) = (scene.callers[client % 3].clone(), slots[client % slots.len()].clone());
        all.spawn(async move { caller.post("/appointment/add", json!({"bookingSlotId": slot})).await });
    }
    let answers = all.join_all().await;
    let lost = answers.iter().filter(|answer| answer.status == 409 && answer.codes() == ["slot_taken"]).count();
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    let other = answers.iter().find(|answer| !matches!(answer.status, 201 | 409));
    assert!(other.is_none(), "{:?}", other.map(|answer| (answer.status, &answer.text)));
    (won, lost)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slot() {
    let (_cluster, _folder, scene) = three().await;
    for round in 0..rounds(5) {
        let a = scene.employees(&["A"], NINE, NINE + 30).await;
        let template = scene.team(1, a.iter()).await;
        let slot = scene.slot(round % 3, &template, NINE).await.expect("a slot");
        assert_eq!(race(&scene, &[slot], 100).await, (1, 99), "round {round}");
        for server in 0..3 {
            assert_eq!(scene.slot(server, &template, NINE).await, None, "round {round}: server {server} knows at once");
        }
    }
    assert_whole(&scene.store().await, "after all rounds").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_places() {
    let (_cluster, _folder, scene) = three().await;
    let teacher = scene.employees(&["T"], 0, 1_440).await;
    for round in 0..rounds(5) {
        let template = scene.template("EVENT").await;
        let start = NINE + 30 * i64::try_from(round).expect("few");
        let date = json!({"start": scene.at(start), "bookingResourceIdList": teacher, "appointmentEventAttendanceCountMax": 10});
        let path = format!("/appointmentTemplate/{template}/appointmentTemplateEventDateTime/add");
        scene.callers[0].post(&path, date).await.content(201);
        let slot = scene.slot(1, &template, start).await.expect("a slot");
        let mut last = String::new();
        for place in 0..8 {
            last = text(&scene.book(place % 3, &slot).await.content(201)["id"]);
        }
        assert_eq!(race(&scene, std::slice::from_ref(&slot), 100).await, (2, 98), "round {round}");
        scene.callers[2].put(&format!("/appointment/{last}/cancel"), Value::Null).await.content(200);
        assert_eq!(
            race(&scene, std::slice::from_ref(&slot), 10).await,
            (1, 9),
            "round {round}: the place is free at once"
        );
    }
    assert_whole(&scene.store().await, "after all rounds").await;
}

/// Nobody is told that the time is gone while a team is left, whatever the order in which templates list their resources.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pool() {
    let (_cluster, _folder, scene) = three().await;
    let names: Vec<String> = (0..24).map(|number| format!("P{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let pool = scene.employees(&names, 0, 30 * 1_440).await;
    for (quantity, winners) in [(1, 24), (2, 12), (5, 4)] {
        let templates = [scene.team(quantity, pool.iter()).await, scene.team(quantity, pool.iter().rev()).await];
        for round in 0..rounds(3) {
            let start = 1_440 * i64::try_from(quantity).expect("few") + 30 * i64::try_from(round).expect("few");
            let mut slots = Vec::new();
            for template in &templates {
                slots.push(scene.slot(round % 3, template, start).await.expect("a slot"));
            }
            assert_eq!(race(&scene, &slots, 100).await, (winners, 100 - winners), "{quantity} each, round {round}");
        }
    }
    assert_whole(&scene.store().await, "after all rounds").await;
}
