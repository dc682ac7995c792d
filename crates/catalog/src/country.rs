//! ISO 3166-1 alpha-2 countries with their names (Unicode CLDR).

use crate::locale::Language;
use crate::table::Table;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/countries.tsv")));

/// Whether the code exists, exactly as written.
pub fn is_code(code: &str) -> bool {
    TABLE.has(code)
}

/// Code and name of every entry, by name.
pub fn list(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.list(language).map(|(code, _, name)| (code, name))
}

/// The name of a country.
pub fn name(code: &str, language: Language) -> Option<&'static str> {
    TABLE.name(code, language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn germany_is_there_and_nowhere_is_not() {
        assert_eq!(list(Language::De).count(), 249);
        assert_eq!((name("DE", Language::De), name("DE", Language::En)), (Some("Deutschland"), Some("Germany")));
        assert!(!is_code("de") && !is_code("ZZ") && !is_code("EU"));
    }
}
