//! Small secrets that must be read again, such as the seeds of second factors: sealed with the installation's secret, so
//! that the database alone does not give them away.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use kalends_engine::clock::Entropy;

/// Keys of the installation's secrets: the first seals, every one opens.
pub struct Vault {
    keys: Vec<LessSafeKey>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Vault").finish_non_exhaustive()
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

fn key(secret: &str) -> LessSafeKey {
    let mut bytes = [0_u8; 32];
    Salt::new(HKDF_SHA256, b"kalends people")
        .extract(secret.as_bytes())
        .expand(&[b"vault v1"], Length)
        .and_then(|okm| okm.fill(&mut bytes))
        .expect("32 bytes are far below what HKDF can give");
    LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).expect("32 bytes are a key"))
}

impl Vault {
    /// The vault of these secrets.
    pub fn new(secrets: &[&str]) -> Self {
        Self { keys: secrets.iter().map(|secret| key(secret)).collect() }
    }

    /// Seals bytes for an owner; only asked for the same owner are they opened again. Nothing when there is no key.
    pub fn seal(&self, owner: &str, bytes: &[u8], entropy: &dyn Entropy) -> Option<String> {
        let mut nonce = [0_u8; NONCE_LEN];
        entropy.fill(&mut nonce);
        let mut sealed = bytes.to_vec();
        let aad = Aad::from(owner.as_bytes());
        self.keys.first()?.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        Some([&nonce[..], &sealed].concat().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The bytes that were sealed for this owner.
    pub fn open(&self, owner: &str, sealed: &str) -> Option<Vec<u8>> {
        let pair = |at: usize| u8::from_str_radix(sealed.get(at..at + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..sealed.len()).step_by(2).map(pair).collect::<Option<_>>()?;
        let (nonce, content) = bytes.split_at_checked(NONCE_LEN)?;
        self.keys.iter().find_map(|key| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut content = content.to_vec();
            Some(key.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut content).ok()?.to_vec())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kalends_engine::clock::SystemEntropy;

    #[test]
    fn what_is_sealed_opens_for_its_owner() {
        let (old, new) = ("an old secret that is long enough", "a new secret that is long enough!");
        let sealed = Vault::new(&[old]).seal("us1", b"seed", &SystemEntropy).expect("sealed");
        let vault = Vault::new(&[new, old]);
        assert_eq!(vault.open("us1", &sealed).as_deref(), Some(&b"seed"[..]));
        assert_eq!(vault.open("us2", &sealed), None, "another owner");
        assert_eq!(Vault::new(&[new]).open("us1", &sealed), None, "another secret");
        for broken in ["", "00", "zz", "é", &sealed[2..], &sealed[..sealed.len() - 2]] {
            assert_eq!(vault.open("us1", broken), None, "{broken}");
        }
    }
}
