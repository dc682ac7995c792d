//! The authorization server's JSON side over HTTP: tokens, revocation, introspection (RFC 6749, 7009, 7662); in files of
//! their own the metadata and the person behind a token.

mod discovery;
mod userinfo;

pub(crate) use discovery::{jwks, metadata};
pub(crate) use userinfo::userinfo;

use crate::{Web, answer, api, body, cors, network};
use axum::body::Body;
use axum::extract::State;
use axum::http::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{ALLOW, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, Method};
use kalends_engine::problem::Failure;
use kalends_oauth::error::{Code, Refusal};
use kalends_oauth::request::{BODY_MAX, Parameters, credentials};
use kalends_service::tokens::Refused;
use serde_json::json;
use std::sync::Arc;

/// `POST /oauth/token`
pub(crate) async fn token(State(web): State<Arc<Web>>, request: Request<Body>) -> Response {
    let asked = match Asked::read(&web, request).await {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    match web.tokens.token(&web.service, asked.authorization.as_deref(), &asked.parameters).await {
        Ok(content) => answer::json(200, content.to_string()),
        Err(refused) => asked.refuse(&web, &refused),
    }
}

/// `POST /oauth/revoke`
pub(crate) async fn revoke(State(web): State<Arc<Web>>, request: Request<Body>) -> Response {
    let asked = match Asked::read(&web, request).await {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    match web.tokens.revoke(&web.service, asked.authorization.as_deref(), &asked.parameters).await {
        Ok(()) => answer::json(200, Body::empty()),
        Err(refused) => asked.refuse(&web, &refused),
    }
}

/// `POST /oauth/introspect`
pub(crate) async fn introspect(State(web): State<Arc<Web>>, request: Request<Body>) -> Response {
    let asked = match Asked::read(&web, request).await {
        Ok(asked) => asked,
        Err(response) => return *response,
    };
    match web.tokens.introspect(&web.service, asked.authorization.as_deref(), &asked.parameters).await {
        Ok(content) => answer::json(200, content.to_string()),
        Err(refused) => asked.refuse(&web, &refused),
    }
}

/// What pages of registered origins may use from a browser: tokens of public clients, and what tells about the server.
pub(crate) async fn shared(State(web): State<Arc<Web>>, request: Request<Body>, next: Next) -> Response {
    let (method, headers) = (request.method().clone(), request.headers().clone());
    let reads = request.uri().path().starts_with("/.well-known/");
    let allow = if reads { "GET, HEAD, OPTIONS" } else { "POST, OPTIONS" };
    let mut response = if method == Method::OPTIONS {
        let mut response = answer::json(204, Body::empty());
        answer::set(&mut response, ALLOW, allow);
        response
    } else if reads && !matches!(method, Method::GET | Method::HEAD) {
        let mut response = api::other_method().await;
        answer::set(&mut response, ALLOW, allow);
        response
    } else {
        next.run(request).await
    };
    cors::allow(&web, &headers, &method, &mut response).await;
    response
}

/// A request of a client to the authorization server.
struct Asked {
    authorization: Option<String>,
    parameters: Parameters,
    limit_key: String,
}

impl Asked {
    async fn read(web: &Web, request: Request<Body>) -> Result<Self, Box<Response>> {
        let (parts, content) = request.into_parts();
        if parts.method != Method::POST {
            let mut response = refusal(&Refusal::new(Code::InvalidRequest, "use POST"));
            *response.status_mut() = http::StatusCode::METHOD_NOT_ALLOWED;
            answer::set(&mut response, ALLOW, "POST");
            return Err(Box::new(response));
        }
        let invalid = |text| Box::new(refusal(&Refusal::new(Code::InvalidRequest, text)));
        let query = parts.uri.query().unwrap_or_default();
        if ["client_id=", "client_secret=", "token=", "code="].iter().any(|name| query.contains(name)) {
            return Err(invalid("send credentials in the body, never in the address"));
        }
        let bytes =
            body::bytes(&parts.headers, content, BODY_MAX).await.map_err(|failure| Box::new(failed(&failure)))?;
        let media = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let parameters = Parameters::read(media, &bytes).map_err(|refused| Box::new(refusal(&refused)))?;
        let authorization = header(&parts.headers)?;
        let peer = network::address(web, &parts);
        // Attempts are counted by the client's id, however it was sent; never by what it tried.
        let id = credentials(authorization.as_deref(), &parameters).map(|credentials| credentials.id);
        let limit_key = format!("{peer} {}", id.unwrap_or_default());
        if let Err(failure) = web.limits.is_open(&limit_key) {
            return Err(Box::new(failed(&failure)));
        }
        Ok(Self { authorization, parameters, limit_key })
    }

    /// Writes the refusal; a client that cannot prove who it is may not try for ever.
    fn refuse(&self, web: &Web, refused: &Refused) -> Response {
        match refused {
            Refused::Oauth(oauth) => {
                if matches!(oauth.code, Code::InvalidClient) {
                    web.limits.failed(&self.limit_key);
                }
                refusal(oauth)
            }
            Refused::Failed(failure) => failed(failure),
        }
    }
}

/// The one `Authorization` header.
fn header(headers: &HeaderMap) -> Result<Option<String>, Box<Response>> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let first = given.next();
    if given.next().is_some() {
        let text = "the Authorization header was sent twice";
        return Err(Box::new(refusal(&Refusal::new(Code::InvalidRequest, text))));
    }
    // One that is no text is no credential either.
    Ok(first.map(|value| value.to_str().unwrap_or_default().to_owned()))
}

fn refusal(refused: &Refusal) -> Response {
    let mut response = answer::json(refused.status(), refused.answer().to_string());
    if refused.status() == 401 {
        answer::set(&mut response, WWW_AUTHENTICATE, "Basic realm=\"kalends\"");
    }
    response
}

/// What the platform itself refuses, in the form of RFC 6749.
fn failed(failure: &Failure) -> Response {
    let (error, text) = match failure.status {
        429 => ("slow_down", "too many wrong credentials; wait and try again"),
        503 => ("temporarily_unavailable", "try again shortly"),
        500.. => ("server_error", "an error on our side; it was recorded"),
        _ => ("invalid_request", "the request is too large, too slow or incomplete"),
    };
    let mut response = answer::json(failure.status, json!({"error": error, "error_description": text}).to_string());
    if let Some(seconds) = failure.retry_after {
        answer::set(&mut response, RETRY_AFTER, &seconds.to_string());
    }
    response
}
