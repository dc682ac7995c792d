//! Whether the process lives, whether it can serve, and its figures.

use crate::{Web, answer};
use axum::extract::State;
use axum::response::Response;
use http::HeaderValue;
use http::header::CONTENT_TYPE;
use kalends_catalog::time_zone;
use serde_json::json;
use std::sync::Arc;

/// `/health/live`: the process answers.
pub(crate) async fn live() -> Response {
    answer::json(200, json!({"status": "live"}).to_string())
}

/// `/health/ready`: the database answers too; names the version of the time zone database.
pub(crate) async fn ready(State(web): State<Arc<Web>>) -> Response {
    let database = web.service.store.ping().await;
    let status = if database.is_ok() { "ready" } else { "database not available" };
    let content = json!({
        "status": status,
        "version": env!("CARGO_PKG_VERSION"),
        "timeZoneDatabase": time_zone::database_version(),
    });
    let mut response = answer::json(if database.is_ok() { 200 } else { 503 }, content.to_string());
    if database.is_err() {
        answer::set(&mut response, "retry-after", "1");
    }
    response
}

/// `/metrics`: Prometheus text.
pub(crate) async fn metrics(State(web): State<Arc<Web>>) -> Response {
    let mut response = answer::json(200, web.metrics.render());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"));
    response
}
