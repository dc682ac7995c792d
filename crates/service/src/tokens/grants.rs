//! `POST /oauth/token`: which grant is asked for, the grant of the client itself, and what every grant shares.

use super::clients;
use super::{Refused, SECOND, Tokens, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::{Micros, id};
use kalends_entities as entities;
use kalends_oauth::client::{self, Authenticated};
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::jwt::{self, Claims};
use kalends_oauth::request::{Credentials, Parameters, credentials};
use kalends_oauth::{ACCESS_SECONDS, REFRESH_SECONDS};
use kalends_store::{Tx, params};
use serde_json::{Value, json};

/// A refresh token as it is written down.
#[derive(Debug, Clone)]
pub(super) struct NewToken {
    /// Hash of its `jti`.
    pub(super) id: String,
    pub(super) client_id: String,
    /// The person, or empty for the client itself; likewise the family.
    pub(super) user_id: String,
    pub(super) family: String,
    pub(super) generation: i64,
    pub(super) created: Micros,
    pub(super) expires: Micros,
}

/// Writes a refresh token down.
pub(super) async fn insert(tx: &mut Tx, token: &NewToken) -> Result<(), kalends_store::StoreError> {
    let sql = "INSERT INTO refresh_token (id, client_id, user_id, family, generation, created, expires, used, revoked) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)";
    let values = params![
        token.id.as_str(),
        token.client_id.as_str(),
        token.user_id.as_str(),
        token.family.as_str(),
        token.generation,
        token.created,
        token.expires
    ];
    tx.execute(sql, &values).await.map(drop)
}

/// What the token endpoint gives: a refresh token, and an access token for clients that want both in one step.
pub(super) fn answer(refresh: &str, seconds: i64, access: Option<&str>) -> Value {
    let mut answer = json!({"refresh_token": refresh, "token_type": "Bearer", "expires_in": seconds});
    if let Some(access) = access {
        answer["access_token"] = json!(access);
        answer["expires_in"] = json!(ACCESS_SECONDS);
        answer["refresh_expires_in"] = json!(seconds);
    }
    answer
}

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
        match parameters.need("grant_type", "grant_type is missing")? {
            "client_credentials" => {
                self.client_credentials(service, &credentials(authorization, parameters)?, parameters).await
            }
            "authorization_code" => self.redeem(service, &credentials(authorization, parameters)?, parameters).await,
            "refresh_token" => self.exchange(service, &credentials(authorization, parameters)?, parameters).await,
            _ => {
                let text = "use client_credentials, authorization_code or refresh_token";
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
        let anonymous = who == Authenticated::Anonymous;
        let claims = Claims { anonymous, ..known.claims(&self.issuer, now, REFRESH_SECONDS, service) };
        let wanted = self.wanted(parameters)?;
        if let Some(organization) = wanted.organization
            && (anonymous || !service.may_enter(&known.caller(None), organization).await?)
        {
            return Err(no_entry().into());
        }
        let token = NewToken {
            id: digest(&claims.jti),
            client_id: known.client.id.clone(),
            user_id: String::new(),
            family: String::new(),
            generation: 0,
            created: now,
            expires: now + REFRESH_SECONDS * SECOND,
        };
        let work = boxed::<(), _>(move |tx| {
            let token = token.clone();
            Box::pin(async move { Ok(insert(tx, &token).await?) })
        });
        service.store.write(work).await?;
        let refresh = self.sign(jwt::Kind::Refresh, &claims, now)?;
        // The standard answer on request: ordinary clients need no second step.
        let access = if wanted.both {
            let access = Claims {
                organization_id: wanted.organization.map(str::to_owned),
                anonymous,
                grant_id: Some(claims.jti),
                ..known.claims(&self.issuer, now, ACCESS_SECONDS, service)
            };
            Some(self.sign(jwt::Kind::Access, &access, now)?)
        } else {
            None
        };
        Ok(answer(&refresh, REFRESH_SECONDS, access.as_deref()))
    }

    /// What a request wants its access token for.
    pub(super) fn wanted<'a>(&self, parameters: &'a Parameters) -> Result<Wanted<'a>, OauthRefusal> {
        let resource = parameters.get("resource");
        if let Some(resource) = resource {
            let ours = resource
                .strip_prefix(self.issuer.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if !ours || resource.contains('#') {
                return Err(OauthRefusal::new(Code::InvalidTarget, "the resource is not served here"));
            }
        }
        let organization = parameters.get("organization_id");
        if organization.is_some_and(|id| !id::has_shape(id, entities::organization::ENTITY.prefix)) {
            return Err(OauthRefusal::new(Code::InvalidRequest, "organization_id is not an organization's id"));
        }
        Ok(Wanted { organization, both: organization.is_some() || resource.is_some() })
    }
}

/// What a request wants its access token for.
pub(super) struct Wanted<'a> {
    /// The organization.
    pub(super) organization: Option<&'a str>,
    /// An access token at once, which is asked for by naming the organization or the resource (RFC 8707).
    pub(super) both: bool,
}

/// The refusal of an organization that is none of the client's or of the person's.
pub(super) fn no_entry() -> OauthRefusal {
    OauthRefusal::new(Code::InvalidTarget, "the organization is unknown, or the client or the user has no place in it")
}
