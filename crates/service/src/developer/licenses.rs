//! Licenses that an account offers: records on its shelf, for the catalogue of the installation (PLATFORM section 5).

use super::{account, boxed, shelf};
use crate::call::Call;
use crate::{Service, write};
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records;
use serde_json::Value;

impl Service {
    /// The licenses of an account, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn licenses(&self, account_id: &str) -> Result<Vec<Record>, Failure> {
        Ok(records::all(&mut &self.store, entities::license::ENTITY.prefix, account_id).await?)
    }

    /// One license of an account.
    ///
    /// # Errors
    /// `not_found` (404), the same for another account's and for none.
    pub async fn license(&self, account_id: &str, id: &str) -> Result<Record, Failure> {
        let found = records::find(&mut &self.store, entities::license::ENTITY.prefix, account_id, id).await?;
        found.ok_or_else(Failure::not_found)
    }

    /// Makes a license; answers its id.
    ///
    /// # Errors
    /// Those of the fields.
    pub async fn make_license(&self, call: &Call, account_id: &str, document: &Value) -> Result<String, Failure> {
        let (call, account_id) = (call.clone(), account_id.to_owned());
        let document = document.as_object().cloned().unwrap_or_default();
        let work = boxed::<String, _>(move |tx| {
            let (call, account_id, document) = (call.clone(), account_id.clone(), document.clone());
            Box::pin(async move {
                let account = account(tx, &account_id).await?;
                let entity = &entities::license::ENTITY;
                Ok(write::add(tx, &call, &shelf(&account), entity, &document).await?.0.id)
            })
        });
        self.store.write(work).await
    }

    /// Changes a license. `call.if_match` is the version the form was made of.
    ///
    /// # Errors
    /// Those of the fields; `version_mismatch` (412); `not_found` (404).
    pub async fn edit_license(&self, call: &Call, account_id: &str, id: &str, document: &Value) -> Result<(), Failure> {
        let (call, account_id, id) = (call.clone(), account_id.to_owned(), id.to_owned());
        let document = document.as_object().cloned().unwrap_or_default();
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, id, document) = (call.clone(), account_id.clone(), id.clone(), document.clone());
            Box::pin(async move {
                let (account, entity) = (account(tx, &account_id).await?, &entities::license::ENTITY);
                let record =
                    records::find(tx, entity.prefix, &account_id, &id).await?.ok_or_else(Failure::not_found)?;
                write::check_version(&call, &record)?;
                write::edit(tx, &call, &shelf(&account), entity, record, &document).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }

    /// Removes a license.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn delete_license(&self, call: &Call, account_id: &str, id: &str) -> Result<(), Failure> {
        let (call, account_id, id) = (call.clone(), account_id.to_owned(), id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, id) = (call.clone(), account_id.clone(), id.clone());
            Box::pin(async move {
                let (account, entity) = (account(tx, &account_id).await?, &entities::license::ENTITY);
                let record =
                    records::find(tx, entity.prefix, &account_id, &id).await?.ok_or_else(Failure::not_found)?;
                write::delete(tx, &call, &shelf(&account), entity, &record).await
            })
        });
        self.store.write(work).await
    }
}
