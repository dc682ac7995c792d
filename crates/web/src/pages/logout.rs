//! `/oauth/logout`: asks first, since any page could hold a picture with this address (C10). A client may have people
//! sent back to it afterwards (OpenID Connect RP-Initiated Logout, with `client_id`).

use super::form::{Form, Posted};
use super::page::Page;
use super::visitor::Visitor;
use super::{authorize, respond};
use crate::{Web, path};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_engine::problem::Failure;
use std::sync::Arc;

/// What a client may ask for; it travels through the form and is checked again.
const ASKED: [&str; 3] = ["client_id", "post_logout_redirect_uri", "state"];

#[derive(Template)]
#[template(path = "logout.html")]
struct LogoutPage {
    page: Page,
    asked: Vec<(&'static str, String)>,
}

/// Where the client wants people sent, if it is one of its own addresses.
async fn target(web: &Web, form: &Form) -> Result<Option<String>, Failure> {
    let [client, uri, state] = ASKED.map(|name| form.value(name));
    if uri.is_empty() || !web.service.may_return(client, uri).await? {
        return Ok(None);
    }
    let state = url::form_urlencoded::Serializer::new(String::new()).append_pair("state", state).finish();
    let join = if uri.contains('?') { '&' } else { '?' };
    Ok(Some(if form.value("state").is_empty() { uri.to_owned() } else { format!("{uri}{join}{state}") }))
}

/// `GET /oauth/logout`
pub(crate) async fn form(State(web): State<Arc<Web>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let form = Form::of(path::form(query.as_deref().unwrap_or_default()));
    let target = match target(&web, &form).await {
        Ok(target) => target,
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    if let (None, Some(target)) = (&visitor.session, &target) {
        // Nobody is logged in: there is nothing to ask.
        return respond::see_other(&visitor, target);
    }
    let asked = ASKED.map(|name| (name, form.value(name).to_owned())).into_iter().filter(|_| target.is_some());
    let page = LogoutPage { page: Page::new(&visitor, "logout-title"), asked: asked.collect() };
    let targets: Vec<String> = target.iter().map(|uri| authorize::form_target(uri)).collect();
    respond::html_to(&visitor, 200, &page, &targets)
}

/// `POST /oauth/logout`
pub(crate) async fn submit(State(web): State<Arc<Web>>, posted: Posted) -> Response {
    let Posted { visitor, form } = posted;
    let done = async {
        if let Some(session) = &visitor.session {
            web.service.close_session(&session.id).await?;
        }
        target(&web, &form).await
    };
    let place = match done.await {
        Ok(target) => target.unwrap_or_else(|| format!("/oauth/logout?ui_locales={}", visitor.language.code())),
        Err(failure) => return respond::failure(&visitor, &failure),
    };
    let mut response = respond::see_other(&visitor, &place);
    respond::log_out(&visitor, &mut response);
    response
}
