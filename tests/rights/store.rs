//! The store: who sees an app, who installs it, what it is granted, what its settings are.

use super::fixture::{Scene, client, refusal, system, text};
use kalends_service::developer::ClientKind;
use kalends_testkit::client::Caller;
use serde_json::{Value, json};

fn ids(list: &Value) -> Vec<&str> {
    list["recordList"].as_array().expect("a list").iter().filter_map(|record| record["id"].as_str()).collect()
}

async fn of_token(
    app: &kalends_testkit::app::TestApp,
    client: &kalends_service::developer::NewClient,
    organization: &str,
) -> Caller {
    let token = app.access_token(client, organization).await;
    app.caller(&format!("/app/v3/en/organization/{organization}"), &token)
}

both! {
    /// Public ones are seen by all, private ones by their developer's clients; switched off, by nobody.
    async fn shelf(app) {
        let scene = Scene::new(&app).await;
        let (stranger, foreign, foreign_module) = app.developer("stranger@example.com").await;
        let public = client(&app, &stranger.id, ClientKind::App, json!({"name": "Calendar", "description": "For all", "visibility": "PUBLIC"})).await;
        let module = client(&app, &stranger.id, ClientKind::Module, json!({"name": "Widget", "visibility": "PUBLIC"})).await;
        assert_eq!(ids(scene.alone.get("/app/list").await.content(200)), [app.app.record_id.as_str(), public.record_id.as_str()], "by name");
        let modules = scene.alone.get("/module/index/1").await;
        assert!(ids(modules.content(200)).contains(&module.record_id.as_str()) && !ids(modules.content(200)).contains(&foreign_module.record_id.as_str()));
        assert_eq!(ids(scene.alone.get("/app/filter/1?searchQuery=cal").await.content(200)), [public.record_id.as_str()]);
        let shown = scene.alone.get(&format!("/app/{}/show", public.record_id)).await;
        assert_eq!(shown.content(200)["developerAccountId"], stranger.id.as_str());
        assert!(!shown.text.contains(&public.install_key));
        assert_eq!(scene.alone.get(&format!("/app/{}/show", foreign.record_id)).await.status, 404);
        let off = (ClientKind::App, public.record_id.as_str());
        app.web.service.set_client_active(&system(&app), &stranger.id, off, false).await.expect("off");
        assert_eq!(ids(scene.alone.get("/app/list").await.content(200)), [app.app.record_id.as_str()]);
        assert_eq!(scene.alone.get(&format!("/app/{}/show", public.record_id)).await.status, 404);
        assert_eq!(scene.alone.get(&format!("/app/{}/showByInstallKey", public.install_key)).await.status, 404);
        let refused = scene.alone.post("/appConfig/add", json!({"appId": public.record_id, "installKey": public.install_key})).await;
        assert_eq!((refusal(&refused), refused.parameters()), ((400, "bad_reference"), vec!["appId"]));
    }

    /// A private app is installed with its key and with no other.
    async fn install_key(app) {
        let scene = Scene::new(&app).await;
        let (stranger, foreign, foreign_module) = app.developer("stranger@example.com").await;
        let config = |key: Value| json!({"appId": foreign.record_id, "installKey": key});
        for (body, parameter) in [
            (json!({"appId": foreign.record_id}), "appId"),
            (config(json!("")), "appId"),
            (config(json!(app.app.install_key)), "installKey"),
            (config(json!(foreign_module.install_key)), "installKey"),
            (json!({"appId": foreign.record_id, "installKey": foreign.install_key, "developerAccountId": app.account.id}), "developerAccountId"),
        ] {
            let refused = scene.alone.post("/appConfig/add", body.clone()).await;
            assert_eq!((refusal(&refused), refused.parameters()), ((400, "bad_reference"), vec![parameter]), "{body}");
        }
        let body = json!({"appId": foreign.record_id, "installKey": foreign.install_key, "developerAccountId": stranger.id});
        let added = scene.alone.post("/appConfig/add", body).await;
        let id = text(added.content(201), "id");
        let shown = scene.alone.get(&format!("/appConfig/{id}/show")).await;
        assert!(shown.content(200).get("installKey").is_none() && !shown.text.contains(&foreign.install_key), "{}", shown.text);
        let log = scene.alone.get(&format!("/log/filter/1?searchQuery={id}")).await;
        assert!(log.content(200)["recordTotal"] == 1 && !log.text.contains(&foreign.install_key), "{}", log.text);
        assert_eq!(of_token(&app, &foreign, &scene.root).await.get("/customer/list").await.status, 200);
        assert_eq!(scene.alone.get(&format!("/app/{}/show", foreign.record_id)).await.status, 200, "what is installed is seen");
        let module = json!({"moduleId": foreign_module.record_id, "installKey": foreign_module.install_key});
        scene.alone.post("/moduleConfig/add", module).await.content(201);
        app.access_token(&foreign_module, &scene.root).await;
        // A copied organization has it too, though nobody shows the key again.
        let copied = scene.alone.post("/copy", json!({"name": "Copy", "appConfig": true, "moduleConfig": true})).await;
        let copy = text(copied.content(201), "id");
        assert_eq!(of_token(&app, &foreign, &copy).await.get("/customer/list").await.status, 200);
    }

    /// What an app is granted is written down: declared later, it is not had before somebody agrees.
    async fn grants(app) {
        let scene = Scene::new(&app).await;
        let (stranger, _, _) = app.developer("stranger@example.com").await;
        let document = |permissions: Value| json!({"name": "Calendar", "visibility": "PUBLIC", "permissionList": permissions});
        let guest = client(&app, &stranger.id, ClientKind::App, document(json!(["customer_read", "appConfig_write", "appConfig_read"]))).await;
        let added = scene.alone.post("/appConfig/add", json!({"appId": guest.record_id})).await;
        let config = text(added.content(201), "id");
        let path = format!("/appConfig/{config}/show");
        assert_eq!(scene.alone.get(&path).await.content(200)["permissionList"], json!(["customer_read", "appConfig_write", "appConfig_read"]));
        let inside = of_token(&app, &guest, &scene.root).await;
        let declare = async |permissions: Value| {
            let service = &app.web.service;
            let client = (ClientKind::App, guest.record_id.as_str());
            service.edit_client(&system(&app), &stranger.id, client, &document(permissions), None).await.expect("edited");
        };
        declare(json!(["customer_read", "customer_write", "appConfig_write", "appConfig_read"])).await;
        let body = || json!({"lastName": "C"});
        assert_eq!(refusal(&inside.post("/customer/add", body()).await), (403, "permission_missing"), "declared later");
        // It cannot agree for the organization, here or below.
        let more = json!({"permissionList": ["customer_read", "customer_write", "appConfig_write", "appConfig_read"]});
        let edit = format!("/appConfig/{config}/edit");
        assert_eq!(refusal(&inside.put(&edit, more.clone()).await), (403, "permission_missing"));
        let below = app.caller(&format!("/app/v3/en/organization/{}", scene.branch), &inside.token);
        let itself = json!({"appId": guest.record_id, "permissionList": ["customer_write"]});
        assert_eq!(refusal(&below.post("/appConfig/add", itself).await), (403, "permission_missing"));
        below.post("/appConfig/add", json!({"appId": guest.record_id})).await.content(201);
        assert_eq!(refusal(&below.post("/customer/add", body()).await), (403, "permission_missing"));
        // What it never asked for cannot be granted; what it did, can.
        let refused = scene.alone.put(&edit, json!({"permissionList": ["customer_read", "log_read"]})).await;
        assert_eq!((refusal(&refused), refused.parameters()), ((400, "not_declared"), vec!["permissionList.1"]));
        let refused = scene.alone.put(&edit, json!({"permissionList": ["fly"]})).await;
        assert_eq!(refusal(&refused), (400, "unknown_permission"));
        scene.alone.put(&edit, more).await.content(200);
        inside.post("/customer/add", body()).await.content(201);
        // Taken back by either side it ends at once.
        declare(json!(["customer_read"])).await;
        assert_eq!(refusal(&inside.post("/customer/add", body()).await), (403, "permission_missing"));
        assert_eq!(inside.get("/customer/list").await.status, 200);
        scene.alone.put(&edit, json!({"permissionList": null})).await.content(200);
        assert_eq!(refusal(&inside.get("/customer/list").await), (403, "permission_missing"));
        // Installed with less than it asks for.
        let other = client(&app, &stranger.id, ClientKind::App, document(json!(["customer_read", "customer_write"]))).await;
        scene.alone.post("/appConfig/add", json!({"appId": other.record_id, "permissionList": ["customer_read"]})).await.content(201);
        let other = of_token(&app, &other, &scene.root).await;
        assert_eq!(other.get("/customer/list").await.status, 200);
        assert_eq!(refusal(&other.post("/customer/add", body()).await), (403, "permission_missing"));
    }

    /// Every type takes its values and refuses others; defaults fill what is not set; switched off, settings stay.
    async fn settings(app) {
        let scene = Scene::new(&app).await;
        let cases = [
            ("CHECKBOX", json!("true"), json!("yes")),
            ("INPUT", json!("words"), json!("x".repeat(256))),
            ("TEXTAREA", json!("words\nand words"), json!("x".repeat(10_001))),
            ("DATE", json!("2027-02-01"), json!("2027-02-30")),
            ("TIME", json!("09:33:00"), json!("25:00:00")),
            ("DATETIME", json!("2027-02-01T12:00:00+01:00"), json!("2027-02-01")),
            ("SELECT", json!("red"), json!("pink")),
            ("EMAIL", json!("a@example.com"), json!("a")),
            ("MOBILE", json!("+491701234567"), json!("0170")),
            ("URL", json!("https://www.example.com"), json!("www")),
            ("NUMBER", json!(12.5), json!("many")),
            ("ALPHA", json!("abc"), json!("a1")),
            ("ALPHANUM", json!("abc1"), json!("a-1")),
            ("DIGIT", json!("123"), json!("1,2")),
            ("HEX", json!("abc123"), json!("xyz")),
            ("COLOR", json!("#ffcc00"), json!("yellow")),
            ("SECRET", json!("hidden"), json!(["a"])),
        ];
        let definitions: Vec<Value> = cases.iter().map(|(kind, _, _)| json!({"key": kind, "name": kind, "type": kind, "optionList": ["red", "blue"]})).collect();
        let mut definitions = definitions;
        definitions.push(json!({"key": "size", "name": "Size", "type": "NUMBER", "defaultValue": 10}));
        definitions.push(json!({"key": "title", "name": "Title", "type": "INPUT", "required": true, "defaultValue": "Book"}));
        let typed = client(&app, &app.account.id, ClientKind::App, json!({"name": "Typed", "settingDefinitionList": definitions})).await;
        let added = scene.alone.post("/appConfig/add", json!({"appId": typed.record_id})).await;
        let config = text(added.content(201), "id");
        let (edit, show) = (format!("/appConfig/{config}/edit"), format!("/appConfig/{config}/show"));
        assert_eq!(scene.alone.get(&show).await.content(200)["settingList"], json!([{"key": "size", "value": 10}, {"key": "title", "value": "Book"}]));
        for (kind, good, bad) in &cases {
            let refused = scene.alone.put(&edit, json!({"settingList": [{"key": kind, "value": bad}]})).await;
            assert_eq!((refusal(&refused), refused.parameters()), ((400, "bad_setting"), vec!["settingList.0.value"]), "{kind} {bad}");
            let set = scene.alone.put(&edit, json!({"settingList": [{"key": kind, "value": good}]})).await;
            assert_eq!(set.content(200)["settingList"][0]["key"], *kind);
            if *kind != "SECRET" {
                assert_eq!(&set.content(200)["settingList"][0]["value"], good, "{kind}");
            }
        }
        let refused = scene.alone.put(&edit, json!({"settingList": [{"key": "title", "value": ""}]})).await;
        assert_eq!((refusal(&refused), refused.parameters()), ((400, "required"), vec!["settingList.title"]));
        scene.alone.put(&edit, json!({"settingList": [{"key": "size", "value": 20}]})).await.content(200);
        scene.alone.put(&edit, json!({"active": false})).await.content(200);
        assert_eq!(scene.alone.get(&show).await.content(200)["settingList"], json!([{"key": "size", "value": 20}, {"key": "title", "value": "Book"}]));
        scene.alone.put(&edit, json!({"active": true})).await.content(200);
        // What a developer may declare.
        let service = &app.web.service;
        for (kind, definition, code) in [
            (ClientKind::App, json!({"key": "a", "type": "DATE", "defaultValue": "soon"}), "bad_setting"),
            (ClientKind::App, json!({"key": "a", "type": "SECRET", "defaultValue": "s"}), "bad_setting"),
            (ClientKind::App, json!({"key": "a", "type": "WISH"}), "not_in_list"),
            (ClientKind::Module, json!({"key": "a", "type": "SECRET"}), "secret_in_module"),
        ] {
            let document = json!({"name": "X", "settingDefinitionList": [definition]});
            let refused = service.make_client(&system(&app), &app.account.id, kind, &document, &[]).await.expect_err("refused");
            assert_eq!(refused.problems[0].code, code, "{document}");
        }
    }
}
