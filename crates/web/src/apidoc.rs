//! The API reference: a page for people and an OpenAPI document for programs, one of each per API, and the viewer's
//! files. Everything comes from this server; the pages work without the internet under a strict content security policy.

use crate::{Web, answer};
use axum::Router;
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use kalends_catalog::locale::Language;
use kalends_engine::openapi;
use kalends_engine::problem::Problem;
use kalends_engine::route::Api;
use kalends_service::tokens::digest_bytes;
use std::sync::{Arc, OnceLock};

/// What a page may do: run and show what this server sends, ask this server, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const PAGE: &str = include_str!("../assets/apidoc/page.html");

/// Name, media type and content of every asset.
const ASSETS: [(&str, &str, &[u8]); 7] = [
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8", include_bytes!("../assets/apidoc/swagger-ui-bundle.js")),
    ("swagger-ui.css", "text/css; charset=utf-8", include_bytes!("../assets/apidoc/swagger-ui.css")),
    ("reference.js", "text/javascript; charset=utf-8", include_bytes!("../assets/apidoc/reference.js")),
    ("reference.css", "text/css; charset=utf-8", include_bytes!("../assets/apidoc/reference.css")),
    ("LICENSE", "text/plain; charset=utf-8", include_bytes!("../assets/apidoc/LICENSE")),
    ("NOTICE", "text/plain; charset=utf-8", include_bytes!("../assets/apidoc/NOTICE")),
    (
        "swagger-ui-bundle.js.LICENSE.txt",
        "text/plain; charset=utf-8",
        include_bytes!("../assets/apidoc/swagger-ui-bundle.js.LICENSE.txt"),
    ),
];

/// Something that is served as it is.
#[derive(Debug)]
struct File {
    media: &'static str,
    content: Bytes,
    digest: String,
}

impl File {
    fn new(media: &'static str, content: Bytes) -> Self {
        let digest = digest_bytes(&content);
        Self { media, content, digest }
    }

    /// The file, or 304 when the browser has it; `cache` says how long it may be kept unasked.
    fn answer(&self, headers: &HeaderMap, cache: &'static str) -> Response {
        let tag = format!("\"{}\"", self.digest);
        let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_known = known.split(',').any(|known| known.trim().trim_start_matches("W/") == tag);
        let body = if is_known { Body::empty() } else { Body::from(self.content.clone()) };
        let mut response = Response::new(body);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        } else {
            response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(self.media));
        }
        answer::set(&mut response, ETAG, &tag);
        answer::set(&mut response, CACHE_CONTROL, cache);
        answer::set(&mut response, "x-content-type-options", "nosniff");
        response
    }
}

/// The reference of one API.
#[derive(Debug)]
struct Reference {
    api: Api,
    page: File,
    /// Made when it is first asked for: the start of the server does not wait for it.
    document: OnceLock<File>,
}

/// What the places of the reference share.
#[derive(Debug)]
struct Shared {
    web: Arc<Web>,
    app: Reference,
    module: Reference,
    assets: Vec<(&'static str, File)>,
}

/// The places of the API reference.
pub(crate) fn router(web: &Arc<Web>) -> Router<Arc<Web>> {
    let assets: Vec<(&'static str, File)> = ASSETS
        .into_iter()
        .map(|(name, media, content)| (name, File::new(media, Bytes::from_static(content))))
        .collect();
    let state = Shared {
        web: Arc::clone(web),
        app: Reference::new(Api::App, &assets),
        module: Reference::new(Api::Module, &assets),
        assets,
    };
    Router::new()
        .route("/apidoc", get(|| async { Redirect::temporary("/apidoc/app").into_response() }))
        .route("/apidoc/app", get(|state, headers| page(state, headers, Api::App)))
        .route("/apidoc/app/openapi.json", get(|state, headers| document(state, headers, Api::App)))
        .route("/apidoc/module", get(|state, headers| page(state, headers, Api::Module)))
        .route("/apidoc/module/openapi.json", get(|state, headers| document(state, headers, Api::Module)))
        .route("/apidoc/assets/{name}", get(asset))
        .with_state(Arc::new(state))
}

impl Reference {
    fn new(api: Api, assets: &[(&'static str, File)]) -> Self {
        let (word, title) = match api {
            Api::App => ("app", "Kalends App API"),
            Api::Module => ("module", "Kalends Module API"),
        };
        let current = |of: Api| if of == api { " aria-current=\"page\"" } else { "" };
        let mut page = PAGE
            .replace("{title}", title)
            .replace("{document}", &format!("/apidoc/{word}/openapi.json"))
            .replace("{file}", &format!("kalends-{word}-openapi.json"))
            .replace("{app-current}", current(Api::App))
            .replace("{module-current}", current(Api::Module));
        for (name, file) in assets {
            page = page.replace(&format!("{{{name}}}"), &file.digest);
        }
        Self { api, page: File::new("text/html; charset=utf-8", page.into()), document: OnceLock::new() }
    }

    fn document(&self, web: &Web) -> &File {
        self.document.get_or_init(|| {
            let document = openapi::document(&web.service.routes, self.api, &web.public_url);
            File::new("application/json; charset=utf-8", document.to_string().into())
        })
    }
}

impl Shared {
    fn of(&self, api: Api) -> &Reference {
        match api {
            Api::App => &self.app,
            Api::Module => &self.module,
        }
    }
}

/// `/apidoc/app`, `/apidoc/module`
async fn page(State(state): State<Arc<Shared>>, headers: HeaderMap, api: Api) -> Response {
    let mut response = state.of(api).page.answer(&headers, "no-cache");
    answer::set(&mut response, "content-security-policy", POLICY);
    answer::set(&mut response, "referrer-policy", "no-referrer");
    answer::set(&mut response, "cross-origin-opener-policy", "same-origin");
    response
}

/// `/apidoc/{app|module}/openapi.json`
async fn document(State(state): State<Arc<Shared>>, headers: HeaderMap, api: Api) -> Response {
    let mut response = state.of(api).document(&state.web).answer(&headers, "no-cache");
    // Nothing in it is secret: editors and generators of other origins may read it.
    answer::set(&mut response, "access-control-allow-origin", "*");
    response
}

/// `/apidoc/assets/{name}`: kept for a year under the address that names its content, asked again under any other.
async fn asset(
    State(state): State<Arc<Shared>>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Some((_, file)) = state.assets.iter().find(|(known, _)| *known == name) else {
        return answer::failure(&Problem::new("route_not_found").with_status(404), Language::En);
    };
    let names_content = query.as_deref().and_then(|query| query.strip_prefix("v=")) == Some(file.digest.as_str());
    file.answer(&headers, if names_content { "public, max-age=31536000, immutable" } else { "no-cache" })
}
