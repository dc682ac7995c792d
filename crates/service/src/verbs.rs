//! The verbs that entities share: read by their tables, the same for all.

use crate::Service;
use crate::access::Organization;
use crate::dispatch::Job;
use crate::lists;
use crate::reply::Reply;
use crate::write::{self, Place};
use kalends_engine::entity::{Entity, Relation, Verb};
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::Tx;
use kalends_store::records::{self, Query, Side};
use serde_json::Value;
use std::sync::Arc;

/// Serves a shared verb on the entity itself.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, verb: Verb) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    let place = place(service, job, entity).await?;
    match verb {
        Verb::Add => add(service, job, entity, place).await,
        Verb::Show => {
            let record = find(service, job, entity, &place).await?;
            show(service, job, entity, &record).await
        }
        Verb::Identify => {
            let custom_id = job.param("customId");
            let key = place.key(entity);
            let record = records::identify(&mut &service.store, &key, &place.organization_id, custom_id).await?;
            show(service, job, entity, &record.ok_or_else(Failure::not_found)?).await
        }
        Verb::Edit => edit(service, job, entity, place).await,
        Verb::Delete => delete(service, job, entity, place).await,
        _ => list(service, job, entity, &place.key(entity), verb, None).await,
    }
}

/// Where the entity's records of this path live; the records named in a nested path must exist.
pub(crate) async fn place(service: &Service, job: &Job<'_>, entity: &'static Entity) -> Result<Place, Failure> {
    let organization = job.organization()?;
    let mut scope = Vec::new();
    for (parameter, field) in entity.scope() {
        let value = job.param(parameter).to_owned();
        match entities::by_name(parameter.strip_suffix("Id").unwrap_or(parameter)) {
            Some(above) => {
                let found = records::find(&mut &service.store, above.prefix, &organization.record.id, &value).await?;
                found.ok_or_else(Failure::not_found)?;
            }
            None if !is_type_name(&value) => return Err(Failure::invalid_at("bad_type_name", parameter)),
            None => {}
        }
        scope.push((field, value));
    }
    Ok(Place { organization_id: organization.record.id.clone(), organization_seq: organization.record.seq, scope })
}

/// A custom entity's type: a word of letters, digits, `_` and `-`.
fn is_type_name(text: &str) -> bool {
    (1..=60).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
}

async fn find(service: &Service, job: &Job<'_>, entity: &Entity, place: &Place) -> Result<Record, Failure> {
    let id = job.param(&entity.id_parameter());
    let key = place.key(entity);
    let record = records::find(&mut &service.store, &key, &place.organization_id, id).await?;
    record.ok_or_else(Failure::not_found)
}

async fn show(service: &Service, job: &Job<'_>, entity: &'static Entity, record: &Record) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let mut answer = output::full(entity, record, organization.view());
    for relation in entity.relations.iter().filter(|relation| relation.linked && !relation.reversed) {
        let Some(other) = entities::by_name(relation.other) else { continue };
        let linked = records::linked(&mut &service.store, relation.link, Side::Right, &record.id).await?;
        let shorts = linked.iter().map(|record| Value::Object(output::short(other, record, organization.view())));
        answer.insert(format!("{}List", other.name), shorts.collect());
    }
    Ok(Reply::json(&answer).version(record.version))
}

async fn add(service: &Service, job: &Job<'_>, entity: &'static Entity, place: Place) -> Result<Reply, Failure> {
    let (call, document, organization) = (job.call.clone(), job.request.body.clone(), Arc::clone(job.organization()?));
    let reply = service.change(job.call, move |tx| {
        let (call, place, document, organization) =
            (call.clone(), place.clone(), document.clone(), Arc::clone(&organization));
        Box::pin(async move {
            let (record, notes) = write::add(tx, &call, &place, entity, &document).await?;
            let answer = output::short(entity, &record, organization.view());
            Ok(Reply::json(&answer).status(201).version(record.version).done("added").notes(notes))
        })
    });
    reply.await
}

async fn edit(service: &Service, job: &Job<'_>, entity: &'static Entity, place: Place) -> Result<Reply, Failure> {
    let id = job.param(&entity.id_parameter()).to_owned();
    let (call, document, organization) = (job.call.clone(), job.request.body.clone(), Arc::clone(job.organization()?));
    let reply = service.change(job.call, move |tx| {
        let (call, place, document, organization) =
            (call.clone(), place.clone(), document.clone(), Arc::clone(&organization));
        let id = id.clone();
        Box::pin(async move {
            let record = find_in(tx, entity, &place, &id).await?;
            write::check_version(&call, &record)?;
            let (record, notes) = write::edit(tx, &call, &place, entity, record, &document).await?;
            let answer = output::full(entity, &record, organization.view());
            Ok(Reply::json(&answer).version(record.version).done("edited").notes(notes))
        })
    });
    reply.await
}

async fn delete(service: &Service, job: &Job<'_>, entity: &'static Entity, place: Place) -> Result<Reply, Failure> {
    let id = job.param(&entity.id_parameter()).to_owned();
    let call = job.call.clone();
    let reply = service.change(job.call, move |tx| {
        let (call, place, id) = (call.clone(), place.clone(), id.clone());
        Box::pin(async move {
            let record = find_in(tx, entity, &place, &id).await?;
            write::check_version(&call, &record)?;
            write::delete(tx, &call, &place, entity, &record).await?;
            Ok(Reply::empty().done("deleted"))
        })
    });
    reply.await
}

/// The record inside the transaction that will change it.
pub(crate) async fn find_in(tx: &mut Tx, entity: &Entity, place: &Place, id: &str) -> Result<Record, Failure> {
    let key = place.key(entity);
    records::find(tx, &key, &place.organization_id, id).await?.ok_or_else(Failure::not_found)
}

/// `index`, `filter`, `list` and their `All` forms, alone or below another record.
async fn list(
    service: &Service,
    job: &Job<'_>,
    entity: &'static Entity,
    key: &str,
    verb: Verb,
    related: Option<(&str, Side, &str)>,
) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let all = matches!(verb, Verb::IndexAll | Verb::FilterAll | Verb::ListAll);
    let whole = matches!(verb, Verb::List | Verb::ListAll);
    let current = if whole { 1 } else { job.page()? };
    let query = Query {
        key,
        organization_id: &organization.record.id,
        all,
        related,
        by_name: entity.order.is_some(),
        limit: if whole { lists::LIST_MAX } else { lists::PER_PAGE },
        offset: if whole { 0 } else { lists::offset(current) },
    };
    let (total, found) = if matches!(verb, Verb::Filter | Verb::FilterAll) {
        let words = lists::words(job.query("searchQuery"));
        records::search(&mut &service.store, &query, &words).await?
    } else {
        records::list(&mut &service.store, &query).await?
    };
    let records = found.iter().map(|record| form(entity, record, organization, all)).collect();
    Ok(Reply::json(&if whole { lists::list(total, records) } else { lists::page(current, total, records) }))
}

fn form(entity: &Entity, record: &Record, organization: &Organization, all: bool) -> Value {
    let view = organization.view();
    Value::Object(if all { output::short(entity, record, view) } else { output::full(entity, record, view) })
}

/// Serves `index`, `filter` and `list` of the entity below a record of another.
pub(crate) async fn related(
    service: &Service,
    job: &Job<'_>,
    relation: &'static Relation,
    verb: Verb,
) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    let other = entities::by_name(relation.other).ok_or_else(Failure::not_found)?;
    let above = above(service, job, other).await?;
    let scope = entity.scope().map(|(parameter, field)| (field, job.param(parameter).to_owned())).collect();
    let place = Place { organization_id: String::new(), organization_seq: 0, scope };
    let side = if relation.reversed { Side::Right } else { Side::Left };
    list(service, job, entity, &place.key(entity), verb, Some((relation.link, side, &above.id))).await
}

/// The record of another entity that a path goes through.
async fn above(service: &Service, job: &Job<'_>, other: &'static Entity) -> Result<Record, Failure> {
    let organization_id = &job.organization()?.record.id;
    let id = job.param(&other.id_parameter());
    find_linked(&mut &service.store, other, organization_id, id).await
}

/// A record that a path names without its scope (a custom entity is named without its type there).
async fn find_linked(
    reader: &mut impl records::Reader,
    entity: &'static Entity,
    organization_id: &str,
    id: &str,
) -> Result<Record, Failure> {
    records::find_by_prefix(reader, entity.prefix, organization_id, id).await?.ok_or_else(Failure::not_found)
}

/// Serves `LINK` and `UNLINK`; both are idempotent.
pub(crate) async fn link(
    service: &Service,
    job: &Job<'_>,
    relation: &'static Relation,
    make: bool,
) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    let other = entities::by_name(relation.other).ok_or_else(Failure::not_found)?;
    let organization = Arc::clone(job.organization()?);
    // Between two custom entities the path names the first by `customEntityId`, the related one by its own parameter.
    let same = entity.name == other.name;
    let own_id = job.param(&if same { format!("{}RelatedId", entity.name) } else { entity.id_parameter() }).to_owned();
    let other_id = job.param(&other.id_parameter()).to_owned();
    let call = job.call.clone();
    let scope: Vec<(&'static str, String)> =
        entity.scope().map(|(parameter, field)| (field, job.param(parameter).to_owned())).collect();
    let reply = service.change(job.call, move |tx| {
        let (call, organization, own_id, other_id) =
            (call.clone(), Arc::clone(&organization), own_id.clone(), other_id.clone());
        let scope = scope.clone();
        Box::pin(async move {
            let place = Place {
                organization_id: organization.record.id.clone(),
                organization_seq: organization.record.seq,
                scope,
            };
            let own = find_in(tx, entity, &place, &own_id).await?;
            let other = find_linked(tx, other, &place.organization_id, &other_id).await?;
            if make {
                crate::hooks::before_link(tx, &call, &place, &own, &other, relation).await?;
            }
            let (left, right) = if relation.reversed { (&other.id, &own.id) } else { (&own.id, &other.id) };
            let changed = if make {
                records::link(tx, relation.link, left, right, call.now).await?
            } else {
                records::unlink(tx, relation.link, left, right).await?
            };
            if changed {
                let action = if make { "LINK" } else { "UNLINK" };
                let field = format!("{}List", relation.other);
                let change = if make {
                    serde_json::json!({"field": field, "before": null, "after": other.id})
                } else {
                    serde_json::json!({"field": field, "before": other.id, "after": null})
                };
                write::log(tx, &call, entity, &own, action, &[change]).await?;
                crate::hooks::after_link(tx, &call, &place, entity, &own, relation).await?;
            }
            Ok(Reply::empty().done(if make { "linked" } else { "unlinked" }))
        })
    });
    reply.await
}
