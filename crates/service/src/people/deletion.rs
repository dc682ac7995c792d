//! Deleting an account: what ends with it, and what must be handed over first.

use super::changes;
use super::registration::end_access;
use super::sessions::Session;
use crate::Service;
use crate::call::Call;
use crate::developer::boxed;
use crate::mail;
use kalends_engine::problem::{Failure, Problem};
use kalends_entities as entities;
use kalends_store::records::{self, Reader};
use kalends_store::{Tx, params};

/// What ends with an account, and what stands in the way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// Logged-in browsers.
    pub sessions: i64,
    /// Apps that may act for her.
    pub consents: i64,
    /// Organizations that she is an admin of, by name.
    pub organizations: Vec<String>,
    /// Developer accounts that she belongs to, by name.
    pub developer_accounts: Vec<String>,
    /// Organizations that would have no admin any more, by name.
    pub only_admin_of: Vec<String>,
    /// Developer accounts that would have no member any more, by name.
    pub only_member_of: Vec<String>,
}

impl Service {
    /// What would end with the account of a person.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn ending_of(&self, user_id: &str) -> Result<Ending, Failure> {
        ending(&mut &self.store, user_id).await
    }

    /// Deletes an account.
    ///
    /// # Errors
    /// Those of [`Service::confirm_password`]; `only_admin`, `only_member` (409), naming what must be handed over.
    pub async fn delete_account(&self, session: &Session, password: &str) -> Result<(), Failure> {
        self.confirm_password(session, password).await?;
        let (call, user_id) =
            (self.person_call(Some(&session.user.id), session.user.language()), session.user.id.clone());
        let work = boxed::<(), _>(move |tx| {
            let (call, user_id) = (call.clone(), user_id.clone());
            Box::pin(async move { delete(tx, &call, &user_id).await })
        });
        self.store.write(work).await
    }
}

async fn delete(tx: &mut Tx, call: &Call, user_id: &str) -> Result<(), Failure> {
    // Of two admins who delete their accounts at the same time one stays: the rows they share are locked first.
    let lock = "UPDATE record SET version = version WHERE id IN (SELECT organization_id FROM organization_admin WHERE user_id = $1 \
                UNION SELECT developer_account_id FROM developer_account_user WHERE user_id = $1)";
    tx.execute(lock, &params![user_id]).await?;
    let ending = ending(tx, user_id).await?;
    let mut problems = Vec::new();
    for name in &ending.only_member_of {
        problems.push(Problem::new("only_member").arg("name", name.clone()));
    }
    for name in &ending.only_admin_of {
        problems.push(Problem::new("only_admin").arg("name", name.clone()));
    }
    if !problems.is_empty() {
        return Err(Failure { status: 409, ..Failure::invalid(problems) });
    }
    changes::tell(tx, call, user_id, mail::Purpose::AccountDeleted, "register", "").await?;
    end_access(tx, user_id, "", call.now).await?;
    for sql in ["DELETE FROM user_link WHERE user_id = $1", "DELETE FROM refresh_token WHERE user_id = $1"] {
        tx.execute(sql, &params![user_id]).await?;
    }
    // Sessions, consents, passkeys, codes and memberships hang on the row and go with it.
    tx.execute("DELETE FROM account_user WHERE id = $1", &params![user_id]).await?;
    Ok(())
}

async fn ending(reader: &mut impl Reader, user_id: &str) -> Result<Ending, Failure> {
    let counts =
        "SELECT (SELECT count(*) FROM session WHERE user_id = $1), (SELECT count(*) FROM consent WHERE user_id = $1)";
    let counts = reader.rows(counts, &params![user_id]).await?;
    let count = |column: usize| counts.first().map_or(0, |row| row.int(column));
    let (sessions, consents) = (count(0), count(1));
    // An admin of an organization above is an admin of those below as well.
    let admin = "SELECT o.organization_id, CASE WHEN EXISTS (SELECT 1 FROM organization_admin a \
                 JOIN organization_tree t ON t.ancestor_id = a.organization_id JOIN account_user u ON u.id = a.user_id \
                 WHERE t.descendant_id = o.organization_id AND a.user_id <> $1 AND u.active = 1) THEN 1 ELSE 0 END \
                 FROM organization_admin o WHERE o.user_id = $1 ORDER BY o.organization_id";
    let member = "SELECT d.developer_account_id, CASE WHEN EXISTS (SELECT 1 FROM developer_account_user m \
                  JOIN account_user u ON u.id = m.user_id \
                  WHERE m.developer_account_id = d.developer_account_id AND m.user_id <> $1 AND u.active = 1) THEN 1 ELSE 0 END \
                  FROM developer_account_user d WHERE d.user_id = $1 ORDER BY d.developer_account_id";
    let (organizations, only_admin_of) = named(reader, admin, entities::organization::ENTITY.prefix, user_id).await?;
    let prefix = entities::developer_account::ENTITY.prefix;
    let (developer_accounts, only_member_of) = named(reader, member, prefix, user_id).await?;
    Ok(Ending { sessions, consents, organizations, developer_accounts, only_admin_of, only_member_of })
}

/// Names of what a statement lists, and of those that nobody else has.
async fn named(
    reader: &mut impl Reader,
    sql: &str,
    prefix: &str,
    user_id: &str,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let (mut all, mut alone) = (Vec::new(), Vec::new());
    for row in reader.rows(sql, &params![user_id]).await? {
        let record = records::find_anywhere(reader, prefix, row.text(0)).await?;
        let name = record.map_or_else(|| row.text(0).to_owned(), |record| record.text("name").to_owned());
        if !row.bool(1) {
            alone.push(name.clone());
        }
        all.push(name);
    }
    Ok((all, alone))
}
