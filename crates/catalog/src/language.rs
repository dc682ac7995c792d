//! ISO 639-1 languages with their names (Unicode CLDR).

use crate::locale::Language;
use crate::table::Table;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/languages.tsv")));

/// Whether the code exists, exactly as written.
pub fn is_code(code: &str) -> bool {
    TABLE.has(code)
}

/// Code and name of every entry, by name.
pub fn list(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.list(language).map(|(code, _, name)| (code, name))
}
