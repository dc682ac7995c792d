//! Keys that sign tokens: Ed25519, kept sealed, rotated without a gap.
//!
//! Invariant: a key is published before it signs, and verifies until the last token it signed has ended.

use crate::Micros;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Time between publishing a key and its first signature: longer than any cache of the key list.
pub const PUBLISHED_BEFORE: Micros = 3_600 * 1_000_000;

/// A key that cannot be opened or made.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// The secret of the configuration is not the one the key was sealed with.
    #[error("the signing keys cannot be opened with this secret; use the secret they were made with")]
    WrongSecret,
    /// The stored text is no key.
    #[error("a stored signing key is damaged")]
    Damaged,
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Names the key in a token's header.
    pub kid: String,
    /// The private half, sealed.
    pub sealed: String,
    /// The public half, base64url.
    pub public: String,
    /// When it was made.
    pub created: Micros,
    /// From when on it signs.
    pub active_from: Micros,
    /// From when on it neither signs nor verifies; 0 while that is open.
    pub retired: Micros,
}

/// A key that is ready to use, parsed once.
pub struct Key {
    /// Names the key in a token's header.
    pub kid: String,
    /// From when on it signs.
    pub active_from: Micros,
    /// From when on it does not verify; 0 while that is open.
    pub retired: Micros,
    pub(crate) pair: Ed25519KeyPair,
    /// Encoded header of each kind of token, with the dot behind it.
    pub(crate) headers: [String; 2],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Key").field("kid", &self.kid).finish_non_exhaustive()
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// The key that seals private keys, derived from the configuration's secret.
fn sealing_key(secret: &str) -> LessSafeKey {
    let mut bytes = [0_u8; 32];
    let derived = Salt::new(HKDF_SHA256, b"kalends signing keys").extract(secret.as_bytes());
    derived
        .expand(&[b"v1"], Length)
        .and_then(|okm| okm.fill(&mut bytes))
        .expect("32 bytes are far below what HKDF can give");
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).expect("32 bytes are a key"))
}

/// Makes a key that signs from `active_from` on.
///
/// # Errors
/// None in practice; the library may refuse.
pub fn generate(
    secret: &str,
    now: Micros,
    active_from: Micros,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<Stored, KeyError> {
    let mut seed = [0_u8; 32];
    fill(&mut seed);
    let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Damaged)?;
    let mut nonce = [0_u8; NONCE_LEN];
    fill(&mut nonce);
    let mut kid = [0_u8; 9];
    fill(&mut kid);
    let kid = URL_SAFE_NO_PAD.encode(kid);
    let mut sealed = seed.to_vec();
    sealing_key(secret)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(kid.as_bytes()), &mut sealed)
        .map_err(|_| KeyError::Damaged)?;
    let sealed = URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat());
    let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    Ok(Stored { kid, sealed, public, created: now, active_from, retired: 0 })
}

/// Opens a stored key.
///
/// # Errors
/// `WrongSecret`, `Damaged`.
pub fn open(secret: &str, stored: &Stored) -> Result<Key, KeyError> {
    let mut bytes = URL_SAFE_NO_PAD.decode(&stored.sealed).map_err(|_| KeyError::Damaged)?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(KeyError::Damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Damaged)?;
    let aad = Aad::from(stored.kid.as_bytes());
    let seed = sealing_key(secret).open_in_place(nonce, aad, sealed).map_err(|_| KeyError::WrongSecret)?;
    let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Damaged)?;
    let headers = ["at+jwt", "rt+jwt"].map(|kind| {
        let header = json!({"alg": "EdDSA", "typ": kind, "kid": stored.kid});
        format!("{}.", URL_SAFE_NO_PAD.encode(header.to_string()))
    });
    Ok(Key { kid: stored.kid.clone(), active_from: stored.active_from, retired: stored.retired, pair, headers })
}

/// The key that signs now: the youngest that is active.
pub fn signing(keys: &[Key], now: Micros) -> Option<&Key> {
    keys.iter()
        .filter(|key| key.active_from <= now && (key.retired == 0 || now < key.retired))
        .max_by_key(|key| key.active_from)
}

/// The public keys as a JWK set (RFC 7517, RFC 8037), those that are not retired.
pub fn jwks(keys: &[Key], now: Micros) -> Value {
    let shown = keys.iter().filter(|key| key.retired == 0 || now < key.retired);
    let keys: Vec<Value> = shown
        .map(|key| {
            let public = URL_SAFE_NO_PAD.encode(key.pair.public_key().as_ref());
            json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": public})
        })
        .collect();
    json!({"keys": keys})
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret that is long enough to be one";

    fn fill() -> impl FnMut(&mut [u8]) {
        let mut next = 0_u8;
        move |bytes| {
            next += 1;
            bytes.fill(next);
        }
    }

    #[test]
    fn keys_open_with_their_secret_only() {
        let stored = generate(SECRET, 5, 10, &mut fill()).expect("made");
        assert!(!stored.sealed.contains(&URL_SAFE_NO_PAD.encode([1_u8; 32])));
        let key = open(SECRET, &stored).expect("opened");
        assert_eq!(URL_SAFE_NO_PAD.encode(key.pair.public_key().as_ref()), stored.public);
        assert_eq!(open("another secret, just as long as that", &stored).expect_err("secret"), KeyError::WrongSecret);
        let moved = Stored { kid: "other".into(), ..stored };
        assert_eq!(open(SECRET, &moved).expect_err("kid"), KeyError::WrongSecret, "a key cannot take another's name");
    }

    #[test]
    fn the_youngest_active_key_signs() {
        let mut fill = fill();
        let stored = [0, 100].map(|from| generate(SECRET, 0, from, &mut fill).expect("made"));
        let keys: Vec<Key> = stored.iter().map(|stored| open(SECRET, stored).expect("opened")).collect();
        assert_eq!(signing(&keys, 99).map(|key| &key.kid), Some(&stored[0].kid));
        assert_eq!(signing(&keys, 100).map(|key| &key.kid), Some(&stored[1].kid));
        assert_eq!(jwks(&keys, 0)["keys"].as_array().map(Vec::len), Some(2), "published before it signs");
    }
}
