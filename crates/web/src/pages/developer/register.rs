//! Registration: one form of general information and user data. Who is logged in adds an account to her user instead.

use super::super::form::{Form, Posted};
use super::super::page::Page;
use super::super::respond;
use super::super::visitor::Visitor;
use super::{fields, located};
use crate::Web;
use askama::Template;
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::header::RETRY_AFTER;
use kalends_service::developer::SignUp;
use std::sync::Arc;

#[derive(Template)]
#[template(path = "developer/register.html")]
struct RegisterPage {
    page: Page,
    form: Form,
    is_done: bool,
}

/// What the page's address ends with after a registration: a mail is on its way, to whomever it may be.
const DONE: &str = "sent=yes";

fn show(visitor: &Visitor, form: Form, is_done: bool, status: u16) -> Response {
    let page = Page::new(visitor, "developer-register-title");
    respond::html(visitor, status, &RegisterPage { page, form, is_done })
}

/// `GET /developer/{locale}/developerAccount/add`
pub(super) async fn form(
    State(web): State<Arc<Web>>,
    Path(locale): Path<String>,
    RawQuery(query): RawQuery,
    visitor: Visitor,
) -> Response {
    let visitor = match located(visitor, &locale) {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    // Who has a user may add an account to it; making users is another matter.
    match web.service.must_be_open() {
        Err(failure) if visitor.session.is_none() => respond::failure(&visitor, &failure),
        _ => show(&visitor, Form::default(), query.as_deref() == Some(DONE), 200),
    }
}

/// `POST /developer/{locale}/developerAccount/add`
pub(super) async fn submit(
    State(web): State<Arc<Web>>,
    Path(locale): Path<String>,
    Posted { visitor, mut form }: Posted,
) -> Response {
    let visitor = match located(visitor, &locale) {
        Ok(visitor) => visitor,
        Err(response) => return response,
    };
    let base = format!("/developer/{}/developerAccount", visitor.language.code());
    let made = match &visitor.session {
        Some(session) => {
            let call = web.service.person_call(Some(&session.user.id), visitor.language);
            let made = web.service.add_developer_account(&call, &session.user.id, form.value("name").trim()).await;
            made.map(|account| format!("{base}/{}/", account.id))
        }
        None => {
            let value = |name: &str| form.value(name).to_owned();
            let sign_up = SignUp {
                name: value("name"),
                email: value("email"),
                user_email: value("user.email"),
                first_name: value("user.firstName"),
                last_name: value("user.lastName"),
                password: value("password"),
            };
            let signed = web.service.sign_up(visitor.language, &visitor.origin, &sign_up).await;
            signed.map(|()| format!("{base}/add?{DONE}"))
        }
    };
    match made {
        Ok(place) => respond::see_other(&visitor, &place),
        Err(failure) if matches!(failure.status, 403 | 404) => respond::failure(&visitor, &failure),
        Err(failure) => {
            fields::refuse(&mut form, &visitor, &failure, |parameter| match parameter {
                "firstName" | "lastName" => format!("user.{parameter}"),
                other => other.to_owned(),
            });
            let mut response = show(&visitor, form, false, failure.status);
            if let Some(seconds) = failure.retry_after {
                crate::answer::set(&mut response, RETRY_AFTER, &seconds.to_string());
            }
            response
        }
    }
}
