//! Secrets and install keys: made by the machine, shown once (secrets), renewed with or without an overlap.

use super::clients::{ClientKind, owned};
use super::{SECRET_LENGTH, boxed, ending, once};
use crate::Service;
use crate::call::Call;
use kalends_engine::problem::Failure;
use kalends_engine::{Micros, id};
use kalends_entities as entities;
use kalends_oauth::client as oauth;
use kalends_store::{Tx, organizations, params};

const HOUR: Micros = 3_600 * 1_000_000;

/// How long the secret before stays valid beside the new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Not at all: it ends at once, and with it every refresh token.
    None,
    /// One hour.
    Hour,
    /// 24 hours.
    Day,
    /// Seven days.
    Week,
}

impl Overlap {
    /// Every choice, in the order of a list.
    pub const ALL: [Self; 4] = [Self::None, Self::Hour, Self::Day, Self::Week];

    /// The word in forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
        }
    }

    /// The choice of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|overlap| overlap.word() == word)
    }

    fn micros(self) -> Micros {
        match self {
            Self::None => 0,
            Self::Hour => HOUR,
            Self::Day => 24 * HOUR,
            Self::Week => 7 * 24 * HOUR,
        }
    }
}

impl Service {
    /// Gives an app a new secret. The old one is valid for the overlap; without one it ends at once, and with it every
    /// refresh token the app has. A secret that was still overlapping before ends in any case.
    ///
    /// # Errors
    /// `not_found` (404), for modules too: they have no secret.
    pub async fn renew_app_secret(
        &self,
        call: &Call,
        account_id: &str,
        app_id: &str,
        overlap: Overlap,
    ) -> Result<String, Failure> {
        let (_, client_id) = owned(&mut &self.store, ClientKind::App, account_id, app_id).await?;
        self.renew(call, &client_id, overlap).await
    }

    /// Gives an app a new secret at once; every refresh token it has ends.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn renew_secret(&self, call: &Call, client_id: &str) -> Result<String, Failure> {
        self.renew(call, client_id, Overlap::None).await
    }

    async fn renew(&self, call: &Call, client_id: &str, overlap: Overlap) -> Result<String, Failure> {
        let secret = id::alphanumerics(SECRET_LENGTH, self.entropy.as_ref());
        let (hash, call, client_id) = (oauth::secret_hash(&secret), call.clone(), client_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (hash, call, client_id) = (hash.clone(), call.clone(), client_id.clone());
            Box::pin(async move {
                once(tx, &call).await?;
                let sql = if overlap == Overlap::None {
                    "UPDATE client SET secret_hash = $1, previous_hash = '', previous_until = $2 WHERE id = $3 AND kind = 'APP'"
                } else {
                    "UPDATE client SET previous_hash = secret_hash, secret_hash = $1, previous_until = $2 WHERE id = $3 AND kind = 'APP'"
                };
                let until = if overlap == Overlap::None { 0 } else { call.now + overlap.micros() };
                if tx.execute(sql, &params![hash, until, client_id.as_str()]).await? == 0 {
                    return Err(Failure::not_found());
                }
                if overlap == Overlap::None {
                    ending::end_tokens(tx, &client_id, call.now).await?;
                }
                organizations::touch_one(tx, &client_id).await?;
                note(tx, &call, &client_id, "SECRET").await
            })
        });
        self.store.write(work).await?;
        Ok(secret)
    }

    /// Gives an app or module a new install key; the old one installs nothing from now on.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn renew_install_key(
        &self,
        call: &Call,
        account_id: &str,
        kind: ClientKind,
        record_id: &str,
    ) -> Result<(), Failure> {
        let key = id::alphanumerics(SECRET_LENGTH, self.entropy.as_ref());
        let (call, account_id, record_id) = (call.clone(), account_id.to_owned(), record_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, key, account_id, record_id) = (call.clone(), key.clone(), account_id.clone(), record_id.clone());
            Box::pin(async move {
                let (_, client_id) = owned(tx, kind, &account_id, &record_id).await?;
                let sql = "UPDATE client SET install_key = $1 WHERE id = $2";
                tx.execute(sql, &params![key, client_id.as_str()]).await?;
                note(tx, &call, &client_id, "INSTALL_KEY").await
            })
        });
        self.store.write(work).await
    }
}

/// Writes the audit line of what changed beside a record; secrets never stand in it.
pub(super) async fn note(tx: &mut Tx, call: &Call, client_id: &str, action: &str) -> Result<(), Failure> {
    let sql = "SELECT kind, record_id, developer_account_id FROM client WHERE id = $1";
    let Some(row) = tx.query_opt(sql, &params![client_id]).await? else { return Ok(()) };
    let entity = if row.text(0) == "APP" { &entities::app::ENTITY } else { &entities::module::ENTITY };
    let found = kalends_store::records::find(tx, entity.prefix, row.text(2), row.text(1)).await?;
    let Some(record) = found else { return Ok(()) };
    crate::write::log(tx, call, entity, &record, action, &[]).await
}
