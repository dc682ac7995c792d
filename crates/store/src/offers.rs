//! Apps and modules as they are offered: records with an active client of an active developer.

use crate::records::{self, COLUMNS, Reader};
use crate::{Result, params};
use kalends_engine::record::Record;

/// An app or module with the key that opens it to organizations it is not offered to.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The app's or module's record.
    pub record: Record,
    /// Its install key.
    pub install_key: String,
}

/// Whether a client `c` may act, as an expression of 0 or 1: switched on, and so is its developer account, which is kept
/// under another kind while it is switched off.
pub const ACTIVE: &str =
    "c.active * (SELECT count(*) FROM record d WHERE d.id = c.developer_account_id AND d.entity = 'dA')";

/// Place of the install key behind the columns of a record.
const KEY: usize = 8;

async fn offers(reader: &mut impl Reader, condition: &str, values: &[crate::Value]) -> Result<Vec<Offer>> {
    let sql = format!(
        "SELECT {COLUMNS}, c.install_key FROM record r JOIN client c ON c.record_id = r.id \
         WHERE r.entity = $1 AND {ACTIVE} = 1 {condition} ORDER BY r.sort, r.seq"
    );
    let rows = reader.rows(&sql, values).await?.into_iter();
    rows.map(|mut row| Ok(Offer { install_key: row.take_text(KEY), record: records::record(row)? })).collect()
}

/// All that are offered to somebody, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(reader: &mut impl Reader, entity: &str) -> Result<Vec<Offer>> {
    offers(reader, "", &params![entity]).await
}

/// The one of that id.
///
/// # Errors
/// Those of the database.
pub async fn find(reader: &mut impl Reader, entity: &str, id: &str) -> Result<Option<Offer>> {
    Ok(offers(reader, "AND r.id = $2", &params![entity, id]).await?.pop())
}

/// The one that an install key opens.
///
/// # Errors
/// Those of the database.
pub async fn by_key(reader: &mut impl Reader, entity: &str, key: &str) -> Result<Option<Offer>> {
    Ok(offers(reader, "AND c.install_key = $2", &params![entity, key]).await?.pop())
}
