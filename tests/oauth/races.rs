//! The rows of the matrix that are about two at once: real parallel requests to two processes on one database.

use super::code::{is_dead, is_refused, text};
use futures_util::future::join_all;
use kalends_testkit::app::TestApp;
use kalends_testkit::client::Answer;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Requests at once.
const AT_ONCE: usize = 8;
const ROUNDS: usize = 6;

/// Nobody has two refresh tokens to go on with.
pub(super) async fn at_most_one_leaf(app: &TestApp) {
    for sql in [
        "SELECT count(*) FROM (SELECT t.family FROM refresh_token t JOIN token_family f ON f.id = t.family \
         WHERE f.revoked = 0 AND t.revoked = 0 AND t.generation >= f.generation GROUP BY t.family HAVING count(*) > 1) several",
        "SELECT count(*) FROM refresh_token t JOIN token_family f ON f.id = t.family WHERE t.generation > f.generation",
    ] {
        assert_eq!(app.web.service.store.query(sql, &[]).await.expect("counted")[0].int(0), 0, "{sql}");
    }
}

/// Sends the same request to both processes in turn, all at once.
async fn at_once<F: Future<Output = Answer>>(apps: [&TestApp; 2], send: impl Fn(usize) -> F) -> Vec<Answer> {
    let answers = join_all((0..AT_ONCE).map(send)).await;
    assert!(answers.iter().all(|answer| answer.status == 200 || answer.status == 400), "{answers:?}");
    at_most_one_leaf(apps[0]).await;
    answers
}

both! {
    async fn f4_one_code_many_at_once(app) {
        let other = app.beside().await;
        let apps = [&app, &other];
        for _ in 0..ROUNDS {
            let code = app.code(&app.app, &app.account.user_id, &app.account.organization_id, true).await.code;
            let answers = at_once(apps, |index| apps[index % 2].redeem(&app.app, &code)).await;
            let given: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!(given.len(), 1);
            is_dead("F4", &other, &app.app, given[0]).await;
        }
    }

    /// G5, G6, G7: the first is answered, the second is taken for one whose answer was lost, the third ends the family.
    async fn g5_g6_g7_one_token_many_at_once(app) {
        let other = app.beside().await;
        let apps = [&app, &other];
        for _ in 0..ROUNDS {
            let login = app.login(&app.module, &app.account.user_id, "").await;
            let token = text(&login.json["refresh_token"]);
            let answers = at_once(apps, |index| apps[index % 2].exchange(&app.module, &token, "")).await;
            let given: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 200).collect();
            assert_eq!(given.len(), 2);
            for answer in given {
                is_dead("G5", &app, &app.module, answer).await;
            }
        }
        // Two at once, as two windows of one browser: both are answered, one of them can go on.
        for _ in 0..ROUNDS {
            let login = app.login(&app.module, &app.account.user_id, "").await;
            let token = text(&login.json["refresh_token"]);
            let (one, two) = tokio::join!(app.exchange(&app.module, &token, ""), other.exchange(&app.module, &token, ""));
            at_most_one_leaf(&app).await;
            let mut active = 0;
            for answer in [&one, &two] {
                assert_eq!(answer.status, 200, "{}", answer.text);
                active += u8::from(app.ask("introspect", &app.app, &text(&answer.json["refresh_token"])).await.json["active"] == true);
            }
            assert_eq!(active, 1);
        }
    }

    /// A login that is ended while it is refreshed is ended.
    async fn h_revoke_while_refreshing(app) {
        let other = app.beside().await;
        for _ in 0..ROUNDS {
            let login = app.login(&app.module, &app.account.user_id, "").await;
            let token = text(&login.json["refresh_token"]);
            let (answer, revoked) = tokio::join!(app.exchange(&app.module, &token, ""), other.ask("revoke", &app.module, &token));
            assert_eq!(revoked.status, 200);
            let last = if answer.status == 200 { text(&answer.json["refresh_token"]) } else { token };
            is_refused("H", &other.exchange(&app.module, &last, "").await, 400, "invalid_grant");
        }
    }

    /// H14: keys change under load; no token that is good is refused, in either process.
    async fn h14_rotation_under_load(app) {
        let other = app.beside().await;
        let app = Arc::new(app);
        let stop = AtomicBool::new(false);
        let stable = app.refresh_token(&app.app).await;
        let organization = app.account.organization_id.clone();
        let load = async |index: usize| {
            let (gives, takes): (&TestApp, &TestApp) = if index.is_multiple_of(2) { (&app, &other) } else { (&other, &app) };
            let mut count = 0;
            while !stop.load(Ordering::SeqCst) || count < 20 {
                let answer = gives.exchange(&app.app, &stable, &organization).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                let caller = takes.caller(&format!("/app/v3/en/organization/{organization}"), &text(&answer.json["access_token"]));
                let shown = caller.get("/show").await;
                // The clock of this test jumps by an hour: a token may be too old by then, but never unknown.
                assert!(shown.status == 200 || shown.codes() == ["token_expired"], "{}", shown.text);
                count += 1;
            }
            count
        };
        let rotation = async {
            for _ in 0..3 {
                app.web.tokens.rotate(&app.web.service, None).await.expect("rotated");
                tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                // As every process does now and then; an hour is enough for that.
                other.web.tokens.reload(&other.web.service).await.expect("read");
                tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                app.clock.advance(3_601);
                tokio::time::sleep(std::time::Duration::from_millis(40)).await;
            }
            stop.store(true, Ordering::SeqCst);
        };
        let (counts, ()) = tokio::join!(join_all((0..4).map(load)), rotation);
        assert!(counts.iter().sum::<i32>() >= 80, "{counts:?}");
    }
}
