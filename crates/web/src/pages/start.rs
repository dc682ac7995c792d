//! `/`: where somebody lands who knows the host only.

use super::page::Page;
use super::respond;
use super::visitor::Visitor;
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "start.html")]
struct StartPage {
    page: Page,
}

/// `GET /`
pub(crate) async fn start(visitor: Visitor) -> Response {
    respond::html(&visitor, 200, &StartPage { page: Page::new(&visitor, "start-title") })
}
