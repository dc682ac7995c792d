//! The pages, their files and the documents as they are served.

use kalends_testkit::app::{On, TestApp};
use reqwest::Response;
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

async fn get(app: &TestApp, path: &str) -> Response {
    app.http.get(format!("{}{path}", app.url)).send().await.expect("an answer")
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The values of `href` and `src` in a page.
fn addresses(page: &str) -> Vec<String> {
    let parts = ["href=\"", "src=\""].into_iter().flat_map(|attribute| page.split(attribute).skip(1));
    parts.filter_map(|rest| rest.split_once('"')).map(|(address, _)| address.to_owned()).collect()
}

#[tokio::test]
async fn pages_and_their_files_are_served_from_here() {
    let app = TestApp::start(On::Sqlite).await;
    for (path, title) in [("/apidoc/app", "Kalends App API"), ("/apidoc/module", "Kalends Module API")] {
        let response = get(&app, path).await;
        assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, "text/html; charset=utf-8"));
        let policy = header(&response, "content-security-policy").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!policy.contains("http") && !policy.contains('*'), "{policy}");
        let page = response.text().await.expect("text");
        assert!(page.contains(&format!("<title>{title}</title>")) && !page.contains('{'), "{page}");
        let places = addresses(&page);
        assert!(places.iter().any(|place| place == &format!("{path}/openapi.json")), "{places:?}");
        for place in places.iter().filter(|place| *place != "data:,") {
            assert!(place.starts_with("/apidoc/"), "{place} is elsewhere");
            let answer = get(&app, place).await;
            assert_eq!(answer.status().as_u16(), 200, "{place}");
            if place.contains("/assets/") {
                assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable");
            }
        }
    }
    let own = concat!(
        include_str!("../../crates/web/assets/apidoc/reference.js"),
        include_str!("../../crates/web/assets/apidoc/reference.css")
    );
    assert!(!own.contains("://"), "our own files name no address");
    assert_eq!(get(&app, "/apidoc").await.url().path(), "/apidoc/app");
    assert_eq!(get(&app, "/apidoc/assets/nothing").await.status().as_u16(), 404);
    let put = app.http.put(format!("{}/apidoc/app", app.url)).send().await.expect("an answer");
    assert_eq!((put.status().as_u16(), header(&put, "allow")), (405, "GET,HEAD"));
}

/// What a browser would load by itself out of the viewer's style sheet.
#[test]
fn the_style_sheet_loads_nothing() {
    let sheet = include_str!("../../crates/web/assets/apidoc/swagger-ui.css");
    for part in sheet.split("url(").skip(1) {
        assert!(part.trim_start_matches(['"', '\'']).starts_with("data:"), "{}", &part[..60]);
    }
    assert!(!sheet.contains("@import"));
}

#[tokio::test]
async fn documents_are_made_once_and_asked_again_by_their_tag() {
    let app = TestApp::start(On::Sqlite).await;
    for (path, operations) in [("/apidoc/app/openapi.json", 100), ("/apidoc/module/openapi.json", 10)] {
        let response = get(&app, path).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-type")),
            (200, "application/json; charset=utf-8")
        );
        assert_eq!(header(&response, "access-control-allow-origin"), "*");
        let tag = header(&response, "etag").to_owned();
        let text = response.text().await.expect("text");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], app.url.as_str());
        assert!(document["paths"].as_object().expect("paths").len() > operations);
        let hosts = text.split("://").skip(1).map(|rest| rest.split(['/', '"', '`', ' ']).next().unwrap_or_default());
        let here = app.url.trim_start_matches("http://");
        for host in hosts {
            assert!(host == here || host == "www.example.com" || host.is_empty(), "{host}");
        }
        let again =
            app.http.get(format!("{}{path}", app.url)).header("if-none-match", &tag).send().await.expect("an answer");
        assert_eq!((again.status().as_u16(), again.text().await.expect("text").len()), (304, 0));
        assert_eq!(get(&app, path).await.text().await.expect("text"), text);
    }
}

/// The vendored files are those whose checksums are noted.
#[test]
fn vendored_files_are_unchanged() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/web/assets/apidoc");
    let checked = Command::new("sha256sum").args(["--check", "--strict", "SHA256SUMS"]).current_dir(folder).output();
    let checked = checked.expect("sha256sum");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
}
