//! What has expired is removed now and then, by every process.

use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_store::params;

/// How long what has ended is kept: a clock that was set forward by mistake and back again loses nothing, and a code that is
/// shown late is still known as used. Counters of attempts are idle for as long.
const KEPT: Micros = 24 * 3_600 * 1_000_000;

/// Statements with the instant before which everything goes. Tokens go before their families.
const EXPIRED: &[&str] = &[
    "DELETE FROM refresh_token WHERE expires < $1",
    "DELETE FROM token_family WHERE expires < $1",
    "DELETE FROM authorization_code WHERE expires < $1",
    "DELETE FROM session WHERE expires < $1",
    "DELETE FROM user_link WHERE expires < $1",
    "DELETE FROM ceremony WHERE expires < $1",
    "DELETE FROM throttle WHERE since < $1",
];

impl Service {
    /// Removes what has expired: kept answers, old mails, tokens, logins, codes, sessions, links, passkey ceremonies, idle counters.
    /// Each in a transaction of its own, so that nobody waits long for it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tidy(&self) -> Result<(), Failure> {
        let now = self.clock.now();
        let kept = boxed::<(), _>(move |tx| {
            Box::pin(async move {
                kalends_store::audit::forget(tx, now - crate::IDEMPOTENCY_KEPT).await?;
                crate::mail::waiting::forget(tx, now).await?;
                Ok(())
            })
        });
        self.store.write(kept).await?;
        for sql in EXPIRED {
            let work = boxed::<(), _>(move |tx| {
                Box::pin(async move { Ok(tx.execute(sql, &params![now - KEPT]).await.map(drop)?) })
            });
            self.store.write(work).await?;
        }
        Ok(())
    }
}
