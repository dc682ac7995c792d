//! What all numbers are compared with: a route that answers a fixed JSON text of 2 KB and does nothing else.

use crate::Outcome;
use crate::load::{self, Load, Measured};
use axum::http::header::CONTENT_TYPE;
use axum::{Router, routing::get};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Serves on a port of its own, says which on standard output, and ends with its standard input.
#[expect(clippy::print_stdout, reason = "how the parent process learns the port")]
pub(crate) async fn serve() -> Outcome {
    let body: &'static str = Box::leak(format!("{{\"content\":\"{}\"}}", "x".repeat(2048 - 14)).into_boxed_str());
    let router = Router::new().route("/", get(move || async move { ([(CONTENT_TYPE, "application/json")], body) }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let stop = async {
        let end = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        drop(end.await);
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}

/// Measures it with 64 connections, in a process of its own as the program is.
pub(crate) fn measure(time: Duration) -> Outcome<Measured> {
    let mut child =
        Command::new(std::env::current_exe()?).arg("bare").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    if let Some(output) = child.stdout.take() {
        BufReader::new(output).read_line(&mut address)?;
    }
    let requests = [load::Request::get("/".into(), "")];
    let measured = load::run(&format!("http://{}", address.trim()), &requests, &Load { time, ..Load::default() });
    drop(child.stdin.take());
    child.wait()?;
    measured
}
