//! Making an account, proving its address, and the first password of people who were given rights.
//!
//! Invariant: what the page answers never tells whether an address has an account; only a mail to that address does. An
//! address that was not proved carries no rights: whoever proves it later starts with a password of her own.

use super::links::{self, Link, Purpose};
use super::passwords;
use super::sessions::Origin;
use super::throttle::Limit;
use crate::accounts::{self, Person};
use crate::call::Call;
use crate::developer::boxed;
use crate::mail::{self, Letter};
use crate::{Service, write};
use kalends_catalog::locale::Language;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::scalar;
use kalends_entities as entities;
use kalends_store::{Tx, params, records};

/// Registrations, reset requests and the like from one network address.
const NETWORK_MAX: i64 = 30;
/// Mails that a stranger can cause to one address.
const ADDRESS_MAX: i64 = 5;
/// Most characters of a name.
pub(super) const NAME_MAX: usize = 120;

/// What the registration form holds.
#[derive(Debug, Clone, Default)]
pub struct NewUser {
    /// E-mail address, the login name.
    pub email: String,
    /// Her password.
    pub password: String,
    /// First name, may be empty.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// IANA zone; empty for that of most users.
    pub time_zone: String,
}

impl Service {
    /// A call of a person who uses the pages.
    pub fn person_call(&self, user_id: Option<&str>, language: Language) -> Call {
        let system = Call::system(self.clock.now(), std::sync::Arc::clone(&self.entropy));
        let mut caller = crate::call::Caller::system();
        if let Some(user_id) = user_id {
            caller.kind = crate::call::Kind::User;
            caller.user_id = Some(user_id.to_owned());
        }
        Call { caller: std::sync::Arc::new(caller), language, ..system }.at(self)
    }

    /// Refuses where registration is switched off (C27).
    ///
    /// # Errors
    /// `registration_closed` (403).
    pub fn must_be_open(&self) -> Result<(), Failure> {
        if self.registration_open { Ok(()) } else { Err(Failure::forbidden("registration_closed")) }
    }

    /// Counts something that sends a mail to an address, by the address and by where it was asked.
    pub(crate) async fn count_mail(&self, email: &str, origin: &Origin) -> Result<(), Failure> {
        let network = Limit { kind: "mail:network", of: &origin.network, max: NETWORK_MAX };
        self.count_attempt(&[network, Limit { kind: "mail:address", of: email, max: ADDRESS_MAX }]).await
    }

    /// Registers a user and sends the mail that proves the address. The answer is the same when the address has an
    /// account; that one's owner is told by mail.
    ///
    /// # Errors
    /// `registration_closed` (403); those of the fields (400); `rate_limited` (429); `unavailable` (503).
    pub async fn register_user(&self, language: Language, origin: &Origin, new: &NewUser) -> Result<(), Failure> {
        self.must_be_open()?;
        let email = new.email.trim().to_lowercase();
        let mut problems = names(&new.first_name, &new.last_name);
        if !scalar::is_email(&email) {
            problems.push(Problem::at("bad_email", "email"));
        }
        if !new.time_zone.is_empty() && !kalends_catalog::time_zone::is_zone(&new.time_zone) {
            problems.push(Problem::at("bad_time_zone", "timeZone"));
        }
        problems.extend(passwords::check_new(&new.password, &email).err().into_iter().flat_map(|f| f.problems));
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        self.count_mail(&email, origin).await?;
        // Hashed in any case: the time tells nothing either.
        let hash = self.passwords.hash(&new.password, &self.entropy).await?;
        let person = Person {
            email,
            first_name: new.first_name.trim().to_owned(),
            last_name: new.last_name.trim().to_owned(),
            locale: language.code().to_owned(),
            time_zone: new.time_zone.clone(),
            password_hash: hash,
            ..Person::default()
        };
        let call = self.person_call(None, language);
        let work = boxed::<(), _>(move |tx| {
            let (call, person) = (call.clone(), person.clone());
            Box::pin(async move { register(tx, &call, &person).await })
        });
        self.store.write(work).await
    }

    /// Sends the mail that proves the address again.
    ///
    /// # Errors
    /// `rate_limited` (429); those of the database.
    pub async fn send_verification(&self, user_id: &str, origin: &Origin) -> Result<(), Failure> {
        let Some(user) = self.user(user_id).await?.filter(|user| !user.verified) else { return Ok(()) };
        self.count_mail(&user.email, origin).await?;
        let call = self.person_call(Some(user_id), user.language());
        let work = boxed::<(), _>(move |tx| {
            let (call, user) = (call.clone(), user.clone());
            Box::pin(async move { send_verification(tx, &call, &user.id, &user.email, &user.name()).await })
        });
        self.store.write(work).await
    }

    /// Whether a link can still be used, and for which address. Nothing is used up.
    ///
    /// # Errors
    /// `link_invalid`, `link_expired` (400).
    pub async fn read_link(&self, purpose: Purpose, secret: &str) -> Result<Link, Failure> {
        links::read(&mut &self.store, purpose, secret, self.clock.now()).await
    }

    /// Proves the address of a new account.
    ///
    /// # Errors
    /// `link_invalid`, `link_expired` (400).
    pub async fn verify_email(&self, secret: &str) -> Result<(), Failure> {
        let (secret, now) = (secret.to_owned(), self.clock.now());
        let work = boxed::<(), _>(move |tx| {
            let secret = secret.clone();
            Box::pin(async move {
                let link = links::take(tx, Purpose::Verify, &secret, now).await?;
                let sql = "UPDATE account_user SET email_verified = 1 WHERE id = $1 AND email = $2";
                if tx.execute(sql, &params![link.user_id, link.email]).await? == 0 {
                    return Err(Problem::new("link_invalid").into());
                }
                Ok(())
            })
        });
        self.store.write(work).await
    }

    /// Confirms a contract account.
    ///
    /// # Errors
    /// `link_invalid`, `link_expired` (400).
    pub async fn confirm_contract(&self, language: Language, secret: &str) -> Result<(), Failure> {
        let (secret, call) = (secret.to_owned(), self.person_call(None, language));
        let work = boxed::<(), _>(move |tx| {
            let (secret, call) = (secret.clone(), call.clone());
            Box::pin(async move {
                let link = links::take(tx, Purpose::ConfirmContract, &secret, call.now).await?;
                let sql = "UPDATE account_user SET email_verified = 1 WHERE id = $1 AND email = $2";
                tx.execute(sql, &params![link.user_id, link.email]).await?;
                confirm(tx, &call, &link.subject).await
            })
        });
        self.store.write(work).await
    }
}

/// What is wrong with a name.
pub(crate) fn names(first: &str, last: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, text) in [("firstName", first), ("lastName", last)] {
        if text.chars().count() > NAME_MAX {
            problems.push(Problem::at("too_long", name).arg("max", NAME_MAX.to_string()));
        }
        if text.chars().any(char::is_control) {
            problems.push(Problem::at("control_character", name));
        }
    }
    if last.trim().is_empty() {
        problems.push(Problem::at("required", "lastName"));
    }
    problems
}

async fn register(tx: &mut Tx, call: &Call, person: &Person) -> Result<(), Failure> {
    match newcomer(tx, call, person).await? {
        Some(_) => Ok(()),
        None => tell_owner(tx, call, &person.email, mail::Purpose::AccountExists, "/user/{locale}/forgot").await,
    }
}

/// Makes the user of an address that nobody has proved yet and sends the mail that proves it; answers the user, or nothing
/// when the address has an owner, who is to be told by [`tell_owner`].
pub(crate) async fn newcomer(tx: &mut Tx, call: &Call, person: &Person) -> Result<Option<String>, Failure> {
    let sql = "SELECT id, email_verified FROM account_user WHERE email = $1";
    let Some(row) = tx.query_opt(sql, &params![person.email.as_str()]).await? else {
        let id = accounts::find_or_make(tx, call, person).await?;
        send_verification(tx, call, &id, &person.email, &person.first_name).await?;
        return Ok(Some(id));
    };
    let id = row.text(0);
    if !row.bool(1) && !has_rights(tx, id).await? {
        // Nobody has proved this address yet: the latest registration counts, and links of the ones before end.
        let sql = "UPDATE account_user SET password_hash = $1, first_name = $2, last_name = $3 WHERE id = $4 AND email_verified = 0";
        let values = params![person.password_hash.as_str(), person.first_name.as_str(), person.last_name.as_str(), id];
        tx.execute(sql, &values).await?;
        end_access(tx, id, "", call.now).await?;
        links::end(tx, id, &[Purpose::Verify], call.now).await?;
        send_verification(tx, call, id, &person.email, &person.first_name).await?;
        return Ok(Some(id.to_owned()));
    }
    Ok(None)
}

/// Tells the owner of an address what somebody wanted to do with it; `path` is where her mail leads.
pub(crate) async fn tell_owner(
    tx: &mut Tx,
    call: &Call,
    email: &str,
    purpose: mail::Purpose,
    path: &str,
) -> Result<(), Failure> {
    let sql = "SELECT first_name, locale FROM account_user WHERE email = $1";
    let Some(row) = tx.query_opt(sql, &params![email]).await? else { return Ok(()) };
    let language = Language::of(row.text(1));
    let path = path.replace("{locale}", language.code());
    let letter = Letter { purpose, to: email, name: row.text(0), language, path: &path, args: &[] };
    mail::enqueue(tx, call, &letter).await
}

/// Whether somebody gave this user something already.
async fn has_rights(tx: &mut Tx, user_id: &str) -> Result<bool, Failure> {
    for table in ["organization_admin", "developer_account_user", "employee_user"] {
        let sql = format!("SELECT 1 FROM {table} WHERE user_id = $1 LIMIT 1");
        if tx.query_opt(&sql, &params![user_id]).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn send_verification(tx: &mut Tx, call: &Call, id: &str, email: &str, name: &str) -> Result<(), Failure> {
    let link = Link { user_id: id.to_owned(), email: email.to_owned(), subject: String::new() };
    let secret = links::make(tx, call, Purpose::Verify, &link).await?;
    let path = format!("/user/{}/verify?token={secret}", call.language.code());
    let purpose = mail::Purpose::Verify;
    let letter = Letter { purpose, to: email, name, language: call.language, path: &path, args: &[] };
    mail::enqueue(tx, call, &letter).await
}

/// Ends what a user opened until now, but for one session: the other sessions, what apps do in her name, and with that
/// everything that came from a password somebody else may know.
pub(crate) async fn end_access(tx: &mut Tx, user_id: &str, kept: &str, now: i64) -> Result<(), Failure> {
    super::sessions::close_others(tx, user_id, kept).await?;
    for sql in [
        "UPDATE token_family SET revoked = $1 WHERE user_id = $2 AND revoked = 0",
        "UPDATE refresh_token SET revoked = $1 WHERE user_id = $2 AND revoked = 0",
        "UPDATE authorization_code SET used = $1 WHERE user_id = $2 AND used = 0",
    ] {
        tx.execute(sql, &params![now, user_id]).await?;
    }
    // A ceremony of a passkey that was begun does not outlive it either.
    tx.execute("DELETE FROM ceremony WHERE user_id = $1", &params![user_id]).await?;
    Ok(kalends_store::organizations::touch_one(tx, user_id).await?)
}

/// Invites somebody who was just given rights and cannot log in yet. An address that nobody proved loses the password
/// that was set for it: rights go to its owner, not to whoever registered it.
pub(crate) async fn invite(
    tx: &mut Tx,
    call: &Call,
    user_id: &str,
    account: &str,
    subject: &str,
) -> Result<bool, Failure> {
    let sql =
        "SELECT email, email_verified, password_hash, first_name, last_name, locale FROM account_user WHERE id = $1";
    let row = tx.query_opt(sql, &params![user_id]).await?.ok_or_else(Failure::not_found)?;
    let (email, verified, has_password) = (row.text(0), row.bool(1), !row.text(2).is_empty());
    if verified && has_password {
        return Ok(false);
    }
    if !verified && has_password {
        let sql = "UPDATE account_user SET password_hash = '', totp_sealed = '' WHERE id = $1 AND email_verified = 0";
        tx.execute(sql, &params![user_id]).await?;
        for table in ["passkey", "recovery_code"] {
            tx.execute(&format!("DELETE FROM {table} WHERE user_id = $1"), &params![user_id]).await?;
        }
        end_access(tx, user_id, "", call.now).await?;
        links::end(tx, user_id, &[Purpose::Verify, Purpose::ChangeEmail], call.now).await?;
    }
    // One invitation at a time is enough: an app that gives rights again sends no further mail.
    if links::is_open(tx, user_id, Purpose::InviteUser, call.now).await? {
        return Ok(true);
    }
    let link = Link { user_id: user_id.to_owned(), email: email.to_owned(), subject: subject.to_owned() };
    let secret = links::make(tx, call, Purpose::InviteUser, &link).await?;
    let language = Language::of(row.text(5));
    let path = format!("/user/{}/invitation?token={secret}", language.code());
    let name = format!("{} {}", row.text(3), row.text(4));
    let args = &[("account", account)];
    let purpose = mail::Purpose::InviteUser;
    mail::enqueue(tx, call, &Letter { purpose, to: email, name: &name, language, path: &path, args }).await?;
    Ok(true)
}

/// Asks the admin of a contract account that was made over the API to confirm it: by the invitation when she has no
/// password yet, by a mail of its own otherwise.
pub(crate) async fn ask_confirmation(
    tx: &mut Tx,
    call: &Call,
    user_id: &str,
    name: &str,
    account_id: &str,
) -> Result<(), Failure> {
    if invite(tx, call, user_id, name, account_id).await? {
        return Ok(());
    }
    let sql = "SELECT email, first_name, last_name, locale FROM account_user WHERE id = $1";
    let row = tx.query_opt(sql, &params![user_id]).await?.ok_or_else(Failure::not_found)?;
    let email = row.text(0);
    let link = Link { user_id: user_id.to_owned(), email: email.to_owned(), subject: account_id.to_owned() };
    let secret = links::make(tx, call, Purpose::ConfirmContract, &link).await?;
    let language = Language::of(row.text(3));
    let path = format!("/user/{}/contract?token={secret}", language.code());
    let person = format!("{} {}", row.text(1), row.text(2));
    let args = &[("account", name)];
    let purpose = mail::Purpose::ConfirmContract;
    mail::enqueue(tx, call, &Letter { purpose, to: email, name: &person, language, path: &path, args }).await
}

/// Marks a contract account as confirmed; one that is gone or confirmed already stays as it is.
pub(super) async fn confirm(tx: &mut Tx, call: &Call, account_id: &str) -> Result<(), Failure> {
    let entity = &entities::contract_account::ENTITY;
    let Some(record) = records::find_anywhere(tx, entity.prefix, account_id).await? else { return Ok(()) };
    if record.body.get("confirmed").and_then(serde_json::Value::as_bool) == Some(true) {
        return Ok(());
    }
    let mut confirmed = record.clone();
    confirmed.set("confirmed", true);
    write::update(tx, call, &write::Place::default(), entity, &record, confirmed).await?;
    Ok(())
}
