//! Tokens: signed JSON Web Tokens (RFC 7519, RFC 9068, OpenID Connect Core section 2), and the strict reading of them.

use crate::Micros;
use crate::keys::Key;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Kind of token; the header's `typ`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `at+jwt`: accepted by the APIs.
    Access,
    /// `rt+jwt`: accepted by the token endpoint.
    Refresh,
    /// `JWT`: an ID token. Made for the client; nothing here accepts it.
    Id,
}

/// What a token says (PLATFORM section 3.3). Rights are not in it: they are looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// App, module or user.
    pub sub: String,
    /// Whom it is for.
    pub aud: String,
    /// The OAuth client.
    pub client_id: String,
    /// Issued, seconds since 1970.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// End.
    pub exp: i64,
    /// Its own id.
    pub jti: String,
    /// The organization it is bound to.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization_id: Option<String>,
    /// The developer account of the client.
    pub developer_account_id: String,
    /// The person behind it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub user_id: Option<String>,
    /// What it came from: the family of a person's tokens, or the refresh token's `jti`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub grant_id: Option<String>,
    /// `openid`, when that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scope: Option<String>,
    /// Reads reference data only.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub anonymous: bool,
}

/// What an ID token says (OpenID Connect Core section 2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdClaims {
    /// Who issued it.
    pub iss: String,
    /// The user.
    pub sub: String,
    /// The OAuth client.
    pub aud: String,
    /// Issued, seconds since 1970.
    pub iat: i64,
    /// End.
    pub exp: i64,
    /// When the user logged in.
    pub auth_time: i64,
    /// What the client sent with its request.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// Binds the access token that came with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not readable, not signed by us, not of this kind, not for us.
    Invalid,
    /// Right in everything but its time.
    Expired,
}

/// Signs an access or refresh token.
pub fn sign(key: &Key, kind: Kind, claims: &Claims) -> String {
    sign_any(key, kind, claims)
}

/// Signs an ID token.
pub fn sign_id(key: &Key, claims: &IdClaims) -> String {
    sign_any(key, Kind::Id, claims)
}

fn sign_any(key: &Key, kind: Kind, claims: &impl Serialize) -> String {
    let header = &key.headers[kind as usize];
    let payload = serde_json::to_vec(claims).expect("claims are texts and numbers");
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 92);
    token.push_str(header);
    URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
    let signature = key.sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
    token
}

/// Reads a token whatever its time: header exactly as one of our keys writes it, signature, issuer and audience.
///
/// # Errors
/// `Invalid` for everything that is not a token of this kind from this issuer.
pub fn read(keys: &[Key], kind: Kind, issuer: &str, token: &str, now: Micros) -> Result<Claims, TokenError> {
    let invalid = TokenError::Invalid;
    let (signed, signature) = token.rsplit_once('.').ok_or(invalid)?;
    let dot = signed.find('.').ok_or(invalid)?;
    let header = &signed[..=dot];
    // Our own header is compared whole: nothing in it is up to the sender, neither `alg` nor `typ` nor anything else.
    let own = |key: &&Key| key.headers[kind as usize] == header;
    let key = keys.iter().find(own).filter(|key| key.retired == 0 || now < key.retired).ok_or(invalid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid)?;
    if !key.fits(signed.as_bytes(), &signature) {
        return Err(invalid);
    }
    let payload = URL_SAFE_NO_PAD.decode(&signed[dot + 1..]).map_err(|_| invalid)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| invalid)?;
    if claims.iss == issuer && claims.aud == issuer { Ok(claims) } else { Err(invalid) }
}

/// Reads a token that is valid now.
///
/// # Errors
/// `Invalid` as [`read`] and for one whose time has not come; `Expired` for one whose time is over.
pub fn verify(keys: &[Key], kind: Kind, issuer: &str, token: &str, now: Micros) -> Result<Claims, TokenError> {
    let claims = read(keys, kind, issuer, token, now)?;
    let seconds = now.div_euclid(1_000_000);
    if claims.nbf > seconds {
        return Err(TokenError::Invalid);
    }
    if claims.exp <= seconds { Err(TokenError::Expired) } else { Ok(claims) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{self, Algorithm};
    use serde_json::json;

    const SECRET: &str = "a secret that is long enough to be one";

    fn key(byte: u8) -> Key {
        key_of(Algorithm::EdDsa, byte)
    }

    fn key_of(algorithm: Algorithm, byte: u8) -> Key {
        let fill = &mut |bytes: &mut [u8]| bytes.fill(byte);
        let stored = keys::generate(SECRET, algorithm, 0, 0, fill).expect("made");
        keys::open(SECRET, &stored).expect("opened")
    }

    fn claims() -> Claims {
        Claims {
            iss: "https://k.example".into(),
            sub: "70a".into(),
            aud: "https://k.example".into(),
            client_id: "c".into(),
            iat: 100,
            nbf: 100,
            exp: 400,
            jti: "j".into(),
            organization_id: Some("f6a".into()),
            developer_account_id: "dA".into(),
            user_id: None,
            grant_id: Some("g".into()),
            scope: None,
            anonymous: false,
        }
    }

    fn try_read(keys: &[Key], kind: Kind, token: &str, seconds: i64) -> Result<Claims, TokenError> {
        verify(keys, kind, "https://k.example", token, seconds * 1_000_000)
    }

    #[test]
    fn what_is_signed_is_read() {
        let keys = [key(1), key(2)];
        let token = sign(&keys[1], Kind::Access, &claims());
        assert_eq!(try_read(&keys, Kind::Access, &token, 100), Ok(claims()));
        assert_eq!(try_read(&keys, Kind::Access, &token, 399), Ok(claims()));
        assert_eq!(try_read(&keys, Kind::Access, &token, 400), Err(TokenError::Expired));
        assert_eq!(try_read(&keys, Kind::Access, &token, 99), Err(TokenError::Invalid), "i6: not yet valid");
        assert_eq!(try_read(&keys, Kind::Refresh, &token, 100), Err(TokenError::Invalid), "i5: another kind");
        assert_eq!(try_read(&keys[..1], Kind::Access, &token, 100), Err(TokenError::Invalid), "h15: a removed key");
        let wrong = verify(&keys, Kind::Access, "https://other.example", &token, 100_000_000);
        assert_eq!(wrong, Err(TokenError::Invalid), "i6: another issuer");
    }

    #[test]
    fn i5_i7_algorithms_and_kinds_are_pinned() {
        let keys = [key(1), key_of(Algorithm::Rs256, 2)];
        for key in &keys {
            let token = sign(key, Kind::Access, &claims());
            assert_eq!(try_read(&keys, Kind::Access, &token, 100), Ok(claims()), "{key:?}");
            for kind in [Kind::Refresh, Kind::Id] {
                assert_eq!(try_read(&keys, kind, &token, 100), Err(TokenError::Invalid), "{key:?}");
            }
            let (signed, _) = token.rsplit_once('.').expect("three parts");
            let (_, payload) = signed.split_once('.').expect("three parts");
            for header in [
                json!({"alg": "none", "typ": "at+jwt", "kid": key.kid}),
                json!({"alg": "HS256", "typ": "at+jwt", "kid": key.kid}),
                json!({"alg": "EdDSA", "typ": "at+jwt", "kid": keys[1].kid}),
                json!({"alg": key.algorithm.word(), "typ": "at+jwt", "kid": key.kid, "crit": ["exp"]}),
            ] {
                let forged = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(header.to_string()));
                let forged = format!("{forged}.{}", URL_SAFE_NO_PAD.encode(key.sign(forged.as_bytes())));
                assert_eq!(try_read(&keys, Kind::Access, &forged, 100), Err(TokenError::Invalid), "{header}");
            }
        }
    }

    #[test]
    fn i6_i7_claims_are_all_there_once_and_no_others() {
        let keys = [key(1)];
        let signed = |payload: &str| {
            let signed = format!("{}{}", keys[0].headers[0], URL_SAFE_NO_PAD.encode(payload));
            format!("{signed}.{}", URL_SAFE_NO_PAD.encode(keys[0].sign(signed.as_bytes())))
        };
        let whole = serde_json::to_value(claims()).expect("JSON");
        assert_eq!(try_read(&keys, Kind::Access, &signed(&whole.to_string()), 100), Ok(claims()));
        for name in ["iss", "sub", "aud", "client_id", "iat", "nbf", "exp", "jti", "developer_account_id"] {
            let mut without = whole.clone();
            without.as_object_mut().expect("an object").remove(name);
            let token = signed(&without.to_string());
            assert_eq!(try_read(&keys, Kind::Access, &token, 100), Err(TokenError::Invalid), "without {name}");
            let text = whole.to_string();
            let twice = format!("{},\"{name}\":{}}}", &text[..text.len() - 1], whole[name]);
            assert_eq!(try_read(&keys, Kind::Access, &signed(&twice), 100), Err(TokenError::Invalid), "{name} twice");
        }
        for (name, value) in [("exp", json!("400")), ("aud", json!(["https://k.example"])), ("admin", json!(true))] {
            let mut other = whole.clone();
            other[name] = value;
            let token = signed(&other.to_string());
            assert_eq!(try_read(&keys, Kind::Access, &token, 100), Err(TokenError::Invalid), "{name}");
        }
    }

    #[test]
    fn i7_every_altered_character_is_refused() {
        let keys = [key(1)];
        let token = sign(&keys[0], Kind::Access, &claims());
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(try_read(&keys, Kind::Access, &altered, 100), Err(TokenError::Invalid), "at {index}");
        }
        let stripped = token.rsplit_once('.').expect("three parts").0;
        for broken in [stripped, "", ".", "..", "a.b.c", &token[..token.len() - 1]] {
            assert_eq!(try_read(&keys, Kind::Access, broken, 100), Err(TokenError::Invalid));
        }
    }
}
