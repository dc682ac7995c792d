//! `grant_type=refresh_token`: a refresh token is exchanged for an access token.

use super::clients::{COLUMNS, KnownClient, WIDTH};
use super::families::Shown;
use super::grants::no_entry;
use super::{Refused, Tokens, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::ACCESS_SECONDS;
use kalends_oauth::client;
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::family::Member;
use kalends_oauth::jwt::{self, Claims};
use kalends_oauth::request::{Credentials, Parameters};
use kalends_store::params;
use serde_json::{Value, json};
use std::sync::Arc;

impl Tokens {
    pub(super) async fn exchange(
        &self,
        service: &Service,
        credentials: &Credentials,
        parameters: &Parameters,
    ) -> Result<Value, Refused> {
        let now = service.clock.now();
        let refused = || OauthRefusal::new(Code::InvalidGrant, "the refresh token is unknown, expired or revoked");
        let token = parameters.need("refresh_token", "refresh_token is missing")?;
        let wanted = self.wanted(parameters)?;
        let keys = Arc::clone(&self.keys.read());
        // When it ends is written in its row: that counts, so that no clock that is set back wakes it up again.
        let claims = jwt::read(&keys, jwt::Kind::Refresh, &self.issuer, token, now).map_err(|_| refused())?;
        let id = digest(&claims.jti);
        let sql = format!(
            "{COLUMNS}, t.revoked, t.expires, t.family, t.generation FROM refresh_token t JOIN client c ON c.id = t.client_id WHERE t.id = $1"
        );
        let mut row = service.store.query_opt(&sql, &params![id.as_str()]).await?.ok_or_else(refused)?;
        let member = Member { revoked: row.int(WIDTH), expires: row.int(WIDTH + 1), generation: row.int(WIDTH + 3) };
        let family = row.take_text(WIDTH + 2);
        let known = KnownClient::read(row);
        if known.client.id != credentials.id || claims.client_id != credentials.id {
            return Err(refused().into());
        }
        // No secret is sent here; one that is sent must be right.
        if credentials.secret.is_some() {
            client::authenticate(Some(&known.client), credentials.secret.as_deref(), credentials.basic, now)?;
        }
        if !known.client.active {
            return Err(OauthRefusal::client(credentials.basic).into());
        }
        if !family.is_empty() {
            return self.exchange_personal(service, &known, Shown { id, family, member }, &wanted, now).await;
        }
        if member.revoked == 0 && member.expires <= now {
            self.expire(service, id, now).await?;
            return Err(refused().into());
        }
        if member.revoked != 0 {
            return Err(refused().into());
        }
        if let Some(organization) = wanted.organization
            && (claims.anonymous || !service.may_enter(&known.caller(None), organization).await?)
        {
            return Err(no_entry().into());
        }
        self.used.lock().insert(id, now);
        let access = Claims {
            organization_id: wanted.organization.map(str::to_owned),
            anonymous: claims.anonymous,
            grant_id: Some(claims.jti),
            ..known.claims(&self.issuer, now, ACCESS_SECONDS, service)
        };
        let access = self.sign(jwt::Kind::Access, &access, now)?;
        Ok(json!({"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}))
    }

    /// A refresh token that was shown when its time was over stays ended.
    async fn expire(&self, service: &Service, id: String, now: Micros) -> Result<(), Failure> {
        let work = boxed::<(), _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                let sql = "UPDATE refresh_token SET revoked = $1 WHERE id = $2 AND revoked = 0";
                tx.execute(sql, &params![now, id]).await?;
                Ok(())
            })
        });
        service.store.write(work).await
    }

    /// Writes down when refresh tokens were last used; called now and then.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn note_use(&self, service: &Service) -> Result<(), Failure> {
        let used: Arc<Vec<(String, Micros)>> = Arc::new(self.used.lock().drain().collect());
        if used.is_empty() {
            return Ok(());
        }
        let work = boxed::<(), _>(move |tx| {
            let used = Arc::clone(&used);
            Box::pin(async move {
                for (id, at) in used.iter() {
                    tx.execute("UPDATE refresh_token SET used = $1 WHERE id = $2", &params![*at, id.as_str()]).await?;
                }
                Ok(())
            })
        });
        service.store.write(work).await
    }
}
