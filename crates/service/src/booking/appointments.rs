//! Reading appointments: one, by day, week and month, alone or below a customer.

use super::change::find;
use super::form;
use crate::Service;
use crate::access::Organization;
use crate::dispatch::Job;
use crate::lists;
use crate::range;
use crate::reply::Reply;
use kalends_catalog::fold;
use kalends_engine::entity::Verb;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_engine::route::Api;
use kalends_entities as entities;
use kalends_store::booking::{self as store, Calendar};
use kalends_store::records::{self, Query, Side};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Serves `show` and `identify`.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let id = &organization.record.id;
    let record = if verb == Verb::Identify {
        let prefix = entities::appointment::ENTITY.prefix;
        let found = records::identify(&mut &service.store, prefix, id, job.param("customId")).await?;
        found.ok_or_else(Failure::not_found)?
    } else {
        find(&mut &service.store, id, job.param("appointmentId")).await?
    };
    // Who holds a module's token is anybody: protected appointments are shown without the person.
    if job.route.api == Api::Module && is_protected(&record) {
        return Err(Failure::forbidden("appointment_protected"));
    }
    let form = form::full_one(&mut &service.store, organization, &record).await?;
    Ok(Reply::json(&form).version(record.version))
}

fn is_protected(record: &Record) -> bool {
    record.body.get("protected").and_then(Value::as_bool).unwrap_or(false)
}

/// `showProtected` of the Module API: the time and the place, nothing of the person.
pub(crate) async fn show_protected(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let record = find(&mut &service.store, &organization.record.id, job.param("appointmentId")).await?;
    protected(service, organization, &record).await
}

/// An appointment without its person.
pub(super) async fn protected(
    service: &Service,
    organization: &Organization,
    record: &Record,
) -> Result<Reply, Failure> {
    let mut form = form::full_one(&mut &service.store, organization, record).await?;
    for name in ["customer", "customerList", "additionalData"] {
        form[name] = json!([]);
    }
    for name in ["notes", "customId"] {
        form[name] = json!("");
    }
    if let Some(form) = form.as_object_mut() {
        form.remove("customerId");
    }
    Ok(Reply::json(&form).version(record.version))
}

/// Serves `index` and `filter` below a customer.
pub(crate) async fn of_customer(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let customer = customer(service, job).await?;
    let current = job.page()?;
    let query = Query {
        key: entities::appointment::ENTITY.prefix,
        organization_id: &organization.record.id,
        all: false,
        related: Some((form::CUSTOMERS, Side::Left, &customer.id)),
        by_name: false,
        limit: lists::PER_PAGE,
        offset: lists::offset(current),
    };
    let words = if verb == Verb::Filter { fold::words(job.query("searchQuery")) } else { Vec::new() };
    let (total, found) = records::search(&mut &service.store, &query, &words).await?;
    let forms = form::full(&mut &service.store, organization, &found).await?;
    Ok(Reply::json(&lists::page(current, total, forms)))
}

async fn customer(service: &Service, job: &Job<'_>) -> Result<Record, Failure> {
    let id = &job.organization()?.record.id;
    let prefix = entities::customer::ENTITY.prefix;
    let found = records::find(&mut &service.store, prefix, id, job.param("customerId")).await?;
    found.ok_or_else(Failure::not_found)
}

/// Serves every `listDay` … `indexAllMonth`, of the organization or of a customer.
pub(crate) async fn range(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let range = range::calendar_range(job)?;
    let customer = if job.param("customerId").is_empty() { None } else { Some(customer(service, job).await?) };
    let (all, paged) = (operation.contains("All"), operation.contains("index"));
    let current = if paged { job.page()? } else { 1 };
    let calendar = Calendar {
        organization_id: &organization.record.id,
        all,
        related: customer.as_ref().map(|customer| (form::CUSTOMERS, customer.id.as_str())),
        from: range.span.start,
        to: range.span.end,
        limit: if paged { lists::PER_PAGE } else { lists::LIST_MAX },
        offset: if paged { lists::offset(current) } else { 0 },
    };
    let (total, ids) = store::appointments(&mut &service.store, calendar).await?;
    let wanted: Vec<&str> = ids.iter().map(String::as_str).collect();
    let prefix = entities::appointment::ENTITY.prefix;
    let mut found = records::find_many(&mut &service.store, prefix, &wanted).await?;
    let order: HashMap<&str, usize> = wanted.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    found.sort_by_key(|record| order.get(record.id.as_str()).copied());
    let forms = if all {
        let short = |record| Value::Object(output::short(&entities::appointment::ENTITY, record, organization.view()));
        found.iter().map(short).collect()
    } else {
        form::full(&mut &service.store, organization, &found).await?
    };
    Ok(Reply::json(&if paged { lists::page(current, total, forms) } else { range.list(forms) }))
}
