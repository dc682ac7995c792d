//! Keys for one use each, derived from an installation's secret.

use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use aws_lc_rs::hmac;

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// The HMAC-SHA256 key for one use. `use_of` and `part` together name it; no two uses share a key, so nothing that was
/// signed for one means anything to another.
pub fn derive(secret: &[u8], use_of: &str, part: &str) -> hmac::Key {
    let mut bytes = [0_u8; 32];
    Salt::new(HKDF_SHA256, use_of.as_bytes())
        .extract(secret)
        .expand(&[part.as_bytes()], Length)
        .and_then(|okm| okm.fill(&mut bytes))
        .expect("32 bytes are far below what HKDF can give");
    hmac::Key::new(hmac::HMAC_SHA256, &bytes)
}
