//! The program as an operator starts it.

use kalends_store::Database;
use kalends_testkit::client::{Answer, Caller};
use serde_json::Value;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server. Dropping it kills it.
pub(crate) struct Server {
    pub(crate) process: Child,
    pub(crate) port: u16,
    pub(crate) http: reqwest::Client,
}

/// A port that is free now.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// `kalends` with a data folder, quiet, and nothing of the environment.
pub(crate) fn kalends(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
    command.env_clear().env("KALENDS_LOG", "warn").arg("--data-dir").arg(folder);
    command
}

/// The same on a database.
pub(crate) fn on(folder: &Path, database: &Database) -> Command {
    let mut command = kalends(folder);
    command.args(["--log", "error", "--rate-limit", "0"]);
    if let Database::Postgres(url) = database {
        command.args(["--database", url]);
    }
    command
}

/// What a command that ends writes to standard output.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.stderr(Stdio::inherit()).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stdout).expect("text")
}

/// The demo account's credentials.
pub(crate) fn demo(mut command: Command) -> Value {
    serde_json::from_str(&output(command.arg("demo"))).expect("JSON")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

impl Server {
    /// Starts `kalends serve` (the command is given without it) and waits until it is ready.
    pub(crate) async fn start(command: &mut Command, port: u16) -> Self {
        command.args(["--listen", &format!("127.0.0.1:{port}"), "serve"]);
        Self::wait(command.spawn().expect("a server"), port).await
    }

    /// Waits until a started one is ready.
    pub(crate) async fn wait(process: Child, port: u16) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let server = Self { process, port, http };
        let began = Instant::now();
        while !server.http.get(server.url("/health/ready")).send().await.is_ok_and(|answer| answer.status() == 200) {
            assert!(began.elapsed() < Duration::from_secs(20), "it does not start");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        server
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.url("/oauth/token")).form(form);
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// The demo app in the demo organization.
    pub(crate) async fn caller(&self, demo: &Value) -> Caller {
        let organization = text(&demo["organizationId"]);
        let answer = self
            .token(&[
                ("grant_type", "client_credentials"),
                ("client_id", demo["app"]["clientId"].as_str().expect("a text")),
                ("client_secret", demo["app"]["clientSecret"].as_str().expect("a text")),
                ("organization_id", &organization),
            ])
            .await;
        let base = self.url(&format!("/app/v3/en/organization/{organization}"));
        Caller::new(&self.http, base, text(&answer.json["access_token"]))
    }

    /// `SIGKILL`.
    pub(crate) fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("ended");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
