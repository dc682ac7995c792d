//! People of tests: registered over the pages, with their mails and their tokens.

use kalends_service::mail::waiting::Mail;
use kalends_testkit::app::{REDIRECT, TestApp};
use kalends_testkit::browser::{Browser, parameter};
use kalends_testkit::client::Answer;

/// A password that is good enough.
pub(super) const PASSWORD: &str = "a password of tests";
/// Another one.
pub(super) const OTHER: &str = "another password of tests";
/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The mails to an address about something, oldest first.
pub(super) async fn mails(app: &TestApp, purpose: &str, to: &str) -> Vec<Mail> {
    let all = app.web.service.mails(true).await.expect("mails");
    all.into_iter().filter(|mail| mail.purpose == purpose && mail.recipient == to).collect()
}

/// The link of the latest of them.
#[track_caller]
fn link_of(mails: &[Mail]) -> String {
    mails.last().and_then(Mail::link).expect("a mail with a link").to_owned()
}

/// The link of the latest mail to an address about something.
pub(super) async fn link(app: &TestApp, purpose: &str, to: &str) -> String {
    link_of(&mails(app, purpose, to).await)
}

/// Fills the registration form in.
pub(super) async fn register(app: &TestApp, email: &str, password: &str) -> Answer {
    let mut browser = Browser::new(app);
    let page = browser.get("/user/en/register").await;
    let fields = [("firstName", "Erika"), ("lastName", "Sommer"), ("email", email), ("password", password)];
    browser.submit(&page, "/user/en/register", &fields).await
}

/// A person with a proved address, logged in.
pub(super) async fn person(app: &TestApp, email: &str) -> Browser {
    assert_eq!(register(app, email, PASSWORD).await.status, 303);
    let mut browser = Browser::new(app);
    let page = browser.get(&link(app, "VERIFY", email).await).await;
    let verified = browser.submit(&page, "/user/en/verify", &[]).await;
    assert_eq!(verified.status, 303, "{}", verified.text);
    assert!(is_in(&browser.log_in(email, PASSWORD).await));
    browser
}

/// Whether a login went well.
pub(super) fn is_in(answer: &Answer) -> bool {
    answer.status == 303 && answer.header("set-cookie").contains("__Host-kalends=")
}

/// Whether a browser is logged in.
pub(super) async fn is_logged_in(browser: &mut Browser) -> bool {
    browser.get("/user/en/profile").await.status == 200
}

/// Whether address and password let somebody in.
pub(super) async fn can_log_in(app: &TestApp, email: &str, password: &str) -> bool {
    is_in(&Browser::new(app).log_in(email, password).await)
}

/// Opens a page and sends its form.
pub(super) async fn fill(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let action = path.split('?').next().unwrap_or_default();
    browser.submit(&page, action, fields).await
}

/// Lets the demo app act for a person; answers its refresh token.
pub(super) async fn allow(app: &TestApp, browser: &mut Browser) -> String {
    let mut url = reqwest::Url::parse("http://host/oauth/authorize").expect("an address");
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &app.app.client_id),
        ("redirect_uri", REDIRECT),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let mut page = browser.get(&format!("{}?{}", url.path(), url.query().unwrap_or_default())).await;
    if page.status == 200 {
        page = browser.submit(&page, "/oauth/consent", &[("decision", "allow")]).await;
    }
    let code = parameter(page.header("location"), "code").expect("a code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.app.client_id.as_str()),
        ("client_secret", &app.app.secret),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let answer = app.token(&fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["refresh_token"].as_str().expect("a token").to_owned()
}

/// Whether a refresh token can still be exchanged.
pub(super) async fn is_alive(app: &TestApp, refresh_token: &str) -> bool {
    let fields =
        [("grant_type", "refresh_token"), ("client_id", app.app.client_id.as_str()), ("refresh_token", refresh_token)];
    app.token(&fields).await.status == 200
}
