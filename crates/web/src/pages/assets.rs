//! The one style sheet and the one script of the pages.

use crate::{Web, answer};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use kalends_catalog::locale::Language;
use kalends_engine::problem::Problem;
use kalends_service::tokens::digest;
use std::sync::{Arc, LazyLock};

const STYLE: &str = include_str!("../../assets/pages/kalends.css");
const SCRIPT: &str = include_str!("../../assets/pages/kalends.js");
const ICON: &str = include_str!("../../assets/pages/icon.svg");

static VERSION: LazyLock<String> = LazyLock::new(|| digest(&[STYLE, SCRIPT, ICON].concat())[..16].to_owned());

/// Names the content of all files: their addresses change with it, so browsers may keep them.
pub(crate) fn version() -> &'static str {
    &VERSION
}

/// `/pages/{file}`
pub(crate) async fn file(State(_): State<Arc<Web>>, Path(name): Path<String>, RawQuery(query): RawQuery) -> Response {
    let (media, content) = match name.as_str() {
        "kalends.css" => ("text/css; charset=utf-8", STYLE),
        "kalends.js" => ("text/javascript; charset=utf-8", SCRIPT),
        "icon.svg" => ("image/svg+xml", ICON),
        _ => return answer::failure(&Problem::new("route_not_found").with_status(404), Language::En),
    };
    let mut response = answer::json(200, content);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    let named = query.as_deref() == Some(&format!("v={}", version()));
    answer::set(&mut response, CACHE_CONTROL, if named { "public, max-age=31536000, immutable" } else { "no-cache" });
    response
}
