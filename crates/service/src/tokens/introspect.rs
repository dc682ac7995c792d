//! `POST /oauth/introspect` (RFC 7662): what a token is worth now. And `/oauth/userinfo` (OpenID Connect Core 5.3).

use super::callers::lives;
use super::{Refusal, Refused, Tokens, digest, families};
use crate::Service;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::client;
use kalends_oauth::error::Refusal as OauthRefusal;
use kalends_oauth::family::{Member, Turn, turn};
use kalends_oauth::jwt::{self, Claims, TokenError};
use kalends_oauth::request::Parameters;
use kalends_store::params;
use serde_json::{Value, json};
use std::sync::Arc;

impl Tokens {
    /// `POST /oauth/introspect`, for confidential clients: tells of their own tokens and of those of other clients of the
    /// same developer account. Of every other token, whatever is wrong with it, it is said that it is not active.
    ///
    /// # Errors
    /// `invalid_client`, `invalid_request`.
    pub async fn introspect(
        &self,
        service: &Service,
        authorization: Option<&str>,
        parameters: &Parameters,
    ) -> Result<Value, Refused> {
        let now = service.clock.now();
        let known = self.asking(service, authorization, parameters).await?;
        if known.client.kind == client::Kind::Module {
            // Whoever knows a public client's id could ask in its name.
            return Err(OauthRefusal::client(authorization.is_some()).into());
        }
        let token = parameters.need("token", "token is missing")?;
        let keys = Arc::clone(&self.keys.read());
        let read = |kind| jwt::verify(&keys, kind, &self.issuer, token, now);
        let found = match (read(jwt::Kind::Access), read(jwt::Kind::Refresh)) {
            (Ok(claims), _) => Some((jwt::Kind::Access, claims)),
            (_, Ok(claims)) => Some((jwt::Kind::Refresh, claims)),
            _ => None,
        };
        let inactive = json!({"active": false});
        let Some((kind, claims)) = found else { return Ok(inactive) };
        if claims.developer_account_id != known.developer_account_id || !is_active(service, kind, &claims, now).await? {
            return Ok(inactive);
        }
        let mut answer = serde_json::to_value(&claims).map_err(|_| Failure::internal())?;
        answer["active"] = json!(true);
        answer["token_type"] = json!(if kind == jwt::Kind::Access { "Bearer" } else { "refresh_token" });
        Ok(answer)
    }

    /// `/oauth/userinfo`: who the person behind an access token is; nothing when the token was not given for that, because
    /// no person is behind it or `openid` was not asked for.
    ///
    /// # Errors
    /// As for every bearer token.
    pub async fn userinfo(&self, service: &Service, token: &str) -> Result<Option<Value>, Refusal> {
        let now = service.clock.now();
        let keys = Arc::clone(&self.keys.read());
        let claims = jwt::verify(&keys, jwt::Kind::Access, &self.issuer, token, now).map_err(|error| match error {
            TokenError::Expired => Refusal::Expired,
            TokenError::Invalid => Refusal::Invalid,
        })?;
        if !is_active(service, jwt::Kind::Access, &claims, now).await? {
            return Err(Refusal::Invalid);
        }
        let (Some(user_id), Some("openid")) = (&claims.user_id, claims.scope.as_deref()) else { return Ok(None) };
        let sql =
            "SELECT first_name, last_name, email, email_verified, locale, time_zone FROM account_user WHERE id = $1";
        let row = service.store.query_opt(sql, &params![user_id.as_str()]).await.map_err(Failure::from)?;
        let row = row.ok_or(Refusal::Invalid)?;
        Ok(Some(json!({
            "sub": user_id,
            "name": format!("{} {}", row.text(0), row.text(1)).trim(),
            "given_name": row.text(0),
            "family_name": row.text(1),
            "email": row.text(2),
            "email_verified": row.bool(3),
            "locale": row.text(4),
            "zoneinfo": row.text(5),
        })))
    }
}

/// Whether a token whose signature and times are right has not been ended by anything else.
async fn is_active(service: &Service, kind: jwt::Kind, claims: &Claims, now: Micros) -> Result<bool, Failure> {
    let sql = format!("SELECT {} FROM client c WHERE c.id = $1", kalends_store::offers::ACTIVE);
    let client = service.store.query_opt(&sql, &params![claims.client_id.as_str()]).await?;
    if !client.is_some_and(|row| row.bool(0)) {
        return Ok(false);
    }
    let grant = claims.grant_id.as_deref().unwrap_or_default();
    let member = async |id: String| {
        let sql = "SELECT generation, expires, revoked FROM refresh_token WHERE id = $1";
        let row = service.store.query_opt(sql, &params![id]).await?;
        Ok::<_, Failure>(row.map(|row| Member { generation: row.int(0), expires: row.int(1), revoked: row.int(2) }))
    };
    if claims.user_id.is_none() {
        // An access token of a client is worth as much as the refresh token it came from.
        let id = if kind == jwt::Kind::Access { grant } else { claims.jti.as_str() };
        return Ok(member(digest(id)).await?.is_some_and(|member| member.revoked == 0 && now < member.expires));
    }
    let Some(state) = families::find(&mut &service.store, grant).await? else { return Ok(false) };
    if !state.allowed || state.family.revoked != 0 || lives(service, grant).await?.is_none() {
        return Ok(false);
    }
    if kind == jwt::Kind::Access {
        return Ok(true);
    }
    let member = member(digest(&claims.jti)).await?;
    // A replaced one may be taken once more after a lost answer, but is no token to rely on.
    Ok(member.is_some_and(|member| matches!(turn(state.family, member, now), Turn::Keep | Turn::Next)))
}
