//! `./bench`: how fast the program is, as one table from one run.
//!
//! Everything is measured from outside: the `kalends` program of the same build serves on a loopback port, a load
//! generator of its own process asks it, and a bare axum route in another process says what the machine can do at all.

mod bare;
mod load;
mod oauth;
mod oauth_seed;
mod peer;
mod program;
mod scheduling;
mod seed;
mod table;
mod walk;
mod world;

use clap::{Parser, Subcommand};
use std::error::Error;
use std::time::Duration;

/// What everything here answers.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures and prints one table.
#[derive(Debug, Parser)]
struct Cli {
    /// How long each row is measured, in seconds
    #[arg(long, global = true, default_value_t = 5)]
    seconds: u64,
    /// Customers among which `filter` searches
    #[arg(long, global = true, default_value_t = 1_000_000)]
    customers: usize,
    /// Only this database: sqlite or postgresql
    #[arg(long, global = true)]
    only: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Clone, Subcommand)]
enum Command {
    /// Slots and bookings instead of the first walk
    Scheduling,
    /// The authorization server, beside npm's oidc-provider
    Oauth,
    /// A route that answers a fixed text, to compare with; ends with its standard input
    #[command(hide = true)]
    Bare,
}

/// What a run was asked for.
struct Wish {
    time: Duration,
    customers: usize,
    databases: Vec<program::Kind>,
}

#[tokio::main]
async fn main() -> Outcome {
    let cli = Cli::parse();
    let all = [program::Kind::Sqlite, program::Kind::Postgres];
    let wanted = |kind: &program::Kind| cli.only.as_deref().is_none_or(|only| kind.name().eq_ignore_ascii_case(only));
    let wish = Wish {
        time: Duration::from_secs(cli.seconds),
        customers: cli.customers,
        databases: all.into_iter().filter(wanted).collect(),
    };
    match cli.command {
        Some(Command::Bare) => bare::serve().await,
        Some(Command::Oauth) => oauth::run(&wish).await,
        Some(Command::Scheduling) => scheduling::run(&wish).await,
        None => walk::run(&wish).await,
    }
}
