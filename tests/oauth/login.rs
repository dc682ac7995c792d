//! Login, consent and session: rows C of the attack matrix that concern them.

use super::flow::{path, request, with};
use kalends_testkit::app::{EMAIL, PASSWORD, TestApp};
use kalends_testkit::browser::{Browser, form, parameter};

const COOKIE: &str = "__Host-kalends";

async fn consent_page(app: &TestApp, browser: &mut Browser) -> kalends_testkit::client::Answer {
    let page = browser.get(&path(&request(app))).await;
    assert!(page.text.contains("action=\"/oauth/consent\""), "{}", page.text);
    page
}

both! {
    async fn c1_c2_a_login_that_no_page_of_ours_sent(app) {
        let fields = [("email", EMAIL), ("password", PASSWORD)];
        let mut browser = Browser::new(&app);
        assert_eq!(browser.post("/oauth/login", &fields).await.status, 403, "without a token");
        let page = browser.get("/oauth/login").await;
        let wrong = browser.submit(&page, "/oauth/login", &[fields[0], fields[1], ("csrf", "1.00")]).await;
        assert_eq!(wrong.status, 403, "with a wrong one");
        let mut other = Browser::new(&app);
        let others = other.get("/oauth/login").await;
        assert_eq!(browser.submit(&others, "/oauth/login", &fields).await.status, 403, "with another browser's");
        for (name, value) in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("origin", "null")] {
            browser.headers = vec![(name.into(), value.into())];
            assert_eq!(browser.submit(&page, "/oauth/login", &fields).await.status, 403, "{name}: {value}");
        }
        browser.headers.clear();
        app.clock.advance(12 * 3_600);
        assert_eq!(browser.submit(&page, "/oauth/login", &fields).await.status, 403, "with an old one");
        assert!(!browser.cookies.contains_key(COOKIE), "no session");
        let page = browser.get("/oauth/login").await;
        browser.headers = vec![("sec-fetch-site".into(), "same-origin".into()), ("origin".into(), app.url.clone())];
        assert_eq!(browser.submit(&page, "/oauth/login", &fields).await.status, 303);
        assert!(browser.cookies.contains_key(COOKIE));
    }

    async fn c3_c4_every_login_has_a_cookie_of_its_own(app) {
        let mut browser = Browser::new(&app);
        let page = browser.get("/oauth/login").await;
        let flags = page.header("set-cookie").to_owned();
        for flag in ["__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(flags.contains(flag), "{flag} {flags}");
        }
        let answer = browser.log_in(EMAIL, PASSWORD).await;
        let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
        let set: Vec<&String> = set.collect();
        assert!(set.iter().any(|cookie| cookie.starts_with("__Host-kalends=")));
        for cookie in set {
            for flag in ["__Host-", "Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
                assert!(cookie.contains(flag), "{flag} {cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        let first = browser.clone();
        browser.log_in(EMAIL, PASSWORD).await;
        assert_ne!(first.cookies[COOKIE], browser.cookies[COOKIE]);
        let is_in = |answer: &kalends_testkit::client::Answer| answer.text.contains("action=\"/oauth/logout\"");
        let mut first = first;
        assert!(!is_in(&first.get("/oauth/logout").await), "the session before the login is dead");
        assert!(is_in(&browser.get("/oauth/logout").await));
        // A session somebody else chose is no session.
        let mut fixed = Browser::new(&app);
        fixed.cookies.insert(COOKIE.into(), "x".repeat(64));
        fixed.log_in(EMAIL, PASSWORD).await;
        assert_ne!(fixed.cookies[COOKIE], "x".repeat(64));
    }

    async fn c6_c7_a_consent_acts_once_and_for_what_was_asked(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        let page = consent_page(&app, &mut browser).await;
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let more = [("decision", "allow"), ("organization_id", "other"), ("redirect_uri", "https://evil.example/cb")];
        let (first, second) = tokio::join!(
            one.submit(&page, "/oauth/consent", &more),
            two.submit(&page, "/oauth/consent", &more)
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 400], "{} {}", first.text, second.text);
        let sent = if first.status == 303 { first } else { second };
        assert!(sent.header("location").starts_with("https://spa.example/cb?code="), "{}", sent.header("location"));
        let third = browser.submit(&page, "/oauth/consent", &more).await;
        assert_eq!(third.status, 400);
        let sql = "SELECT organization_id FROM consent";
        let rows = app.web.service.store.query(sql, &[]).await.expect("rows");
        assert_eq!(rows.iter().map(|row| row.text(0)).collect::<Vec<_>>(), [""], "what was asked, nothing else");
    }

    async fn c8_another_person_in_another_tab(app) {
        app.developer("second@example.com").await;
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        let page = consent_page(&app, &mut browser).await;
        browser.log_in("second@example.com", PASSWORD).await;
        assert_eq!(browser.submit(&page, "/oauth/consent", &[("decision", "allow")]).await.status, 403);
        // Nor with a token of her own and the first person's ticket.
        let own = browser.get("/oauth/logout").await;
        let token = form(&own.text, "/oauth/logout").expect("a form");
        let token = token.iter().find(|(name, _)| name == "csrf").expect("a token").1.clone();
        let fields = [("decision", "allow"), ("csrf", token.as_str())];
        assert_eq!(browser.submit(&page, "/oauth/consent", &fields).await.status, 400);
    }

    async fn c9_a_person_switched_off_gives_no_code(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        let page = consent_page(&app, &mut browser).await;
        app.sql("UPDATE account_user SET active = 0", &[]).await;
        let answer = browser.submit(&page, "/oauth/consent", &[("decision", "allow")]).await;
        assert_eq!(answer.status, 403, "{}", answer.text);
        assert_eq!(parameter(answer.header("location"), "code"), None);
    }

    async fn c10_a_picture_logs_nobody_out(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, PASSWORD).await;
        let page = browser.get("/oauth/logout").await;
        assert!(browser.get("/oauth/logout").await.text.contains("action=\"/oauth/logout\""), "still logged in");
        let before = browser.clone();
        let answer = browser.submit(&page, "/oauth/logout", &[]).await;
        let done = browser.follow(answer).await;
        assert!(done.text.contains("You are logged out"), "{}", done.text);
        let mut before = before;
        assert!(!before.get("/oauth/logout").await.text.contains("<form"), "the cookie is worth nothing any more");
    }

    async fn a_client_has_people_sent_back_to_itself_only(app) {
        let client = app.app.client_id.as_str();
        for (uri, back) in [("https://spa.example/cb", true), ("https://evil.example/", false), ("//evil.example", false)] {
            let mut browser = Browser::new(&app);
            browser.log_in(EMAIL, PASSWORD).await;
            let asked = format!("/oauth/logout?client_id={client}&post_logout_redirect_uri={uri}&state=a%26b");
            let page = browser.get(&asked).await;
            let answer = browser.submit(&page, "/oauth/logout", &[("post_logout_redirect_uri", uri)]).await;
            let place = answer.header("location");
            assert_eq!(place == "https://spa.example/cb?state=a%26b", back, "{uri}: {place}");
            assert!(!place.contains("evil"), "{place}");
            let again = browser.get(&asked).await;
            assert_eq!(again.status, if back { 303 } else { 200 }, "nobody is logged in");
        }
    }

    async fn c11_wrong_password_and_unknown_person_are_the_same(app) {
        let mut answers = Vec::new();
        for email in [EMAIL, "nobody@example.com"] {
            let mut browser = Browser::new(&app);
            let page = browser.get("/oauth/login").await;
            let began = std::time::Instant::now();
            let answer = browser.submit(&page, "/oauth/login", &[("email", email), ("password", "wrong wrong wrong")]).await;
            let text = answer.text.replace(email, "EMAIL");
            let without_token: Vec<&str> = text.split('<').filter(|tag| !tag.contains("name=\"csrf\"")).collect();
            answers.push((answer.status, without_token.join("<"), began.elapsed()));
        }
        assert_eq!(answers[0].0, 401);
        assert_eq!((answers[0].0, &answers[0].1), (answers[1].0, &answers[1].1));
        let least = answers.iter().map(|answer| answer.2).min().expect("two");
        assert!(least > std::time::Duration::from_millis(5), "both hash: {least:?}");
    }

    async fn c12_c14_guessing_ends_and_the_owner_gets_in(app) {
        let mut owner = Browser::new(&app);
        owner.log_in(EMAIL, PASSWORD).await;
        let mut stranger = Browser::new(&app);
        let page = stranger.get("/oauth/login").await;
        let wrong = [("email", EMAIL), ("password", "wrong wrong wrong")];
        for attempt in 0..10 {
            assert_eq!(stranger.submit(&page, "/oauth/login", &wrong).await.status, 401, "{attempt}");
        }
        let right = [("email", EMAIL), ("password", PASSWORD)];
        let answer = stranger.submit(&page, "/oauth/login", &right).await;
        assert_eq!(answer.status, 429, "C12: also with the right password");
        assert!(answer.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0 && seconds <= 900));
        assert_eq!(owner.log_in(EMAIL, PASSWORD).await.status, 303, "C14: from a known device");
        app.clock.advance(900);
        let page = stranger.get("/oauth/login").await;
        assert_eq!(stranger.submit(&page, "/oauth/login", &right).await.status, 303, "the window is over");
    }

    async fn c12_parallel_guesses_all_count(app) {
        let mut stranger = Browser::new(&app);
        let page = stranger.get("/oauth/login").await;
        let beside = app.beside().await;
        let guesses = (0..30).map(|guess| {
            let (mut browser, page) = (stranger.clone(), page.clone());
            // Every other guess at another process.
            browser.url = if guess % 2 == 0 { app.url.clone() } else { beside.url.clone() };
            async move {
                browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", "wrong wrong")]).await.status
            }
        });
        let statuses = futures_util::future::join_all(guesses).await;
        let tried = statuses.iter().filter(|status| **status == 401).count();
        assert!(tried <= 10, "{statuses:?}");
        assert!(statuses.iter().all(|status| matches!(status, 401 | 429 | 503)), "{statuses:?}");
    }

    async fn c17_a_password_of_a_megabyte_costs_nothing(app) {
        let mut browser = Browser::new(&app);
        let page = browser.get("/oauth/login").await;
        let began = std::time::Instant::now();
        let long = "x".repeat(1_048_576);
        let answer = browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", &long)]).await;
        assert!(matches!(answer.status, 400 | 413), "{}", answer.status);
        assert!(began.elapsed() < std::time::Duration::from_millis(500), "{:?}", began.elapsed());
        let answer = browser.submit(&page, "/oauth/login", &[("email", EMAIL), ("password", &long[..2_000])]).await;
        assert_eq!(answer.status, 400);
    }

    async fn c24_headers_of_every_page(app) {
        let mut browser = Browser::new(&app);
        let mut pages = vec![
            browser.get("/oauth/login").await,
            browser.get("/oauth/logout").await,
            browser.get("/oauth/authorize").await,
            browser.get(&path(&request(&app))).await,
        ];
        browser.log_in(EMAIL, PASSWORD).await;
        pages.push(browser.get(&path(&request(&app))).await);
        for page in pages {
            let policy = page.header("content-security-policy");
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src 'none'"), "{policy}");
            assert!(!policy.contains("unsafe"), "{policy}");
            assert_eq!(page.header("x-frame-options"), "DENY");
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert_eq!(page.header("cache-control"), "no-store");
            assert_eq!(page.header("x-content-type-options"), "nosniff");
            for inline in ["<script>", " onclick=", " style=", "<style", "javascript:"] {
                assert!(!page.text.contains(inline), "{inline} in {}", page.text);
            }
        }
    }

    async fn c25_next_leads_nowhere_else(app) {
        for next in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d%0aset-cookie:x=y"] {
            let mut browser = Browser::new(&app);
            let page = browser.get("/oauth/login").await;
            let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
            let answer = browser.submit(&page, "/oauth/login", &fields).await;
            assert_eq!(answer.status, 303, "{next}");
            assert!(answer.header("location").starts_with('/') && !answer.header("location").starts_with("//"), "{next}");
            assert!(!answer.header("location").contains("evil"), "{next}: {}", answer.header("location"));
            assert_eq!(answer.header("x"), "");
        }
    }

    async fn c26_names_are_text(app) {
        let call = kalends_service::Call::system(app.web.service.clock.now(), app.web.service.entropy.clone());
        let name = "<script>alert(1)</script><img src=x onerror=alert(1)>";
        let document = serde_json::json!({"name": name});
        let kind = kalends_service::developer::ClientKind::App;
        let redirects = ["https://spa.example/cb".to_owned()];
        let made = app.web.service.make_client(&call, &app.account.id, kind, &document, &redirects).await.expect("made");
        let mut browser = Browser::new(&app);
        let asked = path(&with(request(&app), &[("client_id", &made.client_id)]));
        let login = browser.open(&asked).await;
        browser.log_in(EMAIL, PASSWORD).await;
        let consent = browser.get(&asked).await;
        for page in [login, consent] {
            assert!(page.text.contains("&#60;script&#62;") || page.text.contains("&lt;script&gt;"), "{}", page.text);
            assert!(!page.text.contains("<script>") && !page.text.contains("<img src=x"), "{}", page.text);
        }
    }

    async fn h11_host_headers_change_nothing(app) {
        let mut browser = Browser::new(&app);
        browser.headers = vec![("x-forwarded-host".into(), "evil.example".into()), ("forwarded".into(), "host=evil.example".into())];
        browser.log_in(EMAIL, PASSWORD).await;
        let page = browser.get(&path(&request(&app))).await;
        assert!(!page.text.contains("evil.example"));
        let answer = browser.submit(&page, "/oauth/consent", &[("decision", "allow")]).await;
        assert_eq!(parameter(answer.header("location"), "iss").as_deref(), Some(app.web.public_url.as_str()));
    }
}
