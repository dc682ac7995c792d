//! The rule of 401, 403 and 404 (docs/API.md), walked over every route.

use kalends_engine::route::{Api, Route};
use kalends_testkit::app::TestApp;
use serde_json::json;

/// A path of the route: the organization is given, every other parameter has the shape of what it names.
fn path(route: &Route, organization: &str, id: &str) -> String {
    let base = if route.api == Api::App { "/app/v3/en" } else { "/module/v3/en" };
    let parts = route.path.split('/').skip(1).map(|part| match part {
        "{organizationId}" => organization.to_owned(),
        "{page}" | "{month}" | "{day}" | "{week}" => "1".to_owned(),
        "{year}" => "2027".to_owned(),
        "{customEntityType}" => "car".to_owned(),
        "{errorCode}" => "404".to_owned(),
        _ if part.starts_with('{') => id.to_owned(),
        _ => part.to_owned(),
    });
    format!("{base}/{}", parts.collect::<Vec<_>>().join("/"))
}

async fn status(app: &TestApp, route: &Route, path: &str, token: &str) -> (u16, String) {
    let body = json!({});
    let answer = app.caller(path, token).send(route.method.word(), "", route.writes().then_some(&body)).await;
    let code = answer.codes().first().copied().unwrap_or_default().to_owned();
    assert!(answer.json.get("messageList").is_some() || answer.status == 200, "{path}: {}", answer.text);
    assert!(!answer.text.contains("secret organization"), "{path} leaks: {}", answer.text);
    (answer.status, code)
}

both! {
    /// Every route refuses every wrong token in the same way.
    async fn every_route(app) {
        let own = app.account.organization_id.clone();
        let (stranger, _, _) = app.developer("stranger@example.com").await;
        let other = stranger.organization_id.clone();
        let unknown = format!("f6{}", "0".repeat(30));
        let refresh = app.refresh_token(&app.app).await;
        let old = app.access_token(&app.app, &own).await;
        app.clock.advance(301);
        let app_token = app.access_token(&app.app, &own).await;
        let module_token = app.access_token(&app.module, &own).await;
        let anonymous = app.token(&[("grant_type", "client_credentials"), ("client_id", &app.app.client_id), ("client_secret", "anonymous")]).await;
        let anonymous = anonymous.json["refresh_token"].as_str().expect("a token").to_owned();
        let anonymous = app.token(&[("grant_type", "refresh_token"), ("client_id", &app.app.client_id), ("refresh_token", &anonymous)]).await;
        let anonymous = anonymous.json["access_token"].as_str().expect("a token").to_owned();
        let id = format!("xx{}", "0".repeat(30));
        for route in app.web.service.routes.routes() {
            let named = format!("{:?} {}", route.api, route.operation);
            let here = path(route, &own, &id);
            assert_eq!(status(&app, route, &here, "").await, (401, "token_missing".into()), "{named}");
            for garbage in ["garbage", "a.b.c", refresh.as_str()] {
                assert_eq!(status(&app, route, &here, garbage).await, (401, "token_invalid".into()), "{named}");
            }
            assert_eq!(status(&app, route, &here, &old).await, (401, "token_expired".into()), "{named}");
            let (right, wrong) = if route.api == Api::App { (&app_token, &module_token) } else { (&module_token, &app_token) };
            let (code, reason) = status(&app, route, &here, wrong).await;
            assert_eq!((code, reason.as_str()), (403, "token_wrong_kind"), "{named}");
            if route.permission.is_some() {
                assert_eq!(status(&app, route, &here, &anonymous).await, (403, "token_wrong_kind".into()), "{named}");
            }
            if route.in_organization {
                for elsewhere in [&other, &unknown] {
                    let (code, reason) = status(&app, route, &path(route, elsewhere, &id), right).await;
                    assert_eq!((code, reason.as_str()), (403, "token_wrong_organization"), "{named}");
                }
            }
            match route.operation.as_str() {
                // It would end the organization that the other routes are asked in.
                "organization_delete" => {}
                "employee_permission" => {
                    assert_eq!(status(&app, route, &here, right).await, (403, "user_token_required".into()), "{named}");
                }
                _ => {
                    let (code, reason) = status(&app, route, &here, right).await;
                    assert!(!matches!(code, 401 | 403 | 405 | 500..), "{named}: {code} {reason}");
                }
            }
        }
    }

    /// Ids of another organization's records do not exist under the own path.
    async fn foreign_ids(app) {
        let demo = app.demo().await;
        let (stranger, foreign, _) = app.developer("stranger@example.com").await;
        let token = app.access_token(&foreign, &stranger.organization_id).await;
        let theirs = app.caller(&format!("/app/v3/en/organization/{}", stranger.organization_id), &token);
        let own = demo.post("/customer/add", json!({"firstName": "Own", "lastName": "X", "customId": "own"})).await;
        let own = own.content(201)["id"].as_str().expect("an id").to_owned();
        let group = theirs.post("/customerGroup/add", json!({"name": "theirs"})).await.content(201)["id"].as_str().expect("an id").to_owned();
        for (method, path) in [
            ("GET", format!("/customer/{own}/show")),
            ("PUT", format!("/customer/{own}/edit")),
            ("DELETE", format!("/customer/{own}/delete")),
            ("GET", "/customer/own/identify".into()),
            ("LINK", format!("/customer/{own}/customerGroup/{group}/link")),
        ] {
            let answer = theirs.send(method, &path, None).await;
            assert_eq!((answer.status, answer.codes()), (404, vec!["not_found"]), "{method} {path}");
        }
        assert_eq!(theirs.get("/customer/filter/1?searchQuery=own").await.content(200)["recordTotal"], 0);
        assert_eq!(demo.get(&format!("/customer/{own}/show")).await.content(200)["lastName"], "X", "untouched");
    }

    /// Rights end at once when the client is switched off, the app uninstalled or a permission taken back.
    async fn rights_end(app) {
        let caller = app.without_organization().await;
        let account = caller.post("/contractAccount/add", json!({"name": "A", "admin": {"firstName": "M", "lastName": "M", "email": "m@example.com"}})).await;
        let account = account.content(201)["id"].clone();
        let made = caller.post("/organization/add", json!({"name": "secret organization", "contractAccountId": account})).await;
        let organization = made.content(201)["recordList"][0]["id"].as_str().expect("an id").to_owned();
        let inside = app.in_organization(&organization).await;
        assert_eq!(inside.get("/show").await.status, 200);
        let config = inside.get("/appConfig/list").await.content(200)["recordList"][0]["id"].as_str().expect("an id").to_owned();
        inside.put(&format!("/appConfig/{config}/edit"), json!({"active": false})).await;
        let refused = inside.get("/show").await;
        assert_eq!((refused.status, refused.codes()), (403, vec!["not_installed"]));
        let exchange = app.token(&[("grant_type", "refresh_token"), ("client_id", &app.app.client_id),
            ("refresh_token", &app.refresh_token(&app.app).await), ("organization_id", &organization)]).await;
        assert_eq!((exchange.status, &exchange.json["error"]), (400, &json!("invalid_target")));
    }

    /// An app has what it declared and nothing else.
    async fn permissions(app) {
        use kalends_service::Call;
        use kalends_service::developer::ClientKind;
        let service = &app.web.service;
        let call = Call::system(service.clock.now(), std::sync::Arc::clone(&service.entropy));
        let document = json!({"name": "Reader", "permissionList": ["customer_read"]});
        let reader = service.make_client(&call, &app.account.id, ClientKind::App, &document, &[]).await.expect("an app");
        let token = app.access_token(&reader, &app.account.organization_id).await;
        let reader = app.caller(&format!("/app/v3/de/organization/{}", app.account.organization_id), &token);
        assert_eq!(reader.get("/customer/list").await.status, 200);
        let refused = reader.post("/customer/add", json!({"firstName": "A", "lastName": "B"})).await;
        assert_eq!((refused.status, refused.codes()), (403, vec!["permission_missing"]));
        assert_eq!(refused.header("www-authenticate"), "Bearer error=\"insufficient_scope\"");
        assert!(refused.text.contains("customer_write"), "the missing permission is named: {}", refused.text);
        assert_eq!(reader.get("/customerGroup/list").await.status, 403);
    }
}
