//! Short texts that a browser carries for us and must not change: form tokens, remembered devices, half-finished logins.
//! Each purpose has a key of its own, derived from the installation's secrets, so that none serves for another.

use aws_lc_rs::hmac;
use kalends_engine::Micros;
use kalends_messaging::keys;

const SECOND: Micros = 1_000_000;

/// What a seal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A form belongs to this browser.
    Form,
    /// Somebody logged in from this device before.
    Device,
    /// The password was right, the second factor is still open.
    HalfLogin,
    /// When a client asked for a new login (`prompt=login`, `max_age`).
    Reauthentication,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::Form => "form v1",
            Self::Device => "device v1",
            Self::HalfLogin => "half login v1",
            Self::Reauthentication => "reauthentication v1",
        }
    }
}

/// The keys, from the installation's secrets: the first seals, every one opens.
pub struct Seals {
    secrets: Vec<[hmac::Key; 4]>,
}

impl std::fmt::Debug for Seals {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Seals").finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    (text.len() == 64).then(|| (0..64).step_by(2).map(pair).collect())?
}

impl Seals {
    /// Keys of these secrets.
    pub fn new(secrets: &[&str]) -> Self {
        use Purpose::{Device, Form, HalfLogin, Reauthentication};
        let keys = |secret: &&str| {
            [Form, Device, HalfLogin, Reauthentication]
                .map(|purpose| keys::derive(secret.as_bytes(), "kalends pages", purpose.name()))
        };
        Self { secrets: secrets.iter().map(keys).collect() }
    }

    /// `SECONDS.SEAL` for a text that the holder knows or carries besides.
    pub fn seal(&self, purpose: Purpose, text: &str, now: Micros) -> String {
        let seconds = now.div_euclid(SECOND);
        let tag = self.secrets.first().map(|keys| hmac::sign(&keys[purpose as usize], &message(seconds, text)));
        format!("{seconds}.{}", tag.map(|tag| hex(tag.as_ref())).unwrap_or_default())
    }

    /// When the text was sealed, if it was sealed here for this purpose within the last `life` microseconds.
    pub fn open(&self, purpose: Purpose, text: &str, seal: &str, life: Micros, now: Micros) -> Option<Micros> {
        let (seconds, tag) = seal.split_once('.')?;
        let (seconds, tag) = (seconds.parse::<i64>().ok()?, unhex(tag)?);
        let message = message(seconds, text);
        let known = |keys: &[hmac::Key; 4]| hmac::verify(&keys[purpose as usize], &message, &tag).is_ok();
        let sealed = seconds.checked_mul(SECOND)?;
        // A clock that was set back a little must not end every form that is open.
        let fresh = sealed <= now + 300 * SECOND && now < sealed.checked_add(life)?;
        (fresh && self.secrets.iter().any(known)).then_some(sealed)
    }
}

fn message(seconds: i64, text: &str) -> Vec<u8> {
    [&seconds.to_be_bytes(), text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_serves_for_its_text_its_purpose_and_its_time() {
        let (old, new) = ("an old secret that is long enough", "a new secret that is long enough!");
        let seals = Seals::new(&[new, old]);
        let seal = Seals::new(&[old]).seal(Purpose::Form, "cookie", 100 * SECOND);
        let open = |purpose, text, seal: &str, now| seals.open(purpose, text, seal, 60 * SECOND, now * SECOND);
        assert_eq!(open(Purpose::Form, "cookie", &seal, 159), Some(100 * SECOND), "the old secret still opens");
        assert_eq!(open(Purpose::Form, "cookie", &seal, 160), None, "its time is over");
        assert_eq!(open(Purpose::Form, "other", &seal, 101), None);
        assert_eq!(open(Purpose::Device, "cookie", &seal, 101), None, "another purpose");
        for broken in ["", ".", "100.", "100.zz", "99999999999999999999.00", &seal.replace("100.", "101.")] {
            assert_eq!(open(Purpose::Form, "cookie", broken, 101), None, "{broken}");
        }
        let future = seals.seal(Purpose::Form, "cookie", 1_000 * SECOND);
        assert_eq!(open(Purpose::Form, "cookie", &future, 1), None, "from the future");
    }
}
