//! Tokens on the database: the token endpoint's grants, the caller behind a bearer token, and the signing keys.
//!
//! Refresh tokens of `client_credentials` are stable: exchanged again and again until they end or are revoked, since
//! clients of this API keep the first one for their whole life (PLATFORM section 3.1). Those of people belong to a family,
//! which rotates or not as the client is set.

mod callers;
mod clients;
mod codes;
mod exchange;
mod families;
mod grants;
mod introspect;
mod keyring;
mod revoke;

use crate::call::Caller;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::client;
use kalends_oauth::error::Refusal as OauthRefusal;
use kalends_oauth::keys::Key;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::hash::RandomState;
use std::sync::Arc;

const SECOND: Micros = 1_000_000;
/// Parts of the memory of verified tokens, so that threads do not wait for each other.
const SHARDS: usize = 16;

/// Why a bearer token is refused.
#[derive(Debug)]
pub enum Refusal {
    /// Not one of our access tokens.
    Invalid,
    /// Its time is over.
    Expired,
    /// It could not be looked up.
    Failed(Failure),
}

/// Why a token request is refused.
#[derive(Debug)]
pub enum Refused {
    /// By the rules of OAuth.
    Oauth(OauthRefusal),
    /// By the platform (the database is away).
    Failed(Failure),
}

impl From<OauthRefusal> for Refused {
    fn from(refusal: OauthRefusal) -> Self {
        Self::Oauth(refusal)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<kalends_store::StoreError> for Refused {
    fn from(error: kalends_store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// A verified token: who calls, from and until when.
#[derive(Debug, Clone)]
struct Verified {
    caller: Arc<Caller>,
    from: Micros,
    until: Micros,
    /// The login behind a person's token.
    family: Option<Arc<str>>,
}

/// Keys, and the tokens that were verified with them.
pub struct Tokens {
    issuer: String,
    /// The first seals keys, all of them open them.
    secrets: Vec<String>,
    keys: RwLock<Arc<Vec<Key>>>,
    verified: [RwLock<HashMap<String, Verified>>; SHARDS],
    hasher: RandomState,
    used: parking_lot::Mutex<HashMap<String, Micros>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// SHA-256 in hexadecimal.
pub fn digest(text: &str) -> String {
    client::secret_hash(text)
}

/// SHA-256 of bytes in hexadecimal.
pub fn digest_bytes(bytes: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
