//! Adding, changing and removing records inside a transaction: the one path for HTTP, demo data and `organization/add`.

use crate::call::Call;
use crate::{hooks, secrets};
use kalends_catalog as catalog;
use kalends_engine::entity::Entity;
use kalends_engine::field::{Access, FieldSpec, Kind};
use kalends_engine::input::{self, Applied, Mode, Reference};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::{Body, id};
use kalends_entities as entities;
use kalends_store::records::{self, Index};
use kalends_store::{Tx, audit};
use serde_json::{Value, json};

/// Where a record lives: the organization (or nothing) and the values of the parameters in its collection's path.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    /// Organization, or empty.
    pub organization_id: String,
    /// `seq` of the organization's record, 0 without one.
    pub organization_seq: i64,
    /// Field and value for each parameter in the collection's path.
    pub scope: Vec<(&'static str, String)>,
}

impl Place {
    /// The kind of record as the store knows it: nested collections are kept apart by their scope.
    pub(crate) fn key(&self, entity: &Entity) -> String {
        self.scope.iter().fold(entity.prefix.to_owned(), |key, (_, value)| format!("{key}:{value}"))
    }
}

/// Adds a record from a client's document.
pub(crate) async fn add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &'static Entity,
    document: &Body,
) -> Result<(Record, Vec<Problem>), Failure> {
    let mut stored = Body::new();
    for (field, value) in &place.scope {
        stored.insert((*field).to_owned(), json!(value));
    }
    let mut applied = input::apply(entity, Mode::Add, &stored, document, call.strict).map_err(Failure::invalid)?;
    check_references(tx, place, &applied.references).await?;
    hooks::before_add(tx, call, place, entity, &mut applied).await?;
    let Applied { body, custom_id, mut notes, .. } = applied;
    let mut record = Record {
        seq: 0,
        id: id::new(entity.prefix, call.entropy.as_ref()),
        organization_id: place.organization_id.clone(),
        custom_id: custom_id.unwrap_or_default(),
        version: 1,
        created: call.now,
        edited: call.now,
        body,
    };
    insert(tx, call, place, entity, &mut record).await?;
    notes.extend(hooks::after_add(tx, call, place, entity, &record).await?);
    Ok((record, notes))
}

/// Stores a record that the system itself made.
pub(crate) async fn insert(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &'static Entity,
    record: &mut Record,
) -> Result<(), Failure> {
    let words = words(entity, record);
    let sort = sort(entity, record);
    let key = place.key(entity);
    let index = Index { key: &key, sort: &sort, organization: place.organization_seq, words: &words };
    record.seq = records::insert(tx, record, index).await?;
    index_references(tx, entity, record, &Body::new(), call.now).await?;
    log(tx, call, entity, record, "ADD", &changes(entity, &Body::new(), &record.body)).await
}

/// Changes a record by a client's document. Answers the changed record and the notes.
pub(crate) async fn edit(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &'static Entity,
    record: Record,
    document: &Body,
) -> Result<(Record, Vec<Problem>), Failure> {
    let mut applied =
        input::apply(entity, Mode::Edit, &record.body, document, call.strict).map_err(Failure::invalid)?;
    // Only what this request names is looked up: an old reference whose record has gone does not block other edits.
    check_references(tx, place, &applied.references).await?;
    hooks::before_edit(tx, call, place, entity, &record, &mut applied).await?;
    let mut changed = record.clone();
    changed.body = applied.body;
    if let Some(custom_id) = applied.custom_id {
        changed.custom_id = custom_id;
    }
    if changed == record {
        return Ok((record, applied.notes));
    }
    let changed = update(tx, call, place, entity, &record, changed).await?;
    applied.notes.extend(hooks::after_edit(tx, call, place, entity, &record, &changed).await?);
    Ok((changed, applied.notes))
}

/// Keeps a record under its entity's own kind or, out of sight, under another.
pub(crate) async fn set_key(
    tx: &mut Tx,
    place: &Place,
    entity: &Entity,
    record: &Record,
    key: &str,
) -> Result<(), Failure> {
    let words = if key == entity.prefix { words(entity, record) } else { Vec::new() };
    let index = Index { key, sort: "", organization: place.organization_seq, words: &words };
    Ok(records::set_key(tx, record, index).await?)
}

/// Stores a changed record; the version goes up by one.
pub(crate) async fn update(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &'static Entity,
    before: &Record,
    mut after: Record,
) -> Result<Record, Failure> {
    after.version = before.version + 1;
    after.edited = call.now;
    let words = words(entity, &after);
    // Words stand behind the number of their organization: a move changes them too.
    let words_changed = words != self::words(entity, before) || before.organization_id != after.organization_id;
    let sort = sort(entity, &after);
    let key = place.key(entity);
    let index = Index { key: &key, sort: &sort, organization: place.organization_seq, words: &words };
    if !records::update(tx, &after, before.version, index, words_changed).await? {
        return Err(Failure::conflict("changed_meanwhile"));
    }
    index_references(tx, entity, &after, &before.body, call.now).await?;
    let mut changes = changes(entity, &before.body, &after.body);
    if before.custom_id != after.custom_id {
        changes.push(json!({"field": "customId", "before": before.custom_id, "after": after.custom_id}));
    }
    log(tx, call, entity, &after, "EDIT", &changes).await?;
    Ok(after)
}

/// Removes a record with everything that hangs on it.
pub(crate) async fn delete(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &'static Entity,
    record: &Record,
) -> Result<(), Failure> {
    hooks::before_delete(tx, call, place, entity, record).await?;
    if !records::delete(tx, record).await? {
        return Err(Failure::not_found());
    }
    log(tx, call, entity, record, "DELETE", &changes(entity, &record.body, &Body::new())).await?;
    hooks::after_delete(tx, call, place, entity, record).await
}

/// Makes sure that what `If-Match` names is what is stored.
pub(crate) fn check_version(call: &Call, record: &Record) -> Result<(), Failure> {
    match call.if_match {
        Some(version) if version != record.version => Err(Problem::new("version_mismatch").with_status(412)),
        _ => Ok(()),
    }
}

/// References must name records of the same organization (or, for apps and the like, ones that belong to none).
async fn check_references(tx: &mut Tx, place: &Place, references: &[Reference]) -> Result<(), Failure> {
    let mut problems = Vec::new();
    for reference in references {
        let Some(entity) = entities::by_name(reference.entity) else { continue };
        let found = match reference.entity {
            // These belong to a developer account or to nobody; their own rules are checked by hooks.
            "app" | "module" | "contractAccount" | "developerAccount" | "organization" => {
                records::find_anywhere(tx, entity.prefix, &reference.id).await?.is_some()
            }
            _ => records::find(tx, entity.prefix, &place.organization_id, &reference.id).await?.is_some(),
        };
        if !found {
            problems.push(Problem::at("bad_reference", reference.parameter.clone()));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::invalid(problems)) }
}

/// Keeps link rows for references by which records are listed.
async fn index_references(
    tx: &mut Tx,
    entity: &Entity,
    record: &Record,
    before: &Body,
    now: i64,
) -> Result<(), Failure> {
    for field in entity.fields.iter().filter(|field| field.indexed) {
        let (old, new) =
            (before.get(field.name).and_then(Value::as_str), record.body.get(field.name).and_then(Value::as_str));
        if old == new {
            continue;
        }
        let relation = format!("{}.{}", entity.name, field.name);
        if old.is_some() {
            records::unlink_all(tx, &relation, &record.id).await?;
        }
        if let Some(target) = new {
            records::link(tx, &relation, &record.id, target, now).await?;
        }
    }
    Ok(())
}

fn words(entity: &Entity, record: &Record) -> Vec<String> {
    let mut words = catalog::fold::words(&record.custom_id);
    collect_words(entity.fields, &record.body, &mut words);
    words.sort_unstable();
    words.dedup();
    words
}

fn collect_words(fields: &[&FieldSpec], body: &Body, words: &mut Vec<String>) {
    for field in fields {
        let Some(value) = body.get(field.name) else { continue };
        let value = if field.is_inheritable() { value.get("value").unwrap_or(&Value::Null) } else { value };
        match (field.kind, value) {
            (Kind::Object(inner), Value::Object(body)) => collect_words(inner, body, words),
            (_, Value::String(text)) if field.search => words.extend(catalog::fold::words(text)),
            _ => {}
        }
    }
}

/// Most characters of the text that orders lists: folding can make one letter eighteen, and index rows have an end.
const SORT_MAX: usize = 200;

fn sort(entity: &Entity, record: &Record) -> String {
    let folded = entity.order.map(|field| catalog::fold::fold(record.text(field.name))).unwrap_or_default();
    folded.chars().take(SORT_MAX).collect()
}

/// Before and after of the fields that differ, without what is never answered.
fn changes(entity: &Entity, before: &Body, after: &Body) -> Vec<Value> {
    let hidden = |name: &str| {
        name == secrets::PLACE || entity.field(name).is_some_and(|field| field.access == Access::WriteOnly)
    };
    let mut names: Vec<&String> =
        before.keys().chain(after.keys().filter(|name| !before.contains_key(*name))).collect();
    names.retain(|name| before.get(*name) != after.get(*name));
    names
        .into_iter()
        .map(|name| {
            let shown = |body: &Body| if hidden(name) { json!("…") } else { json!(body.get(name)) };
            json!({"field": name, "before": shown(before), "after": shown(after)})
        })
        .collect()
}

/// Writes the audit line of a change.
pub(crate) async fn log(
    tx: &mut Tx,
    call: &Call,
    entity: &Entity,
    record: &Record,
    action: &str,
    changes: &[Value],
) -> Result<(), Failure> {
    // An organization's own changes stand in its own trail, not in its parent's.
    let organization_id =
        if entity.name == "organization" { record.id.clone() } else { record.organization_id.clone() };
    let entry = audit::Entry {
        id: id::new("34", call.entropy.as_ref()),
        organization_id,
        at: call.now,
        category: catalog::log_category::of_entity(entity.name),
        action: action.to_owned(),
        entity_id: record.id.clone(),
        actor_kind: call.caller.kind.word().to_owned(),
        actor_id: call.caller.client_id.clone(),
        user_id: call.caller.user_id.clone().unwrap_or_default(),
        request_id: call.request_id.to_string(),
        changes: serde_json::to_string(changes).expect("JSON values can always be written to memory"),
    };
    Ok(audit::write(tx, &entry).await?)
}
