//! Addresses that work without a login: an appointment's links and a booking resource's calendar feed.

use crate::answer::REQUEST_ID;
use crate::{Web, answer, api, body};
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Request;
use axum::response::Response;
use http::Method;
use kalends_catalog::locale::Language;
use kalends_engine::problem::{Failure, Problem};
use kalends_service::booking::by_link::Use;
use std::sync::Arc;

/// `GET /calendar/{token}.ics`
pub(crate) async fn feed(State(web): State<Arc<Web>>, Path(file): Path<String>) -> Response {
    let token = file.strip_suffix(".ics").unwrap_or(&file);
    match web.service.feed(token).await {
        Ok(reply) => answer::reply(&reply, Language::En),
        Err(failure) => answer::failure(&failure, Language::En),
    }
}

/// `/booking/appointment/{show|calendar|move|cancel}/{token}`: GET shows, POST changes.
pub(crate) async fn appointment(
    State(web): State<Arc<Web>>,
    Path((word, token)): Path<(String, String)>,
    request: Request<Body>,
) -> Response {
    let (parts, content) = request.into_parts();
    let request_id = api::request_id(&web, &parts.headers);
    let language = language(&parts.headers);
    let served = async {
        let (what, method) = match word.as_str() {
            "show" => (Use::Show, Method::GET),
            "calendar" => (Use::Calendar, Method::GET),
            "move" => (Use::Move, Method::POST),
            "cancel" => (Use::Cancel, Method::POST),
            _ => return Err(Problem::new("route_not_found").with_status(404)),
        };
        if parts.method != method {
            let problem = Problem::new("method_not_allowed").arg("allowed", method.to_string());
            return Err(Failure { allow: Some(method.to_string()), ..problem.with_status(405) });
        }
        let bytes = body::bytes(&parts.headers, content, body::MAX).await?;
        let document = if method == Method::POST { body::object(&parts.headers, &bytes)? } else { Default::default() };
        web.service.by_link(what, &token, &document, language, &request_id).await
    };
    let mut response = match served.await {
        Ok(reply) => answer::reply(&reply, language),
        Err(failure) => answer::failure(&failure, language),
    };
    answer::set(&mut response, REQUEST_ID, &request_id);
    // The address is a secret: it must not travel on.
    answer::set(&mut response, "referrer-policy", "no-referrer");
    response
}

/// German for those who ask for it, English for everybody else.
fn language(headers: &http::HeaderMap) -> Language {
    let asked = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if asked.trim_start().to_ascii_lowercase().starts_with("de") { Language::De } else { Language::En }
}
