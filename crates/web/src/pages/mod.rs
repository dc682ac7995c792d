//! Pages for people: server-rendered, German and English, every form without JavaScript.
//!
//! Invariants: a page comes with the security headers of [`respond`]; a form is read through [`form::Posted`] only, which
//! checks where it comes from; what a page shows is escaped by the templates.

pub(crate) mod form;
pub(crate) mod page;
pub(crate) mod respond;
pub(crate) mod visitor;

mod assets;
mod authorize;
mod developer;
mod login;
mod logout;
mod start;
mod user;

use crate::Web;
use axum::Router;
use axum::routing::{any, get};
use std::sync::Arc;

/// Every page, on one screen.
pub(crate) fn router() -> Router<Arc<Web>> {
    Router::new()
        .route("/", get(start::start))
        .route("/oauth/authorize", any(authorize::authorize))
        .route("/authorize", any(authorize::authorize))
        .route("/oauth/consent", any(authorize::consent))
        .route("/oauth/login", get(login::form).post(login::submit))
        .route("/oauth/logout", get(logout::form).post(logout::submit))
        .route("/pages/{file}", get(assets::file))
        .merge(developer::router())
        .merge(user::router())
}
