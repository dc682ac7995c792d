//! The developer service's functions: registering an account, making apps and modules. Commands and pages call these.

use crate::accounts::{self, Person};
use crate::call::Call;
use crate::demo;
use crate::write::{self, Place};
use crate::{Service, Work, organization_write};
use kalends_engine::Body;
use kalends_engine::id;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_oauth::client as oauth;
use kalends_store::{Tx, organizations, params, records};
use serde_json::{Value, json};

/// Length of client ids, secrets and install keys.
const SECRET_LENGTH: usize = 64;

/// What the registration form holds.
#[derive(Debug, Clone, Default)]
pub struct Registration {
    /// Name of the company or person that develops.
    pub name: String,
    /// E-mail of the account; must be the first user's.
    pub email: String,
    /// The first user.
    pub user: Person,
}

/// A registered account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The developer account.
    pub id: String,
    /// Its first user.
    pub user_id: String,
    /// Its demo organization.
    pub organization_id: String,
}

/// Kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// Confidential, App API.
    App,
    /// Public, Module API.
    Module,
}

/// A new app or module. The secret exists here only; the database has its hash.
#[derive(Debug, Clone)]
pub struct NewClient {
    /// The app's or module's record.
    pub record_id: String,
    /// OAuth client id.
    pub client_id: String,
    /// Its secret; empty for modules, which are public clients.
    pub secret: String,
    /// Whoever knows it can install the app or module.
    pub install_key: String,
}

impl Service {
    /// Registers a developer account with its first user and its demo organization, all or nothing.
    ///
    /// # Errors
    /// `emails_differ` (400) when the two addresses are not the same; those of the fields.
    pub async fn register(&self, call: &Call, registration: &Registration) -> Result<Account, Failure> {
        if registration.email.to_lowercase() != registration.user.email.to_lowercase() {
            return Err(Failure::invalid_at("emails_differ", "user.email"));
        }
        let (call, registration) = (call.clone().at(self), registration.clone());
        let work = boxed::<Account, _>(move |tx| {
            let (call, registration) = (call.clone(), registration.clone());
            Box::pin(async move { register(tx, &call, &registration).await })
        });
        self.store.write(work).await
    }

    /// Makes an app or a module of a developer account.
    ///
    /// # Errors
    /// Those of the fields of `document`; `not_found` (404) for an unknown account.
    pub async fn make_client(
        &self,
        call: &Call,
        developer_account_id: &str,
        kind: ClientKind,
        document: &Value,
        redirect_uris: &[String],
    ) -> Result<NewClient, Failure> {
        let (call, account, uris) = (call.clone(), developer_account_id.to_owned(), redirect_uris.to_vec());
        let document = document.as_object().cloned().unwrap_or_default();
        let work = boxed::<NewClient, _>(move |tx| {
            let (call, account, document, uris) = (call.clone(), account.clone(), document.clone(), uris.clone());
            Box::pin(async move { make_client(tx, &call, &account, kind, &document, &uris).await })
        });
        self.store.write(work).await
    }

    /// Gives an app a new secret at once; every refresh token it has ends.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn renew_secret(&self, call: &Call, client_id: &str) -> Result<String, Failure> {
        let secret = id::alphanumerics(SECRET_LENGTH, self.entropy.as_ref());
        let (hash, client_id, now) = (oauth::secret_hash(&secret), client_id.to_owned(), call.now);
        let work = boxed::<(), _>(move |tx| {
            let (hash, client_id) = (hash.clone(), client_id.clone());
            Box::pin(async move {
                let sql = "UPDATE client SET secret_hash = $1, previous_hash = '', previous_until = 0 WHERE id = $2";
                if tx.execute(sql, &params![hash, client_id.as_str()]).await? == 0 {
                    return Err(Failure::not_found());
                }
                let end = "UPDATE refresh_token SET revoked = $1 WHERE client_id = $2 AND revoked = 0";
                tx.execute(end, &params![now, client_id.as_str()]).await?;
                organizations::touch_one(tx, &client_id).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        Ok(secret)
    }

    /// Installs a module in an organization; answers the configuration's id.
    ///
    /// # Errors
    /// Those of the configuration's fields.
    pub async fn install_module(&self, call: &Call, organization_id: &str, module_id: &str) -> Result<String, Failure> {
        let organization = self.organization(organization_id).await?;
        let (call, document) = (call.clone(), json!({"moduleId": module_id}));
        let work = boxed::<String, _>(move |tx| {
            let (call, document, organization) = (call.clone(), document.clone(), std::sync::Arc::clone(&organization));
            Box::pin(async move {
                let document = document.as_object().cloned().unwrap_or_default();
                let place = organization_write::inside(&organization.record);
                let (record, _) = write::add(tx, &call, &place, &entities::module_config::ENTITY, &document).await?;
                Ok(record.id)
            })
        });
        self.store.write(work).await
    }

    /// Removes what has expired: kept answers, ended refresh tokens.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tidy(&self) -> Result<(), Failure> {
        let now = self.clock.now();
        let work = boxed::<(), _>(move |tx| {
            Box::pin(async move {
                kalends_store::audit::forget(tx, now - crate::IDEMPOTENCY_KEPT).await?;
                tx.execute("DELETE FROM refresh_token WHERE expires < $1", &params![now]).await?;
                crate::mail::waiting::forget(tx, now).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }

    /// Sets a user's password (already hashed).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_password(&self, user_id: &str, hash: &str) -> Result<(), Failure> {
        let (user_id, hash) = (user_id.to_owned(), hash.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (user_id, hash) = (user_id.clone(), hash.clone());
            Box::pin(async move {
                tx.execute("UPDATE account_user SET password_hash = $1 WHERE id = $2", &params![hash, user_id]).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }
}

/// Gives a closure the signature that the store's `write` asks for.
pub(crate) fn boxed<T, F>(work: F) -> F
where
    F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
{
    work
}

async fn register(tx: &mut Tx, call: &Call, registration: &Registration) -> Result<Account, Failure> {
    let entity = &entities::developer_account::ENTITY;
    let document = json!({"name": registration.name, "email": registration.email});
    let document = document.as_object().cloned().unwrap_or_default();
    let (account, _) = write::add(tx, call, &Place::default(), entity, &document).await?;
    let user_id = accounts::find_or_make(tx, call, &registration.user).await?;
    let sql = "INSERT INTO developer_account_user (developer_account_id, user_id, created) VALUES ($1, $2, $3)";
    tx.execute(sql, &params![account.id.as_str(), user_id.as_str(), call.now]).await?;
    let organization = demo::organization(tx, call, &account, &registration.user).await?;
    records::link(tx, "developerAccount.demoOrganization", &account.id, &organization.id, call.now).await?;
    accounts::make_admin(tx, call, &organization, &user_id).await?;
    Ok(Account { id: account.id, user_id, organization_id: organization.id })
}

/// The place of a developer account's apps and modules.
pub(crate) fn shelf(account: &Record) -> Place {
    Place { organization_id: account.id.clone(), organization_seq: account.seq, scope: Vec::new() }
}

async fn make_client(
    tx: &mut Tx,
    call: &Call,
    developer_account_id: &str,
    kind: ClientKind,
    document: &Body,
    redirect_uris: &[String],
) -> Result<NewClient, Failure> {
    let account = records::find_anywhere(tx, entities::developer_account::ENTITY.prefix, developer_account_id).await?;
    let account = account.ok_or_else(Failure::not_found)?;
    let (entity, word) = match kind {
        ClientKind::App => (&entities::app::ENTITY, "APP"),
        ClientKind::Module => (&entities::module::ENTITY, "MODULE"),
    };
    let (record, _) = write::add(tx, call, &shelf(&account), entity, document).await?;
    let fresh = || id::alphanumerics(SECRET_LENGTH, call.entropy.as_ref());
    let secret = if kind == ClientKind::App { fresh() } else { String::new() };
    let hash = if secret.is_empty() { String::new() } else { oauth::secret_hash(&secret) };
    let client = NewClient { record_id: record.id.clone(), client_id: fresh(), secret, install_key: fresh() };
    let sql = "INSERT INTO client (id, kind, record_id, developer_account_id, install_key, secret_hash, previous_hash, previous_until, active, rotating, redirect_uris, created) \
               VALUES ($1, $2, $3, $4, $5, $6, '', 0, 1, 0, $7, $8)";
    let uris = serde_json::to_string(redirect_uris).expect("a list of texts can always be written");
    let values = params![
        client.client_id.as_str(),
        word,
        record.id.as_str(),
        account.id.as_str(),
        client.install_key.as_str(),
        hash,
        uris,
        call.now
    ];
    tx.execute(sql, &values).await?;
    Ok(client)
}
