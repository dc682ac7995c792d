//! For whom an appointment is: a customer that is named, one that is recognized, or a new one.

use super::plan::Plan;
use super::{Context, is_module};
use crate::call::Caller;
use crate::organization_write::inside;
use crate::write;
use kalends_catalog::fold;
use kalends_engine::Body;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records::{self, Query};
use kalends_store::{StoreError, Tx};
use serde_json::Value;

/// The customer of a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Who {
    /// Nobody: an entry of the staff's own.
    Nobody,
    /// A customer's id.
    Id(String),
    /// A person as the request describes her.
    Person(Body),
}

impl Who {
    /// Takes the customer out of a checked body. Modules describe a person; apps may name a customer as well.
    pub(super) fn read(caller: &Caller, body: &mut Body, notes: &mut Vec<Problem>) -> Result<Self, Failure> {
        let named = body.remove("customerId").and_then(|id| id.as_str().map(str::to_owned));
        let person = body.remove("customer");
        match (named, person) {
            (Some(_), _) if is_module(caller) => {
                notes.push(Problem::at("unknown_field", "customerId"));
                Err(Failure::invalid_at("not_for_modules", "customerId"))
            }
            (Some(id), None) => Ok(Self::Id(id)),
            (Some(_), Some(_)) => Err(Failure::invalid_at("only_one_of", "customer")),
            (None, Some(Value::Object(person))) => Ok(Self::Person(person)),
            (None, Some(_)) => Err(Problem::at("wrong_type", "customer").arg("expected", "object").into()),
            (None, None) if is_module(caller) => Err(Failure::invalid_at("required", "customer")),
            (None, None) => Ok(Self::Nobody),
        }
    }

    /// What the template wants to know of a customer who books by herself.
    pub(super) fn require(&self, plan: &Plan, module: bool, problems: &mut Vec<Problem>) {
        let (Self::Person(person), true) = (self, module) else { return };
        let given = |name: &str| match person.get(name) {
            Some(Value::String(text)) => !text.trim().is_empty(),
            Some(Value::Object(fields)) => {
                fields.get("street").and_then(Value::as_str).is_some_and(|street| !street.trim().is_empty())
            }
            _ => false,
        };
        for (setting, name, at) in [
            ("customerEmailRequired", "email", "customer.email"),
            ("customerMobileRequired", "mobile", "customer.mobile"),
            ("customerAddressRequired", "address", "customer.address.street"),
        ] {
            if plan.flag(&format!("settings.{setting}")) && !given(name) {
                problems.push(Problem::at("required", at));
            }
        }
    }
}

/// The customer's record: found by `customId`, then by e-mail and name within the organization, or added.
pub(super) async fn find_or_make(tx: &mut Tx, context: &Context, who: &Who) -> Result<Option<Record>, Failure> {
    let entity = &entities::customer::ENTITY;
    let organization = &context.organization.record;
    let person = match who {
        Who::Nobody => return Ok(None),
        Who::Id(id) => {
            let found = records::find(tx, entity.prefix, &organization.id, id).await?;
            return found.map(Some).ok_or_else(|| Failure::invalid_at("bad_reference", "customerId"));
        }
        Who::Person(person) => person,
    };
    let custom_id = match person.get("customId") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if let Some(known) = records::identify(tx, entity.prefix, &organization.id, &custom_id).await? {
        return Ok(Some(known));
    }
    if custom_id.is_empty()
        && let Some(known) = recognize(tx, organization, person).await?
    {
        return Ok(Some(known));
    }
    tx.begin_savepoint().await?;
    match write::add(tx, &context.call, &inside(organization), entity, person).await {
        Ok((record, _)) => {
            tx.release_savepoint().await?;
            Ok(Some(record))
        }
        Err(failure) => {
            tx.rollback_savepoint().await?;
            // The same person booked twice at once: the other booking has just added her.
            if failure.problems.iter().any(|problem| problem.code == "custom_id_taken")
                && let Some(known) = records::identify(tx, entity.prefix, &organization.id, &custom_id).await?
            {
                return Ok(Some(known));
            }
            let below = |problem: Problem| Problem {
                parameter: problem.parameter.map(|parameter| format!("customer.{parameter}")),
                ..problem
            };
            Err(Failure { problems: failure.problems.into_iter().map(below).collect(), ..failure })
        }
    }
}

/// A customer with this e-mail address and this name.
async fn recognize(tx: &mut Tx, organization: &Record, person: &Body) -> Result<Option<Record>, StoreError> {
    let text = |name: &str| person.get(name).and_then(Value::as_str).unwrap_or_default().trim().to_owned();
    let (email, first, last) = (text("email"), text("firstName"), text("lastName"));
    if email.is_empty() || last.is_empty() {
        return Ok(None);
    }
    let query = Query {
        key: entities::customer::ENTITY.prefix,
        organization_id: &organization.id,
        all: false,
        related: None,
        by_name: false,
        limit: 25,
        offset: 0,
    };
    let mut words = fold::words(&email);
    words.extend(fold::words(&last));
    let (_, found) = records::search(tx, &query, &words).await?;
    let same = |record: &Record, name: &str, text: &str| fold::fold(record.text(name)) == fold::fold(text);
    Ok(found.into_iter().rev().find(|record| {
        record.text("email").eq_ignore_ascii_case(&email)
            && same(record, "firstName", &first)
            && same(record, "lastName", &last)
    }))
}
