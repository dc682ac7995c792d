//! The entity loop over HTTP: find the route, know the caller, read the body, call the service, write the envelope.

use crate::answer::REQUEST_ID;
use crate::limits::Left;
use crate::{Web, answer, body, cors, path};
use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::http::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::HeaderMap;
use http::header::{ALLOW, AUTHORIZATION, IF_MATCH};
use kalends_catalog::locale::{Language, Locale};
use kalends_engine::id;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::route::{Api, Found, Method, Route};
use kalends_service::call::Idempotency;
use kalends_service::developer::log::Entry;
use kalends_service::dispatch::Request as Operation;
use kalends_service::tokens::Refusal;
use kalends_service::{Call, Caller};
use std::sync::Arc;

/// `/app/v3/…`
pub(crate) async fn app(State(web): State<Arc<Web>>, request: Request<Body>) -> Response {
    serve(&web, Api::App, "/app/v3/", request).await
}

/// `/module/v3/…`
pub(crate) async fn module(State(web): State<Arc<Web>>, request: Request<Body>) -> Response {
    serve(&web, Api::Module, "/module/v3/", request).await
}

/// Any path that is nobody's.
pub(crate) async fn elsewhere() -> Response {
    answer::failure(&Problem::new("route_not_found").with_status(404), Language::En)
}

/// Names and records the requests of all places besides the APIs, which do so themselves.
pub(crate) async fn identify(State(web): State<Arc<Web>>, request: Request<Body>, next: Next) -> Response {
    let began = web.clock().now();
    let id = request_id(&web, request.headers());
    let place = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let (method, trace) = (request.method().clone(), trace(request.headers()).to_owned());
    let mut response = next.run(request).await;
    answer::set(&mut response, REQUEST_ID, &id);
    // Asked every few seconds by machines: nothing anybody wants to read.
    if !place.starts_with("/health/") && place != "/metrics" {
        record(&web, (&method, &trace), &place, &response, &id, began);
    }
    response
}

/// A path that is there, but not with this method; the router adds `Allow`.
pub(crate) async fn other_method() -> Response {
    let problem = Problem::new("method_not_allowed").arg("allowed", "GET, HEAD");
    answer::failure(&problem.with_status(405), Language::En)
}

async fn serve(web: &Web, api: Api, base: &str, request: Request<Body>) -> Response {
    let began = web.clock().now();
    let (parts, body) = request.into_parts();
    let rest = parts.uri.path().strip_prefix(base).unwrap_or_default();
    let (segment, _) = rest.split_once('/').unwrap_or((rest, ""));
    let locale = Locale::parse_segment(segment);
    let language = locale.as_ref().map_or(Language::En, |locale| locale.language);
    let request_id = request_id(web, &parts.headers);
    let mut told = Told { operation: "none".to_owned(), left: None, known: None };
    let path = &rest[segment.len()..];
    let mut response = match locale {
        None => answer::failure(&Problem::at("locale_not_found", "locale").with_status(404), language),
        Some(_) if parts.method == http::Method::OPTIONS => options(web, api, path, language),
        Some(_) => match run(web, api, path, &parts, body, language, &request_id, &mut told).await {
            Ok(reply) => answer::reply(&reply, language),
            Err(failure) => answer::failure(&failure, language),
        },
    };
    if let Some(left) = told.left {
        left.tell(&mut response);
    }
    answer::set(&mut response, REQUEST_ID, &request_id);
    cors::allow(web, &parts.headers, &parts.method, &mut response).await;
    record(web, (&parts.method, trace(&parts.headers)), &told.operation, &response, &request_id, began);
    if let Some((caller, route)) = told.known {
        web.service.request_log.add(Entry {
            caller,
            at: began,
            route,
            path: parts.uri.path().to_owned(),
            status: response.status().as_u16(),
            duration: web.clock().now().saturating_sub(began),
            request_id,
        });
    }
    response
}

/// `OPTIONS`: the methods of a path; what a browser asks for is added by [`cors::allow`].
fn options(web: &Web, api: Api, path: &str, language: Language) -> Response {
    match web.service.routes.find(api, None, path) {
        Found::Methods(methods) => {
            let mut response = answer::json(204, Body::empty());
            answer::set(&mut response, ALLOW, &allowed(&methods));
            response
        }
        _ => answer::failure(&Problem::new("route_not_found").with_status(404), language),
    }
}

/// The methods of the routes, and those that every path has besides them.
fn allowed(methods: &[&str]) -> String {
    let head = methods.contains(&"GET").then_some("HEAD");
    methods.iter().copied().chain(head).chain(["OPTIONS"]).collect::<Vec<_>>().join(", ")
}

/// What the answer tells besides its content.
struct Told {
    operation: String,
    left: Option<Left>,
    /// Who called, and the place of the route; known from the token on.
    known: Option<(Arc<Caller>, usize)>,
}

#[expect(clippy::too_many_arguments, reason = "the parts of one request, taken apart once")]
async fn run(
    web: &Web,
    api: Api,
    rest: &str,
    parts: &http::request::Parts,
    body: Body,
    language: Language,
    request_id: &str,
    told: &mut Told,
) -> Result<kalends_service::Reply, Failure> {
    // HEAD is GET; the connection leaves the body out.
    let method = if parts.method == http::Method::HEAD { "GET" } else { parts.method.as_str() };
    let (index, values) = match web.service.routes.find(api, Method::parse(method), rest) {
        Found::Route(index, values) => (index, values),
        Found::Nothing => return Err(Problem::new("route_not_found").with_status(404)),
        Found::Methods(methods) => {
            let allow = allowed(&methods);
            let problem = Problem::new("method_not_allowed").arg("allowed", allow.clone());
            return Err(Failure { allow: Some(allow), ..problem.with_status(405) });
        }
    };
    let route = &web.service.routes.routes()[index];
    told.operation.clone_from(&route.operation);
    let caller = caller(web, &parts.headers, parts.uri.query().unwrap_or_default()).await?;
    told.known = Some((Arc::clone(&caller), index));
    match web.limits.request(&caller.client_id) {
        Ok(left) => told.left = left,
        Err(failure) => {
            told.left = Some(web.limits.nothing_left());
            return Err(failure);
        }
    }
    let bytes = body::bytes(&parts.headers, body, limit(route)).await?;
    // A GET's body means nothing; clients that send `[]` with it are served.
    let document = if route.writes() { body::object(&parts.headers, &bytes)? } else { Default::default() };
    let call = Call {
        idempotency: idempotency(route, &parts.headers, &caller, rest, &bytes)?,
        caller,
        language,
        now: web.clock().now(),
        request_id: Arc::from(request_id),
        if_match: if_match(&parts.headers)?,
        strict: prefers_strict(&parts.headers),
        entropy: Arc::clone(&web.service.entropy),
        site: Arc::clone(&web.service.public_url),
    };
    let request = Operation {
        route: index,
        values: values.into_iter().map(path::decode).collect::<Result<_, _>>()?,
        query: path::query(parts.uri.query().unwrap_or_default())?,
        body: document,
    };
    web.service.call(&call, &request).await
}

fn limit(route: &Route) -> usize {
    let carries_files = matches!(route.entity.map(|entity| entity.name), Some("file" | "image"));
    if carries_files { body::FILE_MAX } else { body::MAX }
}

/// The bearer token of a request (RFC 6750 section 2.1; never from the query).
///
/// # Errors
/// `token_missing` (401); `token_in_query`, `duplicate_parameter` (400).
pub(crate) fn bearer<'a>(headers: &'a HeaderMap, query: &str) -> Result<&'a str, Failure> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    if query.split('&').any(|pair| pair.starts_with("access_token=")) {
        return Err(Failure::invalid_at("token_in_query", "access_token"));
    }
    let missing = || Problem::new("token_missing").with_status(401);
    let header = given.next().ok_or_else(missing)?;
    if given.next().is_some() {
        return Err(Failure::invalid_at("duplicate_parameter", "Authorization"));
    }
    let text = header.to_str().map_err(|_| missing())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(missing)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(missing()) }
}

/// The caller behind the bearer token.
async fn caller(web: &Web, headers: &HeaderMap, query: &str) -> Result<Arc<Caller>, Failure> {
    web.tokens.caller(&web.service, bearer(headers, query)?).await.map_err(|refusal| match refusal {
        Refusal::Invalid => Problem::new("token_invalid").with_status(401),
        Refusal::Expired => Problem::new("token_expired").with_status(401),
        Refusal::Failed(failure) => failure,
    })
}

/// Whether `handling=strict` is among the preferences (RFC 7240); the first `handling` counts.
fn prefers_strict(headers: &HeaderMap) -> bool {
    let values = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut preferences = values.flat_map(|value| value.split(',')).filter_map(|preference| {
        let (name, value) = preference.split(';').next()?.split_once('=')?;
        name.trim().eq_ignore_ascii_case("handling").then(|| value.trim().trim_matches('"'))
    });
    preferences.next().is_some_and(|handling| handling.eq_ignore_ascii_case("strict"))
}

fn if_match(headers: &HeaderMap) -> Result<Option<i64>, Failure> {
    let Some(value) = headers.get(IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let version = text.trim_start_matches("W/").trim_matches('"').parse();
    version.map(Some).map_err(|_| Problem::new("version_mismatch").with_status(412))
}

/// The key under which the answer of a POST is kept: bound to client, operation and path.
fn idempotency(
    route: &Route,
    headers: &HeaderMap,
    caller: &Caller,
    rest: &str,
    bytes: &[u8],
) -> Result<Option<Idempotency>, Failure> {
    let Some(value) = headers.get("idempotency-key").filter(|_| route.method == Method::Post) else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() {
        return Err(Failure::invalid_at("required", "Idempotency-Key"));
    }
    if key.len() > 255 {
        return Err(Problem::at("too_long", "Idempotency-Key").arg("max", "255").into());
    }
    let user = caller.user_id.as_deref().unwrap_or_default();
    let key = kalends_service::tokens::digest(&[&caller.client_id, user, rest, key].join("\n"));
    Ok(Some(Idempotency { key, body_hash: kalends_service::tokens::digest_bytes(bytes) }))
}

/// The id a client gave its request, if it is a short plain word, or a new one.
pub(crate) fn request_id(web: &Web, headers: &HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    given.filter(plain).map_or_else(|| id::alphanumerics(20, web.entropy()), str::to_owned)
}

fn trace(headers: &HeaderMap) -> &str {
    headers.get("traceparent").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// One line in the log, one count in the figures. Paths are not logged: they may carry a person's `customId`.
fn record(
    web: &Web,
    (method, trace): (&http::Method, &str),
    operation: &str,
    response: &Response,
    request_id: &str,
    began: i64,
) {
    let status = response.status().as_u16();
    let micros = web.clock().now().saturating_sub(began);
    tracing::info!(operation, %method, status, micros, request_id, trace, "request");
    let labels = [("operation", operation.to_owned()), ("status", status.to_string())];
    metrics::counter!("kalends_requests_total", &labels).increment(1);
    #[expect(clippy::cast_precision_loss, reason = "durations are far below 2^53 microseconds")]
    metrics::histogram!("kalends_request_seconds").record(micros as f64 / 1_000_000.0);
}
