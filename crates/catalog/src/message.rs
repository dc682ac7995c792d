//! The sentences people read, one Fluent file a language (`locales/`). A code such as `too_long` is the message
//! `too-long`; further languages are added as one file each.

use crate::locale::Language;
use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader, static_loader};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

static_loader! {
    static SENTENCES = {
        locales: "./locales",
        fallback_language: "en",
        // Values are put in as they are: no invisible characters around them in JSON answers.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

static IDENTIFIERS: LazyLock<[LanguageIdentifier; 2]> =
    LazyLock::new(|| ["de", "en"].map(|code| code.parse().expect("both are language identifiers")));

/// The sentence of a code with its values. An unknown code answers the code itself, so that nothing is lost.
pub fn text(language: Language, code: &str, args: &[(&str, &str)]) -> String {
    let values: HashMap<Cow<'static, str>, FluentValue<'_>> =
        args.iter().map(|(name, value)| (Cow::Owned((*name).to_owned()), FluentValue::from(*value))).collect();
    let identifier = &IDENTIFIERS[language.index()];
    SENTENCES.try_lookup_complete(identifier, &code.replace('_', "-"), Some(&values)).unwrap_or_else(|| code.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn messages(text: &str) -> BTreeMap<String, Vec<String>> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && line.contains('='));
        lines
            .map(|line| {
                let (id, sentence) = line.split_once('=').expect("filtered");
                let mut variables: Vec<String> = sentence
                    .split('$')
                    .skip(1)
                    .map(|rest| rest.chars().take_while(char::is_ascii_alphanumeric).collect())
                    .collect();
                variables.sort();
                (id.trim().to_owned(), variables)
            })
            .collect()
    }

    #[test]
    fn both_languages_have_the_same_messages_with_the_same_values() {
        let german = messages(include_str!("../locales/de/main.ftl"));
        let english = messages(include_str!("../locales/en/main.ftl"));
        assert_eq!(german, english);
        assert!(english.len() > 60);
    }

    #[test]
    fn values_enter_the_sentence() {
        assert_eq!(text(Language::En, "too_long", &[("max", "255")]), "Use at most 255 characters.");
        assert_eq!(text(Language::De, "too_long", &[("max", "255")]), "Höchstens 255 Zeichen verwenden.");
        assert_eq!(text(Language::De, "no_such_code", &[]), "no_such_code");
    }
}
