//! The load generator, a program of its own (`wrk`), so that what it costs is not counted as ours.

use crate::Outcome;
use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

/// One request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: &'static str,
    path: String,
    kind: &'static str,
    authorization: String,
    body: String,
    cookies: String,
}

impl Request {
    /// A request without a body; an empty token means none.
    pub(crate) fn get(path: String, token: &str) -> Self {
        let authorization = if token.is_empty() { String::new() } else { format!("Bearer {token}") };
        Self { method: "GET", path, kind: "", authorization, body: String::new(), cookies: String::new() }
    }

    /// A request with a JSON document.
    pub(crate) fn post(path: String, token: &str, document: &serde_json::Value) -> Self {
        let body = document.to_string();
        Self { method: "POST", kind: "application/json", body, ..Self::get(path, token) }
    }

    /// A request with form fields, already encoded.
    pub(crate) fn form(path: String, body: String) -> Self {
        Self { method: "POST", kind: "application/x-www-form-urlencoded", body, ..Self::get(path, "") }
    }

    /// The same request of a browser that has these cookies.
    pub(crate) fn with_cookies(self, cookies: &str) -> Self {
        Self { cookies: cookies.to_owned(), ..self }
    }
}

/// How the requests are sent.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    /// Connections, each with one request at a time.
    pub connections: usize,
    /// For how long at most.
    pub time: Duration,
    /// Each request one time only.
    pub once: bool,
    /// Milliseconds that each connection waits before each request.
    pub pause: u64,
}

impl Default for Load {
    fn default() -> Self {
        Self { connections: 64, time: Duration::from_secs(5), once: false, pause: 0 }
    }
}

/// What came out.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Measured {
    /// Requests each second.
    pub rate: f64,
    /// Answers that were no success, connections that broke, and requests without an answer.
    pub failed: u64,
    /// Half of the answers were there within so many milliseconds.
    pub p50: f64,
    /// 95 of 100 answers.
    pub p95: f64,
    /// 99 of 100 answers.
    pub p99: f64,
}

/// Sends the requests in turn, over and over or each once.
pub(crate) fn run(base: &str, requests: &[Request], load: &Load) -> Outcome<Measured> {
    let mut script = tempfile::Builder::new().suffix(".lua").tempfile()?;
    script.write_all(include_bytes!("../load.lua"))?;
    let mut list = tempfile::NamedTempFile::new()?;
    for Request { method, path, kind, authorization, body, cookies } in requests {
        writeln!(list, "{method}\t{path}\t{kind}\t{authorization}\t{body}\t{cookies}")?;
    }
    list.flush()?;
    let output = Command::new("wrk")
        .args(["--threads", "1", "--timeout", "10s"])
        .args(["--connections", &load.connections.to_string()])
        .args(["--duration", &format!("{}s", load.time.as_secs().max(1))])
        .arg("--script")
        .arg(script.path())
        .arg(base)
        .arg("--")
        .arg(list.path())
        .arg(if load.once { "once".to_owned() } else { load.pause.to_string() })
        .output()
        .map_err(|error| format!("wrk does not start: {error}; ./bench installs it"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix("RESULT "));
    let line = line.ok_or_else(|| format!("wrk failed: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let numbers: Vec<f64> = line.split(' ').map(str::parse).collect::<Result<_, _>>()?;
    let [sent, micros, failed, p50, p95, p99] = numbers[..] else { return Err(format!("wrk answered {line}").into()) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let failed = failed as u64;
    Ok(Measured { rate: sent * 1e6 / micros.max(1.0), failed, p50: p50 / 1e3, p95: p95 / 1e3, p99: p99 / 1e3 })
}
