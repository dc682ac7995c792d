//! The authorization endpoint's decisions (RFC 6749 section 4.1, RFC 7636, RFC 9207, OpenID Connect Core section 3.1.2;
//! PLATFORM section 3.2): what a request asks, whether the person has allowed it, and the code that says so.
//!
//! Invariants: nothing is sent to an address before it is one of the client's own; what is granted is what was asked, since
//! the consent form carries a ticket and the request itself stays here; a ticket and a code each act once.

mod request;

use crate::call::Caller;
use crate::developer::boxed;
use crate::people::seals::Purpose;
use crate::people::sessions::Session;
use crate::{Service, tokens};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{Micros, id};
use kalends_oauth::redirect;
use kalends_store::params;
use std::collections::BTreeSet;

const SECOND: Micros = 1_000_000;
/// Life of a code: 60 seconds.
pub const CODE_LIFE: Micros = 60 * SECOND;
/// How long a consent page may stay open: 10 minutes.
const TICKET_LIFE: Micros = 600 * SECOND;
/// How long a login that a client asked for may take: 1 hour.
const LOGIN_LIFE: Micros = 3_600 * SECOND;
/// Parameter that remembers when a client asked for a new login; sealed, so that nobody can say it was long ago.
const ASKED: &str = "kalends_asked";
/// Longest `state` and `nonce` in bytes.
const OPAQUE_MAX: usize = 2_048;

/// Parameters in the order they came.
pub type Pairs = Vec<(String, String)>;

/// An error that the client is told by a redirect (RFC 6749 section 4.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// `invalid_request`, `login_required`, …
    pub error: &'static str,
    /// A sentence for the developer.
    pub description: &'static str,
}

/// Why a request is refused.
#[derive(Debug)]
pub enum Refused {
    /// The address cannot be trusted: a page says so, nothing is sent anywhere (matrix A).
    Page(Failure),
    /// The client is told (matrix B).
    Told(Target, Told),
    /// The platform itself could not answer.
    Failed(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<kalends_store::StoreError> for Refused {
    fn from(error: kalends_store::StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Where the answer goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// A registered address.
    pub redirect_uri: String,
    /// Given back as it came.
    pub state: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub struct App {
    /// The OAuth client.
    pub client_id: String,
    /// The app's or module's name.
    pub name: String,
    /// Name of the developer account that made it.
    pub account: String,
    /// What it declared to need, sorted.
    pub permissions: BTreeSet<String>,
    caller: Caller,
}

/// A request that may be answered.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub app: App,
    /// Where the answer goes.
    pub target: Target,
    /// The organization it is for; nothing when every one of the person's is meant.
    pub organization_id: Option<String>,
    /// `openid` is among the scopes.
    pub openid: bool,
    /// Address to put into the login form.
    pub login_hint: String,
    challenge: String,
    nonce: String,
    none: bool,
    ask_again: bool,
    login_after: Option<Micros>,
    pairs: Pairs,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Log in first; the request to come back with.
    LogIn(String),
    /// Ask the person; the ticket of the form, and the name of the organization.
    Ask {
        /// Proves that this person was asked this.
        ticket: String,
        /// The organization's name.
        organization: Option<String>,
    },
    /// Send the code.
    Send(String),
}

fn page(code: &'static str) -> Refused {
    Refused::Page(Problem::new(code).with_status(400))
}

impl Service {
    /// What comes next for this browser.
    ///
    /// # Errors
    /// See [`Refused`].
    pub async fn authorization_step(&self, request: &Request, session: Option<&Session>) -> Result<Step, Refused> {
        let told = |error, description| Refused::Told(request.target.clone(), Told { error, description });
        let fresh = session.filter(|session| request.login_after.is_none_or(|after| session.authenticated >= after));
        let Some(session) = fresh else {
            if request.none {
                return Err(told("login_required", "nobody is logged in, or not recently enough"));
            }
            return Ok(Step::LogIn(self.come_back(request)));
        };
        let organization = self.organization_for(request, session).await?;
        if !request.ask_again && self.has_consent(request, &session.user.id).await? {
            return Ok(Step::Send(self.issue_code(request, session).await?));
        }
        if request.none {
            return Err(told("consent_required", "the person has not allowed this yet"));
        }
        Ok(Step::Ask { ticket: self.ticket(request, session).await?, organization })
    }

    /// The person's answer to the consent page: the request that the ticket stands for, once.
    ///
    /// # Errors
    /// `consent_ended` (400) when the ticket was used, is too old or another person's; see [`Refused`].
    pub async fn answered(&self, ticket: &str, session: &Session) -> Result<Request, Refused> {
        let (id, user, now) = (tokens::digest(ticket), session.user.id.clone(), self.clock.now());
        let work = boxed::<Option<String>, _>(move |tx| {
            let (id, user) = (id.clone(), user.clone());
            Box::pin(async move {
                let sql = "DELETE FROM ceremony WHERE id = $1 AND user_id = $2 AND expires > $3 RETURNING body";
                Ok(tx.query_opt(sql, &params![id, user, now]).await?.map(|row| row.text(0).to_owned()))
            })
        });
        let body = self.store.write(work).await?.ok_or_else(|| page("consent_ended"))?;
        let pairs: Pairs = serde_json::from_str(&body).map_err(|_| page("consent_ended"))?;
        // Everything is asked again: the client may have been switched off while the page was open.
        let request = self.authorization_request(&pairs).await?;
        self.organization_for(&request, session).await?;
        Ok(request)
    }

    /// Remembers what the person allowed and makes the code.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn allow(&self, request: &Request, session: &Session) -> Result<String, Failure> {
        let permissions = serde_json::to_string(&request.app.permissions).map_err(|_| Failure::internal())?;
        let (user, client, now) = (session.user.id.clone(), request.app.client_id.clone(), self.clock.now());
        let organization = request.organization_id.clone().unwrap_or_default();
        let work = boxed::<(), _>(move |tx| {
            let values = params![user.as_str(), client.as_str(), organization.as_str(), permissions.as_str(), now];
            Box::pin(async move {
                let sql = "INSERT INTO consent (user_id, client_id, organization_id, permissions, created) VALUES ($1, $2, $3, $4, $5) \
                           ON CONFLICT (user_id, client_id, organization_id) DO UPDATE SET permissions = $4, created = $5";
                tx.execute(sql, &values).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        self.issue_code(request, session).await
    }

    /// The address of an answer: the client's own, with what it is told, its `state` and our `iss`.
    pub fn answer_address(&self, target: &Target, what: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(what);
        if let Some(state) = &target.state {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &self.public_url);
        let join = if target.redirect_uri.contains('?') { '&' } else { '?' };
        format!("{}{join}{}", target.redirect_uri, query.finish())
    }

    /// Whether a client may have people sent to this address after they logged out: one of its redirect addresses
    /// (OpenID Connect RP-Initiated Logout; there is no list of its own).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn may_return(&self, client_id: &str, uri: &str) -> Result<bool, Failure> {
        let sql = "SELECT redirect_uris FROM client WHERE id = $1 AND active = 1";
        let row = self.store.query_opt(sql, &params![client_id]).await?;
        let uris: Vec<String> = row.and_then(|row| serde_json::from_str(row.text(0)).ok()).unwrap_or_default();
        Ok(uris.iter().any(|known| redirect::matches(known, uri)))
    }

    /// The name of the organization that was asked for, when person and client may enter it.
    async fn organization_for(&self, request: &Request, session: &Session) -> Result<Option<String>, Refused> {
        let Some(id) = &request.organization_id else { return Ok(None) };
        let told = |error, description| Refused::Told(request.target.clone(), Told { error, description });
        let organization = match self.organization(id).await {
            Ok(organization) => organization,
            Err(failure) if failure.status == 404 => {
                return Err(told("invalid_target", "there is no such organization"));
            }
            Err(failure) => return Err(failure.into()),
        };
        let caller = Caller { user_id: Some(session.user.id.clone()), ..request.app.caller.clone() };
        if !self.may_enter(&caller, id).await? {
            return Err(told("access_denied", "the app is not installed there, or the person does not work there"));
        }
        Ok(Some(organization.record.text("name").to_owned()))
    }

    /// The request as an address on this server, to come back to after the login.
    fn come_back(&self, request: &Request) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(request.pairs.iter().filter(|(name, _)| name != ASKED));
        if request.login_after.is_some() {
            let seal = self.seals.seal(Purpose::Reauthentication, &request.app.client_id, self.clock.now());
            query.append_pair(ASKED, &seal);
        }
        format!("/oauth/authorize?{}", query.finish())
    }

    async fn has_consent(&self, request: &Request, user_id: &str) -> Result<bool, Failure> {
        let sql = "SELECT permissions FROM consent WHERE user_id = $1 AND client_id = $2 AND organization_id = $3";
        let organization = request.organization_id.as_deref().unwrap_or_default();
        let values = params![user_id, request.app.client_id.as_str(), organization];
        let row = self.store.query_opt(sql, &values).await?;
        let allowed = row.and_then(|row| serde_json::from_str::<BTreeSet<String>>(row.text(0)).ok());
        // An app that wants more than it did must ask again.
        Ok(allowed.is_some_and(|allowed| request.app.permissions.is_subset(&allowed)))
    }

    async fn ticket(&self, request: &Request, session: &Session) -> Result<String, Failure> {
        let ticket = id::alphanumerics(43, self.entropy.as_ref());
        let body = serde_json::to_string(&request.pairs).map_err(|_| Failure::internal())?;
        let (id, user, until) = (tokens::digest(&ticket), session.user.id.clone(), self.clock.now() + TICKET_LIFE);
        let work = boxed::<(), _>(move |tx| {
            let values = params![id.as_str(), user.as_str(), body.as_str(), until];
            Box::pin(async move {
                let sql = "INSERT INTO ceremony (id, user_id, body, expires) VALUES ($1, $2, $3, $4)";
                tx.execute(sql, &values).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        Ok(ticket)
    }

    async fn issue_code(&self, request: &Request, session: &Session) -> Result<String, Failure> {
        let code = id::alphanumerics(48, self.entropy.as_ref());
        let now = self.clock.now();
        let values = params![
            tokens::digest(&code),
            request.app.client_id.as_str(),
            session.user.id.as_str(),
            session.id.as_str(),
            request.organization_id.as_deref().unwrap_or_default(),
            request.target.redirect_uri.as_str(),
            request.challenge.as_str(),
            request.nonce.as_str(),
            request.openid,
            session.authenticated,
            id::alphanumerics(24, self.entropy.as_ref()),
            now,
            now + CODE_LIFE
        ]
        .to_vec();
        let work = boxed::<(), _>(move |tx| {
            let values = values.clone();
            Box::pin(async move {
                let sql = "INSERT INTO authorization_code (id, client_id, user_id, session_id, organization_id, redirect_uri, challenge, nonce, \
                           openid, authenticated, family, created, expires, used) \
                           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0)";
                tx.execute(sql, &values).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        Ok(code)
    }
}
