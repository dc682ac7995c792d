//! Logging in with a password: the same answer, in the same time, for a wrong password, an unknown address and a user who
//! is switched off.
//!
//! Attempts count by account and by network. A device from which somebody logged in before has a counter of its own, so
//! that a stranger's guesses do not lock its owner out.

use crate::Service;
use crate::people::seals::Purpose;
use crate::people::sessions::Origin;
use crate::people::throttle::Limit;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{Micros, id};
use kalends_store::params;

/// Wrong passwords for one account from devices that are not known.
pub const ACCOUNT_MAX: i64 = 10;
/// Wrong passwords from one known device.
pub const DEVICE_MAX: i64 = 20;
/// Wrong passwords from one network address.
pub const NETWORK_MAX: i64 = 100;
/// How long a device is remembered: 180 days.
pub const DEVICE_LIFE: Micros = 180 * 86_400 * 1_000_000;
/// How long the second factor may take: 10 minutes.
pub const HALF_LIFE: Micros = 600 * 1_000_000;

/// What a login form held, and where it came from.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// Login name.
    pub email: String,
    /// The password.
    pub password: String,
    /// The browser.
    pub origin: Origin,
    /// The cookie of a known device.
    pub device: String,
    /// The session that the new one replaces.
    pub replaced: Option<String>,
}

/// How a login went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// Logged in: the cookies of session and device.
    Done {
        /// Cookie of the session.
        session: String,
        /// Cookie of the device.
        device: String,
    },
    /// The password was right; this text must come back together with a code.
    SecondFactor(String),
}

impl Service {
    /// Tries a password.
    ///
    /// # Errors
    /// `login_failed` (401), `rate_limited` (429), `unavailable` (503).
    pub async fn log_in(&self, attempt: &Attempt) -> Result<Login, Failure> {
        let email = attempt.email.trim().to_lowercase();
        let device = self.known_device(&attempt.device, &email);
        let limits = limits(device.as_deref(), &email, &attempt.origin);
        self.count_attempt(&limits).await?;
        let sql = "SELECT id, password_hash, active, totp_sealed FROM account_user WHERE email = $1";
        let row = self.store.query_opt(sql, &params![email.as_str()]).await?;
        let hash = row.as_ref().map_or("", |row| row.text(1));
        let fits = self.passwords.verify(&attempt.password, hash).await?;
        let Some(row) = row.filter(|row| fits && row.bool(2)) else {
            return Err(Problem::new("login_failed").with_status(401));
        };
        let user_id = row.text(0);
        if !row.text(3).is_empty() {
            // The attempt stays counted until the code was right as well.
            let text = format!("{user_id} {email}");
            return Ok(Login::SecondFactor(format!(
                "{text} {}",
                self.seals.seal(Purpose::HalfLogin, &text, self.clock.now())
            )));
        }
        self.forget_attempt(&limits).await?;
        self.logged_in(user_id, &email, "PASSWORD", attempt).await
    }

    /// Opens the session of a login that is complete.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn logged_in(
        &self,
        user_id: &str,
        email: &str,
        method: &'static str,
        attempt: &Attempt,
    ) -> Result<Login, Failure> {
        let session = self.open_session(user_id, method, &attempt.origin, attempt.replaced.as_deref()).await?;
        Ok(Login::Done { session, device: self.device(&attempt.device, email) })
    }

    /// Who began a login whose second factor is open, and when: user id, address, instant in whole seconds.
    pub fn half_login(&self, text: &str) -> Option<(String, String, Micros)> {
        let (who, seal) = text.rsplit_once(' ')?;
        let since = self.seals.open(Purpose::HalfLogin, who, seal, HALF_LIFE, self.clock.now())?;
        who.split_once(' ').map(|(user, email)| (user.to_owned(), email.to_owned(), since))
    }

    /// The device of a cookie, if the person with this address logged in from it before.
    pub(super) fn known_device(&self, cookie: &str, email: &str) -> Option<String> {
        let (device, seal) = cookie.split_once('.')?;
        let text = format!("{device} {email}");
        self.seals.open(Purpose::Device, &text, seal, DEVICE_LIFE, self.clock.now())?;
        Some(text)
    }

    /// The cookie by which this device is known from now on.
    fn device(&self, cookie: &str, email: &str) -> String {
        let known = self.known_device(cookie, email).and_then(|text| Some(text.split_once(' ')?.0.to_owned()));
        let device = known.unwrap_or_else(|| id::alphanumerics(24, self.entropy.as_ref()));
        format!("{device}.{}", self.seals.seal(Purpose::Device, &format!("{device} {email}"), self.clock.now()))
    }
}

/// What a login counts against: the account or, when it is known, the device; and the network.
pub(super) fn limits<'a>(device: Option<&'a str>, email: &'a str, origin: &'a Origin) -> [Limit<'a>; 2] {
    let account = match device {
        Some(device) => Limit { kind: "login:device", of: device, max: DEVICE_MAX },
        None => Limit { kind: "login:account", of: email, max: ACCOUNT_MAX },
    };
    [account, Limit { kind: "login:network", of: &origin.network, max: NETWORK_MAX }]
}
