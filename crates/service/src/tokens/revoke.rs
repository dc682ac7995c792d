//! `POST /oauth/revoke` (RFC 7009).

use super::{Refused, Tokens, clients, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_oauth::client;
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::jwt;
use kalends_oauth::request::{Parameters, credentials};
use kalends_store::params;
use std::sync::Arc;

impl Tokens {
    /// `POST /oauth/revoke` (RFC 7009): ends a refresh token of this client; what is none of its tokens is ignored.
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
        let credentials = credentials(authorization, parameters).map_err(|refusal| match refusal.code {
            Code::InvalidRequest if parameters.get("client_id").is_none() => OauthRefusal::client(false),
            _ => refusal,
        })?;
        let known = clients::find(service, &credentials.id).await?;
        let client = known.as_ref().map(|known| &known.client);
        client::authenticate(client, credentials.secret.as_deref(), credentials.basic, now)?;
        let token = parameters.need("token", "token is missing")?;
        let keys = Arc::clone(&self.keys.read());
        if jwt::verify(&keys, jwt::Kind::Access, &self.issuer, token, now).is_ok() {
            let text = "access tokens end by themselves after five minutes; revoke the refresh token";
            return Err(OauthRefusal::new(Code::UnsupportedTokenType, text).into());
        }
        let Ok(claims) = jwt::verify(&keys, jwt::Kind::Refresh, &self.issuer, token, now) else { return Ok(()) };
        if claims.client_id != credentials.id {
            return Ok(());
        }
        let id = digest(&claims.jti);
        let work = boxed::<(), _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                tx.execute("UPDATE refresh_token SET revoked = $1 WHERE id = $2 AND revoked = 0", &params![now, id])
                    .await?;
                Ok(())
            })
        });
        Ok(service.store.write(work).await?)
    }
}
