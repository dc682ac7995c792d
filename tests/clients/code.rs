//! Code with PKCE, ID token, userinfo, exchange, introspection and revocation.

use super::{config, script};
use kalends_testkit::app::{EMAIL, PASSWORD, TestApp};
use kalends_testkit::browser::Browser;

/// Logs in where that is asked for, and allows what the client wants; answers where that led.
async fn allow(browser: &mut Browser, address: String) -> String {
    let mut page = browser.open(&address).await;
    if page.text.contains("action=\"/oauth/login\"") {
        let answer = browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        page = browser.follow(answer).await;
    }
    if page.text.contains("action=\"/oauth/consent\"") {
        page = browser.submit(&page, "/oauth/consent", &[("decision", "allow")]).await;
    }
    assert_eq!(page.status, 303, "{}", page.text);
    page.header("location").to_owned()
}

async fn with_a_person(app: &TestApp, name: &str) {
    let mut config = config(app);
    config["email"] = EMAIL.into();
    let mut browser = Browser::new(app);
    script(name, &config, async |address| allow(&mut browser, address).await).await;
}

both! {
    /// `oauth4webapi`: every check it has for answers of the authorization endpoint, ID tokens and access tokens.
    async fn oauth4webapi_code(app) {
        with_a_person(&app, "code.mjs").await;
    }

    /// Authlib, and the signatures checked by joserfc.
    async fn authlib_code(app) {
        with_a_person(&app, "code.py").await;
    }
}
