//! Installing apps and modules: what `appConfig` and `moduleConfig` mean.
//!
//! A configuration grants the client access to its organization and everything below, while it is active. It holds what was
//! granted, so that an app whose developer declares more later does not have it before somebody agrees
//! (docs/adr/0013-granted-permissions.md).

use crate::access;
use crate::call::{Call, Kind};
use crate::dispatch::Job;
use crate::organization_write::inside;
use crate::reply::Reply;
use crate::write::{self, Place};
use crate::{Service, secrets, settings, shop};
use kalends_engine::Body;
use kalends_engine::entity::Entity;
use kalends_engine::input::Applied;
use kalends_engine::output;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records::Reader;
use kalends_store::{Tx, params, records};
use serde_json::{Value, json};
use std::pin::Pin;

/// What a configuration grants an app, and what an app declares.
const PERMISSIONS: &str = "permissionList";

/// The entity that is installed by this kind of configuration, and the field that names it.
pub(crate) fn installed(entity: &Entity) -> (&'static Entity, &'static str, &'static str) {
    if entity.name == "appConfig" {
        (&entities::app::ENTITY, "appId", "appName")
    } else {
        (&entities::module::ENTITY, "moduleId", "moduleName")
    }
}

/// What is installed must be offered to the caller or shown by its install key; its name, what is granted and the checked
/// settings enter the configuration.
pub(crate) async fn before_add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let (what, id_field, name_field) = installed(entity);
    let key = applied.body.remove("installKey");
    let id = applied.body.get(id_field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let offer = kalends_store::offers::find(tx, what.prefix, &id).await?;
    let offer = offer.ok_or_else(|| Failure::invalid_at("bad_reference", id_field))?;
    match key.as_ref().and_then(Value::as_str).filter(|key| !key.is_empty()) {
        Some(key) if key == offer.install_key => {}
        Some(_) => return Err(Failure::invalid_at("bad_reference", "installKey")),
        None if shop::may_install(&offer.record, &call.caller) => {}
        None => return Err(Failure::invalid_at("bad_reference", id_field)),
    }
    let record = offer.record;
    let account = applied.body.get("developerAccountId").and_then(Value::as_str);
    if account.is_some_and(|account| account != record.organization_id) {
        return Err(Failure::invalid_at("bad_reference", "developerAccountId"));
    }
    let relation = format!("{}.{id_field}", entity.name);
    let sql = "SELECT r.id FROM link l JOIN record r ON r.id = l.left_id \
               WHERE l.relation = $1 AND l.right_id = $2 AND r.organization_id = $3";
    let values = params![relation, id.as_str(), place.organization_id.as_str()];
    // An app stands in an organization once; a module may have several configurations (one per website).
    if entity.name == "appConfig" && !tx.rows(sql, &values).await?.is_empty() {
        return Err(Problem::at("already_installed", id_field).with_status(409));
    }
    let name = record.text("name").to_owned();
    if applied.body.get("name").is_none() {
        applied.body.insert("name".into(), json!(name));
    }
    applied.body.insert(name_field.into(), json!(name));
    if entity.name == "appConfig" {
        grant(tx, call, place, &record, None, &mut applied.body).await?;
    }
    check_settings(&record, None, &mut applied.body)
}

/// What is installed cannot be exchanged; settings and grants are checked against what the app or module declares today.
pub(crate) async fn before_edit(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    before: &Record,
    applied: &mut Applied,
) -> Result<(), Failure> {
    let (what, id_field, _) = installed(entity);
    applied.body.remove("installKey");
    let same = |name: &str, applied: &Applied| applied.body.get(name) == before.body.get(name);
    if same("settingList", applied) && same(PERMISSIONS, applied) {
        return Ok(());
    }
    let Some(record) = records::find_anywhere(tx, what.prefix, before.text(id_field)).await? else { return Ok(()) };
    if !same(PERMISSIONS, applied) {
        // Cleared means nothing is granted any more.
        applied.body.entry(PERMISSIONS).or_insert_with(|| json!([]));
        grant(tx, call, place, &record, Some(before), &mut applied.body).await?;
    }
    if same("settingList", applied) { Ok(()) } else { check_settings(&record, Some(&before.body), &mut applied.body) }
}

/// Decides what an app gets: all it declares, or what the request lists of that. What it has already is not asked again. Of
/// the rest a person can give what she holds herself, and an app cannot give itself anything.
async fn grant(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    app: &Record,
    before: Option<&Record>,
    body: &mut Body,
) -> Result<(), Failure> {
    let texts = |body: &Body| access::texts(body, PERMISSIONS).map(str::to_owned).collect::<Vec<String>>();
    let declared = texts(&app.body);
    let had = match before {
        Some(before) if before.body.contains_key(PERMISSIONS) => texts(&before.body),
        Some(_) => declared.clone(),
        None => Vec::new(),
    };
    let listed = body.contains_key(PERMISSIONS);
    let mut granted = if listed { texts(body) } else { declared.clone() };
    for (index, permission) in granted.iter().enumerate().filter(|(_, permission)| !had.contains(permission)) {
        if !declared.contains(permission) {
            let at = format!("{PERMISSIONS}.{index}");
            return Err(Problem::at("not_declared", at).arg("permission", permission.clone()).into());
        }
    }
    let own = call.caller.kind == Kind::App && call.caller.record_id == app.id && call.caller.user_id.is_none();
    if own {
        let client = access::client_in(tx, &place.organization_id, &call.caller).await?;
        // A root's maker is installed in it by the platform: it had nothing there before.
        if client.installed {
            let more = |permission: &String| !had.contains(permission) && !client.permissions.contains(permission);
            match granted.iter().find(|permission| more(permission)) {
                Some(more) if listed => {
                    let problem = Problem::new("permission_missing").arg("permission", more.clone());
                    return Err(problem.with_status(403));
                }
                _ => granted.retain(|permission| !more(permission)),
            }
        }
    }
    let new: Vec<String> = granted.iter().filter(|permission| !had.contains(permission)).cloned().collect();
    access::may_give(tx, call, &place.organization_id, &new).await?;
    body.insert(PERMISSIONS.into(), json!(granted));
    Ok(())
}

/// Checks the settings of a body, completes them with defaults and puts secrets where they are not answered from.
fn check_settings(record: &Record, before: Option<&Body>, body: &mut Body) -> Result<(), Failure> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let definition = list(record.body.get("settingDefinitionList"));
    let mut settings = list(body.get("settingList"));
    secrets::open(&definition, before, &mut settings);
    settings::complete(&definition, &mut settings);
    let mut problems = Vec::new();
    settings::check(&definition, &settings, &mut problems);
    if !problems.is_empty() {
        return Err(Failure::invalid(problems));
    }
    secrets::close(&definition, settings, body);
    Ok(())
}

/// A configuration's document as it is copied into another organization: with its secrets, with what is still declared of
/// what it grants, and with the key by which what it installs was shown.
pub(crate) async fn prepare_copy(tx: &mut Tx, entity: &Entity, document: &mut Body) -> Result<(), Failure> {
    let (what, id_field, _) = installed(entity);
    let id = document.get(id_field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(offer) = kalends_store::offers::find(tx, what.prefix, &id).await? else { return Ok(()) };
    document.insert("installKey".into(), json!(offer.install_key));
    secrets::restore(document);
    if document.contains_key(PERMISSIONS) {
        let declared: Vec<&str> = access::texts(&offer.record.body, PERMISSIONS).collect();
        let kept: Vec<&str> = access::texts(document, PERMISSIONS).filter(|id| declared.contains(id)).collect();
        let kept = json!(kept);
        document.insert(PERMISSIONS.into(), kept);
    }
    Ok(())
}

/// After a configuration was removed: what people let the client do in organizations where it is installed no more ends
/// (matrix G18).
pub(crate) async fn after_delete(tx: &mut Tx, call: &Call, entity: &Entity, record: &Record) -> Result<(), Failure> {
    let (what, id_field, _) = installed(entity);
    let sql = "SELECT id, developer_account_id FROM client WHERE record_id = $1";
    let clients = tx.rows(sql, &params![record.text(id_field)]).await?;
    let Some(client) = clients.first() else { return Ok(()) };
    let (client_id, account) = (client.text(0), client.text(1));
    let sql = "SELECT organization_id FROM token_family WHERE client_id = $1 AND revoked = 0 AND organization_id IN \
               (SELECT descendant_id FROM organization_tree WHERE ancestor_id = $2) \
               UNION SELECT organization_id FROM consent WHERE client_id = $1 AND organization_id IN \
               (SELECT descendant_id FROM organization_tree WHERE ancestor_id = $2)";
    let still = "SELECT 1 FROM link l JOIN record r ON r.id = l.left_id \
                 JOIN organization_tree t ON t.ancestor_id = r.organization_id \
                 WHERE l.relation = $1 AND l.right_id = $2 AND t.descendant_id = $3 \
                 UNION ALL \
                 SELECT 1 FROM link d JOIN organization_tree t ON t.ancestor_id = d.right_id \
                 WHERE d.relation = 'developerAccount.demoOrganization' AND d.left_id = $4 AND t.descendant_id = $3";
    let relation = format!("{}Config.{id_field}", what.name);
    for row in tx.rows(sql, &params![client_id, record.organization_id.as_str()]).await? {
        let organization_id = row.text(0);
        let values = params![relation.as_str(), record.text(id_field), organization_id, account];
        if tx.rows(still, &values).await?.is_empty() {
            let end =
                "UPDATE token_family SET revoked = $1 WHERE client_id = $2 AND organization_id = $3 AND revoked = 0";
            tx.execute(end, &params![call.now, client_id, organization_id]).await?;
            let forget = "DELETE FROM consent WHERE client_id = $1 AND organization_id = $2";
            tx.execute(forget, &params![client_id, organization_id]).await?;
        }
    }
    Ok(())
}

/// Before an app or module is removed: its configurations go with it.
pub(crate) fn uninstall_everywhere<'t>(
    tx: &'t mut Tx,
    call: &'t Call,
    what: &'t Entity,
    offer: &'t Record,
) -> Pin<Box<dyn Future<Output = Result<(), Failure>> + Send + 't>> {
    Box::pin(async move {
        let entity = if what.name == "app" { &entities::app_config::ENTITY } else { &entities::module_config::ENTITY };
        let relation = format!("{}.{}", entity.name, installed(entity).1);
        for config in records::linked(tx, &relation, records::Side::Left, &offer.id).await? {
            let prefix = entities::organization::ENTITY.prefix;
            if let Some(organization) = records::find_anywhere(tx, prefix, &config.organization_id).await? {
                write::delete(tx, call, &inside(&organization), entity, &config).await?;
            }
        }
        Ok(())
    })
}

/// `GET /app/{appId}/organization/{organizationId}/appConfig/show` and the same for modules: the caller's own
/// configuration, from the organization itself or the nearest above, with its secrets and today's defaults.
pub(crate) async fn show_own(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let entity = job.route.entity.ok_or_else(Failure::not_found)?;
    let organization = job.organization()?;
    let (what, id_field, _) = installed(entity);
    let id = job.param(id_field);
    if id != job.call.caller.record_id {
        return Err(Failure::not_found());
    }
    let sql = "SELECT r.id, r.organization_id FROM link l JOIN record r ON r.id = l.left_id \
               JOIN organization_tree t ON t.ancestor_id = r.organization_id \
               WHERE l.relation = $1 AND l.right_id = $2 AND t.descendant_id = $3 ORDER BY t.depth, r.seq";
    let values = params![format!("{}.{id_field}", entity.name), id, organization.record.id.as_str()];
    let rows = service.store.query(sql, &values).await?;
    let row = rows.first().ok_or_else(Failure::not_found)?;
    let record = records::find(&mut &service.store, entity.prefix, row.text(1), row.text(0)).await?;
    let mut record = record.ok_or_else(Failure::not_found)?;
    secrets::restore(&mut record.body);
    let offer = records::find_anywhere(&mut &service.store, what.prefix, id).await?;
    let definition = offer.as_ref().and_then(|offer| offer.body.get("settingDefinitionList")?.as_array());
    let settings = record.body.entry("settingList").or_insert_with(|| json!([]));
    if let (Some(definition), Value::Array(settings)) = (definition, settings) {
        settings::complete(definition, settings);
    }
    Ok(Reply::json(&output::full(entity, &record, organization.view())).version(record.version))
}
