//! SQLite: one reading connection per thread, called in place, and one writer thread that commits in groups.
//!
//! Invariant: a write is answered after the commit that holds it reached the disk (`synchronous=FULL`), and every job of a
//! group stands or falls alone, by its savepoint, unless the commit itself fails.

mod writer;

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};
use tokio::sync::{mpsc, oneshot};

use self::writer::{Message, TypedJob, Writer};
use crate::{Result, Row, StoreError, Tx, TxFuture, Value};

/// Jobs that may wait for the writer.
const QUEUE: usize = 4096;
/// Pages in the write-ahead log that trigger a checkpoint. With four times as many, 64 tasks inserted as fast, but the slowest
/// thousandth waited 17 ms instead of 6.
const CHECKPOINT_PAGES: u32 = 1000;
/// Prepared statements kept per connection.
const STATEMENTS: usize = 512;
/// Steps of SQLite's machine between two looks at the clock, well below a millisecond.
const STEPS: i32 = 10_000;

pub(crate) struct Sqlite {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Message>,
}

/// What readers need to open their own connection; readers of a store that is gone are recognised by it.
struct Shared {
    path: PathBuf,
    time_limit: Duration,
    closed: AtomicBool,
}

thread_local! {
    /// The reading connections of this thread, one per open store.
    static READERS: RefCell<Vec<(Weak<Shared>, Session)>> = const { RefCell::new(Vec::new()) };
}

impl Sqlite {
    pub(crate) async fn open(path: &Path, time_limit: Duration) -> Result<Sqlite> {
        let shared = Arc::new(Shared { path: path.to_owned(), time_limit, closed: AtomicBool::new(false) });
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (opened, answer) = oneshot::channel();
        let for_writer = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || match Session::open(&for_writer, Role::Writer) {
                Ok(session) => {
                    let _ = opened.send(Ok(()));
                    Writer::new(session, queue, for_writer.time_limit).run();
                }
                Err(error) => drop(opened.send(Err(error))),
            })
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        answer.await.map_err(|_| StoreError::Other("the writer thread ended".to_owned()))??;
        Ok(Sqlite { shared, jobs })
    }

    pub(crate) fn query(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        if self.shared.closed.load(Ordering::Acquire) {
            return Err(closed());
        }
        READERS.with_borrow_mut(|readers| {
            let mine = Arc::as_ptr(&self.shared);
            let at = match readers.iter().position(|(store, _)| std::ptr::eq(store.as_ptr(), mine)) {
                Some(at) => at,
                None => {
                    readers.retain(|(store, _)| store.upgrade().is_some_and(|s| !s.closed.load(Ordering::Acquire)));
                    readers.push((Arc::downgrade(&self.shared), Session::open(&self.shared, Role::Reader)?));
                    readers.len() - 1
                }
            };
            let session = &mut readers[at].1;
            session.limit_time(self.shared.time_limit);
            session.query(sql, params)
        })
    }

    pub(crate) async fn write<T, E, F>(&self, f: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: for<'t> Fn(&'t mut Tx) -> TxFuture<'t, T, E> + Send + Sync + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Message::Job(Box::new(TypedJob::new(f, reply)));
        self.jobs.send_timeout(job, self.shared.time_limit).await.map_err(|error| match error {
            mpsc::error::SendTimeoutError::Timeout(_) => StoreError::Busy,
            mpsc::error::SendTimeoutError::Closed(_) => closed(),
        })?;
        answer.await.unwrap_or_else(|_| Err(closed().into()))
    }

    pub(crate) async fn close(&self) {
        let (done, answer) = oneshot::channel();
        if self.jobs.send(Message::Close(done)).await.is_ok() {
            // An error means that the writer ended before: closed as well.
            drop(answer.await);
        }
        self.shared.closed.store(true, Ordering::Release);
    }

    pub(crate) async fn backup_to(&self, target: &Path) -> Result<()> {
        let target = target
            .to_str()
            .map(Value::from)
            .ok_or_else(|| StoreError::Other("the path of a backup must be valid UTF-8".to_owned()))?;
        let shared = Arc::clone(&self.shared);
        let copy = move || Session::open(&shared, Role::Copier)?.execute("VACUUM INTO $1", &[target]).map(drop);
        tokio::task::spawn_blocking(copy).await.map_err(|error| StoreError::Other(error.to_string()))?
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the database was closed".to_owned())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Writer,
    Reader,
    Copier,
}

/// A connection with its time limit.
pub(crate) struct Session {
    connection: Connection,
    opened: Instant,
    /// Milliseconds since `opened` after which a statement is interrupted.
    deadline: Arc<AtomicU64>,
}

impl Session {
    fn open(shared: &Shared, role: Role) -> Result<Session> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, role == Role::Writer);
        #[expect(clippy::disallowed_methods, reason = "this is the crate that opens databases")]
        let mut connection = Connection::open_with_flags(&shared.path, flags)?;
        connection.busy_timeout(shared.time_limit)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection
            .execute_batch("PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")?;
        match role {
            Role::Writer => {
                use_write_ahead_log(&connection, shared.time_limit)?;
                connection.execute_batch(&format!(
                    "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; \
                     PRAGMA journal_size_limit = 67108864"
                ))?;
            }
            Role::Reader => connection.execute_batch("PRAGMA query_only = ON")?,
            Role::Copier => {}
        }
        let opened = Instant::now();
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let limit = Arc::clone(&deadline);
        connection.progress_handler(STEPS, Some(move || since(opened) > limit.load(Ordering::Relaxed)))?;
        Ok(Session { connection, opened, deadline })
    }

    fn limit_time(&self, limit: Duration) {
        self.deadline.store(since(self.opened).saturating_add(millis(limit)), Ordering::Relaxed);
    }

    pub(crate) fn lift_time_limit(&self) {
        self.deadline.store(u64::MAX, Ordering::Relaxed);
    }

    pub(crate) fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let columns = statement.column_count();
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let values = (0..columns).map(|i| row.get(i)).collect::<rusqlite::Result<_>>()?;
            found.push(Row(values));
        }
        Ok(found)
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, params)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(self.connection.changes())
    }

    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        Ok(self.connection.execute_batch(sql)?)
    }

    fn command(&self, sql: &str) -> Result<()> {
        self.connection.prepare_cached(sql)?.raw_execute().map(drop).map_err(StoreError::from)
    }

    /// Whether a transaction is open; SQLite ends it by itself after some failures.
    fn in_transaction(&self) -> bool {
        !self.connection.is_autocommit()
    }
}

fn since(instant: Instant) -> u64 {
    millis(instant.elapsed())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Switches the file to a write-ahead log. Unlike every other statement this does not wait for a lock by itself.
fn use_write_ahead_log(connection: &Connection, limit: Duration) -> Result<()> {
    let begun = Instant::now();
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(StoreError::Other(format!("the file system allows no write-ahead log, only {mode}")));
            }
            Err(error) if begun.elapsed() > limit => return Err(error.into()),
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                std::thread::sleep(Duration::from_millis(10));
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Binds `$1…$n`. For SQLite `$7` is a parameter of that *name*, numbered by its first appearance in the text.
fn bind(statement: &mut Statement<'_>, params: &[Value]) -> Result<()> {
    let count = statement.parameter_count();
    if count != params.len() {
        return Err(StoreError::Other(format!("the statement has {count} parameters, {} were given", params.len())));
    }
    for index in 1..=count {
        let number = statement.parameter_name(index).and_then(|name| name.strip_prefix('$')?.parse::<usize>().ok());
        let value = number.and_then(|number| params.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| StoreError::Other("parameters must be named $1 to $n".to_owned()))?;
        statement.raw_bind_parameter(index, value)?;
    }
    Ok(())
}
