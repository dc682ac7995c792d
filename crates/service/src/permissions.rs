//! `employee_permission`: what an employee may do in the organization through the asking app.

use crate::Service;
use crate::dispatch::Job;
use crate::reply::Reply;
use crate::{lists, statics};
use kalends_catalog::permission;
use kalends_engine::problem::Failure;
use kalends_entities as entities;
use kalends_store::records;
use serde_json::Value;

/// Answers the permissions that both the app and the employee's user hold, as `static/permission/list` shows them; none for
/// an employee who is no user. Everybody may ask about herself, about others whoever may read employees.
pub(crate) async fn of_employee(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let (organization, caller) = (job.organization()?, &job.call.caller);
    let prefix = entities::employee::ENTITY.prefix;
    let record = records::find(&mut &service.store, prefix, &organization.record.id, job.param("employeeId")).await?;
    let user_id = record.as_ref().map_or("", |record| record.text("userId")).to_owned();
    if user_id.is_empty() || caller.user_id.as_ref() != Some(&user_id) {
        service.require_permission(organization, caller, "employee", false).await?;
    }
    record.ok_or_else(Failure::not_found)?;
    let held =
        if user_id.is_empty() { Vec::new() } else { service.permissions_of(organization, caller, &user_id).await? };
    let listed = permission::list(job.call.language).filter(|listed| held.contains(&listed.id.as_str()));
    let records: Vec<Value> = listed.map(|listed| statics::permission_form(&listed)).collect();
    let total = i64::try_from(records.len()).unwrap_or(i64::MAX);
    Ok(Reply::json(&lists::list(total, records)))
}
