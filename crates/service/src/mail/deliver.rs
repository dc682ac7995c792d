//! Sending what is due. Any number of processes may do so at once.
//!
//! Invariant: whoever raised `attempts` from the value it read holds the mail until `due`; nobody else sends it meanwhile,
//! and only the holder says how it went.

use super::transport::{Mailer, Trouble};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_store::params;

const SECOND: Micros = 1_000_000;
/// How long a mail is held by whoever sends it. Longer than sending may take.
const HELD: Micros = 120 * SECOND;
/// Waiting times after each attempt, in seconds; after the last attempt the mail has failed.
const PAUSES: [i64; 9] = [15, 60, 240, 900, 3_600, 14_400, 14_400, 14_400, 14_400];
/// Most mails of one round.
const ROUND: i64 = 20;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Accepted by the mail server.
    pub sent: usize,
    /// To be tried again later.
    pub postponed: usize,
    /// Given up.
    pub failed: usize,
    /// Kept to be read, since no mail server is configured.
    pub kept: usize,
}

/// A mail that is held by this process.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) id: String,
    pub(super) recipient: String,
    pub(super) subject: String,
    pub(super) plain: String,
    pub(super) html: String,
    pub(super) created: Micros,
    attempts: i64,
}

impl Service {
    /// Sends the mails that are due; without a mailer they are kept to be read (`kalends mail list`).
    ///
    /// # Errors
    /// Those of the database. What the mail server says is written beside the mail.
    pub async fn deliver(&self, mailer: Option<&Mailer>) -> Result<Round, Failure> {
        let now = self.clock.now();
        let sql = "SELECT id, recipient, subject, plain, html, created, attempts FROM mail WHERE status = 'QUEUED' AND due <= $1 \
                   ORDER BY due, seq LIMIT $2";
        let due = self.store.query(sql, &params![now, ROUND]).await?;
        let mut round = Round::default();
        let Some(mailer) = mailer else {
            if !due.is_empty() {
                round.kept = self.keep(now).await?;
            }
            return Ok(round);
        };
        for mut row in due {
            let mut text = |column| row.take_text(column);
            let (id, recipient, subject, plain, html) = (text(0), text(1), text(2), text(3), text(4));
            let (created, attempts) = (row.int(5), row.int(6) + 1);
            let mail = Claimed { id, recipient, subject, plain, html, created, attempts };
            if !self.claim(&mail, now).await? {
                continue;
            }
            let outcome = mailer.send(&mail).await;
            match &outcome {
                Ok(()) => {
                    self.sent(&mail).await?;
                    round.sent += 1;
                }
                Err(trouble) if self.refused(&mail, trouble).await? => round.failed += 1,
                Err(_) => round.postponed += 1,
            }
            if outcome.is_err_and(|trouble| trouble.unreachable) {
                // The others would fare the same; they lose no attempt by waiting.
                break;
            }
        }
        Ok(round)
    }

    /// Takes hold of a mail; false when another process was faster.
    async fn claim(&self, mail: &Claimed, now: Micros) -> Result<bool, Failure> {
        let (id, attempts) = (mail.id.clone(), mail.attempts);
        let sql = "UPDATE mail SET attempts = $1, due = $2 WHERE id = $3 AND status = 'QUEUED' AND attempts = $4";
        let work = boxed::<bool, _>(move |tx| {
            let values = params![attempts, now + HELD, id.as_str(), attempts - 1];
            Box::pin(async move { Ok(tx.execute(sql, &values).await? == 1) })
        });
        self.store.write(work).await
    }

    /// A mail that is gone leaves its line; its text, which may hold a link that still works, is removed.
    async fn sent(&self, mail: &Claimed) -> Result<(), Failure> {
        let (id, attempts, now) = (mail.id.clone(), mail.attempts, self.clock.now());
        let sql = "UPDATE mail SET status = 'SENT', sent = $1, plain = '', html = '', error = '' WHERE id = $2 AND status = 'QUEUED' AND attempts = $3";
        let work = boxed::<(), _>(move |tx| {
            let values = params![now, id.as_str(), attempts];
            Box::pin(async move {
                tx.execute(sql, &values).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        tracing::debug!(mail = %mail.id, "sent");
        Ok(())
    }

    /// Notes why a mail was not sent and when it is tried again; true when that is never.
    async fn refused(&self, mail: &Claimed, trouble: &Trouble) -> Result<bool, Failure> {
        let index = usize::try_from(mail.attempts - 1).unwrap_or(usize::MAX);
        let pause = PAUSES.get(index).filter(|_| !trouble.for_good).copied();
        let (status, due) = match pause {
            Some(seconds) => ("QUEUED", self.clock.now() + seconds * SECOND),
            None => ("FAILED", 0),
        };
        let (id, attempts, error) = (mail.id.clone(), mail.attempts, trouble.text.clone());
        let sql =
            "UPDATE mail SET status = $1, due = $2, error = $3 WHERE id = $4 AND status = 'QUEUED' AND attempts = $5";
        let work = boxed::<(), _>(move |tx| {
            let values = params![status, due, error.as_str(), id.as_str(), attempts];
            Box::pin(async move {
                tx.execute(sql, &values).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        // The id only: what the server says may quote the address.
        match pause {
            Some(seconds) => tracing::warn!(
                mail = %mail.id, attempts, again_in_seconds = seconds, unreachable = trouble.unreachable,
                "a mail could not be sent yet; `kalends mail show` says why"
            ),
            None => {
                tracing::error!(mail = %mail.id, attempts, "a mail could not be sent; `kalends mail show` says why");
            }
        }
        Ok(pause.is_none())
    }

    /// Keeps what is due to be read.
    async fn keep(&self, now: Micros) -> Result<usize, Failure> {
        let work = boxed::<u64, _>(move |tx| {
            Box::pin(async move {
                let sql = "UPDATE mail SET status = 'OUTBOX' WHERE status = 'QUEUED' AND due <= $1";
                Ok(tx.execute(sql, &params![now]).await?)
            })
        });
        let kept = self.store.write(work).await?;
        if kept > 0 {
            tracing::info!(mails = kept, "no mail server is configured; `kalends mail list` shows the mails that wait");
        }
        Ok(usize::try_from(kept).unwrap_or(usize::MAX))
    }
}
