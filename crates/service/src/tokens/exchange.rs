//! `grant_type=refresh_token`: a refresh token is exchanged for an access token.

use super::clients::{COLUMNS, KnownClient};
use super::{Refused, Tokens, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::ACCESS_SECONDS;
use kalends_oauth::client;
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
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
        let keys = Arc::clone(&self.keys.read());
        let claims = jwt::verify(&keys, jwt::Kind::Refresh, &self.issuer, token, now).map_err(|_| refused())?;
        let id = digest(&claims.jti);
        let sql = format!(
            "{COLUMNS}, t.revoked, t.expires FROM refresh_token t JOIN client c ON c.id = t.client_id WHERE t.id = $1"
        );
        let row = service.store.query_opt(&sql, &params![id.as_str()]).await?.ok_or_else(refused)?;
        let (revoked, expires) = (row.int(8), row.int(9));
        let known = KnownClient::read(row);
        // No secret is sent here; one that is sent must be right.
        if credentials.secret.is_some() {
            client::authenticate(Some(&known.client), credentials.secret.as_deref(), credentials.basic, now)?;
        }
        if known.client.id != credentials.id || claims.client_id != credentials.id || revoked != 0 || expires <= now {
            return Err(refused().into());
        }
        if !known.client.active {
            return Err(OauthRefusal::client(credentials.basic).into());
        }
        let organization_id = self.organization(service, &known, parameters, claims.anonymous).await?;
        self.used.lock().insert(id, now);
        let fresh = known.claims(&self.issuer, now, ACCESS_SECONDS, service);
        let access = Claims { organization_id, anonymous: claims.anonymous, ..fresh };
        let access = self.sign(jwt::Kind::Access, &access, now)?;
        Ok(json!({"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_SECONDS}))
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
