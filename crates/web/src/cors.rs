//! Which pages of other origins may use the APIs from a browser: configured origins and those of registered redirect
//! addresses. The APIs use bearer tokens, never cookies, so no credentials are allowed.

use crate::{Web, answer};
use axum::response::Response;
use http::header::{ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY};
use http::{HeaderMap, Method};
use kalends_store::params;

/// Adds the CORS headers when the origin is a registered one.
pub(crate) async fn allow(web: &Web, headers: &HeaderMap, method: &Method, response: &mut Response) {
    let Some(origin) = headers.get(ORIGIN).and_then(|value| value.to_str().ok()) else { return };
    answer::set(response, VARY, "Origin");
    if !is_registered(web, origin).await {
        return;
    }
    answer::set(response, "access-control-allow-origin", origin);
    answer::set(
        response,
        "access-control-expose-headers",
        "ETag, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id",
    );
    if method == Method::OPTIONS && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        answer::set(response, "access-control-allow-methods", "GET, POST, PUT, DELETE, LINK, UNLINK");
        answer::set(
            response,
            "access-control-allow-headers",
            "Authorization, Content-Type, Idempotency-Key, If-Match, Prefer, X-Request-Id",
        );
        answer::set(response, "access-control-max-age", "600");
    }
}

async fn is_registered(web: &Web, origin: &str) -> bool {
    if web.origins.iter().any(|known| known == origin) {
        return true;
    }
    // Redirect addresses are kept as a JSON list: an origin stands right after a quote and ends at a slash.
    let plain = origin.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-[]".contains(&byte));
    if !plain || !origin.contains("://") {
        return false;
    }
    let sql = "SELECT 1 FROM client WHERE active = 1 AND redirect_uris LIKE $1 LIMIT 1";
    let found = web.service.store.query(sql, &params![format!("%\"{origin}/%")]).await;
    found.is_ok_and(|rows| !rows.is_empty())
}
