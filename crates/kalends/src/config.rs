//! Configuration: flags, `KALENDS_…` variables, a TOML file, defaults; the first that says something counts.

use clap::Args;
use kalends_store::Database;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What can be set on the command line and in the environment; every value is optional there.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Flags {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, env = "KALENDS_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Folder for the database and the installation's secret [default: kalends-data]
    #[arg(long, global = true, env = "KALENDS_DATA_DIR", value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// postgresql://user:password@host/database, or sqlite:FILE [default: SQLite in the data folder]
    #[arg(long, global = true, env = "KALENDS_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// A TOML file with the same settings (listen = "…", data_dir = "…", …)
    #[arg(long, global = true, env = "KALENDS_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address under which people reach the installation [default: http:// and the listening address]
    #[arg(long, global = true, env = "KALENDS_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Secret that seals signing keys, 32 characters or more [default: made once, kept in the data folder]
    #[arg(long, global = true, env = "KALENDS_SECRET", value_name = "TEXT", hide_env_values = true)]
    pub secret: Option<String>,
    /// Requests a client may make each second; 0 means no limit [default: 200]
    #[arg(long, global = true, env = "KALENDS_RATE_LIMIT", value_name = "NUMBER")]
    pub rate_limit: Option<u32>,
    /// Origin whose web pages may use the APIs; may be given several times
    #[arg(long = "origin", global = true, env = "KALENDS_ORIGINS", value_name = "ORIGIN", value_delimiter = ',')]
    pub origins: Option<Vec<String>>,
    /// How log lines look: human or json [default: human]
    #[arg(long, global = true, env = "KALENDS_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
    /// What is logged: error, warn, info, debug, or a filter such as kalends_web=debug [default: info]
    #[arg(long, global = true, env = "KALENDS_LOG", value_name = "FILTER")]
    pub log: Option<String>,
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
    rate_limit: Option<u32>,
    origins: Option<Vec<String>>,
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
    /// Requests of a client each second.
    pub rate_limit: u32,
    /// Origins whose pages may use the APIs.
    pub origins: Vec<String>,
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
    /// The secret is too short to protect anything.
    #[error("the secret must have 32 characters or more")]
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
            Some(url) => Database::Sqlite(PathBuf::from(url.strip_prefix("sqlite:").ok_or(ConfigError::Database)?)),
        };
        let public_url = flags.public_url.or(file.public_url).unwrap_or_else(|| format!("http://{listen}"));
        let public_url = public_url.trim_end_matches('/').to_owned();
        let host = public_url.strip_prefix("http://").or_else(|| public_url.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['?', '#', ' '])) {
            return Err(ConfigError::PublicUrl);
        }
        let secret = flags.secret.or(file.secret);
        if secret.as_ref().is_some_and(|secret| secret.len() < 32) {
            return Err(ConfigError::Secret);
        }
        Ok(Self {
            listen,
            data_dir,
            database,
            public_url,
            secret,
            rate_limit: flags.rate_limit.or(file.rate_limit).unwrap_or(200),
            origins: flags.origins.or(file.origins).unwrap_or_default(),
            log_format: flags.log_format.or(file.log_format).unwrap_or(LogFormat::Human),
            log: flags.log.or(file.log).unwrap_or_else(|| "info".to_owned()),
        })
    }

    /// The settings as a TOML file that could be used again, secrets masked.
    pub(crate) fn shown(&self) -> String {
        let database = match &self.database {
            Database::Sqlite(path) => format!("sqlite:{}", path.display()),
            Database::Postgres(url) => masked(url),
        };
        let table = toml::Table::from_iter([
            ("listen".to_owned(), toml::Value::from(self.listen.to_string())),
            ("data_dir".to_owned(), toml::Value::from(self.data_dir.display().to_string())),
            ("database".to_owned(), toml::Value::from(database)),
            ("public_url".to_owned(), toml::Value::from(self.public_url.clone())),
            ("rate_limit".to_owned(), toml::Value::from(i64::from(self.rate_limit))),
            ("origins".to_owned(), toml::Value::from(self.origins.clone())),
            ("log".to_owned(), toml::Value::from(self.log.clone())),
            (
                "log_format".to_owned(),
                toml::Value::from(if self.log_format == LogFormat::Json { "json" } else { "human" }),
            ),
        ]);
        let secret = match self.secret {
            Some(_) => "secret = \"…\"\n".to_owned(),
            None => format!("# secret: kept in {}\n", self.data_dir.join("secret").display()),
        };
        format!("{}{secret}", toml::to_string(&table).expect("a table of texts and numbers can always be written"))
    }
}

impl File {
    fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
        toml::from_str(&text).map_err(|error| ConfigError::Invalid(path.to_owned(), error))
    }
}

/// A database address without its password.
fn masked(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => format!("{scheme}://{}:…@{host}", user.split(':').next().unwrap_or_default()),
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
            public_url: Some("https://booking.example.com/".into()),
            ..Flags::default()
        };
        let config = Config::load(&flags).expect("valid");
        let shown = config.shown();
        assert!(!shown.contains("hunter2") && !shown.contains("ssss"), "{shown}");
        assert!(shown.contains("postgresql://kalends:…@db/kalends"), "{shown}");
        assert_eq!(config.public_url, "https://booking.example.com");
        assert!(Config::load(&Flags { database: Some("mysql://x".into()), ..Flags::default() }).is_err());
        assert!(Config::load(&Flags { public_url: Some("booking".into()), ..Flags::default() }).is_err());
        assert!(Config::load(&Flags { secret: Some("short".into()), ..Flags::default() }).is_err());
    }
}
