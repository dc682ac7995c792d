//! Filling the markers of a text (PLATFORM section 9). What each of them means is told by [`kalends_catalog::marker`].
//!
//! Values are plain text and stay that: a marker or a tag inside a customer's name is never read as one.

mod wording;

#[cfg(test)]
mod tests;

use jiff::tz::TimeZone;
use kalends_catalog::locale::Language;
use kalends_catalog::{country, marker};
use kalends_engine::Micros;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the markers of a text are replaced by: the marker's name without brackets, and its text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    texts: BTreeMap<&'static str, String>,
}

impl Values {
    /// Sets the text of a marker.
    pub fn set(&mut self, name: &'static str, text: impl Into<String>) {
        self.texts.insert(name, text.into());
    }

    /// The text of a marker.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str)
    }
}

/// The plain text with its markers replaced. A marker without a value becomes nothing; what is no marker stays.
pub fn fill(text: &str, values: &Values) -> String {
    marker::fill(text, |name| values.get(name).map(str::to_owned))
}

/// The same for a text that is HTML: values are escaped, their line ends become `<br>`.
pub fn fill_html(text: &str, values: &Values) -> String {
    marker::fill(text, |name| values.get(name).map(html))
}

fn html(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' => escaped.push_str("<br>\n"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// An address; any part may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Name of the place.
    pub name: String,
    /// Second line.
    pub extra: String,
    /// Street and number.
    pub street: String,
    /// Postal code.
    pub zip: String,
    /// City.
    pub city: String,
    /// Country, ISO 3166-1.
    pub country: String,
}

impl Address {
    /// The address object of a record; empty for anything else.
    pub fn read(value: &Value) -> Self {
        let part = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            name: part("name"),
            extra: part("extra"),
            street: part("street"),
            zip: part("zip"),
            city: part("city"),
            country: part("country"),
        }
    }

    /// The address in one line. The country is named unless it is the `home` one.
    pub fn line(&self, home: &str, language: Language) -> String {
        let city = [self.zip.as_str(), self.city.as_str()].join(" ");
        let abroad = if self.country == home { None } else { country::name(&self.country, language) };
        let parts = [&self.name, &self.extra, &self.street, city.trim(), abroad.unwrap_or_default()];
        parts.map(str::trim).into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// What is told of the organization.
#[derive(Debug, Clone, Default)]
pub struct Organization {
    /// Name.
    pub name: String,
    /// Address.
    pub address: Address,
    /// E-mail address.
    pub email: String,
    /// Telephone number.
    pub telephone: String,
    /// Description.
    pub description: String,
    /// Zone, an IANA name: dates and times are told in it. UTC when it is not known.
    pub time_zone: String,
    /// Address of the booking page.
    pub booking_link: String,
}

/// What is told of the customer.
#[derive(Debug, Clone, Default)]
pub struct Customer {
    /// The organization's own id of the customer.
    pub custom_id: String,
    /// `MALE`, `FEMALE`; any other word for everybody else.
    pub gender: String,
    /// Academic title.
    pub title: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Birthday, `YYYY-MM-DD`.
    pub birthday: String,
    /// E-mail address.
    pub email: String,
    /// Mobile number.
    pub mobile: String,
    /// Telephone number.
    pub telephone: String,
    /// Address.
    pub address: Address,
}

/// What is told of the appointment.
#[derive(Debug, Clone, Default)]
pub struct Appointment {
    /// Id.
    pub id: String,
    /// Name in the language of the text.
    pub name: String,
    /// Description in the language of the text.
    pub description: String,
    /// Notes.
    pub notes: String,
    /// Start.
    pub start: Micros,
    /// End, exclusive.
    pub end: Micros,
    /// Price in units of the currency; nothing when it is not to be told.
    pub price: Option<f64>,
    /// Currency, ISO 4217.
    pub currency: String,
    /// Where it takes place.
    pub address: Address,
    /// Names of the employees, as they are shown.
    pub employees: Vec<String>,
    /// Names of rooms, devices and whatever else is booked.
    pub resources: Vec<String>,
}

/// Addresses of pages, empty where there is none.
#[derive(Debug, Clone, Default)]
pub struct Links {
    /// Shows the appointment.
    pub show: String,
    /// Moves it.
    pub reschedule: String,
    /// Cancels it.
    pub cancel: String,
    /// Fetches its calendar file.
    pub ics: String,
    /// The online meeting.
    pub meeting: String,
}

/// The value of every marker, in words of the language and times of the organization's zone. Markers of the customer
/// have none when there is no customer.
pub fn values(
    organization: &Organization,
    customer: Option<&Customer>,
    appointment: &Appointment,
    links: &Links,
    language: Language,
) -> Values {
    let mut values = Values::default();
    let home = organization.address.country.as_str();
    if let Some(customer) = customer {
        of_customer(&mut values, customer, home, language);
    }
    for (name, text) in [
        ("ORGANIZATION", &organization.name),
        ("ORGANIZATION_ADDRESS", &organization.address.line(home, language)),
        ("ORGANIZATION_EMAIL", &organization.email),
        ("ORGANIZATION_TELEPHONE", &organization.telephone),
        ("ORGANIZATION_DESCRIPTION", &organization.description),
        ("ORGANIZATION_BOOKING_LINK", &organization.booking_link),
        ("APPOINTMENT_ID", &appointment.id),
        ("APPOINTMENT_NAME", &appointment.name),
        ("APPOINTMENT_DESCRIPTION", &appointment.description),
        ("APPOINTMENT_NOTES", &appointment.notes),
        ("APPOINTMENT_ADDRESS", &appointment.address.line(home, language)),
        ("APPOINTMENT_EMPLOYEES", &appointment.employees.join(", ")),
        ("APPOINTMENT_LINK", &links.show),
        ("APPOINTMENT_MOVE_LINK", &links.reschedule),
        ("APPOINTMENT_CANCEL_LINK", &links.cancel),
        ("APPOINTMENT_ICS_LINK", &links.ics),
        ("APPOINTMENT_MEETING_LINK", &links.meeting),
    ] {
        values.set(name, text.as_str());
    }
    let booked: Vec<&str> = appointment.employees.iter().chain(&appointment.resources).map(String::as_str).collect();
    values.set("APPOINTMENT_RESOURCES", booked.join(", "));
    let price = appointment.price.map(|price| wording::price(price, &appointment.currency, language));
    values.set("APPOINTMENT_PRICE", price.unwrap_or_default());
    of_times(&mut values, organization, appointment, language);
    values
}

fn of_customer(values: &mut Values, customer: &Customer, home: &str, language: Language) {
    let full = [customer.first_name.as_str(), customer.last_name.as_str()].join(" ");
    for (name, text) in [
        ("CUSTOMER_ID", customer.custom_id.as_str()),
        ("CUSTOMER_GENDER", wording::address_form(&customer.gender, language)),
        ("CUSTOMER_TITLE", &customer.title),
        ("CUSTOMER_FIRST_NAME", &customer.first_name),
        ("CUSTOMER_LAST_NAME", &customer.last_name),
        ("CUSTOMER_NAME", full.trim()),
        ("CUSTOMER_SALUTATION", &wording::salutation(customer, language)),
        ("CUSTOMER_BIRTHDAY", &wording::written_date(&customer.birthday, language)),
        ("CUSTOMER_EMAIL", &customer.email),
        ("CUSTOMER_MOBILE", &customer.mobile),
        ("CUSTOMER_TELEPHONE", &customer.telephone),
        ("CUSTOMER_ADDRESS", &customer.address.line(home, language)),
    ] {
        values.set(name, text);
    }
}

fn of_times(values: &mut Values, organization: &Organization, appointment: &Appointment, language: Language) {
    let zone = TimeZone::get(&organization.time_zone).unwrap_or(TimeZone::UTC);
    let (start, end) = (wording::Moment::new(&zone, appointment.start), wording::Moment::new(&zone, appointment.end));
    let minutes = appointment.end.saturating_sub(appointment.start) / 60_000_000;
    for (name, text) in [
        ("APPOINTMENT_DATE", start.date(language)),
        ("APPOINTMENT_WEEKDAY", start.weekday(language).to_owned()),
        ("APPOINTMENT_START", start.time()),
        ("APPOINTMENT_END", end.time()),
        ("APPOINTMENT_END_DATE", end.date(language)),
        ("APPOINTMENT_TIME", format!("{}–{}", start.time(), end.time())),
        ("APPOINTMENT_DURATION", minutes.to_string()),
        ("APPOINTMENT_TIME_ZONE", zone.iana_name().unwrap_or("UTC").to_owned()),
    ] {
        values.set(name, text);
    }
}
