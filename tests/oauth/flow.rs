//! What every test of the authorization endpoint begins with.

use kalends_testkit::app::{REDIRECT, TestApp};

/// SHA-256 of `VERIFIER`, base64url (RFC 7636 appendix B).
pub(super) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A request that is in order, for the demo app, as pairs that may be changed.
pub(super) fn request(app: &TestApp) -> Vec<(String, String)> {
    [
        ("response_type", "code"),
        ("client_id", app.app.client_id.as_str()),
        ("redirect_uri", REDIRECT),
        ("state", "a state & more"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// The request with other values: an empty one takes the parameter away.
pub(super) fn with(mut pairs: Vec<(String, String)>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    for (name, value) in changes {
        pairs.retain(|(key, _)| key != name);
        if !value.is_empty() {
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
    }
    pairs
}

/// Path and query of a request.
pub(super) fn path(pairs: &[(String, String)]) -> String {
    let mut url = reqwest::Url::parse("http://host/oauth/authorize").expect("an address");
    url.query_pairs_mut().extend_pairs(pairs);
    format!("{}?{}", url.path(), url.query().unwrap_or_default())
}
