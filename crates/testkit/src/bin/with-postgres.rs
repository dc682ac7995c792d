//! Runs a command with a throw-away PostgreSQL cluster that all its test processes share.
//!
//! `with-postgres COMMAND [ARGUMENT…]` ends with the command's own exit code.

use kalends_testkit::postgres::{CLUSTER_VARIABLE, TestPostgres};
use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    match run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => complain(&error),
    }
}

/// The command's exit code; 1 when a signal ended it.
fn run() -> std::io::Result<u8> {
    let mut words = std::env::args_os().skip(1);
    let program = words.next().ok_or_else(|| std::io::Error::other("a command is missing"))?;
    let cluster = TestPostgres::shared()?;
    let status = Command::new(program).args(words).env(CLUSTER_VARIABLE, cluster.url()).status()?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

#[expect(clippy::print_stderr, reason = "a command's own complaint")]
fn complain(error: &std::io::Error) -> ExitCode {
    eprintln!("with-postgres: {error}");
    ExitCode::FAILURE
}
