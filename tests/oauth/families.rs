//! `grant_type=refresh_token` for people: rows G of the matrix, and the clock (J4, J8).

use super::code::{is_dead, is_refused, text};
use kalends_store::params;
use kalends_testkit::app::TestApp;
use kalends_testkit::client::Answer;
use serde_json::json;

const DAY: i64 = 86_400;

/// A login in the module, whose refresh tokens rotate.
async fn rotating(app: &TestApp) -> Answer {
    app.login(&app.module, &app.account.user_id, "").await
}

/// The next refresh token.
#[track_caller]
fn next(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.text);
    text(&answer.json["refresh_token"])
}

fn refresh(login: &Answer) -> String {
    text(&login.json["refresh_token"])
}

both! {
    /// Classic: the same token for its whole life. Rotating: each answer holds the next.
    async fn g_classic_and_rotating(app) {
        let classic = app.login(&app.app, &app.account.user_id, "").await;
        for _ in 0..3 {
            let answer = app.exchange(&app.app, &refresh(&classic), &app.account.organization_id).await;
            let keys: Vec<&String> = answer.json.as_object().expect("an object").keys().collect();
            assert_eq!(keys, ["token_type", "expires_in", "access_token"]);
            app.clock.advance(9 * DAY);
        }
        app.clock.advance(3 * DAY);
        is_refused("classic end", &app.exchange(&app.app, &refresh(&classic), "").await, 400, "invalid_grant");
        let mut token = refresh(&rotating(&app).await);
        for _ in 0..4 {
            let answer = app.exchange(&app.module, &token, "").await;
            assert_eq!((&answer.json["expires_in"], &answer.json["refresh_expires_in"]), (&json!(300), &json!(2_592_000)));
            assert_ne!(next(&answer), token);
            token = next(&answer);
            app.clock.advance(60);
        }
        // A client that is set to the other kind keeps what its logins began with.
        app.sql("UPDATE client SET rotating = 0 WHERE id = $1", &params![app.module.client_id.as_str()]).await;
        assert_ne!(next(&app.exchange(&app.module, &token, "").await), token);
        let login = rotating(&app).await;
        assert!(app.exchange(&app.module, &refresh(&login), "").await.json.get("refresh_token").is_none());
    }

    async fn g2_another_client(app) {
        let login = rotating(&app).await;
        let (_, _, other) = app.developer("other@example.com").await;
        is_refused("G2", &app.exchange(&other, &refresh(&login), "").await, 400, "invalid_grant");
        is_refused("G2", &app.exchange(&app.app, &refresh(&login), "").await, 400, "invalid_grant");
        next(&app.exchange(&app.module, &refresh(&login), "").await);
    }

    async fn g5_replay_ends_everything(app) {
        let login = rotating(&app).await;
        let second = app.exchange(&app.module, &refresh(&login), "").await;
        next(&second);
        app.clock.advance(11);
        is_refused("G5", &app.exchange(&app.module, &refresh(&login), "").await, 400, "invalid_grant");
        is_dead("G5", &app, &app.module, &second).await;
        is_dead("G5", &app, &app.module, &login).await;
    }

    /// G6, G9: the grandparent is refused inside the same second too, in whatever order.
    async fn g6_g9_generations_not_times(app) {
        let login = rotating(&app).await;
        let second = app.exchange(&app.module, &refresh(&login), "").await;
        let third = app.exchange(&app.module, &next(&second), "").await;
        next(&third);
        is_refused("G6", &app.exchange(&app.module, &refresh(&login), "").await, 400, "invalid_grant");
        is_dead("G6", &app, &app.module, &third).await;
    }

    /// G7, G19: an answer that was lost is given once more; the one that was lost is worth nothing.
    async fn g7_g19_a_lost_answer(app) {
        let login = rotating(&app).await;
        let lost = app.exchange(&app.module, &refresh(&login), "").await;
        app.clock.advance(10);
        let again = app.exchange(&app.module, &refresh(&login), "").await;
        let third = app.exchange(&app.module, &next(&again), "").await;
        next(&third);
        is_refused("the lost one", &app.exchange(&app.module, &next(&lost), "").await, 400, "invalid_grant");
        is_dead("the lost one was found by somebody", &app, &app.module, &third).await;
        let login = rotating(&app).await;
        next(&app.exchange(&app.module, &refresh(&login), "").await);
        next(&app.exchange(&app.module, &refresh(&login), "").await);
        is_refused("once", &app.exchange(&app.module, &refresh(&login), "").await, 400, "invalid_grant");
    }

    async fn g10_replay_after_a_restart(app) {
        let login = rotating(&app).await;
        let second = app.exchange(&app.module, &refresh(&login), "").await;
        next(&app.exchange(&app.module, &next(&second), "").await);
        let restarted = app.beside().await;
        is_refused("G10", &restarted.exchange(&app.module, &refresh(&login), "").await, 400, "invalid_grant");
        is_dead("G10", &app, &app.module, &second).await;
    }

    async fn g12_g18_person_and_consent(app) {
        for client in [&app.app, &app.module] {
            let user = app.user(&format!("{}@example.com", &client.record_id)).await;
            app.make_admin(&user, &app.account.organization_id).await;
            let login = app.login(client, &user, "").await;
            app.set_user_active(&user, false).await;
            is_refused("G12", &app.exchange(client, &refresh(&login), "").await, 400, "invalid_grant");
            assert_eq!(app.userinfo(&text(&login.json["access_token"])).await.status, 401, "G12");
            app.set_user_active(&user, true).await;
            let login = app.login(client, &user, "").await;
            app.sql("DELETE FROM consent WHERE user_id = $1", &params![user.as_str()]).await;
            is_refused("G18", &app.exchange(client, &refresh(&login), "").await, 400, "invalid_grant");
        }
    }

    /// G18: a login in an organization ends when the module is uninstalled there, and the person's own when she leaves it.
    async fn g18_uninstalled(app) {
        let (stranger, their_app, _) = app.developer("stranger@example.com").await;
        let organization = stranger.organization_id.as_str();
        let call = kalends_service::Call::system(app.web.service.clock.now(), std::sync::Arc::clone(&app.web.service.entropy));
        let config = app.web.service.install_module(&call, organization, &app.module.record_id).await.expect("installed");
        let login = app.login(&app.module, &stranger.user_id, organization).await;
        let unbound = app.login(&app.module, &stranger.user_id, "").await;
        let second = app.exchange(&app.module, &refresh(&login), "").await;
        let token = app.access_token(&their_app, organization).await;
        let caller = app.caller(&format!("/app/v3/en/organization/{organization}"), &token);
        caller.delete(&format!("/moduleConfig/{config}/delete")).await.content(200);
        is_refused("G18", &app.exchange(&app.module, &next(&second), "").await, 400, "invalid_grant");
        is_refused("G18", &app.exchange(&app.module, &refresh(&unbound), organization).await, 400, "invalid_target");
        next(&app.exchange(&app.module, &refresh(&unbound), "").await);
    }

    /// G13: no token for an organization that is gone, others go on.
    async fn g13_the_organization_is_gone(app) {
        let below = app.demo().await.post("/organization/addSub", json!({"name": "Below"})).await;
        let below = text(&below.content(201)["id"]);
        let login = app.login(&app.module, &app.account.user_id, "").await;
        let second = app.exchange(&app.module, &refresh(&login), &below).await;
        let token = app.access_token(&app.app, &below).await;
        app.caller(&format!("/app/v3/en/organization/{below}"), &token).delete("/delete").await.content(200);
        is_refused("G13", &app.exchange(&app.module, &next(&second), &below).await, 400, "invalid_target");
        next(&app.exchange(&app.module, &next(&second), &app.account.organization_id).await);
    }

    /// G14, G15: only where both the person and the client may be; a refused organization uses nothing up.
    async fn g14_g15_organizations(app) {
        let (stranger, _, _) = app.developer("stranger@example.com").await;
        let token = refresh(&rotating(&app).await);
        let user = app.user("ute@example.com").await;
        let outsider = refresh(&app.login(&app.module, &user, "").await);
        is_refused("G14 client", &app.exchange(&app.module, &token, &stranger.organization_id).await, 400, "invalid_target");
        is_refused("G14 person", &app.exchange(&app.module, &outsider, &app.account.organization_id).await, 400, "invalid_target");
        is_refused("G15", &app.exchange(&app.module, &token, "f6").await, 400, "invalid_request");
        let unknown = format!("f6{}", "A".repeat(app.account.organization_id.len() - 2));
        is_refused("G14 unknown", &app.exchange(&app.module, &token, &unknown).await, 400, "invalid_target");
        next(&app.exchange(&app.module, &token, "").await);
        next(&app.exchange(&app.module, &outsider, "").await);
    }

    /// G16: thirty days unused end a login; ninety end it however often it is used.
    async fn g16_idle_and_absolute_end(app) {
        let idle = refresh(&rotating(&app).await);
        app.clock.advance(30 * DAY);
        is_refused("G16 idle", &app.exchange(&app.module, &idle, "").await, 400, "invalid_grant");
        app.clock.advance(-DAY);
        is_refused("J4", &app.exchange(&app.module, &idle, "").await, 400, "invalid_grant");
        let mut token = refresh(&rotating(&app).await);
        for _ in 0..4 {
            app.clock.advance(20 * DAY);
            let answer = app.exchange(&app.module, &token, "").await;
            token = next(&answer);
            assert!(answer.json["refresh_expires_in"].as_i64().expect("a number") <= 30 * DAY);
        }
        app.clock.advance(10 * DAY - 1);
        let last = app.exchange(&app.module, &token, "").await;
        assert_eq!(last.json["refresh_expires_in"], 1, "the end is not moved");
        app.clock.advance(1);
        is_refused("G16 absolute", &app.exchange(&app.module, &next(&last), "").await, 400, "invalid_grant");
    }

    /// J4: a clock that is set back or forward wakes nothing up, and rotation goes on.
    async fn j4_the_clock_is_set(app) {
        let login = rotating(&app).await;
        let second = app.exchange(&app.module, &refresh(&login), "").await;
        app.clock.advance(-3_600);
        let third = app.exchange(&app.module, &next(&second), "").await;
        let mut token = next(&third);
        for _ in 0..3 {
            token = next(&app.exchange(&app.module, &token, "").await);
        }
        app.clock.advance(DAY);
        token = next(&app.exchange(&app.module, &token, "").await);
        is_refused("J4", &app.exchange(&app.module, &next(&second), "").await, 400, "invalid_grant");
        is_refused("J4", &app.exchange(&app.module, &token, "").await, 400, "invalid_grant");
        // The parent of a token that was given before the clock went back is no young one.
        let login = rotating(&app).await;
        let second = app.exchange(&app.module, &refresh(&login), "").await;
        app.clock.advance(-3_600);
        is_refused("J4", &app.exchange(&app.module, &refresh(&login), "").await, 400, "invalid_grant");
        is_dead("J4", &app, &app.module, &second).await;
        let stable = app.refresh_token(&app.app).await;
        app.clock.advance(-10 * DAY);
        assert_eq!(app.exchange(&app.app, &stable, "").await.status, 200, "a client is not locked out");
        app.clock.advance(41 * DAY);
        is_refused("J4", &app.exchange(&app.app, &stable, "").await, 400, "invalid_grant");
        app.clock.advance(-15 * DAY);
        is_refused("J4", &app.exchange(&app.app, &stable, "").await, 400, "invalid_grant");
    }

    /// J8: what has expired is removed while others refresh; nobody loses a login, nothing counts as a replay.
    async fn j8_purge_while_refreshing(app) {
        for _ in 0..5 {
            app.refresh_token(&app.app).await;
            rotating(&app).await;
            app.code(&app.app, &app.account.user_id, "", false).await;
        }
        app.sql("INSERT INTO throttle (id, count, since) VALUES ('old', 1, 1)", &[]).await;
        app.sql("INSERT INTO ceremony (id, user_id, body, expires) VALUES ('old', '', '', 1)", &[]).await;
        app.sql("INSERT INTO user_link (id, purpose, user_id, email, subject, created, expires, used) VALUES ('old', '', '', '', '', 1, 1, 0)", &[]).await;
        app.clock.advance(100 * DAY);
        let logins: Vec<String> = futures_util::future::join_all((0..4).map(|_| rotating(&app))).await.iter().map(refresh).collect();
        let stable = app.refresh_token(&app.app).await;
        let other = app.beside().await;
        let refreshing = async {
            let mut tokens = logins.clone();
            for round in 0..10 {
                let at = if round % 2 == 0 { &app } else { &other };
                for token in &mut tokens {
                    *token = next(&at.exchange(&app.module, token, "").await);
                }
                assert_eq!(at.exchange(&app.app, &stable, "").await.status, 200);
            }
        };
        let purging = async {
            for _ in 0..5 {
                app.web.service.tidy().await.expect("tidy");
                other.web.service.tidy().await.expect("tidy");
            }
        };
        tokio::join!(refreshing, purging);
        let count = async |sql: &'static str| app.web.service.store.query(sql, &[]).await.expect("counted")[0].int(0);
        assert_eq!(count("SELECT count(*) FROM token_family").await, 4);
        assert_eq!(count("SELECT count(*) FROM authorization_code").await, 4);
        assert_eq!(count("SELECT count(*) FROM session").await, 4);
        assert_eq!(count("SELECT count(*) FROM refresh_token WHERE family = ''").await, 1);
        for table in ["SELECT count(*) FROM throttle", "SELECT count(*) FROM ceremony", "SELECT count(*) FROM user_link"] {
            assert_eq!(count(table).await, 0, "{table}");
        }
    }
}
