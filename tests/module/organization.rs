//! `/module/v3/{locale}/organization/…`

use serde_json::json;

both! {
    /// What the public may know, with effective values instead of inheritance objects.
    async fn public(app) {
        let module = app.demo_module().await;
        let shown = module.get("/show").await;
        let content = shown.content(200);
        assert_eq!((&content["class"], &content["timeZone"], &content["currency"]), (&json!("ORGANIZATION"), &json!("Europe/Berlin"), &json!("EUR")));
        assert_eq!(content["address"]["city"], "Hamburg");
        assert!(content.get("notes").is_none() && content.get("settings").is_none(), "{content}");
        let everywhere = app.caller("/module/v3/en", &module.token);
        let filter = everywhere.get(&format!("/module/{}/organization/filter?searchQuery=park", app.module.record_id)).await;
        assert_eq!(filter.content(200)["recordTotal"], 1, "{}", filter.text);
        let own = &app.account.organization_id;
        let list = everywhere.get(&format!("/module/{}/organization/{own}/organization/list", app.module.record_id)).await;
        assert_eq!(list.content(200)["recordList"][0]["id"], own.as_str());
        let foreign = everywhere.get(&format!("/module/23{}/organization/filter", "0".repeat(30))).await;
        assert_eq!(foreign.status, 404);
    }
}
