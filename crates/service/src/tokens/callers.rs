//! The caller behind a bearer token, and the memory of tokens that were verified.

use super::{Refusal, SECOND, SHARDS, Tokens};
use crate::Service;
use crate::call::{Caller, Kind};
use kalends_entities as entities;
use kalends_oauth::jwt::{self, Claims, TokenError};
use std::hash::BuildHasher as _;
use std::sync::Arc;

/// Most verified tokens a part remembers.
const SHARD_MAX: usize = 4_096;

impl Tokens {
    /// Who calls with this access token.
    ///
    /// # Errors
    /// `Invalid`, `Expired`.
    pub async fn caller(&self, service: &Service, token: &str) -> Result<Arc<Caller>, Refusal> {
        let now = service.clock.now();
        let shard = &self.verified[usize::try_from(self.hasher.hash_one(token)).unwrap_or(0) % SHARDS];
        if let Some((caller, from, until)) = shard.read().get(token)
            && (*from..*until).contains(&now)
        {
            return Ok(Arc::clone(caller));
        }
        let keys = Arc::clone(&self.keys.read());
        let claims = jwt::verify(&keys, jwt::Kind::Access, &self.issuer, token, now).map_err(|error| match error {
            TokenError::Expired => Refusal::Expired,
            TokenError::Invalid => Refusal::Invalid,
        })?;
        let (from, until) = (claims.nbf * SECOND, claims.exp * SECOND);
        let caller = Arc::new(caller_of(claims));
        let mut shard = shard.write();
        if shard.len() >= SHARD_MAX {
            shard.retain(|_, (_, _, until)| *until > now);
            if shard.len() >= SHARD_MAX {
                shard.clear();
            }
        }
        shard.insert(token.to_owned(), (Arc::clone(&caller), from, until));
        Ok(caller)
    }
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
