//! Availability, allowed starts and exceptions: read for many owners at once, written by replacing a range.
//!
//! Invariant: rows of one owner never overlap; no row of `availability` is longer than [`PIECE`], so that what touches a
//! range is found by its begin.

use crate::records::{Reader, places};
use crate::{Result, Tx, Value, params};
use std::collections::HashMap;

/// Longest stored piece in microseconds: a day.
const PIECE: i64 = 24 * 3_600 * 1_000_000;
/// Rows written by one statement.
const ROWS: usize = 64;

/// Begin and end.
pub type Range = (i64, i64);

/// For each owner that has written anything about a time: the spans it has written about, and when it is available.
///
/// # Errors
/// Those of the database.
pub async fn availability(
    reader: &mut impl Reader,
    owners: &[&str],
    from: i64,
    to: i64,
) -> Result<HashMap<String, (Vec<Range>, Vec<Range>)>> {
    let mut found: HashMap<String, (Vec<Range>, Vec<Range>)> = HashMap::new();
    for (owner, range) in ranges(reader, "availability_defined", owners, i64::MIN, from, to).await? {
        found.entry(owner).or_default().0.push(range);
    }
    if found.is_empty() {
        return Ok(found);
    }
    for (owner, range) in ranges(reader, "availability", owners, from - PIECE, from, to).await? {
        if let Some(entry) = found.get_mut(&owner) {
            entry.1.push(range);
        }
    }
    Ok(found)
}

/// The same for allowed starts.
///
/// # Errors
/// Those of the database.
pub async fn time_grids(
    reader: &mut impl Reader,
    owners: &[&str],
    from: i64,
    to: i64,
) -> Result<HashMap<String, (Vec<Range>, Vec<i64>)>> {
    let mut found: HashMap<String, (Vec<Range>, Vec<i64>)> = HashMap::new();
    for (owner, range) in ranges(reader, "time_grid_defined", owners, i64::MIN, from, to).await? {
        found.entry(owner).or_default().0.push(range);
    }
    if found.is_empty() {
        return Ok(found);
    }
    let mut values = params![from, to].to_vec();
    let list = places(&mut values, owners);
    let sql = format!(
        "SELECT owner_id, start_at FROM time_grid WHERE owner_id IN ({list}) AND start_at >= $1 AND start_at < $2 \
         ORDER BY start_at"
    );
    for mut row in reader.rows(&sql, &values).await? {
        let start = row.int(1);
        if let Some(entry) = found.get_mut(&row.take_text(0)) {
            entry.1.push(start);
        }
    }
    Ok(found)
}

/// Rows of a table that overlap a range and begin after `earliest`, in order.
async fn ranges(
    reader: &mut impl Reader,
    table: &str,
    owners: &[&str],
    earliest: i64,
    from: i64,
    to: i64,
) -> Result<Vec<(String, Range)>> {
    let mut values = params![earliest, to, from].to_vec();
    let list = places(&mut values, owners);
    let sql = format!(
        "SELECT owner_id, start_at, end_at FROM {table} \
         WHERE owner_id IN ({list}) AND start_at > $1 AND start_at < $2 AND end_at > $3 ORDER BY start_at"
    );
    let rows = reader.rows(&sql, &values).await?;
    Ok(rows
        .into_iter()
        .map(|mut row| {
            let range = (row.int(1), row.int(2));
            (row.take_text(0), range)
        })
        .collect())
}

/// Replaces everything an owner has inside a range by these pieces (in order, apart, inside of the range).
///
/// # Errors
/// Those of the database.
pub async fn put_availability(tx: &mut Tx, owner: &str, (from, to): Range, pieces: &[Range]) -> Result<()> {
    define(tx, "availability_defined", owner, (from, to)).await?;
    let touched = ranges(tx, "availability", &[owner], from - PIECE, from, to).await?;
    let sql = "DELETE FROM availability WHERE owner_id = $1 AND start_at > $2 AND start_at < $3 AND end_at > $4";
    tx.execute(sql, &params![owner, from - PIECE, to, from]).await?;
    // What stood across the range's borders keeps its outer part.
    let outer = touched.iter().flat_map(|(_, (start, end))| [(*start, from.min(*end)), (to.max(*start), *end)]);
    let rows: Vec<Range> =
        outer.chain(pieces.iter().flat_map(|piece| days(*piece))).filter(|(start, end)| start < end).collect();
    for rows in rows.chunks(ROWS) {
        let mut values = params![owner].to_vec();
        let tuples: Vec<String> = rows
            .iter()
            .map(|(start, end)| {
                values.extend(params![*start, *end]);
                format!("($1, ${}, ${})", values.len() - 1, values.len())
            })
            .collect();
        let sql = format!("INSERT INTO availability (owner_id, start_at, end_at) VALUES {}", tuples.join(", "));
        tx.execute(&sql, &values).await?;
    }
    Ok(())
}

/// A piece cut into parts of at most a day.
fn days((start, end): Range) -> impl Iterator<Item = Range> {
    let mut next = start;
    std::iter::from_fn(move || {
        let begin = next;
        next = end.min(begin.saturating_add(PIECE));
        (begin < end).then_some((begin, next))
    })
}

/// Replaces every allowed start an owner has inside a range.
///
/// # Errors
/// Those of the database.
pub async fn put_time_grid(tx: &mut Tx, owner: &str, (from, to): Range, starts: &[i64]) -> Result<()> {
    define(tx, "time_grid_defined", owner, (from, to)).await?;
    let sql = "DELETE FROM time_grid WHERE owner_id = $1 AND start_at >= $2 AND start_at < $3";
    tx.execute(sql, &params![owner, from, to]).await?;
    for starts in starts.chunks(ROWS) {
        let mut values = params![owner].to_vec();
        let tuples: Vec<String> = starts
            .iter()
            .map(|start| {
                values.push(Value::Int(*start));
                format!("($1, ${})", values.len())
            })
            .collect();
        let sql = format!("INSERT INTO time_grid (owner_id, start_at) VALUES {}", tuples.join(", "));
        tx.execute(&sql, &values).await?;
    }
    Ok(())
}

/// Notes that an owner has written about a range; spans that touch become one.
async fn define(tx: &mut Tx, table: &str, owner: &str, (from, to): Range) -> Result<()> {
    let touching = ranges(tx, table, &[owner], i64::MIN, from.saturating_sub(1), to.saturating_add(1)).await?;
    let start = touching.iter().map(|(_, (start, _))| *start).min().unwrap_or(from).min(from);
    let end = touching.iter().map(|(_, (_, end))| *end).max().unwrap_or(to).max(to);
    let delete = format!("DELETE FROM {table} WHERE owner_id = $1 AND start_at >= $2 AND start_at <= $3");
    tx.execute(&delete, &params![owner, start, end]).await?;
    let insert = format!("INSERT INTO {table} (owner_id, start_at, end_at) VALUES ($1, $2, $3)");
    tx.execute(&insert, &params![owner, start, end]).await?;
    Ok(())
}

/// An exception as the evaluator needs it; empty ids mean "all".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Its record.
    pub id: String,
    /// The organization that made it.
    pub organization_id: String,
    /// Opens; otherwise it closes.
    pub free: bool,
    /// Begin.
    pub start: i64,
    /// End.
    pub end: i64,
    /// One template, or empty.
    pub template_id: String,
    /// One booking resource, or empty.
    pub resource_id: String,
}

/// The exceptions of these organizations that overlap a range.
///
/// # Errors
/// Those of the database.
pub async fn exceptions(
    reader: &mut impl Reader,
    organizations: &[&str],
    from: i64,
    to: i64,
) -> Result<Vec<Exception>> {
    let mut values = params![from, to].to_vec();
    let list = places(&mut values, organizations);
    let sql = format!(
        "SELECT id, organization_id, free, start_at, end_at, template_id, resource_id FROM availability_exception \
         WHERE organization_id IN ({list}) AND end_at > $1 AND start_at < $2"
    );
    let rows = reader.rows(&sql, &values).await?;
    Ok(rows
        .into_iter()
        .map(|mut row| Exception {
            free: row.bool(2),
            start: row.int(3),
            end: row.int(4),
            id: row.take_text(0),
            organization_id: row.take_text(1),
            template_id: row.take_text(5),
            resource_id: row.take_text(6),
        })
        .collect())
}

/// Writes an exception beside its record.
///
/// # Errors
/// Those of the database.
pub async fn put_exception(tx: &mut Tx, exception: &Exception) -> Result<()> {
    let sql = "INSERT INTO availability_exception (id, organization_id, free, start_at, end_at, template_id, resource_id) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET free = excluded.free, \
               start_at = excluded.start_at, end_at = excluded.end_at, template_id = excluded.template_id, \
               resource_id = excluded.resource_id";
    let values = params![
        exception.id.as_str(),
        exception.organization_id.as_str(),
        exception.free,
        exception.start,
        exception.end,
        exception.template_id.as_str(),
        exception.resource_id.as_str()
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// How many appointments that are not canceled overlap a closing, and the ids of the first of them.
///
/// # Errors
/// Those of the database.
pub async fn conflicts(reader: &mut impl Reader, exception: &Exception) -> Result<(i64, Vec<String>)> {
    let mut values = params![
        exception.organization_id.as_str(),
        exception.start - crate::booking::LONGEST,
        exception.end,
        exception.start
    ]
    .to_vec();
    let mut filter =
        "a.organization_id = $1 AND a.canceled = 0 AND a.start_at > $2 AND a.start_at < $3 AND a.end_at > $4"
            .to_owned();
    // The body is JSON as text: ids are alphanumeric, so they can be looked for as they are.
    for (id, name) in
        [(&exception.resource_id, "bookingResourceIdList"), (&exception.template_id, "appointmentTemplateId")]
    {
        if !id.is_empty() {
            values.push(format!("%\"{name}\":%\"{id}\"%").into());
            filter.push_str(&format!(" AND r.body LIKE ${}", values.len()));
        }
    }
    let from = format!("FROM appointment a JOIN record r ON r.id = a.id WHERE {filter}");
    let count = reader.rows(&format!("SELECT count(*) {from}"), &values).await?;
    let first = reader.rows(&format!("SELECT a.id {from} ORDER BY a.start_at, a.id LIMIT 10"), &values).await?;
    let ids = first.into_iter().map(|mut row| row.take_text(0)).collect();
    Ok((count.first().map_or(0, |row| row.int(0)), ids))
}
