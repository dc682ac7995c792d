//! Contract accounts: the paying customers, who own root organizations.

use crate::Service;
use crate::accounts;
use crate::dispatch::Job;
use crate::people::registration;
use crate::reply::Reply;
use crate::write::{self, Place};
use kalends_engine::problem::Failure;
use kalends_entities as entities;
use serde_json::json;

/// `POST /contractAccount/add`: the account and its admin as a user, who is asked by mail to confirm it.
pub(crate) async fn add(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let (call, mut document) = (job.call.clone(), job.request.body.clone());
    let admin = document.remove("admin");
    let reply = service.change(job.call, move |tx| {
        let (call, document, admin) = (call.clone(), document.clone(), admin.clone());
        Box::pin(async move {
            let entity = &entities::contract_account::ENTITY;
            let (record, notes) = write::add(tx, &call, &Place::default(), entity, &document).await?;
            let mut owned = record.clone();
            owned.set("developerAccountId", call.caller.developer_account_id.clone());
            if let Some(admin) = &admin {
                let user = accounts::person(tx, &call, admin, "admin").await?;
                registration::ask_confirmation(tx, &call, &user, record.text("name"), &record.id).await?;
                owned.set("adminUserId", user);
                owned.set("confirmed", false);
            } else if let Some(user) = &call.caller.user_id {
                owned.set("adminUserId", user.clone());
            }
            let record = write::update(tx, &call, &Place::default(), entity, &record, owned).await?;
            let answer = json!({
                "class": entity.short_class(), "id": record.id, "customId": record.custom_id, "name": record.text("name"),
            });
            Ok(Reply::json(&answer).status(201).done("added").notes(notes))
        })
    });
    reply.await
}
