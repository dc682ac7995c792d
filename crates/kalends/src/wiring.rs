//! Putting the parts together: store, keys, service, web.

use crate::config::{Config, Registration};
use kalends_engine::clock::{Clock, SystemClock, SystemEntropy};
use kalends_engine::id;
use kalends_service::Service;
use kalends_service::tokens::Tokens;
use kalends_store::{Database, Store, StoreConfig, schema};
use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

/// What commands answer.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The service and the keys over an opened, migrated database.
pub(crate) async fn platform(config: &Config) -> Outcome<(Service, Tokens)> {
    let store = open(config).await?;
    let applied = store.migrate(schema::MIGRATIONS, SystemClock.now()).await?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.join(", "), "database brought to this version");
    }
    let secret = secret(config)?;
    let secrets: Vec<&str> = [&secret].into_iter().chain(&config.previous_secrets).map(String::as_str).collect();
    let mut service = Service::new(store, Arc::new(SystemClock), Arc::new(SystemEntropy), &secrets, &config.public_url);
    service.registration_open = config.registration == Registration::Open;
    let tokens = Tokens::open(&service, &config.public_url, &secrets).await.map_err(complaint)?;
    if secrets.len() > 1 {
        service.reseal().await.map_err(complaint)?;
    }
    Ok((service, tokens))
}

/// The database, as it is.
pub(crate) async fn open(config: &Config) -> Outcome<Store> {
    make_folder(&config.data_dir)?;
    if let Database::Sqlite(path) = &config.database
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        make_folder(folder)?;
    }
    let settings = StoreConfig { database: config.database.clone(), ..StoreConfig::default() };
    let store = Store::open(settings).await;
    Ok(store.map_err(|error| format!("cannot use the database {}: {error}", config.shown_database()))?)
}

/// Makes a folder that only its owner can enter: personal data and secrets lie there. One that is there stays as it is.
fn make_folder(folder: &Path) -> Outcome {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = builder.create(folder);
    Ok(made.map_err(|error| format!("the data folder {} cannot be made: {error}", folder.display()))?)
}

/// The installation's secret: configured, or made once and kept in the data folder for its owner only.
fn secret(config: &Config) -> Outcome<String> {
    if let Some(secret) = &config.secret {
        return Ok(secret.clone());
    }
    let path = config.data_dir.join("secret");
    match fs::read_to_string(&path) {
        Ok(secret) if secret.trim().len() >= 32 => return Ok(secret.trim().to_owned()),
        Ok(_) => return Err(format!("{} must hold 32 characters or more", path.display()).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(format!("{} cannot be read: {error}", path.display()).into()),
    }
    let secret = id::alphanumerics(64, &SystemEntropy);
    match write_private(&path, &secret, true) {
        // Another process made it at the same moment: its secret counts.
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(fs::read_to_string(&path)?.trim().to_owned())
        }
        Err(error) => Err(format!("{} cannot be written: {error}", path.display()).into()),
        Ok(()) => Ok(secret),
    }
}

/// Writes a file that only its owner can read.
pub(crate) fn write_private(path: &Path, text: &str, new: bool) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).create_new(new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A refusal of the service as a command's complaint, in English.
pub(crate) fn complaint(failure: kalends_engine::problem::Failure) -> Box<dyn Error + Send + Sync> {
    let sentences = failure.problems.iter().map(|problem| {
        let args: Vec<(&str, &str)> = problem.args.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        let text = kalends_catalog::message::text(kalends_catalog::locale::Language::En, problem.code, &args);
        problem.parameter.as_ref().map_or(text.clone(), |parameter| format!("{parameter}: {text}"))
    });
    sentences.collect::<Vec<_>>().join("; ").into()
}
