//! The walk through the API.

use super::{base, developer};

both! {
    async fn the_walk_goes_from_the_first_step_to_the_last(app) {
        let mut browser = developer(&app).await;
        let place = format!("{}/walk", base(&app));
        let page = browser.get(&place).await;
        let credentials = [("app", app.app.client_id.as_str()), ("secret", app.app.secret.as_str())];
        let wrong = browser.submit(&page, &place, &[credentials[0], ("secret", "wrong")]).await;
        assert!(wrong.text.contains("Answer: 401") && wrong.text.contains("That was refused."), "{}", wrong.text);
        let mut page = browser.submit(&wrong, &place, &credentials).await;
        for (step, request) in [
            (1, "/oauth/token"),
            (2, "/oauth/token"),
            (3, "/show"),
            (4, "/customer/add"),
            (5, "/bookingSlot/earliest"),
            (6, "/appointment/add"),
            (7, "/cancel"),
        ] {
            assert_eq!(page.status, 200, "{step}");
            assert!(page.text.contains(&format!("<h2 id=\"walk-done\">{step}. ")), "{step}: {}", page.text);
            assert!(page.text.contains("<code>curl ") && page.text.contains(request), "{step}: {}", page.text);
            assert!(page.text.contains("Answer: 20"), "{step}: {}", page.text);
            assert!(!page.text.contains(&app.app.secret), "{step} shows the secret");
            for code in page.text.split("<code>").skip(1).filter_map(|rest| rest.split("</code>").next()) {
                assert!(!code.contains("eyJ") || code.contains("…"), "{step} shows a token: {code}");
            }
            if step < 7 {
                page = browser.submit(&page, &place, &[]).await;
            }
        }
        assert!(page.text.contains("you have booked an appointment and canceled it"), "{}", page.text);
        let demo = app.demo().await;
        let customers = demo.get("/customer/filter/1?searchQuery=doe").await;
        assert_eq!(customers.content(200)["recordTotal"], 2, "John was added, Jane booked");
        let log = browser.get(&format!("{}/app/{}/log", base(&app), app.app.record_id)).await;
        assert!(log.text.contains("/appointment/add"), "the walk is a client like any other");
    }

    async fn only_own_apps_walk(app) {
        let (_, other, _) = app.developer("other@example.com").await;
        let mut browser = developer(&app).await;
        let place = format!("{}/walk", base(&app));
        let page = browser.get(&place).await;
        for (fields, name) in [
            ([("app", other.client_id.as_str()), ("step", "1")], "another's app"),
            ([("app", app.app.client_id.as_str()), ("step", "8")], "a step that is none"),
            ([("app", "nobody"), ("step", "x")], "nothing"),
        ] {
            assert_eq!(browser.submit(&page, &place, &fields).await.status, 404, "{name}");
        }
        let odd = [("app", app.app.client_id.as_str()), ("step", "3"), ("accessToken", "a\r\nb: c")];
        assert_eq!(browser.submit(&page, &place, &odd).await.status, 400, "no header is made of what was sent");
        let odd = [("app", app.app.client_id.as_str()), ("step", "7"), ("accessToken", "a"), ("appointment", "../../x y")];
        assert_eq!(browser.submit(&page, &place, &odd).await.status, 400);
    }
}
