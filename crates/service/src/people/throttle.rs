//! Counters that make guessing slow. They live in the database, so they hold in every process, and they are raised before
//! a password is looked at, so that parallel attempts count as well.

use crate::developer::boxed;
use crate::{Service, tokens};
use kalends_engine::Micros;
use kalends_engine::problem::{Failure, Problem};
use kalends_store::params;

const SECOND: Micros = 1_000_000;
/// The time in which attempts are counted: 15 minutes.
pub const WINDOW: Micros = 900 * SECOND;

/// A counter: what is counted, and how many are let through in [`WINDOW`].
#[derive(Debug, Clone, Copy)]
pub struct Limit<'a> {
    /// Kind of attempt, such as `login:account`; kinds do not share counters.
    pub kind: &'a str,
    /// Whose attempts: an address, a network, a user. Kept as a hash.
    pub of: &'a str,
    /// Attempts let through.
    pub max: i64,
}

impl Limit<'_> {
    fn id(&self) -> String {
        tokens::digest(&format!("{} {}", self.kind, self.of))
    }
}

impl Service {
    /// Counts an attempt against every limit.
    ///
    /// # Errors
    /// `rate_limited` (429) with the seconds until the window ends when any limit is passed.
    pub async fn count_attempt(&self, limits: &[Limit<'_>]) -> Result<(), Failure> {
        let now = self.clock.now();
        let mut ids: Vec<(String, i64)> = limits.iter().map(|limit| (limit.id(), limit.max)).collect();
        // One order for everybody: two attempts never wait for each other's rows crosswise.
        ids.sort();
        let work = boxed::<i64, _>(move |tx| {
            let ids = ids.clone();
            Box::pin(async move {
                let sql = "INSERT INTO throttle (id, count, since) VALUES ($1, 1, $2) ON CONFLICT (id) DO UPDATE SET \
                           count = CASE WHEN throttle.since <= $3 THEN 1 ELSE throttle.count + 1 END, \
                           since = CASE WHEN throttle.since <= $3 THEN $2 ELSE throttle.since END RETURNING count, since";
                let mut until = 0;
                for (id, max) in &ids {
                    let row = tx.query_opt(sql, &params![id.as_str(), now, now - WINDOW]).await?;
                    let row = row.ok_or_else(Failure::internal)?;
                    if row.int(0) > *max {
                        until = until.max(row.int(1) + WINDOW);
                    }
                }
                Ok(until)
            })
        });
        let until: i64 = self.store.write(work).await?;
        if until <= now {
            return Ok(());
        }
        let seconds = u64::try_from((until - now) / SECOND).unwrap_or(0).max(1);
        let problem = Problem::new("rate_limited").arg("seconds", seconds.to_string());
        Err(Failure { retry_after: Some(seconds), ..problem.with_status(429) })
    }

    /// Takes an attempt back that was no guess: it was right.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn forget_attempt(&self, limits: &[Limit<'_>]) -> Result<(), Failure> {
        let ids: Vec<String> = limits.iter().map(Limit::id).collect();
        let work = boxed::<(), _>(move |tx| {
            let ids = ids.clone();
            Box::pin(async move {
                for id in &ids {
                    let sql = "UPDATE throttle SET count = count - 1 WHERE id = $1 AND count > 0";
                    tx.execute(sql, &params![id.as_str()]).await?;
                }
                Ok(())
            })
        });
        self.store.write(work).await
    }
}
