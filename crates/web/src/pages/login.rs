//! `/oauth/login`: the form and what follows from it.

use super::form::{Form, Posted};
use super::page::Page;
use super::visitor::Visitor;
use super::{authorize, respond};
use crate::{Web, path};
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use kalends_oauth::next;
use kalends_service::people::login::{Attempt, Login};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    page: Page,
    form: Form,
    app: Option<String>,
}

/// Where somebody lands who did not want to go anywhere else.
pub(crate) fn home(visitor: &Visitor) -> String {
    format!("/user/{}/profile", visitor.language.code())
}

/// The address of the login page that leads back to `place` afterwards.
pub(crate) fn address(visitor: &Visitor, place: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("ui_locales", visitor.language.code()).append_pair("next", place);
    format!("/oauth/login?{}", query.finish())
}

/// `GET /oauth/login`
pub(crate) async fn form(State(web): State<Arc<Web>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let query = path::form(query.as_deref().unwrap_or_default());
    let get = |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let form = Form::of([("next", next::or(get("next"), "")), ("email", get("login_hint"))]);
    show(&web, &visitor, form, 200).await
}

async fn show(web: &Web, visitor: &Visitor, mut form: Form, status: u16) -> Response {
    let asked = authorize::asked(web, form.value("next")).await;
    if let Some(request) =
        asked.as_ref().filter(|request| form.value("email").is_empty() && !request.login_hint.is_empty())
    {
        form.set("email", request.login_hint.clone());
    }
    let targets: Vec<String> =
        asked.iter().map(|request| authorize::form_target(&request.target.redirect_uri)).collect();
    let app = asked.map(|request| request.app.name);
    respond::html_to(visitor, status, &LoginPage { page: Page::new(visitor, "login-title"), form, app }, &targets)
}

/// `POST /oauth/login`
pub(crate) async fn submit(State(web): State<Arc<Web>>, posted: Posted) -> Response {
    let Posted { visitor, mut form } = posted;
    let attempt = Attempt {
        email: form.value("email").to_owned(),
        password: form.value("password").to_owned(),
        origin: visitor.origin.clone(),
        device: visitor.device.clone(),
        replaced: visitor.session.as_ref().map(|session| session.id.clone()),
    };
    let home = home(&visitor);
    let place = next::or(form.value("next"), &home).to_owned();
    match web.service.log_in(&attempt).await {
        Ok(Login::Done { session, device }) => {
            let mut response = respond::see_other(&visitor, &place);
            respond::log_in(&visitor, &mut response, &session, &device);
            response
        }
        Ok(Login::SecondFactor(text)) => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("login", &text).append_pair("next", &place);
            respond::see_other(&visitor, &format!("/user/{}/login/code?{}", visitor.language.code(), query.finish()))
        }
        Err(failure) => {
            form.refuse(&visitor, &failure);
            let mut response = show(&web, &visitor, form, failure.status).await;
            if let Some(seconds) = failure.retry_after {
                crate::answer::set(&mut response, http::header::RETRY_AFTER, &seconds.to_string());
            }
            response
        }
    }
}
