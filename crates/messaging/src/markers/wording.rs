//! How dates, times, prices and people are written in German and in English.

use super::Customer;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;
use kalends_catalog::currency;
use kalends_catalog::locale::Language;
use kalends_engine::Micros;

const GERMAN_MONTHS: [&str; 12] = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// An instant by the clock of a zone.
pub(super) struct Moment {
    local: DateTime,
    /// The clock's name, where the time alone would name two instants.
    clock: Option<String>,
}

impl Moment {
    pub(super) fn new(zone: &TimeZone, instant: Micros) -> Self {
        let last = if instant < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let instant = Timestamp::from_microsecond(instant).unwrap_or(last);
        let local = zone.to_datetime(instant);
        let twice = zone.to_ambiguous_timestamp(local).is_ambiguous();
        let clock = twice.then(|| zone.to_offset_info(instant).abbreviation().to_owned());
        Self { local, clock }
    }

    pub(super) fn date(&self, language: Language) -> String {
        date(self.local.date(), language)
    }

    pub(super) fn weekday(&self, language: Language) -> &'static str {
        weekday(self.local.weekday(), language)
    }

    /// `09:00`, and `02:30 CEST` in the hour that passes twice.
    pub(super) fn time(&self) -> String {
        let time = format!("{:02}:{:02}", self.local.hour(), self.local.minute());
        self.clock.iter().fold(time, |time, clock| format!("{time} {clock}"))
    }
}

/// `1. Februar 2027`, `1 February 2027`.
fn date(date: Date, language: Language) -> String {
    let month = usize::from(date.month().unsigned_abs()) - 1;
    match language {
        Language::De => format!("{}. {} {}", date.day(), GERMAN_MONTHS[month], date.year()),
        Language::En => format!("{} {} {}", date.day(), ENGLISH_MONTHS[month], date.year()),
    }
}

/// The same for `YYYY-MM-DD`; anything else stays as it is.
pub(super) fn written_date(text: &str, language: Language) -> String {
    text.parse().map_or_else(|_| text.to_owned(), |parsed| date(parsed, language))
}

fn weekday(day: Weekday, language: Language) -> &'static str {
    let (german, english) = match day {
        Weekday::Monday => ("Montag", "Monday"),
        Weekday::Tuesday => ("Dienstag", "Tuesday"),
        Weekday::Wednesday => ("Mittwoch", "Wednesday"),
        Weekday::Thursday => ("Donnerstag", "Thursday"),
        Weekday::Friday => ("Freitag", "Friday"),
        Weekday::Saturday => ("Samstag", "Saturday"),
        Weekday::Sunday => ("Sonntag", "Sunday"),
    };
    if language == Language::De { german } else { english }
}

/// `1.234,50 EUR`, `1,234.50 EUR`; as many decimals as the currency has.
pub(super) fn price(price: f64, currency: &str, language: Language) -> String {
    let (point, group) = if language == Language::De { (',', '.') } else { ('.', ',') };
    let plain = format!("{:.*}", usize::from(currency::minor_units(currency)), price.abs());
    let (whole, cents) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::from(if price < 0.0 { "-" } else { "" });
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(group);
        }
        text.push(digit);
    }
    if !cents.is_empty() {
        text.push(point);
        text.push_str(cents);
    }
    format!("{text} {currency}").trim_end().to_owned()
}

/// `Frau`, `Herr`; nothing where the gender is not told or has no such word.
pub(super) fn address_form(gender: &str, language: Language) -> &'static str {
    match (gender, language) {
        ("FEMALE", Language::De) => "Frau",
        ("MALE", Language::De) => "Herr",
        ("FEMALE", Language::En) => "Ms",
        ("MALE", Language::En) => "Mr",
        _ => "",
    }
}

/// The words a letter begins with, without the comma behind them.
pub(super) fn salutation(customer: &Customer, language: Language) -> String {
    let form = address_form(&customer.gender, language);
    let (title, first, last) = (customer.title.as_str(), customer.first_name.as_str(), customer.last_name.as_str());
    let words = match (customer.gender.as_str(), language) {
        ("FEMALE", Language::De) => ["Sehr geehrte", form, title, last],
        ("MALE", Language::De) => ["Sehr geehrter", form, title, last],
        (_, Language::De) => ["Guten Tag", title, first, last],
        ("FEMALE" | "MALE", Language::En) if title.is_empty() => ["Dear", form, "", last],
        ("FEMALE" | "MALE", Language::En) => ["Dear", title, "", last],
        (_, Language::En) => ["Dear", title, first, last],
    };
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}
