//! Apps and modules: made, changed, with secrets that are shown once.

use super::{app_page, base, developer, status, text};
use kalends_testkit::app::TestApp;
use kalends_testkit::browser::Browser;
use serde_json::json;

async fn record(app: &TestApp, id: &str) -> serde_json::Value {
    let rows = app.web.service.store.query("SELECT body FROM record WHERE id = $1", &[id.into()]).await.expect("rows");
    serde_json::from_str(rows[0].text(0)).expect("a body")
}

/// The id of the only app or module whose name this is.
async fn id_of(browser: &mut Browser, list: &str, name: &str) -> String {
    let page = browser.get(list).await;
    let (before, _) = page.text.split_once(&format!(">{name}</a>")).unwrap_or_else(|| panic!("{}", page.text));
    before.rsplit('/').next().expect("a segment").trim_end_matches('"').to_owned()
}

both! {
    async fn a_new_app_shows_its_secret_once(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/app/add", base(&app));
        let page = browser.get(&place).await;
        let fields = [
            ("name", "Calendar"),
            ("name.de", "Kalender"),
            ("description", "Shows it."),
            ("description.de", "Zeigt ihn."),
            ("version", "1.2.0"),
            ("languageList", "de, en fr"),
            ("imageList", "https://img.example/1.png\r\n\r\nhttps://img.example/2.png"),
            ("visibility", "PUBLIC"),
            ("redirectUriList", "https://app.example/cb\r\nhttp://127.0.0.1/cb"),
            ("rotation", "rotating"),
        ];
        let made = browser.submit(&page, &place, &fields).await;
        assert_eq!(made.status, 200, "{}", made.text);
        assert_eq!(made.header("cache-control"), "no-store");
        let (client_id, secret) = (text(&made, "client-id"), text(&made, "client-secret"));
        assert_eq!((client_id.len(), secret.len()), (64, 64));
        assert_eq!(status(&app, &client_id, &secret).await, 200);
        let again = browser.submit(&page, &place, &fields).await;
        assert_eq!(again.status, 409, "the form acts once");
        assert!(!again.text.contains(&secret));
        let id = id_of(&mut browser, &format!("{}/app", base(&app)), "Calendar").await;
        let shown = browser.get(&format!("{}/app/{id}", base(&app))).await;
        assert!(shown.text.contains(&client_id) && !shown.text.contains(&secret), "{}", shown.text);
        assert_eq!(text(&shown, "install-key").len(), 64);
        let stored = record(&app, &id).await;
        assert_eq!(stored["nameI18nList"], json!([{"key": "de", "value": "Kalender"}]));
        assert_eq!(stored["languageList"], json!(["de", "en", "fr"]));
        assert_eq!(stored["imageList"], json!(["https://img.example/1.png", "https://img.example/2.png"]));
        assert_eq!((&stored["version"], &stored["visibility"]), (&json!("1.2.0"), &json!("PUBLIC")));
        let sql = "SELECT redirect_uris, rotating, secret_hash FROM client WHERE id = $1";
        let rows = app.web.service.store.query(sql, &[client_id.as_str().into()]).await.expect("rows");
        assert_eq!((rows[0].text(0), rows[0].int(1)), (r#"["https://app.example/cb","http://127.0.0.1/cb"]"#, 1));
        assert_ne!(rows[0].text(2), secret);
    }

    async fn a_module_has_no_secret(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/module/add", base(&app));
        let page = browser.get(&place).await;
        let made = browser.submit(&page, &place, &[("name", "Widget"), ("visibility", "PRIVATE"), ("rotation", "rotating")]).await;
        assert_eq!(made.status, 303, "{}", made.text);
        let shown = browser.follow(made).await;
        assert_eq!(status(&app, &text(&shown, "client-id"), "").await, 200);
        assert!(shown.text.contains("public and has no secret") && !shown.text.contains("/secret\""));
        // Installed in the demo organization it has the address of a booking page.
        let action = shown.text.split("action=\"").find_map(|rest| rest.split('"').next().filter(|place| place.ends_with("/install")));
        let action = action.expect("a form").to_owned();
        let installed = browser.submit(&shown, &action, &[]).await;
        let overview = browser.follow(installed).await;
        assert!(overview.text.contains(&format!("/booking/organization/{}/moduleConfig/5f", app.account.organization_id)), "{}", overview.text);
    }

    async fn an_app_is_edited(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/edit", app_page(&app));
        let page = browser.get(&place).await;
        assert!(page.text.contains("https://spa.example/cb"), "what is there is shown: {}", page.text);
        let fields = [("name", "Renamed"), ("visibility", "PUBLIC"), ("rotation", "rotating"), ("redirectUriList", "https://new.example/cb"), ("name.en", "In English")];
        let saved = browser.submit(&page, &place, &fields).await;
        assert_eq!((saved.status, saved.header("location")), (303, app_page(&app).as_str()), "{}", saved.text);
        let shown = browser.follow(saved).await;
        assert!(shown.text.contains("<h1>Renamed</h1>") && shown.text.contains("https://new.example/cb"));
        let stored = record(&app, &app.app.record_id).await;
        assert_eq!(stored["visibility"], "PUBLIC");
        assert!(stored["permissionList"].as_array().expect("permissions").len() > 20, "what the form does not show stays");
        assert_eq!(browser.submit(&page, &place, &fields).await.status, 412, "a form of before");
    }

    /// A16, A23, A24: what can never be a redirect address is refused where it is registered.
    async fn a16_a23_a24_redirect_addresses_are_checked(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/edit", app_page(&app));
        for wrong in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "http://localhost.evil.test/cb",
            "http://app.example/cb",
            "https://*.example/cb",
            "https://app.example/cb#f",
            "/cb",
            "https://user@app.example/cb",
        ] {
            let page = browser.get(&place).await;
            let list = format!("https://fine.example/cb\r\n{wrong}");
            let fields = [("name", "App"), ("visibility", "PRIVATE"), ("rotation", "classic"), ("redirectUriList", list.as_str())];
            let answer = browser.submit(&page, &place, &fields).await;
            assert_eq!(answer.status, 400, "{wrong}");
            assert!(answer.text.contains("<a href=\"#f-redirectUriList\">Entry 2: "), "{wrong}: {}", answer.text);
        }
    }

    async fn permissions_count_at_once(app) {
        let mut browser = developer(&app).await;
        let demo = app.demo().await;
        assert_eq!(demo.get("/customer/list").await.status, 200);
        let place = format!("{}/permissions", app_page(&app));
        let page = browser.get(&place).await;
        assert!(page.text.contains("value=\"customer_read\" aria-label=\"Read customers\" checked"), "{}", page.text);
        let saved = browser.submit(&page, &place, &[("permission", "organization_read"), ("permission", "customer_write")]).await;
        assert_eq!(saved.status, 303, "{}", saved.text);
        assert_eq!(record(&app, &app.app.record_id).await["permissionList"], json!(["organization_read", "customer_write"]));
        let refused = demo.get("/customer/list").await;
        assert_eq!((refused.status, refused.codes()), (403, vec!["permission_missing"]));
        let page = browser.get(&place).await;
        let wrong = browser.submit(&page, &place, &[("permission", "everything")]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("There is no permission everything."), "{}", wrong.text);
        let module = format!("{}/module/{}/permissions", base(&app), app.module.record_id);
        assert_eq!(browser.get(&module).await.status, 404);
    }

    async fn settings_are_added_and_removed_without_a_script(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/settings", app_page(&app));
        let page = browser.get(&place).await;
        let first = [("setting.0.key", "colour"), ("setting.0.type", "SELECT"), ("setting.0.name", "Colour"), ("setting.0.name.de", "Farbe"), ("setting.0.optionList", "red\r\nblue"), ("setting.0.defaultValue", "red"), ("setting.0.required", "yes")];
        let saved = browser.submit(&page, &place, &first).await;
        assert_eq!(saved.header("location"), place, "{}", saved.text);
        let page = browser.follow(saved).await;
        assert!(page.text.contains("name=\"setting.1.key\""), "one more empty row: {}", page.text);
        let wanted = json!([{"key": "colour", "name": "Colour", "nameI18nList": [{"key": "de", "value": "Farbe"}], "type": "SELECT", "required": true, "optionList": ["red", "blue"], "defaultValue": "red"}]);
        assert_eq!(record(&app, &app.app.record_id).await["settingDefinitionList"], wanted);
        let mut both = first.to_vec();
        both.extend([("setting.1.key", "colour"), ("setting.1.type", "INPUT")]);
        let twice = browser.submit(&page, &place, &both).await;
        assert_eq!(twice.status, 400);
        assert!(twice.text.contains("href=\"#f-setting.1.key\""), "{}", twice.text);
        let mut kinds = first.to_vec();
        kinds.extend([("setting.1.key", "token"), ("setting.1.type", "SECRET"), ("setting.0.remove", "yes")]);
        assert_eq!(browser.submit(&page, &place, &kinds).await.status, 303);
        let stored = record(&app, &app.app.record_id).await;
        assert_eq!(stored["settingDefinitionList"].as_array().map(Vec::len), Some(1));
        assert_eq!(stored["settingDefinitionList"][0]["key"], "token");
    }

    /// D18: the secret before works inside of its overlap and not after it.
    async fn d18_a_secret_is_renewed_with_an_overlap(app) {
        let mut browser = developer(&app).await;
        let refresh = app.refresh_token(&app.app).await;
        let (id, old) = (app.app.client_id.as_str(), app.app.secret.as_str());
        let action = format!("{}/secret", app_page(&app));
        let page = browser.get(&app_page(&app)).await;
        let renewed = browser.submit(&page, &action, &[("overlap", "hour")]).await;
        assert_eq!(renewed.status, 200, "{}", renewed.text);
        let new = text(&renewed, "client-secret");
        assert_eq!((status(&app, id, old).await, status(&app, id, &new).await), (200, 200));
        let again = browser.submit(&page, &action, &[("overlap", "none")]).await;
        assert_eq!((again.status, status(&app, id, &new).await), (409, 200), "the same form does nothing any more");
        let shown = browser.get(&app_page(&app)).await;
        assert!(shown.text.contains("The secret before works until 2027-01-04 "), "{}", shown.text);
        let exchange = [("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh)];
        assert_eq!(app.token(&exchange).await.status, 200, "refresh tokens stay");
        app.clock.advance(3_600);
        assert_eq!((status(&app, id, old).await, status(&app, id, &new).await), (401, 200));
        let page = browser.get(&app_page(&app)).await;
        let renewed = browser.submit(&page, &action, &[("overlap", "none")]).await;
        let last = text(&renewed, "client-secret");
        assert_eq!((status(&app, id, &new).await, status(&app, id, &last).await), (401, 200));
        assert_eq!(app.token(&exchange).await.status, 400, "without an overlap refresh tokens end");
        let page = browser.get(&app_page(&app)).await;
        assert_eq!(browser.submit(&page, &action, &[("overlap", "ever")]).await.status, 400);
    }

    async fn an_install_key_is_renewed(app) {
        let mut browser = developer(&app).await;
        let page = browser.get(&app_page(&app)).await;
        let action = format!("{}/installKey", app_page(&app));
        let renewed = browser.submit(&page, &action, &[]).await;
        let page = browser.follow(renewed).await;
        let (old, new) = (app.app.install_key.clone(), text(&page, "install-key"));
        assert!(new.len() == 64 && new != old);
        let demo = app.demo().await;
        assert_eq!(demo.get(&format!("/app/{old}/showByInstallKey")).await.status, 404);
        assert_eq!(demo.get(&format!("/app/{new}/showByInstallKey")).await.status, 200);
    }
}
