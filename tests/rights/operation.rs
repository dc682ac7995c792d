//! `employee_permission`: what an employee may do through the asking app.

use super::fixture::{Scene, client, refusal, system, text};
use kalends_service::developer::ClientKind;
use serde_json::json;

both! {
    /// What both hold; of herself without any permission, of others with that to read employees.
    async fn employee_permission(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        let (employee, _) = scene.employee(&user, &["customer_read", "customer_write"]).await;
        let anna = app.as_person(&user, &scene.root).await;
        let path = format!("/employee/{employee}/permission");
        let ids = |answer: &kalends_testkit::client::Answer| {
            let list = answer.content(200)["recordList"].as_array().expect("a list").clone();
            list.iter().map(|permission| text(permission, "id")).collect::<Vec<_>>()
        };
        let own = anna.get(&path).await;
        assert_eq!(ids(&own), ["customer_read", "customer_write"]);
        assert_eq!((&own.content(200)["class"], &own.content(200)["recordList"][0]["class"]), (&json!("LIST"), &json!("PERMISSION")));
        // Through an app that has less.
        let reader = client(&app, &app.account.id, ClientKind::App, json!({"name": "Reader", "permissionList": ["customer_read", "employee_read", "log_read"]})).await;
        let config = text(scene.alone.post("/appConfig/add", json!({"appId": reader.record_id})).await.content(201), "id");
        let token = app.user_token(&reader, &user, &scene.root).await;
        let through = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &token);
        assert!(ids(&through.get(&path).await).is_empty(), "her group is not linked with it");
        let group = scene.group(&scene.root, &["customer_read", "appointment_read"]).await;
        scene.link(&scene.root, "LINK", &format!("/employee/{employee}/employeeGroup/{group}/link")).await;
        scene.link(&scene.root, "LINK", &format!("/employeeGroup/{group}/appConfig/{config}/link")).await;
        assert_eq!(ids(&through.get(&path).await), ["customer_read"]);
        // Of others.
        let colleague = text(scene.alone.post("/employee/add", json!({"lastName": "Colleague"})).await.content(201), "id");
        let of_colleague = format!("/employee/{colleague}/permission");
        assert_eq!(refusal(&anna.get(&of_colleague).await), (403, "user_permission_missing"));
        assert_eq!(refusal(&anna.get(&format!("/employee/Eh{}/permission", "0".repeat(30))).await), (403, "user_permission_missing"));
        app.web.service.add_admin(&system(&app), &scene.root, &user).await.expect("an admin");
        assert!(ids(&anna.get(&of_colleague).await).is_empty(), "she is no user");
        assert_eq!(ids(&anna.get(&path).await).len(), kalends_catalog::permission::ids().count(), "an admin may do everything the app may");
        assert_eq!(anna.get(&format!("/employee/Eh{}/permission", "0".repeat(30))).await.status, 404);
        // Another organization's employee is nobody here.
        let other = Scene::named(&app, "Other").await;
        let foreign = text(other.alone.post("/employee/add", json!({"lastName": "Foreign"})).await.content(201), "id");
        assert_eq!(anna.get(&format!("/employee/{foreign}/permission")).await.status, 404);
        // It needs a person, in the demo organization too.
        assert_eq!(refusal(&scene.alone.get(&path).await), (403, "user_token_required"));
        let demo = app.demo().await;
        let employee = text(&demo.get("/employee/list").await.content(200)["recordList"][0], "id");
        let refused = demo.get(&format!("/employee/{employee}/permission")).await;
        assert_eq!(refusal(&refused), (403, "user_token_required"));
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_scope\"");
    }
}
