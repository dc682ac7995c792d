//! Categories of booking resources by their names, as a booking page shows the steps of a simple template.

use crate::locale::Language;

/// Category, German, English.
const CATEGORIES: [(&str, &str, &str); 6] = [
    ("EMPLOYEE", "Mitarbeiter", "Employee"),
    ("LOCATION", "Ort", "Location"),
    ("ROOM", "Raum", "Room"),
    ("DEVICE", "Gerät", "Device"),
    ("VEHICLE", "Fahrzeug", "Vehicle"),
    ("OTHER", "Sonstiges", "Other"),
];

/// The name of a category; an unknown one answers itself.
pub fn name(category: &str, language: Language) -> &str {
    let found = CATEGORIES.iter().find(|(id, _, _)| *id == category);
    found.map_or(category, |(_, german, english)| if language == Language::De { german } else { english })
}
