//! `organization_copy`: a new organization beside the path's, with copies of what the request names.

use crate::call::Call;
use crate::configs;
use crate::organization_write::{self, inside};
use crate::reply::Reply;
use crate::write::{self, Place};
use kalends_engine::Body;
use kalends_engine::entity::Entity;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records;
use kalends_store::{Tx, params};
use serde_json::Value;
use std::collections::HashMap;

/// What can be copied, in an order in which references find their copies.
const COPIED: [&str; 9] = [
    "appConfig",
    "moduleConfig",
    "file",
    "emailTemplate",
    "smsTemplate",
    "employeeGroup",
    "employee",
    "resource",
    "appointmentTemplate",
];

/// Serves `organization_copy`.
pub(crate) async fn organization(
    tx: &mut Tx,
    call: &Call,
    path: &Record,
    mut document: Body,
) -> Result<Reply, Failure> {
    let mut wanted: Vec<&'static Entity> = Vec::new();
    for name in COPIED {
        match document.remove(name) {
            None | Some(Value::Null | Value::Bool(false)) => {}
            Some(Value::Bool(true)) => wanted.extend(entities::by_name(name)),
            Some(_) => return Err(Problem::at("wrong_type", name).arg("expected", "boolean").into()),
        }
    }
    for (name, value) in &path.body {
        if !document.contains_key(name)
            && !["rootOrganizationFlag", "contractAccountId", "demoDeveloperAccountId"].contains(&name.as_str())
        {
            document.insert(name.clone(), value.clone());
        }
    }
    let parent = records::find_anywhere(tx, entities::organization::ENTITY.prefix, &path.organization_id).await?;
    let account = path.text("contractAccountId").to_owned();
    let new = organization_write::make(tx, call, parent.as_ref(), &account, document).await?;
    let mut copies = HashMap::new();
    for entity in wanted {
        for record in records::all(tx, entity.prefix, &path.id).await? {
            copy(tx, call, &new.record, entity, &record, &mut copies).await?;
        }
    }
    copy_links(tx, call, &copies).await?;
    organization_write::answer(new)
}

/// Copies one record by the path a client's `add` takes, so that everything that hangs on it is made as well.
async fn copy(
    tx: &mut Tx,
    call: &Call,
    organization: &Record,
    entity: &'static Entity,
    record: &Record,
    copies: &mut HashMap<String, String>,
) -> Result<(), Failure> {
    // The copied root's maker was installed when the root was made.
    if entity.name == "appConfig"
        && record.text("appId") == call.caller.record_id
        && organization.organization_id.is_empty()
    {
        return Ok(());
    }
    let mut document = record.body.clone();
    for field in entity.fields.iter().filter(|field| field.access == kalends_engine::field::Access::ReadOnly) {
        document.remove(field.name);
    }
    // Who may act in the copy is said there anew.
    document.remove("userId");
    document.insert("customId".into(), Value::String(record.custom_id.clone()));
    if matches!(entity.name, "appConfig" | "moduleConfig") {
        configs::prepare_copy(tx, entity, &mut document).await?;
    }
    for value in document.values_mut() {
        if let Some(copy) = value.as_str().and_then(|id| copies.get(id)) {
            *value = Value::String(copy.clone());
        }
    }
    let (copied, _) = write::add(tx, call, &inside(organization), entity, &document).await?;
    let own = |name: &str, record: &Record| record.text(name).to_owned();
    let resources = (own("bookingResourceId", record), own("bookingResourceId", &copied));
    if !resources.0.is_empty() {
        copies.insert(resources.0, resources.1);
    }
    if entity.name == "appointmentTemplate" {
        copy_steps(tx, call, organization, record, &copied.id, copies).await?;
    }
    copies.insert(record.id.clone(), copied.id);
    Ok(())
}

/// The steps of a template belong to it: without them its copy could not be booked. Dates of events are not copied; they
/// would take the same people's time twice.
async fn copy_steps(
    tx: &mut Tx,
    call: &Call,
    organization: &Record,
    template: &Record,
    copied_id: &str,
    copies: &mut HashMap<String, String>,
) -> Result<(), Failure> {
    let entity = &entities::appointment_template_step::ENTITY;
    let place = Place { scope: vec![("appointmentTemplateId", copied_id.to_owned())], ..inside(organization) };
    let key = format!("{}:{}", entity.prefix, template.id);
    for step in records::all(tx, &key, &template.organization_id).await? {
        let mut document = step.body.clone();
        document.remove("appointmentTemplateId");
        document.insert("customId".into(), Value::String(step.custom_id.clone()));
        let (copied, _) = write::add(tx, call, &place, entity, &document).await?;
        copies.insert(step.id, copied.id);
    }
    Ok(())
}

/// Links between two copied records are copied too.
async fn copy_links(tx: &mut Tx, call: &Call, copies: &HashMap<String, String>) -> Result<(), Failure> {
    for (old, new) in copies {
        let rows = tx.query("SELECT relation, right_id FROM link WHERE left_id = $1", &params![old.as_str()]).await?;
        for row in rows {
            if let Some(right) = copies.get(row.text(1)) {
                records::link(tx, row.text(0), new, right, call.now).await?;
            }
        }
    }
    Ok(())
}
