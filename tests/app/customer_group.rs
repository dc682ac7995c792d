//! `/app/v3/{locale}/organization/{organizationId}/customerGroup/…`

use serde_json::json;

both! {
    /// Groups are listed by name.
    async fn by_name(app) {
        let demo = app.demo().await;
        for name in ["zebra", "Ärzte", "beta"] {
            demo.post("/customerGroup/add", json!({"name": name})).await.content(201);
        }
        let list = demo.get("/customerGroup/list").await;
        let names: Vec<&str> = list.content(200)["recordList"].as_array().expect("a list").iter()
            .filter_map(|group| group["name"].as_str()).collect();
        assert_eq!(names, ["Ärzte", "beta", "New customers", "Regulars", "zebra"]);
    }
}
