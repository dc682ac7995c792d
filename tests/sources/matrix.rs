//! The attack matrix of the authorization server: every row has a test that is named by its number.

use super::{root, rust_files};
use std::collections::BTreeSet;

/// The rows, section by section.
const ROWS: [(char, &[u8]); 10] = [
    ('a', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 17, 18, 19, 20, 23, 24, 25]),
    ('b', &[1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 18, 19, 20, 21]),
    ('c', &[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17, 19, 20, 21, 22, 24, 25, 26, 27]),
    ('d', &[1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22]),
    ('e', &[1, 2, 3, 4, 5, 6, 7]),
    ('f', &[1, 2, 3, 4, 6, 7, 8, 10, 11, 13, 14]),
    ('g', &[1, 2, 5, 6, 7, 9, 10, 12, 13, 14, 15, 16, 18, 19]),
    ('h', &[1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15]),
    ('i', &[1, 2, 5, 6, 7, 8, 9, 11, 12, 13]),
    ('j', &[2, 3, 4, 5, 6, 8]),
];

/// The rows in a test's name (`c3_c4_every_login_…`) and in the tables inside of tests (`"D4"`).
fn named(text: &str) -> BTreeSet<String> {
    let is_row = |word: &str| {
        let mut letters = word.chars();
        letters.next().is_some_and(|letter| ('a'..='j').contains(&letter))
            && !letters.as_str().is_empty()
            && letters.all(|letter| letter.is_ascii_digit())
    };
    let names = text.split("fn ").skip(1).flat_map(|rest| {
        let name = rest.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next();
        name.unwrap_or_default().split('_').take_while(|word| is_row(word)).map(str::to_owned).collect::<Vec<_>>()
    });
    let labels = text.split('"').map(|quoted| quoted.split([' ', ':']).next().unwrap_or_default());
    let labels = labels.filter(|label| label.starts_with(|letter: char| letter.is_ascii_uppercase()));
    names.chain(labels.map(str::to_ascii_lowercase).filter(|label| is_row(label))).collect()
}

#[test]
fn every_row_is_a_test() {
    let sources = ["crates", "tests"].iter().flat_map(|folder| rust_files(&root().join(folder)));
    let tested: BTreeSet<String> =
        sources.filter(|(path, _)| !path.ends_with("sources/matrix.rs")).flat_map(|(_, text)| named(&text)).collect();
    let rows =
        ROWS.iter().flat_map(|(section, numbers)| numbers.iter().map(move |number| format!("{section}{number}")));
    let missing: Vec<String> = rows.filter(|row| !tested.contains(row)).collect();
    assert!(missing.is_empty(), "no test is named by {missing:?}");
}
