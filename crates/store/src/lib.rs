//! The only crate that names a database: SQLite and PostgreSQL behind one seam.
//!
//! Invariant: a statement is written once, with parameters `$1…$n`, and means the same on both engines; a transaction is
//! one closure that runs unchanged on both; what [`Store::write`] answered with `Ok` is on disk.
//!
//! Reading goes through [`Store::query`], outside of any transaction. Everything that writes, and every read that a write
//! depends on, goes through [`Store::write`].

pub mod audit;
pub mod booking;
pub mod calendar;
pub mod offers;
pub mod organizations;
pub mod people;
pub mod records;
pub mod schema;

mod error;
mod failure;
mod migrate;
mod postgres;
mod sqlite;
mod tx;
mod value;

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use error::{Result, StoreError};
pub use migrate::Migration;
pub use tx::Tx;
pub use value::{Row, Value};

/// Which database is below, for the few statements that cannot be the same on both.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    /// SQLite, inside the process.
    Sqlite,
    /// PostgreSQL, a server.
    Postgres,
}

/// Where the data lives.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A file, made when it is missing; its folder must exist.
    Sqlite(PathBuf),
    /// `postgresql://user:password@host/database`, without TLS: a server on the same machine or in the same private network.
    Postgres(String),
}

impl std::fmt::Debug for Database {
    /// Without the address of the server, which holds a password.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Database::Sqlite(path) => out.debug_tuple("Sqlite").field(path).finish(),
            Database::Postgres(_) => out.write_str("Postgres(…)"),
        }
    }
}

/// How to open a [`Store`].
#[derive(Clone, Debug)]
pub struct StoreConfig {
    /// Where the data lives.
    pub database: Database,
    /// Transactions that run at once on PostgreSQL. SQLite has one writer, whatever stands here.
    pub pool_size: usize,
    /// Connections for plain reads on PostgreSQL, shared by all tasks. SQLite opens one per thread that reads.
    pub read_connections: usize,
    /// How long a statement may run, and how long a write waits for its turn, before it ends as [`StoreError::Busy`].
    pub time_limit: Duration,
}

impl Default for StoreConfig {
    fn default() -> StoreConfig {
        StoreConfig {
            database: Database::Sqlite(PathBuf::from("kalends.db")),
            pool_size: 16,
            read_connections: 3,
            time_limit: Duration::from_secs(5),
        }
    }
}

/// What a transaction closure answers: a boxed future that borrows the transaction.
pub type TxFuture<'t, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 't>>;

/// An open database. Clones share it.
#[derive(Clone)]
pub struct Store {
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

impl Store {
    /// Opens the database without changing its tables.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file or the server cannot be reached, [`StoreError::Other`] when the address
    /// is malformed or the server too old.
    pub async fn open(config: StoreConfig) -> Result<Store> {
        let backend = match &config.database {
            Database::Sqlite(path) => Backend::Sqlite(Arc::new(sqlite::Sqlite::open(path, config.time_limit).await?)),
            Database::Postgres(url) => Backend::Postgres(Arc::new(postgres::Postgres::open(url, &config).await?)),
        };
        Ok(Store { backend })
    }

    /// Which database is below.
    pub fn dialect(&self) -> Dialect {
        match self.backend {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Brings the tables up to date: applies the missing migrations in order, one transaction each, and answers their
    /// names. Several processes may do so at once; each migration is applied by one of them. `now` is in microseconds.
    ///
    /// # Errors
    /// [`StoreError::Other`] when an applied migration was changed afterwards, is not in the list (the database is newer
    /// than the program) or comes after a missing one; nothing is applied then.
    pub async fn migrate(&self, migrations: &[Migration], now: i64) -> Result<Vec<String>> {
        migrate::run(self, migrations, now).await
    }

    /// A plain read. On SQLite it runs at once on the calling thread.
    pub async fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.query(sql, params),
            Backend::Postgres(postgres) => postgres.query(sql, params).await,
        }
    }

    /// A plain read of at most one row; further rows are left unread.
    pub async fn query_opt(&self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs a transaction: commits when the closure answers `Ok`, undoes everything when it answers `Err` or panics.
    /// Once begun it runs to its end, even when the caller stops waiting.
    ///
    /// The closure may run several times (deadlocks on PostgreSQL, a neighbour's failure on SQLite) and must therefore
    /// have no effect besides its statements; only one run counts. It must await nothing but the transaction: on
    /// SQLite all writers wait for it.
    ///
    /// # Errors
    /// The closure's own, or what commit failed with. A closure that answers `Ok` after one of its statements failed
    /// outside of a savepoint gets that statement's error: the transaction cannot be kept.
    pub async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> TxFuture<'t, T, E> + Send + Sync + 'static,
    {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(f).await,
            Backend::Postgres(postgres) => postgres.write(f).await,
        }
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<()> {
        self.query("SELECT 1", &[]).await.map(drop)
    }

    /// Finishes the writes that were begun or are queued, then closes. On SQLite the write-ahead log is moved into the
    /// database file. Later calls answer [`StoreError::Unavailable`].
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }

    /// Writes a consistent copy of a SQLite database to a file that must not exist yet, while others read and write.
    ///
    /// # Errors
    /// [`StoreError::Other`] when the file exists, and on PostgreSQL, which has its own tools for this.
    pub async fn backup_to(&self, path: &Path) -> Result<()> {
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.backup_to(path).await,
            Backend::Postgres(_) => Err(StoreError::Other("back up PostgreSQL with pg_dump".to_owned())),
        }
    }
}
