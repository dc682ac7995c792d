//! `/app/v3/{locale}/organization/{organizationId}/log/…`

use serde_json::json;

both! {
    /// Every write leaves a line: who, what, when, before and after.
    async fn trail(app) {
        let demo = app.demo().await;
        let added = demo.request("POST", "/customer/add").header("x-request-id", "my-request").json(&json!({"firstName": "A", "lastName": "B"})).send().await.expect("an answer");
        assert_eq!(added.headers()["x-request-id"], "my-request");
        let id = added.json::<serde_json::Value>().await.expect("JSON")["content"]["id"].as_str().expect("an id").to_owned();
        app.clock.advance(5);
        demo.put(&format!("/customer/{id}/edit"), json!({"lastName": "C"})).await.content(200);
        demo.put(&format!("/customer/{id}/edit"), json!({"lastName": ""})).await;
        demo.delete(&format!("/customer/{id}/delete")).await;
        let log = demo.get(&format!("/log/filter/1?searchQuery={id}")).await;
        let lines = log.content(200)["recordList"].as_array().expect("a list");
        let actions: Vec<&str> = lines.iter().filter_map(|line| line["action"].as_str()).collect();
        assert_eq!(actions, ["DELETE", "EDIT", "ADD"], "what was refused left nothing");
        assert_eq!(lines[1]["changeList"], json!([{"field": "lastName", "before": "B", "after": "C"}]));
        assert_eq!((&lines[2]["requestId"], &lines[2]["actor"]["type"]), (&json!("my-request"), &json!("APP")));
        assert_eq!(lines[2]["actor"]["clientId"], app.app.client_id.as_str());
        assert_eq!(lines[1]["timestampAdd"], "2027-01-04T08:00:05.000Z");
        let one = demo.get(&format!("/log/{}/show", lines[0]["id"].as_str().expect("an id"))).await;
        assert_eq!(one.content(200), &lines[0]);
        assert_eq!(demo.get("/log/filter/1?searchQuery=edit%20customer").await.content(200)["recordTotal"], 1);
    }
}
