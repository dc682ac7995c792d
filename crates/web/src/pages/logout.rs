//! `/oauth/logout`: asks first, since any page could hold a picture with this address (C10).

use super::form::Posted;
use super::page::Page;
use super::respond;
use super::visitor::Visitor;
use crate::{Web, path};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_oauth::next;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "logout.html")]
struct LogoutPage {
    page: Page,
    target: String,
}

/// `GET /oauth/logout`
pub(crate) async fn form(visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = path::form(query.as_deref().unwrap_or_default());
    let target = query.iter().find(|(key, _)| key == "next").map_or("", |(_, value)| next::or(value, "")).to_owned();
    respond::html(&visitor, 200, &LogoutPage { page: Page::new(&visitor, "logout-title"), target })
}

/// `POST /oauth/logout`
pub(crate) async fn submit(State(web): State<Arc<Web>>, posted: Posted) -> Response {
    let Posted { visitor, form } = posted;
    if let Some(session) = &visitor.session
        && let Err(failure) = web.service.close_session(&session.id).await
    {
        return respond::failure(&visitor, &failure);
    }
    let done = format!("/oauth/logout?ui_locales={}", visitor.language.code());
    let mut response = respond::see_other(&visitor, next::or(form.value("target"), &done));
    respond::log_out(&visitor, &mut response);
    response
}
