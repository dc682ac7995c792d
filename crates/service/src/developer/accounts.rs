//! Developer accounts: who may enter them, making and changing them.

use super::{account, boxed};
use crate::accounts::{self, Person};
use crate::call::Call;
use crate::people::throttle::Limit;
use crate::write::{self, Place};
use crate::{Service, demo};
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::{Tx, params, records};
use serde_json::{Value, json};

/// Developer accounts a user can make within the window of the throttle; each comes with a whole organization.
const ACCOUNTS_MAX: i64 = 5;

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

/// A developer account as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
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

    /// Makes a developer account, with its demo organization, for a person who has a user already.
    ///
    /// # Errors
    /// Those of the fields; `not_found` (404) for an unknown user; `rate_limited` (429).
    pub async fn add_developer_account(&self, call: &Call, user_id: &str, name: &str) -> Result<Account, Failure> {
        self.count_attempt(&[Limit { kind: "developer:account", of: user_id, max: ACCOUNTS_MAX }]).await?;
        let (call, user_id, name) = (call.clone().at(self), user_id.to_owned(), name.to_owned());
        let work = boxed::<Account, _>(move |tx| {
            let (call, user_id, name) = (call.clone(), user_id.clone(), name.clone());
            Box::pin(async move {
                let sql = "SELECT email, first_name, last_name, gender, locale, time_zone FROM account_user \
                           WHERE id = $1 AND active = 1";
                let row = tx.query_opt(sql, &params![user_id]).await?.ok_or_else(Failure::not_found)?;
                let text = |column: usize| row.text(column).to_owned();
                let user = Person {
                    email: text(0),
                    first_name: text(1),
                    last_name: text(2),
                    gender: text(3),
                    locale: text(4),
                    time_zone: text(5),
                    ..Person::default()
                };
                register(tx, &call, &Registration { name, email: user.email.clone(), user }).await
            })
        });
        self.store.write(work).await
    }

    /// The developer accounts that a user belongs to, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn developer_accounts(&self, user_id: &str) -> Result<Vec<AccountName>, Failure> {
        let sql = "SELECT developer_account_id FROM developer_account_user WHERE user_id = $1";
        let rows = self.store.query(sql, &params![user_id]).await?;
        let ids: Vec<&str> = rows.iter().map(|row| row.text(0)).collect();
        let prefix = entities::developer_account::ENTITY.prefix;
        let found = records::find_many(&mut &self.store, prefix, &ids).await?;
        let name = |record: Record| AccountName { name: record.text("name").to_owned(), id: record.id };
        let mut accounts: Vec<AccountName> = found.into_iter().map(name).collect();
        accounts.sort_by(|one, other| (one.name.to_lowercase(), &one.id).cmp(&(other.name.to_lowercase(), &other.id)));
        Ok(accounts)
    }

    /// A developer account that the user belongs to. Every page asks this first.
    ///
    /// # Errors
    /// `not_found` (404), the same for another's account and for none.
    pub async fn developer_account(&self, user_id: &str, id: &str) -> Result<Record, Failure> {
        let sql = "SELECT 1 FROM developer_account_user WHERE developer_account_id = $1 AND user_id = $2";
        self.store.query_opt(sql, &params![id, user_id]).await?.ok_or_else(Failure::not_found)?;
        account(&mut &self.store, id).await
    }

    /// Changes name and e-mail address of an account.
    ///
    /// # Errors
    /// Those of the fields; `not_found` (404).
    pub async fn edit_developer_account(&self, call: &Call, id: &str, document: &Value) -> Result<(), Failure> {
        let (call, id) = (call.clone(), id.to_owned());
        let document = document.as_object().cloned().unwrap_or_default();
        let work = boxed::<(), _>(move |tx| {
            let (call, id, document) = (call.clone(), id.clone(), document.clone());
            Box::pin(async move {
                let record = account(tx, &id).await?;
                write::check_version(&call, &record)?;
                let entity = &entities::developer_account::ENTITY;
                write::edit(tx, &call, &Place::default(), entity, record, &document).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }

    /// The demo organization of an account and the module configurations in it: what its booking page's address is made
    /// of. Nothing when the organization was deleted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn demo_organization(&self, account_id: &str) -> Result<Option<(Record, Vec<Record>)>, Failure> {
        let side = records::Side::Right;
        let linked = records::linked(&mut &self.store, "developerAccount.demoOrganization", side, account_id).await?;
        let Some(organization) = linked.into_iter().next() else { return Ok(None) };
        let prefix = entities::module_config::ENTITY.prefix;
        let configs = records::all(&mut &self.store, prefix, &organization.id).await?;
        Ok(Some((organization, configs)))
    }
}

/// Makes account, user (unless the address has one) and demo organization.
pub(super) async fn register(tx: &mut Tx, call: &Call, registration: &Registration) -> Result<Account, Failure> {
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
