//! Logins of people in clients: the families of tokens that came from one code, and their rotation.

use super::clients::KnownClient;
use super::grants::{NewToken, Wanted, insert, no_entry};
use super::{Refused, SECOND, Tokens, digest};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::family::{Family, Member, Turn, turn};
use kalends_oauth::jwt::{self, Claims};
use kalends_oauth::{ACCESS_SECONDS, REFRESH_SECONDS};
use kalends_store::records::Reader;
use kalends_store::{Tx, organizations, params};
use serde_json::{Value, json};

/// Who let which client, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Login {
    /// Id of the family.
    pub(super) family: String,
    pub(super) client_id: String,
    pub(super) user_id: String,
    /// The organization it is bound to, or empty.
    pub(super) organization_id: String,
    /// An ID token was asked for.
    pub(super) openid: bool,
}

/// A family with everything an exchange depends on.
#[derive(Debug)]
pub(super) struct State {
    pub(super) login: Login,
    pub(super) family: Family,
    /// The person is active and has not taken her consent back.
    pub(super) allowed: bool,
}

/// The family as it is now.
pub(super) async fn find(reader: &mut impl Reader, id: &str) -> Result<Option<State>, Failure> {
    let sql = "SELECT f.client_id, f.user_id, f.organization_id, f.openid, f.rotating, f.generation, f.rotated, f.expires, f.revoked, \
               u.active * (SELECT count(*) FROM consent n WHERE n.user_id = f.user_id AND n.client_id = f.client_id AND n.organization_id = f.organization_id) \
               FROM token_family f JOIN account_user u ON u.id = f.user_id WHERE f.id = $1";
    let row = reader.rows(sql, &params![id]).await?.into_iter().next();
    Ok(row.map(|mut row| State {
        family: Family {
            rotating: row.bool(4),
            generation: row.int(5),
            rotated: row.int(6),
            expires: row.int(7),
            revoked: row.int(8),
        },
        allowed: row.int(9) > 0,
        login: Login {
            family: id.to_owned(),
            openid: row.bool(3),
            client_id: row.take_text(0),
            user_id: row.take_text(1),
            organization_id: row.take_text(2),
        },
    }))
}

/// Ends a family: every token that came from its code.
pub(super) async fn end(tx: &mut Tx, id: &str, now: Micros) -> Result<(), Failure> {
    tx.execute("UPDATE token_family SET revoked = $1 WHERE id = $2 AND revoked = 0", &params![now, id]).await?;
    Ok(())
}

/// Whether person and client may both enter an organization, and the login reaches it.
pub(super) async fn may_enter(
    service: &Service,
    known: &KnownClient,
    login: &Login,
    organization: &str,
) -> Result<bool, Failure> {
    let bound = login.organization_id.as_str();
    if !bound.is_empty() && bound != organization {
        let lineage = organizations::lineage(&mut &service.store, organization).await?;
        if !lineage.iter().any(|ancestor| ancestor == bound) {
            return Ok(false);
        }
    }
    service.may_enter(&known.caller(Some(&login.user_id)), organization).await
}

/// The refresh token that is shown.
pub(super) struct Shown {
    /// Hash of its `jti`.
    pub(super) id: String,
    pub(super) family: String,
    pub(super) member: Member,
}

/// What an exchange came to.
enum Turned {
    /// The token stays as it is.
    Kept,
    /// The new one, which is written down, ends then.
    Replaced(Micros),
    Refused,
}

fn refused() -> OauthRefusal {
    OauthRefusal::new(Code::InvalidGrant, "the refresh token is unknown, expired or revoked")
}

impl Tokens {
    /// What a token of a person says.
    pub(super) fn personal(
        &self,
        service: &Service,
        known: &KnownClient,
        login: &Login,
        now: Micros,
        seconds: i64,
    ) -> Claims {
        Claims {
            sub: login.user_id.clone(),
            user_id: Some(login.user_id.clone()),
            grant_id: Some(login.family.clone()),
            scope: login.openid.then(|| "openid".to_owned()),
            ..known.claims(&self.issuer, now, seconds, service)
        }
    }

    /// Exchanges a refresh token of a person.
    pub(super) async fn exchange_personal(
        &self,
        service: &Service,
        known: &KnownClient,
        shown: Shown,
        wanted: &Wanted<'_>,
        now: Micros,
    ) -> Result<Value, Refused> {
        let state = find(&mut &service.store, &shown.family).await?.ok_or_else(refused)?;
        let login = &state.login;
        // A login that is over is over before anything else is said about the request; nothing has been used up yet.
        if state.family.revoked != 0 || !state.allowed || login.client_id != known.client.id {
            return Err(refused().into());
        }
        let bound = Some(login.organization_id.as_str()).filter(|id| !id.is_empty());
        if let Some(bound) = bound
            && !may_enter(service, known, login, bound).await?
        {
            return Err(refused().into());
        }
        let organization = wanted.organization.or(bound);
        if wanted.organization.is_some_and(|asked| Some(asked) != bound)
            && let Some(asked) = wanted.organization
            && !may_enter(service, known, login, asked).await?
        {
            return Err(no_entry().into());
        }
        let mut refresh = self.personal(service, known, login, now, REFRESH_SECONDS);
        let turned = match turn(state.family, shown.member, now) {
            Turn::Keep => {
                self.used.lock().insert(shown.id, now);
                Turned::Kept
            }
            _ => exchange_in(service, &shown, &refresh.jti, now).await?,
        };
        let access = self.personal(service, known, login, now, ACCESS_SECONDS);
        let access = Claims { organization_id: organization.map(str::to_owned), ..access };
        let mut answer = json!({"token_type": "Bearer", "expires_in": ACCESS_SECONDS});
        match turned {
            Turned::Refused => return Err(refused().into()),
            Turned::Kept => {}
            Turned::Replaced(expires) => {
                refresh.exp = expires.div_euclid(SECOND);
                answer["refresh_token"] = Value::String(self.sign(jwt::Kind::Refresh, &refresh, now)?);
                answer["refresh_expires_in"] = json!(refresh.exp - refresh.iat);
            }
        }
        answer["access_token"] = Value::String(self.sign(jwt::Kind::Access, &access, now)?);
        Ok(answer)
    }
}

async fn exchange_in(service: &Service, shown: &Shown, jti: &str, now: Micros) -> Result<Turned, Failure> {
    let (id, family, fresh) = (shown.id.clone(), shown.family.clone(), digest(jti));
    let work = boxed::<Turned, _>(move |tx| {
        let (id, family, fresh) = (id.clone(), family.clone(), fresh.clone());
        Box::pin(async move { rotate(tx, &id, &family, &fresh, now).await })
    });
    service.store.write(work).await
}

/// Shows a token to its family and does what follows. Whoever loses a race against another exchange looks again at what
/// the winner left: the comparison in the update decides, not what was read before.
async fn rotate(tx: &mut Tx, id: &str, family: &str, fresh: &str, now: Micros) -> Result<Turned, Failure> {
    loop {
        let sql = "SELECT generation, expires, revoked FROM refresh_token WHERE id = $1 AND family = $2";
        let (Some(row), Some(state)) = (tx.query_opt(sql, &params![id, family]).await?, find(tx, family).await?) else {
            return Ok(Turned::Refused);
        };
        let member = Member { generation: row.int(0), expires: row.int(1), revoked: row.int(2) };
        let decided = turn(state.family, member, now);
        match decided {
            Turn::Keep => return Ok(Turned::Kept),
            Turn::Ended => return Ok(Turned::Refused),
            Turn::Replayed => {
                end(tx, family, now).await?;
                return Ok(Turned::Refused);
            }
            Turn::Expired => {
                // What is over stays over, even if the clock is set back.
                let sql = "UPDATE refresh_token SET revoked = $1 WHERE id = $2 AND revoked = 0";
                tx.execute(sql, &params![now, id]).await?;
                return Ok(Turned::Refused);
            }
            Turn::Next | Turn::Again => {}
        }
        let newest = state.family.generation;
        let sql = "UPDATE token_family SET generation = generation + 1, rotated = $1 WHERE id = $2 AND generation = $3 AND revoked = 0";
        if tx.execute(sql, &params![now, family, newest]).await? == 0 {
            continue;
        }
        if decided == Turn::Again {
            let sql = "UPDATE refresh_token SET revoked = $1 WHERE family = $2 AND generation = $3 AND revoked = 0";
            tx.execute(sql, &params![now, family, newest]).await?;
        }
        tx.execute("UPDATE refresh_token SET used = $1 WHERE id = $2", &params![now, id]).await?;
        let token = NewToken {
            id: fresh.to_owned(),
            client_id: state.login.client_id,
            user_id: state.login.user_id,
            family: family.to_owned(),
            generation: newest + 1,
            created: now,
            expires: state.family.expires.min(now + REFRESH_SECONDS * SECOND),
        };
        insert(tx, &token).await?;
        return Ok(Turned::Replaced(token.expires));
    }
}
