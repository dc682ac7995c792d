//! Switching a developer account off and on: for whoever runs the installation.
//!
//! A switched-off account is kept under a kind of its own, out of sight: nobody signs in to it, its apps and modules get no
//! tokens, and their calls are refused with the next request (`offers::ACTIVE`). Nothing of it is lost.

use super::boxed;
use super::ending::end_tokens;
use crate::Service;
use crate::call::Call;
use crate::write::{self, Place};
use kalends_engine::problem::Failure;
use kalends_entities as entities;
use kalends_store::{Tx, organizations, params, records};

/// The kind of switched-off accounts.
const OFF: &str = "dA:off";

impl Service {
    /// Switches a developer account off or on; on again, its clients must get new refresh tokens.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn set_developer_account_active(&self, call: &Call, id: &str, active: bool) -> Result<(), Failure> {
        let (call, id) = (call.clone(), id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, id) = (call.clone(), id.clone());
            Box::pin(async move { switch(tx, &call, &id, active).await })
        });
        self.store.write(work).await
    }
}

async fn switch(tx: &mut Tx, call: &Call, id: &str, active: bool) -> Result<(), Failure> {
    let entity = &entities::developer_account::ENTITY;
    let (from, to) = if active { (OFF, entity.prefix) } else { (entity.prefix, OFF) };
    let Some(record) = records::find_anywhere(tx, from, id).await? else {
        let there = records::find_anywhere(tx, to, id).await?;
        return there.map(|_| ()).ok_or_else(Failure::not_found);
    };
    write::set_key(tx, &Place::default(), entity, &record, to).await?;
    let clients = tx.query("SELECT id FROM client WHERE developer_account_id = $1", &params![id]).await?;
    for client in clients {
        if !active {
            end_tokens(tx, client.text(0), call.now).await?;
        }
        organizations::touch_one(tx, client.text(0)).await?;
    }
    write::log(tx, call, entity, &record, if active { "ACTIVATE" } else { "DEACTIVATE" }, &[]).await
}
