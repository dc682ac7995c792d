//! Many at once: one slot, last places, a pool, one key. Never two winners, never none, never a failure of ours.

use super::fixture::{Scene, text};
use futures_util::future::join_all;
use kalends_testkit::app::TestApp;
use serde_json::{Value, json};

/// Rounds of each race: the specification's fifty unless told otherwise.
fn rounds() -> usize {
    std::env::var("KALENDS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(50)
}

/// How many answered with each status; anything but the expected ones fails at once.
async fn race(scene: &Scene, slots: &[String], clients: usize) -> (usize, usize) {
    let book = |index: usize| scene.book(&slots[index % slots.len()]);
    let answers = join_all((0..clients).map(book)).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    let lost = answers.iter().filter(|answer| answer.status == 409 && answer.codes() == ["slot_taken"]).count();
    let other = answers.iter().find(|answer| !matches!(answer.status, 201 | 409));
    assert!(other.is_none(), "{:?}", other.map(|answer| &answer.text));
    (won, lost)
}

/// No two occupations of one resource overlap.
async fn assert_no_overlap(app: &TestApp) {
    let sql = "SELECT count(*) FROM occupation a JOIN occupation b ON a.resource = b.resource AND a.holder_id < b.holder_id \
               WHERE a.start_at < b.end_at AND b.start_at < a.end_at";
    let rows = app.web.service.store.query(sql, &[]).await.expect("rows");
    assert_eq!(rows[0].int(0), 0);
}

both! {
    /// 1: one slot, a hundred customers.
    async fn s01_one_slot(app) {
        let scene = Scene::new(&app).await;
        for round in 0..rounds() {
            let day = format!("2027-02-{:02}", 1 + round % 28);
            let (start, end) = (format!("{day}T09:00:00+01:00"), format!("{day}T09:30:00+01:00"));
            let a = scene.employee("A", &[(&start, &end)]).await;
            let template = scene.simple(json!({"duration": 30}), &[&a]).await;
            let slot = scene.slot(&template, &start).await.slot;
            assert_eq!(race(&scene, &[slot], 100).await, (1, 99), "round {round}");
            assert!(scene.day(&template, &day).await.is_empty());
        }
        assert_no_overlap(&app).await;
    }

    /// 3: the last places of an event; canceling frees a place at once.
    async fn s03_last_places(app) {
        let scene = Scene::new(&app).await;
        let day = [("2027-02-01T08:00:00+01:00", "2027-02-01T20:00:00+01:00")];
        let (teacher, room) = (scene.employee("T", &day).await, scene.room("R", &day).await);
        for round in 0..rounds() {
            let template = scene.template("EVENT", json!({"duration": 30})).await;
            let start = format!("2027-{:02}-{:02}T10:00:00+01:00", 2 + round / 25 % 2, 1 + round % 25);
            let path = format!("/appointmentTemplate/ea{template}/appointmentTemplateEventDateTime/add");
            let date = json!({"start": start, "bookingResourceIdList": [teacher.id, room.id], "appointmentEventAttendanceCountMax": 10});
            let answer = scene.app.post(&path, date.clone()).await;
            answer.content(201);
            let again = scene.app.post(&path, date).await;
            assert_eq!((again.status, again.codes()), (409, vec!["slot_taken"]), "the teacher is occupied once");
            let slot = scene.slot(&template, &start).await.slot;
            let mut last = String::new();
            for _ in 0..8 {
                last = text(scene.book(&slot).await.content(201), "id");
            }
            assert_eq!(race(&scene, std::slice::from_ref(&slot), 50).await, (2, 48), "round {round}");
            assert!(scene.day(&template, &start[..10]).await.is_empty());
            scene.app.put(&format!("/appointment/{last}/cancel"), Value::Null).await.content(200);
            assert_eq!(scene.book(&slot).await.status, 201, "the place is free at once");
            let sum = "SELECT count(*) FROM event_date e WHERE (SELECT sum(a.places) FROM attendance a WHERE a.event_id = e.id) > e.places";
            let rows = app.web.service.store.query(sum, &[]).await.expect("rows");
            assert_eq!(rows[0].int(0), 0, "never more than there are");
        }
    }

    /// 9: another free combination is taken before anybody is told that the time is gone.
    async fn s09_pool(app) {
        let scene = Scene::new(&app).await;
        let hours: Vec<(String, String)> = (0..54).map(|day| (2 + day / 27, 1 + day % 27)).map(|(month, day)| (format!("2027-{month:02}-{day:02}T09:00:00+01:00"), format!("2027-{month:02}-{day:02}T09:30:00+01:00"))).collect();
        let hours: Vec<(&str, &str)> = hours.iter().map(|(start, end)| (start.as_str(), end.as_str())).collect();
        let mut pool = Vec::new();
        for name in ["A", "B", "C", "D", "E", "F"] {
            pool.push(scene.employee(name, &hours).await);
        }
        let forward: Vec<_> = pool.iter().collect();
        let backward: Vec<_> = pool.iter().rev().collect();
        let mut templates = Vec::new();
        for resources in [forward, backward] {
            let template = scene.template("COMPLEX", json!({"duration": 30})).await;
            scene.step(&template, 2, "SYSTEM", &resources).await;
            templates.push(template);
        }
        for round in 0..rounds() {
            let start = hours[round % 54].0;
            let mut slots = Vec::new();
            for template in &templates {
                slots.push(scene.slot(template, start).await.slot);
            }
            assert_eq!(race(&scene, &slots, 30).await, (3, 27), "round {round}");
        }
        assert_no_overlap(&app).await;
    }

    /// 15: one key, twenty at once.
    async fn s15_idempotency(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let slot = scene.slot(&template, "2027-02-01T09:00:00+01:00").await.slot;
        let body = json!({"bookingSlotId": slot}).to_string();
        let send = |body: String| {
            let request = scene.app.request("POST", "/appointment/add").header("content-type", "application/json").header("idempotency-key", "one").body(body);
            async move { kalends_testkit::client::Answer::read(request.send().await.expect("an answer")).await }
        };
        let answers = join_all((0..20).map(|_| send(body.clone()))).await;
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
        }
        let other = send(json!({"bookingSlotId": slot, "notes": "other"}).to_string()).await;
        assert_eq!(other.status, 422);
        let day = scene.app.get("/appointment/year/2027/month/2/day/1/listDay").await;
        assert_eq!(day.content(200)["list"].as_array().map(Vec::len), Some(1), "{}", day.text);
    }
}
