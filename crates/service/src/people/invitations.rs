//! Invitations to developer accounts, as the invited person sees them.
//!
//! Invariant: an invitation is answered by whoever holds its address: the link of the mail proves that, or the address was
//! proved before.

use super::links::Purpose;
use super::sessions::Session;
use crate::developer::{boxed, team};
use crate::{Service, tokens};
use kalends_engine::Micros;
use kalends_engine::problem::{Failure, Problem};
use kalends_entities as entities;
use kalends_store::{Tx, params, records};

/// An invitation that waits for this person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Hash that names it.
    pub id: String,
    /// The developer account's name.
    pub account: String,
    /// Until when it can be answered.
    pub expires: Micros,
}

/// How an invitation is named.
#[derive(Debug, Clone, Copy)]
pub enum Named<'a> {
    /// By the secret of the mail's link.
    Link(&'a str),
    /// By its hash, on the page of somebody whose address is proved.
    Id(&'a str),
}

impl Service {
    /// The invitations that wait for the address of a person. Somebody whose address is not proved sees none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn invitations_of(&self, session: &Session) -> Result<Vec<Invited>, Failure> {
        if !session.user.verified {
            return Ok(Vec::new());
        }
        let sql = "SELECT id, subject, expires FROM user_link WHERE purpose = $1 AND email = $2 AND used = 0 AND expires > $3 \
                   ORDER BY created DESC, id";
        let values = params![Purpose::InviteDeveloper.word(), session.user.email.as_str(), self.clock.now()];
        let mut invited = Vec::new();
        for row in self.store.query(sql, &values).await? {
            let account = self.account_name(row.text(1)).await?;
            invited.push(Invited { id: row.text(0).to_owned(), account, expires: row.int(2) });
        }
        Ok(invited)
    }

    /// The invitation behind a mail's link, for the person who is logged in.
    ///
    /// # Errors
    /// `link_invalid`, `link_expired` (400); `invitation_other_address` (403) when it was sent to another address.
    pub async fn invitation_of_link(&self, session: &Session, secret: &str) -> Result<Invited, Failure> {
        let link = self.read_link(Purpose::InviteDeveloper, secret).await?;
        if link.email != session.user.email {
            return Err(other_address(&session.user.email));
        }
        let account = self.account_name(&link.subject).await?;
        Ok(Invited { id: tokens::digest(secret), account, expires: 0 })
    }

    async fn account_name(&self, id: &str) -> Result<String, Failure> {
        let prefix = entities::developer_account::ENTITY.prefix;
        let record = records::find_anywhere(&mut &self.store, prefix, id).await?;
        Ok(record.map(|record| record.text("name").to_owned()).unwrap_or_default())
    }

    /// Answers an invitation: accepting lets the person into the account.
    ///
    /// # Errors
    /// `link_invalid` (400) when it was answered, taken back, has ended, or waits for somebody else.
    pub async fn answer_invitation(&self, session: &Session, named: Named<'_>, accept: bool) -> Result<(), Failure> {
        let (id, proved) = match named {
            Named::Link(secret) => (tokens::digest(secret), true),
            Named::Id(id) => (id.to_owned(), session.user.verified),
        };
        if !proved {
            return Err(Problem::new("link_invalid").into());
        }
        let (call, user) = (self.person_call(Some(&session.user.id), session.user.language()), session.user.clone());
        let by_link = matches!(named, Named::Link(_));
        let work = boxed::<(), _>(move |tx| {
            let (call, user, id) = (call.clone(), user.clone(), id.clone());
            Box::pin(async move {
                let account = take(tx, &id, &user.email, call.now).await?;
                if by_link {
                    let sql = "UPDATE account_user SET email_verified = 1 WHERE id = $1 AND email = $2";
                    tx.execute(sql, &params![user.id.as_str(), user.email.as_str()]).await?;
                }
                if accept { team::join(tx, &call, &account, &user.id).await } else { Ok(()) }
            })
        });
        self.store.write(work).await
    }
}

fn other_address(email: &str) -> Failure {
    Problem::new("invitation_other_address").arg("email", email.to_owned()).with_status(403)
}

/// Uses an invitation up; answers the account it is for.
async fn take(tx: &mut Tx, id: &str, email: &str, now: Micros) -> Result<String, Failure> {
    let sql = "UPDATE user_link SET used = $1 WHERE id = $2 AND purpose = $3 AND email = $4 AND used = 0 AND expires > $1 \
               RETURNING subject";
    let row = tx.query_opt(sql, &params![now, id, Purpose::InviteDeveloper.word(), email]).await?;
    Ok(row.ok_or_else(|| Failure::from(Problem::new("link_invalid")))?.take_text(0))
}
