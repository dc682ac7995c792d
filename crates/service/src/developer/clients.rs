//! Apps and modules: making, reading and changing them. An app or module is a record on its account's shelf and an OAuth
//! client beside it.

use super::ending::{self, Ending};
use super::{SECRET_LENGTH, account, boxed, once, shelf};
use crate::call::Call;
use crate::{Service, write};
use kalends_engine::entity::Entity;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::{Body, Micros, id};
use kalends_entities as entities;
use kalends_oauth::client as oauth;
use kalends_oauth::redirect;
use kalends_store::records::{self, Reader};
use kalends_store::{Row, Tx, organizations, params};
use serde_json::Value;

/// Most redirect addresses of a client.
const REDIRECTS_MAX: usize = 20;

/// Kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// Confidential, App API.
    App,
    /// Public, Module API.
    Module,
}

impl ClientKind {
    /// The word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::App => "APP",
            Self::Module => "MODULE",
        }
    }

    /// The table of its records.
    pub fn entity(self) -> &'static Entity {
        match self {
            Self::App => &entities::app::ENTITY,
            Self::Module => &entities::module::ENTITY,
        }
    }

    /// The table of its configurations in organizations, and the relation that leads to them.
    pub(super) fn config(self) -> (&'static Entity, &'static str) {
        match self {
            Self::App => (&entities::app_config::ENTITY, "appConfig.appId"),
            Self::Module => (&entities::module_config::ENTITY, "moduleConfig.moduleId"),
        }
    }

    /// Whether refresh tokens of its users rotate unless the developer chooses otherwise: those of public clients do.
    pub fn rotates(self) -> bool {
        self == Self::Module
    }
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

/// What stands beside the record: how the authorization server treats the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientOptions {
    /// Addresses that answers of the authorization endpoint may be sent to.
    pub redirect_uris: Vec<String>,
    /// Whether refresh tokens of users rotate.
    pub rotating: bool,
}

/// An app or module as its developer sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ClientView {
    /// App or module.
    pub kind: ClientKind,
    /// Its record: name, description, permissions, settings, …
    pub record: Record,
    /// OAuth client id.
    pub client_id: String,
    /// Whoever knows it can install the app or module.
    pub install_key: String,
    /// Switched on.
    pub active: bool,
    /// Redirect addresses and rotation.
    pub options: ClientOptions,
    /// Until when the secret before is valid too; 0 when it is not.
    pub previous_until: Micros,
    /// What is in use and would end with it.
    pub ending: Ending,
}

const COLUMNS: &str =
    "id, kind, record_id, install_key, active, rotating, redirect_uris, previous_until, previous_hash";

fn view(mut row: Row, record: Record, now: Micros, ending: Ending) -> ClientView {
    let until = row.int(7);
    ClientView {
        kind: if row.text(1) == "APP" { ClientKind::App } else { ClientKind::Module },
        record,
        active: row.bool(4),
        options: ClientOptions {
            rotating: row.bool(5),
            redirect_uris: serde_json::from_str(row.text(6)).unwrap_or_default(),
        },
        previous_until: if row.text(8).is_empty() || until <= now { 0 } else { until },
        client_id: row.take_text(0),
        install_key: row.take_text(3),
        ending,
    }
}

/// An app's or module's record and client id, if it is the account's.
pub(super) async fn owned(
    reader: &mut impl Reader,
    kind: ClientKind,
    account_id: &str,
    record_id: &str,
) -> Result<(Record, String), Failure> {
    let record = records::find(reader, kind.entity().prefix, account_id, record_id).await?;
    let record = record.ok_or_else(Failure::not_found)?;
    let rows = reader.rows("SELECT id FROM client WHERE record_id = $1", &params![record.id.as_str()]).await?;
    let client_id = rows.into_iter().next().ok_or_else(Failure::not_found)?.take_text(0);
    Ok((record, client_id))
}

impl Service {
    /// The apps or modules of an account, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn clients(&self, account_id: &str, kind: ClientKind) -> Result<Vec<ClientView>, Failure> {
        let now = self.clock.now();
        let mut found = Vec::new();
        for record in records::all(&mut &self.store, kind.entity().prefix, account_id).await? {
            found.extend(self.client_beside(record, now).await?);
        }
        Ok(found)
    }

    /// One app or module of an account.
    ///
    /// # Errors
    /// `not_found` (404), the same for another account's and for none.
    pub async fn client(&self, account_id: &str, kind: ClientKind, record_id: &str) -> Result<ClientView, Failure> {
        let record = records::find(&mut &self.store, kind.entity().prefix, account_id, record_id).await?;
        let record = record.ok_or_else(Failure::not_found)?;
        self.client_beside(record, self.clock.now()).await?.ok_or_else(Failure::not_found)
    }

    async fn client_beside(&self, record: Record, now: Micros) -> Result<Option<ClientView>, Failure> {
        let sql = format!("SELECT {COLUMNS} FROM client WHERE record_id = $1");
        let Some(row) = self.store.query_opt(&sql, &params![record.id.as_str()]).await? else { return Ok(None) };
        let kind = if row.text(1) == "APP" { ClientKind::App } else { ClientKind::Module };
        let ending = ending::count(&mut &self.store, kind, row.text(0), &record.id, now).await?;
        Ok(Some(view(row, record, now, ending)))
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
        let options = ClientOptions { redirect_uris: redirect_uris.to_vec(), rotating: kind.rotates() };
        self.make_client_with(call, developer_account_id, kind, document, &options).await
    }

    /// The same with options of its own.
    ///
    /// # Errors
    /// Those of the fields of `document`; those of redirect addresses; `not_found` (404) for an unknown account.
    pub async fn make_client_with(
        &self,
        call: &Call,
        developer_account_id: &str,
        kind: ClientKind,
        document: &Value,
        options: &ClientOptions,
    ) -> Result<NewClient, Failure> {
        check(options)?;
        let (call, account, options) = (call.clone(), developer_account_id.to_owned(), options.clone());
        let document = document.as_object().cloned().unwrap_or_default();
        let work = boxed::<NewClient, _>(move |tx| {
            let (call, account, document, options) = (call.clone(), account.clone(), document.clone(), options.clone());
            Box::pin(async move {
                once(tx, &call).await?;
                make(tx, &call, &account, kind, &document, &options).await
            })
        });
        self.store.write(work).await
    }

    /// Changes an app or module. Calls in progress see it with their next request. `call.if_match` is the version the
    /// form was made of.
    ///
    /// # Errors
    /// Those of the fields and redirect addresses; `version_mismatch` (412); `not_found` (404).
    pub async fn edit_client(
        &self,
        call: &Call,
        account_id: &str,
        (kind, record_id): (ClientKind, &str),
        document: &Value,
        options: Option<&ClientOptions>,
    ) -> Result<(), Failure> {
        options.map_or(Ok(()), check)?;
        let (call, options) = (call.clone(), options.cloned());
        let (account_id, record_id) = (account_id.to_owned(), record_id.to_owned());
        let document = document.as_object().cloned().unwrap_or_default();
        let work = boxed::<(), _>(move |tx| {
            let (call, document, options) = (call.clone(), document.clone(), options.clone());
            let (account_id, record_id) = (account_id.clone(), record_id.clone());
            Box::pin(async move {
                let account = account(tx, &account_id).await?;
                let (record, client_id) = owned(tx, kind, &account_id, &record_id).await?;
                write::check_version(&call, &record)?;
                write::edit(tx, &call, &shelf(&account), kind.entity(), record, &document).await?;
                if let Some(options) = options {
                    let sql = "UPDATE client SET rotating = $1, redirect_uris = $2 WHERE id = $3";
                    let uris = written(&options.redirect_uris);
                    tx.execute(sql, &params![options.rotating, uris, client_id.as_str()]).await?;
                }
                Ok(organizations::touch_one(tx, &client_id).await?)
            })
        });
        self.store.write(work).await
    }

    /// Installs a module in an organization; answers the configuration's id.
    ///
    /// # Errors
    /// Those of the configuration's fields.
    pub async fn install_module(&self, call: &Call, organization_id: &str, module_id: &str) -> Result<String, Failure> {
        let organization = self.organization(organization_id).await?;
        let (call, document) = (call.clone(), serde_json::json!({"moduleId": module_id}));
        let work = boxed::<String, _>(move |tx| {
            let (call, document, organization) = (call.clone(), document.clone(), std::sync::Arc::clone(&organization));
            Box::pin(async move {
                let document = document.as_object().cloned().unwrap_or_default();
                let place = crate::organization_write::inside(&organization.record);
                let (record, _) = write::add(tx, &call, &place, &entities::module_config::ENTITY, &document).await?;
                Ok(record.id)
            })
        });
        self.store.write(work).await
    }
}

/// Redirect addresses as the database keeps them.
fn written(uris: &[String]) -> String {
    serde_json::to_string(uris).expect("a list of texts can always be written")
}

/// Whether every redirect address may be registered; none twice.
fn check(options: &ClientOptions) -> Result<(), Failure> {
    let uris = &options.redirect_uris;
    if uris.len() > REDIRECTS_MAX {
        let problem = Problem::at("too_many", "redirectUriList");
        return Err(problem.arg("max", REDIRECTS_MAX.to_string()).into());
    }
    let mut problems = Vec::new();
    for (index, uri) in uris.iter().enumerate() {
        let at = format!("redirectUriList.{index}");
        if let Err(unfit) = redirect::register(uri) {
            problems.push(Problem { parameter: Some(at), ..Problem::new(unfit.code()) });
        } else if uris[..index].contains(uri) {
            problems.push(Problem::at("duplicate_key", at));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::invalid(problems)) }
}

async fn make(
    tx: &mut Tx,
    call: &Call,
    account_id: &str,
    kind: ClientKind,
    document: &Body,
    options: &ClientOptions,
) -> Result<NewClient, Failure> {
    let account = account(tx, account_id).await?;
    let (record, _) = write::add(tx, call, &shelf(&account), kind.entity(), document).await?;
    let fresh = || id::alphanumerics(SECRET_LENGTH, call.entropy.as_ref());
    let secret = if kind == ClientKind::App { fresh() } else { String::new() };
    let hash = if secret.is_empty() { String::new() } else { oauth::secret_hash(&secret) };
    let client = NewClient { record_id: record.id.clone(), client_id: fresh(), secret, install_key: fresh() };
    let sql = "INSERT INTO client (id, kind, record_id, developer_account_id, install_key, secret_hash, previous_hash, previous_until, active, rotating, redirect_uris, created) \
               VALUES ($1, $2, $3, $4, $5, $6, '', 0, 1, $7, $8, $9)";
    let values = params![
        client.client_id.as_str(),
        kind.word(),
        record.id.as_str(),
        account.id.as_str(),
        client.install_key.as_str(),
        hash,
        options.rotating,
        written(&options.redirect_uris),
        call.now
    ];
    tx.execute(sql, &values).await?;
    Ok(client)
}
