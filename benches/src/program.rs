//! The program that is measured: started as a process of its own on a fresh database.

use crate::Outcome;
use kalends_store::{Database, Store, StoreConfig};
use kalends_testkit::client::Caller;
use kalends_testkit::postgres::TestPostgres;
use serde_json::Value;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Which database is below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// SQLite in a temporary folder.
    Sqlite,
    /// PostgreSQL, a throw-away server of its own.
    Postgres,
}

impl Kind {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// A running program with its demo account.
pub(crate) struct Program {
    /// Which database is below.
    pub kind: Kind,
    /// `http://127.0.0.1:port`.
    pub base: String,
    /// What `kalends demo` printed.
    pub demo: Value,
    /// Its database, for seeding.
    pub store: Store,
    http: reqwest::Client,
    folder: TempDir,
    listen: String,
    address: Option<String>,
    child: Option<Child>,
    _postgres: Option<Arc<TestPostgres>>,
}

impl Program {
    /// Starts it on a fresh database and makes the demo account.
    pub(crate) async fn start(kind: Kind) -> Outcome<Self> {
        let folder = TempDir::new()?;
        let (database, address, postgres) = match kind {
            Kind::Sqlite => (Database::Sqlite(folder.path().join("kalends.db")), None, None),
            Kind::Postgres => {
                let cluster = TestPostgres::shared()?;
                let url = cluster.database().await?;
                (Database::Postgres(url.clone()), Some(url), Some(cluster))
            }
        };
        let listen = TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string();
        let base = format!("http://{listen}");
        let mut command = command(&folder, &listen, address.as_deref())?;
        let output = command.arg("demo").stderr(Stdio::inherit()).output()?;
        let demo = serde_json::from_slice(&output.stdout)?;
        let time_limit = Duration::from_secs(120);
        let store = Store::open(StoreConfig { database, time_limit, ..StoreConfig::default() }).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut program =
            Self { kind, base, demo, store, http, folder, listen, address, child: None, _postgres: postgres };
        program.serve().await?;
        Ok(program)
    }

    /// Starts the process; answers how long it took until it was ready.
    async fn serve(&mut self) -> Outcome<Duration> {
        let begin = Instant::now();
        self.child = Some(command(&self.folder, &self.listen, self.address.as_deref())?.arg("serve").spawn()?);
        let ready = format!("{}/health/ready", self.base);
        while begin.elapsed() < Duration::from_secs(30) {
            if self.http.get(&ready).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(begin.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Err("the program is not ready after 30 seconds".into())
    }

    /// Ends the process as an administrator would and starts it again; answers how long until it was ready.
    pub(crate) async fn restart(&mut self) -> Outcome<Duration> {
        self.end()?;
        self.serve().await
    }

    fn end(&mut self) -> Outcome {
        if let Some(mut child) = self.child.take() {
            Command::new("kill").args(["-TERM", &child.id().to_string()]).status()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Resident memory of the process in megabytes.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        let id = self.child.as_ref().map_or(0, Child::id);
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }

    /// A text of the demo account, such as `/app/clientId`.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        self.demo.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// A refresh token of the demo app.
    pub(crate) async fn refresh_token(&self) -> Outcome<String> {
        let secret = self.text("/app/clientSecret");
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", self.text("/app/clientId")),
            ("client_secret", secret),
        ];
        self.token(&fields, "refresh_token").await
    }

    /// An access token of the demo app, bound to an organization.
    pub(crate) async fn access_token(&self, organization: &str) -> Outcome<String> {
        let refresh = self.refresh_token().await?;
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", self.text("/app/clientId")),
            ("refresh_token", &refresh),
            ("organization_id", organization),
        ];
        self.token(&fields, "access_token").await
    }

    async fn token(&self, fields: &[(&str, &str)], wanted: &str) -> Outcome<String> {
        let answer = self.http.post(format!("{}/oauth/token", self.base)).form(fields).send().await?.text().await?;
        let answer: Value = serde_json::from_str(&answer)?;
        Ok(answer[wanted].as_str().ok_or_else(|| format!("no token: {answer}"))?.to_owned())
    }

    /// The demo app in an organization: paths begin inside it.
    pub(crate) async fn caller(&self, organization: &str) -> Outcome<Caller> {
        let token = self.access_token(organization).await?;
        Ok(Caller::new(&self.http, format!("{}{}", self.base, path(organization, "")), token))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // The process ends with the benchmark, whatever happened.
        drop(self.end());
    }
}

/// A path of the App API inside an organization.
pub(crate) fn path(organization: &str, rest: &str) -> String {
    format!("/app/v3/en/organization/{organization}{rest}")
}

fn command(folder: &TempDir, listen: &str, address: Option<&str>) -> Outcome<Command> {
    let name: PathBuf = std::env::current_exe()?.with_file_name("kalends");
    let mut command = Command::new(name);
    command.arg("--data-dir").arg(folder.path()).args(["--listen", listen, "--rate-limit", "0", "--log", "warn"]);
    if let Some(address) = address {
        command.args(["--database", address]);
    }
    Ok(command)
}
