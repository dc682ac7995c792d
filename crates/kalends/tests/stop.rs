//! Starting on what is there, and `SIGTERM`: running requests are answered, then the program ends with success.

use crate::server::{Server, demo, free_port, kalends};
use serde_json::json;
use std::collections::HashSet;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Longest time from start to ready on an existing database.
const READY: Duration = Duration::from_millis(300);

/// Several tries, since the machine has other things to do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_in_time() {
    let folder = tempfile::tempdir().expect("a folder");
    demo(kalends(folder.path()));
    let mut quickest = Duration::MAX;
    for _ in 0..10 {
        let began = Instant::now();
        let server = Server::start(&mut kalends(folder.path()), free_port()).await;
        quickest = quickest.min(began.elapsed());
        drop(server);
        if quickest < READY {
            return;
        }
    }
    panic!("it takes {quickest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j5_a_running_request_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = demo(kalends(folder.path()));
    let mut server = Server::start(&mut kalends(folder.path()), free_port()).await;
    let caller = server.caller(&demo).await;
    let mut idle = TcpStream::connect(("127.0.0.1", server.port)).await.expect("a connection");
    let mut running = TcpStream::connect(("127.0.0.1", server.port)).await.expect("a connection");
    let path = caller.base.split_once(&server.port.to_string()).expect("the port").1;
    let body = r#"{"firstName":"Last","lastName":"Minute"}"#;
    let head = format!(
        "POST {path}/customer/add HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        caller.token,
        body.len()
    );
    running.write_all(head.as_bytes()).await.expect("sent");
    running.write_all(&body.as_bytes()[..10]).await.expect("sent");
    tokio::time::sleep(Duration::from_millis(100)).await;
    terminate(&server);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(TcpStream::connect(("127.0.0.1", server.port)).await.is_err(), "nobody new is let in");
    running.write_all(&body.as_bytes()[10..]).await.expect("sent");
    let mut answer = Vec::new();
    running.read_to_end(&mut answer).await.expect("an answer, then the end");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 201 ") && answer.contains("CUSTOMER_SHORT"), "{answer}");
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.expect("an idle connection is closed");
    ends(&mut server).await;
    let server = Server::start(&mut kalends(folder.path()), free_port()).await;
    let caller = server.caller(&demo).await;
    assert_eq!(caller.get("/customer/filter/1?searchQuery=minute").await.content(200)["recordTotal"], 1);
}

fn terminate(server: &Server) {
    let told = Command::new("kill").args(["-TERM", &server.process.id().to_string()]).status();
    assert!(told.expect("kill").success());
}

/// Waits for the end, which must be a success.
async fn ends(server: &mut Server) {
    let began = Instant::now();
    let ended = loop {
        if let Some(status) = server.process.try_wait().expect("waited") {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(12), "it does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(ended.success(), "{ended}");
}

/// Told to stop while many write, the program refuses nobody it listens to, ends soon, and has kept what it answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn j5_under_load_nothing_answered_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let demo = demo(kalends(folder.path()));
    let mut command = kalends(folder.path());
    let mut server = Server::start(command.args(["--rate-limit", "0"]), free_port()).await;
    let caller = server.caller(&demo).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let caller = caller.clone();
        writers.spawn(async move {
            let mut answered = Vec::new();
            loop {
                let name = format!("w{writer}n{}", answered.len());
                let request = caller.request("POST", "/customer/add").json(&json!({"lastName": name}));
                // Nobody is refused for the stop: there is an answer as ever, or no connection.
                let Ok(answer) = request.send().await else { return answered };
                assert_eq!(answer.status(), 201);
                answered.push(name);
            }
        });
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    terminate(&server);
    ends(&mut server).await;
    let answered: Vec<String> = writers.join_all().await.into_iter().flatten().collect();
    assert!(answered.len() > 20, "{} answers are no load", answered.len());
    assert!(!folder.path().join("kalends.db-wal").exists(), "the log was written back");
    let server = Server::start(&mut kalends(folder.path()), free_port()).await;
    let list = server.caller(&demo).await.get("/customer/list").await;
    let list = list.content(200)["recordList"].as_array().expect("a list").iter();
    let there: HashSet<&str> = list.filter_map(|customer| customer["lastName"].as_str()).collect();
    let lost: Vec<&String> = answered.iter().filter(|name| !there.contains(name.as_str())).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
