//! `…/appointmentTemplate/{appointmentTemplateId}/appointmentTemplateEventDateTime/…`

use crate::scheduling::fixture::{Resource, Scene, text};
use kalends_testkit::app::TestApp;
use serde_json::{Value, json};

const START: &str = "2027-03-01T09:00:00+01:00";

struct Event {
    scene: Scene,
    template: String,
    base: String,
    a: Resource,
    b: Resource,
}

impl Event {
    async fn new(app: &TestApp) -> Self {
        let scene = Scene::new(app).await;
        let (a, b) = (scene.employee("A", &[]).await, scene.employee("B", &[]).await);
        let template = scene.template("EVENT", json!({"duration": 60})).await;
        let base = format!("/appointmentTemplate/ea{template}/appointmentTemplateEventDateTime");
        Self { scene, template, base, a, b }
    }

    async fn date(&self, start: &str, resources: &[&Resource]) -> String {
        let ids: Vec<&str> = resources.iter().map(|resource| resource.id.as_str()).collect();
        let document = json!({"start": start, "bookingResourceIdList": ids, "appointmentEventAttendanceCountMax": 2});
        text(self.scene.app.post(&format!("{}/add", self.base), document).await.content(201), "id")
    }

    /// What an edit that changes nothing answers.
    async fn shown(&self, date: &str) -> Value {
        self.scene.app.put(&format!("{}/{date}/edit", self.base), json!({})).await.content(200).clone()
    }
}

both! {
    /// The contract's example; the list of an event date and its links say the same, whichever is changed.
    async fn list_and_links(app) {
        let event = Event::new(&app).await;
        let (app, base) = (&event.scene.app, &event.base);
        let document = json!({"customId": "sdk1test", "start": "2024-10-29T12:00:00+01:00", "bookingResourceIdList": [event.a.id], "appointmentEventAttendanceCountMax": 10});
        let added = app.post(&format!("{base}/add"), document).await;
        assert_eq!((&added.content(201)["class"], &added.content(201)["start"]), (&json!("APPOINTMENT_TEMPLATE_EVENT_DATE_TIME_SHORT"), &json!("2024-10-29T12:00:00+01:00")));
        let past = text(added.content(201), "id");
        let edited = app.put(&format!("{base}/{past}/edit"), json!({"customId": "sdk1testedited"})).await;
        assert_eq!((&edited.content(200)["customId"], &edited.content(200)["appointmentEventAttendanceCountMax"]), (&json!("sdk1testedited"), &json!(10)));

        let date = event.date(START, &[&event.a]).await;
        app.send("LINK", &format!("{base}/{date}/bookingResource/{}/link", event.b.id), None).await.content(200);
        assert_eq!(event.shown(&date).await["bookingResourceIdList"], json!([event.a.id, event.b.id]));
        app.send("UNLINK", &format!("{base}/{date}/bookingResource/{}/unlink", event.a.id), None).await.content(200);
        assert_eq!(event.shown(&date).await["bookingResourceIdList"], json!([event.b.id]));
        app.put(&format!("{base}/{date}/edit"), json!({"bookingResourceIdList": [event.a.id]})).await.content(200);
        let of_b = app.get(&format!("/bookingResource/{}/bookingTemplate/list", event.b.id)).await;
        assert_eq!(of_b.content(200)["recordTotal"], 0, "the link followed the list");
        app.put(&format!("{base}/{date}/edit"), json!({"bookingResourceIdList": []})).await.content(200);
        assert_eq!(event.shown(&date).await["bookingResourceIdList"], json!([]));
        assert_eq!(event.scene.day(&event.template, "2027-03-01").await.len(), 1);
        app.delete(&format!("{base}/{date}/delete")).await.content(200);
        assert!(event.scene.day(&event.template, "2027-03-01").await.is_empty());
        assert_eq!(app.delete(&format!("{base}/{date}/delete")).await.status, 404);
    }

    /// A date takes its resources' time like any appointment.
    async fn occupation(app) {
        let event = Event::new(&app).await;
        event.scene.hours(&event.a.path, &[("2027-03-01T08:00:00+01:00", "2027-03-01T12:00:00+01:00")]).await;
        let simple = event.scene.simple(json!({"duration": 60}), &[&event.a]).await;
        let date = event.date(START, &[&event.a]).await;
        assert_eq!(event.scene.starts(&simple, "2027-03-01").await, ["08:00+01:00", "10:00+01:00", "10:30+01:00", "11:00+01:00"]);
        event.scene.booked(&simple, "2027-03-01T08:00:00+01:00").await;
        let edit = format!("{}/{date}/edit", event.base);
        let refused = event.scene.app.put(&edit, json!({"start": "2027-03-01T08:30:00+01:00"})).await;
        assert_eq!((refused.status, refused.codes(), refused.parameters()), (409, vec!["slot_taken"], vec!["bookingResourceIdList"]), "{}", refused.text);
        assert_eq!(event.shown(&date).await["start"], START, "nothing changed");
        event.scene.app.put(&edit, json!({"start": "2027-03-01T11:00:00+01:00"})).await.content(200);
        assert_eq!(event.scene.starts(&simple, "2027-03-01").await, ["09:00+01:00", "09:30+01:00", "10:00+01:00"]);
        event.scene.app.put(&edit, json!({"bookingResourceIdList": [event.b.id]})).await.content(200);
        assert!(event.scene.starts(&simple, "2027-03-01").await.contains(&"11:00+01:00".to_owned()));
        let busy = json!({"start": "2027-03-01T08:30:00+01:00", "bookingResourceIdList": [event.a.id], "appointmentEventAttendanceCountMax": 1});
        assert_eq!(event.scene.app.post(&format!("{}/add", event.base), busy).await.status, 409);
    }

    /// What is wrong is named.
    async fn bad_input(app) {
        let event = Event::new(&app).await;
        let other = Scene::new(&app).await;
        let theirs = other.employee("T", &[]).await;
        let with = |name: &str, value: Value| {
            let mut document = json!({"start": START, "bookingResourceIdList": [event.a.id], "appointmentEventAttendanceCountMax": 2});
            document[name] = value;
            document
        };
        for (document, parameter, code) in [
            (with("start", json!(null)), "start", "required"),
            (with("start", json!("yesterday")), "start", "bad_instant"),
            (with("start", json!("2027-03-01T09:00:30+01:00")), "start", "whole_minute"),
            (with("appointmentEventAttendanceCountMax", json!(null)), "appointmentEventAttendanceCountMax", "required"),
            (with("appointmentEventAttendanceCountMax", json!(0)), "appointmentEventAttendanceCountMax", "too_small"),
            (with("appointmentEventAttendanceCountMax", json!(100_001)), "appointmentEventAttendanceCountMax", "too_large"),
            (with("bookingResourceIdList", json!([theirs.id])), "bookingResourceIdList.0", "bad_reference"),
            (with("bookingResourceIdList", json!([event.a.id, ""])), "bookingResourceIdList.1", "required"),
        ] {
            let answer = event.scene.app.post(&format!("{}/add", event.base), document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}: {}", answer.text);
        }
        let twice = event.scene.app.post(&format!("{}/add", event.base), with("bookingResourceIdList", json!([event.a.id, event.a.id]))).await;
        let date = text(twice.content(201), "id");
        assert_eq!(event.shown(&date).await["bookingResourceIdList"], json!([event.a.id]), "each once");
        let simple = event.scene.template("SIMPLE", json!({"duration": 30})).await;
        let refused = event.scene.app.post(&format!("/appointmentTemplate/ea{simple}/appointmentTemplateEventDateTime/add"), with("customId", json!("x"))).await;
        assert_eq!((refused.status, refused.codes()), (400, vec!["not_an_event"]));
    }

    /// A resource that is gone is gone from the dates that are over; they can still be changed.
    async fn resource_is_gone(app) {
        let event = Event::new(&app).await;
        let date = event.date("2026-12-01T09:00:00+01:00", &[&event.a, &event.b]).await;
        event.scene.app.delete(&format!("/{}/delete", event.a.path)).await.content(200);
        assert_eq!(event.shown(&date).await["bookingResourceIdList"], json!([event.b.id]));
        let edited = event.scene.app.put(&format!("{}/{date}/edit", event.base), json!({"appointmentEventAttendanceCountMax": 7})).await;
        assert_eq!(edited.content(200)["bookingResourceIdList"], json!([event.b.id]), "{}", edited.text);
    }

    /// Places: never fewer than are taken, and the date stays while somebody comes.
    async fn places(app) {
        let event = Event::new(&app).await;
        let date = event.date(START, &[&event.a]).await;
        for _ in 0..2 {
            event.scene.booked(&event.template, START).await;
        }
        assert!(event.scene.day(&event.template, "2027-03-01").await.is_empty(), "full");
        let fewer = event.scene.app.put(&format!("{}/{date}/edit", event.base), json!({"appointmentEventAttendanceCountMax": 1})).await;
        assert_eq!((fewer.status, fewer.codes(), fewer.parameters()), (409, vec!["places_taken"], vec!["appointmentEventAttendanceCountMax"]));
        let refused = event.scene.app.delete(&format!("{}/{date}/delete", event.base)).await;
        assert_eq!((refused.status, refused.codes()), (409, vec!["has_appointments"]));
        event.scene.app.put(&format!("{}/{date}/edit", event.base), json!({"appointmentEventAttendanceCountMax": 3})).await.content(200);
        assert_eq!(event.scene.day(&event.template, "2027-03-01").await.len(), 1);
    }
}
