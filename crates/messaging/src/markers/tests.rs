use super::wording::{Moment, price, salutation};
use super::*;
use proptest::prelude::*;

fn at(text: &str) -> Micros {
    text.parse::<jiff::Timestamp>().expect("an instant").as_microsecond()
}

fn address() -> Address {
    Address {
        street: "Parkallee 12".into(),
        zip: "20144".into(),
        city: "Hamburg".into(),
        country: "DE".into(),
        ..Address::default()
    }
}

fn organization() -> Organization {
    Organization {
        name: "Park Practice".into(),
        address: address(),
        email: "mail@example.com".into(),
        telephone: "040 654321".into(),
        description: "Your practice at the park".into(),
        time_zone: "Europe/Berlin".into(),
        booking_link: "https://booking.example.com/park".into(),
    }
}

fn customer() -> Customer {
    Customer {
        custom_id: "123".into(),
        gender: "FEMALE".into(),
        title: "Dr.".into(),
        first_name: "Erika".into(),
        last_name: "Sommer".into(),
        birthday: "1985-06-24".into(),
        email: "erika@example.com".into(),
        mobile: "+491701234567".into(),
        telephone: "040 123456".into(),
        address: address(),
    }
}

fn appointment() -> Appointment {
    Appointment {
        id: "ed0123".into(),
        name: "First meeting".into(),
        description: "Please bring your card".into(),
        notes: "Ground floor".into(),
        start: at("2027-02-01T08:00:00Z"),
        end: at("2027-02-01T08:30:00Z"),
        price: Some(34.0),
        currency: "EUR".into(),
        address: address(),
        employees: vec!["Jonas Winter".into()],
        resources: vec!["Room 1".into()],
    }
}

fn links() -> Links {
    Links {
        show: "https://booking.example.com/show/…".into(),
        reschedule: "https://booking.example.com/move/…".into(),
        cancel: "https://booking.example.com/cancel/…".into(),
        ics: "https://booking.example.com/ics/…".into(),
        meeting: "https://meet.example.com/abc".into(),
    }
}

fn all(language: Language) -> Values {
    values(&organization(), Some(&customer()), &appointment(), &links(), language)
}

/// What the catalogue tells integrators is what they get.
#[test]
fn every_marker_has_the_value_its_example_shows() {
    let values = all(Language::En);
    for marker in marker::list(Language::En) {
        assert_eq!(values.get(marker.name), Some(marker.example), "{}", marker.name);
    }
    assert_eq!(values.texts.len(), marker::list(Language::En).count(), "no value without a marker");
    assert_eq!(all(Language::De).texts.len(), values.texts.len());
}

#[test]
fn german_words_and_forms() {
    let text = "[CUSTOMER_SALUTATION], am [APPOINTMENT_WEEKDAY], [APPOINTMENT_DATE], [APPOINTMENT_TIME] Uhr: \
                [APPOINTMENT_NAME] für [APPOINTMENT_PRICE], geboren [CUSTOMER_BIRTHDAY]";
    assert_eq!(
        fill(text, &all(Language::De)),
        "Sehr geehrte Frau Dr. Sommer, am Montag, 1. Februar 2027, 09:00–09:30 Uhr: First meeting für 34,00 EUR, \
         geboren 24. Juni 1985"
    );
}

#[test]
fn people_are_addressed_as_they_asked_for() {
    for (gender, title, german, english) in [
        ("FEMALE", "", "Sehr geehrte Frau Sommer", "Dear Ms Sommer"),
        ("MALE", "", "Sehr geehrter Herr Sommer", "Dear Mr Sommer"),
        ("MALE", "Prof. Dr.", "Sehr geehrter Herr Prof. Dr. Sommer", "Dear Prof. Dr. Sommer"),
        ("DIVERSE", "", "Guten Tag Erika Sommer", "Dear Erika Sommer"),
        ("NOT_SPECIFIED", "Dr.", "Guten Tag Dr. Erika Sommer", "Dear Dr. Erika Sommer"),
    ] {
        let customer = Customer { gender: gender.into(), title: title.into(), ..customer() };
        assert_eq!(salutation(&customer, Language::De), german);
        assert_eq!(salutation(&customer, Language::En), english);
    }
}

#[test]
fn prices() {
    for (number, currency, german, english) in [
        (0.0, "EUR", "0,00 EUR", "0.00 EUR"),
        (5.99, "EUR", "5,99 EUR", "5.99 EUR"),
        (1234.5, "CHF", "1.234,50 CHF", "1,234.50 CHF"),
        (1_234_567.0, "JPY", "1.234.567 JPY", "1,234,567 JPY"),
        (-100.0, "KWD", "-100,000 KWD", "-100.000 KWD"),
    ] {
        assert_eq!(price(number, currency, Language::De), german);
        assert_eq!(price(number, currency, Language::En), english);
    }
    let free = Appointment { price: None, ..appointment() };
    let values = values(&organization(), None, &free, &Links::default(), Language::De);
    assert_eq!(values.get("APPOINTMENT_PRICE"), Some(""));
}

#[test]
fn addresses_in_one_line() {
    let here = address().line("DE", Language::De);
    assert_eq!(here, "Parkallee 12, 20144 Hamburg");
    assert_eq!(address().line("AT", Language::De), "Parkallee 12, 20144 Hamburg, Deutschland");
    assert_eq!(address().line("AT", Language::En), "Parkallee 12, 20144 Hamburg, Germany");
    assert_eq!(Address::default().line("DE", Language::De), "");
    let read = Address::read(
        &serde_json::json!({"name": "Praxis", "extra": " ", "city": "Ulm", "zip": null, "country": "ZZ"}),
    );
    assert_eq!(read.line("DE", Language::De), "Praxis, Ulm");
    assert_eq!(Address::read(&Value::Null), Address::default());
}

#[test]
fn times_are_those_of_the_organization() {
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let time = |instant| Moment::new(&zone, at(instant)).time();
    assert_eq!(time("2026-10-25T00:30:00Z"), "02:30 CEST");
    assert_eq!(time("2026-10-25T01:30:00Z"), "02:30 CET");
    assert_eq!(time("2026-10-25T02:30:00Z"), "03:30");
    assert_eq!(time("2026-03-29T01:00:00Z"), "03:00");
    let late = Appointment { start: at("2026-12-31T18:00:00Z"), end: at("2026-12-31T18:45:00Z"), ..appointment() };
    let kolkata = Organization { time_zone: "Asia/Kolkata".into(), ..organization() };
    let values = values(&kolkata, None, &late, &Links::default(), Language::De);
    assert_eq!(
        fill(
            "[APPOINTMENT_DATE] [APPOINTMENT_START] bis [APPOINTMENT_END_DATE] [APPOINTMENT_END] ([APPOINTMENT_DURATION] Minuten, [APPOINTMENT_TIME_ZONE])",
            &values
        ),
        "31. Dezember 2026 23:30 bis 1. Januar 2027 00:15 (45 Minuten, Asia/Kolkata)"
    );
    Moment::new(&zone, Micros::MIN).date(Language::De);
    Moment::new(&zone, Micros::MAX).date(Language::De);
}

#[test]
fn values_stay_text() {
    let customer = Customer {
        first_name: "[CUSTOMER_EMAIL]".into(),
        last_name: "<b onclick=\"x('&')\">\n[ORGANIZATION]".into(),
        ..customer()
    };
    let values = values(&organization(), Some(&customer), &appointment(), &links(), Language::En);
    assert_eq!(
        fill("[CUSTOMER_FIRST_NAME]|[CUSTOMER_LAST_NAME]", &values),
        "[CUSTOMER_EMAIL]|<b onclick=\"x('&')\">\n[ORGANIZATION]"
    );
    assert_eq!(
        fill_html("<i>[CUSTOMER_LAST_NAME]</i> & [NO_MARKER]", &values),
        "<i>&lt;b onclick=&quot;x(&#39;&amp;&#39;)&quot;&gt;<br>\n[ORGANIZATION]</i> & [NO_MARKER]"
    );
}

#[test]
fn markers_of_nobody_become_nothing() {
    let values = values(&organization(), None, &appointment(), &links(), Language::En);
    assert_eq!(
        fill("<[CUSTOMER_NAME]> [ORGANIZATION] [UNKNOWN] [customer_name] [", &values),
        "<> Park Practice [UNKNOWN] [customer_name] ["
    );
}

proptest! {
    #[test]
    fn a_text_is_filled_piece_by_piece(pieces in prop::collection::vec("[^\\[\\]]{0,9}|\\[[A-Z_]{1,9}\\]|\\[", 0..9), name in ".{0,40}") {
        let customer = Customer { last_name: name.clone(), ..Customer::default() };
        let values = values(&organization(), Some(&customer), &appointment(), &links(), Language::De);
        let marked = pieces.join("[CUSTOMER_LAST_NAME]");
        let expected: Vec<String> = pieces.iter().map(|piece| fill(piece, &values)).collect();
        prop_assert_eq!(fill(&marked, &values), expected.join(&name));
    }
}
