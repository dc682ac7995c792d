//! Appointments as iCalendar files: one for the customer, and a feed of a booking resource for the staff.
//!
//! UID is the appointment's id; SEQUENCE goes up when it is moved or canceled.

use super::change::find;
use super::form;
use crate::Service;
use crate::access::Organization;
use crate::dispatch::Job;
use crate::reply::{Content, Reply};
use crate::write;
use kalends_catalog::locale::Language;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_messaging::calendar::{Event, Method, Person, Status, ics};
use kalends_messaging::markers::{self, Address};
use kalends_store::{booking as store, params, records};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// Media type of the files.
const MEDIA: &str = "text/calendar; charset=utf-8";
/// How far back a feed goes: 31 days in microseconds.
const PAST: i64 = 31 * 24 * 3_600 * 1_000_000;
/// Most appointments of a feed.
const MOST: i64 = 5_000;

/// For whom a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// The customer: the template's text for customers.
    Customer,
    /// The staff: their text, and who comes.
    Staff,
}

/// `appointment_calendar`: the appointment as a file.
pub(crate) async fn serve(service: &Service, job: &Job<'_>) -> Result<Reply, Failure> {
    let organization = job.organization()?;
    let record = find(&mut &service.store, &organization.record.id, job.param("appointmentId")).await?;
    file(service, organization, &record).await
}

/// One appointment as the customer's file.
pub(super) async fn file(service: &Service, organization: &Organization, record: &Record) -> Result<Reply, Failure> {
    let language = language(organization);
    let events = events(service, organization, std::slice::from_ref(record), Reader::Customer).await?;
    let method = if is_canceled(record) { Method::Cancel } else { Method::Publish };
    Ok(bytes("appointment.ics", ics(&events, method, None, language)))
}

fn bytes(name: &str, text: String) -> Reply {
    let content = Content::Bytes(MEDIA, name.to_owned(), text.into_bytes());
    Reply { status: 200, messages: Vec::new(), content, version: None }
}

fn language(organization: &Organization) -> Language {
    let locale = organization.effective.get("settings.locale").and_then(Value::as_str).unwrap_or("de");
    if locale.starts_with("en") { Language::En } else { Language::De }
}

fn is_canceled(record: &Record) -> bool {
    record.body.get("canceled").and_then(Value::as_bool).unwrap_or(false)
}

/// The appointments as events; customers and resources are read for all of them at once.
async fn events(
    service: &Service,
    organization: &Organization,
    appointments: &[Record],
    reader: Reader,
) -> Result<Vec<Event>, Failure> {
    let ids: Vec<&str> = appointments.iter().map(|record| record.id.as_str()).collect();
    let mut customers: HashMap<String, Record> = HashMap::new();
    for (id, customer) in records::linked_many(&mut &service.store, form::CUSTOMERS, &ids).await? {
        customers.entry(id).or_insert(customer);
    }
    let mut used: Vec<&str> = appointments.iter().flat_map(form::resource_ids).collect();
    used.sort_unstable();
    used.dedup();
    let prefix = entities::booking_resource::ENTITY.prefix;
    let resources = records::find_many(&mut &service.store, prefix, &used).await?;
    let mut templates: HashMap<String, String> = HashMap::new();
    let mut events = Vec::with_capacity(appointments.len());
    for record in appointments {
        let template = record.text("appointmentTemplateId");
        if !templates.contains_key(template) {
            templates.insert(template.to_owned(), text_of(service, organization, template, reader).await?);
        }
        let booked: Vec<&Record> =
            form::resource_ids(record).filter_map(|id| resources.iter().find(|one| one.id == id)).collect();
        events.push(event(
            service,
            organization,
            record,
            customers.get(&record.id),
            &booked,
            &templates[template],
            reader,
        ));
    }
    Ok(events)
}

/// The calendar text that counts for a template, markers and all.
async fn text_of(
    service: &Service,
    organization: &Organization,
    template: &str,
    reader: Reader,
) -> Result<String, Failure> {
    let name = match reader {
        Reader::Customer => "settings.externalCalendarContentCustomer",
        Reader::Staff => "settings.externalCalendarContentStaff",
    };
    let effective = match super::plan_of(service, organization, template).await {
        Ok(plan) => plan.effective.get(name).cloned(),
        // The template has gone; its organization's text is as near as it gets.
        Err(failure) if failure.status == 404 => organization.effective.get(name).cloned(),
        Err(failure) => return Err(failure),
    };
    Ok(effective.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn event(
    service: &Service,
    organization: &Organization,
    record: &Record,
    customer: Option<&Record>,
    booked: &[&Record],
    text: &str,
    reader: Reader,
) -> Event {
    let language = language(organization);
    let (employees, resources): (Vec<&Record>, Vec<&Record>) =
        booked.iter().copied().partition(|resource| resource.text("category") == "EMPLOYEE");
    let names = |list: &[&Record]| list.iter().map(|resource| resource.text("name").to_owned()).collect::<Vec<_>>();
    let effective =
        |path: &str| organization.effective.get(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    let instant = |name: &str| record.body.get(name).and_then(Value::as_i64).unwrap_or(0);
    let address = Address::read(record.body.get("address").unwrap_or(&Value::Null));
    let home = organization.effective.get("address").map(Address::read).unwrap_or_default();
    let business = markers::Organization {
        name: organization.record.text("name").to_owned(),
        address: home.clone(),
        email: effective("email"),
        telephone: organization.record.text("telephone").to_owned(),
        description: effective("description"),
        time_zone: effective("settings.timeZone"),
        booking_link: String::new(),
    };
    let own = |name: &str| customer.map(|customer| customer.text(name).to_owned()).unwrap_or_default();
    let person = markers::Customer {
        custom_id: customer.map(|customer| customer.custom_id.clone()).unwrap_or_default(),
        gender: own("gender"),
        title: own("title"),
        first_name: own("firstName"),
        last_name: own("lastName"),
        birthday: own("birthday"),
        email: own("email"),
        mobile: own("mobile"),
        telephone: own("telephone"),
        address: customer.and_then(|customer| customer.body.get("address")).map(Address::read).unwrap_or_default(),
    };
    let appointment = markers::Appointment {
        id: record.id.clone(),
        name: record.text("name").to_owned(),
        description: record.text("description").to_owned(),
        notes: record.text("notes").to_owned(),
        start: instant("start"),
        end: instant("end"),
        price: record.body.get("priceGross").and_then(Value::as_f64),
        currency: record.text("currency").to_owned(),
        address: address.clone(),
        employees: names(&employees),
        resources: names(&resources),
    };
    let links = super::by_link::of(service, record);
    let values = markers::values(&business, customer.map(|_| &person), &appointment, &links, language);
    let who = format!("{} {}", person.first_name, person.last_name);
    let staff = reader == Reader::Staff && !who.trim().is_empty();
    let summary = if staff { format!("{}: {}", appointment.name, who.trim()) } else { appointment.name.clone() };
    let organizer =
        (!business.email.is_empty()).then(|| Person { name: business.name.clone(), email: business.email.clone() });
    let country = home.country;
    Event {
        uid: format!("{}@kalends", record.id),
        sequence: record.body.get("sequence").and_then(Value::as_i64).unwrap_or(0),
        start: appointment.start,
        end: appointment.end,
        zone: record.text("timeZone").to_owned(),
        summary,
        description: markers::fill(text, &values),
        location: address.line(&country, language),
        organizer,
        attendee: None,
        url: if reader == Reader::Customer { links.show } else { String::new() },
        stamp: record.edited,
        created: record.created,
        status: if is_canceled(record) { Status::Cancelled } else { Status::Confirmed },
    }
}

/// `bookingResource_feed` and `…Renew`: the secret address of a booking resource's calendar; renewing ends the one before.
pub(crate) async fn feed(service: &Service, job: &Job<'_>, operation: &str) -> Result<Reply, Failure> {
    let organization = Arc::clone(job.organization()?);
    let prefix = entities::booking_resource::ENTITY.prefix;
    let id = job.param("bookingResourceId");
    let found = records::find(&mut &service.store, prefix, &organization.record.id, id).await?;
    let resource = found.ok_or_else(Failure::not_found)?;
    if operation == "bookingResource_feed" {
        return Ok(Reply::json(&address(service, &resource.id, generation(service, &resource.id).await?)));
    }
    let (call, id) = (job.call.clone(), resource.id.clone());
    let reply = service.change(job.call, move |tx| {
        let (call, resource) = (call.clone(), resource.clone());
        Box::pin(async move {
            let sql = "INSERT INTO calendar_feed (resource_id, generation) VALUES ($1, 1) \
                       ON CONFLICT (resource_id) DO UPDATE SET generation = calendar_feed.generation + 1";
            tx.execute(sql, &params![resource.id.as_str()]).await?;
            let change = json!({"field": "feed", "before": "…", "after": "…"});
            write::log(tx, &call, &entities::booking_resource::ENTITY, &resource, "EDIT", &[change]).await?;
            Ok(Reply::empty().done("edited"))
        })
    });
    let done = reply.await?;
    let content = address(service, &id, generation(service, &id).await?);
    Ok(Reply { messages: done.messages, ..Reply::json(&content) })
}

fn address(service: &Service, resource_id: &str, generation: u32) -> Value {
    let token = service.link_keys.feed_token(resource_id, generation);
    json!({"class": "CALENDAR_FEED", "bookingResourceId": resource_id, "url": format!("{}/calendar/{token}.ics", service.public_url)})
}

async fn generation(service: &Service, resource_id: &str) -> Result<u32, Failure> {
    let sql = "SELECT generation FROM calendar_feed WHERE resource_id = $1";
    let row = service.store.query_opt(sql, &params![resource_id]).await?;
    Ok(row.and_then(|row| u32::try_from(row.int(0)).ok()).unwrap_or(0))
}

impl Service {
    /// The calendar behind a feed's secret address: appointments of the last month and of all time to come.
    ///
    /// # Errors
    /// `not_found` (404) for an address that was never given out or was renewed since.
    pub async fn feed(&self, token: &str) -> Result<Reply, Failure> {
        let feed = self.link_keys.verify_feed(token).map_err(|_| Failure::not_found())?;
        if generation(self, &feed.booking_resource_id).await? != feed.generation {
            return Err(Failure::not_found());
        }
        let prefix = entities::booking_resource::ENTITY.prefix;
        let found = records::find_anywhere(&mut &self.store, prefix, &feed.booking_resource_id).await?;
        let resource = found.ok_or_else(Failure::not_found)?;
        let organization = self.organization(&resource.organization_id).await?;
        let since = self.clock.now() - PAST;
        let ids = store::of_resource(&mut &self.store, resource.seq, since, MOST).await?;
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let appointment = entities::appointment::ENTITY.prefix;
        let mut found = records::find_many(&mut &self.store, appointment, &ids).await?;
        found.sort_by_key(|record| record.body.get("start").and_then(Value::as_i64));
        let events = events(self, &organization, &found, Reader::Staff).await?;
        let text = ics(&events, Method::Publish, Some(resource.text("name")), language(&organization));
        Ok(bytes("calendar.ics", text))
    }
}
