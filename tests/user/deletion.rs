//! Deleting an account.

use super::people::{OTHER, PASSWORD, allow, can_log_in, is_alive, is_logged_in, mails, person};
use kalends_testkit::app::EMAIL;
use kalends_testkit::browser::Browser;

both! {
    async fn an_account_is_deleted(app) {
        let mut browser = person(&app, "erika@example.com").await;
        let token = allow(&app, &mut browser).await;
        assert!(is_alive(&app, &token).await);
        let page = browser.get("/user/en/delete").await;
        assert!(page.text.contains("apps that may act for you: 1"), "{}", page.text);
        let wrong = browser.submit(&page, "/user/en/delete", &[("password", OTHER)]).await;
        assert_eq!(wrong.status, 400);
        assert!(is_logged_in(&mut browser).await);
        let mut other = Browser::new(&app);
        other.log_in("erika@example.com", PASSWORD).await;
        let deleted = browser.submit(&page, "/user/en/delete", &[("password", PASSWORD)]).await;
        assert_eq!((deleted.status, deleted.header("location")), (303, "/user/en/deleted"));
        assert!(browser.follow(deleted).await.text.contains("Your account is deleted"));
        assert!(!is_logged_in(&mut browser).await && !is_logged_in(&mut other).await);
        assert!(!is_alive(&app, &token).await);
        assert!(!can_log_in(&app, "erika@example.com", PASSWORD).await);
        assert_eq!(mails(&app, "ACCOUNT_DELETED", "erika@example.com").await.len(), 1);
        for table in ["session", "consent", "user_link", "token_family", "recovery_code", "passkey"] {
            let sql = format!("SELECT 1 FROM {table} t LEFT JOIN account_user u ON u.id = t.user_id WHERE u.id IS NULL AND t.user_id <> ''");
            let left = app.web.service.store.query(&sql, &[]).await.expect("rows");
            assert!(left.is_empty(), "{table}");
        }
        person(&app, "erika@example.com").await;
    }

    /// Nobody leaves an organization without an admin or a developer account without a member; both are named.
    async fn what_must_be_handed_over_first(app) {
        let mut browser = Browser::new(&app);
        browser.log_in(EMAIL, kalends_testkit::app::PASSWORD).await;
        let page = browser.get("/user/en/delete").await;
        assert!(page.text.contains("the only admin of Park Practice (demo)"), "{}", page.text);
        assert!(page.text.contains("the only member of the developer account Developer"), "{}", page.text);
        let password = [("password", kalends_testkit::app::PASSWORD)];
        let refused = browser.submit(&page, "/user/en/delete", &password).await;
        assert_eq!(refused.status, 409);
        assert!(refused.text.contains("Park Practice (demo)") && is_logged_in(&mut browser).await);
        person(&app, "second@example.com").await;
        let rows = app.web.service.store.query("SELECT id FROM account_user WHERE email = 'second@example.com'", &[]).await;
        let second = rows.expect("rows")[0].text(0).to_owned();
        for sql in [
            "INSERT INTO developer_account_user (developer_account_id, user_id, created) VALUES ($1, $2, 1)",
            "INSERT INTO organization_admin (organization_id, user_id, created) VALUES ($1, $2, 1)",
        ] {
            let of = if sql.contains("developer") { &app.account.id } else { &app.account.organization_id };
            app.sql(sql, &[of.clone().into(), second.clone().into()]).await;
        }
        let deleted = browser.submit(&page, "/user/en/delete", &password).await;
        assert_eq!(deleted.status, 303, "{}", deleted.text);
    }
}
