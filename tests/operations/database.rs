//! A database that goes away and comes back.

use kalends_store::{Database, Store, StoreConfig, StoreError};
use kalends_testkit::app::{On, Settings, TestApp};
use kalends_testkit::client::Answer;
use kalends_testkit::postgres::TestPostgres;
use serde_json::json;
use std::time::{Duration, Instant};

/// While PostgreSQL is stopped every request answers 503 with `Retry-After`; afterwards all is as before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j3_cut_and_back() {
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

/// PostgreSQL ends without farewell while many write: every answer is a success or a 503 that says when to come back;
/// repeated with its key each addition happens once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j3_crashed_under_load() {
    let cluster = TestPostgres::start().expect("PostgreSQL");
    let app = TestApp::on_postgres(cluster.database().await.expect("a database")).await;
    let demo = app.demo().await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..6 {
        let demo = demo.clone();
        writers.spawn(async move {
            let mut refused = 0;
            for number in 0..40 {
                let name = format!("w{writer}n{number}");
                loop {
                    let request = demo.request("POST", "/customer/add").header("idempotency-key", &name);
                    let request = request.json(&json!({"lastName": name})).send().await;
                    let answer = Answer::read(request.expect("an answer")).await;
                    if answer.status == 201 {
                        break;
                    }
                    assert_eq!((answer.status, answer.codes()), (503, vec!["unavailable"]), "{}", answer.text);
                    assert!(!answer.header("retry-after").is_empty());
                    refused += 1;
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            refused
        });
    }
    tokio::time::sleep(Duration::from_millis(80)).await;
    cluster.crash_server().expect("crashed");
    cluster.start_server().expect("started");
    let refused: usize = writers.join_all().await.into_iter().sum();
    assert!(refused > 0, "nobody noticed the crash");
    let list = demo.get("/customer/list").await;
    let names: Vec<&str> = list.content(200)["recordList"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|customer| customer["lastName"].as_str())
        .filter(|name| name.starts_with('w'))
        .collect();
    let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!((names.len(), different.len()), (240, 240));
}

/// Another process holds SQLite's only place for a writer: reading goes on, writing is refused in time and works again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j3_sqlite_locked_by_another_process() {
    let settings = Settings { time_limit: Duration::from_millis(300), ..Settings::default() };
    let app = TestApp::start_with(On::Sqlite, settings).await;
    let demo = app.demo().await;
    let database = Database::Sqlite(app.sqlite_file());
    let other = Store::open(StoreConfig { database, ..StoreConfig::default() }).await.expect("a store");
    let (locked, is_locked) = tokio::sync::oneshot::channel();
    let locked = std::sync::Mutex::new(Some(locked));
    let holding = tokio::spawn(async move {
        let held = other.write(move |_| {
            let locked = locked.lock().expect("no panic").take();
            Box::pin(async move {
                let _ = locked.map(|locked| locked.send(()));
                // The writer's own thread: nobody else waits for it.
                std::thread::sleep(Duration::from_millis(1_200));
                Ok::<(), StoreError>(())
            })
        });
        held.await.expect("held");
    });
    is_locked.await.expect("locked");
    let began = Instant::now();
    let refused = demo.post("/customer/add", json!({"lastName": "Locked"})).await;
    assert_eq!((refused.status, refused.codes()), (503, vec!["unavailable"]), "{}", refused.text);
    assert!(!refused.header("retry-after").is_empty() && began.elapsed() < Duration::from_secs(1));
    assert_eq!(demo.get("/customer/list").await.content(200)["recordTotal"], 3, "reading goes on");
    let form =
        [("grant_type", "client_credentials"), ("client_id", &app.app.client_id), ("client_secret", &app.app.secret)];
    let token = app.token(&form).await;
    assert_eq!((token.status, token.json["error"].as_str()), (503, Some("temporarily_unavailable")));
    holding.await.expect("ended");
    demo.post("/customer/add", json!({"lastName": "Free"})).await.content(201);
    assert_eq!(demo.get("/customer/list").await.content(200)["recordTotal"], 4, "what was refused was not written");
}
