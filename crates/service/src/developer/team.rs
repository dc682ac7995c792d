//! The team of a developer account: everybody in it may do the same. Others are invited by mail and must accept.
//!
//! Invariant: an account never loses its last member, and an invitation lets one person in, once.

use super::{account, boxed};
use crate::call::Call;
use crate::mail::{self, Letter};
use crate::people::throttle::Limit;
use crate::{Service, tokens, write};
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::record::Record;
use kalends_engine::{Micros, id};
use kalends_entities as entities;
use kalends_store::{Tx, params};
use serde_json::json;

/// Purpose of the links.
pub const PURPOSE: &str = "INVITE_DEVELOPER";
/// How long an invitation waits: seven days.
pub const INVITATION_LIFE: Micros = 7 * 86_400 * 1_000_000;
/// Most invitations of an account that wait at the same time.
const WAITING_MAX: i64 = 50;

/// Invitations an account can send within the window of the throttle, and mails to one address.
const MAILS_MAX: i64 = 30;
const ADDRESS_MAX: i64 = 5;

/// Somebody in the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user_id: String,
    /// E-mail address.
    pub email: String,
    /// First and last name.
    pub name: String,
    /// Since when.
    pub since: Micros,
}

/// An invitation that waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Hash of the link that names it.
    pub id: String,
    /// Who was invited.
    pub email: String,
    /// When.
    pub created: Micros,
    /// Until when it can be accepted.
    pub expires: Micros,
}

impl Service {
    /// Everybody in the team, in the order they came.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn team(&self, account_id: &str) -> Result<Vec<Member>, Failure> {
        let sql = "SELECT u.id, u.email, u.first_name, u.last_name, d.created FROM developer_account_user d \
                   JOIN account_user u ON u.id = d.user_id WHERE d.developer_account_id = $1 ORDER BY d.created, u.email";
        let rows = self.store.query(sql, &params![account_id]).await?;
        let member = |row: &kalends_store::Row| Member {
            user_id: row.text(0).to_owned(),
            email: row.text(1).to_owned(),
            name: format!("{} {}", row.text(2), row.text(3)).trim().to_owned(),
            since: row.int(4),
        };
        Ok(rows.iter().map(member).collect())
    }

    /// Invitations that wait, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn invitations(&self, account_id: &str) -> Result<Vec<Invitation>, Failure> {
        let sql = "SELECT id, email, created, expires FROM user_link WHERE purpose = $1 AND subject = $2 AND used = 0 \
                   AND expires > $3 ORDER BY created DESC, id";
        let rows = self.store.query(sql, &params![PURPOSE, account_id, self.clock.now()]).await?;
        let invitation = |row: &kalends_store::Row| Invitation {
            id: row.text(0).to_owned(),
            email: row.text(1).to_owned(),
            created: row.int(2),
            expires: row.int(3),
        };
        Ok(rows.iter().map(invitation).collect())
    }

    /// Invites somebody by mail. The mail's link works once, for seven days; inviting an address again ends the link before.
    ///
    /// # Errors
    /// `bad_email`, `too_many` (400); `email_unverified` (403) while the caller has not proved her own address;
    /// `already_member` (409); `not_found` (404); `rate_limited` (429).
    pub async fn invite_developer(&self, call: &Call, account_id: &str, email: &str) -> Result<(), Failure> {
        let (call, account_id, email) = (call.clone().at(self), account_id.to_owned(), email.trim().to_lowercase());
        let own = Limit { kind: "mail:developer", of: &account_id, max: MAILS_MAX };
        self.count_attempt(&[own, Limit { kind: "mail:address", of: &email, max: ADDRESS_MAX }]).await?;
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, email) = (call.clone(), account_id.clone(), email.clone());
            Box::pin(async move {
                let account = account(tx, &account_id).await?;
                is_verified(tx, &call).await?;
                let secret = invite(tx, &call, &account, &email).await?;
                let path = format!("/user/{}/invitations?token={secret}", call.language.code());
                let letter = Letter {
                    purpose: mail::Purpose::InviteDeveloper,
                    to: &email,
                    name: "",
                    language: call.language,
                    path: &path,
                    args: &[("account", account.text("name"))],
                };
                mail::enqueue(tx, &call, &letter).await
            })
        });
        self.store.write(work).await
    }

    /// Takes an invitation back: its link opens nothing from now on.
    ///
    /// # Errors
    /// `not_found` (404) when it was answered, has ended, or is another account's.
    pub async fn withdraw_invitation(&self, call: &Call, account_id: &str, id: &str) -> Result<(), Failure> {
        let (call, account_id, id) = (call.clone(), account_id.to_owned(), id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, id) = (call.clone(), account_id.clone(), id.clone());
            Box::pin(async move {
                let account = account(tx, &account_id).await?;
                let sql = "DELETE FROM user_link WHERE id = $1 AND purpose = $2 AND subject = $3 AND used = 0 RETURNING email";
                let row = tx.query_opt(sql, &params![id, PURPOSE, account_id.as_str()]).await?;
                let email = row.ok_or_else(Failure::not_found)?.take_text(0);
                note(tx, &call, &account, "UNLINK", "invitationList", &email).await
            })
        });
        self.store.write(work).await
    }

    /// Removes somebody from the team. The person's user stays, and so does her right in the demo organization's staff
    /// end with it.
    ///
    /// # Errors
    /// `last_member` (409); `not_found` (404).
    pub async fn remove_member(&self, call: &Call, account_id: &str, user_id: &str) -> Result<(), Failure> {
        let (call, account_id, user_id) = (call.clone(), account_id.to_owned(), user_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, user_id) = (call.clone(), account_id.clone(), user_id.clone());
            Box::pin(async move {
                let account = account(tx, &account_id).await?;
                // The account's row is locked first: of two members who remove each other one stays.
                let lock = "UPDATE record SET version = version WHERE id = $1";
                tx.execute(lock, &params![account_id.as_str()]).await?;
                let sql = "DELETE FROM developer_account_user WHERE developer_account_id = $1 AND user_id = $2";
                if tx.execute(sql, &params![account_id.as_str(), user_id.as_str()]).await? == 0 {
                    return Err(Failure::not_found());
                }
                let left = "SELECT 1 FROM developer_account_user WHERE developer_account_id = $1 LIMIT 1";
                if tx.query_opt(left, &params![account_id.as_str()]).await?.is_none() {
                    return Err(Failure::conflict("last_member"));
                }
                leave_demo(tx, &account_id, &user_id).await?;
                note(tx, &call, &account, "UNLINK", "memberList", &user_id).await
            })
        });
        self.store.write(work).await
    }
}

/// Nobody sends mails to strangers from an address that may be made up.
async fn is_verified(tx: &mut Tx, call: &Call) -> Result<(), Failure> {
    let Some(user_id) = &call.caller.user_id else { return Ok(()) };
    let sql = "SELECT 1 FROM account_user WHERE id = $1 AND email_verified = 1";
    let found = tx.query_opt(sql, &params![user_id.as_str()]).await?;
    found.map(drop).ok_or_else(|| Problem::at("email_unverified", "email").with_status(403))
}

/// Makes an invitation in a transaction; answers the link's secret, which exists in the mail only.
async fn invite(tx: &mut Tx, call: &Call, account: &Record, email: &str) -> Result<String, Failure> {
    let there = "SELECT 1 FROM developer_account_user d JOIN account_user u ON u.id = d.user_id \
                 WHERE d.developer_account_id = $1 AND u.email = $2";
    if tx.query_opt(there, &params![account.id.as_str(), email]).await?.is_some() {
        return Err(Problem::at("already_member", "email").with_status(409));
    }
    // A second invitation replaces the first: one link is valid at a time.
    let replaced = "DELETE FROM user_link WHERE purpose = $1 AND subject = $2 AND email = $3 AND used = 0";
    tx.execute(replaced, &params![PURPOSE, account.id.as_str(), email]).await?;
    let waiting = "SELECT count(*) FROM user_link WHERE purpose = $1 AND subject = $2 AND used = 0 AND expires > $3";
    let waiting = tx.query_opt(waiting, &params![PURPOSE, account.id.as_str(), call.now]).await?;
    if waiting.is_some_and(|row| row.int(0) >= WAITING_MAX) {
        return Err(Problem::at("too_many", "email").arg("max", WAITING_MAX.to_string()).into());
    }
    let secret = id::alphanumerics(super::SECRET_LENGTH, call.entropy.as_ref());
    let sql = "INSERT INTO user_link (id, purpose, user_id, email, subject, created, expires, used) \
               VALUES ($1, $2, '', $3, $4, $5, $6, 0)";
    let values =
        params![tokens::digest(&secret), PURPOSE, email, account.id.as_str(), call.now, call.now + INVITATION_LIFE];
    tx.execute(sql, &values).await?;
    note(tx, call, account, "LINK", "invitationList", email).await?;
    Ok(secret)
}

/// Lets a user into the team of an account; in the demo organization she is an admin like the others. Being in it already
/// changes nothing.
///
/// # Errors
/// `not_found` (404) when the account is gone.
pub async fn join(tx: &mut Tx, call: &Call, account_id: &str, user_id: &str) -> Result<(), Failure> {
    let account = account(tx, account_id).await?;
    let sql = "INSERT INTO developer_account_user (developer_account_id, user_id, created) VALUES ($1, $2, $3) \
               ON CONFLICT DO NOTHING";
    if tx.execute(sql, &params![account_id, user_id, call.now]).await? == 0 {
        return Ok(());
    }
    for organization in demo(tx, account_id).await? {
        crate::accounts::make_admin(tx, call, &organization, user_id).await?;
        kalends_store::organizations::touch_one(tx, user_id).await?;
    }
    note(tx, call, &account, "LINK", "memberList", user_id).await
}

async fn leave_demo(tx: &mut Tx, account_id: &str, user_id: &str) -> Result<(), Failure> {
    for organization in demo(tx, account_id).await? {
        let sql = "DELETE FROM organization_admin WHERE organization_id = $1 AND user_id = $2";
        tx.execute(sql, &params![organization.id, user_id]).await?;
    }
    Ok(kalends_store::organizations::touch_one(tx, user_id).await?)
}

async fn demo(tx: &mut Tx, account_id: &str) -> Result<Vec<Record>, Failure> {
    let side = kalends_store::records::Side::Right;
    Ok(kalends_store::records::linked(tx, "developerAccount.demoOrganization", side, account_id).await?)
}

async fn note(
    tx: &mut Tx,
    call: &Call,
    account: &Record,
    action: &str,
    field: &str,
    value: &str,
) -> Result<(), Failure> {
    let (before, after) = if action == "LINK" { (None, Some(value)) } else { (Some(value), None) };
    let change = json!({"field": field, "before": before, "after": after});
    write::log(tx, call, &entities::developer_account::ENTITY, account, action, &[change]).await
}
