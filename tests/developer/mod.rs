//! The developer service through its pages.

mod accounts;
mod clients;
mod ending;
mod guards;
mod licenses;
mod team;
mod walk;

use kalends_testkit::app::{EMAIL, PASSWORD, TestApp};
use kalends_testkit::browser::Browser;
use kalends_testkit::client::Answer;

/// A browser in which the first developer is logged in.
async fn developer(app: &TestApp) -> Browser {
    let mut browser = Browser::new(app);
    let answer = browser.log_in(EMAIL, PASSWORD).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser
}

/// Where the pages of the first developer's account begin.
fn base(app: &TestApp) -> String {
    format!("/developer/en/developerAccount/{}", app.account.id)
}

/// Where the pages of the first app begin.
fn app_page(app: &TestApp) -> String {
    format!("{}/app/{}", base(app), app.app.record_id)
}

/// The text of the element with this id.
fn text(page: &Answer, id: &str) -> String {
    let begin = format!("id=\"{id}\">");
    let (_, rest) = page.text.split_once(&begin).unwrap_or_else(|| panic!("no {id} in {}", page.text));
    rest.split('<').next().unwrap_or_default().to_owned()
}

/// The links of mails to an address, newest last.
async fn links(app: &TestApp, recipient: &str) -> Vec<String> {
    let sql = "SELECT plain FROM mail WHERE recipient = $1 ORDER BY seq";
    let rows = app.web.service.store.query(sql, &[recipient.into()]).await.expect("mails");
    let link = |row: &kalends_store::Row| {
        row.text(0).split_whitespace().find(|word| word.starts_with(&app.url)).map(str::to_owned)
    };
    rows.iter().filter_map(link).collect()
}

/// What the token endpoint answers to a client's own credentials.
async fn status(app: &TestApp, client_id: &str, secret: &str) -> u16 {
    let fields = [("grant_type", "client_credentials"), ("client_id", client_id), ("client_secret", secret)];
    app.token(&fields).await.status
}
