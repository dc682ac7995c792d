//! A server is killed without warning while many clients book, move and cancel, again and again; on PostgreSQL two others
//! go on serving meanwhile.
//!
//! What was acknowledged is there afterwards, what was not happened wholly or not at all, and no two bookings overlap.

use crate::scene::{Scene, assert_whole, rounds};
use crate::server::text;
use kalends_store::{Database, Store, params};
use kalends_testkit::client::{Answer, Caller};
use kalends_testkit::postgres::TestPostgres;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

/// Clients that book at once.
const CLIENTS: usize = 9;
/// How long they do before a server is killed, at least; every round a little longer.
const LOAD: Duration = Duration::from_millis(200);
/// Starts that are fought for in each round: half an hour each, for three employees.
const STARTS: i64 = 48;
/// Places of each round's event.
const PLACES: usize = 10;

/// What a client knows of an appointment.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    /// It begins then.
    At(i64),
    Canceled,
    /// A move or a cancellation was not answered: as before or as wanted.
    Either(Box<Known>, Box<Known>),
}

/// What one client saw.
#[derive(Default)]
struct Seen {
    known: BTreeMap<String, Known>,
    /// Keys and bodies of bookings that were not answered.
    open: Vec<(String, Value)>,
    refused: usize,
}

async fn send(caller: &Caller, method: &str, path: &str, key: &str, body: &Value) -> Option<Answer> {
    let response = caller.request(method, path).header("idempotency-key", key).json(body).send().await.ok()?;
    let status = response.status().as_u16();
    // The head may have come while the body did not: that is an answer that was not received.
    let text = response.text().await.ok()?;
    let json = serde_json::from_str(&text).unwrap_or_default();
    Some(Answer { status, headers: Vec::new(), text, json })
}

/// What there is to book in a round.
struct Target {
    template: String,
    event: String,
    starts: Vec<String>,
    event_start: String,
}

/// Whether a change was done (`Some(true)`), refused because the time is taken, or not answered.
fn outcome(answer: Option<&Answer>, success: u16, what: &str) -> Option<bool> {
    let answer = answer?;
    let taken = answer.status == 409 && answer.codes() == ["slot_taken"];
    assert!(answer.status == success || taken, "{what}: {} {}", answer.status, answer.text);
    Some(!taken)
}

/// Books, moves and cancels until its server is gone or all shall stop.
async fn book(caller: Caller, name: String, seed: usize, target: Arc<Target>, stop: Arc<AtomicBool>) -> Seen {
    let mut seen = Seen::default();
    for number in 0.. {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let (key, place) = (format!("{name}n{number}"), (seed * 7 + number * 5) % target.starts.len());
        let event = number % 9 == 8;
        let (template, start) =
            if event { (&target.event, &target.event_start) } else { (&target.template, &target.starts[place]) };
        let body = json!({"bookingTemplateId": format!("fc{}", &template[2..]), "start": start, "customId": key});
        let answer = send(&caller, "POST", "/appointment/add", &key, &body).await;
        let Some(done) = outcome(answer.as_ref(), 201, "booking") else {
            seen.open.push((key, body));
            break;
        };
        let Some(answer) = answer.filter(|_| done) else {
            seen.refused += 1;
            continue;
        };
        let id = text(&answer.json["content"]["id"]);
        let minute = if event { -1 } else { i64::try_from(place).expect("few") };
        seen.known.insert(id.clone(), Known::At(minute));
        let path = format!("/appointment/{id}");
        let (method, body, wanted) = match number % 3 {
            1 if !event => {
                let next = (place + 11) % target.starts.len();
                let body = json!({"start": target.starts[next]});
                ("move", body, Known::At(i64::try_from(next).expect("few")))
            }
            2 => ("cancel", Value::Null, Known::Canceled),
            _ => continue,
        };
        let answer = send(&caller, "PUT", &format!("{path}/{method}"), &format!("{key}m"), &body).await;
        match outcome(answer.as_ref(), 200, method) {
            Some(true) => {
                seen.known.insert(id, wanted);
            }
            Some(false) => {}
            None => {
                seen.known.insert(id, Known::Either(Box::new(Known::At(minute)), Box::new(wanted)));
                break;
            }
        }
    }
    seen
}

fn is(known: &Known, canceled: bool, start: i64) -> bool {
    match known {
        Known::At(wanted) => !canceled && *wanted == start,
        Known::Canceled => canceled,
        Known::Either(one, other) => is(one, canceled, start) || is(other, canceled, start),
    }
}

/// Compares everything that was acknowledged with what is there.
async fn check(scene: &Scene, store: &Store, round: usize, target: &Target, seen: &[Seen]) {
    let when = format!("round {round}");
    assert_whole(store, &when).await;
    let sql = "SELECT start_at, canceled FROM appointment WHERE id = $1";
    for (id, known) in seen.iter().flat_map(|seen| &seen.known) {
        let rows = store.query(sql, &params![id.as_str()]).await.expect("read");
        assert_eq!(rows.len(), 1, "{when}: {id} was acknowledged: {known:?}");
        let start = jiff::Timestamp::from_microsecond(rows[0].int(0)).expect("an instant").to_string();
        let place =
            target.starts.iter().position(|one| *one == start).map_or(-1, |place| i64::try_from(place).expect("few"));
        assert!(is(known, rows[0].int(1) != 0, place), "{when}: {id} should be {known:?}, is {place}");
    }
    // What was not answered is asked again with its key: it happened once, now or before, or the time is taken.
    let caller = scene.caller(round % scene.callers.len());
    for (key, body) in seen.iter().flat_map(|seen| &seen.open) {
        let again = send(&caller, "POST", "/appointment/add", key, body).await;
        let booked = outcome(again.as_ref(), 201, "asked again").expect("an answer");
        let sql = "SELECT count(*) FROM record WHERE entity = 'ed' AND custom_id = $1";
        let rows = store.query(sql, &params![key.as_str()]).await.expect("counted");
        assert_eq!(rows[0].int(0), i64::from(booked), "{when}: {key}");
    }
    assert_whole(store, &format!("{when}, after asking again")).await;
}

/// Kills a server `rounds` times; answers how many bookings were acknowledged and how many refused.
async fn kill(database: Database, folder: &Path, servers: usize, rounds: usize) -> (usize, usize) {
    let mut scene = Scene::new(database, folder, servers).await;
    let days = i64::try_from(rounds).expect("few") + 1;
    let people = scene.employees(&["A", "B", "C"], 0, days * 1_440).await;
    let template = scene.team(1, people.iter()).await;
    let (mut acknowledged, mut refused) = (BTreeSet::new(), 0);
    for round in 0..rounds {
        let day = 1_440 * i64::try_from(round).expect("few");
        let event = scene.template("EVENT").await;
        let event_start = scene.at(day + 60_000);
        let date = json!({"start": event_start, "appointmentEventAttendanceCountMax": PLACES});
        let path = format!("/appointmentTemplate/{event}/appointmentTemplateEventDateTime/add");
        scene.callers[0].post(&path, date).await.content(201);
        let starts = (0..STARTS).map(|half| scene.at(day + half * 30)).collect();
        let target = Arc::new(Target { template: template.clone(), event, starts, event_start });
        let stop = Arc::new(AtomicBool::new(false));
        let mut clients = JoinSet::new();
        for client in 0..CLIENTS {
            let (caller, name) = (scene.caller(client % servers), format!("r{round}c{client}"));
            clients.spawn(book(caller, name, client, Arc::clone(&target), Arc::clone(&stop)));
        }
        tokio::time::sleep(LOAD + Duration::from_millis(11 * (round as u64 % 20))).await;
        let victim = round % servers;
        scene.servers[victim].kill();
        if servers > 1 {
            tokio::time::sleep(LOAD / 2).await;
            stop.store(true, Ordering::SeqCst);
        }
        let seen = clients.join_all().await;
        acknowledged.extend(seen.iter().flat_map(|seen| seen.known.keys().cloned()));
        refused += seen.iter().map(|seen| seen.refused).sum::<usize>();
        scene.servers[victim] = scene.started(victim).await;
        scene.callers[victim] = scene.caller(victim);
        let store = scene.store().await;
        if matches!(scene.database, Database::Sqlite(_)) {
            let answer = store.query("PRAGMA integrity_check", &[]).await.expect("checked");
            assert_eq!((answer.len(), answer[0].text(0)), (1, "ok"), "round {round}");
        }
        check(&scene, &store, round, &target, &seen).await;
        store.close().await;
    }
    (acknowledged.len(), refused)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_every_booking() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::Sqlite(folder.path().join("kalends.db"));
    let rounds = rounds(8);
    let (acknowledged, refused) = kill(database, folder.path(), 1, rounds).await;
    assert!(acknowledged > 5 * rounds, "hardly any load: {acknowledged} booked, {refused} refused");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_every_booking() {
    let cluster = TestPostgres::shared().expect("PostgreSQL");
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::Postgres(cluster.database().await.expect("a database"));
    let rounds = rounds(5);
    let (acknowledged, refused) = kill(database, folder.path(), 3, rounds).await;
    assert!(acknowledged > 5 * rounds, "hardly any load: {acknowledged} booked, {refused} refused");
}
