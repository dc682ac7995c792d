//! Records, links and search: the statements behind the shared verbs.
//!
//! Every finder names the organization it looks in; there is none that looks everywhere by accident.

use crate::{Dialect, Result, Row, StoreError, Tx, Value, params};
use kalends_engine::record::Record;
use std::future::Future;

/// Most matches that a search counts; more are answered as this many (the contract's `recordLimit`).
pub const SEARCH_TOTAL_MAX: i64 = 9_999;

/// Something that can be asked: the store itself, or a transaction that sees its own writes.
pub trait Reader: Send {
    /// Runs a query and answers all its rows.
    fn rows(&mut self, sql: &str, params: &[Value]) -> impl Future<Output = Result<Vec<Row>>> + Send;
    /// Which database answers.
    fn engine(&self) -> Dialect;
}

impl Reader for &crate::Store {
    async fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.query(sql, params).await
    }

    fn engine(&self) -> Dialect {
        self.dialect()
    }
}

impl Reader for Tx {
    async fn rows(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        self.query(sql, params).await
    }

    fn engine(&self) -> Dialect {
        self.dialect()
    }
}

pub(crate) const COLUMNS: &str = "r.seq, r.id, r.organization_id, r.custom_id, r.version, r.created, r.edited, r.body";

/// Place of `r.sort` where it is asked for behind [`COLUMNS`].
const SORT: usize = 8;
/// Branches whose search words are asked for in one query.
const PORTION: usize = 100;

pub(crate) fn record(mut row: Row) -> Result<Record> {
    let body = serde_json::from_str(row.text(7)).map_err(|error| StoreError::Other(format!("stored body: {error}")))?;
    Ok(Record {
        seq: row.int(0),
        id: row.take_text(1),
        organization_id: row.take_text(2),
        custom_id: row.take_text(3),
        version: row.int(4),
        created: row.int(5),
        edited: row.int(6),
        body,
    })
}

fn records(rows: Vec<Row>) -> Result<Vec<Record>> {
    rows.into_iter().map(record).collect()
}

/// The record of that id, if it is of this kind and belongs to this organization.
///
/// # Errors
/// Those of the database.
pub async fn find(reader: &mut impl Reader, key: &str, organization_id: &str, id: &str) -> Result<Option<Record>> {
    let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.id = $1 AND r.entity = $2 AND r.organization_id = $3");
    reader.rows(&sql, &params![id, key, organization_id]).await?.pop().map(record).transpose()
}

/// The record of that id, whatever its organization: for what the system itself refers to (organizations, clients).
///
/// # Errors
/// Those of the database.
pub async fn find_anywhere(reader: &mut impl Reader, key: &str, id: &str) -> Result<Option<Record>> {
    let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.id = $1 AND r.entity = $2");
    reader.rows(&sql, &params![id, key]).await?.pop().map(record).transpose()
}

/// The record of that number, if it is of this kind and belongs to this organization.
///
/// # Errors
/// Those of the database.
pub async fn find_by_seq(
    reader: &mut impl Reader,
    key: &str,
    organization_id: &str,
    seq: i64,
) -> Result<Option<Record>> {
    let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.seq = $1 AND r.entity = $2 AND r.organization_id = $3");
    reader.rows(&sql, &params![seq, key, organization_id]).await?.pop().map(record).transpose()
}

/// The records of these ids, whatever their organization; in no order.
///
/// # Errors
/// Those of the database.
pub async fn find_many(reader: &mut impl Reader, key: &str, ids: &[&str]) -> Result<Vec<Record>> {
    let mut found = Vec::with_capacity(ids.len());
    for ids in ids.chunks(MANY) {
        let mut values = params![key].to_vec();
        let list = places(&mut values, ids);
        let sql = format!("SELECT {COLUMNS} FROM record r WHERE r.entity = $1 AND r.id IN ({list})");
        found.extend(records(reader.rows(&sql, &values).await?)?);
    }
    Ok(found)
}

/// The records that stand right in a relation's links of these ids, each with the id it is linked with.
///
/// # Errors
/// Those of the database.
pub async fn linked_many(reader: &mut impl Reader, relation: &str, left: &[&str]) -> Result<Vec<(String, Record)>> {
    let mut found = Vec::new();
    for ids in left.chunks(MANY) {
        let mut values = params![relation].to_vec();
        let list = places(&mut values, ids);
        let sql = format!(
            "SELECT {COLUMNS}, l.left_id FROM link l JOIN record r ON r.id = l.right_id \
             WHERE l.relation = $1 AND l.left_id IN ({list}) ORDER BY l.created, r.seq"
        );
        for mut row in reader.rows(&sql, &values).await? {
            let id = row.take_text(8);
            found.push((id, record(row)?));
        }
    }
    Ok(found)
}

/// Ids in one list of a statement.
const MANY: usize = 256;

/// Adds a list's values and answers their places; filled up to a power of two, so that few statements are prepared.
pub(crate) fn places(values: &mut Vec<Value>, ids: &[&str]) -> String {
    let first = values.len() + 1;
    values.extend(ids.iter().map(|id| Value::from(*id)));
    values.resize(first - 1 + ids.len().next_power_of_two(), ids.last().copied().unwrap_or_default().into());
    let names: Vec<String> = (first..=values.len()).map(|number| format!("${number}")).collect();
    names.join(", ")
}

/// The record with that `customId`.
///
/// # Errors
/// Those of the database.
pub async fn identify(
    reader: &mut impl Reader,
    key: &str,
    organization_id: &str,
    custom_id: &str,
) -> Result<Option<Record>> {
    if custom_id.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM record r WHERE r.organization_id = $1 AND r.entity = $2 AND r.custom_id = $3 AND r.custom_id <> ''"
    );
    reader.rows(&sql, &params![organization_id, key, custom_id]).await?.pop().map(record).transpose()
}

/// Which side of a link's rows the listed records stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The listed records are `left_id`.
    Left,
    /// The listed records are `right_id`.
    Right,
}

/// What a list shows.
#[derive(Debug, Clone)]
pub struct Query<'a> {
    /// Kind of record: prefix, and the scope in nested collections.
    pub key: &'a str,
    /// The organization.
    pub organization_id: &'a str,
    /// With all descendants.
    pub all: bool,
    /// Only records linked with this one: relation, side of the listed records, id of the other.
    pub related: Option<(&'a str, Side, &'a str)>,
    /// Whether `sort` orders the list; otherwise the newest stands first.
    pub by_name: bool,
    /// Most records.
    pub limit: i64,
    /// How many are skipped.
    pub offset: i64,
}

impl Query<'_> {
    fn filter(&self, values: &mut Vec<Value>) -> String {
        values.push(self.organization_id.into());
        let mut filter = if self.all {
            "r.organization_id IN (SELECT descendant_id FROM organization_tree WHERE ancestor_id = $1)".to_owned()
        } else {
            "r.organization_id = $1".to_owned()
        };
        values.push(self.key.into());
        filter.push_str(" AND r.entity = $2");
        if let Some((relation, side, id)) = self.related {
            let (listed, other) = match side {
                Side::Left => ("left_id", "right_id"),
                Side::Right => ("right_id", "left_id"),
            };
            values.push(relation.into());
            values.push(id.into());
            filter.push_str(&format!(
                " AND r.id IN (SELECT l.{listed} FROM link l WHERE l.relation = $3 AND l.{other} = $4)"
            ));
        }
        filter
    }

    fn order(&self) -> &'static str {
        if self.by_name { "r.sort, r.seq DESC" } else { "r.seq DESC" }
    }
}

/// One page of a list and the number of all its records.
///
/// # Errors
/// Those of the database.
pub async fn list(reader: &mut impl Reader, query: &Query<'_>) -> Result<(i64, Vec<Record>)> {
    let mut values = Vec::new();
    let filter = query.filter(&mut values);
    let total = reader.rows(&format!("SELECT count(*) FROM record r WHERE {filter}"), &values).await?;
    let total = total.first().map_or(0, |row| row.int(0));
    if total <= query.offset {
        return Ok((total, Vec::new()));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM record r WHERE {filter} ORDER BY {} LIMIT {} OFFSET {}",
        query.order(),
        query.limit,
        query.offset
    );
    Ok((total, records(reader.rows(&sql, &values).await?)?))
}

/// One page of the records that hold every word (each as the beginning of a word), and how many there are, counted up
/// to [`SEARCH_TOTAL_MAX`].
///
/// # Errors
/// Those of the database.
pub async fn search(reader: &mut impl Reader, query: &Query<'_>, words: &[String]) -> Result<(i64, Vec<Record>)> {
    if words.is_empty() {
        return list(reader, query).await;
    }
    let scope = if query.all {
        "SELECT r.seq FROM record r JOIN organization_tree t ON t.descendant_id = r.id WHERE t.ancestor_id = $1"
    } else {
        "SELECT r.seq FROM record r WHERE r.id = $1"
    };
    let organizations = reader.rows(scope, &params![query.organization_id]).await?;
    let prefix = &query.key[..2];
    let scopes: Vec<String> = organizations.iter().map(|row| scope_prefix(row.int(0), prefix)).collect();
    let mut values = Vec::new();
    let filter = query.filter(&mut values);
    let parameter = values.len() + 1;
    let matching = match reader.engine() {
        Dialect::Sqlite => format!("SELECT rowid AS seq FROM search WHERE search MATCH ${parameter}"),
        Dialect::Postgres => format!("SELECT seq FROM search WHERE terms @@ ${parameter}::text::tsquery"),
    };
    let (mut total, mut found) = (0, Vec::new());
    // A chain of a thousand branches is asked in portions: the expression of one query stays small.
    for scopes in scopes.chunks(PORTION) {
        values.truncate(parameter - 1);
        values.push(expression(reader.engine(), scopes, words).into());
        let narrow = query.related.is_some() || query.key.len() > 2;
        let count = if narrow {
            format!(
                "SELECT count(*) FROM (SELECT 1 FROM record r WHERE r.seq IN ({matching}) AND {filter} LIMIT {SEARCH_TOTAL_MAX}) found"
            )
        } else {
            // The words stand behind organization and entity already: the record itself need not be read to be counted.
            format!("SELECT count(*), $1, $2 FROM ({matching} LIMIT {SEARCH_TOTAL_MAX}) found")
        };
        let counted = reader.rows(&count, &values).await?.first().map_or(0, |row| row.int(0));
        if counted == 0 {
            continue;
        }
        total = (total + counted).min(SEARCH_TOTAL_MAX);
        let page = if query.by_name || narrow {
            format!(
                "SELECT {COLUMNS}, r.sort FROM record r WHERE r.seq IN ({matching}) AND {filter} ORDER BY {}",
                query.order()
            )
        } else {
            format!(
                "SELECT {COLUMNS}, r.sort FROM record r WHERE r.seq IN (SELECT seq FROM ({matching}) m ORDER BY seq DESC LIMIT {}) \
                 AND {filter} ORDER BY r.seq DESC",
                query.offset + query.limit
            )
        };
        let sql = format!("{page} LIMIT {}", query.offset + query.limit);
        for mut row in reader.rows(&sql, &values).await? {
            let sort = if query.by_name { row.take_text(SORT) } else { String::new() };
            found.push((sort, record(row)?));
        }
    }
    if scopes.len() > PORTION {
        found.sort_by(|(one, a), (other, b)| one.cmp(other).then(b.seq.cmp(&a.seq)));
    }
    let page = found.into_iter().skip(usize::try_from(query.offset).unwrap_or(0)).map(|(_, record)| record);
    Ok((total, page.take(usize::try_from(query.limit).unwrap_or(0)).collect()))
}

/// What stands before every search word: the number of the organization, then the entity; letters and digits only.
fn scope_prefix(organization: i64, prefix: &str) -> String {
    let entity: String = prefix.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("{organization:010x}{entity}")
}

fn expression(dialect: Dialect, scopes: &[String], words: &[String]) -> String {
    let all_words = |scope: &String| {
        let terms = words.iter().map(|word| match dialect {
            Dialect::Sqlite => format!("\"{scope}{word}\"*"),
            Dialect::Postgres => format!("'{scope}{word}':*"),
        });
        let and = if dialect == Dialect::Sqlite { " AND " } else { " & " };
        format!("({})", terms.collect::<Vec<_>>().join(and))
    };
    let or = if dialect == Dialect::Sqlite { " OR " } else { " | " };
    scopes.iter().map(all_words).collect::<Vec<_>>().join(or)
}

/// What is stored besides the record itself.
#[derive(Debug, Clone, Copy)]
pub struct Index<'a> {
    /// Kind of record: prefix, and the scope in nested collections.
    pub key: &'a str,
    /// The text that orders lists by name, or `""`.
    pub sort: &'a str,
    /// `seq` of the organization's record, 0 without one.
    pub organization: i64,
    /// Folded search words.
    pub words: &'a [String],
}

/// Adds a record; answers its `seq`.
///
/// # Errors
/// `Unique` when the id or the `customId` is taken.
pub async fn insert(tx: &mut Tx, record: &Record, index: Index<'_>) -> Result<i64> {
    let body = serde_json::to_string(&record.body).map_err(|error| StoreError::Other(error.to_string()))?;
    let sql = "INSERT INTO record (id, entity, organization_id, custom_id, sort, version, created, edited, body) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING seq";
    let values = params![
        record.id.as_str(),
        index.key,
        record.organization_id.as_str(),
        record.custom_id.as_str(),
        index.sort,
        record.version,
        record.created,
        record.edited,
        body
    ];
    let seq = tx.query(sql, &values).await?.first().map_or(0, |row| row.int(0));
    add_terms(tx, seq, index).await?;
    Ok(seq)
}

async fn add_terms(tx: &mut Tx, seq: i64, index: Index<'_>) -> Result<()> {
    if index.words.is_empty() {
        return Ok(());
    }
    let sql = match tx.dialect() {
        Dialect::Sqlite => "INSERT INTO search (rowid, terms) VALUES ($1, $2)",
        Dialect::Postgres => {
            "INSERT INTO search (seq, terms) VALUES ($1, array_to_tsvector(string_to_array($2::text, ' ')))"
        }
    };
    tx.execute(sql, &params![seq, terms(index)]).await?;
    Ok(())
}

/// The words as they stand in the search table, in one text with blanks between them.
pub fn terms(index: Index<'_>) -> String {
    let scope = scope_prefix(index.organization, &index.key[..2]);
    let terms: Vec<String> = index.words.iter().map(|word| format!("{scope}{word}")).collect();
    terms.join(" ")
}

async fn drop_terms(tx: &mut Tx, seq: i64) -> Result<()> {
    let sql = match tx.dialect() {
        Dialect::Sqlite => "DELETE FROM search WHERE rowid = $1",
        Dialect::Postgres => "DELETE FROM search WHERE seq = $1",
    };
    tx.execute(sql, &params![seq]).await?;
    Ok(())
}

/// Stores a changed record if it still has `expected` as its version; `record.version` is the new one. `words` are given
/// only when they changed.
///
/// # Errors
/// `Unique` when the `customId` is taken. Answers `false` when the version was another one.
pub async fn update(
    tx: &mut Tx,
    record: &Record,
    expected: i64,
    index: Index<'_>,
    words_changed: bool,
) -> Result<bool> {
    let body = serde_json::to_string(&record.body).map_err(|error| StoreError::Other(error.to_string()))?;
    let sql = "UPDATE record SET custom_id = $1, sort = $2, version = $3, edited = $4, body = $5, organization_id = $6 \
               WHERE id = $7 AND version = $8";
    let values = params![
        record.custom_id.as_str(),
        index.sort,
        record.version,
        record.edited,
        body,
        record.organization_id.as_str(),
        record.id.as_str(),
        expected
    ];
    if tx.execute(sql, &values).await? == 0 {
        return Ok(false);
    }
    if words_changed {
        drop_terms(tx, record.seq).await?;
        add_terms(tx, record.seq, index).await?;
    }
    Ok(true)
}

/// Keeps a record under another kind (the index's key), so that it is found there or not at all; its links stay. Search
/// counts by words alone: the index names those by which it is found from now on, none for a record out of sight.
///
/// # Errors
/// Those of the database.
pub async fn set_key(tx: &mut Tx, record: &Record, index: Index<'_>) -> Result<()> {
    let sql = "UPDATE record SET entity = $1 WHERE id = $2 AND entity <> $1";
    tx.execute(sql, &params![index.key, record.id.as_str()]).await?;
    drop_terms(tx, record.seq).await?;
    add_terms(tx, record.seq, index).await
}

/// Removes a record with its links and search words. Answers whether it was there.
///
/// # Errors
/// Those of the database.
pub async fn delete(tx: &mut Tx, record: &Record) -> Result<bool> {
    drop_terms(tx, record.seq).await?;
    Ok(tx.execute("DELETE FROM record WHERE id = $1", &params![record.id.as_str()]).await? > 0)
}

/// Links two records; linking again changes nothing. Answers whether it is new.
///
/// # Errors
/// `ForeignKey` when one of them is gone.
pub async fn link(tx: &mut Tx, relation: &str, left: &str, right: &str, now: i64) -> Result<bool> {
    let sql = "INSERT INTO link (relation, left_id, right_id, created) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    Ok(tx.execute(sql, &params![relation, left, right, now]).await? > 0)
}

/// Removes a link. Answers whether there was one.
///
/// # Errors
/// Those of the database.
pub async fn unlink(tx: &mut Tx, relation: &str, left: &str, right: &str) -> Result<bool> {
    let sql = "DELETE FROM link WHERE relation = $1 AND left_id = $2 AND right_id = $3";
    Ok(tx.execute(sql, &params![relation, left, right]).await? > 0)
}

/// Removes every link of a relation from its left side.
///
/// # Errors
/// Those of the database.
pub async fn unlink_all(tx: &mut Tx, relation: &str, left: &str) -> Result<()> {
    tx.execute("DELETE FROM link WHERE relation = $1 AND left_id = $2", &params![relation, left]).await?;
    Ok(())
}

/// The records linked with `id`, oldest link first; `side` tells where the answered records stand.
///
/// # Errors
/// Those of the database.
pub async fn linked(reader: &mut impl Reader, relation: &str, side: Side, id: &str) -> Result<Vec<Record>> {
    let (listed, other) = match side {
        Side::Left => ("left_id", "right_id"),
        Side::Right => ("right_id", "left_id"),
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM link l JOIN record r ON r.id = l.{listed} WHERE l.relation = $1 AND l.{other} = $2 \
         ORDER BY l.created, r.seq"
    );
    records(reader.rows(&sql, &params![relation, id]).await?)
}

/// Every record of a kind in an organization, in list order.
///
/// # Errors
/// Those of the database.
pub async fn all(reader: &mut impl Reader, key: &str, organization_id: &str) -> Result<Vec<Record>> {
    let sql =
        format!("SELECT {COLUMNS} FROM record r WHERE r.organization_id = $1 AND r.entity = $2 ORDER BY r.sort, r.seq");
    records(reader.rows(&sql, &params![organization_id, key]).await?)
}

/// The record of that id and organization whose kind begins with this prefix: for paths that name a record of a nested
/// collection without its scope.
///
/// # Errors
/// Those of the database.
pub async fn find_by_prefix(
    reader: &mut impl Reader,
    prefix: &str,
    organization_id: &str,
    id: &str,
) -> Result<Option<Record>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM record r WHERE r.id = $1 AND substr(r.entity, 1, 2) = $2 AND r.organization_id = $3"
    );
    reader.rows(&sql, &params![id, prefix, organization_id]).await?.pop().map(record).transpose()
}

/// Removes every record of an organization with its links and search words.
///
/// # Errors
/// Those of the database.
pub async fn delete_all(tx: &mut Tx, organization_id: &str) -> Result<()> {
    let words = match tx.dialect() {
        Dialect::Sqlite => "DELETE FROM search WHERE rowid IN (SELECT seq FROM record WHERE organization_id = $1)",
        Dialect::Postgres => "DELETE FROM search WHERE seq IN (SELECT seq FROM record WHERE organization_id = $1)",
    };
    tx.execute(words, &params![organization_id]).await?;
    tx.execute("DELETE FROM record WHERE organization_id = $1", &params![organization_id]).await?;
    Ok(())
}
