//! A model of logins and tokens: random codes, redemptions, exchanges, replays, revocations, clients switched off, modules
//! uninstalled, consents withdrawn, days that go by, rows that are removed and processes that start again, step by step
//! beside a small list in memory.
//!
//! After each step: at most one live refresh token in each rotating login, no token of a client that is off works, stable
//! tokens are what they were.

mod walk;

use kalends_testkit::app::On;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Runtime;
use walk::Model;

const DAY: i64 = 86_400;

/// One step; numbers choose among what is there, modulo its length.
#[derive(Debug, Clone)]
enum Step {
    /// A person lets a client in: client, person, in the organization where the module is installed.
    Authorize(usize, usize, bool),
    /// The code that many steps ago.
    Redeem(usize),
    /// The newest refresh token of a login.
    Exchange(usize),
    /// A refresh token of a login that many generations ago.
    Replay(usize, usize),
    /// A stable token, and whether for the organization where the module is installed.
    ExchangeStable(usize, bool),
    GetStable(usize),
    Revoke(usize),
    RevokeStable(usize),
    /// A client off, or on again.
    Switch(usize),
    /// A person off, or on again.
    Bar(usize),
    /// Consents of a person for a client.
    Withdraw(usize, usize),
    /// A session behind a code.
    LogOut(usize),
    /// The module out of the organization, or in again.
    Uninstall,
    /// Seconds go by.
    Wait(i64),
    Tidy,
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let any = 0..1_000usize;
    prop_oneof![
        8 => (any.clone(), any.clone(), prop::bool::ANY).prop_map(|(client, user, there)| Step::Authorize(client, user, there)),
        9 => prop::sample::select(&[0, 0, 0, 1, 2][..]).prop_map(Step::Redeem),
        14 => any.clone().prop_map(Step::Exchange),
        5 => (any.clone(), 0..3usize).prop_map(|(login, back)| Step::Replay(login, back)),
        4 => (any.clone(), prop::bool::ANY).prop_map(|(token, there)| Step::ExchangeStable(token, there)),
        2 => any.clone().prop_map(Step::GetStable),
        2 => any.clone().prop_map(Step::Revoke),
        1 => any.clone().prop_map(Step::RevokeStable),
        1 => any.clone().prop_map(Step::Switch),
        1 => any.clone().prop_map(Step::Bar),
        1 => (any.clone(), any).prop_map(|(client, user)| Step::Withdraw(client, user)),
        2 => prop::sample::select(&[0, 0, 1][..]).prop_map(Step::LogOut),
        1 => Just(Step::Uninstall),
        5 => prop::sample::select(&[1, 5, 10, 11, 59, 60, 61, 300, DAY, 8 * DAY, 29 * DAY, 31 * DAY][..]).prop_map(Step::Wait),
        1 => Just(Step::Tidy),
        1 => Just(Step::Restart),
    ]
}

/// Steps as `KALENDS_STEPS` asks for, otherwise a few: a test that everybody runs must be quick.
fn steps() -> usize {
    std::env::var("KALENDS_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(120)
}

fn run(on: On) {
    let runtime = Runtime::new().expect("a runtime");
    let cases = u32::try_from(steps() / 120).unwrap_or(1).max(1) * 3;
    let config = ProptestConfig { cases, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() };
    let walks = prop::collection::vec(step(), 60..120);
    let done = TestRunner::new(config).run(&walks, |walk| {
        runtime.block_on(async {
            let mut model = Model::new(on).await;
            for step in &walk {
                model.take(step).await;
            }
        });
        Ok(())
    });
    if let Err(error) = done {
        panic!("{error}");
    }
}

#[test]
fn logins_are_as_the_model_says_sqlite() {
    run(On::Sqlite);
}

#[test]
fn logins_are_as_the_model_says_postgres() {
    run(On::Postgres);
}
