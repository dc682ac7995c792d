//! Keys that sign tokens: Ed25519, or RSA for clients that know nothing newer; kept sealed, rotated without a gap.
//!
//! Invariants: a key is published before it signs, and verifies until the last token it signed has ended; a key has one
//! algorithm for its whole life.

use crate::Micros;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::digest::{SHA256, SHA512, digest};
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
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

/// How a key signs (RFC 7518, RFC 8037). Pinned to the key: no token chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// Ed25519; what is used unless somebody asks for the other.
    EdDsa,
    /// RSA with SHA-256 and 2048 bits, for clients that verify nothing else; thirty times slower to sign.
    Rs256,
}

impl Algorithm {
    /// Both, the preferred one first.
    pub const ALL: [Self; 2] = [Self::EdDsa, Self::Rs256];

    /// The word in a token's header.
    pub fn word(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.word() == word)
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Names the key in a token's header.
    pub kid: String,
    /// How it signs.
    pub algorithm: Algorithm,
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

enum Pair {
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// A key that is ready to use, parsed once.
pub struct Key {
    /// Names the key in a token's header.
    pub kid: String,
    /// How it signs.
    pub algorithm: Algorithm,
    /// From when on it signs.
    pub active_from: Micros,
    /// From when on it does not verify; 0 while that is open.
    pub retired: Micros,
    pair: Pair,
    /// Encoded header of each kind of token, with the dot behind it.
    pub(crate) headers: [String; 3],
}

impl std::fmt::Debug for Key {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Key")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

impl Key {
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.pair {
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .expect("a key of 2048 bits signs 32 bytes into a place of its own length");
                signature
            }
        }
    }

    pub(crate) fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        let public = self.public();
        match self.algorithm {
            Algorithm::EdDsa => UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok(),
            Algorithm::Rs256 => {
                UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public).verify(message, signature).is_ok()
            }
        }
    }

    fn public(&self) -> &[u8] {
        match &self.pair {
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
            Pair::Rsa(pair) => pair.public_key().as_ref(),
        }
    }

    /// `at_hash` of an ID token (OpenID Connect Core 3.1.3.6): the left half of the access token's hash, with the hash of
    /// the algorithm that signs.
    pub fn half_hash(&self, token: &str) -> String {
        let hash = match self.algorithm {
            Algorithm::EdDsa => digest(&SHA512, token.as_bytes()),
            Algorithm::Rs256 => digest(&SHA256, token.as_bytes()),
        };
        URL_SAFE_NO_PAD.encode(&hash.as_ref()[..hash.as_ref().len() / 2])
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

fn seal(secret: &str, kid: &str, private: &[u8], fill: &mut dyn FnMut(&mut [u8])) -> Result<String, KeyError> {
    let mut nonce = [0_u8; NONCE_LEN];
    fill(&mut nonce);
    let mut sealed = private.to_vec();
    sealing_key(secret)
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(kid.as_bytes()), &mut sealed)
        .map_err(|_| KeyError::Damaged)?;
    Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
}

fn unseal(secret: &str, stored: &Stored) -> Result<Vec<u8>, KeyError> {
    let mut bytes = URL_SAFE_NO_PAD.decode(&stored.sealed).map_err(|_| KeyError::Damaged)?;
    let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN).ok_or(KeyError::Damaged)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::Damaged)?;
    let aad = Aad::from(stored.kid.as_bytes());
    let private = sealing_key(secret).open_in_place(nonce, aad, sealed).map_err(|_| KeyError::WrongSecret)?;
    Ok(private.to_vec())
}

/// Makes a key that signs from `active_from` on. RSA keys take their randomness from the library, which lets nobody else
/// choose their primes.
///
/// # Errors
/// None in practice; the library may refuse.
pub fn generate(
    secret: &str,
    algorithm: Algorithm,
    now: Micros,
    active_from: Micros,
    fill: &mut dyn FnMut(&mut [u8]),
) -> Result<Stored, KeyError> {
    let (private, public) = match algorithm {
        Algorithm::EdDsa => {
            let mut seed = [0_u8; 32];
            fill(&mut seed);
            let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| KeyError::Damaged)?;
            (seed.to_vec(), URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()))
        }
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Damaged)?;
            let private = pair.as_der().map_err(|_| KeyError::Damaged)?;
            (private.as_ref().to_vec(), URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()))
        }
    };
    let mut kid = [0_u8; 9];
    fill(&mut kid);
    let kid = URL_SAFE_NO_PAD.encode(kid);
    let sealed = seal(secret, &kid, &private, fill)?;
    Ok(Stored { kid, algorithm, sealed, public, created: now, active_from, retired: 0 })
}

/// Opens a stored key.
///
/// # Errors
/// `WrongSecret`, `Damaged`.
pub fn open(secret: &str, stored: &Stored) -> Result<Key, KeyError> {
    let private = unseal(secret, stored)?;
    let pair = match stored.algorithm {
        Algorithm::EdDsa => Ed25519KeyPair::from_seed_unchecked(&private).map(Pair::Ed25519),
        Algorithm::Rs256 => RsaKeyPair::from_pkcs8(&private).map(Pair::Rsa),
    };
    let pair = pair.map_err(|_| KeyError::Damaged)?;
    let headers = ["at+jwt", "rt+jwt", "JWT"].map(|kind| {
        let header = json!({"alg": stored.algorithm.word(), "typ": kind, "kid": stored.kid});
        format!("{}.", URL_SAFE_NO_PAD.encode(header.to_string()))
    });
    Ok(Key {
        kid: stored.kid.clone(),
        algorithm: stored.algorithm,
        active_from: stored.active_from,
        retired: stored.retired,
        pair,
        headers,
    })
}

/// The sealed text of a key under another secret.
///
/// # Errors
/// `WrongSecret` when `from` is not the secret it was sealed with, `Damaged`.
pub fn reseal(from: &str, to: &str, stored: &Stored, fill: &mut dyn FnMut(&mut [u8])) -> Result<String, KeyError> {
    seal(to, &stored.kid, &unseal(from, stored)?, fill)
}

/// The key that signs now: the youngest that is active. A clock that was set back to before the first key was made finds
/// that one.
pub fn signing(keys: &[Key], now: Micros) -> Option<&Key> {
    let open = || keys.iter().filter(|key| key.retired == 0 || now < key.retired);
    let active = open().filter(|key| key.active_from <= now).max_by_key(|key| key.active_from);
    active.or_else(|| open().min_by_key(|key| key.active_from))
}

/// The public keys as a JWK set (RFC 7517, RFC 8037), those that are not retired.
pub fn jwks(keys: &[Key], now: Micros) -> Value {
    let shown = keys.iter().filter(|key| key.retired == 0 || now < key.retired);
    let keys: Vec<Value> = shown
        .map(|key| match &key.pair {
            Pair::Ed25519(pair) => {
                let public = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
                json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": key.kid, "x": public})
            }
            Pair::Rsa(pair) => {
                let number = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
                let n = number(pair.public_key().modulus().big_endian_without_leading_zero());
                let e = number(pair.public_key().exponent().big_endian_without_leading_zero());
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key.kid, "n": n, "e": e})
            }
        })
        .collect();
    json!({"keys": keys})
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "a secret that is long enough to be one";
    const OTHER: &str = "another secret, just as long as that";

    fn fill() -> impl FnMut(&mut [u8]) {
        let mut next = 0_u8;
        move |bytes| {
            next += 1;
            bytes.fill(next);
        }
    }

    #[test]
    fn keys_open_with_their_secret_only() {
        for algorithm in Algorithm::ALL {
            let stored = generate(SECRET, algorithm, 5, 10, &mut fill()).expect("made");
            assert!(!stored.sealed.contains(&URL_SAFE_NO_PAD.encode([1_u8; 32])));
            let key = open(SECRET, &stored).expect("opened");
            assert_eq!(URL_SAFE_NO_PAD.encode(key.public()), stored.public);
            assert_eq!(open(OTHER, &stored).expect_err("secret"), KeyError::WrongSecret);
            let moved = Stored { kid: "other".into(), ..stored.clone() };
            assert_eq!(open(SECRET, &moved).expect_err("kid"), KeyError::WrongSecret, "no key takes another's name");
            let sealed = reseal(SECRET, OTHER, &stored, &mut fill()).expect("sealed again");
            let resealed = Stored { sealed, ..stored };
            assert_eq!(open(OTHER, &resealed).expect("opened").public(), key.public());
            assert_eq!(open(SECRET, &resealed).expect_err("the old secret"), KeyError::WrongSecret);
        }
    }

    #[test]
    fn the_youngest_active_key_signs() {
        let mut fill = fill();
        let stored = [0, 100].map(|from| generate(SECRET, Algorithm::EdDsa, 0, from, &mut fill).expect("made"));
        let keys: Vec<Key> = stored.iter().map(|stored| open(SECRET, stored).expect("opened")).collect();
        assert_eq!(signing(&keys, 99).map(|key| &key.kid), Some(&stored[0].kid));
        assert_eq!(signing(&keys, 100).map(|key| &key.kid), Some(&stored[1].kid));
        assert_eq!(signing(&keys, -1).map(|key| &key.kid), Some(&stored[0].kid), "j4: the clock was set back");
        assert_eq!(jwks(&keys, 0)["keys"].as_array().map(Vec::len), Some(2), "published before it signs");
    }

    #[test]
    fn a_public_rsa_key_is_its_numbers() {
        let stored = generate(SECRET, Algorithm::Rs256, 0, 0, &mut fill()).expect("made");
        let shown = jwks(&[open(SECRET, &stored).expect("opened")], 0);
        let key = &shown["keys"][0];
        assert_eq!((&key["kty"], &key["alg"], &key["e"]), (&json!("RSA"), &json!("RS256"), &json!("AQAB")));
        assert_eq!(key["n"].as_str().map(|n| URL_SAFE_NO_PAD.decode(n).expect("base64url").len()), Some(256));
    }
}
