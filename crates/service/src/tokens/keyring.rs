//! The signing keys on the database: made at the first start, published before they sign, rotated without a gap.

use super::{SECOND, Tokens};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::jwt::{self, Claims};
use kalends_oauth::keys::{self, Algorithm, Key, Stored};
use kalends_oauth::{ACCESS_SECONDS, REFRESH_SECONDS};
use kalends_store::{Row, Tx, params};
use parking_lot::RwLock;
use serde_json::Value;
use std::hash::RandomState;
use std::sync::Arc;

/// Not before any date that matters: the key is published and waits for `keys rotate`.
const WAITING: Micros = i64::MAX;

impl Tokens {
    /// Opens the signing keys; makes the first two when there are none. The first of the secrets seals keys, all of them
    /// open them: a key that opens with a later one is sealed again with the first, which can then stand alone.
    ///
    /// # Errors
    /// A complaint when none of the secrets is the one the keys were made with.
    pub async fn open(service: &Service, issuer: &str, secrets: &[&str]) -> Result<Self, Failure> {
        let secret = *secrets.first().ok_or_else(Failure::internal)?;
        let now = service.clock.now();
        let fresh = [now, WAITING].map(|from| {
            let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
            keys::generate(secret, Algorithm::EdDsa, now, from, &mut fill)
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
            secrets: secrets.iter().map(|secret| (*secret).to_owned()).collect(),
            keys: RwLock::default(),
            verified: std::array::from_fn(|_| RwLock::default()),
            hasher: RandomState::new(),
            used: parking_lot::Mutex::default(),
        };
        for (stored, sealed) in tokens.reload(service).await? {
            let sql = "UPDATE signing_key SET sealed = $1 WHERE kid = $2 AND sealed = $3";
            let work = boxed::<(), _>(move |tx| {
                let values = params![sealed.as_str(), stored.kid.as_str(), stored.sealed.as_str()];
                Box::pin(async move { Ok(tx.execute(sql, &values).await.map(drop)?) })
            });
            service.store.write(work).await?;
        }
        Ok(tokens)
    }

    /// Reads the keys again; called now and then, since another process may have rotated them. Answers the keys that an
    /// older secret sealed, with their text under the first.
    ///
    /// # Errors
    /// Those of the database; `wrong_secret`.
    pub async fn reload(&self, service: &Service) -> Result<Vec<(Stored, String)>, Failure> {
        let sql = "SELECT kid, algorithm, sealed, public_key, created, active_from, retired FROM signing_key ORDER BY created, active_from";
        let rows = service.store.query(sql, &[]).await?;
        let (mut opened, mut older) = (Vec::with_capacity(rows.len()), Vec::new());
        for row in rows {
            let stored = stored(row)?;
            let (key, sealed) = self.open_any(service, &stored).map_err(|error| {
                tracing::error!(%error, "signing keys");
                kalends_engine::problem::Problem::new("wrong_secret").with_status(500)
            })?;
            opened.push(key);
            older.extend(sealed.map(|sealed| (stored, sealed)));
        }
        *self.keys.write() = Arc::new(opened);
        for shard in &self.verified {
            shard.write().clear();
        }
        Ok(older)
    }

    fn open_any(&self, service: &Service, stored: &Stored) -> Result<(Key, Option<String>), keys::KeyError> {
        let mut refused = keys::KeyError::WrongSecret;
        for secret in &self.secrets {
            match keys::open(secret, stored) {
                Ok(key) if *secret == self.secrets[0] => return Ok((key, None)),
                Ok(key) => {
                    let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
                    return Ok((key, Some(keys::reseal(secret, &self.secrets[0], stored, &mut fill)?)));
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    /// Lets the waiting key take over and publishes another one. An algorithm other than the waiting key's replaces that
    /// key, which never signed, and keeps to it from then on.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rotate(&self, service: &Service, algorithm: Option<Algorithm>) -> Result<String, Failure> {
        let now = service.clock.now();
        let used = self.keys.read().iter().find(|key| key.active_from == WAITING).map(|key| key.algorithm);
        let algorithm = algorithm.or(used).unwrap_or(Algorithm::EdDsa);
        let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
        // Two: the second is needed when the waiting one is of another algorithm.
        let mut made = || keys::generate(&self.secrets[0], algorithm, now, WAITING, &mut fill);
        let (Ok(next), Ok(instead)) = (made(), made()) else { return Err(Failure::internal()) };
        let work = boxed::<Micros, _>(move |tx| {
            let (next, instead) = (next.clone(), instead.clone());
            Box::pin(async move {
                let sql = "SELECT kid, algorithm, created FROM signing_key WHERE active_from = $1 ORDER BY created";
                let waiting = tx.query(sql, &params![WAITING]).await?;
                let fits = waiting.iter().find(|row| row.text(1) == instead.algorithm.word());
                let (kid, created) =
                    fits.map_or((instead.kid.clone(), now), |row| (row.text(0).to_owned(), row.int(2)));
                if fits.is_none() {
                    tx.execute("DELETE FROM signing_key WHERE active_from = $1", &params![WAITING]).await?;
                    insert_key(tx, &instead).await?;
                }
                let from = now.max(created + keys::PUBLISHED_BEFORE);
                tx.execute("UPDATE signing_key SET active_from = $1 WHERE kid = $2", &params![from, kid]).await?;
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
            let (kid, word) = (&key.kid, key.algorithm.word());
            format!("{kid}  {word}  signs from {}  verifies until {end}", time(key.active_from))
        };
        self.keys.read().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The algorithms of the keys that may sign, the one that signs now first.
    pub fn algorithms(&self, now: Micros) -> Vec<&'static str> {
        let keys = self.keys.read();
        let now_signing = keys::signing(&keys, now).map(|key| key.algorithm);
        let others = keys.iter().filter(|key| key.retired == 0 || now < key.retired).map(|key| key.algorithm);
        let mut words: Vec<&'static str> = Vec::new();
        for algorithm in now_signing.into_iter().chain(others) {
            if !words.contains(&algorithm.word()) {
                words.push(algorithm.word());
            }
        }
        words
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

fn stored(mut row: Row) -> Result<Stored, Failure> {
    Ok(Stored {
        algorithm: Algorithm::parse(row.text(1)).ok_or_else(Failure::internal)?,
        created: row.int(4),
        active_from: row.int(5),
        retired: row.int(6),
        kid: row.take_text(0),
        sealed: row.take_text(2),
        public: row.take_text(3),
    })
}

async fn insert_key(tx: &mut Tx, key: &Stored) -> Result<(), Failure> {
    let sql = "INSERT INTO signing_key (kid, algorithm, sealed, public_key, created, active_from, retired) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let values = params![
        key.kid.as_str(),
        key.algorithm.word(),
        key.sealed.as_str(),
        key.public.as_str(),
        key.created,
        key.active_from,
        key.retired
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}
