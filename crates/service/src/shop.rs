//! The App Store's shelf: which apps and modules an organization sees.
//!
//! Public ones are seen by everybody, a developer account's own by its clients, any other by its install key.

use crate::Service;
use crate::call::{Caller, Kind};
use crate::dispatch::Job;
use crate::lists;
use crate::reply::Reply;
use kalends_catalog::fold;
use kalends_engine::entity::{Entity, Verb};
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_store::{offers, params, records};
use serde_json::Value;

fn is_public(record: &Record) -> bool {
    record.text("visibility") == "PUBLIC"
}

/// Whether the caller may install it without showing the install key.
pub(crate) fn may_install(record: &Record, caller: &Caller) -> bool {
    is_public(record) || caller.kind == Kind::System || record.organization_id == caller.developer_account_id
}

/// Serves `show`, `index`, `filter` and `list` of apps and modules.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    if verb == Verb::Show {
        let record =
            records::find_anywhere(&mut &service.store, entity.prefix, job.param(&entity.id_parameter())).await?;
        let record = record.ok_or_else(Failure::not_found)?;
        let offered = offers::find(&mut &service.store, entity.prefix, &record.id).await?;
        let offered = offered.is_some_and(|offer| may_install(&offer.record, &job.call.caller));
        if !offered && !is_installed(service, job, entity, &record).await? {
            return Err(Failure::not_found());
        }
        return show(job, entity, &record);
    }
    let shelf = offers::list(&mut &service.store, entity.prefix).await?;
    let mut shelf: Vec<Record> = shelf.into_iter().map(|offer| offer.record).collect();
    shelf.retain(|record| may_install(record, &job.call.caller));
    if verb == Verb::Filter {
        let wanted = lists::words(job.query("searchQuery"));
        shelf.retain(|record| {
            let words = fold::words(&format!("{} {}", record.text("name"), record.text("description")));
            wanted.iter().all(|wanted| words.iter().any(|word| word.starts_with(wanted.as_str())))
        });
    }
    let organization = job.organization()?;
    let records: Vec<Value> =
        shelf.iter().map(|record| Value::Object(output::full(entity, record, organization.view()))).collect();
    let total = i64::try_from(records.len()).unwrap_or(i64::MAX);
    Ok(Reply::json(&match verb {
        Verb::List => lists::list(total, records),
        _ => lists::page_of(job.page()?, records),
    }))
}

async fn is_installed(service: &Service, job: &Job<'_>, entity: &Entity, record: &Record) -> Result<bool, Failure> {
    let relation = format!("{0}Config.{0}Id", entity.name);
    let sql = "SELECT 1 FROM link l JOIN record r ON r.id = l.left_id WHERE l.relation = $1 AND l.right_id = $2 AND r.organization_id = $3";
    let values = params![relation, record.id.as_str(), job.organization()?.record.id.as_str()];
    Ok(!service.store.query(sql, &values).await?.is_empty())
}

/// `showByInstallKey`: whoever knows the key sees the app or module.
pub(crate) async fn show_by_install_key(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    let key = job.param(&format!("{}InstallKey", entity.name));
    let offer = offers::by_key(&mut &service.store, entity.prefix, key).await?;
    show(job, entity, &offer.ok_or_else(Failure::not_found)?.record)
}

fn show(job: &Job<'_>, entity: &Entity, record: &Record) -> Result<Reply, Failure> {
    let mut answer = output::full(entity, record, job.organization()?.view());
    // The account that made it is no organization of this API's.
    answer.insert("developerAccountId".into(), Value::String(record.organization_id.clone()));
    answer.insert("organizationId".into(), Value::String(String::new()));
    Ok(Reply::json(&answer).version(record.version))
}
