//! The first walk: show an organization, exchange a token, add a customer, search among many.

use crate::load::{self, Load, Request};
use crate::program::{Program, path};
use crate::seed::{self, Numbers};
use crate::table::{Table, progress};
use crate::{Outcome, Wish};
use kalends_engine::clock::{Clock, SystemClock};
use serde_json::json;
use std::time::Instant;

/// Measures everything on each database.
pub(crate) async fn run(wish: &Wish) -> Outcome {
    let table = Table::begin("The first walk", wish)?;
    for kind in &wish.databases {
        let program = Program::start(*kind).await?;
        measure(&table, wish, program).await?;
    }
    Ok(())
}

async fn measure(table: &Table, wish: &Wish, mut program: Program) -> Outcome {
    let database = program.kind.name();
    let aims = match program.kind {
        crate::program::Kind::Sqlite => ["ratio 0.30", "ratio 0.15", "ratio 0.08"],
        crate::program::Kind::Postgres => ["ratio 0.20", "ratio 0.10", "ratio 0.05"],
    };
    let load = Load { time: wish.time, ..Load::default() };
    let organization = program.text("/organizationId").to_owned();
    table.value(database, "memory, just started", &format!("{:.0} MB", program.memory()?), "");

    let token = program.access_token(&organization).await?;
    let show = [Request::get(path(&organization, "/show"), &token)];
    table.row(database, "show organization", 64, load::run(&program.base, &show, &load)?, aims[0]);

    let refresh = program.refresh_token().await?;
    let client = program.text("/app/clientId");
    let form =
        format!("grant_type=refresh_token&client_id={client}&refresh_token={refresh}&organization_id={organization}");
    let exchange = [Request::form("/oauth/token".into(), form)];
    table.row(database, "token exchange", 64, load::run(&program.base, &exchange, &load)?, aims[1]);

    let mut numbers = Numbers::new(2);
    let add: Vec<Request> = (0..1_000)
        .map(|_| {
            let (first, last) = seed::name(&mut numbers);
            let document = json!({"firstName": first, "lastName": last});
            Request::post(path(&organization, "/customer/add"), &token, &document)
        })
        .collect();
    table.row(database, "add customer, durable", 64, load::run(&program.base, &add, &load)?, aims[2]);

    progress(&format!("{database}: seeding {} customers", wish.customers));
    let begin = Instant::now();
    seed::customers(&program.store, &organization, wish.customers, SystemClock.now()).await?;
    progress(&format!("seeded in {:.0} s", begin.elapsed().as_secs_f64()));
    let token = program.access_token(&organization).await?;
    let filter: Vec<Request> = (0..1_000)
        .map(|count| {
            let (first, last) = seed::name(&mut numbers);
            let words = match count % 3 {
                0 => last,
                1 => format!("{first}+{last}"),
                _ => format!("{first}+{}", &last[..4]),
            };
            Request::get(path(&organization, &format!("/customer/filter/1?searchQuery={words}")), &token)
        })
        .collect();
    for connections in [1, 64] {
        let load = Load { connections, ..load.clone() };
        let what = format!("filter over {} customers", wish.customers);
        let aim = if connections == 1 { "p99 30 ms" } else { "" };
        table.row(database, &what, connections, load::run(&program.base, &filter, &load)?, aim);
    }
    table.value(database, "memory after it all", &format!("{:.0} MB", program.memory()?), "120 MB");
    let ready = program.restart().await?;
    table.value(database, "ready after starting on this database", &format!("{} ms", ready.as_millis()), "300 ms");
    Ok(())
}
