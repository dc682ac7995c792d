//! `/oauth/userinfo`: the person behind an access token (OpenID Connect Core 5.3; refusals as RFC 6750 section 3.1).

use super::failed;
use crate::{Web, answer, api};
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::response::Response;
use http::Method;
use http::header::{ALLOW, WWW_AUTHENTICATE};
use kalends_service::tokens::Refusal;
use serde_json::json;
use std::sync::Arc;

/// `GET` or `POST /oauth/userinfo`
pub(crate) async fn userinfo(State(web): State<Arc<Web>>, request: Request<Body>) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD | Method::POST) {
        let mut response = refusal(405, "invalid_request", "use GET or POST");
        answer::set(&mut response, ALLOW, "GET, HEAD, POST");
        return response;
    }
    let token = match api::bearer(request.headers(), request.uri().query().unwrap_or_default()) {
        Ok(token) => token,
        // RFC 6750: whoever sent no token is told the scheme only.
        Err(failure) if failure.status == 401 => {
            let mut response = answer::json(401, Body::empty());
            answer::set(&mut response, WWW_AUTHENTICATE, "Bearer");
            return response;
        }
        Err(_) => return refusal(400, "invalid_request", "send the token once, in the Authorization header"),
    };
    match web.tokens.userinfo(&web.service, token).await {
        Ok(Some(person)) => answer::json(200, person.to_string()),
        Ok(None) => refusal(403, "insufficient_scope", "the token was not given for a person with openid"),
        Err(Refusal::Expired) => refusal(401, "invalid_token", "the access token has expired"),
        Err(Refusal::Invalid) => refusal(401, "invalid_token", "the access token is not valid"),
        Err(Refusal::Failed(failure)) => failed(&failure),
    }
}

fn refusal(status: u16, error: &str, text: &str) -> Response {
    let mut response = answer::json(status, json!({"error": error, "error_description": text}).to_string());
    if matches!(status, 401 | 403) {
        answer::set(
            &mut response,
            WWW_AUTHENTICATE,
            &format!("Bearer error=\"{error}\", error_description=\"{text}\""),
        );
    }
    response
}
