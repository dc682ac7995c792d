//! Sectors of businesses that book appointments.

use crate::locale::Language;
use crate::table::Table;
use std::sync::LazyLock;

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("../data/sectors.tsv")));

/// Whether the sector exists.
pub fn is_id(id: &str) -> bool {
    TABLE.has(id)
}

/// Id, name and group of every sector, by name.
pub fn list(language: Language) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    TABLE.list(language).map(|(id, group, name)| (id, name, group))
}
