//! The permission matrix: every route × what is missing.

use super::fixture::{Scene, refusal, system};
use kalends_engine::route::{Api, Route};
use kalends_service::developer::ClientKind;
use kalends_testkit::app::TestApp;
use kalends_testkit::client::Caller;
use serde_json::json;
use std::collections::BTreeMap;

/// A path of the route; every other parameter than the organization has the shape of what it names.
fn path(route: &Route, organization: &str) -> String {
    let base = if route.api == Api::App { "/app/v3/en" } else { "/module/v3/en" };
    let parts = route.path.split('/').skip(1).map(|part| match part {
        "{organizationId}" => organization.to_owned(),
        "{page}" | "{month}" | "{day}" | "{week}" => "1".to_owned(),
        "{year}" => "2027".to_owned(),
        _ if part.starts_with('{') => format!("xx{}", "0".repeat(30)),
        _ => part.to_owned(),
    });
    format!("{base}/{}", parts.collect::<Vec<_>>().join("/"))
}

async fn ask(app: &TestApp, route: &Route, organization: &str, token: &str) -> (u16, String) {
    let caller = app.caller(&path(route, organization), token);
    let body = json!({});
    let answer = caller.send(route.method.word(), "", route.writes().then_some(&body)).await;
    assert!(!answer.text.contains("Practice") || answer.status < 300, "{} leaks: {}", route.operation, answer.text);
    let (status, code) = refusal(&answer);
    (status, code.to_owned())
}

/// Routes of the App API inside an organization, by the permission they need.
fn by_permission(app: &TestApp) -> BTreeMap<&'static str, Vec<Route>> {
    let mut routes: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in app.web.service.routes.routes().iter().filter(|route| route.api == Api::App && route.in_organization) {
        let (entity, write) = route.permission.expect("a permission");
        let needed = kalends_catalog::permission::permission_for(entity, write).expect("a permission");
        routes.entry(needed).or_default().push(route.clone());
    }
    routes
}

async fn declare(app: &TestApp, without: &str) {
    let all: Vec<&str> = kalends_catalog::permission::ids().filter(|id| *id != without).collect();
    let client = (ClientKind::App, app.app.record_id.as_str());
    let service = &app.web.service;
    let document = json!({"permissionList": all});
    service.edit_client(&system(app), &app.account.id, client, &document, None).await.expect("edited");
}

async fn allow(office: &Caller, group: &str, without: &str) {
    let all: Vec<&str> = kalends_catalog::permission::ids().filter(|id| *id != without).collect();
    office.put(&format!("/employeeGroup/{group}/edit"), json!({"permissionList": all})).await.content(200);
}

both! {
    /// I11 for every route: the app's permission missing, the person's missing, both there.
    async fn i11_every_route(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        let (_, group) = scene.employee(&user, &[]).await;
        let token = app.user_token(&app.app, &user, &scene.root).await;
        let routes = by_permission(&app);
        assert!(routes.values().map(Vec::len).sum::<usize>() > 200);
        for (needed, routes) in &routes {
            declare(&app, needed).await;
            for route in routes {
                let (status, code) = ask(&app, route, &scene.root, &token).await;
                assert_eq!((status, code.as_str()), (403, "permission_missing"), "{}: the app's is missing", route.operation);
                let (status, code) = ask(&app, route, &scene.root, &scene.alone.token).await;
                assert_eq!((status, code.as_str()), (403, "permission_missing"), "{}: the app's, alone", route.operation);
            }
            declare(&app, "").await;
            allow(&scene.alone, &group, needed).await;
            for route in routes {
                let (status, code) = ask(&app, route, &scene.root, &token).await;
                assert_eq!((status, code.as_str()), (403, "user_permission_missing"), "{}: the person's is missing", route.operation);
            }
            allow(&scene.alone, &group, "").await;
            for route in routes {
                let (status, code) = ask(&app, route, &scene.root, &token).await;
                assert!(!matches!(status, 401 | 403 | 405 | 500..), "{}: {status} {code}", route.operation);
            }
        }
    }

    /// I9 and I12 for every route of both APIs: another organization's path, and a person who has left.
    async fn i9_i12_every_route(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::named(&app, "Other").await);
        let user = app.user("anna@example.com").await;
        let service = &app.web.service;
        for organization in [&scene.root, &other.root] {
            service.add_admin(&system(&app), organization, &user).await.expect("an admin");
            app.in_organization(organization).await.post("/moduleConfig/add", json!({"moduleId": app.module.record_id})).await.content(201);
        }
        let app_token = app.user_token(&app.app, &user, &scene.root).await;
        let module_token = app.user_token(&app.module, &user, &scene.root).await;
        let unknown = format!("f6{}", "0".repeat(30));
        let routes: Vec<&Route> = service.routes.routes().iter().filter(|route| route.in_organization).collect();
        let token = |route: &Route| if route.api == Api::App { &app_token } else { &module_token };
        for route in &routes {
            // She is an admin there as well: her token is for one organization all the same.
            for elsewhere in [&other.root, &unknown] {
                let (status, code) = ask(&app, route, elsewhere, token(route)).await;
                assert_eq!((status, code.as_str()), (403, "token_wrong_organization"), "{:?} {}", route.api, route.operation);
            }
        }
        let module = app.caller(&format!("/module/v3/en/organization/{}", scene.root), &module_token);
        assert_eq!(module.get("/show").await.status, 200);
        service.remove_admin(&system(&app), &scene.root, &user).await.expect("no admin");
        for route in &routes {
            let (status, code) = ask(&app, route, &scene.root, token(route)).await;
            assert_eq!((status, code.as_str()), (403, "not_a_member"), "{:?} {}", route.api, route.operation);
        }
    }
}
