//! Who may see and send what: foreign accounts, forms of others, languages.

use super::{base, developer};
use kalends_testkit::app::EMAIL;
use kalends_testkit::browser::Browser;

/// Pages behind an account's address.
fn pages(app: &str, module: &str) -> Vec<String> {
    let mut pages: Vec<String> =
        ["/", "/edit", "/app", "/module", "/app/add", "/module/add", "/license", "/license/add", "/team", "/walk"]
            .map(str::to_owned)
            .to_vec();
    for rest in ["", "/edit", "/settings", "/log", "/delete"] {
        pages.push(format!("/app/{app}{rest}"));
        pages.push(format!("/module/{module}{rest}"));
    }
    pages.push(format!("/app/{app}/permissions"));
    pages
}

/// Forms that act, behind an account's address.
fn forms(app: &str) -> Vec<String> {
    let mut forms: Vec<String> =
        ["/edit", "/app/add", "/module/add", "/license/add", "/team/invite", "/team/withdraw", "/team/remove", "/walk"]
            .map(str::to_owned)
            .to_vec();
    for rest in
        ["edit", "permissions", "settings", "secret", "installKey", "tokens", "activate", "deactivate", "delete"]
    {
        forms.push(format!("/app/{app}/{rest}"));
    }
    forms
}

both! {
    async fn another_account_is_not_there(app) {
        let (other, other_app, other_module) = app.developer("other@example.com").await;
        let mut browser = developer(&app).await;
        let mine = browser.get(&format!("{}/edit", base(&app))).await;
        let token = kalends_testkit::browser::form(&mine.text, &format!("{}/edit", base(&app))).expect("a form");
        let token = token.iter().find(|(name, _)| name == "csrf").expect("a token").1.clone();
        let foreign = format!("/developer/en/developerAccount/{}", other.id);
        for page in pages(&other_app.record_id, &other_module.record_id) {
            assert_eq!(browser.get(&format!("{foreign}{page}")).await.status, 404, "{page}");
        }
        for form in forms(&other_app.record_id) {
            let fields = [("csrf", token.as_str()), ("name", "Mine now"), ("overlap", "none"), ("confirmation", "App"), ("email", EMAIL)];
            assert_eq!(browser.post(&format!("{foreign}{form}"), &fields).await.status, 404, "{form}");
            // Another's app inside of the own account.
            if form.starts_with("/app/70") {
                assert_eq!(browser.post(&format!("{}{form}", base(&app)), &fields).await.status, 404, "{form}");
            }
        }
        for page in pages(&other_app.record_id, &other_module.record_id).iter().filter(|page| page.contains("/70") || page.contains("/23")) {
            assert_eq!(browser.get(&format!("{}{page}", base(&app))).await.status, 404, "{page}");
        }
        let unknown = format!("/developer/en/developerAccount/dA{}", "0".repeat(30));
        let (foreign, unknown) = (browser.get(&format!("{foreign}/team")).await, browser.get(&format!("{unknown}/team")).await);
        assert_eq!(foreign.text.replace(&other.id, ""), unknown.text.replace(&format!("dA{}", "0".repeat(30)), ""), "no oracle");
        let rows = app.web.service.store.query("SELECT 1 FROM client WHERE active = 0", &[]).await.expect("rows");
        assert!(rows.is_empty());
    }

    async fn a_form_without_its_token_does_nothing(app) {
        let mut browser = developer(&app).await;
        for form in forms(&app.app.record_id) {
            let fields = [("name", "Changed"), ("overlap", "none"), ("confirmation", "App"), ("email", "x@example.com")];
            assert_eq!(browser.post(&format!("{}{form}", base(&app)), &fields).await.status, 403, "{form}");
        }
        assert_eq!(browser.post("/developer/en/developerAccount/add", &[("name", "x")]).await.status, 403);
        browser.headers = vec![("sec-fetch-site".into(), "cross-site".into())];
        let page = browser.get(&format!("{}/edit", base(&app))).await;
        let answer = browser.submit(&page, &format!("{}/edit", base(&app)), &[("name", "Changed")]).await;
        assert_eq!(answer.status, 403, "from another site");
    }

    async fn every_page_is_there_in_both_languages(app) {
        let mut browser = developer(&app).await;
        for page in pages(&app.app.record_id, &app.module.record_id) {
            let [german, english] = {
                let mut pages = Vec::new();
                for language in ["de", "en"] {
                    let place = base(&app).replace("/en/", &format!("/{language}/"));
                    let answer = browser.get(&format!("{place}{page}")).await;
                    assert_eq!(answer.status, 200, "{language} {page}");
                    assert!(answer.text.contains(&format!("<html lang=\"{language}\">")), "{page}");
                    for key in ["developer-", "page-", "form-"] {
                        let said = answer.text.match_indices(key).find(|(at, _)| matches!(answer.text[..*at].chars().next_back(), Some('>' | ' ')));
                        assert!(said.is_none(), "{language} {page} shows a key: {}", &answer.text[said.expect("some").0..][..60]);
                    }
                    assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{page}");
                    assert!(!answer.text.contains("style=\"") && !answer.text.contains("<style") && !answer.text.contains("onclick"), "{page}");
                    pages.push(answer.text);
                }
                [pages.remove(0), pages.remove(0)]
            };
            let title = |text: &str| text.split("<title>").nth(1).map(|rest| rest.split("</title>").next().unwrap_or_default().to_owned());
            assert!(title(&german).is_some_and(|title| !title.starts_with('–')), "{page}");
            assert_ne!(german, english, "{page}");
        }
        for place in ["/developer/fr/", "/developer/fr/developerAccount/add"] {
            assert_eq!(browser.get(place).await.status, 404, "{place}");
        }
        let mut stranger = Browser::new(&app);
        assert!(stranger.get("/developer/de/developerAccount/add").await.text.contains("Allgemeine Angaben"));
    }
}
