//! Tokens ended, apps switched off and deleted, and the request log.

use super::{app_page, base, developer, status};
use kalends_testkit::client::Answer;
use serde_json::json;

both! {
    async fn refresh_tokens_are_shown_and_ended(app) {
        let mut browser = developer(&app).await;
        let (first, second) = (app.refresh_token(&app.app).await, app.refresh_token(&app.app).await);
        let (id, action) = (app.app.client_id.as_str(), format!("{}/tokens", app_page(&app)));
        let exchange = |token| [("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", token)];
        assert_eq!(app.token(&exchange(&first)).await.status, 200);
        let page = browser.get(&app_page(&app)).await;
        assert!(page.text.contains("<dt>Last use</dt><dd>2027-01-04 09:00 CET</dd>"), "{}", page.text);
        assert!(!page.text.contains(&first), "tokens themselves are not known here");
        let row = page.text.split("<tr>").find(|row| row.contains("Never")).expect("the unused one");
        let (_, unused) = row.split_once("name=\"token\" value=\"").expect("a button");
        let unused = unused.split('"').next().expect("a value");
        assert_eq!(browser.submit(&page, &action, &[("token", unused)]).await.status, 303);
        assert_eq!((app.token(&exchange(&first)).await.status, app.token(&exchange(&second)).await.status), (200, 400));
        assert_eq!(browser.submit(&page, &action, &[("token", unused)]).await.status, 404, "it has ended");
        assert_eq!(browser.submit(&page, &action, &[]).await.status, 303);
        assert_eq!(app.token(&exchange(&first)).await.status, 400);
    }

    /// D19: a client that is switched off gets nothing, and its live tokens serve no more.
    async fn d19_deactivated_and_activated(app) {
        let mut browser = developer(&app).await;
        let (demo, refresh) = (app.demo().await, app.refresh_token(&app.app).await);
        let (id, secret) = (app.app.client_id.as_str(), app.app.secret.as_str());
        let page = browser.get(&app_page(&app)).await;
        assert!(page.text.contains("Refresh tokens that end: 2") && page.text.contains("Installations that stay, with their settings: 0"), "{}", page.text);
        let off = browser.submit(&page, &format!("{}/deactivate", app_page(&app)), &[]).await;
        assert_eq!(off.status, 303, "{}", off.text);
        assert_eq!(status(&app, id, secret).await, 401);
        let exchange = [("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh)];
        assert!(matches!(app.token(&exchange).await.status, 400 | 401));
        assert_eq!(demo.get("/show").await.status, 403, "the next request of a live access token");
        let page = browser.get(&app_page(&app)).await;
        assert!(page.text.contains("it gets no tokens, and its calls are refused"), "{}", page.text);
        assert_eq!(browser.submit(&page, &format!("{}/activate", app_page(&app)), &[]).await.status, 303);
        assert_eq!((status(&app, id, secret).await, demo.get("/show").await.status), (200, 200));
        assert_eq!(app.token(&exchange).await.status, 400, "what ended stays ended");
    }

    async fn a_deleted_app_takes_everything_with_it(app) {
        let mut browser = developer(&app).await;
        let demo = app.demo().await;
        let installed = demo.post("/appConfig/add", json!({"appId": app.app.record_id})).await;
        assert_eq!(installed.status, 201, "{}", installed.text);
        let place = format!("{}/delete", app_page(&app));
        let page = browser.get(&place).await;
        assert!(page.text.contains("with their settings: 1") && page.text.contains("Refresh tokens that end: 1"), "{}", page.text);
        let wrong = browser.submit(&page, &place, &[("confirmation", "app")]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("That is not its name."), "{}", wrong.text);
        let deleted = browser.submit(&page, &place, &[("confirmation", "App")]).await;
        assert_eq!((deleted.status, deleted.header("location")), (303, format!("{}/app", base(&app)).as_str()));
        assert_eq!(browser.get(&app_page(&app)).await.status, 404);
        assert_eq!(status(&app, &app.app.client_id, &app.app.secret).await, 401);
        for table in ["client", "refresh_token", "request_log"] {
            let column = if table == "client" { "id" } else { "client_id" };
            let sql = format!("SELECT 1 FROM {table} WHERE {column} = $1");
            let rows = app.web.service.store.query(&sql, &[app.app.client_id.as_str().into()]).await.expect("rows");
            assert!(rows.is_empty(), "{table}");
        }
        let rows = app.web.service.store.query("SELECT 1 FROM record WHERE entity = 'c3'", &[]).await.expect("rows");
        assert!(rows.is_empty(), "no configuration is left");
    }

    async fn the_last_hundred_requests_are_kept(app) {
        let mut browser = developer(&app).await;
        let demo = app.demo().await;
        let place = format!("{}/log", app_page(&app));
        assert!(browser.get(&place).await.text.contains("There were none yet."));
        let made = demo.post("/customer/add", json!({"customId": "erika-mueller", "firstName": "Erika", "lastName": "Müller"})).await;
        let id = made.content(201)["id"].as_str().expect("an id").to_owned();
        demo.get("/customer/erika-mueller/identify").await;
        demo.get("/customer/filter/1?searchQuery=mueller").await;
        demo.get(&format!("/customer/{id}/show")).await;
        assert_eq!(demo.get("/customer/nobody/show").await.status, 404);
        let page = browser.get(&place).await;
        let organization = format!("/app/v3/en/organization/{}", app.account.organization_id);
        for line in [
            format!("<td>201</td><td><code>POST {organization}/customer/add</code>"),
            format!("<td>200</td><td><code>GET {organization}/customer/{{customId}}/identify</code>"),
            format!("<td>200</td><td><code>GET {organization}/customer/filter/1</code>"),
            format!("<td>200</td><td><code>GET {organization}/customer/{id}/show</code>"),
            format!("<td>404</td><td><code>GET {organization}/customer/nobody/show</code>"),
        ] {
            assert!(page.text.contains(&line), "{line} in {}", page.text);
        }
        for personal in ["erika", "mueller", "Müller"] {
            assert!(!page.text.contains(personal), "{personal}");
        }
        assert!(page.text.contains(made.header("x-request-id")));
        let lines = |page: &Answer| page.text.matches("<tr><td>").count();
        assert_eq!(lines(&page), 5);
        for _ in 0..120 {
            demo.get("/show").await;
        }
        let page = browser.get(&place).await;
        assert_eq!(lines(&page), 100);
        assert!(!page.text.contains("customer/add"), "older ones are forgotten");
        for _ in 0..60 {
            demo.get("/customer/list").await;
        }
        let page = browser.get(&place).await;
        assert_eq!((lines(&page), page.text.matches("customer/list").count()), (100, 60));
        let rows = app.web.service.store.query("SELECT count(*) FROM request_log", &[]).await.expect("rows");
        assert_eq!(rows[0].int(0), 100);
        let other = format!("{}/module/{}/log", base(&app), app.module.record_id);
        assert!(browser.get(&other).await.text.contains("There were none yet."), "each client has its own");
    }
}
