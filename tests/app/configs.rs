//! Installing apps and modules: `appConfig`, `moduleConfig`, `app`, `module`.

use kalends_service::Call;
use kalends_service::developer::ClientKind;
use serde_json::json;
use std::sync::Arc;

both! {
    /// The shelf shows the own and the public ones; the install key opens the others.
    async fn shelf(app) {
        let demo = app.demo().await;
        let (_, foreign, _) = app.developer("stranger@example.com").await;
        let list = demo.get("/app/list").await;
        let ids: Vec<&str> = list.content(200)["recordList"].as_array().expect("a list").iter().filter_map(|a| a["id"].as_str()).collect();
        assert_eq!(ids, [app.app.record_id.as_str()]);
        assert_eq!(demo.get(&format!("/app/{}/show", app.app.record_id)).await.content(200)["name"], "App");
        assert_eq!(demo.get(&format!("/app/{}/show", foreign.record_id)).await.status, 404);
        let by_key = demo.get(&format!("/app/{}/showByInstallKey", foreign.install_key)).await;
        assert_eq!(by_key.content(200)["id"], foreign.record_id.as_str());
        assert_eq!(demo.get(&format!("/app/{}/showByInstallKey", "x".repeat(64))).await.status, 404);
        assert!(!by_key.text.contains(&foreign.install_key) && !by_key.text.contains(&foreign.secret));
        let refused = demo.post("/appConfig/add", json!({"appId": foreign.record_id})).await;
        assert_eq!((refused.status, refused.parameters()), (400, vec!["appId"]));
    }

    /// Settings are checked by the declared types; an app is installed once; the own configuration is found.
    async fn settings(app) {
        let service = &app.web.service;
        let call = Call::system(service.clock.now(), Arc::clone(&service.entropy));
        let document = json!({"name": "Colours", "settingDefinitionList": [
            {"key": "colour", "type": "COLOR", "required": true, "name": "Colour"}, {"key": "count", "type": "DIGIT", "name": "Count"}]});
        let module = service.make_client(&call, &app.account.id, ClientKind::Module, &document, &[]).await.expect("a module");
        let demo = app.demo().await;
        let install = |settings: serde_json::Value| json!({"moduleId": module.record_id, "settingList": settings});
        let refused = demo.post("/moduleConfig/add", install(json!([{"key": "colour", "value": "red"}, {"key": "size", "value": "1"}]))).await;
        assert_eq!((refused.status, refused.codes()), (400, vec!["bad_setting", "unknown_setting"]));
        assert_eq!(refused.parameters(), ["settingList.0.value", "settingList.1.key"]);
        assert_eq!(demo.post("/moduleConfig/add", install(json!([]))).await.parameters(), ["settingList.colour"]);
        let added = demo.post("/moduleConfig/add", install(json!([{"key": "colour", "value": "#ffcc00"}]))).await;
        let added = added.content(201);
        assert_eq!((&added["class"], &added["moduleName"]), (&json!("MODULE_CONFIG_SHORT"), &json!("Colours")));
        let token = app.access_token(&module, &app.account.organization_id).await;
        let own = app.caller("/module/v3/en", &token);
        let path = format!("/module/{}/organization/{}/moduleConfig/show", module.record_id, app.account.organization_id);
        let shown = own.get(&path).await;
        assert_eq!((&shown.content(200)["id"], &shown.content(200)["settingList"][0]["value"]), (&added["id"], &json!("#ffcc00")));
        let edit = format!("/moduleConfig/{}/edit", added["id"].as_str().expect("an id"));
        assert_eq!(demo.put(&edit, json!({"settingList": [{"key": "colour", "value": "blue"}]})).await.status, 400);
        demo.put(&edit, json!({"name": "Front page", "moduleId": app.module.record_id})).await.content(200);
        assert_eq!(own.get(&path).await.content(200)["moduleId"], module.record_id.as_str(), "what is installed stays");
        demo.post("/appConfig/add", json!({"appId": app.app.record_id})).await.content(201);
        let twice = demo.post("/appConfig/add", json!({"appId": app.app.record_id})).await;
        assert_eq!((twice.status, twice.codes()), (409, vec!["already_installed"]));
    }
}
