//! The containers of lists: `LIST`, `PAGINATION_LIST` (PLATFORM section 4).

use kalends_catalog::fold;
use serde_json::{Value, json};
use std::collections::HashSet;

/// Records on a page.
pub(crate) const PER_PAGE: i64 = 25;
/// Most records of a list.
pub(crate) const LIST_MAX: i64 = 9_999;

/// Most words of a search that count; a text of more finds what has the first ones.
pub(crate) const WORDS_MAX: usize = 20;

/// The words of a `searchQuery`, folded, each once.
pub(crate) fn words(query: &str) -> Vec<String> {
    let mut words = fold::words(query);
    let mut seen = HashSet::new();
    words.retain(|word| seen.insert(word.clone()));
    words.truncate(WORDS_MAX);
    words
}

/// A `LIST`.
pub(crate) fn list(total: i64, records: Vec<Value>) -> Value {
    json!({"class": "LIST", "recordTotal": total, "recordLimit": LIST_MAX, "recordList": records})
}

/// A `PAGINATION_LIST`.
pub(crate) fn page(current: i64, total: i64, records: Vec<Value>) -> Value {
    let from = offset(current) + 1;
    let count = i64::try_from(records.len()).unwrap_or(0);
    json!({
        "class": "PAGINATION_LIST",
        "pageCurrent": current,
        "pageTotal": ((total + PER_PAGE - 1) / PER_PAGE).max(1),
        "recordFrom": from,
        "recordTo": from - 1 + count,
        "recordTotal": total,
        "recordPerPage": PER_PAGE,
        "recordList": records,
    })
}

/// Records before a page.
pub(crate) fn offset(page: i64) -> i64 {
    (page - 1) * PER_PAGE
}

/// A page of a list that is at hand as a whole.
pub(crate) fn page_of(current: i64, records: Vec<Value>) -> Value {
    let total = i64::try_from(records.len()).unwrap_or(i64::MAX);
    let skip = usize::try_from(offset(current)).unwrap_or(usize::MAX);
    let take = usize::try_from(PER_PAGE).unwrap_or(0);
    page(current, total, records.into_iter().skip(skip).take(take).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_has_a_bounded_number_of_words() {
        assert_eq!(words("Müller muller MÜLLER"), ["muller"]);
        assert_eq!(words(&"a1 b2 c3 d4 e5 f6 ".repeat(900)).len(), 6);
        let many: String = (0..50).map(|number| format!("w{number} ")).collect();
        assert_eq!(words(&many).len(), WORDS_MAX);
    }

    #[test]
    fn an_empty_page_is_one_one_one_nought_nought() {
        let empty = page(1, 0, Vec::new());
        let figures: Vec<&Value> = ["pageCurrent", "pageTotal", "recordFrom", "recordTo", "recordTotal"]
            .iter()
            .map(|key| &empty[*key])
            .collect();
        assert_eq!(figures, [1, 1, 1, 0, 0]);
        let second = page_of(2, (0..30).map(Value::from).collect());
        assert_eq!(
            (&second["recordFrom"], &second["recordTo"], &second["pageTotal"]),
            (&json!(26), &json!(30), &json!(2))
        );
    }
}
