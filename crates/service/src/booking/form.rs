//! How appointments are answered: with their customers and booking resources, read for all of a list at once.

use crate::access::Organization;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records::{self, Reader};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// Links of an appointment with its customers.
pub(crate) const CUSTOMERS: &str = "appointment_customer";

/// The full form of one appointment.
pub(super) async fn full_one(
    reader: &mut impl Reader,
    organization: &Organization,
    record: &Record,
) -> Result<Value, Failure> {
    let mut forms = full(reader, organization, std::slice::from_ref(record)).await?;
    Ok(forms.pop().unwrap_or_default())
}

/// The full forms of appointments, in their order.
pub(super) async fn full(
    reader: &mut impl Reader,
    organization: &Organization,
    appointments: &[Record],
) -> Result<Vec<Value>, Failure> {
    let ids: Vec<&str> = appointments.iter().map(|record| record.id.as_str()).collect();
    let mut customers: HashMap<String, Vec<Record>> = HashMap::new();
    for (id, customer) in records::linked_many(reader, CUSTOMERS, &ids).await? {
        customers.entry(id).or_default().push(customer);
    }
    let used: BTreeSet<&str> = appointments.iter().flat_map(resource_ids).collect();
    let used: Vec<&str> = used.into_iter().collect();
    let found = records::find_many(reader, entities::booking_resource::ENTITY.prefix, &used).await?;
    let resources: HashMap<&str, Value> = found
        .iter()
        .map(|record| {
            let form = output::short(&entities::booking_resource::ENTITY, record, organization.view());
            (record.id.as_str(), Value::Object(form))
        })
        .collect();
    let empty = Vec::new();
    let form = |record: &Record| {
        let linked = customers.get(&record.id).unwrap_or(&empty);
        let view = organization.view();
        let mut answer = output::full(&entities::appointment::ENTITY, record, view);
        let first = record.text("customerId");
        let customer = linked.iter().find(|customer| customer.id == first).or_else(|| linked.first());
        let entity = &entities::customer::ENTITY;
        let full = customer.map(|customer| Value::Object(output::full(entity, customer, view)));
        let shorts = linked.iter().map(|customer| Value::Object(output::short(entity, customer, view)));
        // PHP clients know nobody as an empty list.
        answer.insert("customer".into(), full.unwrap_or_else(|| json!([])));
        answer.insert("customerList".into(), shorts.collect());
        let booked: Vec<Value> = resource_ids(record).filter_map(|id| resources.get(id).cloned()).collect();
        answer.insert("bookingResourceList".into(), booked.into());
        answer.insert("fileList".into(), json!([]));
        Value::Object(answer)
    };
    Ok(appointments.iter().map(form).collect())
}

/// Ids of an appointment's booking resources.
pub(super) fn resource_ids(record: &Record) -> impl Iterator<Item = &str> {
    let list = record.body.get("bookingResourceIdList").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str)
}
