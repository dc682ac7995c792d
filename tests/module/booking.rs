//! `/module/v3/{locale}/organization/{organizationId}/bookingResource/…` and `bookingTemplate/…`

use crate::scheduling::fixture::{Scene, text};
use kalends_testkit::client::Caller;
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<String> {
    list["recordList"].as_array().expect("a list").iter().map(|record| text(record, "id")).collect()
}

both! {
    /// Booking resources with `type` instead of `category`; only those that work.
    async fn resources(app) {
        let scene = Scene::new(&app).await;
        let a = scene.app.post("/employee/add", json!({"firstName": "Maxis", "lastName": "Musterfrau", "gender": "FEMALE", "email": "a@example.com", "mobile": "+491701234567", "customId": "a"})).await;
        let a = text(a.content(201), "bookingResourceId");
        let off = scene.room("R", &[]).await;
        scene.app.put(&format!("/{}/edit", off.path), json!({"active": false})).await.content(200);
        let list = scene.module.get("/bookingResource/list").await;
        assert_eq!((ids(list.content(200)), &list.content(200)["recordTotal"]), (vec![a.clone()], &json!(1)));
        let record = &list.content(200)["recordList"][0];
        for (field, value) in [("class", "BOOKING_RESOURCE"), ("customId", "a"), ("type", "EMPLOYEE"), ("name", "Maxis Musterfrau"), ("gender", "FEMALE"), ("lastName", "Musterfrau"), ("description", "")] {
            assert_eq!(record[field], value, "{field}");
        }
        assert!(record.get("category").is_none() && !list.text.contains("a@example.com") && !list.text.contains("170123"), "{record}");
        for path in [format!("/bookingResource/{a}/show"), "/bookingResource/a/identify".into()] {
            let shown = scene.module.get(&path).await;
            assert_eq!((&shown.content(200)["id"], &shown.content(200)["type"]), (&json!(a), &json!("EMPLOYEE")), "{path}");
        }
        assert_eq!(scene.module.get(&format!("/bookingResource/br{}/show", "0".repeat(30))).await.status, 404);
    }

    /// Templates with everything a form needs; those of a booking resource.
    async fn templates(app) {
        let scene = Scene::new(&app).await;
        let (a, b) = (scene.employee("A", &[]).await, scene.employee("B", &[]).await);
        let cut = scene.simple(json!({"duration": 30, "name": "Cut", "customId": "cut"}), &[&a]).await;
        let dye = scene.simple(json!({"duration": 30, "name": "Dye"}), &[&b]).await;
        let hidden = scene.simple(json!({"duration": 30, "name": "Hidden", "bookable": false}), &[&a]).await;
        let list = scene.module.get("/bookingTemplate/list").await;
        assert_eq!(ids(list.content(200)), [format!("fc{cut}"), format!("fc{dye}")]);
        let step = &list.content(200)["recordList"][0]["bookingStepList"][0];
        assert_eq!((&step["class"], &step["name"], &step["bookingResourceList"][0]["type"]), (&json!("BOOKING_STEP"), &json!("Employee"), &json!("EMPLOYEE")));
        assert_eq!(scene.module.get("/bookingTemplate/cut/identify").await.content(200)["id"], format!("fc{cut}"));
        let of_a = scene.module.get(&format!("/bookingResource/{}/bookingTemplate/list", a.id)).await;
        assert_eq!(ids(of_a.content(200)), [format!("fc{cut}")]);
        assert_eq!(scene.module.get(&format!("/bookingTemplate/fc{hidden}/show")).await.status, 404);
    }

    /// A module whose configuration names templates shows those and no other, in every operation.
    async fn limited(app) {
        let root = Scene::new(&app).await;
        let scene = root.below(&app, json!({})).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let (cut, dye) = (scene.simple(json!({"duration": 30, "name": "Cut"}), &[&a]).await, scene.simple(json!({"duration": 30, "name": "Dye", "customId": "dye"}), &[&a]).await);
        let slot = scene.slot(&dye, "2027-02-01T09:00:00+01:00").await.slot;
        let install = async |organization: &Caller| text(organization.post("/moduleConfig/add", json!({"moduleId": app.module.record_id})).await.content(201), "id");
        let config = install(&scene.app).await;
        let list = async || ids(scene.module.get("/bookingTemplate/list").await.content(200));
        assert_eq!(list().await.len(), 2, "nothing linked: all of them");
        scene.app.send("LINK", &format!("/moduleConfig/{config}/appointmentTemplate/ea{cut}/link"), None).await.content(200);
        assert_eq!(list().await, [format!("fc{cut}")]);
        let day = "year/2027/month/2/day/1/listDay";
        for path in [format!("/bookingTemplate/fc{dye}/show"), "/bookingTemplate/dye/identify".into(), format!("/bookingTemplate/fc{dye}/bookingSlot/earliest"), format!("/bookingTemplate/fc{dye}/bookingSlot/{day}")] {
            assert_eq!(scene.module.get(&path).await.status, 404, "{path}");
        }
        let of_a = scene.module.get(&format!("/bookingResource/{}/bookingTemplate/list", a.id)).await;
        assert_eq!((ids(of_a.content(200)), &of_a.content(200)["recordTotal"]), (vec![format!("fc{cut}")], &json!(1)));
        let booked = scene.module.post("/appointment/add", json!({"bookingSlotId": slot, "customer": {"lastName": "M"}})).await;
        assert!((400..500).contains(&booked.status), "{}", booked.text);
        let held = scene.module.send("POST", &format!("/bookingSlot/{slot}/hold"), None).await;
        assert!((400..500).contains(&held.status), "{}", held.text);
        assert_eq!(scene.app.get("/bookingTemplate/list").await.content(200)["recordTotal"], 2, "apps are not limited");
        // The nearest configuration counts: what the parent installed without a limit does not lift the branch's own.
        let above = install(&root.app).await;
        assert_eq!(list().await, [format!("fc{cut}")], "the parent's configuration names none");
        scene.app.put(&format!("/moduleConfig/{config}/edit"), json!({"active": false})).await.content(200);
        assert_eq!(list().await.len(), 2, "a configuration that is switched off limits nothing");
        scene.app.put(&format!("/moduleConfig/{config}/edit"), json!({"active": true})).await.content(200);
        root.app.delete(&format!("/moduleConfig/{above}/delete")).await.content(200);
        scene.app.send("UNLINK", &format!("/moduleConfig/{config}/appointmentTemplate/ea{cut}/unlink"), None).await.content(200);
        assert_eq!(list().await.len(), 2);
    }
}
