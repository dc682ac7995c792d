//! The last requests of each client, without bodies, for its developer.
//!
//! A request costs an entry in memory; entries are written in portions. An entry names its route, and the path is made of
//! it later: what may be personal (a `customId`) is left out then.

use super::boxed;
use super::clients::{ClientKind, owned};
use crate::Service;
use crate::call::Caller;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_engine::route::Route;
use kalends_store::{Tx, params};
use parking_lot::Mutex;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Requests of a client that are kept.
pub const KEPT: usize = 100;
/// Clients whose requests are written in one transaction.
const PORTION: usize = 20;

/// A request of a client.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Who called.
    pub caller: Arc<Caller>,
    /// When it arrived.
    pub at: Micros,
    /// Place of its route in the table.
    pub route: usize,
    /// The path as it came, from `/app/v3/…` on.
    pub path: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// How long it took, in microseconds.
    pub duration: Micros,
    /// Its id.
    pub request_id: String,
}

/// A request as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// When it arrived.
    pub at: Micros,
    /// `GET`, …
    pub method: String,
    /// The path without what may be personal.
    pub path: String,
    /// HTTP status.
    pub status: i64,
    /// Microseconds.
    pub duration: Micros,
    /// Its id.
    pub request_id: String,
}

/// Requests that are not written yet: at most [`KEPT`] of each client.
#[derive(Debug, Default)]
pub struct RequestLog {
    waiting: Mutex<HashMap<String, VecDeque<Entry>>>,
}

impl RequestLog {
    /// Takes a request in.
    pub fn add(&self, entry: Entry) {
        let mut waiting = self.waiting.lock();
        if let Some(entries) = waiting.get_mut(&entry.caller.client_id) {
            if entries.len() >= KEPT {
                entries.pop_front();
            }
            entries.push_back(entry);
        } else {
            waiting.insert(entry.caller.client_id.clone(), VecDeque::from([entry]));
        }
    }
}

/// The path of a request as it is shown: ids as they were, names that clients gave left out.
fn shown(route: &Route, path: &str) -> String {
    // The API, its version and the locale stand before the route.
    let mut came = path.split('/').filter(|part| !part.is_empty());
    let mut shown = String::with_capacity(path.len());
    for part in came.by_ref().take(3) {
        shown.push('/');
        shown.push_str(part);
    }
    for part in route.path.split('/').filter(|part| !part.is_empty()) {
        shown.push('/');
        let value = came.next().unwrap_or_default();
        let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) else {
            shown.push_str(part);
            continue;
        };
        let plain = !value.is_empty() && value.len() <= 32 && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let secret = name == "customId" || name.ends_with("InstallKey");
        shown.push_str(if plain && !secret { value } else { part });
    }
    shown
}

impl Service {
    /// Writes down what waits and forgets what is older than the last [`KEPT`] of a client.
    ///
    /// # Errors
    /// Those of the database; the entries are lost then.
    pub async fn flush_request_log(&self) -> Result<(), Failure> {
        let waiting: Vec<(String, VecDeque<Entry>)> = self.request_log.waiting.lock().drain().collect();
        if waiting.is_empty() {
            return Ok(());
        }
        let line = |entry: Entry| {
            let route = self.routes.routes().get(entry.route);
            Line {
                at: entry.at,
                method: route.map_or("", |route| route.method.word()).to_owned(),
                path: route.map(|route| shown(route, &entry.path)).unwrap_or_default(),
                status: i64::from(entry.status),
                duration: entry.duration,
                request_id: entry.request_id,
            }
        };
        let mut lines: Vec<(String, Vec<Line>)> =
            waiting.into_iter().map(|(client, entries)| (client, entries.into_iter().map(line).collect())).collect();
        // In portions: nobody else's write waits for long.
        while !lines.is_empty() {
            let portion = Arc::new(lines.split_off(lines.len().saturating_sub(PORTION)));
            let work = boxed::<(), _>(move |tx| {
                let portion = Arc::clone(&portion);
                Box::pin(async move {
                    for (client, lines) in portion.iter() {
                        write(tx, client, lines).await?;
                    }
                    Ok(())
                })
            });
            self.store.write(work).await?;
        }
        Ok(())
    }

    /// The last requests of an app or module, newest first; those of this process up to this moment.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn client_requests(
        &self,
        account_id: &str,
        kind: ClientKind,
        record_id: &str,
    ) -> Result<Vec<Line>, Failure> {
        let (_, client_id) = owned(&mut &self.store, kind, account_id, record_id).await?;
        self.flush_request_log().await?;
        let sql = format!(
            "SELECT at, method, path, status, duration, request_id FROM request_log WHERE client_id = $1 \
             ORDER BY seq DESC LIMIT {KEPT}"
        );
        let rows = self.store.query(&sql, &params![client_id]).await?;
        let line = |row: &kalends_store::Row| Line {
            at: row.int(0),
            method: row.text(1).to_owned(),
            path: row.text(2).to_owned(),
            status: row.int(3),
            duration: row.int(4),
            request_id: row.text(5).to_owned(),
        };
        Ok(rows.iter().map(line).collect())
    }
}

async fn write(tx: &mut Tx, client: &str, lines: &[Line]) -> Result<(), Failure> {
    // A client that was deleted meanwhile has no log.
    let sql = "INSERT INTO request_log (client_id, at, method, path, status, duration, request_id) \
               SELECT id, $2, $3, $4, $5, $6, $7 FROM client WHERE id = $1";
    for line in lines {
        let values = params![
            client,
            line.at,
            line.method.as_str(),
            line.path.as_str(),
            line.status,
            line.duration,
            line.request_id.as_str()
        ];
        tx.execute(sql, &values).await?;
    }
    let old = format!(
        "DELETE FROM request_log WHERE client_id = $1 AND seq <= (SELECT seq FROM request_log WHERE client_id = $1 \
         ORDER BY seq DESC LIMIT 1 OFFSET {KEPT})"
    );
    tx.execute(&old, &params![client]).await?;
    Ok(())
}
