//! `/app/v3/{locale}/organization/{organizationId}/resource/…` and `bookingResource/…`

use crate::scheduling::fixture::{Scene, text};
use serde_json::{Value, json};

both! {
    /// The contract's example, its booking resource, and what the lists show.
    async fn crud(app) {
        let scene = Scene::new(&app).await;
        let document = json!({"name": "Resource Test", "nameI18nList": [{"key": "en", "value": "This is a resource"}], "category": "LOCATION",
            "description": "Das ist die Resource Test", "descriptionI18nList": [{"key": "en", "value": "This is a resource"}]});
        let added = scene.app.post("/resource/add", document).await;
        let short = added.content(201);
        assert_eq!((&short["class"], &short["category"], &short["name"]), (&json!("RESOURCE_SHORT"), &json!("LOCATION"), &json!("Resource Test")));
        let (id, mirror) = (text(short, "id"), text(short, "bookingResourceId"));
        assert!(id.starts_with("73"));
        let edited = scene.app.put(&format!("/resource/{id}/edit"), json!({"name": "Resource Testedited"})).await;
        assert_eq!((&edited.content(200)["name"], &edited.content(200)["category"]), (&json!("Resource Testedited"), &json!("LOCATION")));
        let shown = scene.app.get(&format!("/bookingResource/{mirror}/show")).await;
        let content = shown.content(200);
        for (field, value) in [("category", "LOCATION"), ("name", "Resource Testedited"), ("description", "Das ist die Resource Test"), ("resourceId", &id), ("firstName", "")] {
            assert_eq!(content[field], value, "{field}: {content}");
        }
        assert_eq!(content["nameI18nList"], json!([{"key": "en", "value": "This is a resource"}]));
        scene.app.put(&format!("/resource/{id}/edit"), json!({"category": "VEHICLE", "active": false})).await.content(200);
        let content = scene.app.get(&format!("/bookingResource/{mirror}/show")).await.content(200).clone();
        assert_eq!((&content["category"], &content["active"]), (&json!("VEHICLE"), &json!(false)));
        let all = scene.app.get("/bookingResource/listAll").await;
        assert_eq!((&all.content(200)["recordList"][0]["class"], &all.content(200)["recordList"][0]["category"]), (&json!("BOOKING_RESOURCE_SHORT"), &json!("VEHICLE")));
        scene.app.delete(&format!("/resource/{id}/delete")).await.content(200);
        for path in [format!("/resource/{id}/show"), format!("/bookingResource/{mirror}/show")] {
            assert_eq!(scene.app.get(&path).await.status, 404, "{path}");
        }
    }

    /// The address is the organization's unless it has one; a change above is seen at once.
    async fn address(app) {
        let scene = Scene::new(&app).await;
        let added = scene.app.post("/resource/add", json!({"name": "R", "category": "ROOM"})).await;
        let path = format!("/resource/{}", text(added.content(201), "id"));
        let address = async || scene.app.get(&format!("{path}/show")).await.content(200)["address"].clone();
        for city in ["Bonn", "Köln"] {
            scene.app.put("/edit", json!({"address": {"city": city}})).await.content(200);
            let address = address().await;
            assert_eq!((&address["inheritance"], &address["result"]["city"]), (&json!("ORGANIZATION"), &json!(city)));
        }
        scene.app.put(&format!("{path}/edit"), json!({"address": {"value": {"city": "Ulm", "country": "DE"}, "inheritance": "OFF"}})).await.content(200);
        assert_eq!(address().await["result"]["city"], "Ulm");
        let refused = scene.app.put(&format!("{path}/edit"), json!({"address": {"value": {"country": "XX"}, "inheritance": "OFF"}})).await;
        assert_eq!((refused.status, refused.parameters()), (400, vec!["address.value.country"]));
        assert_eq!(address().await["result"]["country"], "DE", "nothing changed");
    }

    /// What is wrong is named.
    async fn bad_input(app) {
        let scene = Scene::new(&app).await;
        for (document, parameter, code) in [
            (json!({"category": "ROOM"}), "name", "required"),
            (json!({"name": "R"}), "category", "required"),
            (json!({"name": "R", "category": "EMPLOYEE"}), "category", "not_in_list"),
            (json!({"name": "R", "category": "ROOM", "nameI18nList": [{"key": "klingon!", "value": "R"}]}), "nameI18nList.0.key", "bad_locale"),
        ] {
            let answer = scene.app.post("/resource/add", document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}");
        }
        assert_eq!(scene.app.get("/bookingResource/list").await.content(200)["recordTotal"], 0);
    }

    /// Another organization's employees, rooms and booking resources do not exist here, in any path.
    async fn foreign_ids(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::new(&app).await);
        let room = scene.room("R", &[("2027-02-01T09:00:00+01:00", "2027-02-01T10:00:00+01:00")]).await;
        let theirs = other.template("SIMPLE", json!({"duration": 30})).await;
        let step = other.template("COMPLEX", json!({"duration": 30})).await;
        let step_path = format!("/appointmentTemplate/ea{step}/appointmentTemplateStep");
        let added = other.app.post(&format!("{step_path}/add"), json!({"name": "S"})).await;
        let step = text(added.content(201), "id");
        let hours = json!({"rangeStart": "2027-01-01T00:00:00+01:00", "rangeEnd": "2028-01-01T00:00:00+01:00", "availability": []});
        for (method, path, body) in [
            ("GET", format!("/{}/show", room.path), None),
            ("PUT", format!("/{}/edit", room.path), Some(json!({"name": "stolen"}))),
            ("DELETE", format!("/{}/delete", room.path), None),
            ("PUT", format!("/{}/availability/edit", room.path), Some(hours)),
            ("GET", format!("/{}/availability/year/2027/month/2/listMonth", room.path), None),
            ("GET", format!("/bookingResource/{}/show", room.id), None),
            ("GET", format!("/bookingResource/{}/availability/year/2027/month/2/listMonth", room.id), None),
            ("GET", format!("/bookingResource/{}/bookingTemplate/list", room.id), None),
            ("GET", format!("/bookingResource/{}/availabilityException/list", room.id), None),
            ("LINK", format!("/appointmentTemplate/ea{theirs}/bookingResource/{}/link", room.id), None),
            ("LINK", format!("{step_path}/{step}/bookingResource/{}/link", room.id), None),
        ] {
            let answer = other.app.send(method, &path, body.as_ref()).await;
            assert_eq!((answer.status, answer.codes()), (404, vec!["not_found"]), "{method} {path}");
        }
        let shown = scene.app.get(&format!("/{}/availability/year/2027/month/2/day/1/listDay", room.path)).await;
        assert_eq!(shown.content(200)["list"][0]["availabilityList"].as_array().map(Vec::len), Some(1), "untouched");
    }

    /// Which templates a booking resource serves: its own links and those of steps and dates.
    async fn templates_of_a_resource(app) {
        let scene = Scene::new(&app).await;
        let (a, b) = (scene.employee("A", &[]).await, scene.employee("B", &[]).await);
        scene.simple(json!({"duration": 30, "name": "Simple"}), &[&a]).await;
        let complex = scene.template("COMPLEX", json!({"duration": 30, "name": "Complex"})).await;
        scene.step(&complex, 1, "BOTH", &[&a, &b]).await;
        let event = scene.template("EVENT", json!({"duration": 30, "name": "Event"})).await;
        let date = json!({"start": "2027-03-01T09:00:00+01:00", "bookingResourceIdList": [a.id], "appointmentEventAttendanceCountMax": 5});
        scene.app.post(&format!("/appointmentTemplate/ea{event}/appointmentTemplateEventDateTime/add"), date).await.content(201);
        scene.simple(json!({"duration": 30, "name": "Nobody"}), &[]).await;
        let names = |list: &Value| -> Vec<String> { list["recordList"].as_array().expect("a list").iter().map(|t| text(t, "name")).collect() };
        let of_a = scene.app.get(&format!("/bookingResource/{}/bookingTemplate/list", a.id)).await;
        assert_eq!(names(of_a.content(200)), ["Complex", "Event", "Simple"]);
        let of_b = scene.app.get(&format!("/bookingResource/{}/bookingTemplate/index/1", b.id)).await;
        assert_eq!((names(of_b.content(200)), &of_b.content(200)["recordTotal"]), (vec!["Complex".to_owned()], &json!(1)));
        let found = scene.app.get(&format!("/bookingResource/{}/bookingTemplate/filter/1?searchQuery=sim", a.id)).await;
        assert_eq!((names(found.content(200)), &found.content(200)["recordTotal"]), (vec!["Simple".to_owned()], &json!(1)));
    }
}
