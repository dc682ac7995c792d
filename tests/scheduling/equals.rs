//! Search equals booking: in random worlds a time is offered exactly when booking it succeeds at once, and exactly when
//! the slow reference says so.

use super::fixture::text;
use super::reference::World;
use super::worlds::{Made, world};
use kalends_testkit::app::{On, TestApp};
use proptest::test_runner::{Config, TestRunner};
use std::cell::Cell;
use std::collections::BTreeSet;
use tokio::runtime::Runtime;

/// So many worlds, times `KALENDS_CASES` in percent (1000 asks for ten times as many).
pub(super) fn cases(usual: u32) -> Config {
    let percent = std::env::var("KALENDS_CASES").ok().and_then(|text| text.parse::<u32>().ok()).unwrap_or(100);
    // A world takes a second: shrinking is given a minute or so.
    let cases = (usual.saturating_mul(percent) / 100).max(1);
    Config { cases, failure_persistence: None, max_shrink_iters: 120, ..Config::default() }
}

fn run(on: On, usual: u32) {
    let runtime = Runtime::new().expect("a runtime");
    let app = runtime.block_on(TestApp::start(on));
    let bookable = Cell::new(0u32);
    let outcome = TestRunner::new(cases(usual)).run(&world(), |world| {
        bookable.set(bookable.get() + u32::from(runtime.block_on(check(&app, &world)) > 0));
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(bookable.get() > usual / 4, "hardly anything to book: {bookable:?}");
}

#[test]
fn sqlite() {
    run(On::Sqlite, 24);
}

#[test]
fn postgres() {
    run(On::Postgres, 4);
}

/// Answers how much was offered.
async fn check(app: &TestApp, world: &World) -> usize {
    let made = Made::new(app, world).await;
    let expected = world.offers();
    let listed = made.listed(world, false, "").await;
    let offers: Vec<(i64, u8)> = listed.iter().map(|slot| (slot.0, slot.1)).collect();
    let distinct: BTreeSet<(i64, u8)> = offers.iter().copied().collect();
    assert_eq!(distinct, expected, "what is listed and what the reference says");
    assert_eq!(distinct.len(), offers.len(), "each choice once: {offers:?}");
    assert!(offers.is_sorted_by_key(|offer| offer.0), "by begin: {offers:?}");
    assert_eq!(made.listed(world, true, "").await, listed, "modules see the same");

    // What is listed can be booked, and whoever the system added was free.
    for (start, chosen, slot) in &listed {
        let booked = made.scene.book(slot).await;
        assert_eq!(booked.status, 201, "minute {start}, choice {chosen:b}: {}", booked.text);
        let id = text(&booked.json["content"], "id");
        let team = made.team_of(&id).await;
        assert!(world.teams(*start).contains(&(*chosen, team)), "minute {start}: {team:b} for {chosen:b}");
        made.cancel(&id).await;
    }
    // Everything else cannot: every team of the right size, on and off the grid.
    let needs = world.needs();
    let size: u32 = needs.iter().map(|need| need.quantity).sum();
    let able = needs.iter().fold(0, |list, need| list | need.list);
    let teams: Vec<u8> = (1..=u8::MAX).filter(|team| team & !able == 0 && team.count_ones() == size).collect();
    for start in World::MINUTES.filter(|start| start % 5 == 0 || world.is_allowed(*start) || start % 31 == 0) {
        let possible: BTreeSet<u8> = world.teams(start).into_iter().map(|(_, team)| team).collect();
        // Where nothing is possible, one or two of many are enough.
        let tried = teams.iter().enumerate().filter(|(index, team)| {
            possible.contains(team) || world.is_allowed(start) || (start + *index as i64) % 4 == 0
        });
        for (_, team) in tried {
            let booked = made.book(world, start, *team).await;
            let wanted = if possible.contains(team) { 201 } else { 409 };
            assert_eq!(booked.status, wanted, "minute {start}, team {team:b}: {}", booked.text);
            if wanted == 201 {
                let id = text(&booked.json["content"], "id");
                assert_eq!(made.team_of(&id).await, *team);
                made.cancel(&id).await;
            }
        }
        // Whoever is free will do.
        if start % 3 == 0 {
            let booked = made.book(world, start, 0).await;
            let wanted = if possible.is_empty() { 409 } else { 201 };
            assert_eq!(booked.status, wanted, "minute {start}, anybody: {}", booked.text);
            if wanted == 201 {
                made.cancel(&text(&booked.json["content"], "id")).await;
            }
        }
    }
    assert_eq!(made.listed(world, false, "").await, listed, "after canceling everything is as before");
    let earliest = made.scene.app.get(&format!("/bookingTemplate/fc{}/bookingSlot/earliest", made.template)).await;
    let first = earliest.content(200)["timestamp"].as_str().map(|at| world.minute(at));
    assert_eq!(first, expected.first().map(|offer| offer.0), "{}", earliest.text);
    offers.len()
}
