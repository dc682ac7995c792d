//! `grant_type=authorization_code`: a code is redeemed, once (RFC 6749 section 4.1.3, RFC 7636).

use super::clients::{self, KnownClient};
use super::families::{self, Login};
use super::grants::{NewToken, Wanted, answer, insert, no_entry};
use super::{Refused, SECOND, Tokens, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::client::{self, Authenticated};
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::jwt::{self, Claims, IdClaims};
use kalends_oauth::request::{Credentials, Parameters};
use kalends_oauth::{ACCESS_SECONDS, LOGIN_SECONDS, REFRESH_SECONDS, keys, pkce};
use kalends_store::{Row, Tx, params};
use serde_json::{Value, json};
use std::sync::Arc;

/// A code as the authorization endpoint wrote it down.
#[derive(Debug)]
struct Written {
    id: String,
    session_id: String,
    redirect_uri: String,
    challenge: String,
    nonce: String,
    authenticated: Micros,
    expires: Micros,
    used: bool,
    login: Login,
}

const COLUMNS: &str = "SELECT id, client_id, user_id, session_id, organization_id, redirect_uri, challenge, nonce, openid, authenticated, \
     family, expires, used FROM authorization_code WHERE id = $1";

impl Written {
    fn read(mut row: Row) -> Self {
        Self {
            authenticated: row.int(9),
            expires: row.int(11),
            used: row.int(12) != 0,
            login: Login {
                openid: row.bool(8),
                family: row.take_text(10),
                client_id: row.take_text(1),
                user_id: row.take_text(2),
                organization_id: row.take_text(4),
            },
            id: row.take_text(0),
            session_id: row.take_text(3),
            redirect_uri: row.take_text(5),
            challenge: row.take_text(6),
            nonce: row.take_text(7),
        }
    }
}

/// What became of a redemption.
enum Outcome {
    Done,
    /// Somebody was faster with the same code, or it is not redeemable any more.
    Refused,
}

fn refused() -> OauthRefusal {
    OauthRefusal::new(Code::InvalidGrant, "the code is unknown, expired, used, or was not given for this request")
}

impl Tokens {
    pub(super) async fn redeem(
        &self,
        service: &Service,
        credentials: &Credentials,
        parameters: &Parameters,
    ) -> Result<Value, Refused> {
        let now = service.clock.now();
        let known = clients::find(service, &credentials.id).await?;
        let client = known.as_ref().map(|known| &known.client);
        let who = client::authenticate(client, credentials.secret.as_deref(), credentials.basic, now)?;
        let known = known.filter(|_| who == Authenticated::Client).ok_or(OauthRefusal::client(credentials.basic))?;
        if !known.redirects {
            let text = "the client has no redirect URI and cannot use authorization codes";
            return Err(OauthRefusal::new(Code::UnauthorizedClient, text).into());
        }
        let code = parameters.need("code", "code is missing")?;
        let wanted = self.wanted(parameters)?;
        let row = service.store.query_opt(COLUMNS, &params![digest(code)]).await?;
        let written = row.map(Written::read).filter(|written| written.login.client_id == known.client.id);
        let written = Arc::new(written.ok_or_else(refused)?);
        if written.used || written.expires <= now {
            // What is over stays over, even if the clock is set back; what was used ends all it gave.
            spend(service, &written, now).await?;
            return Err(refused().into());
        }
        let verifier = parameters.get("code_verifier").unwrap_or_default();
        if parameters.get("redirect_uri") != Some(written.redirect_uri.as_str())
            || !pkce::fits(&written.challenge, verifier)
        {
            return Err(refused().into());
        }
        let organization = entered(service, &known, &written.login, &wanted).await?;
        let refresh = Claims {
            jti: kalends_engine::id::alphanumerics(24, service.entropy.as_ref()),
            ..self.personal(service, &known, &written.login, now, REFRESH_SECONDS)
        };
        self.write_down(service, &known, &written, &refresh.jti, now).await?;
        let both = wanted.both || organization.is_some() || written.login.openid;
        let access = if both {
            let access = self.personal(service, &known, &written.login, now, ACCESS_SECONDS);
            Some(self.sign(jwt::Kind::Access, &Claims { organization_id: organization, ..access }, now)?)
        } else {
            None
        };
        let refresh = self.sign(jwt::Kind::Refresh, &refresh, now)?;
        let mut answer = answer(&refresh, REFRESH_SECONDS, access.as_deref());
        if written.login.openid {
            answer["scope"] = json!("openid");
            answer["id_token"] = Value::String(self.id_token(&written, access.as_deref(), now)?);
        }
        Ok(answer)
    }

    /// Uses the code up and begins its family, in one transaction: both or neither, once.
    async fn write_down(
        &self,
        service: &Service,
        known: &KnownClient,
        written: &Arc<Written>,
        jti: &str,
        now: Micros,
    ) -> Result<(), Refused> {
        let token = NewToken {
            id: digest(jti),
            client_id: known.client.id.clone(),
            user_id: written.login.user_id.clone(),
            family: written.login.family.clone(),
            generation: 0,
            created: now,
            expires: now + REFRESH_SECONDS * SECOND,
        };
        let (rotating, written) = (known.rotating, Arc::clone(written));
        let work = boxed::<Outcome, _>(move |tx| {
            let (token, written) = (token.clone(), Arc::clone(&written));
            Box::pin(async move { write_down(tx, &written, &token, rotating).await })
        });
        match service.store.write(work).await? {
            Outcome::Done => Ok(()),
            Outcome::Refused => Err(refused().into()),
        }
    }

    fn id_token(&self, written: &Written, access: Option<&str>, now: Micros) -> Result<String, Failure> {
        let opened = Arc::clone(&self.keys.read());
        let key = keys::signing(&opened, now).ok_or_else(Failure::internal)?;
        let issued = now.div_euclid(SECOND);
        let claims = IdClaims {
            iss: self.issuer.clone(),
            sub: written.login.user_id.clone(),
            aud: written.login.client_id.clone(),
            iat: issued,
            exp: issued + ACCESS_SECONDS,
            auth_time: written.authenticated.div_euclid(SECOND),
            nonce: written.nonce.clone(),
            at_hash: access.map(|token| key.half_hash(token)),
        };
        Ok(jwt::sign_id(key, &claims))
    }
}

/// The organization of the access token: the one asked for, or the one the login is bound to. A login that is bound to an
/// organization reaches it and all below.
async fn entered(
    service: &Service,
    known: &KnownClient,
    login: &Login,
    wanted: &Wanted<'_>,
) -> Result<Option<String>, Refused> {
    if !login.organization_id.is_empty() && !families::may_enter(service, known, login, &login.organization_id).await? {
        return Err(refused().into());
    }
    let Some(asked) = wanted.organization else {
        return Ok(Some(login.organization_id.clone()).filter(|id| !id.is_empty()));
    };
    if families::may_enter(service, known, login, asked).await? {
        Ok(Some(asked.to_owned()))
    } else {
        Err(no_entry().into())
    }
}

async fn write_down(tx: &mut Tx, written: &Written, token: &NewToken, rotating: bool) -> Result<Outcome, Failure> {
    let (login, now) = (&written.login, token.created);
    // The person is active, still logged in where the code was made, and still lets this client.
    let sql = "SELECT u.active, (SELECT count(*) FROM session s WHERE s.id = $2 AND s.user_id = u.id AND s.expires > $3), \
               (SELECT count(*) FROM consent n WHERE n.user_id = u.id AND n.client_id = $4 AND n.organization_id = $5) \
               FROM account_user u WHERE u.id = $1";
    let values = params![
        login.user_id.as_str(),
        written.session_id.as_str(),
        now,
        login.client_id.as_str(),
        login.organization_id.as_str()
    ];
    let person = tx.query_opt(sql, &values).await?;
    if !person.is_some_and(|row| row.bool(0) && row.int(1) > 0 && row.int(2) > 0) {
        return Ok(Outcome::Refused);
    }
    let use_up = "UPDATE authorization_code SET used = $1 WHERE id = $2 AND used = 0";
    if tx.execute(use_up, &params![now, written.id.as_str()]).await? == 0 {
        families::end(tx, &login.family, now).await?;
        return Ok(Outcome::Refused);
    }
    let life = if rotating { LOGIN_SECONDS } else { REFRESH_SECONDS };
    let sql = "INSERT INTO token_family (id, client_id, user_id, session_id, organization_id, openid, rotating, generation, rotated, created, expires, revoked) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8, $9, 0)";
    let values = params![
        login.family.as_str(),
        login.client_id.as_str(),
        login.user_id.as_str(),
        written.session_id.as_str(),
        login.organization_id.as_str(),
        login.openid,
        rotating,
        now,
        now + life * SECOND
    ];
    tx.execute(sql, &values).await?;
    insert(tx, token).await?;
    Ok(Outcome::Done)
}

/// A code that is shown when it is over: it stays used up, and what it gave ends.
async fn spend(service: &Service, written: &Arc<Written>, now: Micros) -> Result<(), Failure> {
    let written = Arc::clone(written);
    let work = boxed::<(), _>(move |tx| {
        let written = Arc::clone(&written);
        Box::pin(async move {
            let use_up = "UPDATE authorization_code SET used = $1 WHERE id = $2 AND used = 0";
            tx.execute(use_up, &params![now, written.id.as_str()]).await?;
            families::end(tx, &written.login.family, now).await
        })
    });
    service.store.write(work).await
}
