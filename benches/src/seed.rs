//! Many records at once, written through the store: always the same ones, from a generator with a fixed seed.

use crate::Outcome;
use kalends_catalog::fold;
use kalends_store::records::{self, Index};
use kalends_store::{Dialect, Store, StoreError, params};
use serde_json::{Value, json};

/// Records of one transaction.
const PORTION: usize = 5_000;

/// Numbers that look random and are the same in every run (the generator of Java and drand48 fame).
#[derive(Debug, Clone)]
pub(crate) struct Numbers(u64);

impl Numbers {
    /// From a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x0005_DEEC_E66D).wrapping_add(11) & 0xFFFF_FFFF_FFFF;
        usize::try_from(self.0 >> 17).unwrap_or(0) % end
    }
}

const FIRST: &[&str] = &[
    "Anna", "Ben", "Clara", "David", "Elif", "Finn", "Greta", "Hannes", "Ida", "Jonas", "Kim", "Lena", "Mehmet",
    "Nora", "Oskar", "Paula", "Quentin", "Rosa", "Samuel", "Tilda", "Uwe", "Vera", "Wanda", "Xaver", "Yara", "Zoe",
];
const BEGIN: &[&str] =
    &["Al", "Ber", "Can", "Dor", "Eber", "Fal", "Gol", "Hart", "Ils", "Jan", "Kor", "Lim", "Mor", "Neu"];
const MIDDLE: &[&str] = &["", "a", "be", "der", "en", "fel", "gen", "hol", "in", "ken", "lin", "mer"];
const END: &[&str] = &["bach", "berg", "dorf", "feld", "hausen", "heim", "mann", "ner", "sen", "stein", "wald", "weg"];

/// First and last name of a person.
pub(crate) fn name(numbers: &mut Numbers) -> (&'static str, String) {
    let part = |list: &[&'static str], numbers: &mut Numbers| list[numbers.below(list.len())];
    let first = part(FIRST, numbers);
    (first, format!("{}{}{}", part(BEGIN, numbers), part(MIDDLE, numbers), part(END, numbers)))
}

/// Writes customers into an organization.
pub(crate) async fn customers(store: &Store, organization: &str, number: usize, now: i64) -> Outcome {
    let seq = store.query("SELECT seq FROM record WHERE id = $1", &params![organization]).await?;
    let seq = seq.first().map_or(0, |row| row.int(0));
    let mut numbers = Numbers::new(1);
    let mut rows = Vec::with_capacity(PORTION);
    for count in 1..=number {
        let (first, last) = name(&mut numbers);
        let email = format!("{}.{}{count}@example.com", first.to_lowercase(), last.to_lowercase());
        let mut words: Vec<String> = [first, &last, &email].into_iter().flat_map(fold::words).collect();
        words.sort_unstable();
        words.dedup();
        let body = json!({"gender": "NOT_SPECIFIED", "firstName": first, "lastName": last, "email": email});
        let terms = records::terms(Index { key: "d3", sort: "", organization: seq, words: &words });
        rows.push(json!({"i": format!("d3bench{count:025}"), "b": body.to_string(), "t": terms}));
        if rows.len() == PORTION || count == number {
            insert(store, "d3", organization, std::mem::take(&mut rows), now).await?;
        }
    }
    Ok(settle(store).await?)
}

/// Writes records with their search words (`i` id, `b` body, `t` words) in one transaction.
pub(crate) async fn insert(store: &Store, key: &str, organization: &str, rows: Vec<Value>, now: i64) -> Outcome {
    let (key, organization, rows) = (key.to_owned(), organization.to_owned(), Value::Array(rows).to_string());
    let written = store.write(move |tx| {
        let (key, organization, rows) = (key.clone(), organization.clone(), rows.clone());
        Box::pin(async move {
            let list = list_of(tx.dialect());
            let records = format!(
                "INSERT INTO record (id, entity, organization_id, custom_id, sort, version, created, edited, body) \
                 SELECT value->>'i', CAST($2 AS TEXT), CAST($3 AS TEXT), '', '', 1, CAST($4 AS BIGINT), CAST($4 AS BIGINT), value->>'b' FROM {list}"
            );
            tx.execute(&records, &params![rows.as_str(), key, organization, now]).await?;
            let (column, words) = match tx.dialect() {
                Dialect::Sqlite => ("rowid", "value->>'t'"),
                Dialect::Postgres => ("seq", "array_to_tsvector(string_to_array(value->>'t', ' '))"),
            };
            let search = format!(
                "INSERT INTO search ({column}, terms) SELECT r.seq, {words} FROM {list} JOIN record r ON r.id = value->>'i' \
                 WHERE value->>'t' <> ''"
            );
            tx.execute(&search, &params![rows.as_str()]).await?;
            Ok::<_, StoreError>(())
        })
    });
    Ok(written.await?)
}

/// The rows of a JSON list in `$1`, as `value`.
fn list_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "json_each($1)",
        Dialect::Postgres => "jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS list (value)",
    }
}

/// What an installation that grew over the years has done by itself: PostgreSQL knows how its rows are spread.
pub(crate) async fn settle(store: &Store) -> Result<(), StoreError> {
    if store.dialect() == Dialect::Postgres {
        for table in ["record", "search", "link", "occupation", "appointment", "availability"] {
            store.query(&format!("ANALYZE {table}"), &[]).await?;
        }
    }
    Ok(())
}

/// An appointment on file: the time it takes of booking resources (by `seq`), in microseconds.
pub(crate) struct Taken {
    /// Begin.
    pub start: i64,
    /// End.
    pub end: i64,
    /// Whose time.
    pub resources: Vec<i64>,
}

/// Writes appointments with the time they take; `name` keeps the ids of several calls apart.
pub(crate) async fn appointments(store: &Store, organization: &str, name: &str, list: &[Taken], now: i64) -> Outcome {
    for (portion, taken) in list.chunks(PORTION).enumerate() {
        let id = |place: usize| format!("44{name:0>10}{:020}", portion * PORTION + place);
        let body = json!({"source": "APP"}).to_string();
        let records = (0..taken.len()).map(|place| json!({"i": id(place), "b": body, "t": ""})).collect();
        insert(store, "44", organization, records, now).await?;
        let spans: Vec<Value> = taken
            .iter()
            .enumerate()
            .map(|(place, taken)| json!({"i": id(place), "s": taken.start, "e": taken.end}))
            .collect();
        let occupations: Vec<Value> = taken
            .iter()
            .enumerate()
            .flat_map(|(place, taken)| {
                let id = id(place);
                let row = move |resource: &i64| json!({"i": id, "s": taken.start, "e": taken.end, "r": resource});
                taken.resources.iter().map(row)
            })
            .collect();
        let (spans, occupations) = (Value::Array(spans).to_string(), Value::Array(occupations).to_string());
        let organization = organization.to_owned();
        let written = store.write(move |tx| {
            let (spans, occupations, organization) = (spans.clone(), occupations.clone(), organization.clone());
            Box::pin(async move {
                let list = list_of(tx.dialect());
                let number = |name: &str| format!("CAST(value->>'{name}' AS BIGINT)");
                let (start, end, resource) = (number("s"), number("e"), number("r"));
                let sql = format!(
                    "INSERT INTO appointment (id, organization_id, start_at, end_at, canceled) \
                     SELECT value->>'i', CAST($2 AS TEXT), {start}, {end}, 0 FROM {list}"
                );
                tx.execute(&sql, &params![spans, organization]).await?;
                let sql = format!(
                    "INSERT INTO occupation (resource, start_at, end_at, holder_id, expires, shared) \
                     SELECT {resource}, {start}, {end}, value->>'i', 0, 0 FROM {list}"
                );
                tx.execute(&sql, &params![occupations]).await?;
                Ok::<_, StoreError>(())
            })
        });
        written.await?;
    }
    Ok(settle(store).await?)
}
