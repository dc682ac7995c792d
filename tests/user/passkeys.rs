//! Passkeys, with an authenticator that is software.

use super::authenticator::Authenticator;
use super::people::{is_in, is_logged_in};
use kalends_testkit::app::{EMAIL, On, PASSWORD, Settings, TestApp};
use kalends_testkit::browser::{Browser, form};
use kalends_testkit::client::Answer;
use serde_json::Value;

const SITE: &str = "https://booking.example.com";

async fn app(on: On) -> TestApp {
    TestApp::start_with(on, Settings { public_url: Some(SITE.into()), ..Settings::default() }).await
}

fn csrf(page: &Answer, action: &str) -> String {
    let fields = form(&page.text, action).unwrap_or_else(|| panic!("no form to {action} in {}", page.text));
    fields.into_iter().find(|(name, _)| name == "csrf").expect("a token").1
}

/// What the script does before it asks the browser.
async fn options(browser: &mut Browser, page: &Answer, action: &str) -> (String, Value) {
    let token = csrf(page, action);
    let answer = browser.post(&format!("{action}/options"), &[("csrf", &token)]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    (answer.json["ceremony"].as_str().expect("a ceremony").to_owned(), answer.json["options"].clone())
}

const ADD: &str = "/user/en/security/passkey";
const LOGIN: &str = "/user/en/login/passkey";

async fn add(browser: &mut Browser, key: &mut Authenticator, password: &str) -> Answer {
    let page = browser.get(ADD).await;
    let (ceremony, options) = options(browser, &page, ADD).await;
    let credential = key.create(&options);
    let fields = [
        ("ceremony", ceremony.as_str()),
        ("credential", &credential),
        ("password", password),
        ("name", "<i>Telephone"),
    ];
    browser.submit(&page, ADD, &fields).await
}

async fn log_in(browser: &mut Browser, key: &mut Authenticator) -> Answer {
    let page = browser.get("/oauth/login?ui_locales=en").await;
    let (ceremony, options) = options(browser, &page, LOGIN).await;
    let credential = key.get(&options);
    browser.submit(&page, LOGIN, &[("ceremony", &ceremony), ("credential", &credential)]).await
}

async fn member(app: &TestApp) -> Browser {
    let mut browser = Browser::new(app);
    assert!(is_in(&browser.log_in(EMAIL, PASSWORD).await));
    browser
}

async fn a_passkey_logs_in(on: On) {
    let app = app(on).await;
    let mut browser = member(&app).await;
    let mut key = Authenticator::new(SITE);
    assert_eq!(add(&mut browser, &mut key, "wrong password").await.status, 400, "the password is needed");
    let added = add(&mut browser, &mut key, PASSWORD).await;
    assert_eq!((added.status, added.header("location")), (303, "/user/en/security?done=added"), "{}", added.text);
    let page = browser.get("/user/en/security").await;
    assert!(page.text.contains("Telephone") && !page.text.contains("<i>"), "{}", page.text);
    assert_eq!(add(&mut browser, &mut key, PASSWORD).await.status, 400, "the same one a second time");
    let mut other = Browser::new(&app);
    let answer = log_in(&mut other, &mut key).await;
    assert!(is_in(&answer), "{} {}", answer.status, answer.text);
    assert!(is_logged_in(&mut other).await);
    assert!(other.get("/user/en/sessions").await.text.contains("with a passkey"));
    key.set_back();
    assert_eq!(log_in(&mut Browser::new(&app), &mut key).await.status, 400, "a counter that runs backwards");
    let id = page.text.split("passkey/remove?passkey=").nth(1).and_then(|rest| rest.split('"').next()).expect("an id");
    let page = browser.get(&format!("/user/en/security/passkey/remove?passkey={id}")).await;
    assert_eq!(browser.submit(&page, "/user/en/security/passkey/remove", &[("password", PASSWORD)]).await.status, 303);
    key.get(&serde_json::json!({"rpId": "x"}));
    assert_eq!(log_in(&mut Browser::new(&app), &mut key).await.status, 400, "it is removed");
}

/// What an attacker could try instead of the right answer.
async fn wrong_answers(on: On) {
    let app = app(on).await;
    let mut browser = member(&app).await;
    let mut key = Authenticator::new(SITE);
    let mut foreign = Authenticator::new("https://evil.example");
    assert_eq!(add(&mut browser, &mut foreign, PASSWORD).await.status, 400, "made for another site");
    assert_eq!(add(&mut browser, &mut key, PASSWORD).await.status, 303);
    let mut stranger = Browser::new(&app);
    assert_eq!(log_in(&mut stranger, &mut key.forged()).await.status, 400, "signed with another key");
    let mut claiming = key.forged();
    claiming.claim("us0000000000000000000000000000000");
    assert_eq!(log_in(&mut stranger, &mut claiming).await.status, 400, "for another person");
    key.origin = "https://booking.example.com.evil.example".into();
    assert_eq!(log_in(&mut stranger, &mut key).await.status, 400, "answered at another site");
    key.origin = SITE.into();
    // An answer serves once, and only for the ceremony it belongs to.
    let page = stranger.get("/oauth/login?ui_locales=en").await;
    let (ceremony, asked) = options(&mut stranger, &page, LOGIN).await;
    let credential = key.get(&asked);
    let fields = [("ceremony", ceremony.as_str()), ("credential", credential.as_str())];
    let (mut one, mut two) = (stranger.clone(), stranger.clone());
    let (first, second) = tokio::join!(one.submit(&page, LOGIN, &fields), two.submit(&page, LOGIN, &fields));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 400]);
    let (_, asked) = options(&mut stranger, &page, LOGIN).await;
    let (later, _) = options(&mut stranger, &page, LOGIN).await;
    let fields = [("ceremony", later), ("credential", key.get(&asked))];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    assert_eq!(stranger.submit(&page, LOGIN, &fields).await.status, 400, "of another ceremony");
    let (ceremony, asked) = options(&mut stranger, &page, LOGIN).await;
    let credential = key.get(&asked);
    app.clock.advance(301);
    let fields = [("ceremony", ceremony.as_str()), ("credential", credential.as_str())];
    assert_eq!(stranger.submit(&page, LOGIN, &fields).await.status, 400, "too late");
    for credential in ["", "{}", "[]", "null", &"x".repeat(100_000)] {
        let (ceremony, _) = options(&mut stranger, &page, LOGIN).await;
        let fields = [("ceremony", ceremony.as_str()), ("credential", credential)];
        assert_eq!(stranger.submit(&page, LOGIN, &fields).await.status, 400);
    }
    app.sql("UPDATE account_user SET active = 0", &[]).await;
    assert_eq!(log_in(&mut Browser::new(&app), &mut key).await.status, 400, "of somebody who is switched off");
}

macro_rules! on_both {
    ($($test:ident: $sqlite:ident, $postgres:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $sqlite() {
            $test(On::Sqlite).await;
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $postgres() {
            $test(On::Postgres).await;
        }
    )*};
}

on_both! {
    a_passkey_logs_in: a_passkey_logs_in_sqlite, a_passkey_logs_in_postgres;
    wrong_answers: wrong_answers_sqlite, wrong_answers_postgres;
}

/// Browsers know passkeys for host names only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn not_on_a_bare_address() {
    let app = TestApp::start(On::Sqlite).await;
    let mut browser = member(&app).await;
    assert!(browser.get(ADD).await.text.contains("need an installation with a host name"));
    let page = browser.get("/oauth/login?ui_locales=en").await;
    let token = csrf(&page, LOGIN);
    assert_eq!(browser.post(&format!("{LOGIN}/options"), &[("csrf", &token)]).await.status, 400);
}
