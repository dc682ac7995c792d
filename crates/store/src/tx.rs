//! A transaction in progress, the same on both engines.
//!
//! Invariant: after a failed statement nothing else runs until the surrounding savepoint is rolled back, and without a
//! savepoint nothing is committed. PostgreSQL insists on it; SQLite is held to it, so that a closure that works on one works
//! on the other.

use crate::{Dialect, Result, Row, StoreError, Value, postgres, sqlite};

/// A transaction in progress; see [`crate::Store::write`]. It owns its connection for as long as it lasts.
pub struct Tx {
    pub(crate) engine: Engine,
    failed: Option<StoreError>,
    conflict: bool,
    savepoints: usize,
}

pub(crate) enum Engine {
    Sqlite(sqlite::Session),
    Postgres(postgres::Session),
}

impl Tx {
    pub(crate) fn new(engine: Engine) -> Tx {
        Tx { engine, failed: None, conflict: false, savepoints: 0 }
    }

    /// Forgets what the closure before did to this object.
    pub(crate) fn reset(&mut self) {
        self.failed = None;
        self.conflict = false;
        self.savepoints = 0;
    }

    /// The error of a statement that was not undone by a savepoint: forbids the commit.
    pub(crate) fn failed(&self) -> Option<&StoreError> {
        self.failed.as_ref()
    }

    /// Whether a statement met a deadlock or a serialization failure, so that another run may succeed.
    pub(crate) fn met_conflict(&self) -> bool {
        self.conflict
    }

    /// Which database is below.
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement and answers its rows: a read, or a write with `RETURNING`.
    pub async fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.ready()?;
        let answer = match &mut self.engine {
            Engine::Sqlite(session) => session.query(sql, params),
            Engine::Postgres(session) => session.query(sql, params).await,
        };
        self.note(answer)
    }

    /// Like [`Tx::query`], for at most one row.
    pub async fn query_opt(&mut self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.query(sql, params).await?.into_iter().next())
    }

    /// Runs an `INSERT`, `UPDATE` or `DELETE` and answers the number of rows it changed.
    pub async fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64> {
        self.ready()?;
        let answer = match &mut self.engine {
            Engine::Sqlite(session) => session.execute(sql, params),
            Engine::Postgres(session) => session.execute(sql, params).await,
        };
        self.note(answer)
    }

    /// Begins a savepoint inside the ones already begun: what fails from here on can be undone by
    /// [`Tx::rollback_savepoint`] without losing the transaction.
    pub async fn begin_savepoint(&mut self) -> Result<()> {
        self.ready()?;
        let answer = self.command(&format!("SAVEPOINT s{}", self.savepoints)).await;
        self.note(answer)?;
        self.savepoints += 1;
        Ok(())
    }

    /// Keeps what happened since the innermost savepoint and forgets the savepoint.
    pub async fn release_savepoint(&mut self) -> Result<()> {
        self.ready()?;
        self.end_savepoint(|name| format!("RELEASE {name}")).await
    }

    /// Undoes everything since the innermost savepoint and forgets the savepoint; statements work again.
    pub async fn rollback_savepoint(&mut self) -> Result<()> {
        self.end_savepoint(|name| format!("ROLLBACK TO {name}; RELEASE {name}")).await?;
        self.failed = None;
        Ok(())
    }

    async fn end_savepoint(&mut self, command: impl Fn(&str) -> String) -> Result<()> {
        let Some(depth) = self.savepoints.checked_sub(1) else {
            return self.note(Err(StoreError::Other("no savepoint was begun".to_owned())));
        };
        let answer = self.command(&command(&format!("s{depth}"))).await;
        self.note(answer)?;
        self.savepoints = depth;
        Ok(())
    }

    /// Runs statements without parameters, several in one text.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<()> {
        self.ready()?;
        let answer = self.command(sql).await;
        self.note(answer)
    }

    /// Lets the statements of this transaction run as long as they need.
    pub(crate) async fn lift_time_limit(&mut self) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(session) => {
                session.lift_time_limit();
                Ok(())
            }
            Engine::Postgres(_) => self.batch("SET LOCAL statement_timeout = 0").await,
        }
    }

    async fn command(&mut self, sql: &str) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(session) => session.batch(sql),
            Engine::Postgres(session) => session.batch(sql).await,
        }
    }

    fn ready(&self) -> Result<()> {
        self.failed.clone().map_or(Ok(()), Err)
    }

    fn note<T>(&mut self, answer: Result<T>) -> Result<T> {
        if let Err(error) = &answer {
            self.conflict |= *error == StoreError::Conflict;
            self.failed = Some(error.clone());
        }
        answer
    }
}
