//! Passkeys (WebAuthn): registered by somebody who is logged in and knows her password, used instead of password and code.
//!
//! Invariant: a ceremony is taken out of its table when it is answered, so that no answer serves twice; a passkey logs in
//! the person it was registered for and nobody else.

use super::changes;
use super::login::{Attempt, Login, NETWORK_MAX};
use super::sessions::Session;
use super::throttle::Limit;
use crate::developer::boxed;
use crate::{Service, mail, tokens};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{Micros, id};
use kalends_store::{Row, params};
use serde_json::{Value, json};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    Nickname, PublicKeyCredentialCreationOptions, PublicKeyCredentialUserEntity, RegistrationServerState,
    RegistrationVerificationOptions, UserHandle, Username,
};
use webauthn_rp::request::{AsciiDomain, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::auth::DiscoverableAuthentication;
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, Registration, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthenticationServerState, DiscoverableCredentialRequestOptions,
};

/// Length of a user's id, which is her handle in the authenticator.
const HANDLE: usize = id::LENGTH;
/// How long a ceremony may take: five minutes, as the browser is told.
const LIFE: Micros = 300 * 1_000_000;
/// Most passkeys of a person.
const MOST: usize = 20;
/// Most characters of a passkey's name.
const NAME_MAX: usize = 60;
/// Largest answer of an authenticator.
const ANSWER_MAX: usize = 64 * 1024;

type Key = CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>;

/// A passkey as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Names it.
    pub id: String,
    /// As its owner called it.
    pub name: String,
    /// When it was registered.
    pub created: Micros,
    /// When it last logged somebody in; 0 for never.
    pub used: Micros,
}

/// A ceremony that has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Begun {
    /// Must come back with the answer.
    pub ceremony: String,
    /// What the browser's `navigator.credentials` is asked, as JSON.
    pub options: String,
}

fn failed() -> Failure {
    Problem::new("passkey_failed").into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

fn handle(user_id: &str) -> Result<UserHandle<HANDLE>, Failure> {
    let bytes: [u8; HANDLE] = user_id.as_bytes().try_into().map_err(|_| Failure::internal())?;
    UserHandle::decode(bytes).map_err(|_| Failure::internal())
}

fn ceremony_id(kind: &str, ceremony: &str) -> String {
    tokens::digest(&format!("passkey {kind} {ceremony}"))
}

impl Service {
    /// Whether passkeys can be used here: browsers know them for host names only, not for bare addresses.
    pub fn passkeys_available(&self) -> bool {
        self.relying_party().is_some()
    }

    fn relying_party(&self) -> Option<RpId> {
        let url = url::Url::parse(&self.public_url).ok()?;
        let host = url.domain()?;
        let safe = url.scheme() == "https" || host == "localhost";
        AsciiDomain::try_from(host.to_owned()).ok().filter(|_| safe).map(RpId::Domain)
    }

    fn origin(&self) -> String {
        url::Url::parse(&self.public_url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
    }

    /// The passkeys of a person, oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn passkeys_of(&self, user_id: &str) -> Result<Vec<Passkey>, Failure> {
        let sql = "SELECT id, name, created, used FROM passkey WHERE user_id = $1 ORDER BY created, id";
        let passkey = |row: &Row| Passkey {
            id: row.text(0).to_owned(),
            name: row.text(1).to_owned(),
            created: row.int(2),
            used: row.int(3),
        };
        Ok(self.store.query(sql, &params![user_id]).await?.iter().map(passkey).collect())
    }

    /// Begins the registration of a passkey.
    ///
    /// # Errors
    /// `passkey_failed` (400) where passkeys cannot be used; `too_many_passkeys` (409).
    pub async fn begin_passkey(&self, session: &Session) -> Result<Begun, Failure> {
        let party = self.relying_party().ok_or_else(failed)?;
        let user = &session.user;
        let rows =
            self.store.query("SELECT id, body FROM passkey WHERE user_id = $1", &params![user.id.as_str()]).await?;
        if rows.len() >= MOST {
            return Err(Problem::new("too_many_passkeys").arg("max", MOST.to_string()).with_status(409));
        }
        let known = rows.iter().filter_map(|row| {
            let body: Value = serde_json::from_str(row.text(1)).ok()?;
            let transports = u8::try_from(body["transports"].as_u64()?).ok()?;
            let id = CredentialId::<Vec<u8>>::decode(unhex(row.text(0))?).ok()?;
            Some(PublicKeyCredentialDescriptor { id, transports: AuthTransports::decode(transports).ok()? })
        });
        let (handle, name) = (handle(&user.id)?, user.name());
        let entity = PublicKeyCredentialUserEntity {
            // An address that the profile for user names does not know is replaced: it is for the eye only.
            name: Username::try_from(user.email.as_str())
                .or_else(|_| Username::try_from("kalends"))
                .map_err(|_| failed())?,
            id: &handle,
            display_name: Nickname::try_from(name.as_str()).ok(),
        };
        let begun = PublicKeyCredentialCreationOptions::passkey(&party, entity, known.collect()).start_ceremony();
        let (server, client) = begun.map_err(|_| failed())?;
        let options = serde_json::to_string(&client).map_err(|_| Failure::internal())?;
        let state = server.encode().map_err(|_| Failure::internal())?;
        self.keep_ceremony("register", &user.id, &state, options).await
    }

    /// Registers the passkey that a browser made.
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`]; `passkey_failed` (400) for an answer that is none, comes too late or a
    /// second time, or was made for another site.
    pub async fn add_passkey(
        &self,
        session: &Session,
        password: &str,
        name: &str,
        ceremony: &str,
        answer: &str,
    ) -> Result<(), Failure> {
        let party = self.relying_party().ok_or_else(failed)?;
        let name = if name.trim().is_empty() { "Passkey" } else { name.trim() };
        if name.chars().count() > NAME_MAX {
            return Err(Problem::at("too_long", "name").arg("max", NAME_MAX.to_string()).into());
        }
        self.confirm_password(session, password).await?;
        let state = self.take_ceremony("register", &session.user.id, ceremony).await?;
        let state = RegistrationServerState::<HANDLE>::decode(state.as_slice()).map_err(|_| failed())?;
        let registration = read(answer, Registration::from_json_relaxed)?;
        let origins = [self.origin()];
        let options = RegistrationVerificationOptions::<'_, '_, String, String> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let credential = state.verify(&party, &registration, &options).map_err(|_| failed())?;
        let (id, transports, _, key, dynamic, _) = credential.into_parts();
        let key = key.encode().map_err(|_| Failure::internal())?;
        let dynamic = dynamic.encode().map_err(|_| Failure::internal())?;
        let transports = transports.encode().map_err(|_| Failure::internal())?;
        let body = json!({"key": hex(&key), "state": hex(&dynamic), "transports": transports}).to_string();
        let id = hex(id.as_ref());
        let (call, user_id) =
            (self.person_call(Some(&session.user.id), session.user.language()), session.user.id.clone());
        let name = name.to_owned();
        let work = boxed::<(), _>(move |tx| {
            let (call, user_id, id, body, name) =
                (call.clone(), user_id.clone(), id.clone(), body.clone(), name.clone());
            Box::pin(async move {
                let sql = "INSERT INTO passkey (id, user_id, name, body, created, used) VALUES ($1, $2, $3, $4, $5, 0) \
                           ON CONFLICT (id) DO NOTHING";
                let values = params![id, user_id.as_str(), name, body, call.now];
                if tx.execute(sql, &values).await? == 0 {
                    return Err(failed());
                }
                let purpose = mail::Purpose::SecurityChanged;
                changes::tell(tx, &call, &user_id, purpose, "security", "mail_what_passkey_on").await
            })
        });
        self.store.write(work).await
    }

    /// Removes a passkey; one that is not hers stays, and the answer is the same.
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`].
    pub async fn remove_passkey(&self, session: &Session, password: &str, id: &str) -> Result<(), Failure> {
        self.confirm_password(session, password).await?;
        let (call, user_id) =
            (self.person_call(Some(&session.user.id), session.user.language()), session.user.id.clone());
        let id = id.to_owned();
        let work = boxed::<(), _>(move |tx| {
            let (call, user_id, id) = (call.clone(), user_id.clone(), id.clone());
            Box::pin(async move {
                let sql = "DELETE FROM passkey WHERE id = $1 AND user_id = $2";
                if tx.execute(sql, &params![id, user_id.as_str()]).await? == 0 {
                    return Ok(());
                }
                let purpose = mail::Purpose::SecurityChanged;
                changes::tell(tx, &call, &user_id, purpose, "security", "mail_what_passkey_off").await
            })
        });
        self.store.write(work).await
    }

    /// Begins a login with a passkey; who it will be is not known yet.
    ///
    /// # Errors
    /// `passkey_failed` (400) where passkeys cannot be used; `rate_limited` (429).
    pub async fn begin_passkey_login(&self, network: &str) -> Result<Begun, Failure> {
        let party = self.relying_party().ok_or_else(failed)?;
        // Each begun ceremony is a row: they are counted as attempts are.
        self.count_attempt(&[Limit { kind: "passkey:network", of: network, max: NETWORK_MAX }]).await?;
        let begun = DiscoverableCredentialRequestOptions::passkey(&party).start_ceremony();
        let (server, client) = begun.map_err(|_| failed())?;
        let options = serde_json::to_string(&client).map_err(|_| Failure::internal())?;
        let state = server.encode().map_err(|_| Failure::internal())?;
        self.keep_ceremony("login", "", &state, options).await
    }

    /// Logs in with the answer of an authenticator, which has verified its user itself: there is no second step.
    ///
    /// # Errors
    /// `passkey_failed` (400), the same whatever is wrong.
    pub async fn log_in_with_passkey(&self, ceremony: &str, answer: &str, attempt: &Attempt) -> Result<Login, Failure> {
        let party = self.relying_party().ok_or_else(failed)?;
        let state = self.take_ceremony("login", "", ceremony).await?;
        let state = DiscoverableAuthenticationServerState::decode(state.as_slice()).map_err(|_| failed())?;
        let authentication = read(answer, DiscoverableAuthentication::<HANDLE>::from_json_relaxed)?;
        let id = authentication.raw_id();
        let name = hex(id.as_ref());
        let sql = "SELECT p.user_id, p.body, u.email FROM passkey p JOIN account_user u ON u.id = p.user_id \
                   WHERE p.id = $1 AND u.active = 1";
        let row = self.store.query_opt(sql, &params![name.as_str()]).await?.ok_or_else(failed)?;
        let (user_id, body, email) = (row.text(0).to_owned(), row.text(1).to_owned(), row.text(2).to_owned());
        let handle = handle(&user_id)?;
        if *authentication.response().user_handle() != handle {
            return Err(failed());
        }
        let mut kept: Value = serde_json::from_str(&body).map_err(|_| failed())?;
        let part = |name: &str| kept[name].as_str().and_then(unhex).ok_or_else(failed);
        let (key, dynamic) = (part("key")?, part("state")?);
        let key = StaticState::<Key>::decode(key.as_slice()).map_err(|_| failed())?;
        let dynamic = DynamicState::decode(dynamic.try_into().map_err(|_| failed())?).map_err(|_| failed())?;
        let mut credential = AuthenticatedCredential::new(id, &handle, key, dynamic).map_err(|_| failed())?;
        let origins = [self.origin()];
        let options = AuthenticationVerificationOptions::<'_, '_, String, String> {
            allowed_origins: &origins,
            ..AuthenticationVerificationOptions::default()
        };
        state.verify(&party, &authentication, &mut credential, &options).map_err(|_| failed())?;
        let dynamic = credential.dynamic_state().encode().map_err(|_| Failure::internal())?;
        kept["state"] = json!(hex(&dynamic));
        self.note_passkey(name, body, kept.to_string()).await?;
        self.logged_in(&user_id, &email, "PASSKEY", attempt).await
    }

    /// Notes the use of a passkey, if nobody used it meanwhile: its counter must not run backwards.
    async fn note_passkey(&self, id: String, before: String, after: String) -> Result<(), Failure> {
        let now = self.clock.now();
        let work = boxed::<(), _>(move |tx| {
            let values = params![after.as_str(), now, id.as_str(), before.as_str()];
            Box::pin(async move {
                let sql = "UPDATE passkey SET body = $1, used = $2 WHERE id = $3 AND body = $4";
                if tx.execute(sql, &values).await? == 0 { Err(failed()) } else { Ok(()) }
            })
        });
        self.store.write(work).await
    }

    async fn keep_ceremony(&self, kind: &str, user_id: &str, state: &[u8], options: String) -> Result<Begun, Failure> {
        let ceremony = id::alphanumerics(48, self.entropy.as_ref());
        let (row, user_id, body) = (ceremony_id(kind, &ceremony), user_id.to_owned(), hex(state));
        let expires = self.clock.now() + LIFE;
        let work = boxed::<(), _>(move |tx| {
            let values = params![row.as_str(), user_id.as_str(), body.as_str(), expires];
            Box::pin(async move {
                tx.execute("INSERT INTO ceremony (id, user_id, body, expires) VALUES ($1, $2, $3, $4)", &values)
                    .await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        Ok(Begun { ceremony, options })
    }

    async fn take_ceremony(&self, kind: &str, user_id: &str, ceremony: &str) -> Result<Vec<u8>, Failure> {
        let values = (ceremony_id(kind, ceremony), user_id.to_owned(), self.clock.now());
        let work = boxed::<Option<Row>, _>(move |tx| {
            let values = params![values.0.as_str(), values.1.as_str(), values.2];
            Box::pin(async move {
                let sql = "DELETE FROM ceremony WHERE id = $1 AND user_id = $2 AND expires > $3 RETURNING body";
                Ok(tx.query_opt(sql, &values).await?)
            })
        });
        let row = self.store.write(work).await?.ok_or_else(failed)?;
        unhex(row.text(0)).ok_or_else(failed)
    }
}

/// Reads what a browser sends.
fn read<'a, T, E>(answer: &'a str, parse: impl FnOnce(&'a [u8]) -> Result<T, E>) -> Result<T, Failure> {
    if answer.len() > ANSWER_MAX {
        return Err(failed());
    }
    parse(answer.as_bytes()).map_err(|_| failed())
}
