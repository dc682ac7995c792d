//! Tab-separated tables embedded in the program: a key, then columns, then the German and the English name.

use crate::fold;
use crate::locale::Language;
use std::collections::HashMap;

/// One table, read once.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
    by_key: HashMap<&'static str, usize>,
    by_name: [Vec<usize>; 2],
}

#[derive(Debug)]
struct Row {
    key: &'static str,
    extra: &'static str,
    names: [&'static str; 2],
}

impl Table {
    /// Reads `key TAB [extra TAB] German TAB English` lines.
    pub(crate) fn read(text: &'static str) -> Self {
        let rows: Vec<Row> = text
            .lines()
            .map(|line| {
                let cells: Vec<&'static str> = line.split('\t').collect();
                match cells[..] {
                    [key, german, english] => Row { key, extra: "", names: [german, english] },
                    [key, extra, german, english] => Row { key, extra, names: [german, english] },
                    _ => Row { key: line, extra: "", names: [line, line] },
                }
            })
            .collect();
        let by_key = rows.iter().enumerate().map(|(index, row)| (row.key, index)).collect();
        let by_name = [0, 1].map(|language| {
            let mut order: Vec<usize> = (0..rows.len()).collect();
            order.sort_by_cached_key(|index| fold::fold(rows[*index].names[language]));
            order
        });
        Self { rows, by_key, by_name }
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    pub(crate) fn extra(&self, key: &str) -> Option<&'static str> {
        self.by_key.get(key).map(|index| self.rows[*index].extra)
    }

    pub(crate) fn name(&self, key: &str, language: Language) -> Option<&'static str> {
        self.by_key.get(key).map(|index| self.rows[*index].names[language.index()])
    }

    /// Key, extra column and name, in the order of the names.
    pub(crate) fn list(
        &'static self,
        language: Language,
    ) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
        self.by_name[language.index()].iter().map(move |index| {
            let row = &self.rows[*index];
            (row.key, row.extra, row.names[language.index()])
        })
    }
}
