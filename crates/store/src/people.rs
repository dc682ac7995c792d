//! People as other records name them.

use crate::records::{Reader, places};
use crate::{Result, params};
use std::collections::HashMap;

/// First and last names of users by their ids; who is not there has none.
///
/// # Errors
/// Those of the database.
pub async fn names(reader: &mut impl Reader, ids: &[&str]) -> Result<HashMap<String, String>> {
    let mut names = HashMap::new();
    for ids in ids.chunks(100) {
        let mut values = params![].to_vec();
        let list = places(&mut values, ids);
        let sql = format!("SELECT id, first_name, last_name FROM account_user WHERE id IN ({list})");
        for mut row in reader.rows(&sql, &values).await? {
            let name = format!("{} {}", row.text(1), row.text(2)).trim().to_owned();
            names.insert(row.take_text(0), name);
        }
    }
    Ok(names)
}
