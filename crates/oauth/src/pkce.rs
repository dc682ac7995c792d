//! Proof Key for Code Exchange (RFC 7636), method S256 only.

use aws_lc_rs::constant_time;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Whether a text has the form of a verifier or challenge (section 4.1): 43 to 128 unreserved characters.
pub fn has_form(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Whether the verifier is the one the challenge was made of (section 4.6). An empty challenge fits none: what was begun
/// without proof cannot be ended with one, nor without.
pub fn fits(challenge: &str, verifier: &str) -> bool {
    let made = URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()));
    has_form(verifier) && constant_time::verify_slices_are_equal(made.as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f8_f10_f11_only_the_right_verifier_fits() {
        // The pair of RFC 7636, appendix B.
        let (verifier, challenge) =
            ("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert!(fits(challenge, verifier));
        assert!(!fits(challenge, challenge), "the challenge is no verifier");
        assert!(!fits("", verifier) && !fits(challenge, "") && !fits("", ""));
        assert!(!fits(challenge, &verifier[1..]) && !fits(&challenge[1..], verifier));
        assert!(has_form(&"a".repeat(43)) && has_form(&"~".repeat(128)));
        assert!(!has_form(&"a".repeat(42)) && !has_form(&"a".repeat(129)) && !has_form(&"+".repeat(43)));
    }
}
