//! Markers: words in square brackets that templates of messages and calendar texts may hold (PLATFORM section 9).

use crate::locale::Language;

/// A marker as it is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marker {
    /// `CUSTOMER_FIRST_NAME`, written `[CUSTOMER_FIRST_NAME]` in a text.
    pub name: &'static str,
    /// The entity its value comes from.
    pub entity: &'static str,
    /// What it is replaced by.
    pub description: &'static str,
    /// An example of the value.
    pub example: &'static str,
}

type Row = (&'static str, &'static str, &'static str, &'static str, &'static str);

/// Name, entity, German, English, example.
const MARKERS: &[Row] = &[
    ("CUSTOMER_ID", "customer", "Eigene Nummer des Kunden", "Own id of the customer", "123"),
    ("CUSTOMER_GENDER", "customer", "Anrede des Kunden", "Form of address of the customer", "Ms"),
    ("CUSTOMER_TITLE", "customer", "Titel des Kunden", "Title of the customer", "Dr."),
    ("CUSTOMER_FIRST_NAME", "customer", "Vorname des Kunden", "First name of the customer", "Erika"),
    ("CUSTOMER_LAST_NAME", "customer", "Nachname des Kunden", "Last name of the customer", "Sommer"),
    (
        "CUSTOMER_NAME",
        "customer",
        "Vor- und Nachname des Kunden",
        "First and last name of the customer",
        "Erika Sommer",
    ),
    (
        "CUSTOMER_SALUTATION",
        "customer",
        "Anrede am Anfang eines Briefes",
        "Words that a letter to the customer begins with",
        "Dear Dr. Sommer",
    ),
    ("CUSTOMER_BIRTHDAY", "customer", "Geburtstag des Kunden", "Birthday of the customer", "24 June 1985"),
    ("CUSTOMER_EMAIL", "customer", "E-Mail-Adresse des Kunden", "E-mail address of the customer", "erika@example.com"),
    ("CUSTOMER_MOBILE", "customer", "Mobilnummer des Kunden", "Mobile number of the customer", "+491701234567"),
    ("CUSTOMER_TELEPHONE", "customer", "Telefonnummer des Kunden", "Telephone number of the customer", "040 123456"),
    ("CUSTOMER_ADDRESS", "customer", "Adresse des Kunden", "Address of the customer", "Parkallee 12, 20144 Hamburg"),
    ("ORGANIZATION", "organization", "Name der Organisation", "Name of the organization", "Park Practice"),
    (
        "ORGANIZATION_ADDRESS",
        "organization",
        "Adresse der Organisation",
        "Address of the organization",
        "Parkallee 12, 20144 Hamburg",
    ),
    (
        "ORGANIZATION_EMAIL",
        "organization",
        "E-Mail-Adresse der Organisation",
        "E-mail address of the organization",
        "mail@example.com",
    ),
    (
        "ORGANIZATION_TELEPHONE",
        "organization",
        "Telefonnummer der Organisation",
        "Telephone number of the organization",
        "040 654321",
    ),
    (
        "ORGANIZATION_DESCRIPTION",
        "organization",
        "Beschreibung der Organisation",
        "Description of the organization",
        "Your practice at the park",
    ),
    (
        "ORGANIZATION_BOOKING_LINK",
        "organization",
        "Verweis zur Buchungsseite",
        "Link to the booking page",
        "https://booking.example.com/park",
    ),
    ("APPOINTMENT_ID", "appointment", "Nummer des Termins", "Id of the appointment", "ed0123"),
    ("APPOINTMENT_NAME", "appointment", "Bezeichnung des Termins", "Name of the appointment", "First meeting"),
    (
        "APPOINTMENT_DESCRIPTION",
        "appointment",
        "Beschreibung des Termins",
        "Description of the appointment",
        "Please bring your card",
    ),
    ("APPOINTMENT_NOTES", "appointment", "Notizen zum Termin", "Notes on the appointment", "Ground floor"),
    ("APPOINTMENT_DATE", "appointment", "Tag des Termins", "Day of the appointment", "1 February 2027"),
    ("APPOINTMENT_WEEKDAY", "appointment", "Wochentag des Termins", "Weekday of the appointment", "Monday"),
    (
        "APPOINTMENT_TIME",
        "appointment",
        "Beginn und Ende des Termins",
        "Start and end of the appointment",
        "09:00–09:30",
    ),
    ("APPOINTMENT_START", "appointment", "Beginn des Termins", "Start of the appointment", "09:00"),
    ("APPOINTMENT_END", "appointment", "Ende des Termins", "End of the appointment", "09:30"),
    (
        "APPOINTMENT_END_DATE",
        "appointment",
        "Tag, an dem der Termin endet",
        "Day the appointment ends",
        "1 February 2027",
    ),
    ("APPOINTMENT_DURATION", "appointment", "Dauer in Minuten", "Duration in minutes", "30"),
    ("APPOINTMENT_TIME_ZONE", "appointment", "Zeitzone des Termins", "Time zone of the appointment", "Europe/Berlin"),
    ("APPOINTMENT_PRICE", "appointment", "Preis mit Währung", "Price with its currency", "34.00 EUR"),
    (
        "APPOINTMENT_ADDRESS",
        "appointment",
        "Ort des Termins",
        "Place of the appointment",
        "Parkallee 12, 20144 Hamburg",
    ),
    (
        "APPOINTMENT_RESOURCES",
        "appointment",
        "Personen und Räume des Termins",
        "People and rooms of the appointment",
        "Jonas Winter, Room 1",
    ),
    ("APPOINTMENT_EMPLOYEES", "appointment", "Mitarbeiter des Termins", "Employees of the appointment", "Jonas Winter"),
    (
        "APPOINTMENT_LINK",
        "appointment",
        "Verweis zum Ansehen des Termins",
        "Link to see the appointment",
        "https://booking.example.com/show/…",
    ),
    (
        "APPOINTMENT_MOVE_LINK",
        "appointment",
        "Verweis zum Verschieben",
        "Link to move the appointment",
        "https://booking.example.com/move/…",
    ),
    (
        "APPOINTMENT_CANCEL_LINK",
        "appointment",
        "Verweis zum Absagen",
        "Link to cancel the appointment",
        "https://booking.example.com/cancel/…",
    ),
    (
        "APPOINTMENT_ICS_LINK",
        "appointment",
        "Verweis zur Kalenderdatei (.ics)",
        "Link to the calendar file (.ics)",
        "https://booking.example.com/ics/…",
    ),
    (
        "APPOINTMENT_MEETING_LINK",
        "appointment",
        "Verweis zum Online-Treffen",
        "Link to the online meeting",
        "https://meet.example.com/abc",
    ),
];

fn marker(row: &Row, language: Language) -> Marker {
    let (name, entity, german, english, example) = *row;
    Marker { name, entity, description: if language == Language::De { german } else { english }, example }
}

/// Every marker.
pub fn list(language: Language) -> impl Iterator<Item = Marker> {
    MARKERS.iter().map(move |row| marker(row, language))
}

/// The names in square brackets that are no markers, in the order they stand in the text.
pub fn unknown(text: &str) -> Vec<&str> {
    names(text).filter(|name| !MARKERS.iter().any(|(known, ..)| known == name)).collect()
}

/// Words of capitals, digits and `_` in square brackets.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split('[').skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once(']')?;
        let shaped = name.len() > 2
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        shaped.then_some(name)
    })
}

/// The text with every marker replaced by what `value` knows for it; a marker without a value becomes nothing.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        filled.push_str(before);
        // Only as far as the next bracket, so that a text of nothing but brackets is read once.
        match after.split_once(['[', ']']) {
            Some((name, behind))
                if after[name.len()..].starts_with(']') && MARKERS.iter().any(|(known, ..)| *known == name) =>
            {
                filled.push_str(&value(name).unwrap_or_default());
                rest = behind;
            }
            _ => {
                filled.push('[');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_and_filled() {
        assert_eq!(unknown("[ORGANIZATION] [NOBODY_KNOWS] [x] [a"), ["NOBODY_KNOWS"]);
        let value = |name: &str| (name == "ORGANIZATION").then(|| "ACME [CUSTOMER_NAME]".to_owned());
        assert_eq!(fill("At [ORGANIZATION], [CUSTOMER_NAME]: [1] [x", value), "At ACME [CUSTOMER_NAME], : [1] [x");
        assert_eq!(fill("[ORGANIZATION[ORGANIZATION]]", value), "[ORGANIZATIONACME [CUSTOMER_NAME]]");
        let brackets = "[".repeat(1_000_000);
        assert_eq!(fill(&brackets, value), brackets);
    }
}
