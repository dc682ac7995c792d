//! The audit trail as the contract shows it: `log_show`, `log_index`, `log_filter`.

use crate::Service;
use crate::dispatch::Job;
use crate::lists;
use crate::reply::Reply;
use kalends_catalog::log_category;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_store::audit::{self, Entry};
use kalends_store::people;
use serde_json::{Value, json};
use std::collections::HashMap;

/// Serves the three operations.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let organization = &job.organization()?.record.id;
    if operation == "log_show" {
        let entry = audit::find(&mut &service.store, organization, job.param("logId")).await?;
        let entry = entry.ok_or_else(Failure::not_found)?;
        let names = names(service, std::slice::from_ref(&entry)).await?;
        return Ok(Reply::json(&form(job, &entry, &names)));
    }
    let current = job.page()?;
    let query = if operation == "log_filter" { job.query("searchQuery") } else { "" };
    let words: Vec<&str> = query.split_whitespace().take(lists::WORDS_MAX).collect();
    let (total, entries) =
        audit::list(&mut &service.store, organization, &words, lists::PER_PAGE, lists::offset(current)).await?;
    let names = names(service, &entries).await?;
    let entries = entries.iter().map(|entry| form(job, entry, &names)).collect();
    Ok(Reply::json(&lists::page(current, total, entries)))
}

/// The names of the people behind lines, by their ids; who has deleted her account has none any more.
async fn names(service: &Service, entries: &[Entry]) -> Result<HashMap<String, String>, Failure> {
    let ids: Vec<&str> = entries.iter().map(|entry| entry.user_id.as_str()).filter(|id| !id.is_empty()).collect();
    Ok(people::names(&mut &service.store, &ids).await?)
}

fn form(job: &Job<'_>, entry: &Entry, names: &HashMap<String, String>) -> Value {
    let changes: Value = serde_json::from_str(&entry.changes).unwrap_or_default();
    json!({
        "class": "LOG",
        "id": entry.id,
        "customId": "",
        "timestampAdd": output::timestamp(entry.at),
        "timestampEdit": output::timestamp(entry.at),
        "category": entry.category,
        "categoryName": log_category::name(&entry.category, job.call.language),
        "action": entry.action,
        "entityId": entry.entity_id,
        "actor": {"type": entry.actor_kind, "clientId": entry.actor_id, "userId": entry.user_id,
            "userName": names.get(&entry.user_id).map_or("", String::as_str)},
        "requestId": entry.request_id,
        "changeList": changes,
        "organizationId": entry.organization_id,
    })
}
