//! The server is killed without warning (`SIGKILL`) while many clients write, again and again.
//!
//! What was acknowledged must be there afterwards, what was not may be there or not, and nothing may be half there: a
//! record has its line in the audit trail, its search words and as many versions as changes, and a key acts once.

use crate::server::{Server, demo, free_port, on};
use kalends_store::{Database, Store, StoreConfig, params};
use kalends_testkit::client::{Answer, Caller};
use kalends_testkit::postgres::TestPostgres;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// Clients that write at once.
const WRITERS: usize = 8;
/// How long they write before the server is killed, at least; every round a little longer.
const LOAD: Duration = Duration::from_millis(120);

/// What must be known of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    /// Acknowledged with this name.
    Named(String),
    /// Its deletion was acknowledged.
    Deleted,
    /// A change was on its way when the server died: either of the two.
    Either(Option<String>, Option<String>),
}

/// What one client saw.
#[derive(Default)]
struct Seen {
    records: HashMap<String, State>,
    /// Keys of additions that were not answered, with their names.
    open: Vec<(String, String)>,
}

async fn send(caller: &Caller, method: &str, path: &str, key: &str, body: &Value) -> Option<Answer> {
    let request = caller.request(method, path).header("idempotency-key", key).json(body);
    let response = request.send().await.ok()?;
    let status = response.status();
    // The head may have come while the body did not: that is an answer that was not received.
    let text = response.text().await.ok()?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    Some(Answer { status: status.as_u16(), headers: Vec::new(), text, json })
}

/// Adds, changes and deletes customers until the server is gone.
async fn write(caller: Caller, name: String) -> Seen {
    let mut seen = Seen::default();
    for number in 0.. {
        let last = format!("{name}n{number}");
        let Some(added) = send(&caller, "POST", "/customer/add", &last, &json!({"lastName": last})).await else {
            seen.open.push((last.clone(), last));
            return seen;
        };
        let id = added.content(201)["id"].as_str().expect("an id").to_owned();
        seen.records.insert(id.clone(), State::Named(last.clone()));
        if number % 3 == 1 {
            let path = format!("/customer/{id}/edit");
            let next = format!("{last}e");
            match send(&caller, "PUT", &path, "", &json!({"lastName": next})).await {
                Some(edited) => {
                    edited.content(200);
                    seen.records.insert(id.clone(), State::Named(next));
                }
                None => {
                    seen.records.insert(id, State::Either(Some(last), Some(next)));
                    return seen;
                }
            }
        } else if number % 3 == 2 {
            match send(&caller, "DELETE", &format!("/customer/{id}/delete"), "", &Value::Null).await {
                Some(deleted) => {
                    deleted.content(200);
                    seen.records.insert(id, State::Deleted);
                }
                None => {
                    seen.records.insert(id, State::Either(Some(last), None));
                    return seen;
                }
            }
        }
    }
    seen
}

/// Statements that count what is half there; each must answer nought.
const HALVES: &[(&str, &str)] = &[
    (
        "records without the line of their addition",
        "SELECT count(*) FROM record r WHERE NOT EXISTS (SELECT 1 FROM audit a WHERE a.entity_id = r.id AND a.action = 'ADD')",
    ),
    (
        "additions without a record or a deletion",
        "SELECT count(*) FROM audit a WHERE a.action = 'ADD' AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = a.entity_id) \
         AND NOT EXISTS (SELECT 1 FROM audit d WHERE d.entity_id = a.entity_id AND d.action = 'DELETE')",
    ),
    (
        "versions without the line of their change",
        "SELECT count(*) FROM record r WHERE r.entity = 'd3' \
         AND r.version <> 1 + (SELECT count(*) FROM audit a WHERE a.entity_id = r.id AND a.action = 'EDIT')",
    ),
    ("kept answers without an answer", "SELECT count(*) FROM idempotency WHERE status = 0 OR answer = ''"),
];

async fn number(store: &Store, sql: &str) -> i64 {
    store.query(sql, &[]).await.expect("counted").first().map_or(-1, |row| row.int(0))
}

/// Checks the whole database for what is half there, and the round's records one by one.
async fn check(store: &Store, caller: &Caller, round: usize, seen: &[Seen]) {
    let sqlite = matches!(store.dialect(), kalends_store::Dialect::Sqlite);
    let search = if sqlite { "rowid" } else { "seq" };
    for (what, sql) in HALVES {
        assert_eq!(number(store, sql).await, 0, "round {round}: {what}");
    }
    let words =
        format!("SELECT count(*) FROM record r WHERE r.entity = 'd3' AND r.seq NOT IN (SELECT {search} FROM search)");
    assert_eq!(number(store, &words).await, 0, "round {round}: customers without search words");
    let orphans = format!("SELECT count(*) FROM search WHERE {search} NOT IN (SELECT seq FROM record)");
    assert_eq!(number(store, &orphans).await, 0, "round {round}: search words without a record");
    for (id, state) in seen.iter().flat_map(|seen| &seen.records) {
        let rows = store.query("SELECT body FROM record WHERE id = $1", &params![id.as_str()]).await.expect("read");
        let body: Option<Value> = rows.first().map(|row| serde_json::from_str(row.text(0)).expect("a whole body"));
        let name = body.as_ref().and_then(|body| body["lastName"].as_str()).map(str::to_owned);
        let right = match state {
            State::Named(wanted) => name.as_ref() == Some(wanted),
            State::Deleted => name.is_none(),
            State::Either(one, other) => name == *one || name == *other,
        };
        assert!(right, "round {round}: {id} should be {state:?}, is {name:?}");
    }
    // One acknowledged record of each client is found by its words.
    for seen in seen {
        let named =
            seen.records.values().find_map(|state| if let State::Named(name) = state { Some(name) } else { None });
        let Some(name) = named else { continue };
        let found = caller.get(&format!("/customer/filter/1?searchQuery={name}")).await;
        let list = found.content(200)["recordList"].as_array().expect("a list");
        assert!(list.iter().any(|record| record["lastName"] == name.as_str()), "round {round}: {name} is not found");
    }
    // What was not answered is asked again with its key: it happened once, now or before.
    for (key, name) in seen.iter().flat_map(|seen| &seen.open) {
        let again = send(caller, "POST", "/customer/add", key, &json!({"lastName": name})).await.expect("an answer");
        again.content(201);
        let sql = "SELECT count(*) FROM record WHERE entity = 'd3' AND body LIKE $1";
        let rows = store.query(sql, &params![format!("%\"lastName\":\"{name}\"%")]).await.expect("counted");
        assert_eq!(rows[0].int(0), 1, "round {round}: {name} was added more than once");
    }
}

/// Kills the server `rounds` times; answers how many writes were acknowledged.
async fn rounds(database: Database, folder: &Path, rounds: usize) -> usize {
    let port = free_port();
    let demo = demo(on(folder, &database));
    let mut server = Server::start(&mut on(folder, &database), port).await;
    let Caller { base: inside, token, .. } = server.caller(&demo).await;
    let http = server.http.clone();
    let mut acknowledged = 0;
    for round in 0..rounds {
        let mut writers = tokio::task::JoinSet::new();
        for writer in 0..WRITERS {
            // Connections of their own: the pool of a killed server is of no use.
            let http = reqwest::Client::builder().no_proxy().build().expect("a client");
            let caller = Caller::new(&http, inside.clone(), token.clone());
            writers.spawn(write(caller, format!("r{round}w{writer}")));
        }
        tokio::time::sleep(LOAD + Duration::from_millis(7 * (round as u64 % 20))).await;
        server.kill();
        let seen = writers.join_all().await;
        acknowledged += seen.iter().map(|seen| seen.records.len()).sum::<usize>();
        server = Server::start(&mut on(folder, &database), port).await;
        let store = StoreConfig { database: database.clone(), ..StoreConfig::default() };
        let store = Store::open(store).await.expect("a store");
        // On a fresh connection: one that has read the search index before may take another one's merge for damage.
        if matches!(database, Database::Sqlite(_)) {
            let answer = store.query("PRAGMA integrity_check", &[]).await.expect("checked");
            assert_eq!((answer.len(), answer[0].text(0)), (1, "ok"), "round {round}");
        }
        check(&store, &Caller::new(&http, inside.clone(), token.clone()), round, &seen).await;
        store.close().await;
    }
    server.kill();
    acknowledged
}

/// Fifty times on SQLite.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_loses_nothing_when_it_is_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::Sqlite(folder.path().join("kalends.db"));
    let acknowledged = rounds(database, folder.path(), 50).await;
    assert!(acknowledged > 500, "hardly any load: {acknowledged}");
}

/// The server's end is no harder for PostgreSQL than a lost connection: a few times are enough.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_loses_nothing_when_the_server_is_killed() {
    let cluster = TestPostgres::shared().expect("PostgreSQL");
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::Postgres(cluster.database().await.expect("a database"));
    let acknowledged = rounds(database, folder.path(), 8).await;
    assert!(acknowledged > 50, "hardly any load: {acknowledged}");
}
