//! Languages and locales. Messages exist in German and English; `de_AT` is read as German, `en_EN` (which the contract
//! uses although no such country exists) as English.

/// A language that messages exist in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// German.
    De,
    /// English.
    En,
}

impl Language {
    /// ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::De => "de",
            Self::En => "en",
        }
    }

    pub(crate) fn index(self) -> usize {
        match self {
            Self::De => 0,
            Self::En => 1,
        }
    }

    /// The language of a locale such as `de_DE`; English for any that has no messages of its own.
    pub fn of(locale: &str) -> Self {
        if locale.starts_with("de") { Self::De } else { Self::En }
    }
}

/// The locale segment of an API path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    /// Language of messages and names.
    pub language: Language,
    /// As it was written.
    pub tag: String,
}

impl Locale {
    /// Reads a path segment such as `de` or `en_EN`; nothing when messages do not exist in that language.
    pub fn parse_segment(segment: &str) -> Option<Self> {
        let (language, region) = segment.split_once('_').unwrap_or((segment, "XX"));
        let language = match language {
            "de" => Language::De,
            "en" => Language::En,
            _ => return None,
        };
        is_region(region).then(|| Self { language, tag: segment.to_owned() })
    }
}

fn is_region(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Whether the text may stand as a locale in a body: a language of ISO 639-1, with a region or without.
pub fn is_locale_value(text: &str) -> bool {
    let (language, region) = text.split_once('_').unwrap_or((text, "XX"));
    crate::language::is_code(language) && is_region(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_and_values() {
        for (segment, language) in [
            ("de", Some(Language::De)),
            ("de_DE", Some(Language::De)),
            ("en_EN", Some(Language::En)),
            ("fr", None),
            ("de_de", None),
            ("DE", None),
            ("", None),
            ("de_", None),
        ] {
            assert_eq!(Locale::parse_segment(segment).map(|locale| locale.language), language, "{segment}");
        }
        assert!(
            is_locale_value("fr_FR") && is_locale_value("de") && !is_locale_value("xx") && !is_locale_value("de-DE")
        );
    }
}
