//! Reading tokens.

use super::Names;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kalends_oauth::jwt::{Kind, sign, verify};
use kalends_oauth::keys::{self, Algorithm, Key};
use std::sync::OnceLock;

pub(crate) const WORDS: &[&str] = &[
    ".",
    "{\"",
    "\":\"",
    "\",\"",
    "\"}",
    "\"iss\":\"https://k.example\",",
    "\"aud\":\"https://k.example\",",
    "\"exp\":400,",
    "\"nbf\":100,",
    "\"anonymous\":true,",
    "eyJhbGciOiJub25lIn0.",
    "e30",
];

const SECRET: &str = "a secret that is long enough to be one";
const ISSUER: &str = "https://k.example";
const NOW: i64 = 200_000_000;
/// What a token says that is accepted at `NOW`.
const CLAIMS: &str = r#"{"iss":"https://k.example","sub":"70a","aud":"https://k.example","client_id":"c","iat":100,"nbf":100,"exp":400,"jti":"j","organization_id":"f6a","developer_account_id":"dA"}"#;

struct Own {
    keys: Vec<Key>,
    pair: Ed25519KeyPair,
    /// Every token that is right, with its kind.
    right: Vec<(Kind, String)>,
}

fn own() -> &'static Own {
    static OWN: OnceLock<Own> = OnceLock::new();
    OWN.get_or_init(|| {
        let keys = [1, 2].map(|byte| {
            let fill = &mut |bytes: &mut [u8]| bytes.fill(byte);
            let stored = keys::generate(SECRET, Algorithm::EdDsa, 0, 0, fill).expect("made");
            keys::open(SECRET, &stored).expect("opened")
        });
        let claims = serde_json::from_str(CLAIMS).expect("claims");
        let kinds = [Kind::Access, Kind::Refresh];
        let right = keys.iter().flat_map(|key| kinds.map(|kind| (kind, sign(key, kind, &claims)))).collect();
        // The pair of the first key: its seed is what the key was filled with.
        let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).expect("a seed");
        Own { keys: keys.into(), pair, right }
    })
}

/// Only what we signed is accepted, as the kind we signed it for; and of what is signed, only claims that are for us, now,
/// and said once.
pub(crate) fn run(data: &[u8]) {
    let own = own();
    if let Ok(text) = std::str::from_utf8(data) {
        for kind in [Kind::Access, Kind::Refresh] {
            let accepted = verify(&own.keys, kind, ISSUER, text, NOW).is_ok();
            assert_eq!(accepted, own.right.contains(&(kind, text.to_owned())), "{text}");
        }
    }
    let (kind, sample) = &own.right[0];
    let (header, _) = sample.split_once('.').expect("a header");
    let mut token = format!("{header}.{}", URL_SAFE_NO_PAD.encode(data));
    let signature = own.pair.sign(token.as_bytes());
    token = format!("{token}.{}", URL_SAFE_NO_PAD.encode(signature.as_ref()));
    if let Ok(claims) = verify(&own.keys, *kind, ISSUER, &token, NOW) {
        assert_eq!((claims.iss.as_str(), claims.aud.as_str()), (ISSUER, ISSUER));
        assert!(claims.nbf <= 200 && claims.exp > 200, "{claims:?}");
        assert!(!Names::of(data).expect("an object").repeat(), "a claim was accepted twice");
        let again = sign(&own.keys[0], *kind, &claims);
        assert_eq!(verify(&own.keys, *kind, ISSUER, &again, NOW).as_ref(), Ok(&claims));
    } else {
        assert_ne!(data, CLAIMS.as_bytes(), "claims as they should be");
    }
}
