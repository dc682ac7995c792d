//! The `kalends` command: configuration, wiring, commands, shutdown.

mod commands;
mod config;
mod demo;
mod people;
mod rights;
mod walk;
mod wiring;

use clap::{Parser, Subcommand};
use config::{Config, Flags, LogFormat};
use kalends_oauth::keys::Algorithm;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Open, self-hosted appointment booking: both APIs, the authorization server, everything in one program.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = format!(
        "Without a command, kalends serves. Try `kalends quickstart` first.\nSettings: {}.",
        config::PRECEDENCE
    )
)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or Ctrl-C; running requests are answered before the program ends
    Serve,
    /// Serve, with a demo account ready and the commands of the first walk printed
    Quickstart,
    /// Make the demo account if there is none and print its credentials as JSON; works beside a running server
    Demo,
    /// Bring the database to this version's form and end
    Migrate,
    /// Keys that sign tokens
    #[command(subcommand)]
    Keys(Keys),
    /// People who have an account
    #[command(subcommand)]
    User(User),
    /// Admins of organizations
    #[command(subcommand)]
    Admin(Admin),
    /// Developer accounts
    #[command(subcommand)]
    Developer(Developer),
    /// Mails that wait, were sent or could not be sent
    #[command(subcommand)]
    Mail(Mail),
    /// Configuration
    #[command(subcommand)]
    Config(Show),
    /// Copy the SQLite database to a file while the server runs
    Backup {
        /// The new file; must not exist
        file: std::path::PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum Keys {
    /// Let the next signing key take over and publish another one; run it again after an hour or more
    Rotate {
        /// How the keys after this sign: EdDSA, or RS256 for clients that verify nothing else [default: as before]
        #[arg(long, value_name = "NAME", value_parser = algorithm)]
        algorithm: Option<Algorithm>,
    },
    /// List the signing keys
    List,
}

#[derive(Debug, Subcommand)]
enum User {
    /// List everybody, with what may need an operator's eye
    List,
    /// Print a link with which a user chooses a new password: it works for an hour and once
    ResetPassword {
        /// The user's address
        email: String,
    },
    /// End what a user has open and let her in no more
    Disable {
        /// The user's address
        email: String,
    },
    /// Let a user in again
    Enable {
        /// The user's address
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum Admin {
    /// Let a user do everything in an organization and all below it
    Add {
        /// The organization's id
        organization: String,
        /// The user's address
        email: String,
    },
    /// Take that back; it holds from her next request on
    Remove {
        /// The organization's id
        organization: String,
        /// The user's address
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum Developer {
    /// Switch a developer account off: its apps and modules can do nothing from now on, nothing is lost
    Disable {
        /// The account's id
        account: String,
    },
    /// Switch it on again; its apps and modules must get new refresh tokens
    Enable {
        /// The account's id
        account: String,
    },
}

#[derive(Debug, Subcommand)]
enum Mail {
    /// List the mails that were not sent, with their links
    List {
        /// Those that were sent too
        #[arg(long)]
        all: bool,
    },
    /// Print one mail, and why it was not sent
    Show {
        /// As `mail list` prints it
        id: String,
    },
}

#[derive(Debug, Subcommand)]
enum Show {
    /// Print the settings that count, secrets masked
    Show,
}

fn algorithm(word: &str) -> Result<Algorithm, String> {
    Algorithm::parse(word).ok_or_else(|| format!("use {}", Algorithm::ALL.map(Algorithm::word).join(" or ")))
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let config = match Config::load(&cli.flags) {
        Ok(config) => config,
        Err(error) => return complain(&error),
    };
    start_log(&config);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return complain(&error),
    };
    let outcome = runtime.block_on(async {
        match cli.command.unwrap_or(Command::Serve) {
            Command::Serve => commands::serve(&config, false).await,
            Command::Quickstart => commands::serve(&config, true).await,
            Command::Demo => commands::demo(&config).await,
            Command::Migrate => commands::migrate(&config).await,
            Command::Keys(Keys::Rotate { algorithm }) => commands::rotate(&config, algorithm).await,
            Command::Keys(Keys::List) => commands::list_keys(&config).await,
            Command::User(User::List) => people::list_users(&config).await,
            Command::User(User::ResetPassword { email }) => people::reset_password(&config, &email).await,
            Command::User(User::Disable { email }) => people::set_active(&config, &email, false).await,
            Command::User(User::Enable { email }) => people::set_active(&config, &email, true).await,
            Command::Admin(Admin::Add { organization, email }) => {
                rights::admin(&config, &organization, &email, true).await
            }
            Command::Admin(Admin::Remove { organization, email }) => {
                rights::admin(&config, &organization, &email, false).await
            }
            Command::Developer(Developer::Disable { account }) => rights::developer(&config, &account, false).await,
            Command::Developer(Developer::Enable { account }) => rights::developer(&config, &account, true).await,
            Command::Mail(Mail::List { all }) => people::list_mails(&config, all).await,
            Command::Mail(Mail::Show { id }) => people::show_mail(&config, &id).await,
            Command::Config(Show::Show) => commands::print(&config.shown()),
            Command::Backup { file } => commands::backup(&config, &file).await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(error.as_ref()),
    }
}

/// Says what went wrong on standard error, causes included.
#[expect(clippy::print_stderr, reason = "a command's own complaint")]
fn complain(error: &dyn std::error::Error) -> ExitCode {
    let mut text = format!("kalends: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    eprintln!("{text}");
    ExitCode::FAILURE
}

/// Log lines go to standard error: standard output belongs to the commands.
fn start_log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => log.json().init(),
        LogFormat::Human => log.init(),
    }
}
