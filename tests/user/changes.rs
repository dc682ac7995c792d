//! Profile, address, password.

use super::people::{OTHER, PASSWORD, allow, can_log_in, fill, is_alive, is_in, is_logged_in, link, mails, person};
use kalends_testkit::browser::Browser;

both! {
    async fn the_profile_is_changed(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let fields = [("firstName", "Érika"), ("lastName", "<b>Winter</b>"), ("locale", "de"), ("timeZone", "America/New_York")];
        let saved = fill(&mut browser, "/user/en/profile", &fields).await;
        assert_eq!((saved.status, saved.header("location")), (303, "/user/de/profile?done=saved"));
        let page = browser.follow(saved).await;
        assert!(page.text.contains("Gespeichert.") && page.text.contains("Érika"), "{}", page.text);
        assert!(!page.text.contains("<b>"), "escaped");
        let wrong = [("lastName", ""), ("locale", "xx"), ("timeZone", "Mars/Olympus"), ("firstName", "x")];
        let refused = fill(&mut browser, "/user/en/profile", &wrong).await;
        assert_eq!(refused.status, 400);
        assert_eq!(refused.text.matches("class=\"error\"").count(), 3, "{}", refused.text);
        let mut stranger = Browser::new(&app);
        let login = stranger.get("/user/en/profile").await;
        assert!(login.header("location").starts_with("/oauth/login?"), "{}", login.header("location"));
    }

    /// The password, a link to the new address and a notice to the old one.
    async fn the_address_is_changed(app) {
        let mut browser = person(&app, "old@example.com").await;
        let refused = fill(&mut browser, "/user/en/email", &[("email", "new@example.com"), ("password", OTHER)]).await;
        assert_eq!(refused.status, 400);
        assert_eq!(mails(&app, "EMAIL_CHANGE", "new@example.com").await, []);
        let sent = fill(&mut browser, "/user/en/email", &[("email", "New@example.com"), ("password", PASSWORD)]).await;
        assert_eq!(sent.status, 303, "{}", sent.text);
        assert_eq!(mails(&app, "EMAIL_CHANGING", "old@example.com").await.len(), 1);
        assert!(can_log_in(&app, "old@example.com", PASSWORD).await, "not before it is confirmed");
        let place = link(&app, "EMAIL_CHANGE", "new@example.com").await;
        let page = browser.get(&place).await;
        assert_eq!(browser.submit(&page, "/user/en/newEmail", &[]).await.status, 303);
        assert_eq!(browser.submit(&page, "/user/en/newEmail", &[]).await.status, 400, "once");
        assert!(can_log_in(&app, "new@example.com", PASSWORD).await);
        assert!(!can_log_in(&app, "old@example.com", PASSWORD).await);
        assert_eq!(mails(&app, "EMAIL_CHANGED", "old@example.com").await.len(), 1);
        assert!(is_logged_in(&mut browser).await);
    }

    /// An address with an account cannot be taken, and asking for it tells nothing.
    async fn a_taken_address(app) {
        let mut browser = person(&app, "one@example.com").await;
        person(&app, "two@example.com").await;
        let sent = fill(&mut browser, "/user/en/email", &[("email", "two@example.com"), ("password", PASSWORD)]).await;
        assert_eq!((sent.status, sent.header("location")), (303, "/user/en/email?done=yes"));
        assert_eq!(mails(&app, "EMAIL_CHANGE", "two@example.com").await, []);
        assert_eq!(mails(&app, "ACCOUNT_EXISTS", "two@example.com").await.len(), 1);
        // It gets an account between the request and the link.
        fill(&mut browser, "/user/en/email", &[("email", "three@example.com"), ("password", PASSWORD)]).await;
        let place = link(&app, "EMAIL_CHANGE", "three@example.com").await;
        person(&app, "three@example.com").await;
        let page = browser.get(&place).await;
        assert_eq!(browser.submit(&page, "/user/en/newEmail", &[]).await.status, 409);
    }

    async fn c22_a_new_password_ends_the_other_sessions(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let mut other = Browser::new(&app);
        assert!(is_in(&other.log_in("erika@example.com", PASSWORD).await));
        let token = allow(&app, &mut other).await;
        assert!(is_alive(&app, &token).await);
        fill(&mut browser, "/user/en/email", &[("email", "stolen@example.com"), ("password", PASSWORD)]).await;
        let fields = [("password", PASSWORD), ("newPassword", OTHER)];
        let changed = fill(&mut browser, "/user/en/password", &fields).await;
        assert_eq!(changed.status, 303, "{}", changed.text);
        assert!(is_logged_in(&mut browser).await, "the one that changed it stays");
        assert!(!is_logged_in(&mut other).await);
        assert!(!is_alive(&app, &token).await);
        let pending = link(&app, "EMAIL_CHANGE", "stolen@example.com").await;
        assert_eq!(browser.get(&pending).await.status, 400, "a change of address that waited");
        assert!(!can_log_in(&app, "erika@example.com", PASSWORD).await);
        assert!(can_log_in(&app, "erika@example.com", OTHER).await);
        assert_eq!(mails(&app, "PASSWORD_CHANGED", "erika@example.com").await.len(), 1);
    }

    /// Whoever sits at an open browser guesses no faster than at the login.
    async fn c16_every_page_that_asks_for_the_password(app) {
        for (path, action) in [
            ("/user/en/password", "/user/en/password"),
            ("/user/en/email", "/user/en/email"),
            ("/user/en/delete", "/user/en/delete"),
            ("/user/en/security/app", "/user/en/security/app"),
            ("/user/en/security/app/off", "/user/en/security/app/off"),
            ("/user/en/security/codes/renew", "/user/en/security/codes/renew"),
        ] {
            let email = format!("x{}@example.com", path.len());
            let mut browser = person(&app, &email).await;
            let page = browser.get(path).await;
            let mut fields = vec![("newPassword", OTHER), ("email", "y@example.com"), ("code", "000000")];
            for attempt in 1..=11 {
                let password = if attempt == 11 { PASSWORD } else { "wrong password" };
                fields.retain(|(name, _)| *name != "password");
                fields.push(("password", password));
                let answer = browser.submit(&page, action, &fields).await;
                assert_eq!(answer.status, if attempt <= 10 { 400 } else { 429 }, "{path} {attempt} {}", answer.text);
                assert_eq!(answer.header("retry-after").is_empty(), attempt <= 10);
            }
            app.clock.advance(901);
        }
    }
}
