//! Links that act once: an address proved, a password chosen, an invitation accepted.
//!
//! Invariant: a link acts for the purpose it was made for and once; the database has its hash only.

use crate::call::Call;
use crate::tokens;
use kalends_engine::problem::{Failure, Problem};
use kalends_engine::{Micros, id};
use kalends_store::records::Reader;
use kalends_store::{Row, Tx, params};

const HOUR: Micros = 3_600 * 1_000_000;
/// Length of a link's secret: 380 bits.
const LENGTH: usize = 64;

/// What a link is for. Links of one purpose serve for no other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Proves the address of a new account.
    Verify,
    /// Replaces a forgotten password.
    Reset,
    /// Moves the account to the new address the link was sent to.
    ChangeEmail,
    /// Sets the first password of somebody who was given rights.
    InviteUser,
    /// Lets somebody into a developer account; made by [`crate::developer::team`].
    InviteDeveloper,
    /// Confirms a contract account made over the API.
    ConfirmContract,
}

impl Purpose {
    /// The word in the table.
    pub fn word(self) -> &'static str {
        match self {
            Self::Verify => "VERIFY",
            Self::Reset => "RESET",
            Self::ChangeEmail => "CHANGE_EMAIL",
            Self::InviteUser => "INVITE_USER",
            Self::InviteDeveloper => crate::developer::team::PURPOSE,
            Self::ConfirmContract => "CONFIRM_CONTRACT",
        }
    }

    /// How long a link of this purpose works.
    pub fn life(self) -> Micros {
        match self {
            Self::Reset => HOUR,
            Self::Verify | Self::ChangeEmail => 24 * HOUR,
            Self::InviteUser => 14 * 24 * HOUR,
            Self::InviteDeveloper => crate::developer::team::INVITATION_LIFE,
            Self::ConfirmContract => 30 * 24 * HOUR,
        }
    }
}

/// What a link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Whose it is, or empty.
    pub user_id: String,
    /// The address it was sent to.
    pub email: String,
    /// What it is about besides: a developer or contract account, or empty.
    pub subject: String,
}

/// Makes a link; answers its secret, which goes into the mail and nowhere else.
pub(crate) async fn make(tx: &mut Tx, call: &Call, purpose: Purpose, link: &Link) -> Result<String, Failure> {
    let secret = id::alphanumerics(LENGTH, call.entropy.as_ref());
    let sql = "INSERT INTO user_link (id, purpose, user_id, email, subject, created, expires, used) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 0)";
    let Link { user_id, email, subject } = link;
    let expires = call.now + purpose.life();
    let values = params![tokens::digest(&secret), purpose.word(), user_id, email, subject, call.now, expires];
    tx.execute(sql, &values).await?;
    Ok(secret)
}

/// What a link says, without using it up: for the page that asks before it acts.
///
/// # Errors
/// `link_invalid` (400), the same for a link that was used, is of another purpose or never was; `link_expired` (400).
pub(crate) async fn read(
    reader: &mut impl Reader,
    purpose: Purpose,
    secret: &str,
    now: Micros,
) -> Result<Link, Failure> {
    let sql = "SELECT user_id, email, subject, expires FROM user_link WHERE id = $1 AND purpose = $2 AND used = 0";
    let rows = reader.rows(sql, &params![tokens::digest(secret), purpose.word()]).await?;
    let row = rows.into_iter().next().ok_or_else(|| Failure::from(Problem::new("link_invalid")))?;
    if row.int(3) <= now {
        return Err(Problem::new("link_expired").into());
    }
    Ok(said(&row))
}

/// Uses a link up. Of two at the same time one gets it.
///
/// # Errors
/// As [`read`].
pub(crate) async fn take(tx: &mut Tx, purpose: Purpose, secret: &str, now: Micros) -> Result<Link, Failure> {
    let sql = "UPDATE user_link SET used = $1 WHERE id = $2 AND purpose = $3 AND used = 0 AND expires > $1 \
               RETURNING user_id, email, subject";
    if let Some(row) = tx.query_opt(sql, &params![now, tokens::digest(secret), purpose.word()]).await? {
        return Ok(said(&row));
    }
    // Only to say which of the two it is.
    read(tx, purpose, secret, now).await?;
    Err(Problem::new("link_invalid").into())
}

/// Ends the links of a person that are open, of the given purposes.
pub(crate) async fn end(tx: &mut Tx, user_id: &str, purposes: &[Purpose], now: Micros) -> Result<(), Failure> {
    for purpose in purposes {
        let sql = "UPDATE user_link SET used = $1 WHERE user_id = $2 AND purpose = $3 AND used = 0";
        tx.execute(sql, &params![now, user_id, purpose.word()]).await?;
    }
    Ok(())
}

/// Whether a person has an open link of that purpose.
pub(crate) async fn is_open(tx: &mut Tx, user_id: &str, purpose: Purpose, now: Micros) -> Result<bool, Failure> {
    let sql = "SELECT 1 FROM user_link WHERE user_id = $1 AND purpose = $2 AND used = 0 AND expires > $3 LIMIT 1";
    Ok(tx.query_opt(sql, &params![user_id, purpose.word(), now]).await?.is_some())
}

fn said(row: &Row) -> Link {
    let text = |column: usize| row.text(column).to_owned();
    Link { user_id: text(0), email: text(1), subject: text(2) }
}
