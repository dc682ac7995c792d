//! Every page is looked at.

use super::driver::Browser;
use super::page::look;
use kalends_testkit::app::{EMAIL, On, PASSWORD, TestApp};
use std::path::Path;

/// Logs in by the form.
pub(super) async fn log_in(browser: &Browser, app: &TestApp, email: &str, password: &str) {
    browser.go(&format!("{}/oauth/login", app.url)).await;
    browser.fill("email", email).await;
    browser.fill("password", password).await;
    browser.press("main button[type=submit]").await;
    // What is opened before the answer is there would be replaced by it.
    browser.see("nav.side, .notice.bad").await;
}

/// Every address of a page in the routers, as the sources write it; those that only take what a form sends are no pages.
fn routes() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/web/src/pages");
    let mut found = Vec::new();
    for (file, prefix) in
        [("mod.rs", ""), ("user/mod.rs", ""), ("developer/mod.rs", "/developer/{locale}/developerAccount/{account}")]
    {
        let text = std::fs::read_to_string(root.join(file)).expect("readable");
        for line in text.lines().filter(|line| line.trim_start().starts_with(".route(")) {
            let path = line.split('"').nth(1).expect("a path");
            let handler = line.split_once(", ").expect("a handler").1;
            if !handler.starts_with("post(") {
                let prefix = if line.contains("&account(") { prefix } else { "" };
                found.push(format!("{prefix}{path}"));
            }
        }
    }
    found
}

/// The address of a route in the test's world; none when the flow looks at it, or it is no page.
fn place(app: &TestApp, route: &str, kind: &str) -> Option<String> {
    let client = if kind == "app" { &app.app } else { &app.module };
    let elsewhere = ["/pages/{file}", "/oauth/consent", "/authorize", "/user/{locale}/login/code"];
    let route = match route {
        route if elsewhere.contains(&route) => return None,
        "/oauth/authorize" => {
            let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
            return Some(format!(
                "/oauth/authorize?response_type=code&client_id={}&redirect_uri=https%3A%2F%2Fspa.example%2Fcb\
                 &code_challenge={challenge}&code_challenge_method=S256&organization_id={}",
                app.app.client_id, app.account.organization_id
            ));
        }
        // Licences are looked at by their list and their form for a new one.
        route if route.contains("{license}") => return None,
        route if kind == "module" && !route.contains("{kind}") => return None,
        route => route,
    };
    let route = route.replace("{account}", &app.account.id).replace("{kind}", kind).replace("{id}", &client.record_id);
    Some(route)
}

/// Looks at every page in a language, logged in.
async fn every_page(language: &str) {
    let app = TestApp::start(On::Sqlite).await;
    let browser = Browser::start(true).await;
    let mut wrong = Vec::new();
    for path in ["/oauth/login?", "/oauth/authorize?client_id=x&", "/?", "/oauth/logout?"] {
        browser.go(&format!("{}{path}ui_locales={language}", app.url)).await;
        let name = path.trim_matches(|letter: char| !letter.is_ascii_alphabetic()).replace(['/', '?', '&', '='], "-");
        wrong.extend(look(&browser, &app.url, &format!("{language}-guest-{name}")).await);
    }
    log_in(&browser, &app, EMAIL, PASSWORD).await;
    let mut seen = 0;
    for route in routes() {
        for kind in ["app", "module"] {
            let Some(path) = place(&app, &route, kind) else { continue };
            let path = path.replace("{locale}", language);
            let join = if path.contains('?') { '&' } else { '?' };
            browser.go(&format!("{}{path}{join}ui_locales={language}", app.url)).await;
            let name = route.replace("/{locale}", "").replace("{kind}", kind).replace(['{', '}'], "");
            let name = name.trim_matches('/').replace('/', "-");
            wrong.extend(look(&browser, &app.url, &format!("{language}-{name}")).await);
            seen += 1;
        }
    }
    browser.close().await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 40, "{seen} pages");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_in_english() {
    every_page("en").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_in_german() {
    every_page("de").await;
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
