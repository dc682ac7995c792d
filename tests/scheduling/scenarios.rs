//! Scenarios 2 to 14 of the specification; 1, 3, 9 and 15 stand in `races`.

use super::fixture::{Resource, Scene, short, text};
use serde_json::json;

both! {
    /// 2: occupation includes the follow-up, which may stick out of the hours.
    async fn s02_overlap_without_equal_start(app) {
        let scene = Scene::with(&app, json!({"timeGrid": "MINUTES_15"})).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let t60 = scene.simple(json!({"duration": 60, "followUpTime": 15}), &[&a]).await;
        let t30 = scene.simple(json!({"duration": 30}), &[&a]).await;
        let long = scene.slot(&t60, "2027-02-01T09:00:00+01:00").await.slot;
        let ten = scene.slot(&t30, "2027-02-01T10:00:00+01:00").await.slot;
        let quarter = scene.slot(&t30, "2027-02-01T10:15:00+01:00").await.slot;
        let (one, two, three) = tokio::join!(scene.book(&long), scene.book(&ten), scene.book(&quarter));
        // 9:00 to 10:15, 10:00 to 10:30 and 10:15 to 10:45: the one in the middle excludes both others (ADR 0011).
        let statuses = [one.status, two.status, three.status];
        assert!([[201, 409, 201], [409, 201, 409]].contains(&statuses), "{statuses:?}");
        let late = scene.slot(&t60, "2027-02-01T11:00:00+01:00").await.slot;
        assert_eq!(scene.book(&late).await.status, 201, "the follow-up ends at 12:15");
    }

    /// 4: the missing hour.
    async fn s04_missing_hour(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-03-28T01:00:00+01:00", "2027-03-28T05:00:00+02:00")]).await;
        let half = scene.simple(json!({"duration": 30}), &[&a]).await;
        assert_eq!(scene.starts(&half, "2027-03-28").await, ["01:00+01:00", "01:30+01:00", "03:00+02:00", "03:30+02:00", "04:00+02:00", "04:30+02:00"]);
        let hour = scene.simple(json!({"duration": 60}), &[&a]).await;
        assert_eq!(scene.starts(&hour, "2027-03-28").await.len(), 5);
    }

    /// 5: the doubled hour.
    async fn s05_doubled_hour(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-10-31T01:00:00+02:00", "2027-10-31T05:00:00+01:00")]).await;
        let half = scene.simple(json!({"duration": 30}), &[&a]).await;
        let starts = scene.starts(&half, "2027-10-31").await;
        assert_eq!(starts, ["01:00+02:00", "01:30+02:00", "02:00+02:00", "02:30+02:00", "02:00+01:00", "02:30+01:00", "03:00+01:00", "03:30+01:00", "04:00+01:00", "04:30+01:00"]);
        let hour = scene.simple(json!({"duration": 60}), &[&a]).await;
        assert_eq!(scene.starts(&hour, "2027-10-31").await.len(), 9);
        scene.booked(&half, "2027-10-31T02:00:00+02:00").await;
        let left = scene.starts(&half, "2027-10-31").await;
        assert!(!left.contains(&"02:00+02:00".to_owned()) && left.contains(&"02:00+01:00".to_owned()), "{left:?}");
    }

    /// 6: one room, two templates.
    async fn s06_one_room_two_templates(app) {
        let scene = Scene::with(&app, json!({"timeGrid": "MINUTES_15"})).await;
        let day = [("2027-02-02T09:00:00+01:00", "2027-02-02T12:00:00+01:00")];
        let (a, b, r) = (scene.employee("A", &day).await, scene.employee("B", &day).await, scene.room("R", &day).await);
        let exam = scene.simple(json!({"duration": 30, "followUpTime": 10}), &[&a, &r]).await;
        let consultation = scene.simple(json!({"duration": 45}), &[&b, &r]).await;
        let before = scene.starts(&consultation, "2027-02-02").await;
        let booked = scene.booked(&exam, "2027-02-02T09:00:00+01:00").await;
        let starts = scene.starts(&consultation, "2027-02-02").await;
        assert_eq!(starts, ["09:45+01:00", "10:00+01:00", "10:15+01:00", "10:30+01:00", "10:45+01:00", "11:00+01:00", "11:15+01:00"]);
        scene.app.put(&format!("/appointment/{booked}/cancel"), json!(null)).await.content(200);
        assert_eq!(scene.starts(&consultation, "2027-02-02").await, before);
    }

    /// 7: two of three and a room, the same people for the whole time.
    async fn s07_two_of_three_and_a_room(app) {
        let scene = Scene::new(&app).await;
        let hours = |from: &'static str, to: &'static str| (from, to);
        let a = scene.employee("A", &[hours("2027-02-03T09:00:00+01:00", "2027-02-03T11:00:00+01:00")]).await;
        let b = scene.employee("B", &[hours("2027-02-03T10:00:00+01:00", "2027-02-03T12:00:00+01:00")]).await;
        let c = scene.employee("C", &[hours("2027-02-03T09:00:00+01:00", "2027-02-03T10:00:00+01:00"), hours("2027-02-03T11:00:00+01:00", "2027-02-03T12:00:00+01:00")]).await;
        let r = scene.room("R", &[hours("2027-02-03T09:00:00+01:00", "2027-02-03T12:00:00+01:00")]).await;
        let template = scene.template("COMPLEX", json!({"duration": 60})).await;
        scene.step(&template, 2, "BOTH", &[&a, &b, &c]).await;
        scene.step(&template, 1, "BOTH", &[&r]).await;
        let slots = scene.day(&template, "2027-02-03").await;
        assert_eq!(short(&slots), ["09:00+01:00", "10:00+01:00", "11:00+01:00"]);
        for (slot, team) in slots.iter().zip([[&a, &c], [&a, &b], [&b, &c]]) {
            let mut wanted: Vec<&String> = team.iter().map(|resource| &resource.id).chain([&r.id]).collect();
            let mut found: Vec<&String> = slot.resources.iter().collect();
            wanted.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, wanted, "{}", slot.at);
            let booked = text(scene.book(&slot.slot).await.content(201), "id");
            let shown = scene.app.get(&format!("/appointment/{booked}/show")).await;
            assert_eq!(shown.content(200)["bookingResourceList"].as_array().map(Vec::len), Some(3), "{}", shown.text);
        }
        assert!(scene.day(&template, "2027-02-03").await.is_empty());
    }

    /// 8: a resource of two lists serves one step only.
    async fn s08_matching(app) {
        let scene = Scene::new(&app).await;
        let day = [("2027-02-03T09:00:00+01:00", "2027-02-03T10:00:00+01:00")];
        let (a, b, c) = (scene.employee("A", &day).await, scene.employee("B", &day).await, scene.employee("C", &day).await);
        let two = scene.template("COMPLEX", json!({"duration": 60})).await;
        scene.step(&two, 1, "SYSTEM", &[&a, &b]).await;
        scene.step(&two, 1, "SYSTEM", &[&a]).await;
        let three = scene.template("COMPLEX", json!({"duration": 60})).await;
        scene.step(&three, 2, "SYSTEM", &[&a, &b]).await;
        scene.step(&three, 1, "SYSTEM", &[&a, &b]).await;
        assert!(scene.day(&three, "2027-02-03").await.is_empty(), "two people cannot do the work of three");
        scene.step(&two, 1, "SYSTEM", &[&b, &c]).await;
        let booked = scene.booked(&two, "2027-02-03T09:00:00+01:00").await;
        let shown = scene.app.get(&format!("/appointment/{booked}/show")).await;
        let mut ids: Vec<String> = shown.content(200)["bookingResourceList"].as_array().expect("a list").iter().map(|r| text(r, "id")).collect();
        ids.sort_unstable();
        let mut all = vec![a.id, b.id, c.id];
        all.sort_unstable();
        assert_eq!(ids, all);
    }

    /// 10: moving keeps the id, ignores the own occupation, raises SEQUENCE; what fails changes nothing.
    async fn s10_moving(app) {
        let scene = Scene::with(&app, json!({"timeGrid": "MINUTES_15"})).await;
        let a = scene.employee("A", &[("2027-02-04T09:00:00+01:00", "2027-02-04T12:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 60, "followUpTime": 15}), &[&a]).await;
        let ten = scene.slot(&template, "2027-02-04T10:00:00+01:00").await.slot;
        let x = text(scene.book(&ten).await.content(201), "id");
        assert!(scene.day(&template, "2027-02-04").await.is_empty());
        let moving = scene.day_of(&scene.app, &template, "2027-02-04", &format!("?appointmentId={x}")).await;
        assert_eq!(moving.len(), 9, "{moving:?}");
        let path = format!("/appointment/{x}/move");
        let same = scene.app.put(&path, json!({"bookingSlotId": ten})).await;
        assert_eq!((same.content(200)["sequence"].as_i64(), &same.content(200)["moved"]), (Some(0), &json!(false)));
        let quarter = moving.iter().find(|slot| slot.at.contains("T10:15")).expect("a slot");
        let moved = scene.app.put(&path, json!({"bookingSlotId": quarter.slot})).await;
        let content = moved.content(200);
        assert_eq!((text(content, "id"), text(content, "start")), (x.clone(), "2027-02-04T10:15:00+01:00".into()));
        assert_eq!((&content["sequence"], &content["moved"]), (&json!(1), &json!(true)));
        assert_eq!(scene.starts(&template, "2027-02-04").await, ["09:00+01:00"], "the vacated time is bookable at once");
        let y = scene.booked(&template, "2027-02-04T09:00:00+01:00").await;
        let lost = scene.app.put(&path, json!({"bookingSlotId": ten})).await;
        assert_eq!((lost.status, lost.codes()), (409, vec!["slot_taken"]));
        for (id, start) in [(&x, "2027-02-04T10:15:00+01:00"), (&y, "2027-02-04T09:00:00+01:00")] {
            let shown = scene.app.get(&format!("/appointment/{id}/show")).await;
            assert_eq!(text(shown.content(200), "start"), start);
        }
    }

    /// 11: overlapping exceptions; an extra opening at the same level does not beat a closing.
    async fn s11_exceptions(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-05-05T09:00:00+02:00", "2027-05-05T17:00:00+02:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        assert_eq!(scene.starts(&template, "2027-05-05").await.len(), 16);
        let first = scene.exception("BLOCKED", "2027-05-05T12:00:00+02:00", "2027-05-05T14:00:00+02:00", json!({})).await;
        scene.exception("BLOCKED", "2027-05-05T13:00:00+02:00", "2027-05-05T15:00:00+02:00", json!({})).await;
        assert_eq!(scene.starts(&template, "2027-05-05").await.len(), 10);
        scene.exception("FREE", "2027-05-05T13:30:00+02:00", "2027-05-05T14:30:00+02:00", json!({})).await;
        assert_eq!(scene.starts(&template, "2027-05-05").await.len(), 10, "a closing wins at the same level");
        scene.app.delete(&format!("/availabilityException/{first}/delete")).await.content(200);
        assert_eq!(scene.starts(&template, "2027-05-05").await.len(), 12);
        scene.exception("FREE", "2027-05-05T13:30:00+02:00", "2027-05-05T14:30:00+02:00", json!({"bookingResourceId": a.id})).await;
        assert_eq!(scene.starts(&template, "2027-05-05").await.len(), 14, "one for the resource alone beats one for all");
    }

    /// 12: what flows down the tree.
    async fn s12_tree(app) {
        let root = Scene::with(&app, json!({"timeGrid": "MINUTES_30", "moduleBookingLeadTime": 24 * 60})).await;
        root.hours("", &[("2027-02-05T09:00:00+01:00", "2027-02-05T11:00:00+01:00")]).await;
        let child = root.below(&app, json!({})).await;
        let a = child.app.post("/employee/add", json!({"firstName": "A", "lastName": "A"})).await;
        let a = child.app.get(&format!("/employee/{}/show", text(a.content(201), "id"))).await;
        let a = Resource { path: String::new(), id: text(a.content(200), "bookingResourceId") };
        let template = child.simple(json!({"duration": 30}), &[&a]).await;
        assert_eq!(child.starts(&template, "2027-02-05").await.len(), 4, "the root's hours");
        let closed = root.exception("BLOCKED", "2027-02-05T00:00:00+01:00", "2027-02-06T00:00:00+01:00", json!({})).await;
        assert!(child.day(&template, "2027-02-05").await.is_empty(), "the root closes the day");
        let own = json!({"rangeStart": "2027-02-05T00:00:00+01:00", "rangeEnd": "2027-02-06T00:00:00+01:00", "availability": [{"start": "2027-02-05T14:00:00+01:00", "end": "2027-02-05T15:00:00+01:00"}]});
        child.app.put("/availability/edit", own).await.content(200);
        assert_eq!(child.starts(&template, "2027-02-05").await, ["14:00+01:00", "14:30+01:00"], "the child's own hours of that day");
        root.app.delete(&format!("/availabilityException/{closed}/delete")).await.content(200);

        let grandchild = child.below(&app, json!({})).await;
        let b = grandchild.employee("B", &[("2027-01-04T08:00:00+01:00", "2027-01-06T18:00:00+01:00")]).await;
        let template = grandchild.simple(json!({"duration": 30}), &[&b]).await;
        let edit = |minutes: serde_json::Value| child.app.put("/edit", json!({"settings": {"moduleBookingLeadTime": minutes}}));
        edit(json!(120)).await.content(200);
        assert_eq!(grandchild.starts(&template, "2027-01-04").await[0], "11:00+01:00", "two hours from nine o'clock");
        edit(json!(null)).await.content(200);
        assert!(grandchild.starts(&template, "2027-01-04").await.is_empty(), "a day on the very next request");
        assert_eq!(grandchild.starts(&template, "2027-01-05").await[0], "09:00+01:00", "exactly now and 24 hours");
    }

    /// 13: lead time in elapsed minutes over a change of the clock; the window in local days.
    async fn s13_lead_time_and_window(app) {
        app.clock.set("2027-03-27T09:30:00Z");
        let scene = Scene::with(&app, json!({"timeGrid": "MINUTES_30", "moduleBookingLeadTime": 24 * 60, "moduleBookingDayLatest": 2})).await;
        let a = scene.employee("A", &[("2027-03-27T08:00:00+01:00", "2027-04-10T20:00:00+02:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        assert_eq!(scene.starts(&template, "2027-03-28").await[0], "11:30+02:00");
        let slot = scene.slot(&template, "2027-03-28T11:30:00+02:00").await.slot;
        app.clock.advance(60);
        let late = scene.book(&slot).await;
        assert_eq!((late.status, late.codes()), (409, vec!["lead_time"]), "{}", late.text);
        let allowed = scene.app.post("/appointment/add", json!({"bookingSlotId": slot, "overrideWindow": true})).await;
        assert_eq!(allowed.status, 201, "{}", allowed.text);
        assert_eq!(scene.starts(&template, "2027-03-29").await.len(), 48, "the last whole day of the window");
        assert!(scene.starts(&template, "2027-03-30").await.is_empty());
        assert_eq!(scene.day_of(&scene.app, &template, "2027-03-30", "?overrideWindow=true").await.len(), 48);
    }

    /// 14: a hold ends by comparison.
    async fn s14_hold(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T09:30:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let slot = scene.slot(&template, "2027-02-01T09:00:00+01:00").await.slot;
        let hold = scene.module.send("POST", &format!("/bookingSlot/{slot}/hold"), None).await;
        let token = text(hold.content(201), "holdToken");
        assert_eq!(hold.content(201)["seconds"], 300);
        app.clock.advance(299);
        assert!(scene.day(&template, "2027-02-01").await.is_empty(), "held for somebody else");
        assert_eq!(scene.day_of(&scene.app, &template, "2027-02-01", &format!("?holdToken={token}")).await.len(), 1, "its holder sees it");
        let refused = scene.book(&slot).await;
        assert_eq!((refused.status, refused.codes()), (409, vec!["slot_taken"]));
        app.clock.advance(2);
        // The caller's own token has ended as well.
        let scene = Scene::of(&app, scene.id.clone()).await;
        assert_eq!(scene.day(&template, "2027-02-01").await.len(), 1, "ended without a job");
        let module = &scene.module;
        let hold = module.send("POST", &format!("/bookingSlot/{slot}/hold"), None).await;
        let token = text(hold.content(201), "holdToken");
        module.delete(&format!("/bookingSlot/hold/{token}/release")).await.content(200);
        let hold = module.send("POST", &format!("/bookingSlot/{slot}/hold"), None).await;
        let token = text(hold.content(201), "holdToken");
        let person = json!({"firstName": "Max", "lastName": "Mustermann"});
        let booked = module.post("/appointment/add", json!({"bookingSlotId": slot, "holdToken": token, "customer": person})).await;
        assert_eq!(booked.content(201)["class"], "APPOINTMENT");
        assert_eq!(scene.book(&slot).await.status, 409);
    }
}
