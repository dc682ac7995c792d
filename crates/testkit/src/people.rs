//! People and their logins, written straight into the database: what the pages do, without the pages.

use crate::app::{LOOPBACK, REDIRECT, TestApp};
use crate::client::{Answer, Caller};
use kalends_engine::clock::{Clock as _, SystemEntropy};
use kalends_engine::{Micros, id};
use kalends_service::developer::NewClient;
use kalends_service::tokens::digest;
use kalends_store::{Store, StoreError, Value, params};

/// The verifier of every code made here (RFC 7636 appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// SHA-256 of [`VERIFIER`], base64url.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const SECOND: Micros = 1_000_000;

/// Who lets which client, and where.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// The OAuth client.
    pub client_id: String,
    /// One of its addresses.
    pub redirect_uri: String,
    /// The person.
    pub user_id: String,
    /// The organization, or empty.
    pub organization_id: String,
    /// `openid` was among the scopes.
    pub openid: bool,
    /// What the client sent along.
    pub nonce: String,
}

/// A code with what stands behind it.
#[derive(Debug, Clone)]
pub struct Code {
    /// The code itself.
    pub code: String,
    /// Its row.
    pub id: String,
    /// The session it was made in.
    pub session_id: String,
    /// The family that it will begin.
    pub family: String,
}

/// Runs a statement.
///
/// # Panics
/// When it is not accepted.
pub async fn execute(store: &Store, sql: &'static str, values: Vec<Value>) {
    let done = store.write(move |tx| {
        let values = values.clone();
        Box::pin(async move { tx.execute(sql, &values).await.map(drop) })
    });
    let done: Result<(), StoreError> = done.await;
    done.expect("the statement");
}

/// Consent, a session and a code, as the authorization endpoint leaves them.
///
/// # Panics
/// When the database does not take them.
pub async fn code(store: &Store, now: Micros, asked: &Asked) -> Code {
    let fresh = |length| id::alphanumerics(length, &SystemEntropy);
    let code = fresh(48);
    let made = Code { id: digest(&code), code, session_id: digest(&fresh(43)), family: fresh(24) };
    let (user, client, organization) =
        (asked.user_id.as_str(), asked.client_id.as_str(), asked.organization_id.as_str());
    let sql = "INSERT INTO consent (user_id, client_id, organization_id, permissions, created) VALUES ($1, $2, $3, '[]', $4) ON CONFLICT DO NOTHING";
    execute(store, sql, params![user, client, organization, now].to_vec()).await;
    let sql = "INSERT INTO session (id, user_id, method, authenticated, created, seen, expires, network, agent) \
               VALUES ($1, $2, 'PASSWORD', $3, $3, $3, $4, '', '')";
    execute(store, sql, params![made.session_id.as_str(), user, now, now + 30 * 86_400 * SECOND].to_vec()).await;
    let sql = "INSERT INTO authorization_code (id, client_id, user_id, session_id, organization_id, redirect_uri, challenge, nonce, openid, \
               authenticated, family, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $12, 0)";
    let values = params![
        made.id.as_str(),
        client,
        user,
        made.session_id.as_str(),
        organization,
        asked.redirect_uri.as_str(),
        CHALLENGE,
        asked.nonce.as_str(),
        asked.openid,
        now,
        made.family.as_str(),
        now + 60 * SECOND
    ];
    execute(store, sql, values.to_vec()).await;
    made
}

impl TestApp {
    /// A person who has proved her address and cannot log in with a password.
    ///
    /// # Panics
    /// When the database does not take her.
    pub async fn user(&self, email: &str) -> String {
        let id = id::new("us", &SystemEntropy);
        let sql = "INSERT INTO account_user (id, email, email_verified, password_hash, first_name, last_name, gender, locale, time_zone, active, created) \
                   VALUES ($1, $2, 1, '', 'Ute', 'User', 'FEMALE', 'de', 'Europe/Berlin', 1, $3)";
        self.sql(sql, &params![id.as_str(), email, self.clock.now()]).await;
        id
    }

    /// Makes a person an admin of an organization.
    pub async fn make_admin(&self, user_id: &str, organization_id: &str) {
        let sql = "INSERT INTO organization_admin (organization_id, user_id, created) VALUES ($1, $2, $3)";
        self.sql(sql, &params![organization_id, user_id, self.clock.now()]).await;
        self.touch(user_id).await;
    }

    /// Takes that back.
    pub async fn unmake_admin(&self, user_id: &str, organization_id: &str) {
        let sql = "DELETE FROM organization_admin WHERE organization_id = $1 AND user_id = $2";
        self.sql(sql, &params![organization_id, user_id]).await;
        self.touch(user_id).await;
    }

    /// Lets a person in or shuts her out.
    pub async fn set_user_active(&self, user_id: &str, active: bool) {
        self.sql("UPDATE account_user SET active = $1 WHERE id = $2", &params![active, user_id]).await;
        self.touch(user_id).await;
    }

    /// Tells every process that what it remembers of this id is out of date.
    pub async fn touch(&self, id: &str) {
        let sql = "INSERT INTO change (id, counter) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET counter = change.counter + 1";
        self.sql(sql, &params![id]).await;
    }

    /// A code with which a person lets a client in; `organization` may be empty.
    pub async fn code(&self, client: &NewClient, user_id: &str, organization: &str, openid: bool) -> Code {
        let redirect_uri = if client.secret.is_empty() { LOOPBACK } else { REDIRECT };
        let asked = Asked {
            client_id: client.client_id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            user_id: user_id.to_owned(),
            organization_id: organization.to_owned(),
            openid,
            nonce: if openid { "n-0S6_WzA2Mj".to_owned() } else { String::new() },
        };
        code(&self.web.service.store, self.clock.now(), &asked).await
    }

    /// The fields with which a client redeems a code.
    pub fn redemption<'a>(&self, client: &'a NewClient, code: &'a str) -> Vec<(&'a str, &'a str)> {
        let redirect_uri = if client.secret.is_empty() { LOOPBACK } else { REDIRECT };
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", &client.client_id),
            ("client_secret", &client.secret),
            ("code", code),
            ("redirect_uri", redirect_uri),
            ("code_verifier", VERIFIER),
        ]
    }

    /// Redeems a code.
    pub async fn redeem(&self, client: &NewClient, code: &str) -> Answer {
        self.token(&self.redemption(client, code)).await
    }

    /// A person's login in a client: the answer to a fresh code.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn login(&self, client: &NewClient, user_id: &str, organization: &str) -> Answer {
        let code = self.code(client, user_id, organization, true).await;
        let answer = self.redeem(client, &code.code).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    /// A refresh token of a person at a client; `organization` may be empty.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn user_refresh_token(&self, client: &NewClient, user_id: &str, organization: &str) -> String {
        let answer = self.login(client, user_id, organization).await;
        answer.json["refresh_token"].as_str().expect("a refresh token").to_owned()
    }

    /// An access token of a person at a client, bound to an organization unless that is empty.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn user_token(&self, client: &NewClient, user_id: &str, organization: &str) -> String {
        let refresh = self.user_refresh_token(client, user_id, organization).await;
        let answer = self.exchange(client, &refresh, organization).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["access_token"].as_str().expect("an access token").to_owned()
    }

    /// The demo app with a person in an organization: paths begin inside it.
    pub async fn as_person(&self, user_id: &str, organization: &str) -> Caller {
        let token = self.user_token(&self.app, user_id, organization).await;
        self.caller(&format!("/app/v3/en/organization/{organization}"), &token)
    }

    /// Exchanges a refresh token; `organization` may be empty.
    pub async fn exchange(&self, client: &NewClient, refresh: &str, organization: &str) -> Answer {
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", client.client_id.as_str()),
            ("refresh_token", refresh),
            ("organization_id", organization),
        ];
        self.token(&fields).await
    }

    /// `POST` to one of the server's places for clients, with the client's own credentials.
    ///
    /// # Panics
    /// When the server does not answer.
    pub async fn ask(&self, place: &str, client: &NewClient, token: &str) -> Answer {
        let fields = [("client_id", client.client_id.as_str()), ("client_secret", &client.secret), ("token", token)];
        let request = self.http.post(format!("{}/oauth/{place}", self.url)).form(&fields);
        Answer::read(request.send().await.expect("an answer")).await
    }

    /// `GET /oauth/userinfo` with an access token.
    pub async fn userinfo(&self, access: &str) -> Answer {
        self.caller("/oauth", access).get("/userinfo").await
    }
}
