//! iCalendar files, links that work without a login, and the secret feed of a booking resource.

use super::fixture::{Scene, text};
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};

/// The path of one of our own addresses.
fn path<'a>(url: &'a str, base: &str) -> &'a str {
    url.strip_prefix(base).unwrap_or_else(|| panic!("{url} is not at {base}"))
}

/// Lines of a file, unfolded.
fn lines(answer: &Answer) -> Vec<String> {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "text/calendar; charset=utf-8"),
        "{}",
        answer.text
    );
    answer.text.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

both! {
    /// A customer's links show, move and cancel her appointment; each link does one thing.
    async fn links(app) {
        let scene = Scene::with(&app, json!({"timeGrid": "MINUTES_30", "externalCalendarContentCustomer": "At [ORGANIZATION] with [CUSTOMER_NAME]"})).await;
        let a = scene.employee("Anna", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30, "publicName": "Cut; dry, \"quick\""}), &[&a]).await;
        let slot = scene.slot(&template, "2027-02-01T09:00:00+01:00").await.slot;
        let later = scene.slot(&template, "2027-02-01T10:00:00+01:00").await.slot;
        let person = json!({"firstName": "Max", "lastName": "Mustermann", "email": "max@example.com"});
        let booked = scene.app.post("/appointment/add", json!({"bookingSlotId": slot, "customer": person})).await;
        let id = text(booked.content(201), "id");
        let links = scene.app.get(&format!("/appointment/{id}/links")).await;
        let links = links.content(200).clone();
        let anybody = Caller::new(&app.http, app.url.clone(), String::new());
        let url = |name: &str| text(&links, name);

        let file = anybody.get(path(&url("calendarUrl"), &app.url)).await;
        let found = lines(&file);
        let uid = format!("UID:{id}@kalends");
        for line in ["BEGIN:VTIMEZONE", "DTSTART;TZID=Europe/Berlin:20270201T090000", "SEQUENCE:0", uid.as_str(), "DESCRIPTION;LANGUAGE=en:At Scene with Max Mustermann", "SUMMARY;LANGUAGE=en:Cut\\; dry\\, \"quick\""] {
            assert!(found.iter().any(|other| other == line), "{line} in {found:#?}");
        }
        let shown = anybody.get(path(&url("showUrl"), &app.url)).await;
        assert_eq!((text(shown.content(200), "id"), shown.text.contains("Mustermann")), (id.clone(), false));
        let cancel = url("cancelUrl");
        let cancel = path(&cancel, &app.url);
        assert_eq!(anybody.get(cancel).await.status, 405, "opening a link changes nothing");
        for (word, other) in [("move", "cancel"), ("cancel", "move"), ("show", "cancel"), ("cancel", "show")] {
            let wrong = url(&format!("{word}Url")).replace(&format!("/{word}/"), &format!("/{other}/"));
            let method = if other == "show" { "GET" } else { "POST" };
            let answer = anybody.send(method, path(&wrong, &app.url), None).await;
            assert_eq!((answer.status, answer.codes()), (404, vec!["link_invalid"]), "{word} as {other}: {}", answer.text);
        }
        let mover = url("moveUrl");
        let moved = anybody.post(path(&mover, &app.url), json!({"bookingSlotId": later})).await;
        assert_eq!(text(moved.content(200), "start"), "2027-02-01T10:00:00+01:00");
        assert!(lines(&anybody.get(path(&url("calendarUrl"), &app.url)).await).contains(&"SEQUENCE:1".to_owned()));
        let refused = anybody.post(path(&mover, &app.url), json!({"bookingSlotId": later, "overrideOccupation": true})).await;
        assert_eq!(refused.status, 403, "{}", refused.text);
        let canceled = anybody.send("POST", cancel, None).await;
        assert_eq!(canceled.content(200)["canceled"], true);
        let gone = lines(&anybody.get(path(&url("calendarUrl"), &app.url)).await);
        assert!(["METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:2"].iter().all(|line| gone.contains(&(*line).to_owned())), "{gone:#?}");
        app.clock.set("2027-02-01T11:00:00Z");
        let late = anybody.post(path(&mover, &app.url), json!({"bookingSlotId": later})).await;
        assert_eq!((late.status, late.codes()), (410, vec!["link_expired"]));
    }

    /// A feed shows the appointments of one booking resource, events too; renewing ends the address before.
    async fn feed(app) {
        let scene = Scene::new(&app).await;
        let day = [("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")];
        let (a, b) = (scene.employee("Anna", &day).await, scene.employee("Ben", &day).await);
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let first = scene.booked(&template, "2027-02-01T09:00:00+01:00").await;
        let event = scene.template("EVENT", json!({"duration": 30})).await;
        let date = json!({"start": "2027-02-01T11:00:00+01:00", "bookingResourceIdList": [a.id], "appointmentEventAttendanceCountMax": 2});
        scene.app.post(&format!("/appointmentTemplate/ea{event}/appointmentTemplateEventDateTime/add"), date).await.content(201);
        let second = scene.booked(&event, "2027-02-01T11:00:00+01:00").await;
        let anybody = Caller::new(&app.http, app.url.clone(), String::new());
        let url = |answer: Value| text(&answer, "url");
        let own = url(scene.app.get(&format!("/bookingResource/{}/feed", a.id)).await.content(200).clone());
        let found = lines(&anybody.get(path(&own, &app.url)).await);
        for id in [&first, &second] {
            assert!(found.contains(&format!("UID:{id}@kalends")), "{found:#?}");
        }
        let other = url(scene.app.get(&format!("/bookingResource/{}/feed", b.id)).await.content(200).clone());
        assert!(!anybody.get(path(&other, &app.url)).await.text.contains("UID:"));
        let renewed = url(scene.app.send("PUT", &format!("/bookingResource/{}/feed/renew", a.id), None).await.content(200).clone());
        assert_ne!(renewed, own);
        assert_eq!(anybody.get(path(&own, &app.url)).await.status, 404);
        assert_eq!(anybody.get(path(&renewed, &app.url)).await.status, 200);
        assert_eq!(anybody.get("/calendar/garbage.ics").await.status, 404);
    }
}
