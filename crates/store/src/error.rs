//! What can go wrong in the database, in the words of the product instead of an engine's.
//!
//! Invariant: the same mistake gives the same variant on both databases, so that nobody above asks which one is below.

use rusqlite::ffi;
use tokio_postgres::error::SqlState;

/// Answer of everything in this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// Why the database did not do what it was asked to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A row with the same key is there already.
    #[error("unique constraint {constraint} violated")]
    Unique {
        /// PostgreSQL: the constraint's name. SQLite, which does not tell it: `table.column,column`, or the index's name
        /// where the index is on an expression.
        constraint: String,
    },
    /// The time is taken: an exclusion constraint (PostgreSQL) or a trigger's `RAISE(ABORT, 'overlap')` (SQLite).
    #[error("overlaps an existing entry")]
    Overlap,
    /// A row refers to one that is not there, or is still referred to.
    #[error("foreign key violated")]
    ForeignKey,
    /// A value the table does not allow, NULL included.
    #[error("check constraint violated")]
    Check,
    /// Timeout, lock or full queue: the same may work a little later.
    #[error("database busy")]
    Busy,
    /// The database is gone, its disk is full or the connection was lost. Lost during a commit, the outcome is unknown.
    #[error("database unavailable: {0}")]
    Unavailable(String),
    /// Deadlock or serialization failure, still there after [`crate::Store::write`] ran the transaction again.
    #[error("conflicts with concurrent transactions")]
    Conflict,
    /// A mistake in a statement or in the program.
    #[error("database error: {0}")]
    Other(String),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        let rusqlite::Error::SqliteFailure(failure, ref message) = error else {
            return StoreError::Other(error.to_string());
        };
        let message = message.as_deref().unwrap_or_default();
        match failure.extended_code {
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
                return StoreError::Unique { constraint: sqlite_constraint(message) };
            }
            ffi::SQLITE_CONSTRAINT_FOREIGNKEY => return StoreError::ForeignKey,
            ffi::SQLITE_CONSTRAINT_TRIGGER if message == "overlap" => return StoreError::Overlap,
            _ => {}
        }
        match failure.extended_code & 0xff {
            ffi::SQLITE_CONSTRAINT => StoreError::Check,
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_INTERRUPT => StoreError::Busy,
            ffi::SQLITE_IOERR
            | ffi::SQLITE_FULL
            | ffi::SQLITE_CANTOPEN
            | ffi::SQLITE_CORRUPT
            | ffi::SQLITE_NOTADB
            | ffi::SQLITE_READONLY
            | ffi::SQLITE_NOMEM => StoreError::Unavailable(error.to_string()),
            _ => StoreError::Other(error.to_string()),
        }
    }
}

/// `UNIQUE constraint failed: customer.organization, customer.number` becomes `customer.organization,number`,
/// `UNIQUE constraint failed: index 'customer_mail'` becomes `customer_mail`.
fn sqlite_constraint(message: &str) -> String {
    let list = message.split_once(": ").map_or(message, |(_, list)| list);
    if let Some(index) = list.strip_prefix("index '") {
        return index.trim_end_matches('\'').to_owned();
    }
    let mut columns = list.split(", ");
    let mut constraint = columns.next().unwrap_or_default().to_owned();
    for column in columns {
        constraint.push(',');
        constraint.push_str(column.split_once('.').map_or(column, |(_, name)| name));
    }
    constraint
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> StoreError {
        let Some(db) = error.as_db_error() else {
            let text = with_source(&error);
            let lost = error.is_closed() || is_io(&error);
            return if lost { StoreError::Unavailable(text) } else { StoreError::Other(text) };
        };
        match *db.code() {
            SqlState::UNIQUE_VIOLATION => {
                return StoreError::Unique { constraint: db.constraint().unwrap_or_default().to_owned() };
            }
            SqlState::EXCLUSION_VIOLATION => return StoreError::Overlap,
            SqlState::FOREIGN_KEY_VIOLATION | SqlState::RESTRICT_VIOLATION => return StoreError::ForeignKey,
            SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED => return StoreError::Conflict,
            SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE | SqlState::TOO_MANY_CONNECTIONS => {
                return StoreError::Busy;
            }
            // A server that became a standby, a database dropped below us, damaged files.
            SqlState::READ_ONLY_SQL_TRANSACTION
            | SqlState::INVALID_CATALOG_NAME
            | SqlState::DATA_CORRUPTED
            | SqlState::INDEX_CORRUPTED => {
                return StoreError::Unavailable(error_text(db));
            }
            _ => {}
        }
        match db.code().code().get(..2) {
            Some("23") => StoreError::Check,
            // Connection exception, insufficient resources, operator intervention, system error.
            Some("08" | "53" | "57" | "58") => StoreError::Unavailable(error_text(db)),
            _ => StoreError::Other(error_text(db)),
        }
    }
}

/// Code and message only: the server's detail quotes the row, which does not belong in a log.
fn error_text(db: &tokio_postgres::error::DbError) -> String {
    format!("{} ({})", db.message(), db.code().code())
}

fn with_source(error: &tokio_postgres::Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<std::io::Error>() {
            return true;
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::sqlite_constraint;

    #[test]
    fn sqlite_unique_message_becomes_a_short_name() {
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: customer.number"), "customer.number");
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: c.organization, c.number"), "c.organization,number");
        assert_eq!(sqlite_constraint("UNIQUE constraint failed: index 'customer_mail'"), "customer_mail");
    }
}
