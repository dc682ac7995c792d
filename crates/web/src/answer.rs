//! Writing answers: the envelope of the APIs with its headers.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderName, HeaderValue, StatusCode};
use kalends_catalog::locale::Language;
use kalends_engine::envelope::{self, Tone};
use kalends_engine::problem::Failure;
use kalends_service::{Content, Reply};

/// Name of the header that carries the request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A JSON answer that nobody may keep.
pub(crate) fn json(status: u16, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// An answer of success.
pub(crate) fn reply(reply: &Reply, language: Language) -> Response {
    let mut response = match &reply.content {
        Content::Bytes(mime, name, bytes) => bytes_of(mime, name, bytes.clone()),
        _ => json(reply.status, reply.body(language)),
    };
    if let Some(version) = reply.version {
        set(&mut response, ETAG, &format!("\"{version}\""));
    }
    response
}

fn bytes_of(mime: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let mut response = json(200, bytes);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(mime));
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect();
    set(&mut response, CONTENT_DISPOSITION, &format!("attachment; filename=\"{plain}\""));
    response
}

/// An answer of refusal: the envelope with every reason.
pub(crate) fn failure(failure: &Failure, language: Language) -> Response {
    let messages: Vec<serde_json::Value> =
        failure.problems.iter().map(|problem| envelope::message(Tone::Failure, problem, language)).collect();
    let mut response = json(failure.status, envelope::wrap(&messages, "null"));
    if let Some(seconds) = failure.retry_after {
        set(&mut response, RETRY_AFTER, &seconds.to_string());
    }
    if let Some(allow) = &failure.allow {
        set(&mut response, ALLOW, allow);
    }
    let code = failure.problems.first().map_or("", |problem| problem.code);
    match (failure.status, code) {
        // RFC 6750 section 3.1: a request without a token is told the scheme only.
        (401, "token_missing" | "example_error") => set(&mut response, WWW_AUTHENTICATE, "Bearer"),
        (401, _) => set(&mut response, WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""),
        (403, "permission_missing" | "user_permission_missing" | "user_token_required") => {
            set(&mut response, WWW_AUTHENTICATE, "Bearer error=\"insufficient_scope\"");
        }
        _ => {}
    }
    response
}

/// Sets a header whose value may come from data; one that cannot be a header is left out.
pub(crate) fn set(response: &mut Response, name: impl http::header::IntoHeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
