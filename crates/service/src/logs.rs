//! The audit trail as the contract shows it: `log_show`, `log_index`, `log_filter`.

use crate::Service;
use crate::dispatch::Job;
use crate::lists;
use crate::reply::Reply;
use kalends_catalog::log_category;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_store::audit::{self, Entry};
use serde_json::{Value, json};

/// Serves the three operations.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let organization = &job.organization()?.record.id;
    if operation == "log_show" {
        let entry = audit::find(&mut &service.store, organization, job.param("logId")).await?;
        return Ok(Reply::json(&form(job, &entry.ok_or_else(Failure::not_found)?)));
    }
    let current = job.page()?;
    let query = if operation == "log_filter" { job.query("searchQuery") } else { "" };
    let words: Vec<&str> = query.split_whitespace().take(lists::WORDS_MAX).collect();
    let (total, entries) =
        audit::list(&mut &service.store, organization, &words, lists::PER_PAGE, lists::offset(current)).await?;
    let entries = entries.iter().map(|entry| form(job, entry)).collect();
    Ok(Reply::json(&lists::page(current, total, entries)))
}

fn form(job: &Job<'_>, entry: &Entry) -> Value {
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
        "actor": {"type": entry.actor_kind, "clientId": entry.actor_id, "userId": entry.user_id},
        "requestId": entry.request_id,
        "changeList": changes,
        "organizationId": entry.organization_id,
    })
}
