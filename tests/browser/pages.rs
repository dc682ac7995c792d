//! Every page is looked at.

use super::driver::Browser;
use super::page::look;
use kalends_testkit::app::{EMAIL, On, PASSWORD, TestApp};

/// Logs in by the form.
pub(super) async fn log_in(browser: &Browser, app: &TestApp, email: &str, password: &str) {
    browser.go(&format!("{}/oauth/login", app.url)).await;
    browser.fill("email", email).await;
    browser.fill("password", password).await;
    browser.press("main button[type=submit]").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn public_pages() {
    let app = TestApp::start(On::Sqlite).await;
    let browser = Browser::start(true).await;
    let mut wrong = Vec::new();
    for language in ["en", "de"] {
        for (name, path) in
            [("login", "/oauth/login?"), ("logout", "/oauth/logout?"), ("problem", "/oauth/authorize?client_id=x&")]
        {
            browser.go(&format!("{}{path}ui_locales={language}", app.url)).await;
            wrong.extend(look(&browser, &app.url, &format!("{name}-{language}")).await);
        }
    }
    browser.close().await;
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn login_without_scripts() {
    let app = TestApp::start(On::Sqlite).await;
    let browser = Browser::start(false).await;
    log_in(&browser, &app, EMAIL, "wrong password").await;
    browser.see(".notice.bad").await;
    log_in(&browser, &app, EMAIL, PASSWORD).await;
    browser.go(&format!("{}/oauth/logout", app.url)).await;
    browser.press("form[action='/oauth/logout'] button").await;
    browser.see(".notice.good").await;
    browser.close().await;
}
