//! `/app/v3/{locale}/organization/{organizationId}/appointmentTemplate/…` with categories, steps and links.

use crate::scheduling::fixture::{Scene, text};
use serde_json::json;

both! {
    /// The contract's example; what was not said has its default or comes from the organization.
    async fn crud(app) {
        let scene = Scene::new(&app).await;
        let off = |value: serde_json::Value| json!({"value": value, "inheritance": "OFF"});
        let document = json!({"type": "SIMPLE", "customId": "t", "name": "Terminvorlage simple", "publicName": "Terminvorlage simple",
            "publicNameI18nList": [{"key": "en", "value": "AppointmentTemplate simple"}], "description": "Terminvorlage simple", "descriptionI18nList": [],
            "duration": 60, "externalCalendarContentCustomer": off(json!("[ORGANIZATION]")),
            "externalCalendarContentCustomerI18nList": off(json!([{"key": "en", "value": "[ORGANIZATION]"}])),
            "moduleMultiFactorProtection": off(json!("OFF")), "customerAddressRequired": off(json!(false)),
            "customerEmailRequired": off(json!(false)), "customerMobileRequired": off(json!(false))});
        let added = scene.app.post("/appointmentTemplate/add", document).await;
        assert_eq!(added.codes(), ["added"], "{}", added.text);
        let short = added.content(201);
        assert_eq!((&short["class"], &short["type"]), (&json!("APPOINTMENT_TEMPLATE_SHORT"), &json!("SIMPLE")));
        let path = format!("/appointmentTemplate/{}", text(short, "id"));
        let shown = scene.app.get(&format!("{path}/show")).await;
        let content = shown.content(200);
        for (field, value) in [("preparationTime", json!(0)), ("followUpTime", json!(0)), ("active", json!(true)), ("bookable", json!(true)), ("bookingResourceList", json!([]))] {
            assert_eq!(content[field], value, "{field}: {content}");
        }
        assert_eq!(content["currency"], json!({"value": null, "inheritance": "ORGANIZATION", "result": "EUR"}));
        assert_eq!(content["timeGrid"]["result"], "MINUTES_30", "the organization's");
        let edited = scene.app.put(&format!("{path}/edit"), json!({"name": "Terminvorlage simple edited"})).await;
        assert_eq!((&edited.content(200)["name"], &edited.content(200)["duration"]), (&json!("Terminvorlage simple edited"), &json!(60)));
        let kind = scene.app.put(&format!("{path}/edit"), json!({"type": "EVENT"})).await;
        assert_eq!((&kind.content(200)["type"], kind.codes()), (&json!("SIMPLE"), vec!["edited", "read_only_field"]), "what it is, it stays");
        assert_eq!(scene.app.get("/appointmentTemplate/t/identify").await.status, 200);
        assert_eq!(scene.app.get("/appointmentTemplate/filter/1?searchQuery=terminv").await.content(200)["recordTotal"], 1);
        scene.app.delete(&format!("{path}/delete")).await.content(200);
        assert_eq!(scene.app.get(&format!("{path}/show")).await.status, 404);
        assert_eq!(scene.app.get("/bookingTemplate/list").await.content(200)["recordTotal"], 0);
    }

    /// Three levels: from the parent to the organization to the template, on the very next request.
    async fn inheritance(app) {
        let root = Scene::new(&app).await;
        let child = root.below(&app, json!({})).await;
        let template = child.simple(json!({"duration": 30}), &[]).await;
        let path = format!("/appointmentTemplate/ea{template}");
        let tax = async || child.app.get(&format!("{path}/show")).await.content(200)["taxRate"].clone();
        root.app.put("/edit", json!({"settings": {"taxRate": 7}})).await.content(200);
        assert_eq!(tax().await["result"], 7);
        child.app.put("/edit", json!({"settings": {"taxRate": 16}})).await.content(200);
        assert_eq!(tax().await["result"], 16);
        child.app.put(&format!("{path}/edit"), json!({"taxRate": 0})).await.content(200);
        assert_eq!(tax().await, json!({"value": 0, "inheritance": "OFF", "result": 0}));
        assert_eq!(child.app.get(&format!("/bookingTemplate/fc{template}/show")).await.content(200)["taxRate"], 0);
        child.app.put(&format!("{path}/edit"), json!({"taxRate": null})).await.content(200);
        child.app.put("/edit", json!({"settings": {"taxRate": null}})).await.content(200);
        assert_eq!(child.app.get(&format!("/bookingTemplate/fc{template}/show")).await.content(200)["taxRate"], 7);
        for level in ["ORGANIZATION", "BOOKING_RESOURCE", "CUSTOMER", "INPUT", "OFF"] {
            let edited = child.app.put(&format!("{path}/edit"), json!({"address": {"inheritance": level}})).await;
            assert_eq!(edited.content(200)["address"]["inheritance"], level);
        }
    }

    /// What is wrong is named, and nothing is made of it.
    async fn bad_input(app) {
        let scene = Scene::new(&app).await;
        let with = |name: &str, value: serde_json::Value| {
            let mut document = json!({"type": "SIMPLE", "name": "T", "duration": 30});
            document[name] = value;
            document
        };
        for (document, parameter, code) in [
            (json!({"name": "T", "duration": 30}), "type", "required"),
            (with("type", json!("LONG")), "type", "not_in_list"),
            (with("name", json!("")), "name", "required"),
            (with("duration", json!(null)), "duration", "required"),
            (with("duration", json!(0)), "duration", "too_small"),
            (with("duration", json!(10_081)), "duration", "too_large"),
            (with("duration", json!(1.5)), "duration", "wrong_type"),
            (with("preparationTime", json!(-1)), "preparationTime", "too_small"),
            (with("followUpTime", json!(1_441)), "followUpTime", "too_large"),
            (with("currency", json!("ABC")), "currency", "bad_currency"),
            (with("taxRate", json!(101)), "taxRate", "too_large"),
            (with("colour", json!("red")), "colour", "bad_colour"),
            (with("timeGrid", json!("MINUTES_7")), "timeGrid", "not_in_list"),
            (with("address", json!({"inheritance": "NOBODY"})), "address.inheritance", "bad_inheritance"),
            (with("taxRate", json!({"inheritance": "CUSTOMER"})), "taxRate.inheritance", "bad_inheritance"),
            (with("moduleBookingLeadTime", json!(-5)), "moduleBookingLeadTime", "too_small"),
            (with("externalCalendarContentStaff", json!("[NO_SUCH_MARKER]")), "externalCalendarContentStaff", "unknown_marker"),
        ] {
            let answer = scene.app.post("/appointmentTemplate/add", document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}");
        }
        assert_eq!(scene.app.get("/appointmentTemplate/list").await.content(200)["recordTotal"], 0);
        assert_eq!(scene.app.get("/bookingTemplate/list").await.content(200)["recordTotal"], 0);
    }

    /// Categories, and links that name only what is there.
    async fn categories(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::new(&app).await);
        let example = json!({"customId": "AppointmentTemplateCategorySDKCommandTest", "name": "AppointmentTemplateCategory SDK Command Test", "nameI18nList": [], "description": "d", "descriptionI18nList": [], "image": ""});
        let added = scene.app.post("/appointmentTemplateCategory/add", example.clone()).await;
        assert_eq!(added.content(201)["class"], "APPOINTMENT_TEMPLATE_CATEGORY_SHORT");
        let category = text(added.content(201), "id");
        scene.app.put(&format!("/appointmentTemplateCategory/{category}/edit"), json!({"name": "edited"})).await.content(200);
        let theirs = text(other.app.post("/appointmentTemplateCategory/add", example).await.content(201), "id");
        let template = scene.template("SIMPLE", json!({"duration": 30})).await;
        let path = format!("/appointmentTemplate/ea{template}");
        scene.app.send("LINK", &format!("{path}/appointmentTemplateCategory/{category}/link"), None).await.content(200);
        let list = async || scene.app.get(&format!("{path}/show")).await.content(200)["appointmentTemplateCategoryList"].clone();
        assert_eq!(list().await[0]["name"], "edited");
        for id in [&theirs, &format!("4d{}", "0".repeat(30)), &"x".to_owned()] {
            assert_eq!(scene.app.send("LINK", &format!("{path}/appointmentTemplateCategory/{id}/link"), None).await.status, 404, "{id}");
        }
        assert_eq!(other.app.send("UNLINK", &format!("{path}/appointmentTemplateCategory/{category}/unlink"), None).await.status, 404);
        scene.app.delete(&format!("/appointmentTemplateCategory/{category}/delete")).await.content(200);
        assert_eq!(list().await, json!([]), "links end with what they name");
    }

    /// Steps live below their template, and end with it.
    async fn steps(app) {
        let scene = Scene::new(&app).await;
        let (a, b) = (scene.employee("A", &[]).await, scene.employee("B", &[]).await);
        let template = scene.template("COMPLEX", json!({"duration": 30})).await;
        let base = format!("/appointmentTemplate/ea{template}/appointmentTemplateStep");
        let example = json!({"name": "Buchungsschritt", "nameI18nList": [{"key": "en", "value": "appointmentTemplateStep"}], "description": "Buchungsschritt", "descriptionI18nList": [{"key": "en", "value": "This is an appointmentTemplateStep"}]});
        let added = scene.app.post(&format!("{base}/add"), example).await;
        assert_eq!(added.content(201)["class"], "APPOINTMENT_TEMPLATE_STEP_SHORT");
        let step = text(added.content(201), "id");
        for resource in [&a, &b] {
            scene.app.send("LINK", &format!("{base}/{step}/bookingResource/{}/link", resource.id), None).await.content(200);
        }
        let shown = async || scene.app.get(&format!("/bookingTemplate/fc{template}/show")).await.content(200)["bookingStepList"].clone();
        let steps = shown().await;
        assert_eq!((&steps[0]["class"], &steps[0]["name"], &steps[0]["selectionQuantity"], &steps[0]["selectionDisplay"]), (&json!("BOOKING_STEP"), &json!("Buchungsschritt"), &json!(1), &json!("BOTH")));
        assert_eq!(steps[0]["bookingResourceList"].as_array().map(Vec::len), Some(2));
        let edited = scene.app.put(&format!("{base}/{step}/edit"), json!({"name": "edited", "selectionQuantity": 2, "selectionDisplay": "SYSTEM"})).await;
        assert_eq!((&edited.content(200)["class"], &edited.content(200)["appointmentTemplateId"]), (&json!("APPOINTMENT_TEMPLATE_STEP"), &json!(format!("ea{template}"))));
        assert_eq!((&shown().await[0]["selectionQuantity"], &shown().await[0]["name"]), (&json!(2), &json!("edited")));
        for (document, parameter, code) in [
            (json!({"selectionQuantity": 3}), "selectionQuantity", "too_large"),
            (json!({"selectionQuantity": 0}), "selectionQuantity", "too_small"),
            (json!({"selectionQuantity": 51}), "selectionQuantity", "too_large"),
            (json!({"selectionDisplay": "NOBODY"}), "selectionDisplay", "not_in_list"),
            (json!({"name": null}), "name", "required"),
        ] {
            let answer = scene.app.put(&format!("{base}/{step}/edit"), document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}");
        }
        let elsewhere = scene.template("COMPLEX", json!({"duration": 30})).await;
        let other = format!("/appointmentTemplate/ea{elsewhere}/appointmentTemplateStep");
        assert_eq!(scene.app.put(&format!("{other}/{step}/edit"), json!({"name": "x"})).await.status, 404, "another template's step");
        assert_eq!(scene.app.send("LINK", &format!("{other}/{step}/bookingResource/{}/link", a.id), None).await.status, 404);
        assert_eq!(scene.app.post(&format!("/appointmentTemplate/ea{}/appointmentTemplateStep/add", "0".repeat(30)), json!({"name": "x"})).await.status, 404);
        scene.app.send("UNLINK", &format!("{base}/{step}/bookingResource/{}/unlink", a.id), None).await.content(200);
        assert_eq!(shown().await[0]["bookingResourceList"].as_array().map(Vec::len), Some(1));
        scene.app.delete(&format!("{base}/{step}/delete")).await.content(200);
        assert_eq!(shown().await, json!([]));
        scene.step(&template, 1, "BOTH", &[&a]).await;
        scene.app.delete(&format!("/appointmentTemplate/ea{template}/delete")).await.content(200);
        assert_eq!(scene.app.get(&format!("/bookingResource/{}/bookingTemplate/list", a.id)).await.content(200)["recordTotal"], 0);
    }

    /// What has appointments to come stays; what is canceled or past does not hold it.
    async fn deletion(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")]).await;
        let template = scene.simple(json!({"duration": 30}), &[&a]).await;
        let other = scene.simple(json!({"duration": 30}), &[&a]).await;
        let booked = scene.booked(&template, "2027-02-01T09:00:00+01:00").await;
        let path = format!("/appointmentTemplate/ea{template}/delete");
        let refused = scene.app.delete(&path).await;
        assert_eq!((refused.status, refused.codes()), (409, vec!["has_appointments"]), "{}", refused.text);
        assert_eq!(scene.day(&template, "2027-02-01").await.len(), 5, "untouched");
        scene.app.delete(&format!("/appointmentTemplate/ea{other}/delete")).await.content(200);
        scene.app.put(&format!("/appointment/{booked}/cancel"), json!(null)).await.content(200);
        scene.app.delete(&path).await.content(200);
        let kept = scene.app.get(&format!("/appointment/{booked}/show")).await;
        assert_eq!(kept.content(200)["canceled"], true, "what was booked is remembered");
    }

    /// A copied organization's templates keep their steps, and those name the copied people.
    async fn copied(app) {
        let scene = Scene::new(&app).await.below(&app, json!({})).await;
        let (a, b) = (scene.employee("A", &[]).await, scene.employee("B", &[]).await);
        let complex = scene.template("COMPLEX", json!({"duration": 30, "customId": "complex"})).await;
        scene.step(&complex, 2, "SYSTEM", &[&a, &b]).await;
        scene.simple(json!({"duration": 30, "customId": "simple"}), &[&a]).await;
        let copy = scene.app.post("/copy", json!({"name": "Copy", "employee": true, "appointmentTemplate": true})).await;
        let copy = text(copy.content(201), "id");
        let copy = Scene::of(&app, copy).await;
        let ids = |list: &serde_json::Value| -> Vec<String> { list.as_array().expect("a list").iter().map(|record| text(record, "id")).collect() };
        let people = ids(&copy.app.get("/bookingResource/list").await.content(200)["recordList"]);
        assert_eq!(people.len(), 2);
        let shown = copy.app.get("/bookingTemplate/complex/identify").await;
        let steps = &shown.content(200)["bookingStepList"];
        assert_eq!((steps.as_array().map(Vec::len), &steps[0]["selectionQuantity"], &steps[0]["selectionDisplay"]), (Some(1), &json!(2), &json!("SYSTEM")));
        let mut named = ids(&steps[0]["bookingResourceList"]);
        named.sort_by_key(|id| people.iter().position(|one| one == id));
        assert_eq!(named, people, "not those of the original");
        let simple = copy.app.get("/bookingTemplate/simple/identify").await;
        assert_eq!(simple.content(200)["bookingStepList"][0]["bookingResourceList"].as_array().map(Vec::len), Some(1));
        assert_eq!(scene.app.get(&format!("/bookingTemplate/fc{complex}/show")).await.content(200)["bookingStepList"].as_array().map(Vec::len), Some(1), "untouched");
    }
}
