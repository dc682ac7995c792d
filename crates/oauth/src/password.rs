//! Passwords: argon2id with 19 MiB, two passes, one lane (OWASP), in PHC form.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Longest password that is hashed, in bytes.
pub const LENGTH_MAX: usize = 1_024;

/// A password that cannot be hashed.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Longer than [`LENGTH_MAX`].
    #[error("the password is too long")]
    TooLong,
    /// The library refused.
    #[error("the password cannot be hashed: {0}")]
    Hash(String),
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19_456, 2, 1, None).expect("the parameters are within the algorithm's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password with a fresh salt.
///
/// # Errors
/// `TooLong` before anything is computed.
pub fn hash(password: &str, fill: &mut dyn FnMut(&mut [u8])) -> Result<String, PasswordError> {
    if password.len() > LENGTH_MAX {
        return Err(PasswordError::TooLong);
    }
    let mut salt = [0_u8; 16];
    fill(&mut salt);
    let hash = hasher().hash_password_with_salt(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|error| PasswordError::Hash(error.to_string()))
}

/// Whether the password belongs to the hash. An empty hash takes as long as any other and never fits: an unknown user
/// cannot be told from a wrong password.
pub fn verify(password: &str, hash: &str) -> bool {
    if password.len() > LENGTH_MAX {
        return false;
    }
    let dummy = format!(
        "$argon2id$v=19$m=19456,t=2,p=1${}${}",
        STANDARD_NO_PAD.encode([0_u8; 16]),
        STANDARD_NO_PAD.encode([0_u8; 32])
    );
    let known = !hash.is_empty();
    let phc = if known { hash } else { &dummy };
    let parsed = argon2::password_hash::phc::PasswordHash::new(phc);
    parsed.is_ok_and(|parsed| hasher().verify_password(password.as_bytes(), &parsed).is_ok()) && known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let hash = hash("correct horse", &mut |bytes| bytes.fill(7)).expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("correct horse", &hash));
        assert!(!verify("wrong", &hash) && !verify("", "") && !verify("x", "garbage"));
        assert!(super::hash(&"x".repeat(2_000), &mut |_| {}).is_err());
    }
}
