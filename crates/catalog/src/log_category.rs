//! Categories of the audit trail: one for each entity, and some of the system itself.

use crate::locale::Language;
use crate::permission;

/// Categories that are no entity.
const OTHERS: [(&str, &str, &str); 4] = [
    ("LOGIN", "Anmeldung", "Login"),
    ("TOKEN", "Zugangstoken", "Token"),
    ("SYSTEM", "System", "System"),
    ("DEVELOPER_ACCOUNT", "Entwicklerkonto", "Developer account"),
];

/// The category of changes of an entity: its name in upper snake case.
pub fn of_entity(entity: &str) -> String {
    let mut category = String::with_capacity(entity.len() + 4);
    for letter in entity.chars() {
        if letter.is_ascii_uppercase() {
            category.push('_');
        }
        category.push(letter.to_ascii_uppercase());
    }
    category
}

fn entities() -> impl Iterator<Item = &'static str> {
    permission::list(Language::En).filter(|permission| !permission.write).map(|permission| permission.entity)
}

/// Id and name of every category.
pub fn list(language: Language) -> impl Iterator<Item = (String, String)> {
    let own = entities().map(move |entity| (of_entity(entity), title(entity, language)));
    own.chain(OTHERS.iter().map(move |(id, german, english)| {
        ((*id).to_owned(), if language == Language::De { *german } else { *english }.to_owned())
    }))
}

fn title(entity: &str, language: Language) -> String {
    let name = permission::entity_name(entity, language).unwrap_or(entity);
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The name of a category, or the category itself when it is unknown.
pub fn name(category: &str, language: Language) -> String {
    list(language).find(|(id, _)| id == category).map_or_else(|| category.to_owned(), |(_, name)| name)
}
