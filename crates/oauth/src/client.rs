//! Clients: apps are confidential, modules public (PLATFORM section 3.1).

use crate::Micros;
use crate::error::Refusal;
use aws_lc_rs::constant_time;
use aws_lc_rs::digest::{SHA256, digest};

/// Kind of client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Confidential; App API.
    App,
    /// Public; Module API.
    Module,
}

/// A client as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its id, 64 alphanumerics.
    pub id: String,
    /// App or module.
    pub kind: Kind,
    /// Hash of its secret; empty for modules.
    pub secret_hash: String,
    /// Hash of the secret before, valid for a while after it was renewed.
    pub previous_hash: String,
    /// Until when the previous secret is valid.
    pub previous_until: Micros,
    /// Switched on.
    pub active: bool,
}

/// Who authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authenticated {
    /// The client itself.
    Client,
    /// An app that gave `anonymous` as its secret: reference data only.
    Anonymous,
}

/// The secret by which an app gets a token that reads reference data only.
pub const ANONYMOUS: &str = "anonymous";

/// SHA-256 of a machine-made secret, in hexadecimal. Such secrets have more entropy than any hash could protect.
pub fn secret_hash(secret: &str) -> String {
    use std::fmt::Write as _;
    digest(&SHA256, secret.as_bytes()).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Authenticates a client by the secret it sent; an empty one counts as none.
///
/// # Errors
/// `invalid_client`, the same for an unknown client, a wrong secret and one that is switched off.
pub fn authenticate(
    client: Option<&Client>,
    secret: Option<&str>,
    basic: bool,
    now: Micros,
) -> Result<Authenticated, Refusal> {
    let secret = secret.unwrap_or_default();
    // The hash is made for unknown clients too, so that both take the same time.
    let given = secret_hash(secret);
    let refused = Refusal::client(basic);
    let client = client.filter(|client| client.active).ok_or(refused)?;
    match client.kind {
        Kind::Module if secret.is_empty() => Ok(Authenticated::Client),
        Kind::Module => Err(refused),
        Kind::App if secret == ANONYMOUS => Ok(Authenticated::Anonymous),
        Kind::App => {
            let equal = |hash: &str| {
                !hash.is_empty() && constant_time::verify_slices_are_equal(given.as_bytes(), hash.as_bytes()).is_ok()
            };
            let current = equal(&client.secret_hash);
            let previous = equal(&client.previous_hash) && now < client.previous_until;
            if current || previous { Ok(Authenticated::Client) } else { Err(refused) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> Client {
        Client {
            id: "a".into(),
            kind: Kind::App,
            secret_hash: secret_hash("new"),
            previous_hash: secret_hash("old"),
            previous_until: 100,
            active: true,
        }
    }

    #[test]
    fn d6_d7_d18_d19_secrets() {
        let client = app();
        let try_with = |secret: &str, now| authenticate(Some(&client), Some(secret), false, now);
        assert_eq!(try_with("new", 0), Ok(Authenticated::Client));
        assert_eq!(try_with("old", 99), Ok(Authenticated::Client), "inside the overlap");
        assert!(try_with("old", 100).is_err(), "after the overlap");
        assert_eq!(try_with("anonymous", 0), Ok(Authenticated::Anonymous));
        assert_eq!(try_with("wrong", 0), authenticate(None, Some("new"), false, 0), "unknown and wrong are the same");
        assert!(try_with("", 0).is_err(), "d11: a confidential client sends nothing");
        assert!(authenticate(Some(&Client { active: false, ..app() }), Some("new"), false, 0).is_err());
    }

    #[test]
    fn d12_e5_modules_have_no_secret() {
        let module = Client { kind: Kind::Module, secret_hash: String::new(), previous_hash: String::new(), ..app() };
        assert_eq!(authenticate(Some(&module), None, false, 0), Ok(Authenticated::Client));
        assert_eq!(authenticate(Some(&module), Some(""), false, 0), Ok(Authenticated::Client));
        assert!(authenticate(Some(&module), Some("x"), false, 0).is_err());
        assert!(authenticate(Some(&module), Some("anonymous"), false, 0).is_err());
    }
}
