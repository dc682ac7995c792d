//! What ends with an app or module: counted before, ended together with it.

use super::clients::{ClientKind, owned};
use super::secrets::note;
use super::{account, boxed, shelf};
use crate::call::Call;
use crate::{Service, write};
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_store::records::Reader;
use kalends_store::{Tx, organizations, params};

/// Most refresh tokens that are shown.
const TOKENS_SHOWN: i64 = 50;

/// What is in use and would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ending {
    /// Configurations in organizations.
    pub installations: i64,
    /// Refresh tokens of the client itself.
    pub tokens: i64,
    /// Logins of people.
    pub logins: i64,
    /// Consents of people.
    pub consents: i64,
    /// When one of its tokens was last exchanged; 0 for never.
    pub last_used: Micros,
}

/// A refresh token as its developer sees it: never the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// Hash that names it.
    pub id: String,
    /// When it was given.
    pub created: Micros,
    /// When it ends by itself.
    pub expires: Micros,
    /// When it was last exchanged; 0 for never.
    pub used: Micros,
    /// Whether it belongs to a person's login.
    pub personal: bool,
}

/// Counts what is in use.
pub(super) async fn count(
    reader: &mut impl Reader,
    kind: ClientKind,
    client_id: &str,
    record_id: &str,
    now: Micros,
) -> Result<Ending, Failure> {
    let (config, relation) = kind.config();
    let sql = "SELECT (SELECT count(*) FROM link l JOIN record r ON r.id = l.left_id \
               WHERE l.relation = $1 AND l.right_id = $2 AND r.entity = $3), \
               (SELECT count(*) FROM refresh_token WHERE client_id = $4 AND user_id = '' AND revoked = 0 AND expires > $5), \
               (SELECT count(*) FROM token_family WHERE client_id = $4 AND revoked = 0 AND expires > $5), \
               (SELECT count(*) FROM consent WHERE client_id = $4), \
               (SELECT coalesce(max(used), 0) FROM refresh_token WHERE client_id = $4)";
    let rows = reader.rows(sql, &params![relation, record_id, config.prefix, client_id, now]).await?;
    let row = rows.first().ok_or_else(Failure::internal)?;
    Ok(Ending {
        installations: row.int(0),
        tokens: row.int(1),
        logins: row.int(2),
        consents: row.int(3),
        last_used: row.int(4),
    })
}

/// Ends every refresh token of a client: its own and those of people's logins.
pub(super) async fn end_tokens(tx: &mut Tx, client_id: &str, now: Micros) -> Result<(), Failure> {
    for sql in [
        "UPDATE refresh_token SET revoked = $1 WHERE client_id = $2 AND revoked = 0",
        "UPDATE token_family SET revoked = $1 WHERE client_id = $2 AND revoked = 0",
    ] {
        tx.execute(sql, &params![now, client_id]).await?;
    }
    Ok(())
}

impl Service {
    /// Refresh tokens of an app or module that are alive, newest first.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn client_tokens(
        &self,
        account_id: &str,
        kind: ClientKind,
        record_id: &str,
    ) -> Result<Vec<TokenLine>, Failure> {
        let (_, client_id) = owned(&mut &self.store, kind, account_id, record_id).await?;
        let sql = format!(
            "SELECT t.id, t.created, t.expires, t.used, t.user_id FROM refresh_token t LEFT JOIN token_family f ON f.id = t.family \
             WHERE t.client_id = $1 AND t.revoked = 0 AND t.expires > $2 \
             AND (t.family = '' OR (f.revoked = 0 AND f.generation = t.generation)) \
             ORDER BY t.created DESC, t.id LIMIT {TOKENS_SHOWN}"
        );
        let rows = self.store.query(&sql, &params![client_id, self.clock.now()]).await?;
        let line = |row: &kalends_store::Row| TokenLine {
            id: row.text(0).to_owned(),
            created: row.int(1),
            expires: row.int(2),
            used: row.int(3),
            personal: !row.text(4).is_empty(),
        };
        Ok(rows.iter().map(line).collect())
    }

    /// Ends refresh tokens: the one that is named, or all. Access tokens that were made of them end by themselves within
    /// five minutes.
    ///
    /// # Errors
    /// `not_found` (404), for a token that is not this client's too.
    pub async fn end_client_tokens(
        &self,
        call: &Call,
        account_id: &str,
        (kind, record_id): (ClientKind, &str),
        token: Option<&str>,
    ) -> Result<(), Failure> {
        let (call, token) = (call.clone(), token.map(str::to_owned));
        let (account_id, record_id) = (account_id.to_owned(), record_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, token) = (call.clone(), token.clone());
            let (account_id, record_id) = (account_id.clone(), record_id.clone());
            Box::pin(async move {
                let (_, client_id) = owned(tx, kind, &account_id, &record_id).await?;
                match token {
                    None => end_tokens(tx, &client_id, call.now).await?,
                    Some(token) => end_token(tx, &client_id, &token, call.now).await?,
                }
                note(tx, &call, &client_id, "TOKEN_END").await
            })
        });
        self.store.write(work).await
    }

    /// Switches an app or module off or on. Off, it gets no tokens and its calls are refused with the next request; every
    /// refresh token ends. Installations and their settings stay.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn set_client_active(
        &self,
        call: &Call,
        account_id: &str,
        (kind, record_id): (ClientKind, &str),
        active: bool,
    ) -> Result<(), Failure> {
        let (call, account_id, record_id) = (call.clone(), account_id.to_owned(), record_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, record_id) = (call.clone(), account_id.clone(), record_id.clone());
            Box::pin(async move {
                let (_, client_id) = owned(tx, kind, &account_id, &record_id).await?;
                let sql = "UPDATE client SET active = $1 WHERE id = $2 AND active <> $1";
                if tx.execute(sql, &params![active, client_id.as_str()]).await? == 0 {
                    return Ok(());
                }
                if !active {
                    end_tokens(tx, &client_id, call.now).await?;
                }
                organizations::touch_one(tx, &client_id).await?;
                note(tx, &call, &client_id, if active { "ACTIVATE" } else { "DEACTIVATE" }).await
            })
        });
        self.store.write(work).await
    }

    /// Deletes an app or module with its installations in every organization, its tokens, consents and request log.
    ///
    /// # Errors
    /// `not_found` (404).
    pub async fn delete_client(
        &self,
        call: &Call,
        account_id: &str,
        kind: ClientKind,
        record_id: &str,
    ) -> Result<(), Failure> {
        let (call, account_id, record_id) = (call.clone(), account_id.to_owned(), record_id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (call, account_id, record_id) = (call.clone(), account_id.clone(), record_id.clone());
            Box::pin(async move { delete(tx, &call, &account_id, kind, &record_id).await })
        });
        self.store.write(work).await
    }
}

/// Ends one token; one of a login ends the login.
async fn end_token(tx: &mut Tx, client_id: &str, token: &str, now: Micros) -> Result<(), Failure> {
    let sql = "UPDATE refresh_token SET revoked = $1 WHERE id = $2 AND client_id = $3 AND revoked = 0 RETURNING family";
    let row = tx.query_opt(sql, &params![now, token, client_id]).await?.ok_or_else(Failure::not_found)?;
    if !row.text(0).is_empty() {
        let sql = "UPDATE token_family SET revoked = $1 WHERE id = $2 AND revoked = 0";
        tx.execute(sql, &params![now, row.text(0)]).await?;
    }
    Ok(())
}

async fn delete(tx: &mut Tx, call: &Call, account_id: &str, kind: ClientKind, record_id: &str) -> Result<(), Failure> {
    let account = account(tx, account_id).await?;
    let (record, client_id) = owned(tx, kind, account_id, record_id).await?;
    // Its installations, the client and all that hangs on it go with the record.
    write::delete(tx, call, &shelf(&account), kind.entity(), &record).await?;
    Ok(organizations::touch_one(tx, &client_id).await?)
}
