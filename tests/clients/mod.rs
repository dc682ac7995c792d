//! Strict clients of others, from their packages, against the running server: `oauth4webapi` (npm) and Authlib (PyPI).
//!
//! The scripts beside this file are ordinary programs of such clients. `tests/clients/install` puts the packages into
//! `target/clients`.

mod code;
mod credentials;

use kalends_engine::clock::Clock;
use kalends_testkit::app::TestApp;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

/// Where the packages are: `target/clients`.
pub(crate) fn packages() -> PathBuf {
    let own = std::env::current_exe().expect("this program");
    let target = own.ancestors().nth(3).expect("target/debug/deps/all");
    let packages = target.join("clients");
    assert!(packages.join("node/installed").exists(), "run tests/clients/install first; ./test does");
    packages
}

/// What a script has to know.
fn config(app: &TestApp) -> Value {
    json!({
        "issuer": app.url,
        "now": app.clock.now() / 1_000_000,
        "organization": app.account.organization_id,
        "app": {"id": app.app.client_id, "secret": app.app.secret},
        "module": {"id": app.module.client_id},
        "modules": packages().join("node/node_modules"),
    })
}

/// Runs a script with the interpreter its name asks for; `person` follows an authorization request and answers where it led.
async fn script<F: AsyncFnMut(String) -> String>(name: &str, config: &Value, mut person: F) {
    let interpreter = if name.ends_with(".mjs") { PathBuf::from("node") } else { packages().join("python/bin/python") };
    let mut child = Command::new(interpreter)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("clients").join(name))
        .arg(config.to_string())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("node and python");
    let mut input = child.stdin.take().expect("its input");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    while let Some(line) = lines.next_line().await.expect("text") {
        if let Some(address) = line.strip_prefix("AUTHORIZE ") {
            let answer = person(address.to_owned()).await;
            input.write_all(format!("{answer}\n").as_bytes()).await.expect("it listens");
        }
    }
    let mut complaint = String::new();
    child.stderr.take().expect("its errors").read_to_string(&mut complaint).await.expect("text");
    let status = child.wait().await.expect("its end");
    assert!(status.success(), "{name}: {complaint}");
}
