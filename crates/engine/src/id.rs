//! Ids: 32 characters, the entity's two-character prefix and 30 alphanumerics (PLATFORM section 4).

use crate::clock::Entropy;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Length of every id, prefix included.
pub const LENGTH: usize = 32;

/// A new id with the given two-character prefix.
pub fn new(prefix: &str, entropy: &dyn Entropy) -> String {
    let mut id = String::with_capacity(LENGTH);
    id.push_str(prefix);
    push_alphanumerics(&mut id, LENGTH - prefix.len(), entropy);
    id
}

/// `length` alphanumerics, each of the 62 equally likely.
pub fn alphanumerics(length: usize, entropy: &dyn Entropy) -> String {
    let mut text = String::with_capacity(length);
    push_alphanumerics(&mut text, length, entropy);
    text
}

fn push_alphanumerics(text: &mut String, mut missing: usize, entropy: &dyn Entropy) {
    let mut bytes = [0_u8; 48];
    while missing > 0 {
        entropy.fill(&mut bytes);
        // 248 = 4 * 62: larger bytes are dropped so that no character is favoured.
        for byte in bytes.iter().filter(|byte| **byte < 248).take(missing) {
            text.push(char::from(ALPHABET[usize::from(byte % 62)]));
        }
        missing = missing.saturating_sub(bytes.iter().filter(|byte| **byte < 248).count());
    }
}

/// Whether the text has the shape of an id with this prefix.
pub fn has_shape(text: &str, prefix: &str) -> bool {
    text.len() == LENGTH && text.starts_with(prefix) && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemEntropy;

    #[test]
    fn ids_have_prefix_and_length_and_differ() {
        let one = new("d3", &SystemEntropy);
        assert!(has_shape(&one, "d3"), "{one}");
        assert_ne!(one, new("d3", &SystemEntropy));
        assert!(!has_shape(&one, "f6"));
        assert!(!has_shape("d3-", "d3"));
        assert_eq!(alphanumerics(64, &SystemEntropy).len(), 64);
    }
}
