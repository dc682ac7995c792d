//! The developer service's functions: accounts, their apps and modules, licenses, team and request log. Commands and pages
//! call these.
//!
//! Invariant: whatever is named by its id is looked up inside the developer account it must belong to; another account's
//! answers as if it did not exist.

mod accounts;
mod clients;
mod ending;
mod licenses;
pub mod log;
mod secrets;
mod sign_up;
mod standing;
pub mod team;

pub use accounts::{Account, AccountName, Registration};
pub use clients::{ClientKind, ClientOptions, ClientView, NewClient};
pub use ending::{Ending, TokenLine};
pub use secrets::Overlap;
pub use sign_up::SignUp;
pub use team::{Invitation, Member};

use crate::call::Call;
use crate::write::Place;
use crate::{Service, Work};
use kalends_engine::problem::Failure;
use kalends_engine::record::Record;
use kalends_entities as entities;
use kalends_store::records::{self, Reader};
use kalends_store::{Tx, audit, params};

/// Length of client ids, secrets and install keys.
const SECRET_LENGTH: usize = 64;

/// Gives a closure the signature that the store's `write` asks for.
pub(crate) fn boxed<T, F>(work: F) -> F
where
    F: for<'t> Fn(&'t mut Tx) -> Work<'t, T> + Send + Sync + 'static,
{
    work
}

/// The place of a developer account's apps, modules and licenses.
pub(crate) fn shelf(account: &Record) -> Place {
    Place { organization_id: account.id.clone(), organization_seq: account.seq, scope: Vec::new() }
}

/// The developer account of an id.
async fn account(reader: &mut impl Reader, id: &str) -> Result<Record, Failure> {
    let account = records::find_anywhere(reader, entities::developer_account::ENTITY.prefix, id).await?;
    account.ok_or_else(Failure::not_found)
}

/// Lets a form act once: what it answers is shown once and cannot be shown again (`call.idempotency` is the form's).
async fn once(tx: &mut Tx, call: &Call) -> Result<(), Failure> {
    let Some(form) = &call.idempotency else { return Ok(()) };
    let since = call.now - crate::IDEMPOTENCY_KEPT;
    if audit::claim(tx, &form.key, &form.body_hash, call.now, since).await? {
        return Ok(());
    }
    Err(Failure::conflict("form_used"))
}

impl Service {
    /// Sets a user's password (already hashed).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn set_password(&self, user_id: &str, hash: &str) -> Result<(), Failure> {
        let (user_id, hash) = (user_id.to_owned(), hash.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (user_id, hash) = (user_id.clone(), hash.clone());
            Box::pin(async move {
                tx.execute("UPDATE account_user SET password_hash = $1 WHERE id = $2", &params![hash, user_id]).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }
}
