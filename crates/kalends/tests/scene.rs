//! An organization with something to book in it, made over the API of running servers.

use crate::server::{Server, demo, free_port, on, text};
use jiff::fmt::rfc2822;
use jiff::{Timestamp, ToSpan};
use kalends_store::{Database, Store, StoreConfig};
use kalends_testkit::client::{Answer, Caller};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Servers on one database, as behind one address.
pub(crate) struct Scene {
    pub(crate) servers: Vec<Server>,
    pub(crate) database: Database,
    folder: PathBuf,
    ports: Vec<u16>,
    /// The demo account, with this scene's organization in place of its own.
    account: Value,
    /// Callers of the servers, in the same order, inside of the organization.
    pub(crate) callers: Vec<Caller>,
    /// Midnight (UTC) some days from now: the servers' clock is the real one.
    pub(crate) day: Timestamp,
}

impl Scene {
    /// So many servers and an empty organization with a grid of 15 minutes.
    pub(crate) async fn new(database: Database, folder: &Path, servers: usize) -> Self {
        let account = demo(on(folder, &database));
        let ports: Vec<u16> = (0..servers).map(|_| free_port()).collect();
        let mut scene = Self {
            servers: Vec::new(),
            database,
            folder: folder.to_owned(),
            ports,
            account,
            callers: Vec::new(),
            day: Timestamp::UNIX_EPOCH,
        };
        for server in 0..servers {
            let started = scene.started(server).await;
            scene.servers.push(started);
        }
        let root = scene.servers[0].caller(&scene.account).await;
        let settings = json!({"timeZone": "UTC", "timeGrid": "MINUTES_15", "moduleBookingDayLatest": 3650});
        let added = root.post("/organization/addSub", json!({"name": "Scene", "settings": settings})).await;
        scene.account["organizationId"] = added.content(201)["id"].clone();
        let now = rfc2822::parse(added.header("date")).expect("the server's date").timestamp().as_second();
        scene.day = Timestamp::from_second((now / 86_400 + 7) * 86_400).expect("an instant");
        for server in &scene.servers {
            scene.callers.push(server.caller(&scene.account).await);
        }
        scene
    }

    /// Starts one of the servers on its port.
    pub(crate) async fn started(&self, server: usize) -> Server {
        let mut command = on(&self.folder, &self.database);
        command.args(["--public-url", &format!("http://127.0.0.1:{}", self.ports[0])]);
        Server::start(&mut command, self.ports[server]).await
    }

    /// Connections of their own: a client that has talked to a killed server before is of no use.
    pub(crate) fn caller(&self, server: usize) -> Caller {
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Caller::new(&http, self.callers[server].base.clone(), self.callers[server].token.clone())
    }

    /// An instant so many minutes after the scene's day began.
    pub(crate) fn at(&self, minutes: i64) -> String {
        (self.day + minutes.minutes()).to_string()
    }

    /// Booking resources of employees who are there from one minute to another.
    pub(crate) async fn employees(&self, names: &[&str], from: i64, to: i64) -> Vec<String> {
        let mut ids = Vec::new();
        for name in names {
            let body = json!({"firstName": name, "lastName": name});
            let added = self.callers[0].post("/employee/add", body).await;
            let path = format!("/employee/{}", text(&added.content(201)["id"]));
            let hours = json!({
                "rangeStart": self.at(-2 * 1_440), "rangeEnd": self.at(90 * 1_440),
                "availability": [{"start": self.at(from), "end": self.at(to)}],
            });
            self.callers[0].put(&format!("{path}/availability/edit"), hours).await.content(200);
            let shown = self.callers[0].get(&format!("{path}/show")).await;
            ids.push(text(&shown.content(200)["bookingResourceId"]));
        }
        ids
    }

    /// A template of thirty minutes; answers its id.
    pub(crate) async fn template(&self, kind: &str) -> String {
        let added = self.callers[0]
            .post("/appointmentTemplate/add", json!({"name": "Template", "type": kind, "duration": 30}))
            .await;
        text(&added.content(201)["id"])
    }

    /// A COMPLEX template that needs some of these, chosen by the system.
    pub(crate) async fn team(&self, quantity: usize, resources: impl Iterator<Item = &String>) -> String {
        let template = self.template("COMPLEX").await;
        let path = format!("/appointmentTemplate/{template}/appointmentTemplateStep");
        let step = json!({"name": "Step", "selectionQuantity": quantity, "selectionDisplay": "SYSTEM"});
        let step = text(&self.callers[0].post(&format!("{path}/add"), step).await.content(201)["id"]);
        for resource in resources {
            let link = format!("{path}/{step}/bookingResource/{resource}/link");
            self.callers[0].send("LINK", &link, None).await.content(200);
        }
        template
    }

    /// The slot that begins then, if there is one; asked of one of the servers.
    pub(crate) async fn slot(&self, server: usize, template: &str, minutes: i64) -> Option<String> {
        let start = self.day + minutes.minutes();
        let date = jiff::tz::TimeZone::UTC.to_datetime(start).date();
        let path = format!(
            "/bookingTemplate/fc{}/bookingSlot/year/{}/month/{}/day/{}/listDay",
            &template[2..],
            date.year(),
            date.month(),
            date.day()
        );
        let listed = self.callers[server].get(&path).await;
        let list = listed.content(200)["list"].as_array().expect("a list").clone();
        let begins = |slot: &&Value| text(&slot["timestamp"]).parse::<Timestamp>().expect("an instant") == start;
        list.iter().find(begins).map(|slot| text(&slot["id"]))
    }

    /// Books a slot.
    pub(crate) async fn book(&self, server: usize, slot: &str) -> Answer {
        self.callers[server].post("/appointment/add", json!({"bookingSlotId": slot})).await
    }

    /// A store of its own on the servers' database.
    pub(crate) async fn store(&self) -> Store {
        let config = StoreConfig { database: self.database.clone(), ..StoreConfig::default() };
        Store::open(config).await.expect("a store")
    }
}

/// Statements that count what must never be; each must answer nought.
pub(crate) const NEVER: &[(&str, &str)] = &[
    (
        "overlapping occupations of one resource",
        "SELECT count(*) FROM occupation a JOIN occupation b ON a.resource = b.resource AND a.holder_id < b.holder_id \
         WHERE a.start_at < b.end_at AND b.start_at < a.end_at",
    ),
    (
        "more places taken than there are",
        "SELECT count(*) FROM event_date e WHERE (SELECT sum(a.places) FROM attendance a WHERE a.event_id = e.id) > e.places",
    ),
    (
        "appointments without time or place",
        "SELECT count(*) FROM appointment a WHERE a.canceled = 0 AND NOT EXISTS (SELECT 1 FROM occupation o WHERE o.holder_id = a.id) \
         AND NOT EXISTS (SELECT 1 FROM attendance t WHERE t.holder_id = a.id)",
    ),
    (
        "time that is taken by nobody",
        "SELECT count(*) FROM occupation o WHERE NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = o.holder_id AND a.canceled = 0) \
         AND NOT EXISTS (SELECT 1 FROM event_date e WHERE e.id = o.holder_id)",
    ),
    (
        "places that are taken by nobody",
        "SELECT count(*) FROM attendance t WHERE NOT EXISTS (SELECT 1 FROM appointment a WHERE a.id = t.holder_id AND a.canceled = 0)",
    ),
    (
        "appointments at another time than their occupation",
        "SELECT count(*) FROM appointment a JOIN occupation o ON o.holder_id = a.id \
         WHERE o.start_at <> a.start_at OR o.end_at <> a.end_at",
    ),
    (
        "records without a time",
        "SELECT count(*) FROM record r WHERE r.entity = 'ed' AND r.id NOT IN (SELECT id FROM appointment)",
    ),
    ("times without a record", "SELECT count(*) FROM appointment WHERE id NOT IN (SELECT id FROM record)"),
];

/// Asserts that nothing of [`NEVER`] is there.
pub(crate) async fn assert_whole(store: &Store, when: &str) {
    for (what, sql) in NEVER {
        let rows = store.query(sql, &[]).await.expect("counted");
        assert_eq!(rows[0].int(0), 0, "{when}: {what}");
    }
}

/// Rounds as `KALENDS_ROUNDS` asks for, otherwise as usual.
pub(crate) fn rounds(usual: usize) -> usize {
    std::env::var("KALENDS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(usual)
}
