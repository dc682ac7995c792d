//! The user account: `/user/{locale}/…` (PLATFORM sections 1 and 2).
//!
//! Invariant: a page of the account begins with [`Owner`] or [`Sent`], which let in who is logged in; pages for everybody
//! begin with [`Guest`] or [`Handed`]. Every form is answered with 303 or shows itself again.

mod account;
mod code;
mod deletion;
mod invitations;
mod open;
mod passkeys;
mod recovery;
mod register;
mod security;

use super::form::{Form, Posted};
use super::page::Page;
use super::visitor::{Member, Visitor};
use super::{login, respond};
use crate::{Web, answer, path};
use askama::Template;
use axum::Router;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::response::Response;
use axum::routing::{get, post};
use http::Uri;
use http::header::RETRY_AFTER;
use http::request::Parts;
use jiff::tz::TimeZone;
use kalends_catalog::locale::Locale;
use kalends_engine::Micros;
use kalends_engine::problem::{Failure, Problem};
use kalends_service::people::sessions::Session;
use std::sync::Arc;

/// Every page of the account, on one screen.
pub(crate) fn router() -> Router<Arc<Web>> {
    Router::new()
        .route("/user/{locale}", get(account::home))
        .route("/user/{locale}/", get(account::home))
        .route("/user/{locale}/register", get(register::form).post(register::submit))
        .route("/user/{locale}/verify", get(register::ask).post(register::verify))
        .route("/user/{locale}/verify/send", post(register::send_again))
        .route("/user/{locale}/contract", get(register::ask_contract).post(register::confirm_contract))
        .route("/user/{locale}/forgot", get(recovery::forgot).post(recovery::send))
        .route("/user/{locale}/reset", get(recovery::reset).post(recovery::choose))
        .route("/user/{locale}/invitation", get(recovery::invitation).post(recovery::accept))
        .route("/user/{locale}/login/code", get(code::form).post(code::submit))
        .route("/user/{locale}/profile", get(account::profile).post(account::save_profile))
        .route("/user/{locale}/email", get(account::email).post(account::save_email))
        .route("/user/{locale}/newEmail", get(account::ask_email).post(account::confirm_email))
        .route("/user/{locale}/password", get(account::password).post(account::save_password))
        .route("/user/{locale}/sessions", get(open::sessions))
        .route("/user/{locale}/sessions/end", post(open::end_session))
        .route("/user/{locale}/sessions/endOthers", post(open::end_others))
        .route("/user/{locale}/consents", get(open::consents))
        .route("/user/{locale}/consents/withdraw", post(open::withdraw))
        .route("/user/{locale}/security", get(security::overview))
        .route("/user/{locale}/security/app", get(security::setup).post(security::switch_on))
        .route("/user/{locale}/security/app/off", get(security::ask_off).post(security::switch_off))
        .route("/user/{locale}/security/codes", get(security::codes))
        .route("/user/{locale}/security/codes/renew", get(security::ask_renew).post(security::renew))
        .route("/user/{locale}/security/passkey", get(passkeys::form).post(passkeys::add))
        .route("/user/{locale}/security/passkey/options", post(passkeys::options))
        .route("/user/{locale}/security/passkey/remove", get(passkeys::ask_remove).post(passkeys::remove))
        .route("/user/{locale}/login/passkey", post(passkeys::log_in))
        .route("/user/{locale}/login/passkey/options", post(passkeys::login_options))
        .route("/user/{locale}/invitations", get(invitations::list).post(invitations::answer))
        .route("/user/{locale}/delete", get(deletion::ask).post(deletion::delete))
        .route("/user/{locale}/deleted", get(deletion::done))
}

/// Anybody, on a page in a language there is.
pub(super) struct Guest(pub(super) Visitor);

/// Somebody who is logged in; everybody else logs in first and comes back.
pub(super) struct Owner {
    pub(super) visitor: Visitor,
    pub(super) session: Session,
}

/// A form that anybody sent.
pub(super) struct Handed {
    pub(super) visitor: Visitor,
    pub(super) form: Form,
}

/// A form of somebody who is logged in.
pub(super) struct Sent {
    pub(super) visitor: Visitor,
    pub(super) session: Session,
    pub(super) form: Form,
}

/// Whether the address names a language that pages are in.
fn is_in_a_language(uri: &Uri) -> bool {
    uri.path().split('/').nth(2).and_then(Locale::parse_segment).is_some()
}

fn no_language(visitor: &Visitor) -> Response {
    respond::failure(visitor, &Problem::new("locale_not_found").with_status(404))
}

impl FromRequestParts<Arc<Web>> for Guest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, web).await?;
        if is_in_a_language(&parts.uri) { Ok(Self(visitor)) } else { Err(no_language(&visitor)) }
    }
}

impl FromRequestParts<Arc<Web>> for Owner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Arc<Web>) -> Result<Self, Response> {
        let Member { visitor, session } = Member::from_request_parts(parts, web).await?;
        if is_in_a_language(&parts.uri) { Ok(Self { visitor, session }) } else { Err(no_language(&visitor)) }
    }
}

impl FromRequest<Arc<Web>> for Handed {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Response> {
        let uri = request.uri().clone();
        let Posted { visitor, form } = Posted::from_request(request, web).await?;
        if is_in_a_language(&uri) { Ok(Self { visitor, form }) } else { Err(no_language(&visitor)) }
    }
}

impl FromRequest<Arc<Web>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, web: &Arc<Web>) -> Result<Self, Response> {
        let Handed { visitor, form } = Handed::from_request(request, web).await?;
        match visitor.session.clone() {
            Some(session) => Ok(Self { visitor, session, form }),
            None => Err(respond::see_other(&visitor, &login::address(&visitor, &login::home(&visitor)))),
        }
    }
}

/// The places of the account that every page of it leads to.
#[derive(Debug, Clone)]
pub(super) struct Nav {
    language: &'static str,
    current: &'static str,
}

impl Nav {
    pub(super) fn new(visitor: &Visitor, current: &'static str) -> Self {
        Self { language: visitor.language.code(), current }
    }

    /// Key of the words, address, and what it is called in `current`.
    fn items(&self) -> Vec<(String, String, &'static str)> {
        ["profile", "email", "password", "security", "sessions", "consents", "invitations", "delete"]
            .map(|name| (format!("user-nav-{name}"), format!("/user/{}/{name}", self.language), name))
            .into()
    }
}

/// A page that only says something, with one link onwards.
#[derive(Template)]
#[template(path = "user/said.html")]
struct SaidPage {
    page: Page,
    kind: &'static str,
    sentence: String,
    place: String,
    words: String,
}

/// Says that something is done.
pub(super) fn said(visitor: &Visitor, title: &'static str, sentence: &str, place: &str, words: &str) -> Response {
    let page = Page::new(visitor, title);
    let (sentence, words) = (page.text(sentence), page.text(words));
    respond::html(visitor, 200, &SaidPage { page, kind: "good", sentence, place: place.to_owned(), words })
}

/// A page that asks before a link acts: programs that look at mails open links too, but press no buttons.
#[derive(Template)]
#[template(path = "user/link.html")]
struct LinkPage {
    page: Page,
    form: Form,
    sentence: String,
    action: String,
    button: &'static str,
}

pub(super) fn ask_link(
    visitor: &Visitor,
    title: &'static str,
    sentence: String,
    action: String,
    button: &'static str,
    token: &str,
) -> Response {
    let form = Form::of([("token", token)]);
    respond::html(visitor, 200, &LinkPage { page: Page::new(visitor, title), form, sentence, action, button })
}

/// A form that was refused: shown again with what was wrong and how long to wait.
pub(super) fn refused(visitor: &Visitor, failure: &Failure, template: &impl Template) -> Response {
    let mut response = respond::html(visitor, failure.status, template);
    if let Some(seconds) = failure.retry_after {
        answer::set(&mut response, RETRY_AFTER, &seconds.to_string());
    }
    response
}

/// A place of the account in the visitor's language.
pub(super) fn place(visitor: &Visitor, rest: &str) -> String {
    format!("/user/{}/{rest}", visitor.language.code())
}

/// A parameter of the address.
pub(super) fn parameter(query: Option<&str>, name: &str) -> String {
    let pairs = path::form(query.unwrap_or_default());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
}

/// Whether the page follows a form that was accepted.
pub(super) fn is_done(query: Option<&str>) -> bool {
    !parameter(query, "done").is_empty()
}

/// An instant as people read it, in a person's own zone.
pub(super) fn when(at: Micros, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let Ok(instant) = jiff::Timestamp::from_microsecond(at) else { return String::new() };
    instant.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}
