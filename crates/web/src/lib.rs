//! HTTP: the two APIs, the token endpoint, the API reference, health and metrics.
//!
//! Nothing is decided here that the service could decide; this crate reads requests and writes answers.

pub mod server;

mod answer;
mod api;
mod apidoc;
mod body;
mod cors;
mod health;
mod limits;
mod links;
mod network;
mod oauth;
mod pages;
mod path;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use kalends_engine::clock::{Clock, Entropy};
use kalends_service::Service;
use kalends_service::tokens::Tokens;
use std::sync::Arc;

pub use limits::Limits;
pub use metrics_exporter_prometheus::PrometheusHandle;

/// What every request needs.
pub struct Web {
    /// The platform.
    pub service: Service,
    /// Keys, and what follows from them.
    pub tokens: Tokens,
    /// How much a client may ask.
    pub limits: Limits,
    /// The address under which the installation is reached, without a slash at the end.
    pub public_url: String,
    /// Origins whose pages may use the APIs besides the registered ones.
    pub origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<ipnet::IpNet>,
    /// Figures for `/metrics`.
    pub metrics: PrometheusHandle,
}

impl std::fmt::Debug for Web {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Web").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

impl Web {
    /// The clock of the platform.
    pub fn clock(&self) -> &dyn Clock {
        self.service.clock.as_ref()
    }

    /// The randomness of the platform.
    pub fn entropy(&self) -> &dyn Entropy {
        self.service.entropy.as_ref()
    }
}

/// The token endpoint and the App API alone, for a page that calls them as any client does.
pub(crate) fn apis(web: Arc<Web>) -> Router {
    Router::new().route("/oauth/token", any(oauth::token)).route("/app/v3/{*rest}", any(api::app)).with_state(web)
}

/// Every place the server answers at, on one screen.
pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/oauth/token", any(oauth::token))
        .route("/oauth/revoke", any(oauth::revoke))
        .route("/oauth/userinfo", any(oauth::userinfo))
        .route("/.well-known/jwks.json", any(oauth::jwks))
        .route("/.well-known/oauth-authorization-server", any(oauth::metadata))
        .route("/.well-known/openid-configuration", any(oauth::metadata))
        .route_layer(from_fn_with_state(Arc::clone(&web), oauth::shared))
        .route("/oauth/introspect", any(oauth::introspect))
        .route("/booking/appointment/{word}/{token}", any(links::appointment))
        .route("/calendar/{file}", get(links::feed))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(pages::router())
        .merge(apidoc::router(&web))
        .method_not_allowed_fallback(api::other_method)
        .fallback(api::elsewhere)
        .layer(from_fn_with_state(Arc::clone(&web), api::identify))
        // The APIs name their requests themselves.
        .route("/app/v3/{*rest}", any(api::app))
        .route("/module/v3/{*rest}", any(api::module))
        .with_state(web)
}
