//! Passwords that are set by a link: forgotten ones, and the first one of somebody who was invited.

use super::links::{self, Link, Purpose};
use super::registration::{confirm, end_access};
use super::sessions::Origin;
use super::{changes, passwords};
use crate::Service;
use crate::call::Call;
use crate::developer::boxed;
use crate::mail::{self, Letter};
use kalends_catalog::locale::Language;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::scalar;
use kalends_store::{Tx, params};

impl Service {
    /// Sends a link to choose a new password, if the address has an account. The answer and its time are the same when it
    /// has none.
    ///
    /// # Errors
    /// `bad_email` (400); `rate_limited` (429), for known and unknown addresses alike.
    pub async fn forgot_password(&self, language: Language, origin: &Origin, email: &str) -> Result<(), Failure> {
        let email = email.trim().to_lowercase();
        if !scalar::is_email(&email) {
            return Err(Failure::invalid_at("bad_email", "email"));
        }
        self.count_mail(&email, origin).await?;
        let call = self.person_call(None, language);
        let work = boxed::<(), _>(move |tx| {
            let (call, email) = (call.clone(), email.clone());
            Box::pin(async move { forgot(tx, &call, &email).await })
        });
        self.store.write(work).await
    }

    /// A link to choose a new password for a user, made by an operator who hands it over herself. Without the public
    /// address in front.
    ///
    /// # Errors
    /// `not_found` (404) when the address has no active account.
    pub async fn reset_link(&self, email: &str) -> Result<String, Failure> {
        let (email, call) = (email.trim().to_lowercase(), self.person_call(None, Language::En));
        let work = boxed::<String, _>(move |tx| {
            let (email, call) = (email.clone(), call.clone());
            Box::pin(async move {
                let sql = "SELECT id, locale FROM account_user WHERE email = $1 AND active = 1";
                let row = tx.query_opt(sql, &params![email.as_str()]).await?.ok_or_else(Failure::not_found)?;
                let link = Link { user_id: row.text(0).to_owned(), email, subject: String::new() };
                let secret = links::make(tx, &call, Purpose::Reset, &link).await?;
                Ok(format!("/user/{}/reset?token={secret}", Language::of(row.text(1)).code()))
            })
        });
        self.store.write(work).await
    }

    /// Sets the password of the person a link belongs to, and ends everything the old one opened. `purpose` is `Reset` or
    /// `InviteUser`; the link proves the address as well.
    ///
    /// # Errors
    /// `link_invalid`, `link_expired` (400); those of [`passwords::check_new`]; `unavailable` (503).
    pub async fn choose_password(
        &self,
        language: Language,
        purpose: Purpose,
        secret: &str,
        password: &str,
    ) -> Result<(), Failure> {
        // Nothing is hashed for a link that opens nothing.
        let link = self.read_link(purpose, secret).await?;
        passwords::check_new(password, &link.email)?;
        let hash = self.passwords.hash(password, &self.entropy).await?;
        let (call, secret) = (self.person_call(Some(&link.user_id), language), secret.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, secret, hash) = (call.clone(), secret.clone(), hash.clone());
            Box::pin(async move {
                let link = links::take(tx, purpose, &secret, call.now).await?;
                let sql = "UPDATE account_user SET email_verified = 1 WHERE id = $1 AND email = $2 AND active = 1";
                if tx.execute(sql, &params![link.user_id.as_str(), link.email]).await? == 0 {
                    return Err(Problem::new("link_invalid").into());
                }
                put_password(tx, &call, &link.user_id, &hash, "", purpose == Purpose::Reset).await?;
                if !link.subject.is_empty() {
                    confirm(tx, &call, &link.subject).await?;
                }
                Ok(())
            })
        });
        self.store.write(work).await
    }
}

async fn forgot(tx: &mut Tx, call: &Call, email: &str) -> Result<(), Failure> {
    let sql = "SELECT id, first_name, last_name, locale FROM account_user WHERE email = $1 AND active = 1";
    let row = tx.query_opt(sql, &params![email]).await?;
    let (id, name, language) = match &row {
        Some(row) => (row.text(0), format!("{} {}", row.text(1), row.text(2)), Language::of(row.text(3))),
        None => ("", String::new(), call.language),
    };
    // The same writes for an address without an account: neither the answer nor its time tells the two apart.
    let link = Link { user_id: id.to_owned(), email: email.to_owned(), subject: String::new() };
    let secret = links::make(tx, call, Purpose::Reset, &link).await?;
    let path = format!("/user/{}/reset?token={secret}", language.code());
    let purpose = mail::Purpose::Reset;
    let letter = Letter { purpose, to: email, name: name.trim(), language, path: &path, args: &[] };
    let mail = mail::write(tx, call, &letter).await?;
    if row.is_none() {
        tx.execute("DELETE FROM user_link WHERE id = $1", &params![crate::tokens::digest(&secret)]).await?;
        tx.execute("DELETE FROM mail WHERE id = $1", &params![mail]).await?;
    }
    Ok(())
}

/// Stores a new password; ends the sessions but `kept`, the apps' tokens, and the links that the old owner may hold.
pub(super) async fn put_password(
    tx: &mut Tx,
    call: &Call,
    user_id: &str,
    hash: &str,
    kept: &str,
    tell: bool,
) -> Result<(), Failure> {
    let sql = "UPDATE account_user SET password_hash = $1, password_changed = $2 WHERE id = $3";
    tx.execute(sql, &params![hash, call.now, user_id]).await?;
    end_access(tx, user_id, kept, call.now).await?;
    let open = [Purpose::Reset, Purpose::InviteUser, Purpose::ChangeEmail];
    links::end(tx, user_id, &open, call.now).await?;
    if tell { changes::tell(tx, call, user_id, mail::Purpose::PasswordChanged, "forgot", "").await } else { Ok(()) }
}
