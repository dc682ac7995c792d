//! The signing keys on the database: made at the first start, published before they sign, rotated without a gap.

use super::{SECOND, Tokens};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::jwt::{self, Claims};
use kalends_oauth::keys::{self, Key, Stored};
use kalends_oauth::{ACCESS_SECONDS, REFRESH_SECONDS};
use kalends_store::{Row, Tx, params};
use parking_lot::RwLock;
use serde_json::Value;
use std::hash::RandomState;
use std::sync::Arc;

/// Not before any date that matters: the key is published and waits for `keys rotate`.
const WAITING: Micros = i64::MAX;

impl Tokens {
    /// Opens the signing keys; makes the first two when there are none.
    ///
    /// # Errors
    /// A complaint when the secret is not the one the keys were made with.
    pub async fn open(service: &Service, issuer: &str, secret: &str) -> Result<Self, Failure> {
        let now = service.clock.now();
        let fresh = [now, WAITING].map(|from| {
            let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
            keys::generate(secret, now, from, &mut fill)
        });
        let [Ok(first), Ok(next)] = fresh else { return Err(Failure::internal()) };
        let work = boxed::<(), _>(move |tx| {
            let keys = [first.clone(), next.clone()];
            Box::pin(async move {
                if tx.query("SELECT kid FROM signing_key", &[]).await?.is_empty() {
                    for key in &keys {
                        insert_key(tx, key).await?;
                    }
                }
                Ok(())
            })
        });
        service.store.write(work).await?;
        let tokens = Self {
            issuer: issuer.to_owned(),
            secret: secret.to_owned(),
            keys: RwLock::default(),
            verified: std::array::from_fn(|_| RwLock::default()),
            hasher: RandomState::new(),
            used: parking_lot::Mutex::default(),
        };
        tokens.reload(service).await?;
        Ok(tokens)
    }

    /// Reads the keys again; called now and then, since another process may have rotated them.
    ///
    /// # Errors
    /// Those of the database; `wrong_secret`.
    pub async fn reload(&self, service: &Service) -> Result<(), Failure> {
        let sql = "SELECT kid, sealed, public_key, created, active_from, retired FROM signing_key ORDER BY created, active_from";
        let rows = service.store.query(sql, &[]).await?;
        let opened: Result<Vec<Key>, keys::KeyError> =
            rows.into_iter().map(|row| keys::open(&self.secret, &stored(row))).collect();
        let opened = opened.map_err(|error| {
            tracing::error!(%error, "signing keys");
            kalends_engine::problem::Problem::new("wrong_secret").with_status(500)
        })?;
        *self.keys.write() = Arc::new(opened);
        for shard in &self.verified {
            shard.write().clear();
        }
        Ok(())
    }

    /// Lets the waiting key take over and publishes another one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rotate(&self, service: &Service) -> Result<String, Failure> {
        let now = service.clock.now();
        let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
        let next = keys::generate(&self.secret, now, WAITING, &mut fill).map_err(|_| Failure::internal())?;
        let work = boxed::<Micros, _>(move |tx| {
            let next = next.clone();
            Box::pin(async move {
                let sql = "SELECT kid, created FROM signing_key WHERE active_from = $1 ORDER BY created";
                let waiting = tx.query(sql, &params![WAITING]).await?;
                let row = waiting.first().ok_or_else(Failure::internal)?;
                let from = now.max(row.int(1) + keys::PUBLISHED_BEFORE);
                tx.execute("UPDATE signing_key SET active_from = $1 WHERE kid = $2", &params![from, row.text(0)])
                    .await?;
                // The old ones verify until the last token they signed has ended.
                let end = from + (REFRESH_SECONDS + ACCESS_SECONDS) * SECOND;
                let retire = "UPDATE signing_key SET retired = $1 WHERE retired = 0 AND active_from < $2";
                tx.execute(retire, &params![end, from]).await?;
                insert_key(tx, &next).await?;
                Ok(from)
            })
        });
        let from = service.store.write(work).await?;
        self.reload(service).await?;
        let when = kalends_engine::output::timestamp(from);
        Ok(format!("the next key signs from {when} on; another one is published and waits\n{}", self.listed()))
    }

    /// The keys, one a line, for people.
    pub fn listed(&self) -> String {
        let time =
            |at: Micros| if at == WAITING { "waiting".to_owned() } else { kalends_engine::output::timestamp(at) };
        let line = |key: &Key| {
            let end = if key.retired == 0 { "open".to_owned() } else { time(key.retired) };
            format!("{}  signs from {}  verifies until {end}", key.kid, time(key.active_from))
        };
        self.keys.read().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The public keys as a JWK set.
    pub fn jwks(&self, now: Micros) -> Value {
        keys::jwks(&self.keys.read(), now)
    }

    pub(super) fn sign(&self, kind: jwt::Kind, claims: &Claims, now: Micros) -> Result<String, Failure> {
        let keys = Arc::clone(&self.keys.read());
        keys::signing(&keys, now).map(|key| jwt::sign(key, kind, claims)).ok_or_else(Failure::internal)
    }
}

fn stored(mut row: Row) -> Stored {
    Stored {
        created: row.int(3),
        active_from: row.int(4),
        retired: row.int(5),
        kid: row.take_text(0),
        sealed: row.take_text(1),
        public: row.take_text(2),
    }
}

async fn insert_key(tx: &mut Tx, key: &Stored) -> Result<(), Failure> {
    let sql = "INSERT INTO signing_key (kid, algorithm, sealed, public_key, created, active_from, retired) VALUES ($1, 'EdDSA', $2, $3, $4, $5, $6)";
    let values =
        params![key.kid.as_str(), key.sealed.as_str(), key.public.as_str(), key.created, key.active_from, key.retired];
    tx.execute(sql, &values).await?;
    Ok(())
}
