//! What people change of themselves: password, address, name, language, zone.

use super::links::{self, Link, Purpose};
use super::passwords;
use super::recovery::put_password;
use super::registration::names;
use super::sessions::{Origin, Session};
use super::throttle::Limit;
use crate::Service;
use crate::call::Call;
use crate::developer::boxed;
use crate::mail::{self, Letter};
use kalends_catalog::locale::Language;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::scalar;
use kalends_store::{StoreError, Tx, params};

/// Wrong passwords and codes of somebody who is logged in.
const CONFIRM_MAX: i64 = 10;

impl Service {
    /// Makes sure that it is really she who sits there: her password, before something that matters. Counted like a login.
    ///
    /// # Errors
    /// `password_wrong` (400, at `password`), `rate_limited` (429), `unavailable` (503).
    pub async fn confirm_password(&self, session: &Session, password: &str) -> Result<(), Failure> {
        let limits = [Limit { kind: "confirm:user", of: &session.user.id, max: CONFIRM_MAX }];
        self.count_attempt(&limits).await?;
        let sql = "SELECT password_hash FROM account_user WHERE id = $1 AND active = 1";
        let row = self.store.query_opt(sql, &params![session.user.id.as_str()]).await?;
        let hash = row.as_ref().map_or("", |row| row.text(0));
        if !self.passwords.verify(password, hash).await? {
            return Err(Failure::invalid_at("password_wrong", "password"));
        }
        self.forget_attempt(&limits).await
    }

    /// Changes the password; the session stays, everything else that the old password opened ends (C22).
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`] and [`passwords::check_new`], the latter at `newPassword`.
    pub async fn change_password(&self, session: &Session, password: &str, new: &str) -> Result<(), Failure> {
        passwords::check_new(new, &session.user.email).map_err(|mut failure| {
            for problem in &mut failure.problems {
                problem.parameter = Some("newPassword".to_owned());
            }
            failure
        })?;
        self.confirm_password(session, password).await?;
        let hash = self.passwords.hash(new, &self.entropy).await?;
        let (call, session) = (self.person_call(Some(&session.user.id), session.user.language()), session.clone());
        let work = boxed::<(), _>(move |tx| {
            let (call, session, hash) = (call.clone(), session.clone(), hash.clone());
            Box::pin(async move { put_password(tx, &call, &session.user.id, &hash, &session.id, true).await })
        });
        self.store.write(work).await
    }

    /// Asks for another address: a link goes there, a notice to the old one. The answer is the same when the new one has
    /// an account.
    ///
    /// # Errors
    /// `bad_email`, `same_email` (400, at `email`); those of [`Service::confirm_password`]; `rate_limited` (429).
    pub async fn change_email(
        &self,
        session: &Session,
        origin: &Origin,
        password: &str,
        email: &str,
    ) -> Result<(), Failure> {
        let email = email.trim().to_lowercase();
        if !scalar::is_email(&email) {
            return Err(Failure::invalid_at("bad_email", "email"));
        }
        if email == session.user.email {
            return Err(Failure::invalid_at("same_email", "email"));
        }
        self.confirm_password(session, password).await?;
        self.count_mail(&email, origin).await?;
        let (call, user) = (self.person_call(Some(&session.user.id), session.user.language()), session.user.clone());
        let work = boxed::<(), _>(move |tx| {
            let (call, user, email) = (call.clone(), user.clone(), email.clone());
            Box::pin(async move {
                let (name, language) = (user.name(), user.language());
                let taken = "SELECT 1 FROM account_user WHERE email = $1";
                let taken = tx.query_opt(taken, &params![email.as_str()]).await?.is_some();
                links::end(tx, &user.id, &[Purpose::ChangeEmail], call.now).await?;
                let link = Link { user_id: user.id.clone(), email: email.clone(), subject: user.email.clone() };
                let secret = links::make(tx, &call, Purpose::ChangeEmail, &link).await?;
                let (purpose, path) = if taken {
                    (mail::Purpose::AccountExists, format!("/user/{}/forgot", language.code()))
                } else {
                    (mail::Purpose::EmailChange, format!("/user/{}/newEmail?token={secret}", language.code()))
                };
                let letter = Letter { purpose, to: &email, name: "", language, path: &path, args: &[] };
                mail::enqueue(tx, &call, &letter).await?;
                let path = format!("/user/{}/forgot", language.code());
                let purpose = mail::Purpose::EmailChanging;
                let args = &[("email", email.as_str())];
                mail::enqueue(tx, &call, &Letter { purpose, to: &user.email, name: &name, language, path: &path, args })
                    .await
            })
        });
        self.store.write(work).await
    }

    /// Moves the account to the address a link was sent to.
    ///
    /// # Errors
    /// `link_invalid`, `link_expired` (400); `email_taken` (409) when the address got an account meanwhile.
    pub async fn confirm_new_email(&self, language: Language, secret: &str) -> Result<(), Failure> {
        let (secret, call) = (secret.to_owned(), self.person_call(None, language));
        let work = boxed::<(), _>(move |tx| {
            let (secret, call) = (secret.clone(), call.clone());
            Box::pin(async move { move_email(tx, &call, &secret).await })
        });
        self.store.write(work).await
    }

    /// Changes name, language and zone.
    ///
    /// # Errors
    /// Those of the fields (400).
    pub async fn edit_profile(&self, user_id: &str, profile: &Profile) -> Result<(), Failure> {
        let mut problems = names(&profile.first_name, &profile.last_name);
        if !matches!(profile.locale.as_str(), "de" | "en") {
            problems.push(Problem::at("bad_locale", "locale"));
        }
        if !kalends_catalog::time_zone::is_zone(&profile.time_zone) {
            problems.push(Problem::at("bad_time_zone", "timeZone"));
        }
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        let (user_id, profile) = (user_id.to_owned(), profile.clone());
        let work = boxed::<(), _>(move |tx| {
            let values = params![
                profile.first_name.trim(),
                profile.last_name.trim(),
                profile.locale.as_str(),
                profile.time_zone.as_str(),
                user_id.as_str()
            ];
            Box::pin(async move {
                let sql = "UPDATE account_user SET first_name = $1, last_name = $2, locale = $3, time_zone = $4 WHERE id = $5";
                tx.execute(sql, &values).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }
}

/// What a person may change of herself without a password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// First name, may be empty.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// `de` or `en`: the languages that pages exist in.
    pub locale: String,
    /// IANA zone.
    pub time_zone: String,
}

async fn move_email(tx: &mut Tx, call: &Call, secret: &str) -> Result<(), Failure> {
    let link = links::take(tx, Purpose::ChangeEmail, secret, call.now).await?;
    tx.begin_savepoint().await?;
    let sql = "UPDATE account_user SET email = $1, email_verified = 1 WHERE id = $2 AND email = $3 AND active = 1";
    let moved = tx.execute(sql, &params![link.email.as_str(), link.user_id.as_str(), link.subject.as_str()]).await;
    match moved {
        Err(StoreError::Unique { .. }) => {
            tx.rollback_savepoint().await?;
            return Err(Failure::conflict("email_taken"));
        }
        moved => {
            let moved = moved?;
            tx.release_savepoint().await?;
            if moved == 0 {
                return Err(Problem::new("link_invalid").into());
            }
        }
    }
    // Links that were sent to the old address open nothing any more.
    links::end(tx, &link.user_id, &[Purpose::Reset, Purpose::Verify, Purpose::InviteUser], call.now).await?;
    let sql = "SELECT first_name, last_name, locale FROM account_user WHERE id = $1";
    let row = tx.query_opt(sql, &params![link.user_id.as_str()]).await?.ok_or_else(Failure::not_found)?;
    let name = format!("{} {}", row.text(0), row.text(1));
    let language = Language::of(row.text(2));
    let path = format!("/user/{}/profile", language.code());
    let purpose = mail::Purpose::EmailChanged;
    let args = &[("email", link.email.as_str())];
    mail::enqueue(tx, call, &Letter { purpose, to: &link.subject, name: &name, language, path: &path, args }).await
}

/// Tells a person about a change of her account; `page` is where the button leads, `what` the key of the sentence that
/// names the change, or empty.
pub(super) async fn tell(
    tx: &mut Tx,
    call: &Call,
    user_id: &str,
    purpose: mail::Purpose,
    page: &str,
    what: &str,
) -> Result<(), Failure> {
    let sql = "SELECT email, first_name, last_name, locale FROM account_user WHERE id = $1";
    let row = tx.query_opt(sql, &params![user_id]).await?.ok_or_else(Failure::not_found)?;
    let language = Language::of(row.text(3));
    let what = if what.is_empty() { String::new() } else { kalends_catalog::message::text(language, what, &[]) };
    let (name, path) = (format!("{} {}", row.text(1), row.text(2)), format!("/user/{}/{page}", language.code()));
    let args = &[("what", what.as_str())];
    mail::enqueue(tx, call, &Letter { purpose, to: row.text(0), name: &name, language, path: &path, args }).await
}
