//! Permissions: to read and to write each entity (PLATFORM section 3.4, `static/permission/list`).

use crate::locale::Language;

/// Entities of the contract with their German and English names.
const ENTITIES: &[(&str, &str, &str)] = &[
    ("app", "Apps", "apps"),
    ("appConfig", "App-Konfigurationen", "app configurations"),
    ("appointment", "Termine", "appointments"),
    ("appointmentOverride", "Termine außerhalb der Regeln", "appointments outside of the rules"),
    ("appointmentTemplate", "Terminvorlagen", "appointment templates"),
    ("appointmentTemplateCategory", "Kategorien von Terminvorlagen", "appointment template categories"),
    ("appointmentTemplateEventDateTime", "Veranstaltungszeiten", "event dates"),
    ("appointmentTemplateStep", "Buchungsschritte", "booking steps"),
    ("availabilityException", "Ausnahmen der Verfügbarkeit", "availability exceptions"),
    ("bookingResource", "Buchungsressourcen", "booking resources"),
    ("bookingSlot", "Buchbare Zeiten", "booking slots"),
    ("bookingTemplate", "Buchungsvorlagen", "booking templates"),
    ("contractAccount", "Vertragskonten", "contract accounts"),
    ("customEntity", "Eigene Entitäten", "custom entities"),
    ("customer", "Kunden", "customers"),
    ("customerGroup", "Kundengruppen", "customer groups"),
    ("email", "E-Mails", "e-mails"),
    ("emailTemplate", "E-Mail-Vorlagen", "e-mail templates"),
    ("employee", "Mitarbeiter", "employees"),
    ("employeeGroup", "Mitarbeitergruppen", "employee groups"),
    ("extraField", "Zusatzfelder", "extra fields"),
    ("file", "Dateien", "files"),
    ("image", "Bilder", "images"),
    ("license", "Lizenzen", "licenses"),
    ("licenseConfig", "Lizenz-Konfigurationen", "license configurations"),
    ("log", "Protokoll", "log"),
    ("module", "Module", "modules"),
    ("moduleConfig", "Modul-Konfigurationen", "module configurations"),
    ("onlineMeetingConnection", "Verbindungen für Online-Treffen", "online meeting connections"),
    ("onlineMeetingConnectionLog", "Protokoll der Online-Treffen", "online meeting log"),
    ("organization", "Organisationen", "organizations"),
    ("packet", "Pakete", "packets"),
    ("reportingJob", "Berichte", "reporting jobs"),
    ("resource", "Ressourcen", "resources"),
    ("sms", "SMS", "text messages"),
    ("smsTemplate", "SMS-Vorlagen", "text message templates"),
    ("statistic", "Statistik", "statistics"),
    ("synchronization", "Synchronisierungen", "synchronizations"),
    ("synchronizationLog", "Protokoll der Synchronisierung", "synchronization log"),
];

/// One permission as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// `customer_write`.
    pub id: String,
    /// Short name.
    pub name: String,
    /// What it allows.
    pub description: String,
    /// The entity.
    pub entity: &'static str,
    /// Whether it allows changing.
    pub write: bool,
}

/// Ids of reading and writing, made once, in the order of the table.
static IDS: std::sync::LazyLock<Vec<[String; 2]>> = std::sync::LazyLock::new(|| {
    ENTITIES.iter().map(|(entity, _, _)| [format!("{entity}_read"), format!("{entity}_write")]).collect()
});

/// Every permission's id.
pub fn ids() -> impl Iterator<Item = &'static str> {
    IDS.iter().flatten().map(String::as_str)
}

/// The permission that reading or writing an entity needs; nothing for an unknown entity.
pub fn permission_for(entity: &str, write: bool) -> Option<&'static str> {
    let index = ENTITIES.iter().position(|(name, _, _)| *name == entity)?;
    Some(&IDS[index][usize::from(write)])
}

/// Whether the permission exists.
pub fn is_id(id: &str) -> bool {
    ids().any(|known| known == id)
}

/// The name of an entity in the plural, such as `customers`.
pub fn entity_name(entity: &str, language: Language) -> Option<&'static str> {
    let (_, german, english) = ENTITIES.iter().find(|(name, _, _)| *name == entity)?;
    Some(if language == Language::De { german } else { english })
}

/// Every permission with its names.
pub fn list(language: Language) -> impl Iterator<Item = Permission> {
    ENTITIES.iter().flat_map(move |(entity, german, english)| {
        [false, true].map(|write| {
            let (name, description) = match (language, write) {
                (Language::De, false) => (format!("{german}: lesen"), format!("{german} ansehen und durchsuchen")),
                (Language::De, true) => {
                    (format!("{german}: schreiben"), format!("{german} anlegen, ändern und löschen"))
                }
                (Language::En, false) => (format!("Read {english}"), format!("See and search {english}")),
                (Language::En, true) => (format!("Write {english}"), format!("Add, change and delete {english}")),
            };
            let id = permission_for(entity, write).unwrap_or_default().to_owned();
            Permission { id, name, description, entity, write }
        })
    })
}
