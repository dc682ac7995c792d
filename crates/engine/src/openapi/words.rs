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

/// Operations whose names alone do not say what they do.
const TOLD: &[(&str, &str)] = &[
    ("appointment_bookingResourceReplaceList", "List the booking resources that could take the place of booked ones"),
    ("appointment_showProtected", "Show an appointment without the person"),
    ("bookingSlot_earliest", "Find the earliest free booking slot"),
    ("bookingSlot_hold", "Hold a booking slot for some minutes"),
    ("bookingSlot_release", "Give back a booking slot that was held"),
    ("organization_subOrganization_addRoot", "Add an organization beside this one, without one above"),
    ("organization_subOrganization_addSub", "Add an organization below this one"),
    ("static_error_show", "Answer with that status, to see what it looks like"),
];

/// `appointment_customer_listDay` is "List the appointments of a customer: one day".
fn behaviour(operation: &Operation) -> String {
    if let Some((_, told)) = TOLD.iter().find(|(name, _)| *name == operation.name) {
        return (*told).to_owned();
    }
    let mut parts: Vec<&str> = operation.name.split('_').collect();
    let word = parts.pop().unwrap_or_default();
    let (noun, other) = match parts.as_slice() {
        ["static", noun, ..] => (*noun, None),
        // A sub-organization is an organization seen from above, not one of two things.
        ["organization", "subOrganization", ..] => ("subOrganization", None),
        // What has no records of its own belongs to what has: the availability of an employee.
        [owner, noun, ..] if permission::permission_for(noun, false).is_none() => (*noun, Some(*owner)),
        [noun, other, ..] => (*noun, Some(*other)),
        [noun] => (*noun, None),
        [] => (operation.entity, None),
    };
    let one = a(&spaced(noun));
    let owned = other.is_some() && permission::permission_for(noun, false).is_none();
    let many = format!("the {}", if owned { spaced(noun) } else { plural(noun) });
    let one = if owned { many.clone() } else { one };
    let joint = if word.ends_with("link") { "with" } else { "of" };
    let below = other.map(|other| format!(" {joint} {}", a(&spaced(other)))).unwrap_or_default();
    let everywhere = " here and in all organizations below";
    for (prefix, text) in [
        ("listAll", format!("List {many}{everywhere}")),
        ("indexAll", format!("Browse {many}{everywhere}")),
        ("filterAll", format!("Search {many}{everywhere}")),
        ("list", format!("List {many}{below}")),
        ("index", format!("Browse {many}{below}")),
        ("filter", format!("Search {many}{below}")),
        ("tree", format!("Show {many}{below} as a tree")),
        ("identify", format!("Find {one} by your own id")),
        ("showBy", format!("Show {one}{below} by its")),
        ("show", format!("Show {one}{below}")),
        ("add", format!("Add {one}{below}")),
        ("edit", format!("Change {one}{below}")),
        ("delete", format!("Delete {one}{below}")),
        ("unlink", format!("Undo the link of {one}{below}")),
        ("", format!("{} {one}{below}", sentence(&spaced(word)))),
    ] {
        if let Some(rest) = word.strip_prefix(prefix) {
            return match rest {
                "Day" | "Week" | "Month" => format!("{text}: one {}", spaced(rest)),
                _ if rest.is_empty() || prefix.is_empty() => text,
                _ => format!("{text} {}", spaced(rest)),
            };
        }
    }
    sentence(&spaced(word))
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
