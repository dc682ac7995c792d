//! Small secrets that must be read again, such as the seeds of second factors: sealed with the installation's secret, so
//! that the database alone does not give them away.

use super::second_factor;
use crate::Service;
use crate::developer::boxed;
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Salt};
use kalends_engine::clock::Entropy;
use kalends_engine::problem::Failure;
use kalends_store::params;

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
        self.opened(owner, sealed).map(|(_, bytes)| bytes)
    }

    /// The same under the first secret, when a later one sealed it.
    pub fn reseal(&self, owner: &str, sealed: &str, entropy: &dyn Entropy) -> Option<String> {
        let (key, bytes) = self.opened(owner, sealed)?;
        if key == 0 { None } else { self.seal(owner, &bytes, entropy) }
    }

    /// Which key opens it, and the bytes.
    fn opened(&self, owner: &str, sealed: &str) -> Option<(usize, Vec<u8>)> {
        let pair = |at: usize| u8::from_str_radix(sealed.get(at..at + 2)?, 16).ok();
        let bytes: Vec<u8> = (0..sealed.len()).step_by(2).map(pair).collect::<Option<_>>()?;
        let (nonce, content) = bytes.split_at_checked(NONCE_LEN)?;
        self.keys.iter().enumerate().find_map(|(index, key)| {
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut content = content.to_vec();
            Some((index, key.open_in_place(nonce, Aad::from(owner.as_bytes()), &mut content).ok()?.to_vec()))
        })
    }
}

impl Service {
    /// Seals again with the installation's first secret what an earlier one sealed, so that the first can stand alone.
    /// Called at the start of a program that has previous secrets.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn reseal(&self) -> Result<(), Failure> {
        let rows = self.store.query("SELECT id, totp_sealed FROM account_user WHERE totp_sealed <> ''", &[]).await?;
        for row in rows {
            let owner = second_factor::seed_owner(row.text(0));
            let Some(fresh) = self.vault.reseal(&owner, row.text(1), self.entropy.as_ref()) else { continue };
            let values = params![fresh, row.text(0), row.text(1)].to_vec();
            let work = boxed::<(), _>(move |tx| {
                let values = values.clone();
                Box::pin(async move {
                    let sql = "UPDATE account_user SET totp_sealed = $1 WHERE id = $2 AND totp_sealed = $3";
                    tx.execute(sql, &values).await?;
                    Ok(())
                })
            });
            self.store.write(work).await?;
        }
        Ok(())
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
        let again = vault.reseal("us1", &sealed, &SystemEntropy).expect("sealed again");
        assert_eq!(Vault::new(&[new]).open("us1", &again).as_deref(), Some(&b"seed"[..]), "the new one alone");
        assert_eq!(vault.reseal("us1", &again, &SystemEntropy), None, "nothing to do");
        for broken in ["", "00", "zz", "é", &sealed[2..], &sealed[..sealed.len() - 2]] {
            assert_eq!(vault.open("us1", broken), None, "{broken}");
        }
    }
}
