//! Reading JSON bodies of the APIs: limits, media type, and the empty forms that PHP clients send.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, EXPECT};
use http_body_util::BodyExt;
use kalends_engine::json;
use kalends_engine::problem::{Failure, Problem};
use serde_json::{Map, Value};
use std::time::Duration;

/// Largest body in bytes.
pub(crate) const MAX: usize = 256 * 1024;
/// Largest body of operations that carry files, in bytes.
pub(crate) const FILE_MAX: usize = 15 * 1024 * 1024;
/// Longest time a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Most bytes of a refused body that are read and dropped, so that the client can read why instead of seeing a reset.
const DROPPED_MAX: usize = 4 * 1024 * 1024;

/// All bytes of a body.
///
/// # Errors
/// `body_too_large` (413), `body_too_slow` (408), `body_cut_off` (400).
pub(crate) async fn bytes(headers: &HeaderMap, body: Body, max: usize) -> Result<Bytes, Failure> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    // Refused before `100 Continue` is answered: nobody sends what will not be read.
    if announced.is_some_and(|length| length > max) && headers.contains_key(EXPECT) {
        return Err(too_large(max));
    }
    let read = tokio::time::timeout(PATIENCE, collect(body, announced.unwrap_or(0), max));
    read.await.unwrap_or_else(|_| Err(Problem::new("body_too_slow").with_status(408)))
}

fn too_large(max: usize) -> Failure {
    Problem::new("body_too_large").arg("max", max.to_string()).with_status(413)
}

async fn collect(mut body: Body, announced: usize, max: usize) -> Result<Bytes, Failure> {
    let (mut kept, mut seen) = (BytesMut::with_capacity(announced.min(max)), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Problem::new("body_cut_off").with_status(400))?;
        let Some(data) = frame.data_ref() else { continue };
        seen += data.len();
        if seen <= max {
            kept.extend_from_slice(data);
        } else if seen > DROPPED_MAX.max(max) {
            break;
        }
    }
    if seen > max { Err(too_large(max)) } else { Ok(kept.freeze()) }
}

/// The JSON object of a body; no body, `null` and `[]` are the empty one.
///
/// # Errors
/// `unsupported_media_type` (415) and those of [`json::parse`] (400).
pub(crate) fn object(headers: &HeaderMap, bytes: &Bytes) -> Result<Map<String, Value>, Failure> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("application/json");
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media != "application/json" && !media.ends_with("+json") {
        return Err(Problem::new("unsupported_media_type").with_status(415));
    }
    match json::parse(bytes).map_err(Failure::from)? {
        Value::Object(object) => Ok(object),
        Value::Null => Ok(Map::new()),
        Value::Array(list) if list.is_empty() => Ok(Map::new()),
        _ => Err(Problem::new("wrong_type").arg("expected", "object").into()),
    }
}
