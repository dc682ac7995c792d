//! The peer: npm's `oidc-provider`, records in memory, JWT access tokens signed by Ed25519.

use crate::Outcome;
use crate::load::{self, Load, Request};
use crate::table::Table;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const CLIENT: &str = "client_id=bench&client_secret=a-secret-that-is-long-enough-for-it";

/// Measures both grants on it, as one process and as a cluster of two; answers what the cluster does a second.
pub(crate) fn measure(table: &Table, load: &Load) -> Outcome<[f64; 2]> {
    let own = std::env::current_exe()?;
    let packages = own.ancestors().nth(2).ok_or("no target folder")?.join("peer");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peer/server.mjs");
    let mut rates = [0.0; 2];
    for (processes, name) in [("1", "oidc-provider, 1 process"), ("2", "oidc-provider, cluster of 2")] {
        let mut child = Command::new("node")
            .arg(&script)
            .arg(&packages)
            .arg(processes)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        let port = loop {
            let line = lines.next().ok_or("the peer does not start; ./bench oauth installs it")??;
            if let Some(port) = line.strip_prefix("PORT ") {
                break port.to_owned();
            }
        };
        let base = format!("http://127.0.0.1:{port}");
        let refresh = "bench-refresh-token-that-every-process-has";
        let grants = [
            ("client_credentials", format!("grant_type=client_credentials&{CLIENT}")),
            ("refresh_token", format!("grant_type=refresh_token&{CLIENT}&refresh_token={refresh}")),
        ];
        for (place, (grant, form)) in grants.into_iter().enumerate() {
            let measured = load::run(&base, &[Request::form("/token".into(), form)], load)?;
            table.row("memory", &format!("{name}: {grant}"), 64, measured, "");
            rates[place] = measured.rate;
        }
        drop(child.stdin.take());
        child.wait()?;
    }
    Ok(rates)
}
