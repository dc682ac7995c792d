//! Sessions and apps: seen and ended.

use super::people::{PASSWORD, allow, fill, is_alive, is_in, is_logged_in, person};
use kalends_testkit::browser::{Browser, form};

both! {
    async fn sessions_are_ended(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let mut others = Vec::new();
        for agent in ["Telephone", "<script>Tablet"] {
            let mut other = Browser::new(&app);
            other.headers.push(("user-agent".into(), agent.into()));
            assert!(is_in(&other.log_in("erika@example.com", PASSWORD).await));
            others.push(other);
        }
        let page = browser.get("/user/en/sessions").await;
        assert!(page.text.contains("Telephone") && page.text.contains("This browser"), "{}", page.text);
        assert!(!page.text.contains("<script>Tablet"), "escaped");
        assert_eq!(page.text.matches("action=\"/user/en/sessions/end\"").count(), 2);
        let ended = browser.submit(&page, "/user/en/sessions/end", &[]).await;
        assert_eq!(ended.status, 303);
        let mut alive = Vec::new();
        for other in &mut others {
            alive.push(is_logged_in(other).await);
        }
        alive.sort_unstable();
        assert_eq!(alive, [false, true], "one of the two");
        let page = browser.get("/user/en/sessions").await;
        browser.submit(&page, "/user/en/sessions/endOthers", &[]).await;
        for other in &mut others {
            assert!(!is_logged_in(other).await);
        }
        assert!(is_logged_in(&mut browser).await);
    }

    async fn another_persons_session_stays(app) {
        let mut victim = person(&app, "victim@example.com").await;
        let mut stranger = person(&app, "stranger@example.com").await;
        let mut second = Browser::new(&app);
        second.log_in("victim@example.com", PASSWORD).await;
        let page = victim.get("/user/en/sessions").await;
        let fields = form(&page.text, "/user/en/sessions/end").expect("a form");
        let id = fields.iter().find(|(name, _)| name == "session").expect("an id").1.clone();
        let mut third = Browser::new(&app);
        third.log_in("stranger@example.com", PASSWORD).await;
        let page = stranger.get("/user/en/sessions").await;
        let answer = stranger.submit(&page, "/user/en/sessions/end", &[("session", &id)]).await;
        assert_eq!(answer.status, 303, "the same answer");
        assert!(is_logged_in(&mut second).await && is_logged_in(&mut third).await);
    }

    async fn a_consent_is_taken_back(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let none = browser.get("/user/de/consents").await;
        assert!(none.text.contains("noch keinem Programm erlaubt"), "{}", none.text);
        let token = allow(&app, &mut browser).await;
        assert!(is_alive(&app, &token).await);
        let mut other = person(&app, "other@example.com").await;
        let others = allow(&app, &mut other).await;
        let page = browser.get("/user/en/consents").await;
        assert_eq!(page.text.matches("class=\"card\"").count(), 1, "{}", page.text);
        let withdrawn = browser.submit(&page, "/user/en/consents/withdraw", &[]).await;
        assert_eq!(withdrawn.status, 303);
        assert!(!is_alive(&app, &token).await);
        assert!(is_alive(&app, &others).await, "another person's stays");
        assert!(!browser.get("/user/en/consents").await.text.contains("class=\"card\""));
        // The next time the app has to ask again.
        assert_eq!(browser.submit(&page, "/user/en/consents/withdraw", &[]).await.status, 303, "twice changes nothing");
        allow(&app, &mut browser).await;
        assert!(browser.get("/user/en/consents").await.text.contains("class=\"card\""));
    }

    /// Security headers stand on the pages of the account too.
    async fn c24_pages_of_the_account(app) {
        let mut browser = person(&app, "erika@example.com").await;
        for page in ["profile", "email", "password", "security", "security/app", "sessions", "consents", "invitations", "delete"] {
            let answer = browser.get(&format!("/user/en/{page}")).await;
            assert_eq!(answer.status, 200, "{page}");
            assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{page}");
            assert_eq!(answer.header("x-frame-options"), "DENY", "{page}");
            assert_eq!(answer.header("referrer-policy"), "no-referrer", "{page}");
            assert_eq!(answer.header("cache-control"), "no-store", "{page}");
            for inline in ["<script>", " style=\"", " onclick=", "javascript:"] {
                assert!(!answer.text.contains(inline), "{page}: {inline}");
            }
            assert!(!answer.text.contains("user-") || !answer.text.contains(">user-"), "{page}: a sentence is missing");
        }
        let unsigned = fill(&mut browser, "/user/en/profile", &[("csrf", "1.00")]).await;
        assert_eq!(unsigned.status, 403);
    }
}
