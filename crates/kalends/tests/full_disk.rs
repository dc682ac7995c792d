//! No room left for SQLite: writing is refused with 503, reading goes on, and with room again all is well by itself.

use crate::server::{Server, demo, free_port, kalends, text};
use serde_json::json;
use std::process::Command;
use std::time::{Duration, Instant};

/// Blocks of 1 KiB that every file may have.
const BLOCKS: u32 = 3_000;

/// Starts the server with a limit on the size of its files: writing beyond it fails as on a full disk.
async fn start(folder: &std::path::Path) -> Server {
    let script = r#"trap "" XFSZ; ulimit -S -f "$1"; shift; exec "$@""#;
    let port = free_port();
    let mut command = Command::new("bash");
    command.args(["-c", script, "limited", &BLOCKS.to_string(), env!("CARGO_BIN_EXE_kalends"), "--data-dir"]);
    command.arg(folder).args(["--log", "off", "--rate-limit", "0"]);
    Server::start(&mut command, port).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j3_a_full_disk_refuses_writes_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = kalends(folder.path());
    command.args(["--log", "error"]);
    let demo = demo(command);
    let server = start(folder.path()).await;
    let caller = server.caller(&demo).await;

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

    let room = Command::new("prlimit").args(["--pid", &server.process.id().to_string(), "--fsize=unlimited"]).status();
    assert!(room.expect("prlimit").success());
    let began = Instant::now();
    while caller.post("/customer/add", json!({"lastName": "Room"})).await.status != 201 {
        assert!(began.elapsed() < Duration::from_secs(10), "it does not recover by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(caller.get("/customer/list").await.content(200)["recordTotal"], kept.len() + 4);
}
