//! Nobody gives away more than she holds: a person who is no admin cannot make herself or others mightier than she is.

use super::client::{self, Client};
use super::person;
use crate::call::{Call, Caller, Kind};
use kalends_engine::problem::{Failure, Problem};
use kalends_entities as entities;
use kalends_store::{organizations, records, records::Reader};

/// What the calling client may do in an organization, as it is inside a transaction.
///
/// # Errors
/// Those of the database.
pub(crate) async fn client_in(
    reader: &mut impl Reader,
    organization_id: &str,
    caller: &Caller,
) -> Result<Client, Failure> {
    let lineage = organizations::lineage(reader, organization_id).await?;
    let root = lineage.first().map_or(organization_id, String::as_str);
    let root = records::find_anywhere(reader, entities::organization::ENTITY.prefix, root).await?;
    let demo_of = root.as_ref().map_or("", |root| root.text("demoDeveloperAccountId"));
    client::load(reader, organization_id, demo_of, caller).await
}

/// Whether the person behind the call may hand out these permissions in an organization. Calls without a person are not
/// asked: what an app may do is bounded by what was granted to it.
///
/// # Errors
/// `user_permission_missing` (403).
pub(crate) async fn may_give(
    reader: &mut impl Reader,
    call: &Call,
    organization_id: &str,
    permissions: &[String],
) -> Result<(), Failure> {
    let Some(user_id) = &call.caller.user_id else { return Ok(()) };
    let app = (call.caller.kind == Kind::App).then_some(call.caller.record_id.as_str());
    let person = person::load(reader, organization_id, app, user_id).await?;
    match permissions.iter().find(|permission| !person.holds(permission)) {
        Some(more) => Err(Problem::new("user_permission_missing").arg("permission", more.clone()).with_status(403)),
        None => Ok(()),
    }
}

/// Whether the person behind the call may name admins of an organization or put it under others: an admin of it may. Calls
/// without a person are not asked.
///
/// # Errors
/// `admin_required` (403).
pub(crate) async fn require_admin(reader: &mut impl Reader, call: &Call, organization_id: &str) -> Result<(), Failure> {
    let Some(user_id) = &call.caller.user_id else { return Ok(()) };
    if person::is_admin(reader, organization_id, user_id).await? {
        return Ok(());
    }
    Err(Failure::forbidden("admin_required"))
}
