//! No room left for SQLite: writing is refused with 503, reading goes on, and with room again all is well by itself.

use kalends_testkit::client::Caller;
use serde_json::{Value, json};
use std::io::Read as _;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Blocks of 1 KiB that every file may have.
const BLOCKS: u32 = 3_000;

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server with a limit on the size of its files: writing beyond it fails as on a full disk.
async fn start(folder: &std::path::Path, port: u16, http: &reqwest::Client) -> Server {
    let script = r#"trap "" XFSZ; ulimit -S -f "$1"; shift; exec "$@""#;
    let mut command = Command::new("bash");
    command.args(["-c", script, "limited", &BLOCKS.to_string(), env!("CARGO_BIN_EXE_kalends"), "--data-dir"]);
    command.arg(folder).args(["--log", "off", "--rate-limit", "0", "--listen", &format!("127.0.0.1:{port}"), "serve"]);
    let server = Server(command.spawn().expect("a server"));
    let began = Instant::now();
    while !http.get(format!("http://127.0.0.1:{port}/health/ready")).send().await.is_ok_and(|a| a.status() == 200) {
        assert!(began.elapsed() < Duration::from_secs(20), "it does not start");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_refuses_writes_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let http = reqwest::Client::builder().no_proxy().build().expect("a client");
    let port = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port();
    let mut demo = Command::new(env!("CARGO_BIN_EXE_kalends"));
    let demo =
        demo.arg("--data-dir").arg(folder.path()).args(["--log", "error", "demo"]).stdout(Stdio::piped()).spawn();
    let mut text = String::new();
    demo.expect("a demo account").stdout.expect("piped").read_to_string(&mut text).expect("text");
    let demo: Value = serde_json::from_str(&text).expect("JSON");
    let server = start(folder.path(), port, &http).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let form = [
        ("grant_type", "client_credentials".to_owned()),
        ("client_id", text(&demo["app"]["clientId"])),
        ("client_secret", text(&demo["app"]["clientSecret"])),
        ("organization_id", text(&demo["organizationId"])),
    ];
    let token = http.post(format!("http://127.0.0.1:{port}/oauth/token")).form(&form).send().await.expect("an answer");
    let token = text(&token.json::<Value>().await.expect("JSON")["access_token"]);
    let inside = format!("http://127.0.0.1:{port}/app/v3/en/organization/{}", text(&demo["organizationId"]));
    let caller = Caller::new(&http, inside, token);

    let mut kept = Vec::new();
    let refused = loop {
        assert!(kept.len() < 2_000, "the limit is not felt");
        let customer = json!({"lastName": format!("n{}", kept.len()), "notes": "x".repeat(9_000)});
        let answer = caller.post("/customer/add", customer).await;
        if answer.status != 201 {
            break answer;
        }
        kept.push(text(&answer.json["content"]["id"]));
    };
    assert_eq!((refused.status, refused.codes()), (503, vec!["unavailable"]), "{}", refused.text);
    assert!(!refused.header("retry-after").is_empty());
    for _ in 0..20 {
        let again = caller.post("/customer/add", json!({"lastName": "Again", "notes": "x".repeat(9_000)})).await;
        assert!(matches!(again.status, 201 | 503), "{}", again.text);
        kept.extend(again.json["content"]["id"].as_str().map(str::to_owned));
    }
    for id in &kept {
        caller.get(&format!("/customer/{id}/show")).await.content(200);
    }
    assert_eq!(
        caller.get("/customer/list").await.content(200)["recordTotal"],
        kept.len() + 3,
        "only what was answered"
    );

    let room = Command::new("prlimit").args(["--pid", &server.0.id().to_string(), "--fsize=unlimited"]).status();
    assert!(room.expect("prlimit").success());
    let began = Instant::now();
    while caller.post("/customer/add", json!({"lastName": "Room"})).await.status != 201 {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not recover by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(caller.get("/customer/list").await.content(200)["recordTotal"], kept.len() + 4);
}
