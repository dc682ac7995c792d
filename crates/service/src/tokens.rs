//! Tokens on the database: the token endpoint's grants, the caller behind a bearer token, and the signing keys.
//!
//! Refresh tokens of `client_credentials` are stable: exchanged again and again until they end or are revoked, since
//! clients of this API keep the first one for their whole life (PLATFORM section 3.1).

use crate::Service;
use crate::call::{Caller, Kind};
use crate::developer::boxed;
use kalends_engine::problem::Failure;
use kalends_engine::{Micros, id};
use kalends_entities as entities;
use kalends_oauth::client::{self, Authenticated, Client};
use kalends_oauth::error::{Code, Refusal as OauthRefusal};
use kalends_oauth::jwt::{self, Claims, TokenError};
use kalends_oauth::keys::{self, Key, Stored};
use kalends_oauth::request::{Credentials, Parameters, credentials};
use kalends_oauth::{ACCESS_SECONDS, REFRESH_SECONDS};
use kalends_store::{Row, Tx, params};
use parking_lot::RwLock;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

const SECOND: Micros = 1_000_000;
/// Parts of the memory of verified tokens, so that threads do not wait for each other.
const SHARDS: usize = 16;
/// Most verified tokens a part remembers.
const SHARD_MAX: usize = 4_096;
/// Not before any date that matters: the key is published and waits for `keys rotate`.
const WAITING: Micros = i64::MAX;

/// Why a bearer token is refused.
#[derive(Debug)]
pub enum Refusal {
    /// Not one of our access tokens.
    Invalid,
    /// Its time is over.
    Expired,
    /// It could not be looked up.
    Failed(Failure),
}

/// Why a token request is refused.
#[derive(Debug)]
pub enum Refused {
    /// By the rules of OAuth.
    Oauth(OauthRefusal),
    /// By the platform (the database is away).
    Failed(Failure),
}

impl From<OauthRefusal> for Refused {
    fn from(refusal: OauthRefusal) -> Self {
        Self::Oauth(refusal)
    }
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

/// A verified token: who calls, and from when to when it is valid.
type Verified = (Arc<Caller>, Micros, Micros);

/// Keys, and the tokens that were verified with them.
pub struct Tokens {
    issuer: String,
    secret: String,
    keys: RwLock<Arc<Vec<Key>>>,
    verified: [RwLock<HashMap<String, Verified>>; SHARDS],
    hasher: RandomState,
    used: parking_lot::Mutex<HashMap<String, Micros>>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokens").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// SHA-256 in hexadecimal.
pub fn digest(text: &str) -> String {
    client::secret_hash(text)
}

/// SHA-256 of bytes in hexadecimal.
pub fn digest_bytes(bytes: &[u8]) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Tokens {
    /// Opens the signing keys; makes the first two when there are none.
    ///
    /// # Errors
    /// A complaint when the secret is not the one the keys were made with.
    pub async fn open(service: &Service, issuer: &str, secret: &str) -> Result<Self, Failure> {
        let now = service.clock.now();
        let fresh = [now, WAITING].map(|from| {
            let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
            keys::generate(secret, now, from, &mut fill)
        });
        let [Ok(first), Ok(next)] = fresh else { return Err(Failure::internal()) };
        let work = boxed::<(), _>(move |tx| {
            let keys = [first.clone(), next.clone()];
            Box::pin(async move {
                if tx.query("SELECT kid FROM signing_key", &[]).await?.is_empty() {
                    for key in &keys {
                        insert_key(tx, key).await?;
                    }
                }
                Ok(())
            })
        });
        service.store.write(work).await?;
        let tokens = Self {
            issuer: issuer.to_owned(),
            secret: secret.to_owned(),
            keys: RwLock::default(),
            verified: std::array::from_fn(|_| RwLock::default()),
            hasher: RandomState::new(),
            used: parking_lot::Mutex::default(),
        };
        tokens.reload(service).await?;
        Ok(tokens)
    }

    /// Reads the keys again; called now and then, since another process may have rotated them.
    ///
    /// # Errors
    /// Those of the database; `wrong_secret`.
    pub async fn reload(&self, service: &Service) -> Result<(), Failure> {
        let sql = "SELECT kid, sealed, public_key, created, active_from, retired FROM signing_key ORDER BY created, active_from";
        let rows = service.store.query(sql, &[]).await?;
        let opened: Result<Vec<Key>, keys::KeyError> =
            rows.into_iter().map(|row| keys::open(&self.secret, &stored(row))).collect();
        let opened = opened.map_err(|error| {
            tracing::error!(%error, "signing keys");
            kalends_engine::problem::Problem::new("wrong_secret").with_status(500)
        })?;
        *self.keys.write() = Arc::new(opened);
        for shard in &self.verified {
            shard.write().clear();
        }
        Ok(())
    }

    /// Lets the waiting key take over and publishes another one.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn rotate(&self, service: &Service) -> Result<String, Failure> {
        let now = service.clock.now();
        let mut fill = |bytes: &mut [u8]| service.entropy.fill(bytes);
        let next = keys::generate(&self.secret, now, WAITING, &mut fill).map_err(|_| Failure::internal())?;
        let work = boxed::<Micros, _>(move |tx| {
            let next = next.clone();
            Box::pin(async move {
                let sql = "SELECT kid, created FROM signing_key WHERE active_from = $1 ORDER BY created";
                let waiting = tx.query(sql, &params![WAITING]).await?;
                let row = waiting.first().ok_or_else(Failure::internal)?;
                let from = now.max(row.int(1) + keys::PUBLISHED_BEFORE);
                tx.execute("UPDATE signing_key SET active_from = $1 WHERE kid = $2", &params![from, row.text(0)])
                    .await?;
                // The old ones verify until the last token they signed has ended.
                let end = from + (REFRESH_SECONDS + ACCESS_SECONDS) * SECOND;
                let retire = "UPDATE signing_key SET retired = $1 WHERE retired = 0 AND active_from < $2";
                tx.execute(retire, &params![end, from]).await?;
                insert_key(tx, &next).await?;
                Ok(from)
            })
        });
        let from = service.store.write(work).await?;
        self.reload(service).await?;
        let when = kalends_engine::output::timestamp(from);
        Ok(format!("the next key signs from {when} on; another one is published and waits\n{}", self.listed()))
    }

    /// The keys, one a line, for people.
    pub fn listed(&self) -> String {
        let time =
            |at: Micros| if at == WAITING { "waiting".to_owned() } else { kalends_engine::output::timestamp(at) };
        let line = |key: &Key| {
            let end = if key.retired == 0 { "open".to_owned() } else { time(key.retired) };
            format!("{}  signs from {}  verifies until {end}", key.kid, time(key.active_from))
        };
        self.keys.read().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// The public keys as a JWK set.
    pub fn jwks(&self, now: Micros) -> Value {
        keys::jwks(&self.keys.read(), now)
    }

    /// Who calls with this access token.
    ///
    /// # Errors
    /// `Invalid`, `Expired`.
    pub async fn caller(&self, service: &Service, token: &str) -> Result<Arc<Caller>, Refusal> {
        let now = service.clock.now();
        let shard = &self.verified[usize::try_from(self.hasher.hash_one(token)).unwrap_or(0) % SHARDS];
        if let Some((caller, from, until)) = shard.read().get(token)
            && (*from..*until).contains(&now)
        {
            return Ok(Arc::clone(caller));
        }
        let keys = Arc::clone(&self.keys.read());
        let claims = jwt::verify(&keys, jwt::Kind::Access, &self.issuer, token, now).map_err(|error| match error {
            TokenError::Expired => Refusal::Expired,
            TokenError::Invalid => Refusal::Invalid,
        })?;
        let (from, until) = (claims.nbf * SECOND, claims.exp * SECOND);
        let caller = Arc::new(caller_of(claims));
        let mut shard = shard.write();
        if shard.len() >= SHARD_MAX {
            shard.retain(|_, (_, _, until)| *until > now);
            if shard.len() >= SHARD_MAX {
                shard.clear();
            }
        }
        shard.insert(token.to_owned(), (Arc::clone(&caller), from, until));
        Ok(caller)
    }

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
        let known = find_client(service, &credentials.id).await?;
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

    async fn exchange(
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
            "{CLIENT}, t.revoked, t.expires FROM refresh_token t JOIN client c ON c.id = t.client_id WHERE t.id = $1"
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

    /// The organization a token is asked for, if the client may have one for it.
    async fn organization(
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

    fn sign(&self, kind: jwt::Kind, claims: &Claims, now: Micros) -> Result<String, Failure> {
        let keys = Arc::clone(&self.keys.read());
        keys::signing(&keys, now).map(|key| jwt::sign(key, kind, claims)).ok_or_else(Failure::internal)
    }

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
        let known = find_client(service, &credentials.id).await?;
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

/// A client with what its tokens say.
struct KnownClient {
    client: Client,
    record_id: String,
    developer_account_id: String,
}

const CLIENT: &str = "SELECT c.id, c.kind, c.record_id, c.developer_account_id, c.secret_hash, c.previous_hash, c.previous_until, c.active";

async fn find_client(service: &Service, id: &str) -> Result<Option<KnownClient>, Failure> {
    let row = service.store.query_opt(&format!("{CLIENT} FROM client c WHERE c.id = $1"), &params![id]).await?;
    Ok(row.map(KnownClient::read))
}

impl KnownClient {
    fn read(mut row: Row) -> Self {
        let kind = if row.text(1) == "APP" { client::Kind::App } else { client::Kind::Module };
        Self {
            client: Client {
                kind,
                previous_until: row.int(6),
                active: row.bool(7),
                id: row.take_text(0),
                secret_hash: row.take_text(4),
                previous_hash: row.take_text(5),
            },
            record_id: row.take_text(2),
            developer_account_id: row.take_text(3),
        }
    }

    fn claims(&self, issuer: &str, now: Micros, seconds: i64, service: &Service) -> Claims {
        let issued = now.div_euclid(SECOND);
        Claims {
            iss: issuer.to_owned(),
            sub: self.record_id.clone(),
            aud: issuer.to_owned(),
            client_id: self.client.id.clone(),
            iat: issued,
            nbf: issued,
            exp: issued + seconds,
            jti: id::alphanumerics(24, service.entropy.as_ref()),
            organization_id: None,
            developer_account_id: self.developer_account_id.clone(),
            user_id: None,
            anonymous: false,
        }
    }

    fn caller(&self) -> Caller {
        Caller {
            kind: if self.client.kind == client::Kind::App { Kind::App } else { Kind::Module },
            client_id: self.client.id.clone(),
            record_id: self.record_id.clone(),
            developer_account_id: self.developer_account_id.clone(),
            organization_id: None,
            user_id: None,
        }
    }
}

fn caller_of(claims: Claims) -> Caller {
    let kind = match claims.sub.get(..2) {
        _ if claims.anonymous => Kind::Anonymous,
        Some(prefix) if prefix == entities::module::ENTITY.prefix => Kind::Module,
        _ => Kind::App,
    };
    Caller {
        kind,
        client_id: claims.client_id,
        record_id: claims.sub,
        developer_account_id: claims.developer_account_id,
        organization_id: claims.organization_id,
        user_id: claims.user_id,
    }
}

fn stored(mut row: Row) -> Stored {
    Stored {
        created: row.int(3),
        active_from: row.int(4),
        retired: row.int(5),
        kid: row.take_text(0),
        sealed: row.take_text(1),
        public: row.take_text(2),
    }
}

async fn insert_key(tx: &mut Tx, key: &Stored) -> Result<(), Failure> {
    let sql = "INSERT INTO signing_key (kid, algorithm, sealed, public_key, created, active_from, retired) VALUES ($1, 'EdDSA', $2, $3, $4, $5, $6)";
    let values =
        params![key.kid.as_str(), key.sealed.as_str(), key.public.as_str(), key.created, key.active_from, key.retired];
    tx.execute(sql, &values).await?;
    Ok(())
}
