//! `/app/v3/{locale}/organization/{organizationId}/employee/…` and `employeeGroup/…`

use crate::scheduling::fixture::{Scene, text};
use serde_json::json;

both! {
    /// The contract's example, partial edits, lists by name, the end.
    async fn crud(app) {
        let scene = Scene::new(&app).await;
        let document = json!({"customId": "cb", "firstName": "CB", "lastName": "van Test", "gender": "MALE", "email": "support@example.com",
            "description": {"value": "Das ist ein Mitarbeiter", "inheritance": "OFF"},
            "descriptionI18nList": {"value": [{"key": "en", "value": "This is an employee"}], "inheritance": "OFF"}});
        let added = scene.app.post("/employee/add", document).await;
        let short = added.content(201);
        assert_eq!((&short["class"], &short["firstName"], &short["organizationId"]), (&json!("EMPLOYEE_SHORT"), &json!("CB"), &json!(scene.id)));
        let id = text(short, "id");
        assert!(id.starts_with("Eh") && text(short, "bookingResourceId").starts_with("br"), "{short}");
        let edited = scene.app.put(&format!("/employee/{id}/edit"), json!({"notes": "test edit"})).await;
        assert_eq!((&edited.content(200)["notes"], &edited.content(200)["lastName"]), (&json!("test edit"), &json!("van Test")));
        let shown = scene.app.get("/employee/cb/identify").await;
        let content = shown.content(200);
        assert_eq!((&content["class"], &content["gender"], &content["active"]), (&json!("EMPLOYEE"), &json!("MALE"), &json!(true)));
        assert_eq!(content["description"], json!({"value": "Das ist ein Mitarbeiter", "inheritance": "OFF", "result": "Das ist ein Mitarbeiter"}));
        assert_eq!(content["descriptionI18nList"]["result"][0]["value"], "This is an employee");
        scene.app.post("/employee/add", json!({"lastName": "Ähre"})).await.content(201);
        let list = scene.app.get("/employee/list").await;
        let names: Vec<&str> = list.content(200)["recordList"].as_array().expect("a list").iter().filter_map(|e| e["lastName"].as_str()).collect();
        assert_eq!(names, ["Ähre", "van Test"]);
        assert_eq!(scene.app.get("/employee/filter/1?searchQuery=supp").await.content(200)["recordTotal"], 1);
        assert_eq!(scene.app.get("/employee/indexAll/1").await.content(200)["recordList"][0]["class"], "EMPLOYEE_SHORT");
        scene.app.delete(&format!("/employee/{id}/delete")).await.content(200);
        assert_eq!(scene.app.get(&format!("/employee/{id}/show")).await.status, 404);
    }

    /// The booking resource is made with her, follows her, goes with her; nobody else writes it.
    async fn mirror(app) {
        let scene = Scene::new(&app).await;
        let added = scene.app.post("/employee/add", json!({"customId": "max", "firstName": "Max", "lastName": "Maier", "title": "Dr.", "description": "Own words"})).await;
        let (id, mirror) = (text(added.content(201), "id"), text(added.content(201), "bookingResourceId"));
        let path = format!("/bookingResource/{mirror}/show");
        let shown = scene.app.get(&path).await;
        let content = shown.content(200);
        for (field, value) in [("class", "BOOKING_RESOURCE"), ("category", "EMPLOYEE"), ("name", "Max Maier"), ("title", "Dr."), ("description", "Own words"), ("employeeId", &id), ("customId", "max")] {
            assert_eq!(content[field], value, "{field}");
        }
        assert_eq!(content["active"], true);
        scene.app.put(&format!("/employee/{id}/edit"), json!({"lastName": "Huber", "active": false, "customId": "huber", "description": null})).await.content(200);
        let content = scene.app.get("/bookingResource/huber/identify").await.content(200).clone();
        assert_eq!((&content["id"], &content["name"], &content["active"], &content["description"]), (&json!(mirror), &json!("Max Huber"), &json!(false), &json!("")));
        assert_eq!(scene.app.get("/bookingResource/filter/1?searchQuery=hub").await.content(200)["recordTotal"], 1);
        assert_eq!(scene.app.get("/bookingResource/filter/1?searchQuery=mai").await.content(200)["recordTotal"], 0);
        assert_eq!(scene.app.get("/bookingResource/max/identify").await.status, 404);
        let own = scene.app.put(&format!("/employee/{id}/edit"), json!({"bookingResourceId": "x", "notes": "n"})).await;
        assert_eq!((&own.content(200)["bookingResourceId"], own.codes()), (&json!(mirror), vec!["edited", "read_only_field"]), "{}", own.text);
        for (method, path) in [("POST", "/bookingResource/add".to_owned()), ("PUT", format!("/bookingResource/{mirror}/edit")), ("DELETE", format!("/bookingResource/{mirror}/delete"))] {
            assert_eq!(scene.app.send(method, &path, Some(&json!({}))).await.status, 404, "{method} {path}");
        }
        scene.app.delete(&format!("/employee/{id}/delete")).await.content(200);
        assert_eq!(scene.app.get(&path).await.status, 404);
        assert_eq!(scene.app.get("/bookingResource/list").await.content(200)["recordTotal"], 0);
    }

    /// An employee and a room may have the same own id; their union gives it to one of them, and to the other when it is free.
    async fn shared_custom_id(app) {
        let scene = Scene::new(&app).await;
        let employee = scene.app.post("/employee/add", json!({"lastName": "A", "customId": "7"})).await;
        let room = scene.app.post("/resource/add", json!({"name": "R", "category": "ROOM", "customId": "7"})).await;
        let (employee, room) = (employee.content(201), room.content(201));
        assert_eq!(scene.app.get("/bookingResource/7/identify").await.content(200)["employeeId"], employee["id"]);
        assert_eq!(scene.app.get("/resource/7/identify").await.content(200)["id"], room["id"]);
        scene.app.delete(&format!("/employee/{}/delete", text(employee, "id"))).await.content(200);
        scene.app.put(&format!("/resource/{}/edit", text(room, "id")), json!({"notes": "x"})).await.content(200);
        assert_eq!(scene.app.get("/bookingResource/7/identify").await.content(200)["resourceId"], room["id"]);
    }

    /// Description and hours come from the organization when they are said to.
    async fn inheritance(app) {
        let scene = Scene::new(&app).await;
        let added = scene.app.post("/employee/add", json!({"lastName": "A", "description": {"inheritance": "ORGANIZATION"}})).await;
        let path = format!("/employee/{}", text(added.content(201), "id"));
        for words in ["First", "Second"] {
            scene.app.put("/edit", json!({"description": words})).await.content(200);
            assert_eq!(scene.app.get(&format!("{path}/show")).await.content(200)["description"]["result"], words);
        }
        scene.hours("", &[("2027-02-01T08:00:00+01:00", "2027-02-01T10:00:00+01:00")]).await;
        scene.hours(&path[1..], &[("2027-02-01T12:00:00+01:00", "2027-02-01T13:00:00+01:00")]).await;
        let day = format!("{path}/availability/year/2027/month/2/day/1/listDay");
        let start = |answer: &kalends_testkit::client::Answer| answer.content(200)["list"][0]["availabilityList"][0]["start"].clone();
        assert_eq!(start(&scene.app.get(&day).await), "2027-02-01T12:00:00+01:00");
        scene.app.put(&format!("{path}/edit"), json!({"availability": {"inheritance": "ORGANIZATION"}})).await.content(200);
        assert_eq!(start(&scene.app.get(&day).await), "2027-02-01T08:00:00+01:00", "her own are set aside");
        scene.app.put(&format!("{path}/edit"), json!({"availability": {"value": "CUSTOM", "inheritance": "OFF"}})).await.content(200);
        assert_eq!(start(&scene.app.get(&day).await), "2027-02-01T12:00:00+01:00", "and were kept");
    }

    /// What is wrong is named, and nothing is made of it.
    async fn bad_input(app) {
        let scene = Scene::new(&app).await;
        for (document, parameter, code) in [
            (json!({}), "lastName", "required"),
            (json!({"lastName": " "}), "lastName", "required"),
            (json!({"lastName": "A", "gender": "OTHER"}), "gender", "not_in_list"),
            (json!({"lastName": "A", "email": "nobody"}), "email", "bad_email"),
            (json!({"lastName": "A", "mobile": "12"}), "mobile", "bad_mobile"),
            (json!({"lastName": "A", "active": "sometimes"}), "active", "wrong_type"),
            (json!({"lastName": "x".repeat(121)}), "lastName", "too_long"),
            (json!({"lastName": "A", "availability": {"inheritance": "CUSTOMER"}}), "availability.inheritance", "bad_inheritance"),
            (json!({"lastName": "A", "availability": "ALWAYS"}), "availability", "not_in_list"),
        ] {
            let answer = scene.app.post("/employee/add", document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}");
        }
        assert_eq!(scene.app.get("/employee/list").await.content(200)["recordTotal"], 0);
        assert_eq!(scene.app.get("/bookingResource/list").await.content(200)["recordTotal"], 0);
        for name in ["a", "b"] {
            let answer = scene.app.post("/employee/add", json!({"lastName": name, "customId": "same"})).await;
            assert_eq!(answer.status, if name == "a" { 201 } else { 409 }, "{}", answer.text);
        }
        assert_eq!(scene.app.get("/bookingResource/list").await.content(200)["recordTotal"], 1);
    }

    /// Groups: permissions exist, apps and employees are linked, another organization's are not there.
    async fn groups(app) {
        let scene = Scene::new(&app).await;
        let other = Scene::new(&app).await;
        let added = scene.app.post("/employeeGroup/add", json!({"name": "CB Mitarbeitergruppe Test", "customId": "Test123", "permissionList": ["customer_read"]})).await;
        let group = text(added.content(201), "id");
        assert!(group.starts_with("js"));
        let refused = scene.app.post("/employeeGroup/add", json!({"name": "G", "permissionList": ["customer_read", "fly"]})).await;
        assert_eq!((refused.status, refused.parameters(), refused.codes()), (400, vec!["permissionList.1"], vec!["unknown_permission"]));
        scene.app.put(&format!("/employeeGroup/{group}/edit"), json!({"name": "edited"})).await.content(200);
        let employee = scene.app.post("/employee/add", json!({"lastName": "A"})).await;
        let employee = text(employee.content(201), "id");
        let link = format!("/employee/{employee}/employeeGroup/{group}/link");
        for _ in 0..2 {
            scene.app.send("LINK", &link, None).await.content(200);
        }
        let shown = scene.app.get(&format!("/employee/{employee}/show")).await;
        assert_eq!(shown.content(200)["employeeGroupList"].as_array().map(Vec::len), Some(1), "{}", shown.text);
        let config = scene.app.post("/appConfig/add", json!({"appId": app.app.record_id})).await;
        let config = text(config.content(201), "id");
        scene.app.send("LINK", &format!("/employeeGroup/{group}/appConfig/{config}/link"), None).await.content(200);
        let shown = scene.app.get("/employeeGroup/Test123/identify").await;
        assert_eq!((&shown.content(200)["name"], &shown.content(200)["permissionList"]), (&json!("edited"), &json!(["customer_read"])));
        assert_eq!(shown.content(200)["appConfigList"][0]["id"], config.as_str());
        let foreign = other.app.post("/employeeGroup/add", json!({"name": "Theirs"})).await;
        let foreign = text(foreign.content(201), "id");
        for (caller, path) in [
            (&scene, format!("/employee/{employee}/employeeGroup/{foreign}/link")),
            (&other, link.clone()),
        ] {
            assert_eq!(caller.app.send("LINK", &path, None).await.status, 404, "{path}");
        }
        scene.app.send("UNLINK", &link.replace("/link", "/unlink"), None).await.content(200);
        assert_eq!(scene.app.get(&format!("/employee/{employee}/show")).await.content(200)["employeeGroupList"], json!([]));
    }
}
