//! Tokens: JSON Web Tokens signed with Ed25519 (RFC 7519, RFC 9068), and the strict reading of them.

use crate::Micros;
use crate::keys::Key;
use aws_lc_rs::signature::{ED25519, KeyPair as _, UnparsedPublicKey};
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
    /// Reads reference data only.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub anonymous: bool,
}

/// Why a token is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    /// Not readable, not signed by us, not of this kind, not for us.
    Invalid,
    /// Right in everything but its time.
    Expired,
}

/// Signs a token.
pub fn sign(key: &Key, kind: Kind, claims: &Claims) -> String {
    let header = &key.headers[usize::from(kind == Kind::Refresh)];
    let payload = serde_json::to_vec(claims).expect("claims are texts and numbers");
    let mut token = String::with_capacity(header.len() + payload.len() * 4 / 3 + 92);
    token.push_str(header);
    URL_SAFE_NO_PAD.encode_string(&payload, &mut token);
    let signature = key.pair.sign(token.as_bytes());
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut token);
    token
}

/// Reads a token: header exactly as one of our keys writes it, signature, then every claim.
///
/// # Errors
/// `Invalid` for everything that is not a token of this kind from this issuer; `Expired` for one whose time is over.
pub fn verify(keys: &[Key], kind: Kind, issuer: &str, token: &str, now: Micros) -> Result<Claims, TokenError> {
    let invalid = TokenError::Invalid;
    let (signed, signature) = token.rsplit_once('.').ok_or(invalid)?;
    let dot = signed.find('.').ok_or(invalid)?;
    let header = &signed[..=dot];
    // Our own header is compared whole: nothing in it is up to the sender, neither `alg` nor `typ` nor anything else.
    let own = |key: &&Key| key.headers[usize::from(kind == Kind::Refresh)] == header;
    let key = keys.iter().find(own).filter(|key| key.retired == 0 || now < key.retired).ok_or(invalid)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| invalid)?;
    let public = UnparsedPublicKey::new(&ED25519, key.pair.public_key().as_ref());
    public.verify(signed.as_bytes(), &signature).map_err(|_| invalid)?;
    let payload = URL_SAFE_NO_PAD.decode(&signed[dot + 1..]).map_err(|_| invalid)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|_| invalid)?;
    let seconds = now.div_euclid(1_000_000);
    if claims.iss != issuer || claims.aud != issuer || claims.nbf > seconds {
        return Err(invalid);
    }
    if claims.exp <= seconds { Err(TokenError::Expired) } else { Ok(claims) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    const SECRET: &str = "a secret that is long enough to be one";

    fn key(byte: u8) -> Key {
        let stored = keys::generate(SECRET, 0, 0, &mut |bytes: &mut [u8]| bytes.fill(byte)).expect("made");
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
            anonymous: false,
        }
    }

    fn read(keys: &[Key], kind: Kind, token: &str, seconds: i64) -> Result<Claims, TokenError> {
        verify(keys, kind, "https://k.example", token, seconds * 1_000_000)
    }

    #[test]
    fn what_is_signed_is_read() {
        let keys = [key(1), key(2)];
        let token = sign(&keys[1], Kind::Access, &claims());
        assert_eq!(read(&keys, Kind::Access, &token, 100), Ok(claims()));
        assert_eq!(read(&keys, Kind::Access, &token, 399), Ok(claims()));
        assert_eq!(read(&keys, Kind::Access, &token, 400), Err(TokenError::Expired));
        assert_eq!(read(&keys, Kind::Access, &token, 99), Err(TokenError::Invalid), "i6: not yet valid");
        assert_eq!(read(&keys, Kind::Refresh, &token, 100), Err(TokenError::Invalid), "i5: another kind");
        assert_eq!(read(&keys[..1], Kind::Access, &token, 100), Err(TokenError::Invalid), "h15: a removed key");
        let wrong = verify(&keys, Kind::Access, "https://other.example", &token, 100_000_000);
        assert_eq!(wrong, Err(TokenError::Invalid), "i6: another issuer");
    }

    #[test]
    fn i7_every_altered_character_is_refused() {
        let keys = [key(1)];
        let token = sign(&keys[0], Kind::Access, &claims());
        for index in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(read(&keys, Kind::Access, &altered, 100), Err(TokenError::Invalid), "at {index}");
        }
        let stripped = token.rsplit_once('.').expect("three parts").0;
        for broken in [stripped, "", ".", "..", "a.b.c", &token[..token.len() - 1]] {
            assert_eq!(read(&keys, Kind::Access, broken, 100), Err(TokenError::Invalid));
        }
    }
}
