//! Words for people out of names on the wire: `customerGroup` is a "customer group", `customer_add` "Add a customer".

use crate::entity::Verb;
use crate::route::{Action, Api, Operation, Route};
use kalends_catalog::locale::Language;
use kalends_catalog::permission;

/// `customerGroup` as `customer group`.
pub(super) fn spaced(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// The text with its first letter large.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `customer_group_link` and `customerGroup` as `CustomerGroupLink` and `CustomerGroup`: names of components.
pub(super) fn pascal(name: &str) -> String {
    name.split(['_', '-']).map(sentence).collect()
}

fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u']) && !noun.starts_with("us");
    format!("{} {noun}", if vowel { "an" } else { "a" })
}

/// The entity in the plural.
pub(super) fn plural(entity: &str) -> String {
    permission::entity_name(entity, Language::En).map_or_else(|| several(&spaced(entity)), str::to_owned)
}

fn several(noun: &str) -> String {
    match noun.strip_suffix('y') {
        Some(stem) if !noun.ends_with("ay") => format!("{stem}ies"),
        _ if noun.ends_with("data") => noun.to_owned(),
        _ => format!("{noun}s"),
    }
}

/// One line that says what a route does.
pub(super) fn summary(route: &Route) -> String {
    let name = route.entity.map_or("", |entity| entity.name);
    match route.action {
        Action::Verb(verb) => verb_summary(verb, name),
        Action::Related(relation, verb) => {
            format!("{} of {}", verb_summary(verb, name), a(&spaced(relation.other)))
        }
        Action::Link(relation) => format!("Link {} with {}", a(&spaced(name)), a(&spaced(relation.other))),
        Action::Unlink(relation) => {
            format!("Undo the link of {} with {}", a(&spaced(name)), a(&spaced(relation.other)))
        }
        Action::Behaviour(operation) => behaviour(operation),
    }
}

fn verb_summary(verb: Verb, entity: &str) -> String {
    let (one, many) = (spaced(entity), plural(entity));
    match verb {
        Verb::Add => format!("Add {}", a(&one)),
        Verb::Show => format!("Show {}", a(&one)),
        Verb::Identify => format!("Find {} by your own id", a(&one)),
        Verb::Index => format!("Browse the {many}"),
        Verb::Filter => format!("Search the {many}"),
        Verb::List => format!("List the {many}"),
        Verb::IndexAll => format!("Browse the {many} here and in all organizations below"),
        Verb::FilterAll => format!("Search the {many} here and in all organizations below"),
        Verb::ListAll => format!("List the {many} here and in all organizations below"),
        Verb::Edit => format!("Change {}", a(&one)),
        Verb::Delete => format!("Delete {}", a(&one)),
    }
}

/// `appointment_customer_listDay` is "List the appointments of a customer: day".
fn behaviour(operation: &Operation) -> String {
    let mut parts: Vec<&str> = operation.name.split('_').collect();
    let word = parts.pop().unwrap_or_default();
    let (noun, others) = match parts.as_slice() {
        ["static", noun, rest @ ..] => (*noun, rest),
        // A sub-organization is an organization seen from above, not one of two things.
        ["organization", "subOrganization", rest @ ..] => ("subOrganization", rest),
        [noun, rest @ ..] => (*noun, rest),
        [] => (operation.entity, &[][..]),
    };
    let below: String = others.iter().map(|other| format!(" of {}", a(&spaced(other)))).collect();
    let (one, many) = (a(&spaced(noun)), plural(noun));
    for (prefix, text) in [
        ("listAll", format!("List the {many} here and in all organizations below")),
        ("indexAll", format!("Browse the {many} here and in all organizations below")),
        ("filterAll", format!("Search the {many} here and in all organizations below")),
        ("list", format!("List the {many}")),
        ("index", format!("Browse the {many}")),
        ("filter", format!("Search the {many}")),
        ("identify", format!("Find {one} by your own id")),
        ("show", format!("Show {one}")),
        ("add", format!("Add {one}")),
        ("edit", format!("Change {one}")),
        ("delete", format!("Delete {one}")),
        ("tree", format!("Show the {many} as a tree")),
        ("", format!("{} {one}", sentence(&spaced(word)))),
    ] {
        if let Some(rest) = word.strip_prefix(prefix) {
            let rest = if prefix.is_empty() || rest.is_empty() { String::new() } else { format!(", {}", spaced(rest)) };
            return format!("{text}{below}{rest}");
        }
    }
    unreachable!("the empty prefix fits every word")
}

/// `/app/v3/{locale}`: where an API's paths begin.
pub(super) fn base(api: Api) -> &'static str {
    match api {
        Api::App => "/app/v3/{locale}",
        Api::Module => "/module/v3/{locale}",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_words() {
        assert_eq!(spaced("customerGroup"), "customer group");
        assert_eq!(pascal("organization_subOrganization_addSub"), "OrganizationSubOrganizationAddSub");
        assert_eq!(
            (a("employee"), a("user"), a("customer")),
            ("an employee".into(), "a user".into(), "a customer".into())
        );
        assert_eq!(
            (several("country"), several("day"), several("list")),
            ("countries".into(), "days".into(), "lists".into())
        );
    }
}
