//! `/app/v3/{locale}/organization/{organizationId}/bookingTemplate/…`: the public view of appointment templates.

use crate::scheduling::fixture::{Scene, text};
use serde_json::{Value, json};

both! {
    /// It has the template's id with its own prefix, is there while the template is active and bookable, and comes back.
    async fn appears_and_disappears(app) {
        let scene = Scene::new(&app).await;
        let template = scene.simple(json!({"duration": 30, "name": "Haircut", "customId": "cut"}), &[]).await;
        scene.simple(json!({"duration": 30, "name": "Hairdye"}), &[]).await;
        let edit = format!("/appointmentTemplate/ea{template}/edit");
        let paths = [format!("/bookingTemplate/fc{template}/show"), "/bookingTemplate/cut/identify".to_owned()];
        let totals = async || {
            let mut totals = Vec::new();
            for path in ["list", "index/1", "filter/1?searchQuery=hair", "listAll", "filterAll/1?searchQuery=hair"] {
                let answer = scene.app.get(&format!("/bookingTemplate/{path}")).await;
                let content = answer.content(200);
                assert_eq!(content["recordTotal"].as_u64(), content["recordList"].as_array().map(|list| list.len() as u64), "{path}: {content}");
                totals.push(content["recordTotal"].as_u64().expect("a number"));
            }
            totals
        };
        for flag in ["active", "bookable"] {
            assert_eq!(totals().await, [2; 5]);
            for path in &paths {
                assert_eq!(scene.app.get(path).await.content(200)["id"], format!("fc{template}"), "{path}");
            }
            scene.app.put(&edit, json!({flag: false})).await.content(200);
            assert_eq!(totals().await, [1; 5], "{flag}");
            for path in &paths {
                assert_eq!(scene.app.get(path).await.status, 404, "{flag}: {path}");
            }
            scene.app.put(&edit, json!({"publicName": "Hair style"})).await.content(200);
            assert_eq!(totals().await, [1; 5], "a hidden one that is changed stays hidden");
            scene.app.put(&edit, json!({flag: true})).await.content(200);
        }
        assert_eq!(scene.app.get("/bookingTemplate/filter/1?searchQuery=style").await.content(200)["recordTotal"], 1);
        let hidden = scene.template("SIMPLE", json!({"duration": 30, "name": "Hairnet", "active": false})).await;
        assert_eq!((totals().await, scene.app.get(&format!("/bookingTemplate/fc{hidden}/show")).await.status), (vec![2; 5], 404));
        for (method, path) in [("POST", "/bookingTemplate/add".to_owned()), ("PUT", format!("/bookingTemplate/fc{template}/edit")), ("DELETE", format!("/bookingTemplate/fc{template}/delete"))] {
            assert_eq!(scene.app.send(method, &path, Some(&json!({}))).await.status, 404, "{method} {path}");
        }
    }

    /// Effective values, computed from the template and the settings above.
    async fn effective_values(app) {
        let scene = Scene::with(&app, json!({"timeGrid": "MINUTES_30", "currency": "CHF", "moduleBookingDayEarliest": 1, "moduleBookingLeadTime": 90, "customerEmailRequired": true, "showPrice": true})).await;
        scene.app.put("/edit", json!({"address": {"city": "Bonn"}})).await.content(200);
        let document = json!({"duration": 45, "name": "Internal", "publicName": "Public", "publicNameI18nList": [{"key": "en", "value": "English"}], "priceGross": 99.99,
            "description": "Words", "image": "https://example.com/i.png", "moduleBookingDayLatest": 99, "customerMobileRequired": true, "additionalData": {"a": "b"}});
        let template = scene.simple(document, &[]).await;
        let path = format!("/bookingTemplate/fc{template}/show");
        let shown = scene.app.get(&path).await;
        let content = shown.content(200);
        for (field, value) in [
            ("class", json!("BOOKING_TEMPLATE")), ("name", json!("Public")), ("nameI18nList", json!([{"key": "en", "value": "English"}])), ("type", json!("SIMPLE")),
            ("image", json!("https://example.com/i.png")), ("duration", json!(45)), ("showPrice", json!(true)), ("priceGross", json!(99.99)), ("currency", json!("CHF")),
            ("taxRate", json!(19)), ("description", json!("Words")), ("appointmentAddressRequired", json!(false)), ("customerAddressRequired", json!(false)),
            ("customerEmailRequired", json!(true)), ("customerMobileRequired", json!(true)), ("bookingDayEarliest", json!(1)), ("bookingDayLatest", json!(99)),
            ("bookingLeadTime", json!(90)), ("bookingStepList", json!([])), ("emailTemplateList", json!([])), ("smsTemplateList", json!([])), ("extraFieldList", json!([])),
            ("additionalData", json!({"a": "b"})),
        ] {
            assert_eq!(content[field], value, "{field}");
        }
        assert_eq!(content["address"]["city"], "Bonn");
        scene.app.put("/edit", json!({"settings": {"currency": "USD"}})).await.content(200);
        scene.app.put(&format!("/appointmentTemplate/ea{template}/edit"), json!({"address": {"inheritance": "INPUT"}, "publicName": null})).await.content(200);
        let content = scene.app.get(&path).await.content(200).clone();
        assert_eq!((&content["currency"], &content["appointmentAddressRequired"], &content["name"]), (&json!("USD"), &json!(true), &json!("Internal")));
    }

    /// SIMPLE shows one step for each category, named in the caller's language; an EVENT has none.
    async fn steps(app) {
        let scene = Scene::new(&app).await;
        let (a, b, r) = (scene.employee("A", &[]).await, scene.employee("B", &[]).await, scene.room("R", &[]).await);
        let template = scene.simple(json!({"duration": 30}), &[&a, &r, &b]).await;
        let path = format!("/bookingTemplate/fc{template}/show");
        let german = app.caller(&format!("/app/v3/de/organization/{}", scene.id), &scene.app.token);
        let names = |content: &Value| -> Vec<String> { content["bookingStepList"].as_array().expect("a list").iter().map(|step| text(step, "name")).collect() };
        assert_eq!(names(scene.app.get(&path).await.content(200)), ["Employee", "Room"]);
        let shown = german.get(&path).await;
        assert_eq!(names(shown.content(200)), ["Mitarbeiter", "Raum"]);
        let steps = &shown.content(200)["bookingStepList"];
        assert_eq!((&steps[0]["class"], &steps[0]["selectionQuantity"], &steps[0]["selectionDisplay"]), (&json!("BOOKING_STEP"), &json!(1), &json!("BOTH")));
        let ids = |step: &Value| -> Vec<String> { step["bookingResourceList"].as_array().expect("a list").iter().map(|resource| text(resource, "id")).collect() };
        assert_eq!((ids(&steps[0]), ids(&steps[1])), (vec![a.id.clone(), b.id], vec![r.id]));
        assert_eq!((&steps[0]["bookingResourceList"][0]["class"], &steps[0]["bookingResourceList"][0]["category"]), (&json!("BOOKING_RESOURCE"), &json!("EMPLOYEE")));
        scene.app.put(&format!("/{}/edit", r.path), json!({"active": false})).await.content(200);
        let shown = scene.app.get(&path).await;
        assert_eq!(names(shown.content(200)), ["Employee", "Room"], "a category without anybody still has its name");
        assert_eq!(shown.content(200)["bookingStepList"][1]["bookingResourceList"], json!([]));
        scene.app.put(&format!("/{}/edit", a.path), json!({"firstName": "Anna", "lastName": "Berg"})).await.content(200);
        assert_eq!(scene.app.get(&path).await.content(200)["bookingStepList"][0]["bookingResourceList"][0]["name"], "Anna Berg", "on the very next request");
        scene.app.delete(&format!("/{}/delete", a.path)).await.content(200);
        assert_eq!(scene.app.get(&path).await.content(200)["bookingStepList"][0]["bookingResourceList"].as_array().map(Vec::len), Some(1));
        let event = scene.template("EVENT", json!({"duration": 30})).await;
        assert_eq!(scene.app.get(&format!("/bookingTemplate/fc{event}/show")).await.content(200)["bookingStepList"], json!([]));
    }
}
