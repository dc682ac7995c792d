//! `/app/v3/{locale}/static/…` and the same in the Module API.

use serde_json::{Value, json};

fn find<'a>(list: &'a Value, id: &str) -> &'a Value {
    list["recordList"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|record| record["id"] == id || record["name"] == id)
        .expect("listed")
}

both! {
    /// Reference data in both languages.
    async fn lists(app) {
        let token = app.access_token(&app.app, "").await;
        let (de, en) = (app.caller("/app/v3/de_DE", &token), app.caller("/app/v3/en_EN", &token));
        for (list, id, german, english) in [
            ("country", "DE", "Deutschland", "Germany"),
            ("currency", "USD", "US-Dollar", "US Dollar"),
            ("language", "fr", "Französisch", "French"),
        ] {
            let path = format!("/static/{list}/list");
            let answer = de.get(&path).await;
            assert_eq!(find(answer.content(200), id)["name"], german, "{}", answer.text);
            assert_eq!(find(en.get(&path).await.content(200), id)["name"], english);
        }
        let zones = en.get("/static/timeZone/list").await;
        assert_eq!(find(zones.content(200), "Europe/Berlin")["class"], "TIME_ZONE");
        for (list, id) in [("sector", "01ab"), ("permission", "customer_write"), ("organizationTemplateData", "DEFAULT_DE"), ("marker", "CUSTOMER_ID")] {
            let answer = en.get(&format!("/static/{list}/list")).await;
            find(answer.content(200), id);
        }
        assert!(en.get("/static/logCategory/list").await.content(200)["recordTotal"].as_i64() > Some(5));
    }

    /// `static/error/{code}/show` answers with that very status, in the envelope.
    async fn errors(app) {
        let token = app.access_token(&app.app, "").await;
        let caller = app.caller("/app/v3/de", &token);
        for code in [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503] {
            let answer = caller.get(&format!("/static/error/{code}/show")).await;
            assert_eq!(answer.status, code);
            assert_eq!(answer.json["content"], json!(null));
            assert_eq!(answer.json["messageList"][0]["type"], "failure");
        }
        assert_eq!(caller.get("/static/error/200/show").await.status, 404);
    }
}
