//! What the platform does, without HTTP: every operation of both APIs as a call with a caller, and the token endpoint's
//! decisions carried out on the database. `kalends-web` turns requests into these calls.
//!
//! Invariant: every change runs through [`Service::change`], which puts the change, its audit line and (when asked for)
//! the kept answer into one transaction.

pub mod access;
pub mod accounts;
pub mod authorize;
pub mod booking;
pub mod call;
pub mod demo;
pub mod developer;
pub mod mail;
pub mod people;
pub mod reply;
pub mod tokens;

mod availability;
mod booking_resources;
mod booking_templates;
mod configs;
mod contract_accounts;
mod copy;
pub mod dispatch;
mod hooks;
mod lists;
mod logs;
mod organization_write;
mod organizations;
mod permissions;
mod range;
mod secrets;
mod settings;
mod shop;
mod statics;
mod templates;
mod tidy;
mod verbs;
mod write;

use kalends_engine::clock::{Clock, Entropy};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::route::Table;
use kalends_store::{Store, Tx, audit};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use call::{Call, Caller, Kind};
pub use reply::{Content, Reply};

/// How long the answer of a request with an `Idempotency-Key` is kept: 24 hours.
pub const IDEMPOTENCY_KEPT: i64 = 24 * 3_600 * 1_000_000;

/// A boxed future of a transaction's work.
pub type Work<'t, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 't>>;

/// The platform: one per process, shared by all requests.
pub struct Service {
    /// The database.
    pub store: Store,
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
    /// All routes of both APIs.
    pub routes: Table,
    /// What is remembered of organizations and clients.
    pub memory: access::Memory,
    /// Keys that seal slot ids.
    pub slot_keys: kalends_messaging::slot::SlotKeys,
    /// Keys that sign links which work without a login.
    pub link_keys: kalends_messaging::links::LinkKeys,
    /// The address under which the installation is reached, without a slash at the end.
    pub public_url: Arc<str>,
    /// What browsers carry for us, sealed.
    pub seals: people::seals::Seals,
    /// What must be read again but not by whoever reads the database.
    pub vault: people::vault::Vault,
    /// Whether anybody may make an account on the pages; invited people may in any case.
    pub registration_open: bool,
    /// The turns of hashing passwords.
    pub passwords: people::passwords::Passwords,
    /// Requests of clients that their developers may see, not written yet.
    pub request_log: developer::log::RequestLog,
}

impl std::fmt::Debug for Service {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Service").field("routes", &self.routes.routes().len()).finish_non_exhaustive()
    }
}

impl Service {
    /// A platform over an opened and migrated database. The first of the secrets seals slot ids and signs links, all of
    /// them open and verify.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        secrets: &[&str],
        public_url: &str,
    ) -> Self {
        Self {
            store,
            clock,
            entropy,
            routes: kalends_entities::table(),
            memory: access::Memory::default(),
            slot_keys: kalends_messaging::slot::SlotKeys::new(secrets),
            link_keys: kalends_messaging::links::LinkKeys::new(secrets),
            public_url: Arc::from(public_url),
            seals: people::seals::Seals::new(secrets),
            vault: people::vault::Vault::new(secrets),
            registration_open: true,
            passwords: people::passwords::Passwords::default(),
            request_log: developer::log::RequestLog::default(),
        }
    }

    /// Runs a change in one transaction together with its kept answer.
    ///
    /// A second request with the same key waits for the first inside the database and answers what the first answered.
    ///
    /// # Errors
    /// Those of the work; `idempotency_mismatch` (422) when the key was used with another body.
    pub(crate) async fn change<F>(&self, call: &Call, work: F) -> Result<Reply, Failure>
    where
        F: for<'t> Fn(&'t mut Tx) -> Work<'t, Reply> + Send + Sync + 'static,
    {
        let Some(idempotency) = call.idempotency.clone() else {
            return self.store.write(move |tx| work(tx)).await;
        };
        let now = self.clock.now();
        let language = call.language;
        let work = Arc::new(work);
        self.store
            .write(move |tx| {
                let idempotency = idempotency.clone();
                let work = Arc::clone(&work);
                Box::pin(async move {
                    let since = now - IDEMPOTENCY_KEPT;
                    if !audit::claim(tx, &idempotency.key, &idempotency.body_hash, now, since).await? {
                        let kept = audit::kept(tx, &idempotency.key, since).await?.ok_or_else(Failure::internal)?;
                        if kept.body_hash != idempotency.body_hash {
                            return Err(Problem::new("idempotency_mismatch").with_status(422));
                        }
                        return Ok(Reply::kept(kept.status, kept.answer));
                    }
                    let reply = work(tx).await?;
                    audit::keep(tx, &idempotency.key, i64::from(reply.status), &reply.body(language)).await?;
                    Ok(reply)
                })
            })
            .await
    }
}
