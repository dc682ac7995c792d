//! What people do, from the first visit on, with and without JavaScript.

use super::driver::Browser;
use super::page::look;
use super::pages::log_in;
use kalends_testkit::app::{On, TestApp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const GRACE: &str = "grace@example.com";
const ADA: &str = "ada@example.com";
const FIRST: &str = "a first long password";
const SECOND: &str = "quite another password";
const SUBMIT: &str = "main form button[type=submit]";

/// A person at a browser, and what she found wrong with the pages.
struct Person<'a> {
    app: &'a TestApp,
    browser: Browser,
    wrong: Vec<String>,
}

impl Person<'_> {
    async fn go(&self, path: &str) {
        self.browser.go(&format!("{}{path}", self.app.url)).await;
    }

    /// Fills fields and sends the form they are in.
    async fn send(&self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            self.browser.fill(name, value).await;
        }
        self.browser.press(SUBMIT).await;
    }

    /// Looks at the page, in the run with scripts: axe-core is one.
    async fn look(&mut self, name: &str) {
        if self.browser.scripts {
            let found = look(&self.browser, &self.app.url, name).await;
            self.wrong.extend(found);
        }
    }

    /// Opens the link of the newest mail to an address.
    async fn open_mail(&self, recipient: &str) {
        let sql = "SELECT plain FROM mail WHERE recipient = $1 ORDER BY seq DESC";
        let rows = self.app.web.service.store.query(sql, &[recipient.into()]).await.expect("mails");
        let text = rows.first().unwrap_or_else(|| panic!("a mail to {recipient}")).text(0).to_owned();
        let link = text.split_whitespace().find(|word| word.starts_with(&self.app.url)).expect("a link");
        self.browser.go(link).await;
    }

    /// Waits until the answer to a form is there: what is opened before would be replaced by it.
    async fn arrived(&self) {
        self.browser.wait("return location.search", "?done=").await;
    }

    /// Presses a button and waits for the answer.
    async fn done(&self, button: &str) {
        self.browser.press(button).await;
        self.arrived().await;
    }

    async fn log_out(&self) {
        self.go("/oauth/logout").await;
        self.browser.press("form[action='/oauth/logout'] button").await;
        self.browser.see(".notice.good").await;
    }
}

/// Takes one request at an address of this machine, as an app on a computer does; answers what was asked.
async fn listen(listener: TcpListener) -> String {
    let (mut stream, _) = listener.accept().await.expect("a browser");
    let mut bytes = vec![0; 4096];
    let length = stream.read(&mut bytes).await.expect("a request");
    let page = "<!doctype html><title>back</title><link rel=icon href='data:,'><p>back in the app";
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
        page.len()
    );
    stream.write_all(answer.as_bytes()).await.expect("written");
    String::from_utf8_lossy(&bytes[..length]).lines().next().unwrap_or_default().to_owned()
}

/// Registers a developer account and proves its address; answers where its pages begin.
async fn register(person: &mut Person<'_>) -> String {
    person.go("/developer/en/developerAccount/add").await;
    person.look("flow-register").await;
    let fields = [
        ("name", "Hopper & Co"),
        ("email", GRACE),
        ("user.firstName", "Grace"),
        ("user.lastName", "Hopper"),
        ("user.email", ADA),
        ("password", FIRST),
    ];
    person.send(&fields).await;
    person.browser.see(".notice.bad").await;
    person.look("flow-register-refused").await;
    person.send(&[("user.email", GRACE), ("password", FIRST)]).await;
    person.browser.see(".notice.good").await;
    person.look("flow-register-sent").await;
    person.open_mail(GRACE).await;
    person.look("flow-verify").await;
    person.done(SUBMIT).await;
    log_in(&person.browser, person.app, GRACE, FIRST).await;
    person.go("/developer/en/").await;
    let link = "main a[href*='/developerAccount/']:not([href$='/add'])";
    let address = person.browser.address().await;
    if !address.contains("/developerAccount/") {
        person.browser.press(link).await;
    }
    person.browser.see("nav.side").await;
    let address = person.browser.address().await;
    let id = address.split("/developerAccount/").nth(1).expect("an account").trim_end_matches('/').to_owned();
    format!("/developer/en/developerAccount/{id}")
}

/// Makes an app and copies its secret; answers id and secret.
async fn make_app(person: &mut Person<'_>, base: &str, redirect: &str) -> (String, String) {
    person.go(&format!("{base}/app/add")).await;
    person.send(&[("name", "Flow"), ("redirectUriList", redirect)]).await;
    let client = person.browser.text_of("#client-id").await;
    let secret = person.browser.text_of("#client-secret").await;
    assert_eq!((client.len(), secret.len()), (64, 64));
    if person.browser.scripts {
        person.browser.press("[data-copy=client-secret]").await;
        person.browser.see("[data-copy=client-secret]").await;
    }
    person.look("flow-secret").await;
    person.browser.press("main a.button").await;
    person.browser.press("main a[href$='/permissions']").await;
    person.look("flow-permissions").await;
    person.browser.press_all("main input[name=permission]:not(:checked)").await;
    person.browser.press(SUBMIT).await;
    person.browser.see("#install-key").await;
    (client, secret)
}

/// The walk through the API in the browser.
async fn walk(person: &mut Person<'_>, base: &str, secret: &str) {
    person.go(&format!("{base}/walk")).await;
    person.look("flow-walk").await;
    person.browser.fill("secret", secret).await;
    for step in 1..=7 {
        person.browser.press("main form[action$='/walk'] button").await;
        // The page before has such a heading too: wait for this step's.
        let begun = format!("{step}. ");
        person.browser.wait("return document.querySelector('#walk-done')?.textContent ?? ''", &begun).await;
    }
    person.browser.see(".notice.good").await;
    person.look("flow-walk-done").await;
}

/// An app on this computer asks; the person logs in and allows it.
async fn authorize(person: &mut Person<'_>, client: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let back = tokio::spawn(listen(listener));
    person.log_out().await;
    person
        .go(&format!(
            "/oauth/authorize?response_type=code&client_id={client}&redirect_uri=http%3A%2F%2F127.0.0.1%3A{port}%2Fcb&state=s\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&scope=openid&ui_locales=en"
        ))
        .await;
    person.browser.see("form[action='/oauth/login']").await;
    person.look("flow-authorize-login").await;
    person.send(&[("email", GRACE), ("password", FIRST)]).await;
    person.browser.see("form[action='/oauth/consent']").await;
    person.look("flow-consent").await;
    person.browser.press("button[value=allow]").await;
    let asked = tokio::time::timeout(std::time::Duration::from_secs(20), back).await.expect("in time").expect("asked");
    assert!(asked.starts_with("GET /cb?code=") && asked.contains("state=s") && asked.contains("iss="), "{asked}");
    person.go("/user/en/consents").await;
    person.look("flow-consents").await;
}

/// A colleague is invited, registers, and accepts.
async fn invite(person: &mut Person<'_>, base: &str) {
    person.go(&format!("{base}/team")).await;
    person.send_to("form[action$='/invite'] button", &[("email", ADA)]).await;
    person.browser.see("input[name=invitation]").await;
    person.look("flow-team").await;
    person.log_out().await;
    person.go("/user/en/register").await;
    person
        .send(&[("firstName", "Ada"), ("lastName", "Lovelace"), ("email", "ada2@example.com"), ("password", "short")])
        .await;
    person.browser.see(".notice.bad").await;
    person.look("flow-user-register-refused").await;
    // The link of the invitation, before the mail that registering writes.
    person.open_mail(ADA).await;
    person.look("flow-invitation-logged-out").await;
    let invitation = person.browser.address().await;
    person.go("/user/en/register").await;
    person.send(&[("firstName", "Ada"), ("lastName", "Lovelace"), ("email", ADA), ("password", FIRST)]).await;
    person.arrived().await;
    person.open_mail(ADA).await;
    person.done(SUBMIT).await;
    log_in(&person.browser, person.app, ADA, FIRST).await;
    person.browser.wait("return location.pathname + document.readyState", "/user/en/profilecomplete").await;
    person.go("/user/en/invitations").await;
    person.browser.see("button[value=accept]").await;
    person.look("flow-invitations").await;
    person.browser.press("button[value=accept]").await;
    person.browser.see(".notice.good").await;
    person.go(base).await;
    person.browser.see("nav.side").await;
    assert!(!invitation.is_empty());
}

/// A forgotten password.
async fn reset(person: &mut Person<'_>) {
    person.log_out().await;
    person.go("/user/en/forgot").await;
    person.look("flow-forgot").await;
    person.send(&[("email", ADA)]).await;
    person.arrived().await;
    person.look("flow-forgot-sent").await;
    person.open_mail(ADA).await;
    person.look("flow-reset").await;
    person.send(&[("password", SECOND)]).await;
    person.arrived().await;
    log_in(&person.browser, person.app, ADA, FIRST).await;
    person.browser.see(".notice.bad").await;
    log_in(&person.browser, person.app, ADA, SECOND).await;
    person.go("/user/en/profile").await;
    person.browser.see("nav.side").await;
}

impl Person<'_> {
    /// Fills fields and presses a certain button.
    async fn send_to(&self, button: &str, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            self.browser.fill(name, value).await;
        }
        self.browser.press(button).await;
    }
}

async fn everything(scripts: bool) {
    let app = TestApp::start(On::Sqlite).await;
    let mut person = Person { app: &app, browser: Browser::start(scripts).await, wrong: Vec::new() };
    let base = register(&mut person).await;
    let (client, secret) = make_app(&mut person, &base, "http://127.0.0.1/cb").await;
    walk(&mut person, &base, &secret).await;
    authorize(&mut person, &client).await;
    invite(&mut person, &base).await;
    reset(&mut person).await;
    person.browser.close().await;
    assert!(person.wrong.is_empty(), "{:#?}", person.wrong);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_scripts() {
    everything(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_scripts() {
    everything(false).await;
}
