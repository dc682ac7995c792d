//! `POST /oauth/revoke` (RFC 7009).

use super::{Refused, Tokens, clients, digest, families};
use crate::Service;
use crate::developer::boxed;
use kalends_oauth::client::{self, Authenticated};
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::jwt;
use kalends_oauth::request::{Parameters, credentials};
use kalends_store::params;
use std::sync::Arc;

impl Tokens {
    /// The client that asks, proved by its secret; of public clients only its id is known.
    pub(super) async fn asking(
        &self,
        service: &Service,
        authorization: Option<&str>,
        parameters: &Parameters,
    ) -> Result<clients::KnownClient, Refused> {
        let now = service.clock.now();
        let credentials = credentials(authorization, parameters).map_err(|refusal| match refusal.code {
            Code::InvalidRequest if parameters.get("client_id").is_none() => OauthRefusal::client(false),
            _ => refusal,
        })?;
        let known = clients::find(service, &credentials.id).await?;
        let client = known.as_ref().map(|known| &known.client);
        let who = client::authenticate(client, credentials.secret.as_deref(), credentials.basic, now)?;
        let known = known.filter(|_| who == Authenticated::Client);
        Ok(known.ok_or(OauthRefusal::client(credentials.basic))?)
    }

    /// `POST /oauth/revoke`: ends a refresh token of this client with everything that came from the same login; what is
    /// none of its tokens is ignored, and so is the hint.
    ///
    /// # Errors
    /// `invalid_client`, `invalid_request`; `unsupported_token_type` for access tokens, which end by themselves.
    pub async fn revoke(
        &self,
        service: &Service,
        authorization: Option<&str>,
        parameters: &Parameters,
    ) -> Result<(), Refused> {
        let now = service.clock.now();
        let known = self.asking(service, authorization, parameters).await?;
        let token = parameters.need("token", "token is missing")?;
        let keys = Arc::clone(&self.keys.read());
        if jwt::verify(&keys, jwt::Kind::Access, &self.issuer, token, now).is_ok() {
            let text = "access tokens end by themselves after five minutes; revoke the refresh token";
            return Err(OauthRefusal::new(Code::UnsupportedTokenType, text).into());
        }
        let Ok(claims) = jwt::read(&keys, jwt::Kind::Refresh, &self.issuer, token, now) else { return Ok(()) };
        if claims.client_id != known.client.id {
            return Ok(());
        }
        let (id, family) = (digest(&claims.jti), claims.grant_id.unwrap_or_default());
        let work = boxed::<(), _>(move |tx| {
            let (id, family) = (id.clone(), family.clone());
            Box::pin(async move {
                tx.execute("UPDATE refresh_token SET revoked = $1 WHERE id = $2 AND revoked = 0", &params![now, id])
                    .await?;
                families::end(tx, &family, now).await
            })
        });
        Ok(service.store.write(work).await?)
    }
}
