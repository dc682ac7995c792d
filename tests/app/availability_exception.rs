//! `/app/v3/{locale}/organization/{organizationId}/availabilityException/…`

use crate::scheduling::fixture::{Scene, text};
use serde_json::json;

both! {
    /// The contract's example, and the lists below what it concerns.
    async fn crud(app) {
        let scene = Scene::new(&app).await;
        let a = scene.employee("A", &[]).await;
        let template = format!("ea{}", scene.simple(json!({"duration": 30}), &[&a]).await);
        let document = json!({"name": "Ausnahme Test", "type": "FREE", "appointmentTemplateId": template, "bookingResourceId": a.id, "start": "2021-10-29T12:00:00+01:00", "end": "2021-10-29T19:00:00+01:00"});
        let added = scene.app.post("/availabilityException/add", document).await;
        assert_eq!((&added.content(201)["class"], &added.content(201)["type"], added.codes()), (&json!("AVAILABILITY_EXCEPTION_SHORT"), &json!("FREE"), vec!["added"]));
        let id = text(added.content(201), "id");
        let edited = scene.app.put(&format!("/availabilityException/{id}/edit"), json!({"name": "Ausnahme Test edited"})).await;
        assert_eq!((&edited.content(200)["name"], &edited.content(200)["start"]), (&json!("Ausnahme Test edited"), &json!("2021-10-29T13:00:00+02:00")), "with the organization's offset then");
        scene.exception("BLOCKED", "2027-05-01T00:00:00+02:00", "2027-05-02T00:00:00+02:00", json!({})).await;
        let total = async |path: &str| scene.app.get(path).await.content(200)["recordTotal"].clone();
        let below = [format!("/bookingResource/{}/availabilityException", a.id), format!("/appointmentTemplate/{template}/availabilityException")];
        for path in &below {
            for list in ["list", "index/1", "filter/1?searchQuery=ausn"] {
                assert_eq!(total(&format!("{path}/{list}")).await, 1, "{path}/{list}");
            }
            assert_eq!(total(&format!("{path}/filter/1?searchQuery=other")).await, 0);
        }
        assert_eq!(total("/availabilityException/list").await, 2);
        scene.app.put(&format!("/availabilityException/{id}/edit"), json!({"bookingResourceId": null})).await.content(200);
        assert_eq!((total(&format!("{}/list", below[0])).await, total(&format!("{}/list", below[1])).await), (json!(0), json!(1)));
        scene.app.delete(&format!("/availabilityException/{id}/delete")).await.content(200);
        assert_eq!(scene.app.get(&format!("/availabilityException/{id}/show")).await.status, 404);
    }

    /// Reversed, endless, foreign: named and refused, also when only one end is changed.
    async fn bad_input(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::new(&app).await);
        let a = scene.employee("A", &[]).await;
        let theirs = other.employee("T", &[]).await;
        let template = other.template("SIMPLE", json!({"duration": 30})).await;
        let with = |name: &str, value: serde_json::Value| {
            let mut document = json!({"name": "X", "type": "BLOCKED", "start": "2027-05-01T00:00:00+02:00", "end": "2027-05-02T00:00:00+02:00"});
            document[name] = value;
            document
        };
        for (document, parameter, code) in [
            (with("name", json!(null)), "name", "required"),
            (with("type", json!("HALF")), "type", "not_in_list"),
            (with("type", json!(null)), "type", "required"),
            (with("start", json!(null)), "start", "required"),
            (with("end", json!("2027-05-01T00:00:00+02:00")), "end", "range_reversed"),
            (with("end", json!("2026-05-01T00:00:00+02:00")), "end", "range_reversed"),
            (with("end", json!("2037-06-01T00:00:00+02:00")), "end", "range_too_large"),
            (with("end", json!("2027-06-31T00:00:00+02:00")), "end", "bad_instant"),
            (with("bookingResourceId", json!(theirs.id)), "bookingResourceId", "bad_reference"),
            (with("bookingResourceId", json!(a.path.split('/').nth(1))), "bookingResourceId", "bad_reference"),
            (with("appointmentTemplateId", json!(format!("ea{template}"))), "appointmentTemplateId", "bad_reference"),
        ] {
            let answer = scene.app.post("/availabilityException/add", document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}: {}", answer.text);
        }
        assert_eq!(scene.app.get("/availabilityException/list").await.content(200)["recordTotal"], 0);
        let id = scene.exception("BLOCKED", "2027-05-01T00:00:00+02:00", "2027-05-02T00:00:00+02:00", json!({})).await;
        let late = scene.app.put(&format!("/availabilityException/{id}/edit"), json!({"start": "2027-06-01T00:00:00+02:00"})).await;
        assert_eq!((late.status, late.parameters(), late.codes()), (400, vec!["end"], vec!["range_reversed"]));
        assert_eq!(other.app.get(&format!("/availabilityException/{id}/show")).await.status, 404);
    }

    /// Whom a closing concerns, and which appointments stay in it.
    async fn conflicts(app) {
        let scene = Scene::new(&app).await;
        let day = [("2027-02-01T09:00:00+01:00", "2027-02-01T12:00:00+01:00")];
        let (a, b) = (scene.employee("A", &day).await, scene.employee("B", &day).await);
        let (cut, dye) = (scene.simple(json!({"duration": 60}), &[&a]).await, scene.simple(json!({"duration": 60}), &[&b]).await);
        let with_a = scene.booked(&cut, "2027-02-01T09:00:00+01:00").await;
        let with_b = scene.booked(&dye, "2027-02-01T09:00:00+01:00").await;
        let canceled = scene.booked(&cut, "2027-02-01T10:00:00+01:00").await;
        scene.app.put(&format!("/appointment/{canceled}/cancel"), json!(null)).await.content(200);
        let close = async |from: &str, to: &str, of: serde_json::Value| {
            let mut document = json!({"name": "X", "type": "BLOCKED", "start": format!("2027-02-01T{from}:00+01:00"), "end": format!("2027-02-01T{to}:00+01:00")});
            document.as_object_mut().expect("an object").extend(of.as_object().expect("an object").clone());
            let answer = scene.app.post("/availabilityException/add", document).await;
            let told = answer.json["messageList"].as_array().expect("a list").iter().find(|message| message["code"] == "conflicting_appointments").cloned();
            scene.app.delete(&format!("/availabilityException/{}/delete", text(answer.content(201), "id"))).await.content(200);
            told.map(|message| (message["type"] == "info", text(&message, "text")))
        };
        let (info, all) = close("08:00", "18:00", json!({})).await.expect("two conflicts");
        assert!(info && all.contains('2') && all.contains(&with_a) && all.contains(&with_b) && !all.contains(&canceled), "{all}");
        let (_, of_a) = close("09:59", "18:00", json!({"bookingResourceId": a.id})).await.expect("one conflict");
        assert!(of_a.contains(&with_a) && !of_a.contains(&with_b), "{of_a}");
        let (_, of_dye) = close("08:00", "18:00", json!({"appointmentTemplateId": format!("ea{dye}")})).await.expect("one conflict");
        assert!(of_dye.contains(&with_b) && !of_dye.contains(&with_a), "{of_dye}");
        assert_eq!(close("08:00", "18:00", json!({"appointmentTemplateId": format!("ea{dye}"), "bookingResourceId": a.id})).await, None);
        assert_eq!(close("10:00", "12:00", json!({})).await, None, "half-open");
        assert_eq!(close("08:00", "18:00", json!({"type": "FREE"})).await, None, "an opening disturbs nobody");
        for (template, resource, cut_left, dye_left) in [(None, Some(&a), 0, 3), (Some(&cut), None, 0, 3), (Some(&cut), Some(&a), 0, 3), (Some(&dye), Some(&a), 3, 3)] {
            let id = scene.exception("BLOCKED", "2027-02-01T08:00:00+01:00", "2027-02-01T18:00:00+01:00", json!({"appointmentTemplateId": template.map(|id| format!("ea{id}")), "bookingResourceId": resource.map(|r| &r.id)})).await;
            let left = (scene.day(&cut, "2027-02-01").await.len(), scene.day(&dye, "2027-02-01").await.len());
            assert_eq!(left, (cut_left, dye_left), "{template:?}");
            scene.app.delete(&format!("/availabilityException/{id}/delete")).await.content(200);
        }
        assert_eq!(scene.app.get(&format!("/appointment/{with_a}/show")).await.content(200)["canceled"], false);
    }

    /// What concerned a resource or a template that is gone concerns nobody else.
    async fn orphans(app) {
        let scene = Scene::new(&app).await;
        let day = [("2027-02-01T09:00:00+01:00", "2027-02-01T10:00:00+01:00")];
        let (a, b) = (scene.employee("A", &day).await, scene.employee("B", &day).await);
        let (kept, gone) = (scene.simple(json!({"duration": 30}), &[&b]).await, scene.simple(json!({"duration": 30}), &[&b]).await);
        let of_a = scene.exception("BLOCKED", day[0].0, day[0].1, json!({"bookingResourceId": a.id})).await;
        let of_gone = scene.exception("BLOCKED", day[0].0, day[0].1, json!({"appointmentTemplateId": format!("ea{gone}")})).await;
        scene.app.delete(&format!("/{}/delete", a.path)).await.content(200);
        scene.app.delete(&format!("/appointmentTemplate/ea{gone}/delete")).await.content(200);
        assert_eq!(scene.day(&kept, "2027-02-01").await.len(), 2);
        for id in [of_a, of_gone] {
            scene.app.put(&format!("/availabilityException/{id}/edit"), json!({"name": "still there"})).await.content(200);
            scene.app.delete(&format!("/availabilityException/{id}/delete")).await.content(200);
        }
        assert_eq!(scene.day(&kept, "2027-02-01").await.len(), 2);
    }
}
