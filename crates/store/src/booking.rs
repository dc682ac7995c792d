//! The statements of scheduling that must be exact: occupation, event places, holds, appointments by their time.
//!
//! Invariant: rows of `occupation` that are not shared never overlap on one resource. [`occupy`] says so by its answer,
//! the constraint below it makes sure.

use crate::records::Reader;
use crate::{Result, StoreError, Tx, Value, params};

/// Longest occupation in microseconds: what overlaps an instant began at most this long before it.
pub const LONGEST: i64 = 14 * 24 * 3_600 * 1_000_000;

/// One booking resource's time taken by a holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occupation {
    /// `seq` of the booking resource's record.
    pub resource: i64,
    /// Begin, preparation included.
    pub start: i64,
    /// End, follow-up included.
    pub end: i64,
    /// Appointment, event date or hold.
    pub holder_id: String,
    /// When a hold ends; 0 for what lasts.
    pub expires: i64,
}

/// `$from, $from+1, …` for a list; lists are filled up to the next power of two, so that few statements are prepared.
fn places(values: &mut Vec<Value>, list: impl ExactSizeIterator<Item = Value>) -> String {
    let first = values.len() + 1;
    let wanted = list.len().next_power_of_two();
    values.extend(list);
    let filler = values.last().cloned().unwrap_or_default();
    values.resize(first - 1 + wanted, filler);
    let names: Vec<String> = (first..first + wanted).map(|number| format!("${number}")).collect();
    names.join(", ")
}

/// What takes the time of these resources between two instants, holds that have ended left out.
///
/// # Errors
/// Those of the database.
pub async fn occupations(
    reader: &mut impl Reader,
    resources: &[i64],
    from: i64,
    to: i64,
    now: i64,
) -> Result<Vec<Occupation>> {
    if resources.is_empty() || from >= to {
        return Ok(Vec::new());
    }
    let mut values = params![from - LONGEST, to, from, now].to_vec();
    let list = places(&mut values, resources.iter().map(|resource| Value::Int(*resource)));
    let sql = format!(
        "SELECT resource, start_at, end_at, holder_id, expires FROM occupation \
         WHERE resource IN ({list}) AND start_at > $1 AND start_at < $2 AND end_at > $3 AND (expires = 0 OR expires > $4)"
    );
    let rows = reader.rows(&sql, &values).await?;
    let row = |mut row: crate::Row| Occupation {
        resource: row.int(0),
        start: row.int(1),
        end: row.int(2),
        expires: row.int(4),
        holder_id: row.take_text(3),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Takes the resources' time for one holder. Resources must be in ascending order: so two transactions never wait for each
/// other in a circle. Answers `false` when one of them was taken meanwhile; the caller then undoes its savepoint.
///
/// # Errors
/// Those of the database.
pub async fn occupy(
    tx: &mut Tx,
    resources: &[i64],
    (start, end): (i64, i64),
    holder_id: &str,
    expires: i64,
    shared: bool,
    now: i64,
) -> Result<bool> {
    debug_assert!(resources.is_sorted());
    for resource in resources {
        // Holds end by comparison; what is left of an ended one goes when its time is wanted.
        let ended = "DELETE FROM occupation WHERE resource = $1 AND expires <> 0 AND expires <= $2 \
                     AND start_at > $3 AND start_at < $4 AND end_at > $5";
        tx.execute(ended, &params![*resource, now, start - LONGEST, end, start]).await?;
        // On a conflict with a transaction that is not decided yet this waits for it instead of failing at once.
        let take = "INSERT INTO occupation (resource, start_at, end_at, holder_id, expires, shared) \
                    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        match tx.execute(take, &params![*resource, start, end, holder_id, expires, shared]).await {
            // What the constraint of PostgreSQL passes over, the trigger of SQLite refuses.
            Ok(0) | Err(StoreError::Overlap) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Gives back everything a holder has: time and places.
///
/// # Errors
/// Those of the database.
pub async fn free(tx: &mut Tx, holder_id: &str) -> Result<()> {
    tx.execute("DELETE FROM occupation WHERE holder_id = $1", &params![holder_id]).await?;
    tx.execute("DELETE FROM attendance WHERE holder_id = $1", &params![holder_id]).await?;
    Ok(())
}

/// Whether anything of this resource is taken after an instant.
///
/// # Errors
/// Those of the database.
pub async fn is_occupied_after(reader: &mut impl Reader, resource: i64, now: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM occupation WHERE resource = $1 AND start_at > $2 AND end_at > $3 AND (expires = 0 OR expires > $3) LIMIT 1";
    Ok(!reader.rows(sql, &params![resource, now - LONGEST, now]).await?.is_empty())
}

/// A date of an event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EventDate {
    /// The event date's record.
    pub id: String,
    /// `seq` of that record.
    pub seq: i64,
    /// The organization.
    pub organization_id: String,
    /// The template.
    pub template_id: String,
    /// Begin.
    pub start: i64,
    /// End, without follow-up.
    pub end: i64,
    /// Places in all.
    pub places: i64,
    /// Places taken or held.
    pub taken: i64,
}

const TAKEN: &str = "(SELECT CAST(coalesce(sum(a.places), 0) AS BIGINT) FROM attendance a WHERE a.event_id = e.id AND (a.expires = 0 OR a.expires > $1))";

fn event_date(mut row: crate::Row) -> EventDate {
    EventDate {
        seq: row.int(1),
        start: row.int(4),
        end: row.int(5),
        places: row.int(6),
        taken: row.int(7),
        id: row.take_text(0),
        organization_id: row.take_text(2),
        template_id: row.take_text(3),
    }
}

fn event_columns() -> String {
    format!(
        "SELECT e.id, r.seq, e.organization_id, e.template_id, e.start_at, e.end_at, e.places, {TAKEN} \
         FROM event_date e JOIN record r ON r.id = e.id"
    )
}

/// The dates of an event that begin between two instants, in order.
///
/// # Errors
/// Those of the database.
pub async fn event_dates(
    reader: &mut impl Reader,
    template_id: &str,
    from: i64,
    to: i64,
    now: i64,
) -> Result<Vec<EventDate>> {
    let sql = format!(
        "{} WHERE e.template_id = $2 AND e.start_at >= $3 AND e.start_at < $4 ORDER BY e.start_at, e.id",
        event_columns()
    );
    let rows = reader.rows(&sql, &params![now, template_id, from, to]).await?;
    Ok(rows.into_iter().map(event_date).collect())
}

/// One date of an event.
///
/// # Errors
/// Those of the database.
pub async fn find_event_date(reader: &mut impl Reader, id: &str, now: i64) -> Result<Option<EventDate>> {
    let sql = format!("{} WHERE e.id = $2", event_columns());
    Ok(reader.rows(&sql, &params![now, id]).await?.pop().map(event_date))
}

/// Writes an event date beside its record.
///
/// # Errors
/// Those of the database.
pub async fn put_event_date(tx: &mut Tx, date: &EventDate) -> Result<()> {
    let sql = "INSERT INTO event_date (id, organization_id, template_id, start_at, end_at, places, turn) \
               VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT (id) DO UPDATE SET start_at = excluded.start_at, \
               end_at = excluded.end_at, places = excluded.places, turn = event_date.turn + 1";
    let values = params![
        date.id.as_str(),
        date.organization_id.as_str(),
        date.template_id.as_str(),
        date.start,
        date.end,
        date.places
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Lets transactions on one event date wait for each other: whoever has its turn sees what all before it did.
///
/// # Errors
/// Those of the database.
pub async fn take_turn(tx: &mut Tx, event_id: &str) -> Result<()> {
    tx.execute("UPDATE event_date SET turn = turn + 1 WHERE id = $1", &params![event_id]).await?;
    Ok(())
}

/// Takes places of an event date, if as many are left; the count and the taking are one statement.
///
/// # Errors
/// Those of the database.
pub async fn attend(tx: &mut Tx, event_id: &str, holder_id: &str, wanted: i64, expires: i64, now: i64) -> Result<bool> {
    take_turn(tx, event_id).await?;
    let sql = format!(
        "INSERT INTO attendance (event_id, holder_id, places, expires) \
         SELECT e.id, $3, CAST($4 AS BIGINT), CAST($5 AS BIGINT) FROM event_date e \
         WHERE e.id = $2 AND {TAKEN} + CAST($4 AS BIGINT) <= e.places"
    );
    Ok(tx.execute(&sql, &params![now, event_id, holder_id, wanted, expires]).await? > 0)
}

/// A held slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// Hash of the token.
    pub id: String,
    /// The organization.
    pub organization_id: String,
    /// The template.
    pub template_id: String,
    /// The slot.
    pub slot_id: String,
    /// When it ends.
    pub expires: i64,
}

/// Writes a hold.
///
/// # Errors
/// Those of the database.
pub async fn hold(tx: &mut Tx, hold: &Hold) -> Result<()> {
    let sql = "INSERT INTO hold (id, organization_id, template_id, slot_id, expires) VALUES ($1, $2, $3, $4, $5)";
    let values = params![
        hold.id.as_str(),
        hold.organization_id.as_str(),
        hold.template_id.as_str(),
        hold.slot_id.as_str(),
        hold.expires
    ];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// A hold that has not ended.
///
/// # Errors
/// Those of the database.
pub async fn find_hold(reader: &mut impl Reader, organization_id: &str, id: &str, now: i64) -> Result<Option<Hold>> {
    let sql = "SELECT id, organization_id, template_id, slot_id, expires FROM hold \
               WHERE id = $1 AND organization_id = $2 AND expires > $3";
    let row = reader.rows(sql, &params![id, organization_id, now]).await?.pop();
    Ok(row.map(|mut row| Hold {
        expires: row.int(4),
        id: row.take_text(0),
        organization_id: row.take_text(1),
        template_id: row.take_text(2),
        slot_id: row.take_text(3),
    }))
}

/// Ends a hold: its row, the time and the places it had.
///
/// # Errors
/// Those of the database.
pub async fn end_hold(tx: &mut Tx, id: &str) -> Result<()> {
    tx.execute("DELETE FROM hold WHERE id = $1", &params![id]).await?;
    free(tx, id).await
}

/// Removes what ended holds left; nothing depends on when this runs.
///
/// # Errors
/// Those of the database.
pub async fn forget_holds(tx: &mut Tx, now: i64) -> Result<()> {
    tx.execute("DELETE FROM occupation WHERE expires <> 0 AND expires <= $1", &params![now]).await?;
    tx.execute("DELETE FROM attendance WHERE expires <> 0 AND expires <= $1", &params![now]).await?;
    tx.execute("DELETE FROM hold WHERE expires <= $1", &params![now]).await?;
    Ok(())
}

/// Writes an appointment's time beside its record.
///
/// # Errors
/// Those of the database.
pub async fn put_appointment(
    tx: &mut Tx,
    id: &str,
    organization_id: &str,
    (start, end): (i64, i64),
    canceled: bool,
) -> Result<()> {
    let sql = "INSERT INTO appointment (id, organization_id, start_at, end_at, canceled) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (id) DO UPDATE SET start_at = excluded.start_at, end_at = excluded.end_at, canceled = excluded.canceled";
    tx.execute(sql, &params![id, organization_id, start, end, canceled]).await?;
    Ok(())
}

/// Which appointments a range shows.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    /// The organization.
    pub organization_id: &'a str,
    /// With all descendants.
    pub all: bool,
    /// Only those linked with this record: the relation and the id that stands right.
    pub related: Option<(&'a str, &'a str)>,
    /// The range; what overlaps it is shown.
    pub from: i64,
    /// Its end, exclusive.
    pub to: i64,
    /// Most appointments.
    pub limit: i64,
    /// How many are skipped.
    pub offset: i64,
}

/// Ids of the appointments in a range by their begin, and how many there are in all.
///
/// # Errors
/// Those of the database.
pub async fn appointments(reader: &mut impl Reader, calendar: Calendar<'_>) -> Result<(i64, Vec<String>)> {
    let organization = if calendar.all {
        "a.organization_id IN (SELECT descendant_id FROM organization_tree WHERE ancestor_id = $1)"
    } else {
        "a.organization_id = $1"
    };
    let mut values = params![calendar.organization_id, calendar.from - LONGEST, calendar.to, calendar.from].to_vec();
    let mut filter = format!("{organization} AND a.start_at > $2 AND a.start_at < $3 AND a.end_at > $4");
    if let Some((relation, id)) = calendar.related {
        values.push(relation.into());
        values.push(id.into());
        filter.push_str(" AND a.id IN (SELECT l.left_id FROM link l WHERE l.relation = $5 AND l.right_id = $6)");
    }
    let total = reader.rows(&format!("SELECT count(*) FROM appointment a WHERE {filter}"), &values).await?;
    let sql = format!(
        "SELECT a.id FROM appointment a WHERE {filter} ORDER BY a.start_at, a.id LIMIT {} OFFSET {}",
        calendar.limit, calendar.offset
    );
    let rows = reader.rows(&sql, &values).await?;
    Ok((total.first().map_or(0, |row| row.int(0)), rows.into_iter().map(|mut row| row.take_text(0)).collect()))
}

/// Ids of a booking resource's appointments that end after an instant, by their begin: its own and those of its event dates.
///
/// # Errors
/// Those of the database.
pub async fn of_resource(reader: &mut impl Reader, resource: i64, from: i64, limit: i64) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT a.id FROM occupation o JOIN appointment a ON a.id = o.holder_id \
         WHERE o.resource = $1 AND o.start_at > $2 AND o.end_at > $3 \
         UNION SELECT a.id FROM occupation o JOIN attendance t ON t.event_id = o.holder_id \
         JOIN appointment a ON a.id = t.holder_id WHERE o.resource = $1 AND o.start_at > $2 AND o.end_at > $3 LIMIT {limit}"
    );
    let rows = reader.rows(&sql, &params![resource, from - LONGEST, from]).await?;
    Ok(rows.into_iter().map(|mut row| row.take_text(0)).collect())
}
