//! The demo organization of a developer account, made through the same paths as any other organization.

use crate::accounts::Person;
use crate::booking::add;
use crate::call::Call;
use crate::organization_write::{self, inside};
use crate::write::{self, Place};
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use kalends_engine::Body;
use kalends_engine::output;
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_scheduling::local::{self, Pattern};
use kalends_store::{Tx, calendar, organizations, records};
use serde_json::{Value, json};

fn object(value: Value) -> Body {
    value.as_object().cloned().unwrap_or_default()
}

/// Makes the organization with everything in it.
pub(crate) async fn organization(tx: &mut Tx, call: &Call, account: &Record, user: &Person) -> Result<Record, Failure> {
    let german = user.locale.starts_with("de") || user.locale.is_empty();
    let contract = object(
        json!({"name": account.text("name"), "locale": if german { "de" } else { "en" }, "timeZone": "Europe/Berlin"}),
    );
    let entity = &entities::contract_account::ENTITY;
    let (contract, _) = write::add(tx, call, &Place::default(), entity, &contract).await?;
    let document = if german { GERMAN } else { ENGLISH };
    let mut document: Body = serde_json::from_str(document).expect("the demo document is valid JSON, tested");
    document.insert("email".into(), json!({"value": user.email}));
    let new = organization_write::make(tx, call, None, &contract.id, document).await?;
    let place = Place::default();
    let mut owned = new.record.clone();
    owned.set("demoDeveloperAccountId", account.id.clone());
    let record = write::update(tx, call, &place, &entities::organization::ENTITY, &new.record, owned).await?;
    organizations::touch(tx, &record.id).await?;
    let groups = if german { ["Stammkunden", "Neukunden"] } else { ["Regulars", "New customers"] };
    for name in groups {
        let group = object(json!({"name": name}));
        write::add(tx, call, &inside(&record), &entities::customer_group::ENTITY, &group).await?;
    }
    let mut customers = Vec::new();
    for (gender, first, last) in
        [("FEMALE", "Erika", "Sommer"), ("MALE", "Jonas", "Winter"), ("DIVERSE", "Kim", "Herbst")]
    {
        let email = format!("{}.{}@example.com", first.to_lowercase(), last.to_lowercase());
        let customer = object(json!({"gender": gender, "firstName": first, "lastName": last, "email": email}));
        customers.push(write::add(tx, call, &inside(&record), &entities::customer::ENTITY, &customer).await?.0.id);
    }
    bookable(tx, call, &record, german, &customers).await?;
    Ok(record)
}

/// Everything that makes it bookable: hours for the coming twelve months, three employees, two rooms, a template of each
/// type, some appointments.
async fn bookable(
    tx: &mut Tx,
    call: &Call,
    organization: &Record,
    german: bool,
    customers: &[String],
) -> Result<(), Failure> {
    let or = |german_text: &'static str, english: &'static str| if german { german_text } else { english };
    let zone = TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC);
    let today = local::date_of(call.now, &zone);
    let last = today.saturating_add(jiff::Span::new().months(12));
    let hour = |hour: i8| Time::constant(hour, 0, 0, 0);
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let week = days.map(|weekday| Pattern { weekday, from: hour(9), to: hour(17) });
    let open = local::expand(&week, today, last, &zone);
    let range = (local::day(today, &zone).start, local::day(last, &zone).end);
    let rows: Vec<(i64, i64)> = open.as_slice().iter().map(|span| (span.start, span.end)).collect();
    calendar::put_availability(tx, &organization.id, range, &rows).await?;

    let place = inside(organization);
    let mut make = Vec::new();
    for (gender, first, last) in
        [("FEMALE", "Anna", "Beispiel"), ("MALE", "Ben", "Muster"), ("FEMALE", "Clara", "Vorlage")]
    {
        make.push((&entities::employee::ENTITY, json!({"gender": gender, "firstName": first, "lastName": last})));
    }
    for name in [or("Raum 1", "Room 1"), or("Raum 2", "Room 2")] {
        make.push((&entities::resource::ENTITY, json!({"name": name, "category": "ROOM"})));
    }
    let mut resources = Vec::new();
    for (entity, document) in make {
        let (record, _) = write::add(tx, call, &place, entity, &object(document)).await?;
        resources.push(record.text("bookingResourceId").to_owned());
    }

    let simple = template(tx, call, &place, "SIMPLE", or("Beratung", "Consultation"), 30).await?;
    for resource in &resources[..3] {
        records::link(tx, "appointmentTemplate_bookingResource", &simple, resource, call.now).await?;
    }
    let complex = template(tx, call, &place, "COMPLEX", or("Behandlung zu zweit", "Treatment by two"), 60).await?;
    let steps =
        [(or("Zwei Mitarbeiter", "Two employees"), 2, &resources[..3]), (or("Raum", "Room"), 1, &resources[3..])];
    for (name, quantity, list) in steps {
        let below = Place { scope: vec![("appointmentTemplateId", complex.clone())], ..place.clone() };
        let step = object(json!({"name": name, "selectionQuantity": quantity, "selectionDisplay": "BOTH"}));
        let (step, _) = write::add(tx, call, &below, &entities::appointment_template_step::ENTITY, &step).await?;
        for resource in list {
            records::link(tx, "appointmentTemplateStep_bookingResource", &step.id, resource, call.now).await?;
        }
    }
    let event = template(tx, call, &place, "EVENT", or("Rückenkurs", "Back exercises"), 90).await?;
    let below = Place { scope: vec![("appointmentTemplateId", event)], ..place.clone() };
    let evenings = open
        .as_slice()
        .iter()
        .filter(|span| local::date_of(span.start, &zone).weekday() == Weekday::Thursday && span.end > call.now);
    for evening in evenings.take(8) {
        let start = output::calendar_time(evening.end, &zone);
        let date = object(json!({
            "start": start, "bookingResourceIdList": [resources[2], resources[4]], "appointmentEventAttendanceCountMax": 10,
        }));
        write::add(tx, call, &below, &entities::appointment_template_event_date_time::ENTITY, &date).await?;
    }

    let mornings = open.as_slice().iter().filter(|span| span.start > call.now + DAY).take(3);
    for (morning, customer) in mornings.zip(customers) {
        add::any_combination(tx, call, &organization.id, &simple, morning.start, customer).await?;
        add::any_combination(tx, call, &organization.id, &complex, morning.start + HOUR, customer).await?;
    }
    organizations::touch(tx, &organization.id).await?;
    Ok(())
}

/// An hour and a day in microseconds.
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

async fn template(
    tx: &mut Tx,
    call: &Call,
    place: &Place,
    kind: &str,
    name: &str,
    minutes: i64,
) -> Result<String, Failure> {
    let document = object(json!({
        "type": kind, "name": name, "publicName": name, "duration": minutes, "priceGross": minutes,
        "timeGrid": {"value": "MINUTES_30", "inheritance": "OFF"},
    }));
    Ok(write::add(tx, call, place, &entities::appointment_template::ENTITY, &document).await?.0.id)
}

const GERMAN: &str = r#"{
    "name": "Praxis am Park (Demo)",
    "address": {"value": {"name": "Praxis am Park", "street": "Parkallee 12", "zip": "20144", "city": "Hamburg", "country": "DE"}},
    "description": {"value": "Eine Organisation zum Ausprobieren."},
    "descriptionI18nList": {"value": [{"key": "en", "value": "An organization to try things out."}]},
    "contactPerson": {"value": {"firstName": "Petra", "lastName": "Frühling", "email": "petra.fruehling@example.com"}},
    "sector": {"value": "01ab"},
    "settings": {"timeZone": {"value": "Europe/Berlin"}, "locale": {"value": "de"}, "currency": {"value": "EUR"}}
}"#;

const ENGLISH: &str = r#"{
    "name": "Park Practice (demo)",
    "address": {"value": {"name": "Park Practice", "street": "Parkallee 12", "zip": "20144", "city": "Hamburg", "country": "DE"}},
    "description": {"value": "An organization to try things out."},
    "descriptionI18nList": {"value": [{"key": "de", "value": "Eine Organisation zum Ausprobieren."}]},
    "contactPerson": {"value": {"firstName": "Petra", "lastName": "Spring", "email": "petra.spring@example.com"}},
    "sector": {"value": "01ab"},
    "settings": {"timeZone": {"value": "Europe/Berlin"}, "locale": {"value": "en"}, "currency": {"value": "EUR"}}
}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_are_json() {
        for text in [GERMAN, ENGLISH] {
            serde_json::from_str::<Body>(text).expect("valid");
        }
    }
}
