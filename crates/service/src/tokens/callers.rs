//! The caller behind a bearer token, and the memory of tokens that were verified.

use super::{Refusal, SECOND, SHARDS, Tokens, Verified};
use crate::Service;
use crate::call::{Caller, Kind};
use kalends_engine::problem::Failure;
use kalends_entities as entities;
use kalends_oauth::jwt::{self, Claims, TokenError};
use kalends_store::params;
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Most verified tokens a part remembers.
const SHARD_MAX: usize = 4_096;

impl Tokens {
    /// Who calls with this access token. A person's token is looked up at each call: it ends with its login.
    ///
    /// # Errors
    /// `Invalid`, `Expired`; `Failed` when the login cannot be looked up.
    pub async fn caller(&self, service: &Service, token: &str) -> Result<Arc<Caller>, Refusal> {
        let now = service.clock.now();
        let shard = &self.verified[usize::try_from(self.hasher.hash_one(token)).unwrap_or(0) % SHARDS];
        let remembered = shard.read().get(token).cloned();
        if let Some(verified) = remembered.filter(|verified| (verified.from..verified.until).contains(&now)) {
            if let Some(family) = verified.family {
                lives(service, &family).await?.ok_or(Refusal::Invalid)?;
            }
            return Ok(verified.caller);
        }
        let keys = Arc::clone(&self.keys.read());
        let claims = jwt::verify(&keys, jwt::Kind::Access, &self.issuer, token, now).map_err(|error| match error {
            TokenError::Expired => Refusal::Expired,
            TokenError::Invalid => Refusal::Invalid,
        })?;
        let (from, until) = (claims.nbf * SECOND, claims.exp * SECOND);
        let (caller, family) = match (&claims.user_id, &claims.grant_id) {
            (Some(_), Some(family)) => {
                let family: Arc<str> = Arc::from(family.as_str());
                let (kind, record_id) = lives(service, &family).await?.ok_or(Refusal::Invalid)?;
                (Caller { kind, record_id, ..caller_of(claims) }, Some(family))
            }
            (Some(_), None) => return Err(Refusal::Invalid),
            (None, _) => (caller_of(claims), None),
        };
        let caller = Arc::new(caller);
        let mut shard = shard.write();
        if shard.len() >= SHARD_MAX {
            shard.retain(|_, verified| verified.until > now);
            if shard.len() >= SHARD_MAX {
                shard.clear();
            }
        }
        shard.insert(token.to_owned(), Verified { caller: Arc::clone(&caller), from, until, family });
        Ok(caller)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The client of a login that has not ended: app or module, and which.
pub(super) async fn lives(service: &Service, family: &str) -> Result<Option<(Kind, String)>, Failure> {
    let sql = "SELECT c.kind, c.record_id FROM token_family f JOIN client c ON c.id = f.client_id WHERE f.id = $1 AND f.revoked = 0";
    let row = service.store.query_opt(sql, &params![family]).await?;
    Ok(row.map(|mut row| (if row.text(0) == "APP" { Kind::App } else { Kind::Module }, row.take_text(1))))
}

fn caller_of(claims: Claims) -> Caller {
    let kind = match claims.sub.get(..2) {
        _ if claims.anonymous => Kind::Anonymous,
        Some(prefix) if prefix == entities::module::ENTITY.prefix => Kind::Module,
        _ => Kind::App,
    };
    Caller {
        kind,
        client_id: claims.client_id,
        record_id: claims.sub,
        developer_account_id: claims.developer_account_id,
        organization_id: claims.organization_id,
        user_id: claims.user_id,
    }
}
