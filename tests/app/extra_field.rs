//! `/app/v3/{locale}/organization/{organizationId}/extraField/…`

use crate::scheduling::fixture::{Scene, text};
use serde_json::json;

both! {
    /// The contract's example and what is refused.
    async fn crud(app) {
        let scene = Scene::new(&app).await;
        let added = scene.app.post("/extraField/add", json!({"key": "extra_field_sdk", "customId": "extraFieldSdk", "name": "Extra Field SDK", "nameI18nList": [], "type": "CHECKBOX", "required": false})).await;
        let short = added.content(201);
        assert_eq!((&short["class"], &short["key"], &short["type"]), (&json!("EXTRA_FIELD_SHORT"), &json!("extra_field_sdk"), &json!("CHECKBOX")));
        let path = format!("/extraField/{}", text(short, "id"));
        assert_eq!(scene.app.put(&format!("{path}/edit"), json!({"name": "edited"})).await.content(200)["required"], false);
        assert_eq!(scene.app.get("/extraField/extraFieldSdk/identify").await.content(200)["name"], "edited");
        for (document, parameter, code) in [
            (json!({"name": "N", "type": "INPUT"}), "key", "required"),
            (json!({"key": "k", "type": "INPUT"}), "name", "required"),
            (json!({"key": "k", "name": "N"}), "type", "required"),
            (json!({"key": "k", "name": "N", "type": "PHOTO"}), "type", "not_in_list"),
            (json!({"key": "k", "name": "N", "type": "SELECT"}), "optionList", "required"),
            (json!({"key": "k", "name": "N", "type": "SELECT", "optionList": "a"}), "optionList", "wrong_type"),
        ] {
            let answer = scene.app.post("/extraField/add", document.clone()).await;
            assert_eq!((answer.status, answer.parameters(), answer.codes()), (400, vec![parameter], vec![code]), "{document}");
        }
        let select = scene.app.put(&format!("{path}/edit"), json!({"type": "SELECT"})).await;
        assert_eq!((select.status, select.parameters()), (400, vec!["optionList"]), "an edit is checked as a whole");
        scene.app.put(&format!("{path}/edit"), json!({"type": "SELECT", "optionList": ["a", "b"]})).await.content(200);
        scene.app.delete(&format!("{path}/delete")).await.content(200);
        assert_eq!(scene.app.get("/extraField/list").await.content(200)["recordTotal"], 0);
    }

    /// A template asks for its own and its organization's, each once; links and changes are seen at once.
    async fn asked_for(app) {
        let (scene, other) = (Scene::new(&app).await, Scene::new(&app).await);
        let template = scene.simple(json!({"duration": 30}), &[]).await;
        let field = async |key: &str| text(scene.app.post("/extraField/add", json!({"key": key, "name": key, "type": "INPUT"})).await.content(201), "id");
        let (own, both, all) = (field("own").await, field("both").await, field("all").await);
        let keys = async || -> Vec<String> {
            let shown = scene.app.get(&format!("/bookingTemplate/fc{template}/show")).await;
            shown.content(200)["extraFieldList"].as_array().expect("a list").iter().map(|field| text(field, "key")).collect()
        };
        let link = async |verb: &str, path: String| scene.app.send(verb, &path, None).await.status;
        let of_template = |id: &str| format!("/appointmentTemplate/ea{template}/extraField/{id}/link");
        let of_organization = |id: &str| format!("/extraField/{id}/link");
        assert_eq!(keys().await, [""; 0]);
        for path in [of_template(&both), of_template(&own), of_organization(&all), of_organization(&both)] {
            assert_eq!(link("LINK", path.clone()).await, 200, "{path}");
        }
        let mut found = keys().await;
        found.sort_unstable();
        assert_eq!(found, ["all", "both", "own"], "each once");
        scene.app.put(&format!("/extraField/{own}/edit"), json!({"key": "renamed"})).await.content(200);
        assert!(keys().await.contains(&"renamed".to_owned()));
        assert_eq!(link("UNLINK", of_organization(&all).replace("/link", "/unlink")).await, 200);
        assert!(!keys().await.contains(&"all".to_owned()));
        scene.app.delete(&format!("/extraField/{own}/delete")).await.content(200);
        assert_eq!(keys().await, ["both"]);
        let foreign = other.app.post("/extraField/add", json!({"key": "k", "name": "k", "type": "INPUT"})).await;
        let foreign = text(foreign.content(201), "id");
        for path in [of_template(&foreign), of_organization(&foreign)] {
            assert_eq!(link("LINK", path.clone()).await, 404, "{path}");
        }
    }
}
