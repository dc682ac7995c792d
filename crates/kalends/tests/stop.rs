//! `SIGTERM`: running requests are answered, then the program ends with success.

use crate::server::{Server, demo, free_port, kalends};
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_request_is_answered() {
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
    let told = Command::new("kill").args(["-TERM", &server.process.id().to_string()]).status();
    assert!(told.expect("kill").success());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(TcpStream::connect(("127.0.0.1", server.port)).await.is_err(), "nobody new is let in");
    running.write_all(&body.as_bytes()[10..]).await.expect("sent");
    let mut answer = Vec::new();
    running.read_to_end(&mut answer).await.expect("an answer, then the end");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 201 ") && answer.contains("CUSTOMER_SHORT"), "{answer}");
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.expect("an idle connection is closed");
    let began = Instant::now();
    let ended = loop {
        if let Some(status) = server.process.try_wait().expect("waited") {
            break status;
        }
        assert!(began.elapsed() < Duration::from_secs(12), "it does not end");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert!(ended.success(), "{ended}");
    let server = Server::start(&mut kalends(folder.path()), free_port()).await;
    let caller = server.caller(&demo).await;
    assert_eq!(caller.get("/customer/filter/1?searchQuery=minute").await.content(200)["recordTotal"], 1);
}
