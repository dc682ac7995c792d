//! The team and its invitations.

use super::{base, developer, links};
use kalends_service::Call;
use kalends_service::developer::team;
use kalends_testkit::app::{PASSWORD, TestApp};
use kalends_testkit::browser::Browser;
use std::sync::Arc;

/// Lets the other developer into the first one's account, as an accepted invitation does.
async fn join(app: &TestApp, user_id: &str) {
    let (service, account, user) = (&app.web.service, app.account.id.clone(), user_id.to_owned());
    let call = Call::system(service.clock.now(), Arc::clone(&service.entropy));
    let joined = service.store.write::<(), kalends_engine::problem::Failure, _>(move |tx| {
        let (call, account, user) = (call.clone(), account.clone(), user.clone());
        Box::pin(async move { team::join(tx, &call, &account, &user).await })
    });
    joined.await.expect("joined");
}

both! {
    async fn somebody_is_invited(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/team", base(&app));
        let (invite, withdraw) = (format!("{place}/invite"), format!("{place}/withdraw"));
        let page = browser.get(&place).await;
        let answer = browser.submit(&page, &invite, &[("email", "Ada@Example.com")]).await;
        let page = browser.follow(answer).await;
        assert!(page.text.contains("ada@example.com") && page.text.contains("Until 2027-01-11 "), "{}", page.text);
        let first = links(&app, "ada@example.com").await;
        assert!(matches!(&first[..], [link] if link.contains("/user/en/invitations?token=")), "{first:?}");
        // Inviting again replaces the link.
        browser.submit(&page, &invite, &[("email", "ada@example.com")]).await;
        let page = browser.get(&place).await;
        assert_eq!(page.text.matches("name=\"invitation\"").count(), 1, "{}", page.text);
        assert_eq!(links(&app, "ada@example.com").await.len(), 2);
        let answer = browser.submit(&page, &withdraw, &[]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let rows = app.web.service.store.query("SELECT 1 FROM user_link", &[]).await.expect("rows");
        assert!(rows.is_empty(), "neither link opens anything");
        assert_eq!(browser.submit(&page, &withdraw, &[]).await.status, 404, "withdrawn already");
        for (email, status, sentence) in [
            ("dev@example.com", 409, "This person is in the team already."),
            ("nobody", 400, "Give an e-mail address such as name@example.com."),
        ] {
            let wrong = browser.submit(&page, &invite, &[("email", email)]).await;
            assert_eq!(wrong.status, status, "{email}");
            assert!(wrong.text.contains(sentence), "{email}: {}", wrong.text);
        }
    }

    /// From the mail into the team: whoever accepts may do what the others may.
    async fn an_invitation_is_accepted(app) {
        let mut browser = developer(&app).await;
        app.developer("other@example.com").await;
        let place = format!("{}/team", base(&app));
        let page = browser.get(&place).await;
        browser.submit(&page, &format!("{place}/invite"), &[("email", "other@example.com")]).await;
        let [link] = &links(&app, "other@example.com").await[..] else { panic!("one mail") };
        let mut other = Browser::new(&app);
        other.log_in("other@example.com", PASSWORD).await;
        assert_eq!(other.get(&place).await.status, 404, "not yet");
        let page = other.get(link).await;
        let answer = other.submit(&page, "/user/en/invitations", &[("decision", "accept")]).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        let team = other.get(&place).await;
        assert_eq!(team.status, 200);
        assert!(team.text.contains("other@example.com") && team.text.contains("dev@example.com"), "{}", team.text);
        let again = other.submit(&page, "/user/en/invitations", &[("decision", "accept")]).await;
        assert_eq!(again.status / 100, 4, "once");
        let list = other.open("/developer/en/").await;
        assert_eq!(list.text.matches("/developerAccount/dA").count(), 2, "{}", list.text);
    }

    async fn an_address_that_nobody_proved_sends_no_invitations(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/team", base(&app));
        let page = browser.get(&place).await;
        let unproved = app.web.service.store.write::<u64, kalends_store::StoreError, _>(|tx| {
            Box::pin(async move { tx.execute("UPDATE account_user SET email_verified = 0", &[]).await })
        });
        unproved.await.expect("changed");
        let answer = browser.submit(&page, &format!("{place}/invite"), &[("email", "ada@example.com")]).await;
        assert_eq!(answer.status, 403);
        assert!(answer.text.contains("Confirm your own e-mail address first"), "{}", answer.text);
        assert!(links(&app, "ada@example.com").await.is_empty());
    }

    async fn invitations_end_after_seven_days(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/team", base(&app));
        let page = browser.get(&place).await;
        browser.submit(&page, &format!("{place}/invite"), &[("email", "ada@example.com")]).await;
        app.clock.advance(6 * 86_400);
        assert!(browser.get(&place).await.text.contains("ada@example.com"));
        app.clock.advance(86_400);
        let mut browser = developer(&app).await;
        assert!(!browser.get(&place).await.text.contains("ada@example.com"));
    }

    async fn members_are_removed_but_never_the_last(app) {
        let mut browser = developer(&app).await;
        let (other, _, _) = app.developer("other@example.com").await;
        let place = format!("{}/team", base(&app));
        let remove = format!("{place}/remove");
        let page = browser.get(&place).await;
        assert!(!page.text.contains(&remove), "one member alone cannot be removed");
        join(&app, &other.user_id).await;
        let page = browser.get(&place).await;
        assert!(page.text.contains("other@example.com"), "{}", page.text);
        assert_eq!(browser.submit(&page, &remove, &[("user", "us000000000000000000000000000000")]).await.status, 404);
        assert_eq!(browser.submit(&page, &remove, &[("user", &other.user_id)]).await.status, 303);
        assert!(!browser.get(&place).await.text.contains("other@example.com"));
        let last = browser.submit(&page, &remove, &[("user", &app.account.user_id)]).await;
        assert_eq!(last.status, 409);
        assert!(last.text.contains("The last member cannot leave."), "{}", last.text);
        join(&app, &other.user_id).await;
        let gone = browser.submit(&page, &remove, &[("user", &app.account.user_id)]).await;
        assert_eq!((gone.status, gone.header("location")), (303, "/developer/en/"));
        assert_eq!(browser.get(&place).await.status, 404, "who left is outside");
    }
}
