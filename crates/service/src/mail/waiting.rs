//! Reading the queue, for the commands `kalends mail …`, and forgetting what is old.

use crate::Service;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_store::{Row, Tx, params};

/// How long a mail is kept that is not to be sent any more: 30 days.
const KEPT: Micros = 30 * 24 * 3_600 * 1_000_000;

/// A mail as the queue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its id.
    pub id: String,
    /// What it is about.
    pub purpose: String,
    /// To whom.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Its text; empty when it was sent.
    pub plain: String,
    /// `QUEUED`, `SENT`, `FAILED`, or `OUTBOX`: no mail server was configured when it was due.
    pub status: String,
    /// How often sending was tried.
    pub attempts: i64,
    /// When it was written.
    pub created: Micros,
    /// What the mail server last said against it.
    pub error: String,
}

impl Mail {
    /// The link of its text, or nothing.
    pub fn link(&self) -> Option<&str> {
        self.plain.lines().find(|line| line.starts_with("http://") || line.starts_with("https://"))
    }
}

const COLUMNS: &str = "id, purpose, recipient, subject, plain, status, attempts, created, error";

fn mail(mut row: Row) -> Mail {
    let mut text = |column| row.take_text(column);
    let (id, purpose, recipient, subject, plain, status) = (text(0), text(1), text(2), text(3), text(4), text(5));
    let error = text(8);
    Mail { id, purpose, recipient, subject, plain, status, attempts: row.int(6), created: row.int(7), error }
}

impl Service {
    /// The mails of the queue, oldest first; those that were sent only when all are asked for.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn mails(&self, all: bool) -> Result<Vec<Mail>, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM mail WHERE $1 = 1 OR status <> 'SENT' ORDER BY seq");
        Ok(self.store.query(&sql, &params![all]).await?.into_iter().map(mail).collect())
    }

    /// One mail.
    ///
    /// # Errors
    /// `not_found` (404); those of the database.
    pub async fn mail(&self, id: &str) -> Result<Mail, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM mail WHERE id = $1");
        self.store.query_opt(&sql, &params![id]).await?.map(mail).ok_or_else(Failure::not_found)
    }
}

/// Removes mails that were sent or given up a while ago.
pub(crate) async fn forget(tx: &mut Tx, now: Micros) -> Result<(), Failure> {
    tx.execute("DELETE FROM mail WHERE status <> 'QUEUED' AND created < $1", &params![now - KEPT]).await?;
    Ok(())
}
