//! What a client can find out about the server by itself: keys and metadata (RFC 7517, RFC 8414, OpenID Connect Discovery).

use crate::{Web, answer};
use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use std::sync::Arc;

/// `GET /.well-known/jwks.json`
pub(crate) async fn jwks(State(web): State<Arc<Web>>) -> Response {
    let mut response = answer::json(200, web.tokens.jwks(web.clock().now()).to_string());
    answer::set(&mut response, "cache-control", "public, max-age=300");
    response
}

/// `GET /.well-known/oauth-authorization-server` and `/.well-known/openid-configuration`: one document serves both. The
/// addresses come from the configuration, whatever the request's `Host` says.
pub(crate) async fn metadata(State(web): State<Arc<Web>>) -> Response {
    let issuer = &web.public_url;
    let secret = ["client_secret_post", "client_secret_basic"];
    let methods = ["client_secret_post", "client_secret_basic", "none"];
    let content = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "userinfo_endpoint": format!("{issuer}/oauth/userinfo"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "end_session_endpoint": format!("{issuer}/oauth/logout"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": secret,
        "scopes_supported": ["openid"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": web.tokens.algorithms(web.clock().now()),
        "claims_supported": [
            "iss", "sub", "aud", "iat", "exp", "auth_time", "nonce", "at_hash",
            "name", "given_name", "family_name", "email", "email_verified", "locale", "zoneinfo",
        ],
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "ui_locales_supported": ["de", "en"],
        "service_documentation": format!("{issuer}/apidoc/app"),
    });
    answer::json(200, content.to_string())
}
