//! Details of the wire that break clients when they are missed (CONVENTIONS, PLATFORM section 4).

use kalends_testkit::client::Answer;
use serde_json::json;

both! {
    /// Unknown paths, methods and locales answer in the envelope.
    async fn envelopes(app) {
        let demo = app.demo().await;
        let unknown = demo.get("/nothing/list").await;
        assert_eq!((unknown.status, unknown.codes()), (404, vec!["route_not_found"]));
        let method = demo.send("POST", "/customer/list", None).await;
        assert_eq!((method.status, method.codes(), method.header("allow")), (405, vec!["method_not_allowed"], "GET, HEAD, OPTIONS"));
        let locale = app.caller("/app/v3/xx/static/country/list", &demo.token).get("").await;
        assert_eq!((locale.status, locale.codes(), locale.parameters()), (404, vec!["locale_not_found"], vec!["locale"]));
        let nowhere = app.caller("/nowhere", "").get("").await;
        assert_eq!((nowhere.status, nowhere.codes()), (404, vec!["route_not_found"]));
        for locale in ["de", "en", "de_DE", "en_EN", "en_US", "de_AT"] {
            let answer = app.caller(&format!("/app/v3/{locale}/static/sector/list"), &demo.token).get("").await;
            assert_eq!(answer.status, 200, "{locale}");
        }
        let german = app.caller(&format!("/app/v3/de_DE/organization/{}", app.account.organization_id), &demo.token);
        let english = demo.post("/customer/add", json!({})).await;
        let german = german.post("/customer/add", json!({})).await;
        assert_ne!(english.json["messageList"][0]["text"], german.json["messageList"][0]["text"]);
        assert_eq!(english.codes(), german.codes());
    }

    /// The same key and body act once, twenty times at once too; another body is refused.
    async fn idempotency(app) {
        let demo = app.demo().await;
        let send = |body: serde_json::Value| {
            let request = demo.request("POST", "/customer/add").header("idempotency-key", "k1").json(&body);
            async move { Answer::read(request.send().await.expect("an answer")).await }
        };
        let body = json!({"firstName": "Once", "lastName": "Only"});
        let mut running = tokio::task::JoinSet::new();
        for _ in 0..20 {
            running.spawn(send(body.clone()));
        }
        let answers = running.join_all().await;
        for answer in &answers {
            assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
        }
        assert_eq!(demo.get("/customer/filter/1?searchQuery=once").await.content(200)["recordTotal"], 1);
        let other = send(json!({"firstName": "Other", "lastName": "Only"})).await;
        assert_eq!((other.status, other.codes()), (422, vec!["idempotency_mismatch"]));
        app.clock.advance(24 * 3600 + 1);
        let demo = app.demo().await;
        let later = demo.request("POST", "/customer/add").header("idempotency-key", "k1").json(&body).send().await.expect("an answer");
        assert_eq!(later.status(), 201);
        assert_eq!(demo.get("/customer/filter/1?searchQuery=once").await.content(200)["recordTotal"], 2, "forgotten after a day");
    }

    /// `If-Match` protects against overwriting what one has not seen.
    async fn versions(app) {
        let demo = app.demo().await;
        let id = demo.post("/customer/add", json!({"firstName": "A", "lastName": "B"})).await.content(201)["id"].as_str().expect("an id").to_owned();
        let tag = demo.get(&format!("/customer/{id}/show")).await.header("etag").to_owned();
        let edit = |tag: &str, notes: &str| demo.request("PUT", &format!("/customer/{id}/edit")).header("if-match", tag).json(&json!({"notes": notes})).send();
        assert_eq!(edit(&tag, "first").await.expect("an answer").status(), 200);
        let stale = Answer::read(edit(&tag, "second").await.expect("an answer")).await;
        assert_eq!((stale.status, stale.codes()), (412, vec!["version_mismatch"]));
        assert_eq!(demo.get(&format!("/customer/{id}/show")).await.content(200)["notes"], "first");
        let delete = demo.request("DELETE", &format!("/customer/{id}/delete")).header("if-match", tag).send().await.expect("an answer");
        assert_eq!(delete.status(), 412);
    }

    /// Unknown fields are named, or refused when the client asks for it.
    async fn unknown_fields(app) {
        let demo = app.demo().await;
        let body = json!({"firstName": "A", "lastName": "B", "shoeSize": 44, "address": {"planet": "Mars"}});
        let answer = demo.post("/customer/add", body.clone()).await;
        answer.content(201);
        assert_eq!(answer.codes(), ["added", "unknown_field", "unknown_field"]);
        assert_eq!(answer.parameters(), ["address.planet", "shoeSize"]);
        let strict = demo.request("POST", "/customer/add").header("prefer", "handling=strict").json(&body).send().await.expect("an answer");
        assert_eq!(strict.status(), 400);
    }

    /// Bodies that are no document are refused with their reason.
    async fn broken_bodies(app) {
        let demo = app.demo().await;
        let deep = "[".repeat(100);
        let cases: [(&[u8], u16, &str); 8] = [
            (b"{", 400, "invalid_json"),
            (b"\xff\xfe", 400, "invalid_utf8"),
            (br#"{"firstName":"\u0000"}"#, 400, "nul_character"),
            (br#"{"a":1,"a":2}"#, 400, "duplicate_key"),
            (b"[1]", 400, "wrong_type"),
            (b"\"text\"", 400, "wrong_type"),
            (deep.as_bytes(), 400, "too_deep"),
            (&[b' '; 300_000], 413, "body_too_large"),
        ];
        for (body, status, code) in cases {
            let answer = demo.request("POST", "/customer/add").header("content-type", "application/json").body(body.to_vec()).send().await;
            let answer = Answer::read(answer.expect("an answer")).await;
            assert_eq!((answer.status, answer.codes()), (status, vec![code]), "{}", answer.text);
        }
        let form = demo.request("POST", "/customer/add").form(&[("firstName", "A")]).send().await.expect("an answer");
        assert_eq!(form.status(), 415);
        let twice = demo.request("GET", "/customer/list").header("authorization", "Bearer x").send().await.expect("an answer");
        assert_eq!(twice.status(), 400);
        let query = app.caller(&format!("/app/v3/en/static/country/list?access_token={}", demo.token), "").get("").await;
        assert_eq!((query.status, query.codes()), (400, vec!["token_in_query"]));
        let bytes = demo.get("/customer/%ff/identify").await;
        assert_eq!((bytes.status, bytes.codes()), (400, vec!["invalid_utf8"]));
    }

    /// Pages of registered origins may use the API with all its methods, others may not.
    async fn cors(app) {
        let demo = app.demo().await;
        for (origin, allowed) in [("https://shop.example", true), ("https://spa.example", true), ("https://evil.example", false), ("https://spa.exampl", false), ("null", false)] {
            let preflight = demo.request("OPTIONS", "/customer/list").header("origin", origin).header("access-control-request-method", "LINK").send().await.expect("an answer");
            let told = preflight.headers().get("access-control-allow-origin").and_then(|value| value.to_str().ok());
            assert_eq!(told, allowed.then_some(origin), "{origin}");
            if allowed {
                assert!(preflight.headers()["access-control-allow-methods"].to_str().expect("text").contains("UNLINK"));
            }
            let real = demo.request("GET", "/customer/list").header("origin", origin).send().await.expect("an answer");
            assert_eq!(real.headers().contains_key("access-control-allow-origin"), allowed);
        }
    }
}
