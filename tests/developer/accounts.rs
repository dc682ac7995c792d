//! Registration and the account.

use super::{base, developer, links};
use kalends_testkit::app::{EMAIL, On, PASSWORD, Settings, TestApp};
use kalends_testkit::browser::{Browser, form};
use kalends_testkit::client::Answer;

const ADD: &str = "/developer/en/developerAccount/add";

async fn register(app: &TestApp, email: &str, changed: &[(&str, &str)]) -> (Browser, Answer) {
    let mut browser = Browser::new(app);
    let page = browser.get(ADD).await;
    let fields = [
        ("name", "Acme & Sons"),
        ("email", email),
        ("user.firstName", "Ada"),
        ("user.lastName", "Lovelace"),
        ("user.email", email),
        ("password", "a long enough password"),
    ];
    let fields = fields.map(|(name, value)| {
        let other = changed.iter().find(|(changed, _)| *changed == name);
        (name, other.map_or(value, |(_, value)| *value))
    });
    let answer = browser.submit(&page, ADD, &fields).await;
    (browser, answer)
}

async fn count(app: &TestApp, table: &str) -> i64 {
    let rows = app.web.service.store.query(&format!("SELECT count(*) FROM {table}"), &[]).await;
    rows.expect("a count")[0].int(0)
}

both! {
    async fn a_registration_makes_account_user_and_demo_organization(app) {
        let (mut browser, answer) = register(&app, "Ada@Example.com", &[]).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/developer/en/developerAccount/add?sent=yes"));
        let sent = browser.follow(answer).await;
        assert!(sent.text.contains("a mail is on its way"), "{}", sent.text);
        let links = links(&app, "ada@example.com").await;
        assert!(matches!(&links[..], [link] if link.contains("/user/en/verify?token=")), "{links:?}");
        browser.log_in("ada@example.com", "a long enough password").await;
        let overview = browser.open("/developer/en/").await;
        assert_eq!(overview.status, 200);
        assert!(overview.text.contains("<h1>Acme &#38; Sons</h1>"), "{}", overview.text);
        assert!(overview.text.contains("Park Practice (demo)") && overview.text.contains("/organization/f6"));
        assert!(overview.text.contains("href=\"/apidoc/app\"") && overview.text.contains("href=\"/apidoc/module\""));
        let german = browser.open("/developer/de/").await;
        assert!(german.text.contains("Demo-Organisation") && german.text.contains("<html lang=\"de\">"));
    }

    async fn what_is_wrong_is_said_at_its_field(app) {
        for (field, value, sentence) in [
            ("user.email", "other@example.com", "Both e-mail addresses must be the same."),
            ("name", " ", "This value is needed."),
            ("user.lastName", "", "This value is needed."),
            ("password", "short", "Use at least 10 characters."),
            ("email", "nobody", "Give an e-mail address such as name@example.com."),
        ] {
            let (_, answer) = register(&app, "ada@example.com", &[(field, value)]).await;
            assert_eq!(answer.status, 400, "{field}");
            assert!(answer.text.contains(&format!("<a href=\"#f-{field}\">{sentence}</a>")), "{field}: {}", answer.text);
            assert!(answer.text.contains(&format!("id=\"e-{field}\">{sentence}")), "{field}");
            assert!(!answer.text.contains("a long enough password"), "passwords are not sent back");
        }
        assert_eq!(count(&app, "mail").await, 0);
    }

    /// No oracle: the answer is the same, and only the owner of the address learns about it.
    async fn an_address_with_a_user_makes_nothing(app) {
        let before = (count(&app, "account_user").await, count(&app, "record").await);
        let (mut browser, known) = register(&app, EMAIL, &[]).await;
        assert_eq!((known.status, known.header("location")), (303, "/developer/en/developerAccount/add?sent=yes"));
        assert_eq!((count(&app, "account_user").await, count(&app, "record").await), before);
        let links = links(&app, EMAIL).await;
        assert_eq!(links, [format!("{}/developer/en/developerAccount/add", app.url)]);
        let answer = browser.log_in(EMAIL, "a long enough password").await;
        assert_eq!(answer.status, 401, "the password is as it was");
    }

    async fn a_user_adds_an_account_to_herself(app) {
        let mut browser = developer(&app).await;
        let page = browser.get(ADD).await;
        assert!(page.text.contains("added to your user dev@example.com") && !page.text.contains("type=\"password\""));
        let answer = browser.submit(&page, ADD, &[("name", "Second")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let overview = browser.follow(answer).await;
        assert!(overview.text.contains("<h1>Second</h1>"), "{}", overview.text);
        let list = browser.open("/developer/en/").await;
        assert!(list.text.contains(">Second</a>") && list.text.contains(">Developer</a>"), "{}", list.text);
        assert_eq!(count(&app, "mail").await, 0);
    }

    async fn the_account_is_edited(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/edit", base(&app));
        let page = browser.get(&place).await;
        let changed = [("name", "Renamed <b>"), ("email", "new@example.com")];
        let answer = browser.submit(&page, &place, &changed).await;
        let overview = browser.follow(answer).await;
        assert!(overview.text.contains("<h1>Renamed &#60;b&#62;</h1>") && overview.text.contains("new@example.com"));
        let stale = browser.submit(&page, &place, &changed).await;
        assert_eq!(stale.status, 412, "somebody else changed it meanwhile");
        let page = browser.get(&place).await;
        let wrong = browser.submit(&page, &place, &[("name", ""), ("email", "x")]).await;
        assert_eq!(wrong.status, 400);
        assert!(wrong.text.contains("#f-name") && wrong.text.contains("#f-email"), "{}", wrong.text);
    }

    /// Sessions of a person who is logged out lead to the login and back.
    async fn a_stranger_is_asked_to_log_in(app) {
        let mut browser = Browser::new(&app);
        for place in ["/developer/en/".to_owned(), format!("{}/", base(&app)), format!("{}/app", base(&app))] {
            let answer = browser.get(&place).await;
            assert_eq!(answer.status, 303, "{place}");
            assert!(answer.header("location").starts_with("/oauth/login?ui_locales=en&next=%2Fdeveloper%2Fen%2F"), "{place}");
        }
        let page = browser.get("/oauth/login?next=/developer/en/").await;
        let answer = browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let overview = browser.follow(answer).await;
        assert!(overview.text.contains("<h1>Developer</h1>"), "{}", overview.text);
    }
}

/// C27: where registration is closed the form is not there, and a form that is posted all the same makes nothing. Who has
/// a user adds an account to it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c27_registration_closed_for_developers() {
    let settings = Settings { registration_open: false, ..Settings::default() };
    let app = TestApp::start_with(On::Sqlite, settings).await;
    let mut stranger = Browser::new(&app);
    assert_eq!(stranger.get(ADD).await.status, 403);
    let login = stranger.get("/oauth/login").await;
    let token = form(&login.text, "/oauth/login").expect("a form");
    let token = &token.iter().find(|(name, _)| name == "csrf").expect("a token").1;
    let fields = [
        ("csrf", token.as_str()),
        ("name", "Acme"),
        ("email", "ada@example.com"),
        ("user.lastName", "Lovelace"),
        ("user.email", "ada@example.com"),
        ("password", "a long enough password"),
    ];
    assert_eq!(stranger.post(ADD, &fields).await.status, 403);
    assert_eq!((count(&app, "account_user").await, count(&app, "mail").await), (1, 0));
    let mut browser = developer(&app).await;
    let page = browser.get(ADD).await;
    assert_eq!(browser.submit(&page, ADD, &[("name", "Second")]).await.status, 303);
}
