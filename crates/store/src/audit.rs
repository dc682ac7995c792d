//! The audit trail and kept answers.

use crate::records::Reader;
use crate::{Result, Row, Tx, params};

/// One line of the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// Id, prefix `34`.
    pub id: String,
    /// Organization it belongs to; empty for what belongs to none.
    pub organization_id: String,
    /// When.
    pub at: i64,
    /// Category of `static/logCategory/list`.
    pub category: String,
    /// `ADD`, `EDIT`, `DELETE`, `LINK`, …
    pub action: String,
    /// The record concerned.
    pub entity_id: String,
    /// `APP`, `MODULE`, `USER`, `SYSTEM`.
    pub actor_kind: String,
    /// The client, or empty.
    pub actor_id: String,
    /// The user, or empty.
    pub user_id: String,
    /// The request that did it.
    pub request_id: String,
    /// JSON: `[{"field","before","after"}]`.
    pub changes: String,
}

/// Writes one line; in the transaction of the change itself.
///
/// # Errors
/// Those of the database.
pub async fn write(tx: &mut Tx, entry: &Entry) -> Result<()> {
    let sql = "INSERT INTO audit (id, organization_id, at, category, action, entity_id, actor_kind, actor_id, user_id, request_id, changes) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    let values = params![
        entry.id.as_str(),
        entry.organization_id.as_str(),
        entry.at,
        entry.category.as_str(),
        entry.action.as_str(),
        entry.entity_id.as_str(),
        entry.actor_kind.as_str(),
        entry.actor_id.as_str(),
        entry.user_id.as_str(),
        entry.request_id.as_str(),
        entry.changes.as_str()
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

const COLUMNS: &str =
    "id, organization_id, at, category, action, entity_id, actor_kind, actor_id, user_id, request_id, changes";

fn entry(mut row: Row) -> Entry {
    Entry {
        at: row.int(2),
        id: row.take_text(0),
        organization_id: row.take_text(1),
        category: row.take_text(3),
        action: row.take_text(4),
        entity_id: row.take_text(5),
        actor_kind: row.take_text(6),
        actor_id: row.take_text(7),
        user_id: row.take_text(8),
        request_id: row.take_text(9),
        changes: row.take_text(10),
    }
}

/// One line of an organization's trail.
///
/// # Errors
/// Those of the database.
pub async fn find(reader: &mut impl Reader, organization_id: &str, id: &str) -> Result<Option<Entry>> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE id = $1 AND organization_id = $2");
    Ok(reader.rows(&sql, &params![id, organization_id]).await?.pop().map(entry))
}

/// One page of an organization's trail, newest first, and the number of lines. `words` must each be the beginning of the
/// category, the action, or the id of the record, client, user or request.
///
/// # Errors
/// Those of the database.
pub async fn list(
    reader: &mut impl Reader,
    organization_id: &str,
    words: &[&str],
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<Entry>)> {
    let mut filter = "organization_id = $1".to_owned();
    let mut values = params![organization_id].to_vec();
    for word in words {
        let begin = values.len() + 1;
        let escaped: String = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        values.push(format!("{}%", escaped.to_uppercase()).into());
        let columns = ["category", "action", "entity_id", "actor_id", "user_id", "request_id"];
        let any: Vec<String> = columns.iter().map(|c| format!("upper({c}) LIKE ${begin} ESCAPE '\\'")).collect();
        filter.push_str(&format!(" AND ({})", any.join(" OR ")));
    }
    let total = reader.rows(&format!("SELECT count(*) FROM audit WHERE {filter}"), &values).await?;
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE {filter} ORDER BY seq DESC LIMIT {limit} OFFSET {offset}");
    let rows = reader.rows(&sql, &values).await?;
    Ok((total.first().map_or(0, |row| row.int(0)), rows.into_iter().map(entry).collect()))
}

/// A kept answer of a request with an `Idempotency-Key`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Hash of the body it answered.
    pub body_hash: String,
    /// HTTP status.
    pub status: i64,
    /// The answer's body.
    pub answer: String,
}

/// The answer kept under a key, if it is younger than `since`.
///
/// # Errors
/// Those of the database.
pub async fn kept(reader: &mut impl Reader, key: &str, since: i64) -> Result<Option<Kept>> {
    let sql = "SELECT body_hash, status, answer FROM idempotency WHERE key = $1 AND created >= $2";
    let row = reader.rows(sql, &params![key, since]).await?.pop();
    Ok(row.map(|mut row| Kept { status: row.int(1), body_hash: row.take_text(0), answer: row.take_text(2) }))
}

/// Takes a key at the beginning of the transaction that will keep the answer; a second request with it waits here until
/// the first is decided. Answers `false` when an answer is kept already.
///
/// # Errors
/// Those of the database.
pub async fn claim(tx: &mut Tx, key: &str, body_hash: &str, now: i64, since: i64) -> Result<bool> {
    let sql = "INSERT INTO idempotency (key, body_hash, status, answer, created) VALUES ($1, $2, 0, '', $3) \
               ON CONFLICT (key) DO UPDATE SET body_hash = excluded.body_hash, status = 0, answer = '', created = excluded.created \
               WHERE idempotency.created < $4";
    Ok(tx.execute(sql, &params![key, body_hash, now, since]).await? > 0)
}

/// Keeps the answer under its key.
///
/// # Errors
/// Those of the database.
pub async fn keep(tx: &mut Tx, key: &str, status: i64, answer: &str) -> Result<()> {
    tx.execute("UPDATE idempotency SET status = $1, answer = $2 WHERE key = $3", &params![status, answer, key]).await?;
    Ok(())
}

/// Forgets answers older than `before`.
///
/// # Errors
/// Those of the database.
pub async fn forget(tx: &mut Tx, before: i64) -> Result<u64> {
    tx.execute("DELETE FROM idempotency WHERE created < $1", &params![before]).await
}
