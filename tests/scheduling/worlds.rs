//! Random small worlds, and how they are made over the API.

use super::fixture::{Resource, Scene, text};
use super::reference::{Exception, Grid, Need, Person, Range, World, Write};
use kalends_testkit::app::TestApp;
use kalends_testkit::client::Answer;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How long a world is open at most, in minutes.
const LONG: i64 = 240;
/// Zones and instants two or so hours before their clocks are changed, and two where nothing happens.
const PLACES: [(&str, &str); 9] = [
    ("Europe/Berlin", "2027-03-27T23:00:00Z"),
    ("Europe/Berlin", "2027-10-30T22:00:00Z"),
    ("America/New_York", "2027-03-14T05:00:00Z"),
    ("America/New_York", "2027-11-07T04:00:00Z"),
    ("Australia/Lord_Howe", "2027-04-03T13:00:00Z"),
    ("Australia/Lord_Howe", "2027-10-02T13:30:00Z"),
    // The clock is set back at midnight: the day before is shown again.
    ("Asia/Beirut", "2027-10-30T19:00:00Z"),
    ("Asia/Kolkata", "2027-06-01T16:30:00Z"),
    ("Europe/Berlin", "2027-06-01T07:00:00Z"),
];
/// Lengths of what is booked before, with the follow-up that is part of them.
const BLOCKS: [(i64, i64); 2] = [(30, 10), (45, 0)];
const CATEGORIES: [&str; 3] = ["EMPLOYEE", "ROOM", "VEHICLE"];

fn range(longest: i64) -> impl Strategy<Value = Range> {
    // Multiples of five meet each other and the grid; others miss.
    let number = |most: i64| prop_oneof![4 => (0..most / 5).prop_map(|n| n * 5), 1 => 0..most];
    (number(LONG - 10), number(longest)).prop_map(|(start, length)| (start, (length + 5).min(LONG - start)))
}

fn write() -> impl Strategy<Value = Write> {
    let open = prop_oneof![4 => prop::collection::vec(range(240), 1..3), 1 => Just(Vec::new())];
    (range(LONG), open).prop_map(|(range, open)| {
        let inside = |(start, length): Range| {
            let (from, to) = (start.max(range.0), (start + length).min(range.0 + range.1));
            (from < to).then_some((from, to - from))
        };
        Write { range, open: open.into_iter().filter_map(inside).collect() }
    })
}

/// Sometimes nothing.
fn few<T: std::fmt::Debug>(one: impl Strategy<Value = T>, most: usize) -> impl Strategy<Value = Vec<T>> {
    let list = prop::collection::vec(one, 0..=most);
    (prop::bool::weighted(0.35), list).prop_map(|(some, list)| if some { list } else { Vec::new() })
}

pub(super) fn exception(people: usize) -> impl Strategy<Value = Exception> {
    let person = prop::option::of(0..people);
    (any::<bool>(), range(90), person, any::<bool>()).prop_map(|(free, range, person, template)| Exception {
        free,
        range,
        person,
        template,
    })
}

fn person() -> impl Strategy<Value = Person> {
    let busy =
        (range(5), prop::sample::select(BLOCKS.as_slice())).prop_map(|((start, _), (length, _))| (start, length));
    (0..3usize, few(write(), 2), few(busy, 2)).prop_map(|(category, hours, busy)| Person { category, hours, busy })
}

fn need(people: usize) -> impl Strategy<Value = Need> {
    // Long lists more often than short ones, else little can be served.
    let list =
        (1..1u8 << people, 1..1u8 << people, any::<bool>()).prop_map(|(a, b, long)| if long { a | b } else { a });
    (list, prop_oneof![2 => Just(1), 1 => Just(2)], any::<bool>()).prop_map(
        |(list, quantity, by_customer): (u8, u32, bool)| Need {
            list,
            quantity: quantity.min(list.count_ones()),
            by_customer,
        },
    )
}

pub(super) fn world() -> impl Strategy<Value = World> {
    let grid = prop_oneof![
        4 => prop::sample::select([10, 15, 20, 30, 60].as_slice()).prop_map(Grid::Every),
        1 => prop::collection::btree_set(0..LONG, 1..12).prop_map(|starts| Grid::Written(starts.into_iter().collect())),
    ];
    let rules = prop_oneof![5 => Just((0, (0, 400))), 1 => (0..150i64, (0..2i64, 0..2i64)).prop_map(|(lead, (first, more))| (lead, (first, first + more)))];
    let length = |longest: i64| prop_oneof![1 => Just(0), 1 => 0..longest];
    (2..=4usize)
        .prop_flat_map(move |people| {
            let steps = prop_oneof![2 => prop::collection::vec(need(people), 1..=3).prop_map(Some), 1 => Just(None)];
            (
                (prop::sample::select(PLACES.as_slice()), grid.clone(), rules.clone()),
                (few(write(), 2), few(exception(people), 2), few(write(), 1)),
                prop::collection::vec(person(), people),
                few(exception(people), 3),
                (length(20), 5..45i64, length(20)),
                (steps, 1..1u8 << people),
            )
        })
        .prop_map(|(place, tree, people, exceptions, times, (steps, linked))| {
            let ((zone, origin), grid, (lead, days)) = place;
            let (above, mut above_exceptions, hours) = tree;
            above_exceptions.iter_mut().for_each(|one| (one.person, one.template) = (None, false));
            // Days around are closed, so that nothing depends on what is written above this world.
            let around = Write { range: (-4_000, 8_000), open: vec![(0, LONG)] };
            let above = std::iter::once(around).chain(above).collect();
            let (preparation, duration, follow_up) = times;
            World {
                zone,
                origin,
                grid,
                lead,
                days,
                above,
                above_exceptions,
                hours,
                people,
                exceptions,
                preparation,
                duration,
                follow_up,
                steps,
                linked,
            }
        })
}

/// A world that was made.
pub(super) struct Made {
    pub scene: Scene,
    /// Id of the template without its prefix.
    pub template: String,
    /// Its people.
    pub people: Vec<Resource>,
}

async fn put_hours(scene: &Scene, world: &World, path: &str, writes: &[Write]) {
    for write in writes {
        let piece = |(start, length): &Range| json!({"start": world.text(*start), "end": world.text(start + length)});
        let open: Vec<Value> = write.open.iter().map(piece).collect();
        let (start, length) = write.range;
        let document =
            json!({"rangeStart": world.text(start), "rangeEnd": world.text(start + length), "availability": open});
        scene.app.put(&format!("{path}/availability/edit"), document).await.content(200);
    }
}

impl Made {
    /// Makes the world; the clock shows an hour before its minute 0.
    pub(super) async fn new(app: &TestApp, world: &World) -> Self {
        app.clock.set(&world.text(World::NOW));
        let grid = match &world.grid {
            Grid::Every(minutes) => format!("MINUTES_{minutes}"),
            Grid::Written(_) => "CUSTOM".to_owned(),
        };
        let settings = json!({
            "timeZone": world.zone, "timeGrid": grid, "moduleBookingLeadTime": world.lead,
            "moduleBookingDayEarliest": world.days.0, "moduleBookingDayLatest": world.days.1,
        });
        let root = Scene::with(app, settings).await;
        if let Grid::Written(starts) = &world.grid {
            let starts: Vec<String> = starts.iter().map(|start| world.text(*start)).collect();
            let range = json!({"rangeStart": world.text(-4_000), "rangeEnd": world.text(4_000), "timeGrid": starts});
            root.app.put("/timeGrid/edit", range).await.content(200);
        }
        put_hours(&root, world, "", &world.above).await;
        for exception in &world.above_exceptions {
            let (start, length) = exception.range;
            let kind = if exception.free { "FREE" } else { "BLOCKED" };
            root.exception(kind, &world.text(start), &world.text(start + length), json!({})).await;
        }
        let scene = root.below(app, json!({})).await;
        put_hours(&scene, world, "", &world.hours).await;
        let mut people = Vec::new();
        for (index, person) in world.people.iter().enumerate() {
            let resource = match person.category {
                0 => scene.resource("employee", json!({"firstName": "P", "lastName": index.to_string()})).await,
                other => {
                    scene.resource("resource", json!({"name": index.to_string(), "category": CATEGORIES[other]})).await
                }
            };
            put_hours(&scene, world, &format!("/{}", resource.path), &person.hours).await;
            people.push(resource);
        }
        let times =
            json!({"preparationTime": world.preparation, "duration": world.duration, "followUpTime": world.follow_up});
        let members =
            |bits: u8| people.iter().enumerate().filter(move |(index, _)| bits >> index & 1 == 1).map(|(_, one)| one);
        let template = match &world.steps {
            None => scene.simple(times, &members(world.linked).collect::<Vec<_>>()).await,
            Some(steps) => {
                let template = scene.template("COMPLEX", times).await;
                for (index, step) in steps.iter().enumerate() {
                    let display = if step.by_customer { ["CUSTOMER", "BOTH"][index % 2] } else { "SYSTEM" };
                    scene.step(&template, step.quantity, display, &members(step.list).collect::<Vec<_>>()).await;
                }
                template
            }
        };
        let made = Self { scene, template, people };
        for exception in &world.exceptions {
            made.except(world, exception).await;
        }
        made.block(world).await;
        made
    }

    /// Writes an exception; answers its id.
    pub(super) async fn except(&self, world: &World, exception: &Exception) -> String {
        let mut of = json!({});
        if let Some(person) = exception.person {
            of["bookingResourceId"] = json!(self.people[person].id);
        }
        if exception.template {
            of["appointmentTemplateId"] = json!(format!("ea{}", self.template));
        }
        let (start, length) = exception.range;
        let kind = if exception.free { "FREE" } else { "BLOCKED" };
        self.scene.exception(kind, &world.text(start), &world.text(start + length), of).await
    }

    /// Books what is booked before, with all overrides: it may overlap.
    async fn block(&self, world: &World) {
        let everybody: Vec<&Resource> = self.people.iter().collect();
        for (length, follow_up) in BLOCKS {
            let mut template = String::new();
            for (person, of) in world.people.iter().zip(&self.people) {
                for (start, _) in person.busy.iter().filter(|busy| busy.1 == length) {
                    if template.is_empty() {
                        let times = json!({"duration": length - follow_up, "followUpTime": follow_up});
                        template = self.scene.template("COMPLEX", times).await;
                        self.scene.step(&template, 1, "BOTH", &everybody).await;
                    }
                    let body = json!({
                        "bookingTemplateId": format!("fc{template}"), "start": world.text(*start),
                        "bookingResourceIdList": [of.id], "overrideAvailability": true, "overrideOccupation": true,
                        "overrideWindow": true,
                    });
                    self.scene.app.post("/appointment/add", body).await.content(201);
                }
            }
        }
    }

    /// Ids of a team.
    pub(super) fn ids(&self, team: u8) -> Vec<&str> {
        self.people
            .iter()
            .enumerate()
            .filter(|(index, _)| team >> index & 1 == 1)
            .map(|(_, one)| one.id.as_str())
            .collect()
    }

    /// The team of such ids.
    pub(super) fn team<'a>(&self, ids: impl Iterator<Item = &'a str>) -> u8 {
        let place = |id: &str| self.people.iter().position(|one| one.id == id).expect("one of the world");
        ids.map(|id| 1u8 << place(id)).sum()
    }

    /// Everything that is listed: minute, choice and slot id, in order.
    pub(super) async fn listed(&self, world: &World, module: bool, query: &str) -> Vec<(i64, u8, String)> {
        let caller = if module { &self.scene.module } else { &self.scene.app };
        let dates: BTreeSet<String> = World::MINUTES.map(|minute| world.wall(minute).date().to_string()).collect();
        let mut listed = Vec::new();
        for date in dates {
            for slot in self.scene.day_of(caller, &self.template, &date, query).await {
                let choice = self.team(slot.resources.iter().map(String::as_str));
                listed.push((world.minute(&slot.at), choice, slot.slot));
            }
        }
        listed
    }

    /// Books a start with a whole team, by hand.
    pub(super) async fn book(&self, world: &World, start: i64, team: u8) -> Answer {
        let body = json!({
            "bookingTemplateId": format!("fc{}", self.template), "start": world.text(start),
            "bookingResourceIdList": self.ids(team),
        });
        self.scene.app.post("/appointment/add", body).await
    }

    /// Who serves an appointment.
    pub(super) async fn team_of(&self, appointment: &str) -> u8 {
        let shown = self.scene.app.get(&format!("/appointment/{appointment}/show")).await;
        let list = shown.content(200)["bookingResourceList"].as_array().expect("a list").clone();
        let ids: Vec<String> = list.iter().map(|one| text(one, "id")).collect();
        self.team(ids.iter().map(String::as_str))
    }

    pub(super) async fn cancel(&self, appointment: &str) {
        self.scene.app.put(&format!("/appointment/{appointment}/cancel"), Value::Null).await.content(200);
    }
}
