//! What stands before every operation: keys that act once, versions, preferences, limits, request ids.

use kalends_testkit::app::{On, Settings, TestApp};
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};
use std::time::Duration;

async fn with(caller: &Caller, method: &str, path: &str, header: (&str, &str), body: &Value) -> Answer {
    let request = caller.request(method, path).header(header.0, header.1).json(body).send().await;
    Answer::read(request.expect("an answer")).await
}

fn id(answer: &Answer) -> String {
    answer.content(201)["id"].as_str().expect("an id").to_owned()
}

both! {
    /// A key belongs to one client and one address, and counts only for what succeeded.
    async fn keys(app) {
        let demo = app.demo().await;
        let customer = json!({"firstName": "A", "lastName": "Key"});
        let key = ("idempotency-key", "k");
        let first = with(&demo, "POST", "/customer/add", key, &customer).await;
        let made = id(&first);
        // Another address and another client have keys of their own.
        id(&with(&demo, "POST", "/customerGroup/add", key, &json!({"name": "Key"})).await);
        let (stranger, foreign, _) = app.developer("stranger@example.com").await;
        let token = app.access_token(&foreign, &stranger.organization_id).await;
        let theirs = app.caller(&format!("/app/v3/en/organization/{}", stranger.organization_id), &token);
        assert_ne!(id(&with(&theirs, "POST", "/customer/add", key, &customer).await), made);
        // The answer is the first one, whatever happened since.
        demo.delete(&format!("/customer/{made}/delete")).await.content(200);
        let again = with(&demo, "POST", "/customer/add", key, &customer).await;
        assert_eq!((again.status, &again.text), (201, &first.text));
        assert_eq!(demo.get("/customer/filter/1?searchQuery=key").await.content(200)["recordTotal"], 0);
        // What was refused is not kept: the corrected body may use the key.
        let key = ("idempotency-key", "second");
        assert_eq!(with(&demo, "POST", "/customer/add", key, &json!({"firstName": "B"})).await.status, 400);
        id(&with(&demo, "POST", "/customer/add", key, &json!({"firstName": "B", "lastName": "B"})).await);
        for (value, code) in [("", "required"), (&"x".repeat(256), "too_long")] {
            let refused = with(&demo, "POST", "/customer/add", ("idempotency-key", value), &customer).await;
            assert_eq!((refused.status, refused.codes(), refused.parameters()), (400, vec![code], vec!["Idempotency-Key"]));
        }
        id(&with(&demo, "POST", "/customer/add", ("idempotency-key", &"x".repeat(255)), &customer).await);
        // Other methods can be repeated anyway: a key means nothing there.
        let group = id(&demo.post("/customerGroup/add", json!({"name": "G"})).await);
        for name in ["one", "two"] {
            with(&demo, "PUT", &format!("/customerGroup/{group}/edit"), key, &json!({"name": name})).await.content(200);
            assert_eq!(demo.get(&format!("/customerGroup/{group}/show")).await.content(200)["name"], name);
        }
    }

    /// Of many bodies under one key at once, one wins.
    async fn keys_at_once(app) {
        let demo = app.demo().await;
        let mut running = tokio::task::JoinSet::new();
        for number in 0..20 {
            let demo = demo.clone();
            let body = json!({"firstName": "Race", "lastName": format!("N{}", number % 2)});
            running.spawn(async move { with(&demo, "POST", "/customer/add", ("idempotency-key", "race"), &body).await });
        }
        let answers = running.join_all().await;
        let won: Vec<&String> = answers.iter().filter(|answer| answer.status == 201).map(|answer| &answer.text).collect();
        assert!(won.len() == 10 && won.iter().all(|text| *text == won[0]), "{won:?}");
        for lost in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!((lost.status, lost.codes()), (422, vec!["idempotency_mismatch"]));
        }
        assert_eq!(demo.get("/customer/filter/1?searchQuery=race").await.content(200)["recordTotal"], 1);
    }

    /// Operations that make several things at once make them once.
    async fn keys_of_large_operations(app) {
        let caller = app.without_organization().await;
        let account = json!({"name": "Once", "admin": {"firstName": "M", "lastName": "M", "email": "once@example.com"}});
        let accounts = [with(&caller, "POST", "/contractAccount/add", ("idempotency-key", "a"), &account).await, with(&caller, "POST", "/contractAccount/add", ("idempotency-key", "a"), &account).await];
        assert_eq!(id(&accounts[0]), id(&accounts[1]));
        let body = json!({"name": "Once", "contractAccountId": id(&accounts[0]), "moduleIdList": [app.module.record_id]});
        let made = [with(&caller, "POST", "/organization/add", ("idempotency-key", "a"), &body).await, with(&caller, "POST", "/organization/add", ("idempotency-key", "a"), &body).await];
        assert_eq!((made[0].status, &made[0].text), (201, &made[1].text));
        let list = caller.get(&format!("/app/{}/organization/list", app.app.record_id)).await;
        assert_eq!(list.content(200)["recordTotal"], 2, "the demo organization and one more");
    }

    /// `If-Match` on everything that changes, in all its spellings.
    async fn versions(app) {
        let demo = app.demo().await;
        let sub = id(&demo.post("/organization/addSub", json!({"name": "Sub"})).await);
        let sub = app.caller(&format!("/app/v3/en/organization/{sub}"), &demo.token);
        let tag = sub.get("/show").await.header("etag").to_owned();
        sub.put("/edit", json!({"notes": "changed"})).await.content(200);
        for (method, path, body) in [("PUT", "/edit", json!({"notes": "lost"})), ("PUT", "/move", json!({"organizationId": app.account.organization_id})), ("DELETE", "/delete", Value::Null)] {
            let stale = with(&sub, method, path, ("if-match", &tag), &body).await;
            assert_eq!((stale.status, stale.codes()), (412, vec!["version_mismatch"]), "{path}");
        }
        let shown = sub.get("/show").await;
        assert_eq!(shown.content(200)["notes"], "changed");
        let now = shown.header("etag");
        assert_ne!(now, tag);
        for (value, status) in [("*", 200), ("garbage", 412), ("\"99\"", 412)] {
            assert_eq!(with(&sub, "PUT", "/edit", ("if-match", value), &json!({})).await.status, status, "{value}");
        }
        assert_eq!(with(&sub, "PUT", "/edit", ("if-match", &format!("W/{now}")), &json!({"notes": "weak"})).await.status, 200);
        let edited = with(&sub, "PUT", "/edit", ("if-match", sub.get("/show").await.header("etag")), &json!({"notes": "third"})).await;
        assert_eq!((edited.status, edited.header("etag")), (200, sub.get("/show").await.header("etag")), "the answer names the new version");
        // Nothing changed: the version stays.
        let before = sub.get("/show").await;
        sub.put("/edit", json!({"notes": "third"})).await.content(200);
        assert_eq!(sub.get("/show").await.header("etag"), before.header("etag"));
        // Two that read the same version cannot both write.
        let group = id(&demo.post("/customerGroup/add", json!({"name": "G"})).await);
        let tag = demo.get(&format!("/customerGroup/{group}/show")).await.header("etag").to_owned();
        let mut running = tokio::task::JoinSet::new();
        for number in 0..8 {
            let (demo, tag, path) = (demo.clone(), tag.clone(), format!("/customerGroup/{group}/edit"));
            running.spawn(async move { with(&demo, "PUT", &path, ("if-match", &tag), &json!({"name": format!("n{number}")})).await.status });
        }
        let mut answers = running.join_all().await;
        answers.sort_unstable();
        assert!(answers[0] == 200 && answers[1..].iter().all(|status| matches!(status, 409 | 412)), "{answers:?}");
    }

    /// `Prefer: handling=strict` in all its spellings: unknown fields are refused, each by name.
    async fn preferences(app) {
        let demo = app.demo().await;
        let body = json!({"firstName": "A", "lastName": "B", "planet": "Mars", "address": {"moon": 1}, "timestampAdd": "2020-01-01T00:00:00.000Z"});
        for (prefer, status) in [
            ("handling=strict", 400), ("respond-async, handling=strict", 400), ("Handling=\"strict\"; x=y", 400), ("handling = strict", 400),
            ("handling=lenient", 201), ("handling=lenient, handling=strict", 201), ("strict", 201), ("return=minimal", 201),
        ] {
            let answer = with(&demo, "POST", "/customer/add", ("prefer", prefer), &body).await;
            assert_eq!(answer.status, status, "{prefer}: {}", answer.text);
            assert_eq!(answer.parameters(), ["address.moon", "planet"], "{prefer}: {}", answer.text);
            let tone = if status == 400 { "failure" } else { "info" };
            let tones: Vec<&str> = answer.json["messageList"].as_array().expect("a list").iter().filter(|m| m["code"] == "unknown_field").filter_map(|m| m["type"].as_str()).collect();
            assert_eq!(tones, [tone, tone], "{prefer}");
        }
        let written = with(&demo, "PUT", "/edit", ("prefer", "handling=strict"), &json!({"name": "X", "colour": "red"})).await;
        assert_eq!((written.status, written.parameters()), (400, vec!["colour"]));
        assert_ne!(demo.get("/show").await.content(200)["name"], "X");
    }

    /// Every answer names its request: by the client's own word when it is a plain one, by a new one otherwise.
    async fn request_ids(app) {
        let demo = app.demo().await;
        let mut seen = std::collections::BTreeSet::new();
        for path in ["/show", "/customer/list", "/nothing", "/customer/index/x"] {
            let answer = demo.get(path).await;
            assert!(seen.insert(answer.header("x-request-id").to_owned()) && answer.header("x-request-id").len() == 20, "{path}");
        }
        for (method, url) in [("GET", "/nowhere"), ("GET", "/health/live"), ("POST", "/oauth/token"), ("GET", "/.well-known/jwks.json"), ("POST", "/health/live"), ("OPTIONS", "/app/v3/de/static/sector/list"), ("GET", "/app/v3/xx/static/sector/list")] {
            let caller = app.caller(url, "");
            let answer = Answer::read(caller.request(method, "").send().await.expect("an answer")).await;
            assert_eq!(answer.header("x-request-id").len(), 20, "{method} {url}");
            let answer = with(&caller, method, "", ("x-request-id", "my-own_1.x"), &Value::Null).await;
            assert_eq!(answer.header("x-request-id"), "my-own_1.x", "{method} {url}");
        }
        for bad in ["", "two words", "<script>", &"x".repeat(65)] {
            let answer = with(&demo, "GET", "/show", ("x-request-id", bad), &Value::Null).await;
            assert!(answer.header("x-request-id") != bad && answer.header("x-request-id").len() == 20, "{bad}");
        }
        let trace = ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert_eq!(with(&demo, "GET", "/show", trace, &Value::Null).await.status, 200);
    }
}

/// A client that asks too often is told so and how long to wait; others are not held up, and waiting helps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rate_limits() {
    let app = TestApp::start_with(On::Sqlite, Settings { rate_limit: 5, ..Settings::default() }).await;
    let (demo, module) = (app.demo().await, app.demo_module().await);
    let mut left = Vec::new();
    let refused = loop {
        let answer = demo.get("/customerGroup/list").await;
        assert_eq!(answer.header("ratelimit-policy"), "\"client\";q=10;w=2");
        let remaining =
            answer.header("ratelimit").strip_prefix("\"client\";r=").and_then(|rest| rest.split(';').next());
        left.push(remaining.and_then(|number| number.parse::<u32>().ok()).expect("a number"));
        if answer.status != 200 {
            break answer;
        }
        assert!(left.len() < 60, "never refused");
    };
    assert!(left.len() > 10 && left[0] == 9 && left.last() == Some(&0), "{left:?}");
    assert_eq!((refused.status, refused.codes()), (429, vec!["rate_limited"]), "{}", refused.text);
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=2).contains(&wait) && refused.json["content"].is_null(), "{}", refused.text);
    assert!(refused.text.contains(&format!(" {wait} ")), "the sentence says how long: {}", refused.text);
    assert_eq!(module.get("/show").await.status, 200, "another client");
    app.access_token(&app.app, "").await;
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(demo.get("/customerGroup/list").await.status, 200);
}
