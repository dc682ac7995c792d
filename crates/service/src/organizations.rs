//! Reading organizations: `show`, the tree below, and where an app or module is installed.
//!
//! The App API shows an organization with its inheritance objects; the Module API shows what the public may know, with
//! effective values.

use crate::Service;
use crate::access::Organization;
use crate::dispatch::Job;
use crate::reply::Reply;
use crate::{lists, write};
use kalends_catalog::fold;
use kalends_engine::Body;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_engine::route::{Api, Method};
use kalends_entities as entities;
use kalends_store::records::{self, Query};
use kalends_store::{Value as Parameter, organizations, params};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Serves the reading operations on organizations.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    match (job.route.api, operation) {
        (Api::App, "organization_show") => {
            let organization = job.organization()?;
            Ok(Reply::shared(organization.shown.clone()).version(organization.record.version))
        }
        (Api::Module, "organization_show") => {
            let organization = job.organization()?;
            Ok(Reply::json(&public_form(organization)).version(organization.record.version))
        }
        (_, "organization_subOrganization_identify" | "organization_identify") => identify(service, job).await,
        (_, "organization_subOrganization_index") => below(service, job, Shape::Page, "").await,
        (_, "organization_subOrganization_filter") => below(service, job, Shape::Page, job.query("searchQuery")).await,
        (_, "organization_subOrganization_list") => below(service, job, Shape::List, "").await,
        (_, "organization_subOrganization_tree") => {
            let tree = tree(service, &[job.organization()?.record.id.clone()], false).await?;
            Ok(list(tree))
        }
        (
            Api::App,
            "organization_app_index" | "organization_app_filter" | "organization_app_list" | "organization_app_tree",
        ) => installed(service, job, "appId", operation).await,
        (Api::Module, "organization_filter" | "organization_list") => in_module(service, job, operation).await,
        _ => Err(Failure::not_found()),
    }
}

enum Shape {
    Page,
    List,
}

fn list(records: Vec<Value>) -> Reply {
    let total = i64::try_from(records.len()).unwrap_or(i64::MAX);
    Reply::json(&lists::list(total, records))
}

/// `ORGANIZATION_SHORT` with the organizations below it, where they are asked for.
fn short(record: &Record, children: Vec<Value>) -> Value {
    let view = output::View { zone: &jiff::tz::TimeZone::UTC, above: None };
    let mut answer = output::short(&entities::organization::ENTITY, record, view);
    answer.insert("organizationList".into(), Value::Array(children));
    Value::Object(answer)
}

/// What the public may know of an organization: effective values instead of inheritance objects.
pub(crate) fn public_form(organization: &Organization) -> Value {
    let effective = |path: &str| organization.effective.get(path).cloned().unwrap_or(Value::Null);
    let own = |name: &str, unset: Value| organization.record.body.get(name).cloned().unwrap_or(unset);
    json!({
        "class": "ORGANIZATION",
        "id": organization.record.id,
        "customId": organization.record.custom_id,
        "timestampAdd": output::timestamp(organization.record.created),
        "timestampEdit": output::timestamp(organization.record.edited),
        "name": organization.record.text("name"),
        "address": effective("address"),
        "telephone": own("telephone", json!("")),
        "email": effective("email"),
        "description": effective("description"),
        "descriptionI18nList": effective("descriptionI18nList"),
        "logo": own("logo", json!("")),
        "imageList": own("imageList", json!([])),
        "openingHours": own("openingHours", json!([])),
        "timeZone": effective("settings.timeZone"),
        "currency": effective("settings.currency"),
        "locale": effective("settings.locale"),
        "sector": effective("sector"),
        "organizationId": organization.record.organization_id,
        "additionalData": own("additionalData", json!([])),
    })
}

/// The organization below with that `customId`; the nearest one when several have it.
async fn identify(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let custom_id = job.param("customId");
    let sql = "SELECT r.id FROM record r JOIN organization_tree t ON t.descendant_id = r.id \
               WHERE t.ancestor_id = $1 AND r.entity = $2 AND r.custom_id = $3 AND r.custom_id <> '' ORDER BY t.depth, r.seq";
    let prefix = entities::organization::ENTITY.prefix;
    let rows = service.store.query(sql, &params![job.organization()?.record.id.as_str(), prefix, custom_id]).await?;
    let id = rows.first().ok_or_else(Failure::not_found)?.text(0).to_owned();
    let organization = service.organization(&id).await?;
    Ok(match job.route.api {
        Api::App => Reply::shared(organization.shown.clone()),
        Api::Module => Reply::json(&public_form(&organization)),
    }
    .version(organization.record.version))
}

/// Every organization below the path's, flat.
async fn below(service: &Service, job: &Job<'_>, shape: Shape, search: &str) -> Result<Reply, Failure> {
    let current = if matches!(shape, Shape::List) { 1 } else { job.page()? };
    let query = Query {
        key: entities::organization::ENTITY.prefix,
        organization_id: &job.organization()?.record.id,
        // An organization's record belongs to its parent: those whose parent is in the subtree are all below.
        all: true,
        related: None,
        by_name: true,
        limit: if matches!(shape, Shape::List) { lists::LIST_MAX } else { lists::PER_PAGE },
        offset: lists::offset(current),
    };
    let (total, found) = records::search(&mut &service.store, &query, &lists::words(search)).await?;
    let records = found.iter().map(|record| short(record, Vec::new())).collect();
    Ok(Reply::json(&match shape {
        Shape::List => lists::list(total, records),
        Shape::Page => lists::page(current, total, records),
    }))
}

/// The organizations below each of the given ones as nested short forms; with the given ones themselves or without.
async fn tree(service: &Service, roots: &[String], with_roots: bool) -> Result<Vec<Value>, Failure> {
    let prefix = entities::organization::ENTITY.prefix;
    let mut answer = Vec::new();
    for root in roots {
        let mut children: HashMap<String, Vec<Record>> = HashMap::new();
        for id in organizations::descendants(&mut &service.store, root).await? {
            if let Some(record) = records::find_anywhere(&mut &service.store, prefix, &id).await? {
                children.entry(record.organization_id.clone()).or_default().push(record);
            }
        }
        let below = nest(root, &mut children);
        if !with_roots {
            answer.extend(below);
        } else if let Some(record) = records::find_anywhere(&mut &service.store, prefix, root).await? {
            answer.push(short(&record, below));
        }
    }
    Ok(answer)
}

fn nest(parent: &str, children: &mut HashMap<String, Vec<Record>>) -> Vec<Value> {
    let mut own = children.remove(parent).unwrap_or_default();
    own.sort_by_cached_key(|record| (fold::fold(record.text("name")), record.seq));
    own.iter().map(|record| short(record, nest(&record.id, children))).collect()
}

/// Organizations in which the client is installed by an active configuration, and its account's demo organizations.
async fn installation_roots(
    service: &Service,
    record_id: &str,
    developer_account_id: &str,
) -> Result<Vec<String>, Failure> {
    let sql = "SELECT r.organization_id, r.body FROM link l JOIN record r ON r.id = l.left_id \
               WHERE l.relation IN ('appConfig.appId', 'moduleConfig.moduleId') AND l.right_id = $1 ORDER BY r.seq";
    let mut roots: Vec<String> = Vec::new();
    for row in service.store.query(sql, &params![record_id]).await? {
        let body: Body = serde_json::from_str(row.text(1)).unwrap_or_default();
        if body.get("active").and_then(Value::as_bool).unwrap_or(true) {
            roots.push(row.text(0).to_owned());
        }
    }
    let demo = "SELECT right_id FROM link WHERE relation = 'developerAccount.demoOrganization' AND left_id = $1";
    for mut row in service.store.query(demo, &params![developer_account_id]).await? {
        roots.push(row.take_text(0));
    }
    outermost(service, roots).await
}

/// Each organization once, without what stands below another: it is shown there.
async fn outermost(service: &Service, mut roots: Vec<String>) -> Result<Vec<String>, Failure> {
    roots.sort_unstable();
    roots.dedup();
    let mut outermost = Vec::new();
    for root in &roots {
        let lineage = organizations::lineage(&mut &service.store, root).await?;
        if !lineage.iter().any(|ancestor| ancestor != root && roots.contains(ancestor)) {
            outermost.push(root.clone());
        }
    }
    Ok(outermost)
}

/// Every organization the client reaches, by name.
async fn reached(service: &Service, roots: &[String], search: &str) -> Result<Vec<Record>, Failure> {
    if roots.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Parameter> = vec![entities::organization::ENTITY.prefix.into()];
    let places: Vec<String> = roots
        .iter()
        .map(|root| {
            values.push(root.as_str().into());
            format!("${}", values.len())
        })
        .collect();
    let sql = format!(
        "SELECT DISTINCT r.id, r.sort, r.seq FROM organization_tree t JOIN record r ON r.id = t.descendant_id \
         WHERE r.entity = $1 AND t.ancestor_id IN ({}) ORDER BY r.sort, r.seq",
        places.join(", ")
    );
    let words = lists::words(search);
    let mut found = Vec::new();
    for row in service.store.query(&sql, &values).await? {
        let organization =
            records::find_anywhere(&mut &service.store, entities::organization::ENTITY.prefix, row.text(0)).await?;
        found.extend(organization.filter(|record| {
            let own = fold::words(&format!("{} {}", record.text("name"), record.custom_id));
            words.iter().all(|word| own.iter().any(|own| own.starts_with(word.as_str())))
        }));
    }
    Ok(found)
}

/// `app/{appId}/organization/…`: for the app itself only.
async fn installed(service: &Service, job: &Job<'_>, parameter: &str, operation: &str) -> Result<Reply, Failure> {
    let roots = own_roots(service, job, parameter).await?;
    if operation == "organization_app_tree" {
        return Ok(list(tree(service, &roots, true).await?));
    }
    let search = if operation == "organization_app_filter" { job.query("searchQuery") } else { "" };
    let found = reached(service, &roots, search).await?;
    let records: Vec<Value> = found.iter().map(|record| short(record, Vec::new())).collect();
    Ok(if operation == "organization_app_list" {
        list(records)
    } else {
        Reply::json(&lists::page_of(job.page()?, records))
    })
}

async fn own_roots(service: &Service, job: &Job<'_>, parameter: &str) -> Result<Vec<String>, Failure> {
    let caller = &job.call.caller;
    if job.param(parameter) != caller.record_id {
        return Err(Failure::not_found());
    }
    let roots = installation_roots(service, &caller.record_id, &caller.developer_account_id).await?;
    match &caller.user_id {
        Some(user_id) => roots_of_person(service, &roots, user_id).await,
        None => Ok(roots),
    }
}

/// Of what a client reaches, what the person reaches as well: of two organizations one above the other, the lower one.
async fn roots_of_person(service: &Service, roots: &[String], user_id: &str) -> Result<Vec<String>, Failure> {
    let own: Vec<String> = service.organizations_of(user_id).await?.into_iter().collect();
    let mut both = Vec::new();
    for (list, others) in [(roots, &own[..]), (&own[..], roots)] {
        for organization in list {
            let lineage = organizations::lineage(&mut &service.store, organization).await?;
            if lineage.iter().any(|ancestor| others.contains(ancestor)) {
                both.push(organization.clone());
            }
        }
    }
    outermost(service, both).await
}

/// `module/{moduleId}/organization/…` of the Module API: public forms.
async fn in_module(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let roots = own_roots(service, job, "moduleId").await?;
    let found = if operation == "organization_list" {
        // The path's organization was authorized: it and everything below.
        reached(service, std::slice::from_ref(&job.organization()?.record.id), "").await?
    } else {
        reached(service, &roots, job.query("searchQuery")).await?
    };
    let mut records = Vec::with_capacity(found.len());
    for record in &found {
        records.push(public_form(service.organization(&record.id).await?.as_ref()));
    }
    Ok(list(records))
}

/// `LINK` and `UNLINK` of an extra field that every template of the organization asks for.
pub(crate) async fn link_extra_field(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let make = job.route.method == Method::Link;
    let (call, id, organization) =
        (job.call.clone(), job.param("extraFieldId").to_owned(), Arc::clone(job.organization()?));
    let reply = service.change(job.call, move |tx| {
        let (call, id, organization) = (call.clone(), id.clone(), Arc::clone(&organization));
        Box::pin(async move {
            let (prefix, own) = (entities::extra_field::ENTITY.prefix, &organization.record.id);
            records::find(tx, prefix, own, &id).await?.ok_or_else(Failure::not_found)?;
            let changed = if make {
                records::link(tx, EXTRA_FIELDS, own, &id, call.now).await?
            } else {
                records::unlink(tx, EXTRA_FIELDS, own, &id).await?
            };
            if changed {
                let (action, ids) = if make { ("LINK", (None, Some(&id))) } else { ("UNLINK", (Some(&id), None)) };
                let change = json!({"field": "extraFieldList", "before": ids.0, "after": ids.1});
                write::log(tx, &call, &entities::organization::ENTITY, &organization.record, action, &[change]).await?;
                organizations::touch(tx, own).await?;
            }
            Ok(Reply::empty().done(if make { "linked" } else { "unlinked" }))
        })
    });
    reply.await
}

/// Links of an organization with the extra fields that all its templates ask for.
const EXTRA_FIELDS: &str = "organization_extraField";
