//! `POST /oauth/token`: which grant is asked for, the grant of the client itself, and what every grant shares.

use super::clients::{self, KnownClient};
use super::{Refused, SECOND, Tokens, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::id;
use kalends_entities as entities;
use kalends_oauth::client::{self, Authenticated};
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::jwt::{self, Claims};
use kalends_oauth::request::{Credentials, Parameters, credentials};
use kalends_oauth::{ACCESS_SECONDS, REFRESH_SECONDS};
use kalends_store::params;
use serde_json::{Value, json};

impl Tokens {
    /// `POST /oauth/token`.
    ///
    /// # Errors
    /// As RFC 6749 section 5.2 lists them.
    pub async fn token(
        &self,
        service: &Service,
        authorization: Option<&str>,
        parameters: &Parameters,
    ) -> Result<Value, Refused> {
        let need = |name| parameters.need(name, "grant_type is missing");
        match need("grant_type")? {
            "client_credentials" => {
                self.client_credentials(service, &credentials(authorization, parameters)?, parameters).await
            }
            "refresh_token" => self.exchange(service, &credentials(authorization, parameters)?, parameters).await,
            _ => {
                let text = "use client_credentials or refresh_token";
                Err(OauthRefusal::new(Code::UnsupportedGrantType, text).into())
            }
        }
    }

    async fn client_credentials(
        &self,
        service: &Service,
        credentials: &Credentials,
        parameters: &Parameters,
    ) -> Result<Value, Refused> {
        let now = service.clock.now();
        let known = clients::find(service, &credentials.id).await?;
        let client = known.as_ref().map(|known| &known.client);
        let who = client::authenticate(client, credentials.secret.as_deref(), credentials.basic, now)?;
        let known = known.ok_or(OauthRefusal::client(credentials.basic))?;
        let mut claims = known.claims(&self.issuer, now, REFRESH_SECONDS, service);
        claims.anonymous = who == Authenticated::Anonymous;
        let organization = self.organization(service, &known, parameters, claims.anonymous).await?;
        let (id, client_id) = (digest(&claims.jti), known.client.id.clone());
        let work = boxed::<(), _>(move |tx| {
            let (id, client_id) = (id.clone(), client_id.clone());
            Box::pin(async move {
                let sql = "INSERT INTO refresh_token (id, client_id, user_id, family, generation, created, expires, used, revoked) \
                           VALUES ($1, $2, '', '', 0, $3, $4, 0, 0)";
                tx.execute(sql, &params![id, client_id, now, now + REFRESH_SECONDS * SECOND]).await?;
                Ok(())
            })
        });
        service.store.write(work).await?;
        let refresh = self.sign(jwt::Kind::Refresh, &claims, now)?;
        let mut answer = json!({"refresh_token": refresh, "token_type": "Bearer", "expires_in": REFRESH_SECONDS});
        if organization.is_some() {
            // The standard answer on request: ordinary clients need no second step.
            let access =
                Claims { organization_id: organization, ..known.claims(&self.issuer, now, ACCESS_SECONDS, service) };
            answer["access_token"] = Value::String(self.sign(jwt::Kind::Access, &access, now)?);
            answer["expires_in"] = json!(ACCESS_SECONDS);
            answer["refresh_expires_in"] = json!(REFRESH_SECONDS);
        }
        Ok(answer)
    }

    /// The organization a token is asked for, if the client may have one for it.
    pub(super) async fn organization(
        &self,
        service: &Service,
        known: &KnownClient,
        parameters: &Parameters,
        anonymous: bool,
    ) -> Result<Option<String>, Refused> {
        let target = |text| Refused::Oauth(OauthRefusal::new(Code::InvalidTarget, text));
        if let Some(resource) = parameters.get("resource") {
            let ours = resource
                .strip_prefix(self.issuer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if !ours || resource.contains('#') {
                return Err(target("the resource is not served here"));
            }
        }
        let Some(organization) = parameters.get("organization_id") else { return Ok(None) };
        if !id::has_shape(organization, entities::organization::ENTITY.prefix) {
            let text = "organization_id is not an organization's id";
            return Err(OauthRefusal::new(Code::InvalidRequest, text).into());
        }
        let caller = known.caller();
        if anonymous || !service.may_enter(&caller, organization).await? {
            return Err(target("the client is not installed in this organization"));
        }
        Ok(Some(organization.to_owned()))
    }
}
