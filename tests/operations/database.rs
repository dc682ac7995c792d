//! A database that goes away and comes back.

use kalends_testkit::app::TestApp;
use kalends_testkit::postgres::TestPostgres;
use serde_json::json;
use std::time::{Duration, Instant};

/// While PostgreSQL is stopped every request answers 503 with `Retry-After`; afterwards all is as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_and_back() {
    let cluster = TestPostgres::start().expect("PostgreSQL");
    let app = TestApp::on_postgres(cluster.database().await.expect("a database")).await;
    let demo = app.demo().await;
    demo.post("/customer/add", json!({"firstName": "Before", "lastName": "X"})).await.content(201);
    cluster.stop_server().expect("stopped");
    for (method, path) in [("GET", "/show"), ("GET", "/customer/list"), ("POST", "/customer/add")] {
        let body = json!({"firstName": "During", "lastName": "X"});
        let began = Instant::now();
        let answer = demo.send(method, path, Some(&body)).await;
        assert_eq!((answer.status, answer.codes()), (503, vec!["unavailable"]), "{path}: {}", answer.text);
        assert!(!answer.header("retry-after").is_empty());
        assert!(began.elapsed() < Duration::from_secs(10), "an answer in time");
    }
    let token = app
        .token(&[
            ("grant_type", "client_credentials"),
            ("client_id", &app.app.client_id),
            ("client_secret", &app.app.secret),
        ])
        .await;
    assert_eq!((token.status, token.json["error"].as_str()), (503, Some("temporarily_unavailable")));
    let ready = app.http.get(format!("{}/health/ready", app.url)).send().await.expect("an answer");
    assert_eq!(ready.status(), 503);
    cluster.start_server().expect("started");
    let back = Instant::now();
    while demo.get("/show").await.status != 200 {
        assert!(back.elapsed() < Duration::from_secs(20), "it recovers by itself");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    demo.post("/customer/add", json!({"firstName": "After", "lastName": "X"})).await.content(201);
    for (name, count) in [("before", 1), ("during", 0), ("after", 1)] {
        assert_eq!(
            demo.get(&format!("/customer/filter/1?searchQuery={name}")).await.content(200)["recordTotal"],
            count
        );
    }
}
