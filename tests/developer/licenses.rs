//! Licenses.

use super::{base, developer};

both! {
    async fn licenses_are_made_changed_and_deleted(app) {
        let mut browser = developer(&app).await;
        let list = format!("{}/license", base(&app));
        assert!(browser.get(&list).await.text.contains("There are none yet."));
        let place = format!("{list}/add");
        let page = browser.get(&place).await;
        let fields = [("name", "Pro"), ("name.de", "Profi"), ("priceGross", "9,90"), ("taxRate", "19"), ("currency", "eur"), ("validationPeriod", "YEAR")];
        let wrong = browser.submit(&page, &place, &[("name", ""), ("priceGross", "much"), ("currency", "XXXX"), ("validationPeriod", "DAY")]).await;
        assert_eq!(wrong.status, 400);
        for field in ["name", "priceGross", "currency", "validationPeriod"] {
            assert!(wrong.text.contains(&format!("href=\"#f-{field}\"")), "{field}: {}", wrong.text);
        }
        let made = browser.submit(&page, &place, &fields).await;
        let shown = browser.follow(made).await;
        assert!(shown.text.contains(">Pro</a>") && shown.text.contains("9.9 EUR") && shown.text.contains("A year"), "{}", shown.text);
        let (_, rest) = shown.text.split_once(&format!("{list}/1l")).expect("a link");
        let one = format!("{list}/1l{}", rest.split('"').next().expect("an id"));
        let page = browser.get(&one).await;
        assert!(page.text.contains("value=\"Profi\"") && page.text.contains("value=\"9.9\""), "{}", page.text);
        let changed = [("name", "Team"), ("priceGross", ""), ("currency", "EUR"), ("validationPeriod", "MONTH")];
        assert_eq!(browser.submit(&page, &one, &changed).await.status, 303);
        assert_eq!(browser.submit(&page, &one, &changed).await.status, 412, "a form of before");
        let page = browser.get(&one).await;
        let deleted = browser.submit(&page, &format!("{one}/delete"), &[]).await;
        assert!(browser.follow(deleted).await.text.contains("There are none yet."));
        assert_eq!(browser.get(&one).await.status, 404);
    }
}
