//! Mails: written in the transaction of what they tell, sent afterwards by whichever process comes first.
//!
//! Invariant: a mail that is `QUEUED` is taken by one statement whose row count decides, so that no two processes send it;
//! links begin with the configured address only, never with what a request said of itself.

pub mod deliver;
pub mod transport;
pub mod waiting;

mod words;

use crate::call::Call;
use kalends_catalog::locale::Language;
use kalends_engine::problem::Failure;
use kalends_engine::{id, scalar};
use kalends_store::{Tx, params};

pub use deliver::Round;
pub use transport::{Mailer, SettingError};
pub use words::Purpose;

/// A mail to be written.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// What it is about; chooses the sentences.
    pub purpose: Purpose,
    /// Address of the recipient.
    pub to: &'a str,
    /// The recipient's name, or empty.
    pub name: &'a str,
    /// Language of the sentences.
    pub language: Language,
    /// Where its button leads: a path below the public address, beginning with `/`. Empty when there is nothing to do.
    pub path: &'a str,
    /// Values that the sentences name.
    pub args: &'a [(&'static str, &'a str)],
}

/// Puts a mail into the queue, in the transaction of what it tells.
///
/// # Errors
/// `bad_email` (400) for an address that is none, line breaks included; those of the database.
pub async fn enqueue(tx: &mut Tx, call: &Call, letter: &Letter<'_>) -> Result<(), Failure> {
    write(tx, call, letter).await.map(drop)
}

/// The same; answers the mail's id.
pub(crate) async fn write(tx: &mut Tx, call: &Call, letter: &Letter<'_>) -> Result<String, Failure> {
    if !scalar::is_email(letter.to) {
        return Err(Failure::invalid_at("bad_email", "email"));
    }
    if call.site.is_empty() {
        // A call without its installation: the mail would lead nowhere.
        tracing::error!(purpose = letter.purpose.word(), "a mail was to be written without a public address");
        return Err(Failure::internal());
    }
    let text = words::compose(letter, &call.site)?;
    let sql = "INSERT INTO mail (id, purpose, recipient, locale, subject, plain, html, status, attempts, due, created, sent, error) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, 'QUEUED', 0, $8, $8, 0, '')";
    let id = id::new("ml", call.entropy.as_ref());
    let values = params![
        id.as_str(),
        letter.purpose.word(),
        letter.to,
        letter.language.code(),
        text.subject,
        text.plain,
        text.html,
        call.now
    ];
    tx.execute(sql, &values).await?;
    Ok(id)
}
