//! What an entity does besides being stored. The tables say what a record is; this file lists, entity by entity, what
//! else must be true or must happen in the same transaction.

use crate::call::Call;
use crate::write::Place;
use crate::{configs, organization_write};
use kalends_engine::entity::{Entity, Relation};
use kalends_engine::input::Applied;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_store::{Tx, organizations};

/// Before a new record is stored: the last word on its body.
pub(crate) async fn before_add(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    entity: &Entity,
    applied: &mut Applied,
) -> Result<(), Failure> {
    match entity.name {
        "appConfig" | "moduleConfig" => configs::before_add(tx, call, place, entity, applied).await,
        "organization" => organization_write::check(applied),
        _ => Ok(()),
    }
}

/// After a new record was stored.
pub(crate) async fn after_add(
    tx: &mut Tx,
    _call: &Call,
    place: &Place,
    entity: &Entity,
    _record: &Record,
) -> Result<(), Failure> {
    forget(tx, place, entity).await
}

/// Before a changed record is stored.
pub(crate) async fn before_edit(
    tx: &mut Tx,
    _call: &Call,
    _place: &Place,
    entity: &Entity,
    before: &Record,
    applied: &mut Applied,
) -> Result<(), Failure> {
    match entity.name {
        "appConfig" | "moduleConfig" => configs::before_edit(tx, entity, before, applied).await,
        "organization" => organization_write::check(applied),
        _ => Ok(()),
    }
}

/// After a changed record was stored.
pub(crate) async fn after_edit(
    tx: &mut Tx,
    _call: &Call,
    place: &Place,
    entity: &Entity,
    _before: &Record,
    _after: &Record,
) -> Result<(), Failure> {
    forget(tx, place, entity).await
}

/// Before a record is removed: whether it may be.
pub(crate) async fn before_delete(
    _tx: &mut Tx,
    _call: &Call,
    _place: &Place,
    _entity: &Entity,
    _record: &Record,
) -> Result<(), Failure> {
    Ok(())
}

/// After a record was removed.
pub(crate) async fn after_delete(
    tx: &mut Tx,
    _call: &Call,
    place: &Place,
    entity: &Entity,
    _record: &Record,
) -> Result<(), Failure> {
    forget(tx, place, entity).await
}

/// Before two records are linked.
pub(crate) async fn before_link(
    _tx: &mut Tx,
    _entity: &Entity,
    _own: &Record,
    _relation: &Relation,
    _other: &Record,
) -> Result<(), Failure> {
    Ok(())
}

/// What rights and settings are made of is remembered by every process: tell them.
async fn forget(tx: &mut Tx, place: &Place, entity: &Entity) -> Result<(), Failure> {
    if matches!(entity.name, "appConfig" | "moduleConfig" | "employeeGroup") {
        organizations::touch(tx, &place.organization_id).await?;
    }
    Ok(())
}
