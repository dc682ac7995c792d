//! The tree of organizations and the change counters that tell every process what it must forget.

use crate::records::Reader;
use crate::{Result, Tx, params};

/// Enters a new organization below `parent`, or as a root.
///
/// # Errors
/// Those of the database.
pub async fn plant(tx: &mut Tx, id: &str, parent: Option<&str>) -> Result<()> {
    tx.execute("INSERT INTO organization_tree (ancestor_id, descendant_id, depth) VALUES ($1, $1, 0)", &params![id])
        .await?;
    if let Some(parent) = parent {
        let sql = "INSERT INTO organization_tree (ancestor_id, descendant_id, depth) \
                   SELECT ancestor_id, $1, depth + 1 FROM organization_tree WHERE descendant_id = $2";
        tx.execute(sql, &params![id, parent]).await?;
    }
    Ok(())
}

/// Moves an organization with everything below it to a new parent. The caller has made sure that the parent is not below.
///
/// # Errors
/// Those of the database.
pub async fn transplant(tx: &mut Tx, id: &str, parent: &str) -> Result<()> {
    let cut = "DELETE FROM organization_tree WHERE descendant_id IN (SELECT descendant_id FROM organization_tree WHERE ancestor_id = $1) \
               AND ancestor_id IN (SELECT ancestor_id FROM organization_tree WHERE descendant_id = $1 AND depth > 0)";
    tx.execute(cut, &params![id]).await?;
    let graft = "INSERT INTO organization_tree (ancestor_id, descendant_id, depth) \
                 SELECT above.ancestor_id, below.descendant_id, above.depth + below.depth + 1 \
                 FROM organization_tree above CROSS JOIN organization_tree below \
                 WHERE above.descendant_id = $2 AND below.ancestor_id = $1";
    tx.execute(graft, &params![id, parent]).await?;
    Ok(())
}

/// Ids from the root down to the organization itself; empty when there is no such organization.
///
/// # Errors
/// Those of the database.
pub async fn lineage(reader: &mut impl Reader, id: &str) -> Result<Vec<String>> {
    let sql = "SELECT ancestor_id FROM organization_tree WHERE descendant_id = $1 ORDER BY depth DESC";
    Ok(reader.rows(sql, &params![id]).await?.into_iter().map(|mut row| row.take_text(0)).collect())
}

/// Ids of everything below, itself not included, nearest first.
///
/// # Errors
/// Those of the database.
pub async fn descendants(reader: &mut impl Reader, id: &str) -> Result<Vec<String>> {
    let sql = "SELECT descendant_id FROM organization_tree WHERE ancestor_id = $1 AND depth > 0 ORDER BY depth, descendant_id";
    Ok(reader.rows(sql, &params![id]).await?.into_iter().map(|mut row| row.take_text(0)).collect())
}

/// Tells every process that what it remembers of this organization and of all below is out of date.
///
/// # Errors
/// Those of the database.
pub async fn touch(tx: &mut Tx, organization_id: &str) -> Result<()> {
    let sql = "INSERT INTO change (id, counter) SELECT descendant_id, 1 FROM organization_tree WHERE ancestor_id = $1 \
               ORDER BY descendant_id ON CONFLICT (id) DO UPDATE SET counter = change.counter + 1";
    tx.execute(sql, &params![organization_id]).await?;
    Ok(())
}

/// Tells every process that what it remembers of this client (or anything else with an id) is out of date.
///
/// # Errors
/// Those of the database.
pub async fn touch_one(tx: &mut Tx, id: &str) -> Result<()> {
    let sql =
        "INSERT INTO change (id, counter) VALUES ($1, 1) ON CONFLICT (id) DO UPDATE SET counter = change.counter + 1";
    tx.execute(sql, &params![id]).await?;
    Ok(())
}

/// What a request's memories must be valid for; 0 where nothing was ever changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// The organization's.
    pub organization: i64,
    /// The client's.
    pub client: i64,
    /// The person's.
    pub user: i64,
    /// Whether the person may act at all: there, active, the address proved. Read each time, not remembered.
    pub user_active: bool,
}

/// The counters of an organization, a client and (unless empty) a person, and how the person stands, in one question.
///
/// # Errors
/// Those of the database.
pub async fn counters(
    reader: &mut impl Reader,
    organization_id: &str,
    client_id: &str,
    user_id: &str,
) -> Result<Counters> {
    let sql = if user_id.is_empty() {
        "SELECT id, counter FROM change WHERE id IN ($1, $2)"
    } else {
        "SELECT id, counter FROM change WHERE id IN ($1, $2, $3) \
         UNION ALL SELECT 'person', active * email_verified FROM account_user WHERE id = $3"
    };
    let values = params![organization_id, client_id, user_id];
    let rows = reader.rows(sql, if user_id.is_empty() { &values[..2] } else { &values }).await?;
    let of = |id: &str| rows.iter().find(|row| row.text(0) == id).map_or(0, |row| row.int(1));
    Ok(Counters {
        organization: of(organization_id),
        client: of(client_id),
        user: of(user_id),
        user_active: of("person") != 0,
    })
}
