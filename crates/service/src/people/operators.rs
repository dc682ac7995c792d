//! What operators do with users, for the commands `kalends user …`.

use super::registration::end_access;
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_store::{Row, params};

/// A user as an operator sees her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The user's id.
    pub id: String,
    /// E-mail address.
    pub email: String,
    /// First and last name.
    pub name: String,
    /// May log in.
    pub active: bool,
    /// The address was proved.
    pub verified: bool,
    /// A password was set.
    pub has_password: bool,
    /// Codes of an app are needed.
    pub second_factor: bool,
    /// When she last logged in; 0 for never.
    pub last_login: Micros,
}

impl Service {
    /// All users, by address.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn users(&self) -> Result<Vec<Listed>, Failure> {
        let sql = "SELECT id, email, first_name, last_name, active, email_verified, password_hash, totp_sealed, last_login \
                   FROM account_user ORDER BY email";
        let listed = |row: &Row| Listed {
            id: row.text(0).to_owned(),
            email: row.text(1).to_owned(),
            name: format!("{} {}", row.text(2), row.text(3)).trim().to_owned(),
            active: row.bool(4),
            verified: row.bool(5),
            has_password: !row.text(6).is_empty(),
            second_factor: !row.text(7).is_empty(),
            last_login: row.int(8),
        };
        Ok(self.store.query(sql, &[]).await?.iter().map(listed).collect())
    }

    /// Lets a user log in again, or ends that with everything she has open.
    ///
    /// # Errors
    /// `not_found` (404) for an unknown address.
    pub async fn set_user_active(&self, email: &str, active: bool) -> Result<(), Failure> {
        let (email, now) = (email.trim().to_lowercase(), self.clock.now());
        let work = boxed::<(), _>(move |tx| {
            let email = email.clone();
            Box::pin(async move {
                let sql = "UPDATE account_user SET active = $1 WHERE email = $2 RETURNING id";
                let row = tx.query_opt(sql, &params![active, email]).await?.ok_or_else(Failure::not_found)?;
                if active {
                    return Ok(kalends_store::organizations::touch_one(tx, row.text(0)).await?);
                }
                end_access(tx, row.text(0), "", now).await
            })
        });
        self.store.write(work).await
    }
}
