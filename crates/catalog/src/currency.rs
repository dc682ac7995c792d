//! ISO 4217 currencies in use, with their names (Unicode CLDR).

use crate::locale::Language;
use crate::table::Table;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/currencies.tsv")));

/// Whether the code exists, exactly as written.
pub fn is_code(code: &str) -> bool {
    TABLE.has(code)
}

/// Digits after the decimal point; 2 for an unknown code.
pub fn minor_units(code: &str) -> u8 {
    TABLE.extra(code).and_then(|digits| digits.parse().ok()).unwrap_or(2)
}

/// Code and name of every currency, by name.
pub fn list(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.list(language).map(|(code, _, name)| (code, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_the_standard() {
        assert_eq!((minor_units("EUR"), minor_units("JPY"), minor_units("KWD")), (2, 0, 3));
        assert!(is_code("CHF") && !is_code("DEM") && !is_code("eur"));
    }
}
