//! Making, changing, moving, copying and removing organizations.
//!
//! Invariant: `organization_tree` and the records' `organization_id` say the same, and every change is told to all below.

use crate::call::{Call, Kind};
use crate::dispatch::Job;
use crate::people::registration;
use crate::reply::Reply;
use crate::write::{self, Place};
use crate::{Service, access, accounts, copy, templates};
use kalends_engine::Body;
use kalends_engine::entity::Entity;
use kalends_engine::input::{self, Applied};
use kalends_engine::output::{self, View};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::{Tx, organizations, params, records};
use serde_json::{Value, json};
use std::collections::HashSet;

/// Properties of a new organization that are no fields of its own.
const PARTS: [&str; 7] = [
    "admin",
    "appIdList",
    "moduleIdList",
    "employeeList",
    "appointmentTemplateList",
    "organizationTemplateList",
    "contractAccountId",
];

/// Serves the writing operations on organizations.
pub(crate) async fn serve(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    if operation == "organization_move" {
        reaches_target(service, job).await?;
    }
    let operation = operation.to_owned();
    let (call, document) = (job.call.clone(), job.request.body.clone());
    let organization = job.organization.clone();
    let reply = service.change(job.call, move |tx| {
        let (call, document, operation) = (call.clone(), document.clone(), operation.clone());
        let organization = organization.clone();
        Box::pin(async move {
            let path = organization.as_deref().map(|organization| &organization.record);
            let path = || path.ok_or_else(Failure::not_found);
            match operation.as_str() {
                "organization_add" => add_root(tx, &call, &document).await,
                "organization_subOrganization_addRoot" => add_beside(tx, &call, path()?, document).await,
                "organization_subOrganization_addSub" => add_below(tx, &call, path()?, document).await,
                "organization_copy" => copy::organization(tx, &call, path()?, document).await,
                "organization_edit" => edit(tx, &call, path()?, &document).await,
                "organization_move" => move_to(tx, &call, path()?, &document).await,
                _ => delete(tx, &call, path()?).await,
            }
        })
    });
    reply.await
}

/// Whoever moves an organization must be able to write where it goes, not only where it comes from.
async fn reaches_target(service: &Service, job: &Job<'_>) -> Result<(), Failure> {
    let target = job.request.body.get("organizationId").and_then(Value::as_str).unwrap_or_default();
    match service.organization(target).await {
        Ok(target) if job.call.caller.organization_id.as_ref().is_some_and(|bound| target.lineage.contains(bound)) => {
            service.require_permission(&target, &job.call.caller, "organization", true).await
        }
        // What cannot be used at all is refused with the other fields.
        _ => Ok(()),
    }
}

/// The checks that the fields' own rules cannot say.
pub(crate) fn check(applied: &Applied) -> Result<(), Failure> {
    let setting =
        |name: &str| applied.body.get("settings").and_then(|settings| settings.get(name)?.get("value")?.as_i64());
    if let (Some(earliest), Some(latest)) = (setting("moduleBookingDayEarliest"), setting("moduleBookingDayLatest"))
        && earliest > latest
    {
        return Err(Failure::invalid_at("range_reversed", "settings.moduleBookingDayLatest"));
    }
    Ok(())
}

/// What a new organization consists of.
pub(crate) struct New {
    /// The short forms of everything that was made, the organization first.
    pub made: Vec<Value>,
    /// The organization's record.
    pub record: Record,
    /// Things worth knowing.
    pub notes: Vec<Problem>,
}

/// Makes an organization below `parent` or as a root, with everything its document names.
pub(crate) async fn make(
    tx: &mut Tx,
    call: &Call,
    parent: Option<&Record>,
    contract_account_id: &str,
    mut document: Body,
) -> Result<New, Failure> {
    let entity = &entities::organization::ENTITY;
    let mut parts: Vec<Option<Value>> = PARTS.iter().map(|part| document.remove(*part)).collect();
    let place = Place {
        organization_id: parent.map(|parent| parent.id.clone()).unwrap_or_default(),
        organization_seq: parent.map_or(0, |parent| parent.seq),
        scope: Vec::new(),
    };
    let (record, mut notes) = write::add(tx, call, &place, entity, &document).await?;
    organizations::plant(tx, &record.id, parent.map(|parent| parent.id.as_str())).await?;
    let mut owned = record.clone();
    owned.set("rootOrganizationFlag", parent.is_none());
    owned.set("contractAccountId", contract_account_id);
    let record = write::update(tx, call, &place, entity, &record, owned).await?;
    touch(tx, &record).await?;
    let mut new = New { made: vec![short(entity, &record)], record, notes: Vec::new() };
    // Who makes a root must be able to enter it.
    if let (None, Some(user)) = (parent, &call.caller.user_id) {
        accounts::make_admin(tx, call, &new.record, user).await?;
    }
    if let Some(admin) = parts[0].take().filter(|admin| !admin.is_null()) {
        access::require_admin(tx, call, &new.record.id).await?;
        let user = accounts::person(tx, call, &admin, "admin").await?;
        accounts::make_admin(tx, call, &new.record, &user).await?;
        registration::invite(tx, call, &user, new.record.text("name"), "").await?;
    }
    install(tx, call, &mut new, parts[1].take(), "app", parent.is_none()).await?;
    install(tx, call, &mut new, parts[2].take(), "module", false).await?;
    for name in strings(parts[5].take(), "organizationTemplateList")? {
        if !templates::NAMES.contains(&name.as_str()) {
            let problem =
                Problem::at("not_in_list", "organizationTemplateList").arg("values", templates::NAMES.join(", "));
            return Err(problem.into());
        }
        for (entity, document) in templates::records(&name) {
            make_inside(tx, call, &mut new, entity, &document, "organizationTemplateList").await?;
        }
    }
    for (part, entity, at) in [(3, "employee", "employeeList"), (4, "appointmentTemplate", "appointmentTemplateList")] {
        for (index, document) in list(parts[part].take(), at)?.into_iter().enumerate() {
            make_inside(tx, call, &mut new, entity, &document, &format!("{at}.{index}")).await?;
        }
    }
    new.notes.append(&mut notes);
    Ok(new)
}

/// Makes a record inside the new organization by the very path a client's `add` takes.
async fn make_inside(
    tx: &mut Tx,
    call: &Call,
    new: &mut New,
    entity: &str,
    document: &Value,
    at: &str,
) -> Result<(), Failure> {
    let (Some(entity), Some(document)) = (entities::by_name(entity), document.as_object()) else {
        return Err(Problem::at("wrong_type", at).arg("expected", "object").with_status(400));
    };
    let place = inside(&new.record);
    let below = |problem: Problem| Problem { parameter: problem.parameter.map(|p| format!("{at}.{p}")), ..problem };
    let added = write::add(tx, call, &place, entity, document).await;
    let (record, _) =
        added.map_err(|failure| Failure { problems: failure.problems.into_iter().map(below).collect(), ..failure })?;
    new.made.push(short(entity, &record));
    Ok(())
}

/// The place of records that belong to an organization.
pub(crate) fn inside(organization: &Record) -> Place {
    Place { organization_id: organization.id.clone(), organization_seq: organization.seq, scope: Vec::new() }
}

/// Installs the listed apps or modules; a root's maker is installed too, or it could not enter what it made.
async fn install(
    tx: &mut Tx,
    call: &Call,
    new: &mut New,
    listed: Option<Value>,
    kind: &str,
    with_caller: bool,
) -> Result<(), Failure> {
    let at = format!("{kind}IdList");
    let mut ids: Vec<(String, String)> =
        strings(listed, &at)?.into_iter().enumerate().map(|(index, id)| (id, format!("{at}.{index}"))).collect();
    if kind == "app" {
        // An app is installed once, however often it is listed.
        let mut seen = HashSet::new();
        ids.retain(|(id, _)| seen.insert(id.clone()));
    }
    let own = &call.caller.record_id;
    if with_caller && call.caller.kind == Kind::App && !ids.iter().any(|(id, _)| id == own) {
        ids.push((own.clone(), at));
    }
    let entity = if kind == "app" { &entities::app_config::ENTITY } else { &entities::module_config::ENTITY };
    for (id, at) in ids {
        let document = json!({format!("{kind}Id"): id});
        let document = document.as_object().cloned().unwrap_or_default();
        let added = write::add(tx, call, &inside(&new.record), entity, &document).await;
        let (record, _) = added.map_err(|failure| {
            let there = |problem: Problem| Problem { parameter: Some(at.clone()), ..problem };
            Failure { problems: failure.problems.into_iter().map(there).collect(), ..failure }
        })?;
        new.made.push(short(entity, &record));
    }
    Ok(())
}

fn short(entity: &Entity, record: &Record) -> Value {
    Value::Object(output::short(entity, record, View { zone: &jiff::tz::TimeZone::UTC, above: None }))
}

fn list(value: Option<Value>, at: &str) -> Result<Vec<Value>, Failure> {
    match value {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) if list.len() <= 1_000 => Ok(list),
        Some(_) => Err(Problem::at("wrong_type", at).arg("expected", "list").with_status(400)),
    }
}

fn strings(value: Option<Value>, at: &str) -> Result<Vec<String>, Failure> {
    let text = |(index, value): (usize, Value)| match value {
        Value::String(text) => Ok(text),
        _ => Err(Problem::at("wrong_type", format!("{at}.{index}")).arg("expected", "string").with_status(400)),
    };
    list(value, at)?.into_iter().enumerate().map(text).collect()
}

/// `POST /organization/add`.
async fn add_root(tx: &mut Tx, call: &Call, document: &Body) -> Result<Reply, Failure> {
    let account = document.get("contractAccountId").and_then(Value::as_str).unwrap_or_default();
    let entity = &entities::contract_account::ENTITY;
    let found = records::find_anywhere(tx, entity.prefix, account).await?;
    let owner = &call.caller.developer_account_id;
    found
        .filter(|account| call.caller.kind == Kind::System || account.text("developerAccountId") == owner)
        .filter(|account| call.caller.user_id.as_ref().is_none_or(|user| account.text("adminUserId") == user))
        .ok_or_else(|| {
            Failure::invalid_at(if account.is_empty() { "required" } else { "bad_reference" }, "contractAccountId")
        })?;
    let new = make(tx, call, None, account, document.clone()).await?;
    let total = i64::try_from(new.made.len()).unwrap_or(i64::MAX);
    Ok(Reply::json(&crate::lists::list(total, new.made)).status(201).done("added").notes(new.notes))
}

/// `addRoot`: another root of the same contract account.
async fn add_beside(tx: &mut Tx, call: &Call, path: &Record, document: Body) -> Result<Reply, Failure> {
    let account = path.text("contractAccountId").to_owned();
    answer(make(tx, call, None, &account, document).await?)
}

/// `addSub`: an organization below the path's.
async fn add_below(tx: &mut Tx, call: &Call, path: &Record, document: Body) -> Result<Reply, Failure> {
    let account = path.text("contractAccountId").to_owned();
    answer(make(tx, call, Some(path), &account, document).await?)
}

/// The short form of the new organization, as every `add` answers.
pub(crate) fn answer(mut new: New) -> Result<Reply, Failure> {
    let short = new.made.swap_remove(0);
    Ok(Reply::json(&short).status(201).version(new.record.version).done("added").notes(new.notes))
}

/// The record as it is now, and where it lives.
async fn current(tx: &mut Tx, call: &Call, path: &Record) -> Result<(Record, Place), Failure> {
    let record = records::find_anywhere(tx, entities::organization::ENTITY.prefix, &path.id).await?;
    let record = record.ok_or_else(Failure::not_found)?;
    write::check_version(call, &record)?;
    let parent = records::find_anywhere(tx, entities::organization::ENTITY.prefix, &record.organization_id).await?;
    let organization_seq = parent.map_or(0, |parent| parent.seq);
    let place = Place { organization_id: record.organization_id.clone(), organization_seq, scope: Vec::new() };
    Ok((record, place))
}

async fn edit(tx: &mut Tx, call: &Call, path: &Record, document: &Body) -> Result<Reply, Failure> {
    let entity = &entities::organization::ENTITY;
    let (record, place) = current(tx, call, path).await?;
    let (record, notes) = write::edit(tx, call, &place, entity, record, document).await?;
    touch(tx, &record).await?;
    Ok(full(tx, &record.id).await?.done("edited").notes(notes))
}

/// Tells every process to forget an organization, all below it and its parent, which shows it.
async fn touch(tx: &mut Tx, organization: &Record) -> Result<(), Failure> {
    let parent = &organization.organization_id;
    Ok(organizations::touch(tx, if parent.is_empty() { &organization.id } else { parent }).await?)
}

/// The full form as it is after the change.
async fn full(tx: &mut Tx, id: &str) -> Result<Reply, Failure> {
    // For this answer only: nobody remembers it, so its counter does not matter.
    let organization = access::load_organization(tx, id, 0).await?.ok_or_else(Failure::not_found)?;
    Ok(Reply::shared(organization.shown).version(organization.record.version))
}

/// `move`: below another organization that the caller reaches as well.
async fn move_to(tx: &mut Tx, call: &Call, path: &Record, document: &Body) -> Result<Reply, Failure> {
    let entity = &entities::organization::ENTITY;
    let at = "organizationId";
    let applied = input::check(entities::operations::MOVE, document, call.strict).map_err(Failure::invalid)?;
    let target = applied.body.get(at).and_then(Value::as_str).unwrap_or_default();
    let bound = call.caller.organization_id.clone();
    let lineage = organizations::lineage(tx, target).await?;
    let reachable = call.caller.kind == Kind::System || bound.is_some_and(|bound| lineage.contains(&bound));
    let parent = records::find_anywhere(tx, entity.prefix, target).await?.filter(|_| reachable);
    let parent = parent.ok_or_else(|| Failure::invalid_at("bad_reference", at))?;
    if lineage.contains(&path.id) {
        return Err(Failure::invalid_at("cycle", at));
    }
    let (record, _) = current(tx, call, path).await?;
    if parent.text("contractAccountId") != record.text("contractAccountId") {
        return Err(Failure::invalid_at("organization_mismatch", at));
    }
    // Those above it change: an organization is moved by whoever may do everything in it.
    access::require_admin(tx, call, &record.id).await?;
    touch(tx, &record).await?;
    organizations::transplant(tx, &record.id, &parent.id).await?;
    let mut moved = record.clone();
    moved.organization_id.clone_from(&parent.id);
    moved.set("rootOrganizationFlag", false);
    let place = Place { organization_id: parent.id.clone(), organization_seq: parent.seq, scope: Vec::new() };
    let moved = write::update(tx, call, &place, entity, &record, moved).await?;
    touch(tx, &moved).await?;
    Ok(full(tx, &moved.id).await?.done("moved").notes(applied.notes))
}

/// `delete`: with everything in it; not while there are organizations below.
async fn delete(tx: &mut Tx, call: &Call, path: &Record) -> Result<Reply, Failure> {
    let entity = &entities::organization::ENTITY;
    let (record, _) = current(tx, call, path).await?;
    if !organizations::descendants(tx, &record.id).await?.is_empty() {
        return Err(Failure::conflict("has_sub_organizations"));
    }
    touch(tx, &record).await?;
    let end = "UPDATE token_family SET revoked = $1 WHERE organization_id = $2 AND revoked = 0";
    tx.execute(end, &params![call.now, record.id.as_str()]).await?;
    tx.execute("DELETE FROM consent WHERE organization_id = $1", &params![record.id.as_str()]).await?;
    records::delete_all(tx, &record.id).await?;
    records::delete(tx, &record).await?;
    write::log(tx, call, entity, &record, "DELETE", &[]).await?;
    tx.execute("DELETE FROM organization_admin WHERE organization_id = $1", &params![record.id.as_str()]).await?;
    Ok(Reply::empty().done("deleted"))
}
