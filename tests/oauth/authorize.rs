//! The authorization endpoint: rows A and B of the attack matrix.

use super::flow::{CHALLENGE, path, request, with};
use kalends_testkit::app::{EMAIL, LOOPBACK, PASSWORD, REDIRECT, TestApp};
use kalends_testkit::browser::{Browser, parameter};
use kalends_testkit::client::Answer;

/// Parameters with the values a row gives them.
type Changes<'a> = &'a [(&'a str, &'a str)];

/// An error page of our own: nothing is sent anywhere.
#[track_caller]
fn is_page(row: &str, answer: &Answer) {
    assert_eq!(answer.status, 400, "{row}: {}", answer.text);
    assert_eq!(answer.header("location"), "", "{row}");
    assert!(answer.header("content-type").starts_with("text/html"), "{row}");
    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{row}");
}

/// The client is told: 303 to its own address with `error`, `state` and `iss` (B21).
#[track_caller]
fn is_told(row: &str, app: &TestApp, answer: &Answer, error: &str) {
    let location = answer.header("location");
    assert_eq!(answer.status, 303, "{row}: {}", answer.text);
    assert!(location.starts_with(&format!("{REDIRECT}?")), "{row}: {location}");
    assert_eq!(parameter(location, "error").as_deref(), Some(error), "{row}");
    assert_eq!(parameter(location, "state").as_deref(), Some("a state & more"), "{row}");
    assert_eq!(parameter(location, "iss").as_deref(), Some(app.web.public_url.as_str()), "{row}");
    assert_eq!(parameter(location, "code"), None, "{row}");
}

both! {
    async fn a_redirects_that_cannot_be_trusted(app) {
        let mut browser = Browser::new(&app);
        let base = request(&app);
        let rows: [(&str, Changes<'_>); 17] = [
            ("A1", &[("client_id", "unknown")]),
            ("A2", &[("client_id", "")]),
            ("A5", &[("redirect_uri", "https://other.example/cb")]),
            ("A6", &[("redirect_uri", "https://spa.example/cb/")]),
            ("A7", &[("redirect_uri", "https://spa.example/cb?x=1")]),
            ("A8", &[("redirect_uri", "https://spa.example/cb#f")]),
            ("A9", &[("redirect_uri", "https://spa.example/CB")]),
            ("A9", &[("redirect_uri", "https://SPA.example/cb")]),
            ("A10", &[("redirect_uri", "https://spa.example:443/cb")]),
            ("A12", &[("redirect_uri", "https://spa.example@evil.example/cb")]),
            ("A14", &[("redirect_uri", "https://spa.example.evil.example/cb")]),
            ("A16", &[("redirect_uri", "javascript:alert(1)")]),
            ("A16", &[("redirect_uri", "JaVaScRiPt:alert(1)")]),
            ("A16", &[("redirect_uri", "data:text/html,x")]),
            ("A18", &[("redirect_uri", "")]),
            ("A16", &[("redirect_uri", "//spa.example/cb")]),
            ("A5", &[("redirect_uri", "http://spa.example/cb")]),
        ];
        for (row, changes) in rows {
            is_page(row, &browser.get(&path(&with(base.clone(), changes))).await);
        }
        for (row, name) in [("A4", "client_id"), ("A19", "redirect_uri")] {
            let again = base.iter().find(|(key, _)| key == name).cloned();
            let pairs = [base.clone(), again.into_iter().collect()].concat();
            is_page(row, &browser.get(&path(&pairs)).await);
        }
    }

    async fn a3_a17_clients_switched_off_and_several_addresses(app) {
        let mut browser = Browser::new(&app);
        let base = request(&app);
        let client = kalends_store::params![app.app.client_id.as_str()];
        let set = |sql: &'static str| app.sql(sql, &client);
        set("UPDATE client SET redirect_uris = '[\"https://spa.example/cb\",\"https://spa.example/other\"]' WHERE id = $1").await;
        is_page("A17", &browser.get(&path(&with(base.clone(), &[("redirect_uri", "")]))).await);
        assert_eq!(browser.get(&path(&base)).await.status, 303, "named, it is accepted");
        set("UPDATE client SET redirect_uris = '[]' WHERE id = $1").await;
        is_page("B14: a client without an address has no authorization code grant", &browser.get(&path(&base)).await);
        set("UPDATE client SET redirect_uris = '[\"https://spa.example/cb\"]', active = 0 WHERE id = $1").await;
        is_page("A3", &browser.get(&path(&base)).await);
    }

    async fn a20_a_native_app_takes_any_port(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        for asked in [LOOPBACK, "http://127.0.0.1:51234/cb"] {
            let changes = [("client_id", app.module.client_id.as_str()), ("redirect_uri", asked)];
            let page = browser.get(&path(&with(request(&app), &changes))).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let answer = browser.submit(&page, "/oauth/consent", &[("decision", "deny")]).await;
            assert!(answer.header("location").starts_with(&format!("{asked}?")), "{}", answer.header("location"));
        }
        for asked in ["http://127.0.0.1:51234/other", "http://127.0.0.2/cb", "http://localhost/cb", "https://127.0.0.1/cb"] {
            let changes = [("client_id", app.module.client_id.as_str()), ("redirect_uri", asked)];
            is_page("A20", &browser.get(&path(&with(request(&app), &changes))).await);
        }
    }

    async fn a25_the_endpoint_is_nothing_for_scripts(app) {
        let mut browser = Browser::new(&app);
        browser.headers.push(("origin".into(), "https://shop.example".into()));
        let asked = reqwest::Client::new().request(reqwest::Method::OPTIONS, format!("{}/authorize", app.url));
        let asked = asked.header("origin", "https://shop.example").header("access-control-request-method", "GET");
        let answer = Answer::read(asked.send().await.expect("an answer")).await;
        assert_eq!(answer.header("access-control-allow-origin"), "");
        let answer = browser.get(&path(&request(&app))).await;
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }

    async fn b_errors_the_client_is_told(app) {
        let mut browser = Browser::new(&app);
        let base = request(&app);
        let long = "x".repeat(129);
        let other = format!("{}4", &app.account.organization_id[..31]);
        let unknown = if other == app.account.organization_id { format!("{}5", &other[..31]) } else { other };
        let rows: [(&str, Changes<'_>, &str); 19] = [
            ("B1", &[("response_type", "")], "invalid_request"),
            ("B2", &[("response_type", "token")], "unsupported_response_type"),
            ("B2", &[("response_type", "code token")], "unsupported_response_type"),
            ("B2", &[("response_type", "id_token")], "unsupported_response_type"),
            ("B3", &[("code_challenge", ""), ("code_challenge_method", "")], "invalid_request"),
            ("B4", &[("code_challenge_method", "plain")], "invalid_request"),
            ("B5", &[("code_challenge_method", "")], "invalid_request"),
            ("B6", &[("code_challenge", &CHALLENGE[..42])], "invalid_request"),
            ("B6", &[("code_challenge", &long)], "invalid_request"),
            ("B6", &[("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM")], "invalid_request"),
            ("B7", &[("code_challenge", "")], "invalid_request"),
            ("B9", &[("prompt", "none")], "login_required"),
            ("B11", &[("prompt", "none login")], "invalid_request"),
            ("B11", &[("prompt", "dance")], "invalid_request"),
            ("B12", &[("request", "x.y.z")], "request_not_supported"),
            ("B12", &[("request_uri", "https://spa.example/r")], "request_uri_not_supported"),
            ("B15", &[("organization_id", "nonsense")], "invalid_target"),
            ("B15", &[("resource", "https://elsewhere.example")], "invalid_target"),
            ("B", &[("max_age", "soon")], "invalid_request"),
        ];
        for (row, changes, error) in rows {
            is_told(row, &app, &browser.get(&path(&with(base.clone(), changes))).await, error);
        }
        let twice = [base.clone(), vec![("scope".into(), "a".into()), ("scope".into(), "b".into())]].concat();
        is_told("B", &app, &browser.get(&path(&twice)).await, "invalid_request");
        browser.log_in(EMAIL, PASSWORD).await;
        let answer = browser.get(&path(&with(base.clone(), &[("prompt", "none")]))).await;
        is_told("B10", &app, &answer, "consent_required");
        let answer = browser.get(&path(&with(base.clone(), &[("organization_id", &unknown)]))).await;
        is_told("B15", &app, &answer, "invalid_target");
        let (stranger, ..) = app.developer("stranger@example.com").await;
        let answer = browser.get(&path(&with(base.clone(), &[("organization_id", &stranger.organization_id)]))).await;
        is_told("B15", &app, &answer, "access_denied");
        let page = browser.get(&path(&base)).await;
        let answer = browser.submit(&page, "/oauth/consent", &[("decision", "deny")]).await;
        is_told("B16", &app, &answer, "access_denied");
    }

    async fn b13_b18_b19_what_is_ignored_and_what_is_too_long(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        let changes = [("scope", "dance everything"), ("colour", "blue")];
        assert_eq!(browser.get(&path(&with(request(&app), &changes))).await.status, 200, "B13 B19");
        let answer = browser.get(&path(&with(request(&app), &[("colour", &"x".repeat(8_192))]))).await;
        assert_eq!(answer.status, 414, "B18");
        assert!(answer.header("content-type").starts_with("text/html"), "B18");
    }

    async fn b20_a_client_may_want_a_new_login(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        for change in [("max_age", "0"), ("prompt", "login"), ("prompt", "select_account")] {
            app.clock.advance(5);
            let login = browser.get(&path(&with(request(&app), &[change]))).await;
            assert!(login.header("location").starts_with("/oauth/login?"), "{change:?} {}", login.header("location"));
            app.clock.advance(20);
            let page = browser.open(login.header("location")).await;
            let answer = browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
            let consent = browser.follow(answer).await;
            assert!(consent.text.contains("action=\"/oauth/consent\""), "{change:?}: {}", consent.text);
        }
        // Nobody can pretend that the client asked long ago.
        let forged = [("prompt", "login"), ("kalends_asked", "1.00")];
        let login = browser.get(&path(&with(request(&app), &forged))).await;
        assert!(login.header("location").starts_with("/oauth/login?"));
    }

    async fn a_code_is_sent_to_whom_it_may_concern(app) {
        let mut browser = Browser::new(&app);
        let login = browser.get(&path(&request(&app))).await;
        assert_eq!(login.status, 303);
        let page = browser.open(login.header("location")).await;
        assert!(page.text.contains("App"), "the login names where it leads: {}", page.text);
        let answer = browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let consent = browser.follow(answer).await;
        let answer = browser.submit(&consent, "/oauth/consent", &[("decision", "allow")]).await;
        assert_eq!(answer.status, 303, "C25");
        let location = answer.header("location");
        assert!(location.starts_with(&format!("{REDIRECT}?")), "{location}");
        assert_eq!(parameter(location, "code").map(|code| code.len()), Some(48));
        assert_eq!(parameter(location, "state").as_deref(), Some("a state & more"));
        assert_eq!(parameter(location, "iss").as_deref(), Some(app.web.public_url.as_str()), "B21");
        // Allowed once, it is not asked again; the alias and a posted request lead to the same.
        let again = browser.get(&path(&request(&app)).replace("/oauth/authorize", "/authorize")).await;
        assert!(parameter(again.header("location"), "code").is_some(), "{}", again.text);
        let pairs = request(&app);
        let fields: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let posted = browser.post("/oauth/authorize", &fields).await;
        let posted = browser.follow(posted).await;
        assert!(parameter(posted.header("location"), "code").is_some(), "{}", posted.text);
        // Asked expressly, the person is asked again.
        let asked = browser.get(&path(&with(request(&app), &[("prompt", "consent")]))).await;
        assert_eq!(asked.status, 200);
    }
}
