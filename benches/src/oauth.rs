//! The authorization server: each grant, introspection, authorize with a live session, logins beside other work.

use crate::load::{self, Load, Request};
use crate::oauth_seed::{self as seed, CHALLENGE, COOKIE, PASSWORD, PEOPLE, REDIRECT, VERIFIER};
use crate::program::{Kind, Program, path};
use crate::table::{Table, progress};
use crate::{Outcome, Wish, peer};
use std::time::Duration;
use url::form_urlencoded::Serializer;

/// Measures the peer, then ours on each database.
pub(crate) async fn run(wish: &Wish) -> Outcome {
    let table = Table::begin("The authorization server", wish)?;
    let load = Load { time: wish.time, ..Load::default() };
    let aims = peer::measure(&table, &load)?.map(|rate| format!("{:.0} (3 × cluster)", rate * 3.0));
    for kind in &wish.databases {
        let program = Program::start(*kind).await?;
        measure(&table, &load, &program, &aims).await?;
    }
    Ok(())
}

fn form(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

fn post(path: &str, pairs: &[(&str, &str)]) -> Request {
    Request::form(path.into(), form(pairs))
}

async fn measure(table: &Table, load: &Load, program: &Program, aims: &[String; 2]) -> Outcome {
    let database = program.kind.name();
    let base = program.base.as_str();
    // More codes than could be redeemed in the time: one that comes again is refused, and counts as failed.
    let codes = usize::try_from(load.time.as_secs())? * if program.kind == Kind::Sqlite { 15_000 } else { 6_000 };
    progress(&format!("{database}: writing {codes} codes"));
    seed::write(program, codes).await?;
    let organization = program.text("/organizationId").to_owned();
    let (id, secret) = (program.text("/app/clientId"), program.text("/app/clientSecret"));
    let client = [("client_id", id), ("client_secret", secret)];
    let row = |what: &str, requests: &[Request], load: &Load, aim: &str| -> Outcome {
        table.row(database, what, load.connections, load::run(base, requests, load)?, aim);
        Ok(())
    };

    let grant = [&[("grant_type", "client_credentials")], &client[..]].concat();
    row("client_credentials", &[post("/oauth/token", &grant)], load, &aims[0])?;
    let both = [&grant[..], &[("organization_id", &organization)]].concat();
    row("client_credentials, standard answer", &[post("/oauth/token", &both)], load, "")?;

    let refresh = program.refresh_token().await?;
    let exchange = [("grant_type", "refresh_token"), ("client_id", id), ("refresh_token", &refresh)];
    row("exchange", &[post("/oauth/token", &exchange)], load, &aims[1])?;
    let bound = [&exchange[..], &[("organization_id", &organization)]].concat();
    row("exchange for an organization", &[post("/oauth/token", &bound)], load, &aims[1])?;

    let token = program.access_token(&organization).await?;
    let introspect = [&client[..], &[("token", &token)]].concat();
    row("introspection", &[post("/oauth/introspect", &introspect)], load, "")?;

    let redeem: Vec<Request> = (0..codes)
        .map(|place| {
            let code = seed::code(place);
            let grant = [
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", REDIRECT),
                ("code_verifier", VERIFIER),
            ];
            post("/oauth/token", &[&grant[..], &client[..]].concat())
        })
        .collect();
    row("code redemption", &redeem, load, "")?;

    let asked = [
        ("response_type", "code"),
        ("client_id", id),
        ("redirect_uri", REDIRECT),
        ("state", "bench"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("organization_id", &organization),
    ];
    let authorize = Request::get(format!("/oauth/authorize?{}", form(&asked)), "");
    let authorize = authorize.with_cookies(&format!("__Host-kalends={COOKIE}"));
    row("authorize with a live session", &[authorize], load, "")?;

    logins(table, load, program, &token).await?;
    table.value(database, "memory after it all", &format!("{:.0} MB", program.memory()?), "120 MB");
    Ok(())
}

/// Logins on every core, and beside them somebody who works at a person's pace.
async fn logins(table: &Table, load: &Load, program: &Program, token: &str) -> Outcome {
    let database = program.kind.name();
    let organization = program.text("/organizationId");
    let show = [Request::get(path(organization, "/show"), token)];
    let pace = Load { connections: 8, pause: 20, ..load.clone() };
    table.row(database, "show organization, 8 people, alone", 8, load::run(&program.base, &show, &pace)?, "");

    let page =
        reqwest::Client::builder().no_proxy().build()?.get(format!("{}/oauth/login", program.base)).send().await?;
    let cookies =
        page.headers().get_all("set-cookie").iter().filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    let cookies = cookies.collect::<Vec<_>>().join("; ");
    let page = page.text().await?;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).ok_or("no csrf")?;
    let logins: Vec<Request> = (0..PEOPLE)
        .map(|place| {
            let email = seed::email(place);
            post("/oauth/login", &[("csrf", csrf), ("email", &email), ("password", PASSWORD)]).with_cookies(&cookies)
        })
        .collect();
    let (base, busy) = (program.base.clone(), Load { connections: 16, ..load.clone() });
    let beside = tokio::task::spawn_blocking(move || load::run(&base, &logins, &busy));
    let shown =
        load::run(&program.base, &show, &Load { time: load.time.saturating_sub(Duration::from_secs(1)), ..pace })?;
    table.row(database, "password logins", 16, beside.await??, "argon2id on all cores");
    table.row(database, "show organization, 8 people, beside the logins", 8, shown, "p99 50 ms");
    Ok(())
}
