//! The second factor: codes of an app (RFC 6238) and recovery codes on paper.
//!
//! Invariant: a time step and a recovery code each open once; every attempt is counted before it is looked at.

use super::changes;
use super::login::{Attempt, Login, NETWORK_MAX};
use super::sessions::{Origin, Session};
use super::throttle::Limit;
use crate::call::Call;
use crate::developer::boxed;
use crate::{Service, mail, tokens};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{Micros, id};
use kalends_store::{Tx, params};
use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Totp};

const SECOND: Micros = 1_000_000;
/// Bytes of a seed: what RFC 4226 recommends and every app takes.
const SEED: usize = 20;
/// How long setting it up may take: 30 minutes.
const SETUP_LIFE: Micros = 1_800 * SECOND;
/// Wrong codes of one person, wherever they come from.
const CODE_MAX: i64 = 10;
/// How many recovery codes a person has, and how long each is.
const RECOVERY_COUNT: usize = 10;
const RECOVERY_LENGTH: usize = 12;
/// How long new recovery codes wait to be looked at.
const SHOWN_LIFE: Micros = 600 * SECOND;

/// What the page that sets an app up shows.
#[derive(Debug, Clone)]
pub struct Setup {
    /// To type in by hand, base 32.
    pub secret: String,
    /// `otpauth://…`, for a link on a telephone.
    pub address: String,
    /// The same as a picture: an `svg` element.
    pub picture: String,
    /// Must come back with the first code.
    pub ticket: String,
}

/// How a person's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SecondFactor {
    /// Codes from an app are needed to log in.
    pub on: bool,
    /// Recovery codes that are left.
    pub recovery_codes: i64,
}

impl Service {
    /// How the second factor of a person stands.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn second_factor(&self, user_id: &str) -> Result<SecondFactor, Failure> {
        let sql = "SELECT totp_sealed, (SELECT count(*) FROM recovery_code WHERE user_id = $1 AND used = 0) \
                   FROM account_user WHERE id = $1";
        let row = self.store.query_opt(sql, &params![user_id]).await?;
        Ok(row.map_or_else(SecondFactor::default, |row| SecondFactor {
            on: !row.text(0).is_empty(),
            recovery_codes: row.int(1),
        }))
    }

    /// A fresh seed to be entered into an app. Nothing is stored before its first code was right.
    ///
    /// # Errors
    /// `internal` (500) when the libraries refuse.
    pub fn begin_totp(&self, session: &Session) -> Result<Setup, Failure> {
        let mut seed = [0_u8; SEED];
        self.entropy.fill(&mut seed);
        let kept = [&self.clock.now().to_be_bytes()[..], &seed].concat();
        let ticket = self.vault.seal(&setup_of(&session.user.id), &kept, self.entropy.as_ref());
        self.setup(session, &seed, ticket.ok_or_else(Failure::internal)?)
    }

    /// The setup of a ticket again, for a form that was refused.
    ///
    /// # Errors
    /// `totp_setup_ended` (400) when it took longer than half an hour.
    pub fn resume_totp(&self, session: &Session, ticket: &str) -> Result<Setup, Failure> {
        let seed = self.seed_of(session, ticket)?;
        self.setup(session, &seed, ticket.to_owned())
    }

    fn setup(&self, session: &Session, seed: &[u8], ticket: String) -> Result<Setup, Failure> {
        let totp = self.totp(seed, &session.user.email)?;
        let address = totp.to_url().map_err(|_| Failure::internal())?;
        let code = QrCode::new(&address).map_err(|_| Failure::internal())?;
        let picture = code.render::<svg::Color<'_>>().min_dimensions(220, 220).build();
        // The declaration in front belongs to files, not into a page.
        let picture = picture.find("<svg").map_or("", |at| &picture[at..]).to_owned();
        Ok(Setup { secret: totp.secret().to_base32(), address, picture, ticket })
    }

    fn seed_of(&self, session: &Session, ticket: &str) -> Result<Vec<u8>, Failure> {
        let ended = || Failure::from(Problem::new("totp_setup_ended"));
        let kept = self.vault.open(&setup_of(&session.user.id), ticket).ok_or_else(ended)?;
        let (began, seed) = kept.split_at_checked(8).ok_or_else(ended)?;
        let began = i64::from_be_bytes(began.try_into().map_err(|_| ended())?);
        let now = self.clock.now();
        if now >= began + SETUP_LIFE { Err(ended()) } else { Ok(seed.to_vec()) }
    }

    fn totp(&self, seed: &[u8], email: &str) -> Result<Totp, Failure> {
        let host = self.public_url.split("://").nth(1).unwrap_or_default().replace(':', " ");
        let issuer = format!("Kalends {host}");
        let builder = Builder::new().with_secret(seed).with_issuer(Some(issuer)).with_account_name(email);
        builder.build().map_err(|_| Failure::internal())
    }

    /// The step whose code this is: the current one or a neighbour, for clocks that are a little off.
    fn step(&self, seed: &[u8], code: &str) -> Result<Option<i64>, Failure> {
        let now = u64::try_from(self.clock.now().div_euclid(SECOND)).map_err(|_| Failure::internal())?;
        let step = self.totp(seed, "x@example.com")?.check(code, now);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    /// Switches the second factor on. Answers the name under which the recovery codes can be looked at once.
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`]; `code_wrong` (400, at `code`); `totp_on_already` (409);
    /// `totp_setup_ended` (400).
    pub async fn confirm_totp(
        &self,
        session: &Session,
        ticket: &str,
        password: &str,
        code: &str,
    ) -> Result<String, Failure> {
        let seed = self.seed_of(session, ticket)?;
        self.confirm_password(session, password).await?;
        let limits = [code_limit(&session.user.id)];
        self.count_attempt(&limits).await?;
        let step = self.step(&seed, &digits(code))?.ok_or_else(|| Failure::invalid_at("code_wrong", "code"))?;
        self.forget_attempt(&limits).await?;
        let sealed = self.vault.seal(&seed_owner(&session.user.id), &seed, self.entropy.as_ref());
        let sealed = sealed.ok_or_else(Failure::internal)?;
        let (call, user_id) =
            (self.person_call(Some(&session.user.id), session.user.language()), session.user.id.clone());
        let codes = self.new_recovery_codes(&user_id)?;
        let shown = codes.shown.clone();
        let work = boxed::<(), _>(move |tx| {
            let (call, user_id, sealed, codes) = (call.clone(), user_id.clone(), sealed.clone(), codes.clone());
            Box::pin(async move {
                let sql = "UPDATE account_user SET totp_sealed = $1, totp_step = $2 WHERE id = $3 AND totp_sealed = ''";
                if tx.execute(sql, &params![sealed, step, user_id.as_str()]).await? == 0 {
                    return Err(Failure::conflict("totp_on_already"));
                }
                put_codes(tx, &call, &user_id, &codes).await?;
                let purpose = mail::Purpose::SecurityChanged;
                changes::tell(tx, &call, &user_id, purpose, "security", "mail_what_totp_on").await
            })
        });
        self.store.write(work).await?;
        Ok(shown)
    }

    /// Switches the second factor off; its recovery codes go with it.
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`].
    pub async fn end_totp(&self, session: &Session, password: &str) -> Result<(), Failure> {
        self.confirm_password(session, password).await?;
        let (call, user_id) =
            (self.person_call(Some(&session.user.id), session.user.language()), session.user.id.clone());
        let work = boxed::<(), _>(move |tx| {
            let (call, user_id) = (call.clone(), user_id.clone());
            Box::pin(async move {
                let sql = "UPDATE account_user SET totp_sealed = '' WHERE id = $1 AND totp_sealed <> ''";
                if tx.execute(sql, &params![user_id.as_str()]).await? == 0 {
                    return Ok(());
                }
                tx.execute("DELETE FROM recovery_code WHERE user_id = $1", &params![user_id.as_str()]).await?;
                let purpose = mail::Purpose::SecurityChanged;
                changes::tell(tx, &call, &user_id, purpose, "security", "mail_what_totp_off").await
            })
        });
        self.store.write(work).await
    }

    /// Makes new recovery codes; the old ones are void. Answers the name under which they can be looked at once.
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`].
    pub async fn renew_recovery_codes(&self, session: &Session, password: &str) -> Result<String, Failure> {
        self.confirm_password(session, password).await?;
        let (call, user_id) =
            (self.person_call(Some(&session.user.id), session.user.language()), session.user.id.clone());
        let codes = self.new_recovery_codes(&user_id)?;
        let shown = codes.shown.clone();
        let work = boxed::<(), _>(move |tx| {
            let (call, user_id, codes) = (call.clone(), user_id.clone(), codes.clone());
            Box::pin(async move {
                put_codes(tx, &call, &user_id, &codes).await?;
                let purpose = mail::Purpose::SecurityChanged;
                changes::tell(tx, &call, &user_id, purpose, "security", "mail_what_recovery").await
            })
        });
        self.store.write(work).await?;
        Ok(shown)
    }

    fn new_recovery_codes(&self, user_id: &str) -> Result<NewCodes, Failure> {
        let code = || {
            let code = id::alphanumerics(RECOVERY_LENGTH, self.entropy.as_ref()).to_lowercase();
            format!("{}-{}-{}", &code[..4], &code[4..8], &code[8..])
        };
        let codes: Vec<String> = (0..RECOVERY_COUNT).map(|_| code()).collect();
        let sealed = self.vault.seal(&shown_of(user_id), codes.join("\n").as_bytes(), self.entropy.as_ref());
        let hashes = codes.iter().map(|code| hash_of(user_id, code)).collect();
        let shown = id::alphanumerics(48, self.entropy.as_ref());
        Ok(NewCodes { hashes, sealed: sealed.ok_or_else(Failure::internal)?, shown })
    }

    /// The new recovery codes, once.
    ///
    /// # Errors
    /// `not_found` (404) when they were looked at already.
    pub async fn show_recovery_codes(&self, session: &Session, shown: &str) -> Result<Vec<String>, Failure> {
        let (ceremony, user_id, now) = (ceremony_of(shown), session.user.id.clone(), self.clock.now());
        let work = boxed::<String, _>(move |tx| {
            let (ceremony, user_id) = (ceremony.clone(), user_id.clone());
            Box::pin(async move {
                let sql = "DELETE FROM ceremony WHERE id = $1 AND user_id = $2 AND expires > $3 RETURNING body";
                let row = tx.query_opt(sql, &params![ceremony, user_id, now]).await?;
                Ok(row.ok_or_else(Failure::not_found)?.take_text(0))
            })
        });
        let sealed = self.store.write(work).await?;
        let codes = self.vault.open(&shown_of(&session.user.id), &sealed).ok_or_else(Failure::not_found)?;
        Ok(String::from_utf8_lossy(&codes).lines().map(str::to_owned).collect())
    }

    /// Checks a code of the app or a recovery code, and uses it up.
    ///
    /// # Errors
    /// `code_wrong` (400, at `code`); `rate_limited` (429), also for a right one.
    pub async fn check_code(&self, user_id: &str, origin: &Origin, code: &str) -> Result<(), Failure> {
        let network = Limit { kind: "code:network", of: &origin.network, max: NETWORK_MAX };
        let limits = [code_limit(user_id), network];
        self.count_attempt(&limits).await?;
        let wrong = || Failure::invalid_at("code_wrong", "code");
        let sql = "SELECT totp_sealed FROM account_user WHERE id = $1 AND active = 1";
        let row = self.store.query_opt(sql, &params![user_id]).await?.ok_or_else(wrong)?;
        let sealed = row.text(0).to_owned();
        let entered = digits(code);
        let step = match self.vault.open(&seed_owner(user_id), &sealed) {
            Some(seed) if entered.len() == 6 => self.step(&seed, &entered)?,
            _ => None,
        };
        let (call, user) = (self.person_call(Some(user_id), kalends_catalog::locale::Language::En), user_id.to_owned());
        let hash = hash_of(user_id, code);
        let work = boxed::<bool, _>(move |tx| {
            let (call, user, hash, sealed) = (call.clone(), user.clone(), hash.clone(), sealed.clone());
            Box::pin(async move { use_up(tx, &call, &user, &sealed, step, &hash).await })
        });
        if !self.store.write(work).await? {
            return Err(wrong());
        }
        self.forget_attempt(&limits).await
    }

    /// The second step of a login: `half` is what the first step answered.
    ///
    /// # Errors
    /// `login_ended` (401) when the first step is too long ago or its password was replaced since; those of
    /// [`Service::check_code`].
    pub async fn log_in_with_code(&self, half: &str, code: &str, attempt: &Attempt) -> Result<Login, Failure> {
        let ended = || Problem::new("login_ended").with_status(401);
        let (user_id, email, since) = self.half_login(half).ok_or_else(ended)?;
        let sql = "SELECT password_changed FROM account_user WHERE id = $1 AND email = $2 AND active = 1";
        let row = self.store.query_opt(sql, &params![user_id.as_str(), email.as_str()]).await?.ok_or_else(ended)?;
        // The seal knows whole seconds only.
        if row.int(0).div_euclid(SECOND) * SECOND > since {
            return Err(ended());
        }
        self.check_code(&user_id, &attempt.origin, code).await?;
        let device = self.known_device(&attempt.device, &email);
        self.forget_attempt(&super::login::limits(device.as_deref(), &email, &attempt.origin)).await?;
        self.logged_in(&user_id, &email, "TOTP", attempt).await
    }
}

/// Recovery codes on their way into the database.
#[derive(Clone)]
struct NewCodes {
    hashes: Vec<String>,
    sealed: String,
    shown: String,
}

async fn put_codes(tx: &mut Tx, call: &Call, user_id: &str, codes: &NewCodes) -> Result<(), Failure> {
    tx.execute("DELETE FROM recovery_code WHERE user_id = $1", &params![user_id]).await?;
    for hash in &codes.hashes {
        let sql = "INSERT INTO recovery_code (user_id, hash, used) VALUES ($1, $2, 0)";
        tx.execute(sql, &params![user_id, hash.as_str()]).await?;
    }
    let sql = "INSERT INTO ceremony (id, user_id, body, expires) VALUES ($1, $2, $3, $4)";
    let values = params![ceremony_of(&codes.shown), user_id, codes.sealed.as_str(), call.now + SHOWN_LIFE];
    tx.execute(sql, &values).await?;
    Ok(())
}

/// Uses up the step, or else the recovery code with this hash; false when it was neither or used before.
async fn use_up(
    tx: &mut Tx,
    call: &Call,
    user_id: &str,
    sealed: &str,
    step: Option<i64>,
    hash: &str,
) -> Result<bool, Failure> {
    if let Some(step) = step {
        let sql = "UPDATE account_user SET totp_step = $1 WHERE id = $2 AND totp_sealed = $3 AND totp_step < $1";
        return Ok(tx.execute(sql, &params![step, user_id, sealed]).await? == 1);
    }
    let sql = "UPDATE recovery_code SET used = $1 WHERE user_id = $2 AND hash = $3 AND used = 0";
    if sealed.is_empty() || tx.execute(sql, &params![call.now, user_id, hash]).await? == 0 {
        return Ok(false);
    }
    let purpose = mail::Purpose::SecurityChanged;
    changes::tell(tx, call, user_id, purpose, "security", "mail_what_recovery_used").await?;
    Ok(true)
}

fn code_limit(user_id: &str) -> Limit<'_> {
    Limit { kind: "code:user", of: user_id, max: CODE_MAX }
}

/// People type codes with gaps.
fn digits(code: &str) -> String {
    code.chars().filter(|letter| !letter.is_whitespace()).take(12).collect()
}

fn hash_of(user_id: &str, code: &str) -> String {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).take(64).collect();
    tokens::digest(&format!("recovery {user_id} {}", plain.to_lowercase()))
}

fn ceremony_of(shown: &str) -> String {
    tokens::digest(&format!("recovery codes {shown}"))
}

fn setup_of(user_id: &str) -> String {
    format!("totp setup {user_id}")
}

pub(super) fn seed_owner(user_id: &str) -> String {
    format!("totp {user_id}")
}

fn shown_of(user_id: &str) -> String {
    format!("recovery codes {user_id}")
}
