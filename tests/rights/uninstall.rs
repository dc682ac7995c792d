//! What ends when an app is uninstalled, switched off or deleted, and what does not.

use super::fixture::{Scene, client, refusal, system, text};
use kalends_service::developer::{ClientKind, NewClient};
use kalends_store::params;
use kalends_testkit::app::TestApp;
use serde_json::{Value, json};

/// The error of an exchange, `null` when it succeeds.
async fn exchange(app: &TestApp, client: &NewClient, refresh: &str, organization: &str) -> (u16, Value) {
    let mut fields =
        vec![("grant_type", "refresh_token"), ("client_id", client.client_id.as_str()), ("refresh_token", refresh)];
    if !organization.is_empty() {
        fields.push(("organization_id", organization));
    }
    let answer = app.token(&fields).await;
    (answer.status, answer.json["error"].clone())
}

async fn guest(app: &TestApp, scene: &Scene<'_>, organization: &str) -> (NewClient, String) {
    let document = json!({"name": "Guest", "permissionList": ["customer_read"]});
    let guest = client(app, &app.account.id, ClientKind::App, document).await;
    let config = scene.inside(organization).post("/appConfig/add", json!({"appId": guest.record_id})).await;
    (guest, text(config.content(201), "id"))
}

both! {
    /// G18: uninstalled, people's logins for the organization end and have to be made anew; those elsewhere live on.
    async fn g18_uninstalled(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::named(&app, "Other").await);
        let user = app.user("anna@example.com").await;
        let service = &app.web.service;
        let (guest, config) = guest(&app, &scene, &scene.root).await;
        other.alone.post("/appConfig/add", json!({"appId": guest.record_id})).await.content(201);
        for organization in [&scene.root, &other.root] {
            service.add_admin(&system(&app), organization, &user).await.expect("an admin");
        }
        let here = app.user_refresh_token(&guest, &user, &scene.root).await;
        let below = app.user_refresh_token(&guest, &user, &scene.branch).await;
        let there = app.user_refresh_token(&guest, &user, &other.root).await;
        let client_token = app.refresh_token(&guest).await;
        let caller = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &app.user_token(&guest, &user, &scene.root).await);
        let alone = app.caller(&format!("/app/v3/en/organization/{}", scene.root), &app.access_token(&guest, &scene.root).await);
        assert_eq!((caller.get("/customer/list").await.status, alone.get("/customer/list").await.status), (200, 200));
        scene.alone.delete(&format!("/appConfig/{config}/delete")).await.content(200);
        assert_eq!(refusal(&caller.get("/customer/list").await), (401, "token_invalid"), "at once");
        assert_eq!(refusal(&alone.get("/customer/list").await), (403, "not_installed"), "at once");
        for (name, refresh, organization) in [("here", &here, &scene.root), ("below", &below, &scene.branch)] {
            assert_eq!(exchange(&app, &guest, refresh, organization).await, (400, json!("invalid_grant")), "{name}");
            assert_eq!(exchange(&app, &guest, refresh, "").await, (400, json!("invalid_grant")), "{name}, without organization");
        }
        assert_eq!(exchange(&app, &guest, &there, &other.root).await.0, 200, "elsewhere");
        let consents = service.store.query("SELECT organization_id FROM consent WHERE client_id = $1", &params![guest.client_id.as_str()]).await.expect("read");
        assert_eq!(consents.iter().map(|row| row.text(0)).collect::<Vec<_>>(), [other.root.as_str()], "asked again");
        // The client's own token is for all its organizations: it ends for this one only.
        assert_eq!(exchange(&app, &guest, &client_token, &scene.root).await, (400, json!("invalid_target")));
        assert_eq!(exchange(&app, &guest, &client_token, &other.root).await.0, 200);
        // Installed again, the old logins stay ended.
        scene.alone.post("/appConfig/add", json!({"appId": guest.record_id})).await.content(201);
        assert_eq!(exchange(&app, &guest, &here, &scene.root).await, (400, json!("invalid_grant")));
        app.user_token(&guest, &user, &scene.root).await;
    }

    /// G18: what another installation, above or in the place itself, still allows lives on.
    async fn g18_still_installed_above(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        app.web.service.add_admin(&system(&app), &scene.root, &user).await.expect("an admin");
        let (guest, above) = guest(&app, &scene, &scene.root).await;
        let own = scene.inside(&scene.branch).post("/appConfig/add", json!({"appId": guest.record_id})).await;
        let own = text(own.content(201), "id");
        let (root, branch) = (app.user_refresh_token(&guest, &user, &scene.root).await, app.user_refresh_token(&guest, &user, &scene.branch).await);
        scene.inside(&scene.branch).delete(&format!("/appConfig/{own}/delete")).await.content(200);
        assert_eq!(exchange(&app, &guest, &branch, &scene.branch).await.0, 200, "installed above");
        let own = scene.inside(&scene.branch).post("/appConfig/add", json!({"appId": guest.record_id})).await;
        assert_eq!(own.status, 201);
        scene.alone.delete(&format!("/appConfig/{above}/delete")).await.content(200);
        assert_eq!(exchange(&app, &guest, &root, &scene.root).await, (400, json!("invalid_grant")));
        assert_eq!(exchange(&app, &guest, &branch, &scene.branch).await.0, 200, "installed there");
    }

    /// G13: a switched-off installation gives no tokens for its organization, others work; switched on, the logins are back.
    async fn g13_deactivated(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::named(&app, "Other").await);
        let user = app.user("anna@example.com").await;
        let (guest, config) = guest(&app, &scene, &scene.root).await;
        other.alone.post("/appConfig/add", json!({"appId": guest.record_id})).await.content(201);
        app.web.service.add_admin(&system(&app), &scene.root, &user).await.expect("an admin");
        let (login, client_token) = (app.user_refresh_token(&guest, &user, &scene.root).await, app.refresh_token(&guest).await);
        let edit = format!("/appConfig/{config}/edit");
        scene.alone.put(&edit, json!({"active": false})).await.content(200);
        for (refresh, error) in [(&login, "invalid_grant"), (&client_token, "invalid_target")] {
            assert_eq!(exchange(&app, &guest, refresh, &scene.root).await, (400, json!(error)));
        }
        assert_eq!(exchange(&app, &guest, &client_token, &other.root).await.0, 200);
        scene.alone.put(&edit, json!({"active": true})).await.content(200);
        for refresh in [&login, &client_token] {
            assert_eq!(exchange(&app, &guest, refresh, &scene.root).await.0, 200);
        }
        // A deleted organization: no token for it, and its logins end.
        let branch = scene.inside(&scene.branch);
        let login = app.user_refresh_token(&guest, &user, &scene.branch).await;
        branch.delete("/delete").await.content(200);
        assert_eq!(exchange(&app, &guest, &login, "").await, (400, json!("invalid_grant")));
        assert_eq!(exchange(&app, &guest, &client_token, &scene.branch).await, (400, json!("invalid_target")));
        assert_eq!(exchange(&app, &guest, &client_token, &scene.root).await.0, 200);
    }

    /// D19: an app that was switched off or deleted proves nothing any more, and its live tokens do nothing.
    async fn d19_client_gone(app) {
        let scene = Scene::new(&app).await;
        let user = app.user("anna@example.com").await;
        app.web.service.add_admin(&system(&app), &scene.root, &user).await.expect("an admin");
        let (guest, config) = guest(&app, &scene, &scene.root).await;
        let inside = |token: &str| app.caller(&format!("/app/v3/en/organization/{}", scene.root), token);
        let personal = inside(&app.user_token(&guest, &user, &scene.root).await);
        let alone = inside(&app.access_token(&guest, &scene.root).await);
        assert_eq!((personal.get("/customer/list").await.status, alone.get("/customer/list").await.status), (200, 200));
        let fields = [("grant_type", "client_credentials"), ("client_id", guest.client_id.as_str()), ("client_secret", guest.secret.as_str())];
        let client = (ClientKind::App, guest.record_id.as_str());
        let service = &app.web.service;
        service.set_client_active(&system(&app), &app.account.id, client, false).await.expect("off");
        let refused = app.token(&fields).await;
        assert_eq!((refused.status, &refused.json["error"]), (401, &json!("invalid_client")));
        assert_eq!(refusal(&personal.get("/customer/list").await), (401, "token_invalid"), "her login has ended");
        assert_eq!(refusal(&alone.get("/customer/list").await), (403, "not_installed"));
        service.set_client_active(&system(&app), &app.account.id, client, true).await.expect("on");
        assert_eq!(alone.get("/customer/list").await.status, 200);
        service.delete_client(&system(&app), &app.account.id, client.0, client.1).await.expect("deleted");
        let refused = app.token(&fields).await;
        assert_eq!((refused.status, &refused.json["error"]), (401, &json!("invalid_client")));
        assert_eq!(refusal(&alone.get("/customer/list").await), (403, "not_installed"));
        assert_eq!(scene.alone.get(&format!("/appConfig/{config}/show")).await.status, 404, "its installations went with it");
    }

    /// D19: so it is when its developer account is switched off; on again it gets new tokens, the old ones stay ended.
    async fn d19_developer_account_off(app) {
        let scene = Scene::new(&app).await;
        let (stranger, foreign, _) = app.developer("stranger@example.com").await;
        scene.alone.post("/appConfig/add", json!({"appId": foreign.record_id, "installKey": foreign.install_key})).await.content(201);
        let refresh = app.refresh_token(&foreign).await;
        let token = app.access_token(&foreign, &scene.root).await;
        let (inside, free) = (app.caller(&format!("/app/v3/en/organization/{}", scene.root), &token), app.caller("/app/v3/en", &token));
        assert_eq!((inside.get("/customer/list").await.status, free.get("/static/country/list").await.status), (200, 200));
        let service = &app.web.service;
        let switch = async |active| service.set_developer_account_active(&system(&app), &stranger.id, active).await;
        switch(false).await.expect("off");
        switch(false).await.expect("off already");
        assert_eq!(refusal(&inside.get("/customer/list").await), (403, "not_installed"));
        assert_eq!(refusal(&free.get("/static/country/list").await), (403, "not_installed"));
        let fields = [("grant_type", "client_credentials"), ("client_id", foreign.client_id.as_str()), ("client_secret", foreign.secret.as_str())];
        let refused = app.token(&fields).await;
        assert_eq!((refused.status, &refused.json["error"]), (401, &json!("invalid_client")));
        assert_eq!(scene.alone.get(&format!("/app/{}/showByInstallKey", foreign.install_key)).await.status, 404);
        assert_eq!(scene.alone.get("/customer/list").await.status, 200, "others are not concerned");
        switch(true).await.expect("on");
        assert_eq!(inside.get("/customer/list").await.status, 200);
        assert_eq!(exchange(&app, &foreign, &refresh, &scene.root).await, (400, json!("invalid_grant")));
        assert_eq!(app.token(&fields).await.status, 200);
        assert!(service.set_developer_account_active(&system(&app), "dAnobody", true).await.is_err());
    }
}
