//! Booking through the Module API: the customer is found or made, what a module may not do is refused.

use super::fixture::{Scene, text};
use serde_json::json;

both! {
    /// The contract's example, and who is recognized.
    async fn customers_are_matched(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30, "publicName": "Cut", "priceGross": 34.5}), &[&a]).await;
        let person = json!({"customId": "sdkKunde", "gender": "MALE", "title": "", "firstName": "Max", "lastName": "Mustermann", "birthday": "", "email": "max@example.com", "mobile": "", "notes": "", "locale": "de"});
        let book = |start: &'static str, person: serde_json::Value| {
            let (scene, template) = (&scene, &template);
            async move {
                let slots = scene.day_of(&scene.module, template, "2027-02-01", "").await;
                let slot = slots.iter().find(|slot| slot.at.contains(start)).expect("a slot").slot.clone();
                let body = json!({"bookingSlotId": slot, "customer": person, "additionalData": {"testKey": ["a", "b"]}, "sendAppointmentAddEventEmail": true});
                scene.module.post("/appointment/add", body).await
            }
        };
        let first = book("T09:00", person.clone()).await;
        let content = first.content(201);
        assert_eq!((&content["class"], &content["name"], &content["duration"]), (&json!("APPOINTMENT"), &json!("Cut"), &json!(30)));
        assert_eq!((&content["priceGross"], &content["timeZone"]), (&json!(34.5), &json!("Europe/Berlin")));
        assert_eq!(content["additionalData"]["testKey"], json!(["a", "b"]));
        let customer = text(&content["customer"], "id");
        let again = book("T09:30", json!({"customId": "sdkKunde", "lastName": "Other"})).await;
        assert_eq!(text(&again.content(201)["customer"], "id"), customer, "by customId");
        let third = book("T10:00", json!({"firstName": "MAX", "lastName": "mustermann", "email": "Max@Example.com"})).await;
        assert_eq!(text(&third.content(201)["customer"], "id"), customer, "by e-mail and name");
        let stranger = book("T10:30", json!({"firstName": "Erika", "lastName": "Mustermann", "email": "max@example.com"})).await;
        assert_ne!(text(&stranger.content(201)["customer"], "id"), customer, "the same address, another person");
        let nobody = book("T11:00", json!({"firstName": "Max"})).await;
        assert_eq!((nobody.status, nobody.parameters()), (400, vec!["customer.lastName"]), "{}", nobody.text);
        let shown = scene.module.get(&format!("/appointment/{}/show", text(content, "id"))).await;
        assert_eq!(shown.content(200)["id"], content["id"]);
        let protected = scene.module.get(&format!("/appointment/{}/showProtected", text(content, "id"))).await;
        assert_eq!((&protected.content(200)["customer"], protected.text.contains("Mustermann")), (&json!([]), false));
        let listed = scene.app.get(&format!("/customer/{customer}/appointment/index/1")).await;
        assert_eq!(listed.content(200)["recordTotal"], 3);
        let month = scene.app.get(&format!("/customer/{customer}/appointment/year/2027/month/2/listMonth")).await;
        assert_eq!(month.content(200)["list"].as_array().map(Vec::len), Some(3));
    }

    /// Overrides are for apps with the permission, said explicitly, and stand in the audit trail.
    async fn overrides(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T10:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        scene.booked(&template, "2027-02-01T09:00:00+01:00").await;
        let manual = |start: &str, more: serde_json::Value| {
            let mut body = json!({"bookingTemplateId": format!("fc{template}"), "start": start, "bookingResourceIdList": [a.id]});
            for (name, value) in more.as_object().expect("an object") {
                body[name] = value.clone();
            }
            body
        };
        let post = |body| scene.app.post("/appointment/add", body);
        assert_eq!(post(manual("2027-02-01T09:30:00+01:00", json!({}))).await.status, 201);
        let closed = post(manual("2027-02-01T20:00:00+01:00", json!({}))).await;
        assert_eq!((closed.status, closed.codes()), (409, vec!["not_offered"]), "{}", closed.text);
        let opened = post(manual("2027-02-01T20:05:00+01:00", json!({"overrideAvailability": true}))).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
        let taken = post(manual("2027-02-01T09:00:00+01:00", json!({"overrideAvailability": true}))).await;
        assert_eq!((taken.status, taken.codes()), (409, vec!["slot_taken"]));
        let double = post(manual("2027-02-01T09:00:00+01:00", json!({"overrideOccupation": true}))).await;
        let id = text(double.content(201), "id");
        let log = scene.app.get(&format!("/log/filter/1?searchQuery={id}")).await;
        assert!(log.text.contains("overrideList") && log.text.contains("occupation"), "{}", log.text);
        let module = scene.module.post("/appointment/add", manual("2027-02-01T09:30:00+01:00", json!({"customer": {"lastName": "M"}}))).await;
        assert_eq!((module.status, module.codes()), (403, vec!["not_for_modules"]));
    }

    /// Altered, foreign and outdated slot ids; templates that are switched off; days and weeks that do not exist.
    async fn bad_input(app) {
        let scene = Scene::new(&app).await;
        let other = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T10:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let slot = scene.slot(&template, "2027-02-01T09:00:00+01:00").await.slot;
        assert_eq!((slot.len(), &slot[..2]), (32, "4f"));
        let flipped = if slot.ends_with('A') { "B" } else { "A" };
        for bad in [format!("{}{flipped}", &slot[..31]), "4f".into(), format!("4f{}", "z".repeat(30)), String::new()] {
            let answer = scene.book(&bad).await;
            assert_eq!((answer.status, answer.parameters()), (400, vec!["bookingSlotId"]), "{bad}: {}", answer.text);
        }
        let foreign = other.book(&slot).await;
        assert_eq!((foreign.status, foreign.codes()), (400, vec!["slot_invalid"]));
        let base = format!("/bookingTemplate/fc{template}/bookingSlot/year");
        for path in ["/2027/month/2/day/30/listDay", "/2027/week/53/listWeek", "/2027/month/13/listMonth", "/1969/month/1/listMonth", "/2201/month/1/listMonth", "/x/month/1/listMonth"] {
            let answer = scene.app.get(&format!("{base}{path}")).await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.text);
            assert_eq!(answer.parameters().len(), 1, "{path}: {}", answer.text);
        }
        assert_eq!(scene.app.get(&format!("{base}/2026/week/53/listWeek")).await.status, 200, "2026 has 53 weeks");
        assert_eq!(scene.app.get(&format!("/bookingTemplate/fc{}/bookingSlot/earliest", "0".repeat(30))).await.status, 404);
        scene.app.put(&format!("/appointmentTemplate/ea{template}/edit"), json!({"active": false})).await.content(200);
        let inactive = scene.book(&slot).await;
        assert_eq!((inactive.status, inactive.codes()), (409, vec!["template_inactive"]), "{}", inactive.text);
        assert_eq!(scene.app.get(&format!("/bookingTemplate/fc{template}/bookingSlot/earliest")).await.status, 404);
        scene.app.put(&format!("/appointmentTemplate/ea{template}/edit"), json!({"active": true})).await.content(200);
        let earliest = scene.app.get(&format!("/bookingTemplate/fc{template}/bookingSlot/earliest")).await;
        assert_eq!((&earliest.content(200)["timestamp"], &earliest.content(200)["id"]), (&json!("2027-02-01T09:00:00+01:00"), &json!(slot)), "the same slot has the same id");
        assert_eq!(scene.app.get("/appointment/year/2027/month/2/day/1/listDay").await.content(200)["list"], json!([]));
    }

    /// A closing keeps what is booked; an employee with appointments cannot be deleted.
    async fn closings_keep_appointments(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T10:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let booked = scene.booked(&template, "2027-02-01T09:00:00+01:00").await;
        let closing = json!({"name": "x", "type": "BLOCKED", "start": "2027-02-01T00:00:00+01:00", "end": "2027-02-02T00:00:00+01:00"});
        let answer = scene.app.post("/availabilityException/add", closing).await;
        assert!(answer.codes().contains(&"conflicting_appointments"), "{}", answer.text);
        assert!(scene.day(&template, "2027-02-01").await.is_empty());
        let shown = scene.app.get(&format!("/appointment/{booked}/show")).await;
        assert_eq!(shown.content(200)["canceled"], false);
        let refused = scene.app.delete(&format!("/{}/delete", a.path)).await;
        assert_eq!((refused.status, refused.codes()), (409, vec!["has_appointments"]), "{}", refused.text);
        let replace = scene.app.get(&format!("/appointment/{booked}/bookingResourceReplaceList")).await;
        assert_eq!(replace.content(200)["class"], "BOOKING_RESOURCE_REPLACE");
        scene.app.put(&format!("/appointment/{booked}/cancel"), json!(null)).await.content(200);
        assert_eq!(scene.app.delete(&format!("/{}/delete", a.path)).await.status, 200);
    }
}
