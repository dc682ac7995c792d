//! Forgotten passwords: links that act once, for one purpose, for an hour.

use super::people::{OTHER, PASSWORD, allow, can_log_in, fill, is_alive, is_logged_in, link, mails, person};
use kalends_testkit::app::TestApp;
use kalends_testkit::browser::Browser;

async fn forgot(app: &TestApp, email: &str) -> kalends_testkit::client::Answer {
    fill(&mut Browser::new(app), "/user/en/forgot", &[("email", email)]).await
}

both! {
    /// The same answer for an address without an account, and no mail.
    async fn c11_asking_for_a_link_tells_nothing(app) {
        person(&app, "known@example.com").await;
        let (known, unknown) = (forgot(&app, "Known@example.com").await, forgot(&app, "unknown@example.com").await);
        let seen = |answer: &kalends_testkit::client::Answer| (answer.status, answer.header("location").to_owned(), answer.text.clone());
        assert_eq!(seen(&known), seen(&unknown));
        assert_eq!(mails(&app, "RESET", "known@example.com").await.len(), 1);
        assert_eq!(mails(&app, "RESET", "unknown@example.com").await, []);
        let left = app.web.service.store.query("SELECT 1 FROM user_link WHERE email = 'unknown@example.com'", &[]).await;
        assert!(left.expect("rows").is_empty());
        app.sql("UPDATE account_user SET active = 0 WHERE email = 'known@example.com'", &[]).await;
        assert_eq!(forgot(&app, "known@example.com").await.status, 303);
        assert_eq!(mails(&app, "RESET", "known@example.com").await.len(), 1, "nor for somebody who is switched off");
    }

    async fn c12_c16_links_are_limited(app) {
        person(&app, "known@example.com").await;
        app.clock.advance(901);
        for email in ["known@example.com", "unknown@example.com"] {
            for attempt in 1..=6 {
                assert_eq!(forgot(&app, email).await.status, if attempt <= 5 { 303 } else { 429 }, "{email} {attempt}");
            }
        }
    }

    /// Links lead to the configured address, whatever a request says of itself.
    async fn c20_forged_hosts(app) {
        person(&app, "known@example.com").await;
        for (name, value) in [
            ("host", "evil.example"),
            ("forwarded", "host=evil.example;proto=https"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
        ] {
            let mut browser = Browser::new(&app);
            browser.headers.push((name.into(), value.into()));
            assert_eq!(fill(&mut browser, "/user/en/forgot", &[("email", "known@example.com")]).await.status, 303);
            let mail = mails(&app, "RESET", "known@example.com").await.pop().expect("a mail");
            assert!(!mail.plain.contains("evil"), "{name}: {}", mail.plain);
            assert!(mail.link().expect("a link").starts_with(&format!("{}/user/en/reset?token=", app.url)));
        }
    }

    async fn c21_a_link_acts_once_and_for_its_purpose(app) {
        person(&app, "known@example.com").await;
        forgot(&app, "known@example.com").await;
        let place = link(&app, "RESET", "known@example.com").await;
        let token = place.split("token=").nth(1).expect("a token").to_owned();
        let mut browser = Browser::new(&app);
        for other in ["verify", "newEmail", "invitation", "contract"] {
            assert_eq!(browser.get(&format!("/user/en/{other}?token={token}")).await.status, 400, "{other}");
            let own = browser.get("/user/en/forgot").await;
            let csrf = kalends_testkit::browser::form(&own.text, "/user/en/forgot").expect("a form")[0].1.clone();
            let fields = [("csrf", csrf.as_str()), ("token", &token), ("password", OTHER)];
            assert_eq!(browser.post(&format!("/user/en/{other}"), &fields).await.status, 400, "{other}");
        }
        let page = browser.get(&place).await;
        let weak = browser.submit(&page, "/user/en/reset", &[("password", "short")]).await;
        assert_eq!(weak.status, 400);
        assert!(weak.text.contains("at least 10 characters"), "{}", weak.text);
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let (first, second) = tokio::join!(
            one.submit(&page, "/user/en/reset", &[("password", OTHER)]),
            two.submit(&page, "/user/en/reset", &[("password", "yet another password")]),
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 400], "one of two at the same time");
        assert_eq!(can_log_in(&app, "known@example.com", OTHER).await, first.status == 303);
        assert_eq!(browser.get(&place).await.status, 400);
        assert_eq!(browser.get("/user/en/reset?token=").await.status, 400);
        assert_eq!(browser.get("/user/en/reset").await.status, 400);
    }

    async fn a_link_ends_after_an_hour(app) {
        person(&app, "known@example.com").await;
        forgot(&app, "known@example.com").await;
        let place = link(&app, "RESET", "known@example.com").await;
        let mut browser = Browser::new(&app);
        app.clock.advance(3_599);
        let page = browser.get(&place).await;
        assert_eq!(page.status, 200);
        app.clock.advance(1);
        let late = browser.submit(&page, "/user/en/reset", &[("password", OTHER)]).await;
        assert_eq!(late.status, 400);
        assert!(late.text.contains("has expired"), "{}", late.text);
        assert!(can_log_in(&app, "known@example.com", PASSWORD).await);
    }

    /// A new password ends what the old one opened: sessions, apps, other links.
    async fn c22_a_reset_ends_everything(app) {
        let mut browser = person(&app, "known@example.com").await;
        let token = allow(&app, &mut browser).await;
        assert!(is_alive(&app, &token).await);
        forgot(&app, "known@example.com").await;
        let first = link(&app, "RESET", "known@example.com").await;
        forgot(&app, "known@example.com").await;
        let second = link(&app, "RESET", "known@example.com").await;
        let mut elsewhere = Browser::new(&app);
        let page = elsewhere.get(&second).await;
        assert_eq!(elsewhere.submit(&page, "/user/en/reset", &[("password", OTHER)]).await.status, 303);
        assert!(!is_logged_in(&mut browser).await);
        assert!(!is_alive(&app, &token).await);
        assert_eq!(elsewhere.get(&first).await.status, 400, "the other link");
        assert!(!can_log_in(&app, "known@example.com", PASSWORD).await);
        assert!(can_log_in(&app, "known@example.com", OTHER).await);
        assert_eq!(mails(&app, "PASSWORD_CHANGED", "known@example.com").await.len(), 1);
    }

    async fn c25_credentials_are_answered_with_303(app) {
        let mut browser = person(&app, "known@example.com").await;
        let fields = [("password", PASSWORD), ("newPassword", OTHER)];
        let changed = fill(&mut browser, "/user/en/password", &fields).await;
        assert_eq!((changed.status, changed.header("location")), (303, "/user/en/password?done=yes"));
    }
}
