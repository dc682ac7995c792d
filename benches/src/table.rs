//! The one table.

use crate::load::Measured;
use crate::{Outcome, Wish};

/// Rows as they are measured, compared with the bare route of the same run.
pub(crate) struct Table {
    bare: Measured,
}

impl Table {
    /// Says what is measured where, and begins the table with the bare route.
    pub(crate) fn begin(title: &str, wish: &Wish) -> Outcome<Self> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let load = load.split(' ').next().unwrap_or("unknown").to_owned();
        print(&format!(
            "{title}: {cores} cores, shared with the load generator and the database; load average at the start {load}; {} s a row.\n\
             Other work on the machine makes the numbers worse and noisy: compare ratios (to the bare axum route, 2 KB of\n\
             JSON, 64 connections, same run), and runs only with runs on the same machine.\n",
            wish.time.as_secs()
        ));
        print("| database | what | connections | requests/s | p50 ms | p95 ms | p99 ms | ratio | aim | failed |");
        print("|---|---|---:|---:|---:|---:|---:|---:|---|---:|");
        let table = Self { bare: crate::bare::measure(wish.time)? };
        table.row("none", "bare axum route, 2 KB", 64, table.bare, "");
        Ok(table)
    }

    /// A measured row.
    pub(crate) fn row(&self, database: &str, what: &str, connections: usize, measured: Measured, aim: &str) {
        let Measured { rate, failed, p50, p95, p99 } = measured;
        let ratio = rate / self.bare.rate.max(1.0);
        print(&format!(
            "| {database} | {what} | {connections} | {rate:.0} | {p50:.2} | {p95:.2} | {p99:.2} | {ratio:.3} | {aim} | {failed} |"
        ));
    }

    /// A row with one number.
    pub(crate) fn value(&self, database: &str, what: &str, value: &str, aim: &str) {
        print(&format!("| {database} | {what}: {value} | | | | | | | {aim} | |"));
    }
}

/// Writes to standard output.
#[expect(clippy::print_stdout, reason = "what the command answers")]
pub(crate) fn print(text: &str) {
    println!("{text}");
}

/// Says on standard error what is being done, for who waits.
#[expect(clippy::print_stderr, reason = "progress is no part of the table")]
pub(crate) fn progress(text: &str) {
    eprintln!("… {text}");
}
