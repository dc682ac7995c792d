//! Configuration: flags, `KALENDS_…` variables, a TOML file, defaults; the first that says something counts.

use clap::Args;
use ipnet::IpNet;
use kalends_service::mail::{Mailer, SettingError};
use kalends_store::Database;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use tracing_subscriber::EnvFilter;

/// What `config show` and the help say about several places that say something.
pub(crate) const PRECEDENCE: &str =
    "flags, then KALENDS_… variables, then the file of --config, then defaults; the first that says something counts";

/// What can be set on the command line and in the environment; every value is optional there.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Flags {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "KALENDS_LISTEN", value_name = "ADDRESS", value_parser = address)]
    pub listen: Option<SocketAddr>,
    /// Folder for the database and the installation's secret [default: kalends-data]
    #[arg(long, global = true, env = "KALENDS_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// postgresql://user:password@host/database, or sqlite:FILE [default: SQLite in the data folder]
    #[arg(long, global = true, env = "KALENDS_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// A TOML file with the same settings, as `config show` prints them
    #[arg(long, global = true, env = "KALENDS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address under which people reach the installation [default: http:// and the listening address]
    #[arg(long, global = true, env = "KALENDS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Secret that seals signing keys, 32 characters or more [default: made once, kept in the data folder]
    #[arg(long, global = true, env = "KALENDS_SECRET", value_name = "TEXT", hide_env_values = true)]
    pub secret: Option<String>,
    /// Secrets of before, which still open what they sealed; may be given several times
    #[arg(
        long = "previous-secret",
        global = true,
        env = "KALENDS_PREVIOUS_SECRETS",
        value_name = "TEXT",
        value_delimiter = ',',
        hide_env_values = true
    )]
    pub previous_secrets: Option<Vec<String>>,
    /// Requests a client may make each second; 0 means no limit [default: 200]
    #[arg(long, global = true, env = "KALENDS_RATE_LIMIT", value_name = "NUMBER")]
    pub rate_limit: Option<u32>,
    /// Origin whose web pages may use the APIs; may be given several times
    #[arg(long = "origin", global = true, env = "KALENDS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    pub origins: Option<Vec<String>>,
    /// Mail server, such as smtp://user:password@host:587 or smtps://… [default: none, mails are kept to be read]
    #[arg(long, global = true, env = "KALENDS_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// Sender of mails, such as Kalends <no-reply@booking.example.com>; needed with a mail server
    #[arg(long, global = true, env = "KALENDS_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// Address or network of a proxy in front whose X-Forwarded-For is believed; may be given several times
    #[arg(long = "trusted-proxy", global = true, env = "KALENDS_TRUSTED_PROXIES", value_name = "NETWORK", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Option<Vec<IpNet>>,
    /// Whether anybody may make an account: open or closed [default: open]
    #[arg(long, global = true, env = "KALENDS_REGISTRATION", value_name = "WORD", hide_possible_values = true)]
    pub registration: Option<Registration>,
    /// How log lines look: human or json [default: human]
    #[arg(long, global = true, env = "KALENDS_LOG_FORMAT", value_name = "FORMAT", hide_possible_values = true)]
    pub log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug, or a filter such as kalends_web=debug [default: info]
    #[arg(long, global = true, env = "KALENDS_LOG", value_name = "FILTER")]
    pub log: Option<String>,
}

/// An address and a port; `localhost` is the loopback address.
fn address(text: &str) -> Result<SocketAddr, String> {
    let numeric = text.strip_prefix("localhost:").map_or(text.to_owned(), |port| format!("127.0.0.1:{port}"));
    numeric.parse().map_err(|_| "give an address and a port, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

/// A network such as `10.0.0.0/8`; an address alone is a network of one.
fn network(text: &str) -> Result<IpNet, String> {
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| "give an address or a network, such as 10.0.0.1 or 10.0.0.0/8".to_owned())
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Registration {
    /// Anybody.
    Open,
    /// Those who are invited or given rights.
    Closed,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// The TOML file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    data_dir: Option<PathBuf>,
    database: Option<String>,
    public_url: Option<String>,
    secret: Option<String>,
    previous_secrets: Option<Vec<String>>,
    rate_limit: Option<u32>,
    origins: Option<Vec<String>>,
    trusted_proxies: Option<Vec<IpNet>>,
    smtp_url: Option<String>,
    mail_from: Option<String>,
    registration: Option<Registration>,
    log_format: Option<LogFormat>,
    log: Option<String>,
}

/// The settings that count.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Folder for what is kept.
    pub data_dir: PathBuf,
    /// The database.
    pub database: Database,
    /// Address under which people reach the installation, without a slash at the end.
    pub public_url: String,
    /// Given secret; otherwise the one in the data folder.
    pub secret: Option<String>,
    /// Secrets of before: they open and verify, and seal nothing new.
    pub previous_secrets: Vec<String>,
    /// Requests of a client each second.
    pub rate_limit: u32,
    /// Origins whose pages may use the APIs.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// The mail server; without one mails are kept to be read.
    pub smtp_url: Option<String>,
    /// Sender of mails.
    pub mail_from: Option<String>,
    /// Who may make an account.
    pub registration: Registration,
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged.
    pub log: String,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("the configuration file {0} cannot be read: {1}")]
    Unreadable(PathBuf, std::io::Error),
    /// The file does not say what it should.
    #[error("the configuration file {0} is not valid: {1}")]
    Invalid(PathBuf, toml::de::Error),
    /// The database address is none of the known forms.
    #[error("the database must be postgresql://user:password@host/database or sqlite:FILE")]
    Database,
    /// The public address is no web address.
    #[error("the public URL must begin with http:// or https:// and name a host, such as https://booking.example.com")]
    PublicUrl,
    /// An origin is none.
    #[error("the origin {0} must be https:// and a host without a path, such as https://shop.example.com")]
    Origin(String),
    /// The mail server or the sender cannot be used.
    #[error(transparent)]
    Mail(#[from] SettingError),
    /// The filter of log lines is none.
    #[error("what is logged ({0}) must be a level such as info, or a filter such as info,kalends_web=debug")]
    Log(String),
    /// The secret is too short to protect anything.
    #[error("the secret and each previous one must have 32 characters or more")]
    Secret,
}

impl Config {
    /// Puts flags, environment, file and defaults together.
    ///
    /// # Errors
    /// Names the setting that cannot be used and what it should be.
    pub(crate) fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let flags = flags.clone();
        let file = flags.config.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let listen = flags.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
        let data_dir = flags.data_dir.or(file.data_dir).unwrap_or_else(|| PathBuf::from("kalends-data"));
        let database = match flags.database.or(file.database) {
            None => Database::Sqlite(data_dir.join("kalends.db")),
            Some(url) if url.starts_with("postgresql://") || url.starts_with("postgres://") => Database::Postgres(url),
            Some(url) => match url.strip_prefix("sqlite:") {
                Some(file) if !file.is_empty() => Database::Sqlite(PathBuf::from(file)),
                _ => return Err(ConfigError::Database),
            },
        };
        let public_url =
            flags.public_url.or(file.public_url).unwrap_or_else(|| format!("http://{}", reachable(listen)));
        let public_url = public_url.trim_end_matches('/').to_owned();
        let host = public_url.strip_prefix("http://").or_else(|| public_url.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['?', '#', ' '])) {
            return Err(ConfigError::PublicUrl);
        }
        let secret = flags.secret.or(file.secret);
        let previous_secrets = flags.previous_secrets.or(file.previous_secrets).unwrap_or_default();
        if secret.iter().chain(&previous_secrets).any(|secret| secret.len() < 32) {
            return Err(ConfigError::Secret);
        }
        let origins = flags.origins.or(file.origins).unwrap_or_default();
        if let Some(wrong) = origins.iter().find(|origin| !is_origin(origin)) {
            return Err(ConfigError::Origin(wrong.clone()));
        }
        let (smtp_url, mail_from) = (flags.smtp_url.or(file.smtp_url), flags.mail_from.or(file.mail_from));
        if let Some(url) = &smtp_url {
            Mailer::check(url, mail_from.as_deref().unwrap_or_default())?;
        }
        let log = flags.log.or(file.log).unwrap_or_else(|| "info".to_owned());
        if EnvFilter::try_new(&log).is_err() {
            return Err(ConfigError::Log(log));
        }
        Ok(Self {
            listen,
            data_dir,
            database,
            public_url,
            secret,
            previous_secrets,
            rate_limit: flags.rate_limit.or(file.rate_limit).unwrap_or(200),
            origins,
            trusted_proxies: flags.trusted_proxies.or(file.trusted_proxies).unwrap_or_default(),
            smtp_url,
            mail_from,
            registration: flags.registration.or(file.registration).unwrap_or(Registration::Open),
            log_format: flags.log_format.or(file.log_format).unwrap_or(LogFormat::Human),
            log,
        })
    }

    /// The settings as a TOML file that could be used again, secrets masked.
    pub(crate) fn shown(&self) -> String {
        let mut table = toml::Table::from_iter([
            ("listen".to_owned(), toml::Value::from(self.listen.to_string())),
            ("data_dir".to_owned(), toml::Value::from(self.data_dir.display().to_string())),
            ("database".to_owned(), toml::Value::from(self.shown_database())),
            ("public_url".to_owned(), toml::Value::from(self.public_url.clone())),
            ("rate_limit".to_owned(), toml::Value::from(i64::from(self.rate_limit))),
            ("origins".to_owned(), toml::Value::from(self.origins.clone())),
            (
                "trusted_proxies".to_owned(),
                toml::Value::from(self.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>()),
            ),
            (
                "registration".to_owned(),
                toml::Value::from(if self.registration == Registration::Open { "open" } else { "closed" }),
            ),
            ("log".to_owned(), toml::Value::from(self.log.clone())),
            (
                "log_format".to_owned(),
                toml::Value::from(if self.log_format == LogFormat::Json { "json" } else { "human" }),
            ),
        ]);
        let mail = [("smtp_url", self.smtp_url.as_deref().map(masked)), ("mail_from", self.mail_from.clone())];
        table.extend(mail.into_iter().filter_map(|(name, value)| Some((name.to_owned(), toml::Value::from(value?)))));
        let secret = match self.secret {
            Some(_) => "secret = \"…\"\n".to_owned(),
            None => format!("# secret: kept in {}\n", self.data_dir.join("secret").display()),
        };
        let previous = match self.previous_secrets.len() {
            0 => "previous_secrets = []\n".to_owned(),
            several => format!("previous_secrets = [{}]\n", vec!["\"…\""; several].join(", ")),
        };
        let settings = toml::to_string(&table).expect("a table of texts and numbers can always be written");
        format!("# {PRECEDENCE}\n{settings}{secret}{previous}")
    }

    /// The database as it is written in the configuration, without its password.
    pub(crate) fn shown_database(&self) -> String {
        match &self.database {
            Database::Sqlite(path) => format!("sqlite:{}", path.display()),
            Database::Postgres(url) => masked(url),
        }
    }
}

impl File {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        toml::from_str(&text).map_err(|error| ConfigError::Invalid(path.to_owned(), error))
    }
}

/// The address under which a listening address is reached from the same machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// `https://shop.example.com`, as browsers write it.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '"', '%', '*']))
}

/// An address of a database or mail server without its password.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            format!("{scheme}://{}:…@{host}", user.split(':').next().unwrap_or_default())
        }
        Some((user, host)) => format!("{scheme}://{user}@{host}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_that_says_something_counts_and_secrets_are_masked() {
        let flags = Flags {
            database: Some("postgresql://kalends:hunter2@db/kalends".into()),
            secret: Some("s".repeat(32)),
            previous_secrets: Some(vec!["p".repeat(32), "q".repeat(32)]),
            public_url: Some("https://booking.example.com/".into()),
            smtp_url: Some("smtp://mailer:tr0ub4dor@mail.example.com:587".into()),
            mail_from: Some("Kalends <no-reply@example.com>".into()),
            ..Flags::default()
        };
        let config = Config::load(&flags).expect("valid");
        let shown = config.shown();
        assert!(
            ["hunter2", "ssss", "pppp", "qqqq", "tr0ub4dor"].iter().all(|secret| !shown.contains(secret)),
            "{shown}"
        );
        assert!(shown.contains("smtp://mailer:…@mail.example.com:587"), "{shown}");
        assert!(Config::load(&Flags { mail_from: None, ..flags }).is_err(), "a sender is needed");
        assert!(shown.contains("previous_secrets = [\"…\", \"…\"]"), "{shown}");
        assert!(shown.contains("postgresql://kalends:…@db/kalends"), "{shown}");
        assert_eq!(config.public_url, "https://booking.example.com");
        assert!(Config::load(&Flags { database: Some("mysql://x".into()), ..Flags::default() }).is_err());
        assert!(Config::load(&Flags { public_url: Some("booking".into()), ..Flags::default() }).is_err());
        assert!(Config::load(&Flags { secret: Some("short".into()), ..Flags::default() }).is_err());
        let previous = Some(vec!["s".repeat(32), "short".into()]);
        assert!(Config::load(&Flags { previous_secrets: previous, ..Flags::default() }).is_err());
        assert!(Config::load(&Flags { database: Some("sqlite:".into()), ..Flags::default() }).is_err());
        assert!(Config::load(&Flags { log: Some("info==x".into()), ..Flags::default() }).is_err());
        for origin in ["shop.example", "https://shop.example/", "*"] {
            assert!(
                Config::load(&Flags { origins: Some(vec![origin.into()]), ..Flags::default() }).is_err(),
                "{origin}"
            );
        }
    }

    #[test]
    fn who_listens_everywhere_is_reached_on_loopback() {
        for (listen, public) in [
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:8080", "http://[::1]:8080"),
            ("localhost:8080", "http://127.0.0.1:8080"),
            ("192.0.2.1:8080", "http://192.0.2.1:8080"),
        ] {
            let config = Config::load(&Flags { listen: address(listen).ok(), ..Flags::default() }).expect("valid");
            assert_eq!(config.public_url, public);
        }
        assert!(address("8080").is_err() && address("example.com:80").is_err());
    }
}
