//! PostgreSQL: pooled connections for transactions, a few shared ones for plain reads.
//!
//! Invariant: a connection goes back to the pool outside of any transaction or not at all, and a lost server is found
//! again without anybody's help.

mod readers;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use deadpool_postgres::{
    ClientWrapper, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use futures_util::{FutureExt, TryStreamExt};
use tokio::sync::Semaphore;
use tokio_postgres::{Config, NoTls, Statement};

use self::readers::Readers;
use crate::tx::{Engine, Tx};
use crate::{Result, Row, StoreConfig, StoreError, TxFuture, Value};

/// Runs of one transaction before a conflict is given back.
const ATTEMPTS: u64 = 5;
/// Prepared statements a connection may collect before it forgets them all.
const STATEMENTS: usize = 2000;
/// Oldest server the statements are written for.
const OLDEST: i64 = 15;

pub(crate) struct Postgres {
    pool: Pool,
    /// One permit per connection of the pool, given out in the order of asking: whoever holds one finds a connection free.
    turns: Arc<Semaphore>,
    pool_size: u32,
    readers: Readers,
    time_limit: Duration,
    /// Spreads the transactions that run again.
    reruns: AtomicU64,
}

impl Postgres {
    pub(crate) async fn open(url: &str, config: &StoreConfig) -> Result<Postgres> {
        let time_limit = config.time_limit;
        let mut server: Config = url.parse().map_err(|_| StoreError::Other("malformed database address".to_owned()))?;
        let limits = format!(
            "-c statement_timeout={} -c idle_in_transaction_session_timeout={}",
            time_limit.as_millis(),
            time_limit.as_millis() * 6,
        );
        let options = server.get_options().map_or(limits.clone(), |given| format!("{given} {limits}"));
        server
            .options(options)
            .application_name("kalends")
            .connect_timeout(time_limit)
            .tcp_user_timeout(time_limit * 2)
            .keepalives_idle(Duration::from_secs(30));

        let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(server.clone(), NoTls, manager))
            .max_size(config.pool_size.max(1))
            .wait_timeout(Some(time_limit))
            .create_timeout(Some(time_limit))
            .recycle_timeout(Some(time_limit))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Other(error.to_string()))?;
        let pool_size = u32::try_from(config.pool_size.max(1)).unwrap_or(u32::MAX);
        let postgres = Postgres {
            pool,
            turns: Arc::new(Semaphore::new(config.pool_size.max(1))),
            pool_size,
            readers: Readers::new(server, config.read_connections.max(1)),
            time_limit,
            reruns: AtomicU64::new(0),
        };
        postgres.check_server().await?;
        Ok(postgres)
    }

    async fn check_server(&self) -> Result<()> {
        let facts = "SELECT current_setting('server_version_num')::bigint / 10000, current_setting('server_encoding')";
        let rows = self.query(facts, &[]).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        if row.int(0) < OLDEST {
            return Err(StoreError::Other(format!("PostgreSQL {OLDEST} or newer is needed, this is {}", row.int(0))));
        }
        if row.text(1) != "UTF8" {
            return Err(StoreError::Other(format!("the database must be encoded as UTF8, not {}", row.text(1))));
        }
        Ok(())
    }

    pub(crate) async fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(self.readers.connection().await?.as_ref(), sql, params).await
    }

    pub(crate) async fn write<T, E, F>(self: &Arc<Self>, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> TxFuture<'t, T, E> + Send + Sync + 'static,
    {
        let turn = tokio::time::timeout(self.time_limit, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| StoreError::Busy)?
            .map_err(|_| closed())?;
        let this = Arc::clone(self);
        // A task of its own, so that a caller who stops waiting leaves no half transaction on a pooled connection.
        let running = tokio::spawn(async move {
            let answer = this.attempts(f).await;
            drop(turn);
            answer
        });
        running.await.unwrap_or_else(|_| Err(closed().into()))
    }

    async fn attempts<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send,
        E: From<StoreError> + Send,
        F: for<'t> Fn(&'t mut Tx) -> TxFuture<'t, T, E> + Send + Sync,
    {
        let mut attempt = 1;
        loop {
            let mut tx = Tx::new(Engine::Postgres(self.begin().await?));
            let answer = match AssertUnwindSafe(async { f(&mut tx).await }).catch_unwind().await {
                Ok(answer) => answer,
                Err(_) => Err(StoreError::Other("a transaction panicked".to_owned()).into()),
            };
            let ended = match (answer.is_ok(), tx.failed().cloned()) {
                (true, None) => end(&mut tx, "COMMIT").await,
                (true, Some(error)) => end(&mut tx, "ROLLBACK").await.and(Err(error)),
                // What went wrong is told by the closure's error; a connection that cannot roll back is dropped.
                (false, _) => end(&mut tx, "ROLLBACK").await.or(Ok(())),
            };
            let conflict = tx.met_conflict() || ended == Err(StoreError::Conflict);
            if conflict && attempt < ATTEMPTS && (answer.is_err() || ended.is_err()) {
                drop(tx);
                let spread = self.reruns.fetch_add(1, Ordering::Relaxed) % 8;
                tokio::time::sleep(Duration::from_millis(attempt * (5 + 2 * spread))).await;
                attempt += 1;
                continue;
            }
            return answer.and_then(|value| ended.map(|()| value).map_err(E::from));
        }
    }

    /// A connection with a transaction begun. One that turns out to be stale is replaced once.
    async fn begin(&self) -> Result<Session> {
        match self.try_begin().await {
            Err(StoreError::Unavailable(_)) if !self.pool.is_closed() => {
                self.pool.retain(|connection, _| !connection.is_closed());
                self.try_begin().await
            }
            answer => answer,
        }
    }

    async fn try_begin(&self) -> Result<Session> {
        let mut session = Session { connection: Some(self.pool.get().await.map_err(pool_error)?) };
        session.batch("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
        Ok(session)
    }

    pub(crate) async fn close(&self) {
        // Turns are given in order: with all of them in hand, every write that asked before is done.
        if let Ok(all) = self.turns.acquire_many(self.pool_size).await {
            all.forget();
        }
        self.turns.close();
        self.pool.close();
        self.readers.close().await;
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database was closed".to_owned())
}

fn pool_error(error: PoolError) -> StoreError {
    match error {
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
        PoolError::Backend(error) => connect_error(error),
        other => StoreError::Unavailable(other.to_string()),
    }
}

/// While connecting, everything is a matter of the server being there, short of a mistake in the address.
fn connect_error(error: tokio_postgres::Error) -> StoreError {
    match StoreError::from(error) {
        StoreError::Other(text) => StoreError::Unavailable(text),
        other => other,
    }
}

/// Ends the transaction and lets the connection go back to the pool if that worked.
async fn end(tx: &mut Tx, command: &str) -> Result<()> {
    let Engine::Postgres(session) = &mut tx.engine else { unreachable!("the transaction is on PostgreSQL") };
    session.batch(command).await?;
    // Dropping the object is what returns it.
    drop(session.connection.take());
    Ok(())
}

/// The connection of a transaction in progress.
pub(crate) struct Session {
    /// None once the transaction has ended.
    connection: Option<Object>,
}

impl Session {
    pub(crate) async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        query(self.connection()?, sql, params).await
    }

    pub(crate) async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let connection = self.connection()?;
        let statement = prepare(connection, sql).await?;
        check_count(&statement, params)?;
        Ok(connection.execute_raw(&statement, params).await?)
    }

    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection()?.batch_execute(sql).await?)
    }

    fn connection(&self) -> Result<&ClientWrapper> {
        self.connection.as_deref().ok_or_else(closed)
    }
}

impl Drop for Session {
    /// A transaction that was not ended (the server is gone, the runtime stops) takes its connection along.
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(Object::take(connection));
        }
    }
}

async fn query(connection: &ClientWrapper, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
    let statement = prepare(connection, sql).await?;
    check_count(&statement, params)?;
    let columns = statement.columns().len();
    let rows = connection.query_raw(&statement, params).await?;
    rows.map_err(StoreError::from)
        .and_then(async |row| {
            let values = (0..columns).map(|i| row.try_get(i)).collect::<Result<_, tokio_postgres::Error>>()?;
            Ok(Row(values))
        })
        .try_collect()
        .await
}

async fn prepare(connection: &ClientWrapper, sql: &str) -> Result<Statement> {
    if connection.statement_cache.size() >= STATEMENTS {
        connection.statement_cache.clear();
    }
    Ok(connection.prepare_cached(sql).await?)
}

fn check_count(statement: &Statement, params: &[Value]) -> Result<()> {
    let count = statement.params().len();
    if count == params.len() {
        return Ok(());
    }
    Err(StoreError::Other(format!("the statement has {count} parameters, {} were given", params.len())))
}
