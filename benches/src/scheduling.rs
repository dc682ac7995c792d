//! Slots and bookings.

use crate::load::{self, Load, Request};
use crate::program::{Kind, Program, path};
use crate::table::{Table, progress};
use crate::world::{self, World};
use crate::{Outcome, Wish};
use jiff::civil::Date;
use serde_json::{Value, json};
use std::time::Instant;

/// Clients that book at once.
const CLIENTS: usize = 100;
/// Bookings of one row.
const BOOKINGS: usize = 6_000;

/// Measures everything on each database.
pub(crate) async fn run(wish: &Wish) -> Outcome {
    let table = Table::begin("Scheduling", wish)?;
    for kind in &wish.databases {
        measure(&table, wish, *kind).await?;
    }
    Ok(())
}

async fn measure(table: &Table, wish: &Wish, kind: Kind) -> Outcome {
    let program = Program::start(kind).await?;
    progress(&format!("{}: making the data set", kind.name()));
    let begin = Instant::now();
    let world = world::make(&program).await?;
    progress(&format!("made in {:.0} s", begin.elapsed().as_secs_f64()));
    let bench = Bench { table, wish, program: &program, world: &world };

    let day = bench.world.slots(&world.simple, &day(world.day));
    bench.read("day of a SIMPLE template, 20 employees", &day, &[1, 64], "p95 5 ms").await?;
    let month = format!("year/{}/month/{}/listMonth", world.month.year(), world.month.month());
    let complex = world.slots(&world.complex, &month);
    bench
        .read("month of a COMPLEX template, 2 of 50 employees, 1 of 10 rooms", &complex, &[1, 64], "p95 50 ms")
        .await?;
    let earliest = world.slots(&world.booked_out, "earliest");
    bench.read("earliest, first free time 11 months away", &earliest, &[1, 64], "p95 80 ms").await?;
    for (employees, template) in &world.curve {
        let what = format!("curve: month, 2 of {employees} employees, 1 of 10 rooms");
        bench.read(&what, &world.slots(template, &month), &[1], "linear").await?;
    }
    let mut before = 0;
    for elsewhere in [1_000, 100_000] {
        world.elsewhere(&program, before..elsewhere).await?;
        before = elsewhere;
        let what = format!("curve: month, 2 of 50, with {elsewhere} appointments elsewhere");
        bench.read(&what, &complex, &[1], "the same").await?;
    }
    bench.book().await?;
    table.value(kind.name(), "memory after it all", &format!("{:.0} MB", program.memory()?), "");
    Ok(())
}

fn day(date: Date) -> String {
    format!("year/{}/month/{}/day/{}/listDay", date.year(), date.month(), date.day())
}

struct Bench<'a> {
    table: &'a Table,
    wish: &'a Wish,
    program: &'a Program,
    world: &'a World,
}

impl Bench<'_> {
    /// A read, with one client (what one person waits) and with many (what the machine can do).
    async fn read(&self, what: &str, path: &str, connections: &[usize], aim: &str) -> Outcome {
        let token = self.program.access_token(&self.world.organization).await?;
        let caller = self.program.caller(&self.world.organization).await?;
        let inside = path.strip_prefix(&crate::program::path(&self.world.organization, "")).unwrap_or(path);
        let answer = caller.get(inside).await;
        let slots = answer.content(200)["list"].as_array().map_or(1, Vec::len);
        let what = format!("{what} ({slots} slots, {:.0} KB)", answer.text.len() as f64 / 1024.0);
        let requests = [Request::get(path.to_owned(), &token)];
        for connections in connections {
            let load = Load { connections: *connections, time: self.wish.time, once: false, pause: 0 };
            let measured = load::run(&self.program.base, &requests, &load)?;
            let aim = if *connections == 1 { aim } else { "" };
            self.table.row(self.program.kind.name(), &what, *connections, measured, aim);
        }
        Ok(())
    }

    /// Bookings of free slots by many clients at once, each slot once, each with a new customer.
    async fn book(&self) -> Outcome {
        let caller = self.program.caller(&self.world.organization).await?;
        let mut slots = Vec::new();
        for date in self.world.working_days() {
            let answer =
                caller.get(&format!("/bookingTemplate/fc{}/bookingSlot/{}", self.world.simple, day(date))).await;
            let list = answer.content(200)["list"].as_array().cloned().unwrap_or_default();
            slots.extend(list.iter().filter_map(|slot| slot["id"].as_str().map(str::to_owned)));
        }
        slots.truncate(BOOKINGS);
        let token = self.program.access_token(&self.world.organization).await?;
        let requests: Vec<Request> = slots
            .iter()
            .map(|slot| {
                let document: Value =
                    json!({"bookingSlotId": slot, "customer": {"firstName": "Jane", "lastName": "Doe"}});
                Request::post(path(&self.world.organization, "/appointment/add"), &token, &document)
            })
            .collect();
        let load = Load { connections: CLIENTS, time: self.wish.time * 4, once: true, pause: 0 };
        let measured = load::run(&self.program.base, &requests, &load)?;
        self.table.row(self.program.kind.name(), "booking write, durable", CLIENTS, measured, "p95 30 ms");
        Ok(())
    }
}
