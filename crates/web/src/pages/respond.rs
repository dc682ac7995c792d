//! Answering with pages: status, security headers, cookies.

use super::form;
use super::page::Page;
use super::visitor::{DEVICE, SESSION, VISIT, Visitor, cookie_name};
use crate::answer;
use askama::Template;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use kalends_engine::problem::Failure;
use kalends_service::people::login::DEVICE_LIFE;
use kalends_service::people::sessions::LIFE;

const SECOND: i64 = 1_000_000;

/// A page that says what went wrong.
#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage<'a> {
    page: Page,
    sentences: &'a [String],
}

/// A rendered page.
pub(crate) fn html(visitor: &Visitor, status: u16, template: &impl Template) -> Response {
    html_to(visitor, status, template, &[])
}

/// A rendered page whose forms may end up at these origins as well (a browser applies `form-action` to every redirect
/// that follows a form).
pub(crate) fn html_to(visitor: &Visitor, status: u16, template: &impl Template, targets: &[String]) -> Response {
    let Ok(text) = template.render() else {
        return plain(visitor, Response::new(Body::empty()), StatusCode::INTERNAL_SERVER_ERROR, &[]);
    };
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    plain(visitor, response, StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), targets)
}

fn plain(visitor: &Visitor, mut response: Response, status: StatusCode, targets: &[String]) -> Response {
    *response.status_mut() = status;
    let targets: String = targets.iter().map(|target| format!(" {target}")).collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
         base-uri 'none'; form-action 'self'{targets}; frame-ancestors 'none'"
    );
    for (name, value) in [
        ("content-security-policy", policy.as_str()),
        ("x-frame-options", "DENY"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=()"),
    ] {
        answer::set(&mut response, name, value);
    }
    answer::set(&mut response, CACHE_CONTROL, "no-store");
    if visitor.secure {
        answer::set(&mut response, "strict-transport-security", "max-age=31536000");
    }
    if visitor.is_new {
        set_cookie(visitor, &mut response, VISIT, &visitor.secret, None);
    }
    response
}

/// 303: the browser goes on with GET, whatever it sent (C25).
pub(crate) fn see_other(visitor: &Visitor, location: &str) -> Response {
    let mut response = plain(visitor, Response::new(Body::empty()), StatusCode::SEE_OTHER, &[]);
    answer::set(&mut response, LOCATION, location);
    response
}

/// The page of a refusal.
pub(crate) fn failure(visitor: &Visitor, failure: &Failure) -> Response {
    let sentences: Vec<String> = failure.problems.iter().map(|problem| form::sentence(visitor, problem)).collect();
    let page = Page::new(visitor, if failure.status == 404 { "page-not-found" } else { "page-problem" });
    let mut response = html(visitor, failure.status, &ProblemPage { page, sentences: &sentences });
    if let Some(seconds) = failure.retry_after {
        answer::set(&mut response, RETRY_AFTER, &seconds.to_string());
    }
    response
}

/// Adds a cookie that lasts for `seconds`, or as long as the browser runs.
fn set_cookie(visitor: &Visitor, response: &mut Response, name: &str, value: &str, seconds: Option<i64>) {
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if visitor.secure { "; Secure" } else { "" };
    let name = cookie_name(visitor.secure, name);
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(SET_COOKIE, value);
    }
}

/// The browser is logged in from now on.
pub(crate) fn log_in(visitor: &Visitor, response: &mut Response, session: &str, device: &str) {
    set_cookie(visitor, response, SESSION, session, Some(LIFE / SECOND));
    set_cookie(visitor, response, DEVICE, device, Some(DEVICE_LIFE / SECOND));
    set_cookie(visitor, response, VISIT, "", Some(0));
}

/// The browser is logged out from now on; the device stays known.
pub(crate) fn log_out(visitor: &Visitor, response: &mut Response) {
    set_cookie(visitor, response, SESSION, "", Some(0));
}
