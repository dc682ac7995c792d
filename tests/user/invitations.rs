//! Invitations to developer accounts, from the invited person's side.

use super::people::{PASSWORD, person};
use kalends_service::tokens::digest;
use kalends_testkit::app::TestApp;
use kalends_testkit::browser::Browser;

/// An invitation as the developer service writes it; answers the path of its mail.
async fn invite(app: &TestApp, email: &'static str, secret: &'static str) -> String {
    let now = app.web.service.clock.now();
    let sql = "INSERT INTO user_link (id, purpose, user_id, email, subject, created, expires, used) \
               VALUES ($1, 'INVITE_DEVELOPER', '', $2, $3, $4, $5, 0)";
    let account = app.account.id.clone();
    app.sql(sql, &[digest(secret).into(), email.into(), account.into(), now.into(), (now + 3_600_000_000).into()])
        .await;
    format!("/user/en/invitations?token={secret}")
}

async fn is_member(app: &TestApp, email: &str) -> bool {
    let team = app.web.service.team(&app.account.id).await.expect("a team");
    team.iter().any(|member| member.email == email)
}

both! {
    async fn c21_an_invitation_is_accepted_once(app) {
        let place = invite(&app, "erika@example.com", "a-secret-of-a-mail").await;
        let mut browser = person(&app, "erika@example.com").await;
        let page = browser.get(&place).await;
        assert!(page.text.contains("Developer") && page.text.matches("class=\"card\"").count() == 1, "{}", page.text);
        assert!(!is_member(&app, "erika@example.com").await, "looking accepts nothing");
        let (mut one, mut two) = (browser.clone(), browser.clone());
        let accept = [("decision", "accept")];
        let (first, second) = tokio::join!(
            one.submit(&page, "/user/en/invitations", &accept),
            two.submit(&page, "/user/en/invitations", &accept),
        );
        let mut statuses = [first.status, second.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 400]);
        assert!(is_member(&app, "erika@example.com").await);
        for other in ["reset", "verify", "invitation"] {
            assert_eq!(browser.get(&format!("/user/en/{other}?token=a-secret-of-a-mail")).await.status, 400, "{other}");
        }
    }

    async fn who_is_not_logged_in_comes_back(app) {
        let place = invite(&app, "erika@example.com", "a-secret-of-a-mail").await;
        person(&app, "erika@example.com").await;
        let mut browser = Browser::new(&app);
        let login = browser.open(&place).await;
        let fields = [("email", "erika@example.com"), ("password", PASSWORD)];
        let back = browser.submit(&login, "/oauth/login", &fields).await;
        assert_eq!(back.header("location"), place);
    }

    async fn an_invitation_is_for_its_address(app) {
        let place = invite(&app, "erika@example.com", "a-secret-of-a-mail").await;
        let mut stranger = person(&app, "stranger@example.com").await;
        assert_eq!(stranger.get(&place).await.status, 403);
        let own = stranger.get("/user/en/profile").await;
        let csrf = kalends_testkit::browser::form(&own.text, "/user/en/profile").expect("a form")[0].1.clone();
        for field in [("token", "a-secret-of-a-mail"), ("invitation", digest("a-secret-of-a-mail").as_str())] {
            let fields = [("csrf", csrf.as_str()), field, ("decision", "accept")];
            assert_eq!(stranger.post("/user/en/invitations", &fields).await.status, 400);
        }
        assert!(!is_member(&app, "stranger@example.com").await);
    }

    async fn an_invitation_is_declined(app) {
        invite(&app, "erika@example.com", "a-secret-of-a-mail").await;
        let mut browser = person(&app, "erika@example.com").await;
        let page = browser.get("/user/en/invitations").await;
        let declined = browser.submit(&page, "/user/en/invitations", &[("decision", "decline")]).await;
        assert_eq!(declined.status, 303);
        assert!(!is_member(&app, "erika@example.com").await);
        assert!(browser.get("/user/en/invitations").await.text.contains("No invitation waits"));
    }
}
