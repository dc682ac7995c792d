//! Secret settings: shown to the app itself and to nobody else.

use super::fixture::{Scene, client, text};
use kalends_service::developer::ClientKind;
use serde_json::json;

both! {
    /// Whoever configures an app writes its secret and never reads it again; the app does.
    async fn secret_settings(app) {
        let scene = Scene::new(&app).await;
        let definitions = json!([{"key": "token", "type": "SECRET", "required": true}, {"key": "place", "type": "INPUT", "defaultValue": "here"}]);
        let keeper = client(&app, &app.account.id, ClientKind::App, json!({"name": "Keeper", "settingDefinitionList": definitions, "permissionList": ["appConfig_read"]})).await;
        let body = json!({"appId": keeper.record_id, "customId": "keeper", "settingList": [{"key": "token", "value": "tell nobody"}]});
        let refused = scene.alone.post("/appConfig/add", json!({"appId": keeper.record_id, "settingList": [{"key": "token", "value": "********"}]})).await;
        assert_eq!((refused.status, refused.parameters()), (400, vec!["settingList.token"]), "the mask is no secret");
        let added = scene.alone.request("POST", "/appConfig/add").header("content-type", "application/json").header("idempotency-key", "k").body(body.to_string());
        let added = kalends_testkit::client::Answer::read(added.send().await.expect("an answer")).await;
        let id = text(added.content(201), "id");
        let mask = json!([{"key": "token", "value": "********"}, {"key": "place", "value": "here"}]);
        assert_eq!(scene.alone.get(&format!("/appConfig/{id}/show")).await.content(200)["settingList"], mask);
        let edit = format!("/appConfig/{id}/edit");
        // Sent back as it was read, with something else changed.
        let edited = scene.alone.put(&edit, json!({"name": "New", "settingList": [{"key": "token", "value": "********"}, {"key": "place", "value": "there"}]})).await;
        assert_eq!(edited.content(200)["settingList"][0]["value"], "********");
        for path in ["/appConfig/list", "/appConfig/index/1", "/appConfig/filter/1?searchQuery=new", "/appConfig/keeper/identify", "/appConfig/listAll", "/log/index/1"] {
            let answer = scene.alone.get(path).await;
            assert!(answer.status == 200 && !answer.text.contains("tell nobody"), "{path}: {}", answer.text);
        }
        let token = app.access_token(&keeper, &scene.root).await;
        let own = format!("/app/{}/organization/{}/appConfig/show", keeper.record_id, scene.root);
        let shown = app.caller("/app/v3/en", &token).get(&own).await;
        assert_eq!(shown.content(200)["settingList"], json!([{"key": "token", "value": "tell nobody"}, {"key": "place", "value": "there"}]));
        let itself = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &token);
        assert!(!itself.get(&format!("/appConfig/{id}/show")).await.text.contains("tell nobody"), "one place only");
        // In the organization below, and in a copy.
        let below = format!("/app/{}/organization/{}/appConfig/show", keeper.record_id, scene.branch);
        assert_eq!(app.caller("/app/v3/en", &token).get(&below).await.content(200)["settingList"][0]["value"], "tell nobody");
        let copy = text(scene.alone.post("/copy", json!({"name": "Copy", "appConfig": true})).await.content(201), "id");
        let token = app.access_token(&keeper, &copy).await;
        let there = format!("/app/{}/organization/{copy}/appConfig/show", keeper.record_id);
        assert_eq!(app.caller("/app/v3/en", &token).get(&there).await.content(200)["settingList"][0]["value"], "tell nobody");
        // Another one takes its place.
        scene.alone.put(&edit, json!({"settingList": [{"key": "token", "value": "new one"}]})).await.content(200);
        let token = app.access_token(&keeper, &scene.root).await;
        let shown = app.caller("/app/v3/en", &token).get(&own).await;
        assert_eq!(shown.content(200)["settingList"], json!([{"key": "token", "value": "new one"}, {"key": "place", "value": "here"}]));
        let refused = scene.alone.put(&edit, json!({"settingList": [{"key": "token", "value": ""}]})).await;
        assert_eq!((refused.status, refused.parameters()), (400, vec!["settingList.token"]));
    }
}
