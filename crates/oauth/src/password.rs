//! Passwords: argon2id with 19 MiB, two passes, one lane (OWASP), in PHC form.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use aws_lc_rs::constant_time;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

/// Longest password that is hashed, in bytes.
pub const LENGTH_MAX: usize = 1_024;
/// The parameters of new hashes, as PHC writes them.
const PARAMETERS: &str = "m=19456,t=2,p=1";

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

/// The 19 MiB of a hash, to be used again: blocks of that size that come and go leave holes which an allocator does not
/// give back.
#[derive(Debug, Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// argon2id of a password into `out`.
    fn fill(&mut self, params: Params, password: &[u8], salt: &[u8], out: &mut [u8]) -> Result<(), argon2::Error> {
        self.0.resize(params.block_count(), Block::new());
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into_with_memory(password, salt, out, &mut self.0)
    }
}

/// The hash of a password with a fresh salt.
///
/// # Errors
/// `TooLong` before anything is computed.
pub fn hash(password: &str, memory: &mut Memory, fill: &mut dyn FnMut(&mut [u8])) -> Result<String, PasswordError> {
    if password.len() > LENGTH_MAX {
        return Err(PasswordError::TooLong);
    }
    let (mut salt, mut hash) = ([0_u8; 16], [0_u8; 32]);
    fill(&mut salt);
    let params = Params::new(19_456, 2, 1, None).expect("the parameters are within the algorithm's limits");
    let filled = memory.fill(params, password.as_bytes(), &salt, &mut hash);
    filled.map_err(|error| PasswordError::Hash(error.to_string()))?;
    let [salt, hash] = [&salt[..], &hash].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    Ok(format!("$argon2id$v=19${PARAMETERS}${salt}${hash}"))
}

/// Whether the password belongs to the hash. An empty hash takes as long as any other and never fits: an unknown user
/// cannot be told from a wrong password.
pub fn verify(password: &str, hash: &str, memory: &mut Memory) -> bool {
    if password.len() > LENGTH_MAX {
        return false;
    }
    let [salt, nothing] = [&[0_u8; 16][..], &[0_u8; 32]].map(|bytes| STANDARD_NO_PAD.encode(bytes));
    let dummy = format!("$argon2id$v=19${PARAMETERS}${salt}${nothing}");
    let known = !hash.is_empty();
    fits(password, if known { hash } else { &dummy }, memory).unwrap_or(false) && known
}

/// Nothing when the text is no hash of ours.
fn fits(password: &str, phc: &str, memory: &mut Memory) -> Option<bool> {
    let parsed = PasswordHash::new(phc).ok().filter(|parsed| parsed.algorithm.as_str() == "argon2id")?;
    let (salt, wanted) = (parsed.salt.as_ref()?, parsed.hash.as_ref()?);
    let mut made = vec![0_u8; wanted.as_bytes().len()];
    memory.fill(Params::try_from(&parsed).ok()?, password.as_bytes(), salt.as_ref(), &mut made).ok()?;
    Some(constant_time::verify_slices_are_equal(&made, wanted.as_bytes()).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_fits() {
        let memory = &mut Memory::default();
        let hash = hash("correct horse", memory, &mut |bytes| bytes.fill(7)).expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify("correct horse", &hash, memory), "in memory that was used before");
        assert!(!verify("wrong", &hash, memory) && !verify("", "", memory) && !verify("x", "garbage", memory));
        assert!(super::hash(&"x".repeat(2_000), memory, &mut |_| {}).is_err());
    }

    /// Made by another implementation (the reference in C) with the same parameters.
    #[test]
    fn a_hash_of_the_reference() {
        let hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$69I7qCjDTsQwhQqFvpQJiqEI0lGQvxC84fXE0Ktxca4";
        assert!(verify("correct horse battery", hash, &mut Memory::default()));
        assert!(!verify("correct horse batterz", hash, &mut Memory::default()));
    }
}
