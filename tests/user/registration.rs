//! Making an account and proving its address.

use super::people::{OTHER, PASSWORD, can_log_in, fill, is_logged_in, link, mails, person, register};
use kalends_testkit::app::{On, Settings, TestApp};
use kalends_testkit::browser::Browser;
use serde_json::json;
use std::time::{Duration, Instant};

/// Makes an organization with an admin, as an app does.
async fn organization_with_admin(app: &TestApp, email: &str) -> kalends_testkit::client::Answer {
    let caller = app.without_organization().await;
    let account = caller.post("/contractAccount/add", json!({"name": "Contract"})).await;
    let account = account.content(201)["id"].as_str().expect("an id").to_owned();
    let admin = json!({"firstName": "Vera", "lastName": "Victim", "email": email});
    let made = json!({"name": "Practice", "contractAccountId": account, "admin": admin});
    caller.post("/organization/add", made).await
}

both! {
    async fn a_user_registers(app) {
        let mut browser = Browser::new(&app);
        let page = browser.get("/user/de/register").await;
        assert!(page.text.contains("Benutzerkonto anlegen"), "{}", page.text);
        let fields = [("lastName", "Sommer"), ("email", "Erika@Example.com "), ("password", PASSWORD)];
        let sent = browser.submit(&page, "/user/de/register", &fields).await;
        assert_eq!((sent.status, sent.header("location")), (303, "/user/de/register?done=yes"));
        assert!(browser.follow(sent).await.text.contains("eine Mail an diese Adresse geschickt"));
        let place = link(&app, "VERIFY", "erika@example.com").await;
        assert!(place.starts_with(&format!("{}/user/de/verify?token=", app.url)), "{place}");
        assert!(fill(&mut browser, "/oauth/login", &[("email", "erika@example.com"), ("password", PASSWORD)]).await.status == 303);
        assert!(browser.get("/user/de/profile").await.text.contains("noch nicht bestätigt"));
        // Whoever only looks at the link uses nothing up.
        for _ in 0..2 {
            assert!(browser.get(&place).await.text.contains("erika@example.com"));
        }
        let page = browser.get(&place).await;
        assert_eq!(browser.submit(&page, "/user/de/verify", &[]).await.status, 303);
        assert_eq!(browser.submit(&page, "/user/de/verify", &[]).await.status, 400, "once");
        assert_eq!(browser.get(&place).await.status, 400);
        assert!(!browser.get("/user/de/profile").await.text.contains("noch nicht bestätigt"));
    }

    async fn fields_are_checked(app) {
        let mut browser = Browser::new(&app);
        let page = browser.get("/user/en/register").await;
        for (field, value, said) in [
            ("email", "nobody", "Give an e-mail address"),
            ("email", "a@example.com\r\nBcc: b@example.com", "Give an e-mail address"),
            ("lastName", "", "required"),
            ("lastName", "a\u{7}b", "can be seen"),
            ("password", "short", "at least 10 characters"),
            ("password", "erika@example.com", "something else than the e-mail address"),
            ("password", "1234567890", "one of the first that others try"),
            ("timeZone", "Europe/Atlantis", "Give a time zone"),
        ] {
            let mut fields = vec![("lastName", "Sommer"), ("email", "erika@example.com"), ("password", PASSWORD)];
            fields.retain(|(name, _)| *name != field);
            fields.push((field, value));
            let answer = browser.submit(&page, "/user/en/register", &fields).await;
            assert_eq!(answer.status, 400, "{field} {value}");
            assert!(answer.text.contains(said) || said == "required", "{field} {value}: {}", answer.text);
            assert!(answer.text.contains("aria-invalid=\"true\"") || field == "timeZone", "{}", answer.text);
            assert!(!answer.text.contains(PASSWORD), "a password is never shown again");
        }
        assert_eq!(app.web.service.mails(true).await.expect("mails"), []);
        assert_eq!(browser.get("/user/fr/register").await.status, 404, "no such language");
    }

    /// Whether an address has an account is told to its owner only.
    async fn c11_registering_tells_nothing(app) {
        person(&app, "known@example.com").await;
        let known = register(&app, "known@example.com", OTHER).await;
        let unknown = register(&app, "unknown@example.com", OTHER).await;
        let seen = |answer: &kalends_testkit::client::Answer| (answer.status, answer.header("location").to_owned(), answer.text.clone());
        assert_eq!(seen(&known), seen(&unknown));
        assert_eq!(mails(&app, "ACCOUNT_EXISTS", "known@example.com").await.len(), 1);
        assert!(can_log_in(&app, "known@example.com", PASSWORD).await, "nothing was changed");
        assert!(!can_log_in(&app, "known@example.com", OTHER).await);
    }

    /// While nobody has proved an address, the latest registration counts, and what came of the ones before ends.
    async fn the_latest_registration_counts(app) {
        register(&app, "late@example.com", OTHER).await;
        let early = link(&app, "VERIFY", "late@example.com").await;
        let mut stranger = Browser::new(&app);
        stranger.log_in("late@example.com", OTHER).await;
        register(&app, "late@example.com", PASSWORD).await;
        assert!(!is_logged_in(&mut stranger).await);
        assert!(!can_log_in(&app, "late@example.com", OTHER).await);
        assert_eq!(stranger.get(&early).await.status, 400);
        assert!(can_log_in(&app, "late@example.com", PASSWORD).await);
    }

    /// Somebody registers another one's address and waits for rights: they go to whoever proves the address.
    async fn rights_go_to_the_owner_of_the_address(app) {
        register(&app, "victim@example.com", OTHER).await;
        let mut stranger = Browser::new(&app);
        stranger.log_in("victim@example.com", OTHER).await;
        organization_with_admin(&app, "victim@example.com").await.content(201);
        assert!(!is_logged_in(&mut stranger).await);
        assert!(!can_log_in(&app, "victim@example.com", OTHER).await);
        register(&app, "victim@example.com", OTHER).await;
        assert!(!can_log_in(&app, "victim@example.com", OTHER).await, "nor by registering again");
        let mut owner = Browser::new(&app);
        let page = owner.get(&link(&app, "INVITE_USER", "victim@example.com").await).await;
        assert_eq!(owner.submit(&page, "/user/en/invitation", &[("password", PASSWORD)]).await.status, 303);
        assert!(can_log_in(&app, "victim@example.com", PASSWORD).await);
    }

    /// Admins of organizations and contract accounts are invited once, in the language of the call.
    async fn people_who_get_rights_are_invited(app) {
        organization_with_admin(&app, "vera@example.com").await.content(201);
        organization_with_admin(&app, "vera@example.com").await.content(201);
        let invited = mails(&app, "INVITE_USER", "vera@example.com").await;
        assert_eq!(invited.len(), 1);
        assert!(invited[0].plain.contains("Practice gave you access"), "{}", invited[0].plain);
        let caller = app.without_organization().await;
        let admin = |email: &str| json!({"name": "Studio", "admin": {"lastName": "A", "email": email}});
        let contract = caller.post("/contractAccount/add", admin("carla@example.com")).await;
        let contract = contract.content(201)["id"].as_str().expect("an id").to_owned();
        let confirmed = async |id: &str| {
            let rows = app.web.service.store.query("SELECT body FROM record WHERE id = $1", &[id.into()]).await.expect("rows");
            rows[0].text(0).replace(' ', "").contains("\"confirmed\":true")
        };
        assert!(!confirmed(&contract).await);
        let mut browser = Browser::new(&app);
        let page = browser.get(&link(&app, "INVITE_USER", "carla@example.com").await).await;
        assert_eq!(browser.submit(&page, "/user/en/invitation", &[("password", PASSWORD)]).await.status, 303);
        assert!(confirmed(&contract).await, "choosing the password confirms it");
        let second = caller.post("/contractAccount/add", admin("carla@example.com")).await;
        let second = second.content(201)["id"].as_str().expect("an id").to_owned();
        let page = browser.get(&link(&app, "CONFIRM_CONTRACT", "carla@example.com").await).await;
        assert_eq!(browser.submit(&page, "/user/en/contract", &[]).await.status, 303);
        assert!(confirmed(&second).await);
    }

    async fn c17_a_password_of_a_megabyte(app) {
        let mut browser = Browser::new(&app);
        let page = browser.get("/user/en/register").await;
        for (length, status) in [(1 << 20, 413), (200_000, 400), (1_025, 400)] {
            let password = "x".repeat(length);
            let fields = [("lastName", "S"), ("email", "big@example.com"), ("password", password.as_str())];
            let began = Instant::now();
            assert_eq!(browser.submit(&page, "/user/en/register", &fields).await.status, status, "{length}");
            assert!(began.elapsed() < Duration::from_secs(2), "nothing was hashed");
        }
    }

    /// Mails that a stranger causes are limited, for known and unknown addresses alike.
    async fn c16_mails_are_limited(app) {
        person(&app, "flooded@example.com").await;
        app.clock.advance(901);
        for email in ["flooded@example.com", "nobody@example.com"] {
            for attempt in 1..=6 {
                let answer = register(&app, email, PASSWORD).await;
                assert_eq!(answer.status, if attempt <= 5 { 303 } else { 429 }, "{email} {attempt}");
                assert_eq!(answer.header("retry-after").is_empty(), attempt <= 5);
            }
        }
        app.clock.advance(901);
        assert_eq!(register(&app, "flooded@example.com", PASSWORD).await.status, 303);
    }
}

/// Where registration is switched off, a form that is posted directly is refused too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c27_registration_closed() {
    let settings = Settings { registration_open: false, ..Settings::default() };
    let app = TestApp::start_with(On::Sqlite, settings).await;
    let mut browser = Browser::new(&app);
    assert_eq!(browser.get("/user/en/register").await.status, 403);
    let page = browser.get("/user/en/forgot").await;
    let form = kalends_testkit::browser::form(&page.text, "/user/en/forgot").expect("a form");
    let mut fields = vec![("lastName", "S"), ("email", "x@example.com"), ("password", PASSWORD)];
    fields.extend(form.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    assert_eq!(browser.post("/user/en/register", &fields).await.status, 403);
    assert_eq!(browser.get("/developer/en/developerAccount/add").await.status, 403);
    fields.extend([("name", "Acme"), ("user.email", "x@example.com"), ("user.lastName", "X")]);
    assert_eq!(browser.post("/developer/en/developerAccount/add", &fields).await.status, 403);
    assert_eq!(app.web.service.mails(true).await.expect("mails"), []);
}
