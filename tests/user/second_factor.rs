//! Codes of an app and recovery codes.

use super::people::{OTHER, PASSWORD, fill, is_in, is_logged_in, mails, person};
use kalends_testkit::app::TestApp;
use kalends_testkit::browser::Browser;
use kalends_testkit::client::Answer;
use totp_rs::{Builder, Secret};

/// The code of the app at the server's clock, moved by steps.
fn code(app: &TestApp, secret: &str, steps: i64) -> String {
    let secret = Secret::try_from_base32(secret).expect("base 32");
    let totp = Builder::new().with_secret(secret).build().expect("a seed");
    let now = app.web.service.clock.now() / 1_000_000 + steps * 30;
    totp.generate(u64::try_from(now).expect("later than 1970")).to_string()
}

/// Switches the second factor on; answers the seed and the recovery codes.
async fn switch_on(app: &TestApp, browser: &mut Browser) -> (String, Vec<String>) {
    let page = browser.get("/user/en/security/app").await;
    let secret =
        page.text.split("<code id=\"secret\">").nth(1).and_then(|rest| rest.split('<').next()).expect("a secret");
    assert!(page.text.contains("<svg") && page.text.contains("otpauth://totp/"), "{}", page.text);
    let fields = [("code", code(app, secret, 0)), ("password", PASSWORD.to_owned())];
    let fields = [(fields[0].0, fields[0].1.as_str()), (fields[1].0, fields[1].1.as_str())];
    let answer = browser.submit(&page, "/user/en/security/app", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let place = answer.header("location").to_owned();
    let codes = browser.get(&place).await;
    let list =
        codes.text.split("<pre id=\"codes\">").nth(1).and_then(|rest| rest.split("</pre>").next()).expect("codes");
    assert!(!browser.get(&place).await.text.contains("<pre"), "shown once");
    (secret.to_owned(), list.lines().map(str::to_owned).collect())
}

/// The page that asks for the code, after the right password.
async fn half(app: &TestApp) -> (Browser, Answer) {
    let mut browser = Browser::new(app);
    let answer = browser.log_in("erika@example.com", PASSWORD).await;
    assert!(!is_in(&answer), "the password alone is not enough");
    assert!(answer.header("location").starts_with("/user/en/login/code?"), "{}", answer.header("location"));
    let page = browser.follow(answer).await;
    (browser, page)
}

async fn enter(browser: &mut Browser, page: &Answer, code: &str) -> Answer {
    browser.submit(page, "/user/en/login/code", &[("code", code)]).await
}

both! {
    async fn a_code_opens_once(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let (secret, _) = switch_on(&app, &mut browser).await;
        assert_eq!(mails(&app, "SECURITY_CHANGED", "erika@example.com").await.len(), 1);
        let (mut first, page) = half(&app).await;
        assert!(!is_logged_in(&mut first).await);
        let used = enter(&mut first, &page, &code(&app, &secret, 0)).await;
        assert_eq!(used.status, 400, "the step that switched it on is used");
        app.clock.advance(30);
        let now = code(&app, &secret, 0);
        let (mut second, other) = half(&app).await;
        let (one, two) = tokio::join!(enter(&mut first, &page, &now), enter(&mut second, &other, &now));
        assert_eq!([is_in(&one), is_in(&two)].iter().filter(|so| **so).count(), 1, "{} {}", one.status, two.status);
        let (mut third, page) = half(&app).await;
        assert!(is_in(&enter(&mut third, &page, &code(&app, &secret, 1)).await), "a clock that is half a minute ahead");
        let (mut fourth, page) = half(&app).await;
        assert_eq!(enter(&mut fourth, &page, &now).await.status, 400, "no step before the last one");
        assert!(third.get("/user/en/sessions").await.text.contains("with password and code"));
    }

    async fn recovery_codes(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let (_, codes) = switch_on(&app, &mut browser).await;
        assert_eq!(codes.len(), 10);
        let (mut first, page) = half(&app).await;
        let spelled = codes[0].to_uppercase().replace('-', " ");
        assert!(is_in(&enter(&mut first, &page, &spelled).await), "however it is spelled");
        let (mut second, page) = half(&app).await;
        assert_eq!(enter(&mut second, &page, &codes[0]).await.status, 400, "once");
        assert!(browser.get("/user/en/security").await.text.contains("left: 9"));
        let renewed = fill(&mut browser, "/user/en/security/codes/renew", &[("password", PASSWORD)]).await;
        assert_eq!(renewed.status, 303);
        assert_eq!(enter(&mut second, &page, &codes[1]).await.status, 400, "the old ones are void");
        let off = fill(&mut browser, "/user/en/security/app/off", &[("password", PASSWORD)]).await;
        assert_eq!(off.status, 303);
        assert!(is_in(&Browser::new(&app).log_in("erika@example.com", PASSWORD).await));
    }

    /// Codes are counted, and the right one does not help any more then.
    async fn c16_guessing_codes(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let (secret, codes) = switch_on(&app, &mut browser).await;
        app.clock.advance(60);
        let (mut first, page) = half(&app).await;
        for attempt in 1..=10 {
            assert_eq!(enter(&mut first, &page, "000000").await.status, 400, "{attempt}");
        }
        for right in [code(&app, &secret, 0), codes[0].clone()] {
            let answer = enter(&mut first, &page, &right).await;
            assert_eq!(answer.status, 429);
            assert!(!answer.header("retry-after").is_empty());
        }
        app.clock.advance(901);
        let (mut later, page) = half(&app).await;
        assert!(is_in(&enter(&mut later, &page, &code(&app, &secret, 0)).await));
    }

    /// The step after the password ends with time, with a new password, and serves for no other person.
    async fn a_half_open_login_ends(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let (secret, _) = switch_on(&app, &mut browser).await;
        app.clock.advance(60);
        let (mut late, page) = half(&app).await;
        app.clock.advance(601);
        assert_eq!(enter(&mut late, &page, &code(&app, &secret, 0)).await.status, 401);
        let (mut old, page) = half(&app).await;
        app.clock.advance(60);
        let fields = [("password", PASSWORD), ("newPassword", OTHER)];
        assert_eq!(fill(&mut browser, "/user/en/password", &fields).await.status, 303);
        assert_eq!(enter(&mut old, &page, &code(&app, &secret, 0)).await.status, 401);
        let forged = old.submit(&page, "/user/en/login/code", &[("login", "us1 x@example.com 1.00"), ("code", "1")]).await;
        assert_eq!(forged.status, 401);
    }

    async fn seeds_are_sealed(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let (secret, codes) = switch_on(&app, &mut browser).await;
        let rows = app.web.service.store.query("SELECT totp_sealed FROM account_user WHERE totp_sealed <> ''", &[]).await.expect("rows");
        let seed = Secret::try_from_base32(&secret).expect("base 32");
        let hex: String = seed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!rows[0].text(0).contains(&hex) && !rows[0].text(0).contains(&secret));
        let hashes = app.web.service.store.query("SELECT hash FROM recovery_code", &[]).await.expect("rows");
        assert!(hashes.iter().all(|row| codes.iter().all(|code| !row.text(0).contains(code.as_str()))));
    }

    async fn setting_it_up_needs_password_and_code(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let page = browser.get("/user/en/security/app").await;
        let wrong = browser.submit(&page, "/user/en/security/app", &[("code", "000000"), ("password", PASSWORD)]).await;
        assert_eq!(wrong.status, 400);
        let secret = |text: &str| text.split("<code id=\"secret\">").nth(1).map(|rest| rest[..32].to_owned());
        assert_eq!(secret(&wrong.text), secret(&page.text), "the same seed is shown again");
        let mut stranger = person(&app, "stranger@example.com").await;
        let own = stranger.get("/user/en/security/app").await;
        let ticket = kalends_testkit::browser::form(&page.text, "/user/en/security/app").expect("a form");
        let ticket = ticket.iter().find(|(name, _)| name == "ticket").expect("a ticket").1.clone();
        let fields = [("ticket", ticket.as_str()), ("code", "000000"), ("password", PASSWORD)];
        assert_eq!(stranger.submit(&own, "/user/en/security/app", &fields).await.status, 400, "another person's ticket");
        app.clock.advance(1_801);
        let secret = secret(&page.text).expect("a secret");
        let fields = [("code", code(&app, &secret, 0)), ("password", PASSWORD.to_owned())];
        let fields = [("code", fields[0].1.as_str()), ("password", PASSWORD)];
        assert_eq!(browser.submit(&page, "/user/en/security/app", &fields).await.status, 400, "it took too long");
    }
}
