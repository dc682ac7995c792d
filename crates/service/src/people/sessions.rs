//! Sessions of browsers. The cookie is 64 random characters; the database has its hash only.
//!
//! Invariant: a session's cookie is made anew with every login, never taken over (CWE-384).

use crate::developer::boxed;
use crate::{Service, tokens};
use kalends_catalog::locale::Language;
use kalends_engine::problem::Failure;
use kalends_engine::{Micros, id};
use kalends_store::{Tx, params};

const SECOND: Micros = 1_000_000;
/// A session ends this long after its login, whatever happens: 30 days.
pub const LIFE: Micros = 30 * 86_400 * SECOND;
/// A session that was not used ends after this long: 7 days.
pub const IDLE: Micros = 7 * 86_400 * SECOND;
/// How often the last use is written down.
const NOTED: Micros = 600 * SECOND;
const COOKIE_LENGTH: usize = 64;

/// A person as pages show her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: String,
    /// E-mail address, the login name.
    pub email: String,
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// `de`, `en`, …
    pub locale: String,
    /// IANA zone.
    pub time_zone: String,
    /// Whether the address was proved.
    pub verified: bool,
}

impl User {
    /// The language of pages for this person.
    pub fn language(&self) -> Language {
        Language::of(&self.locale)
    }

    /// First and last name, or the address of one who has none.
    pub fn name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        if name.trim().is_empty() { self.email.clone() } else { name.trim().to_owned() }
    }
}

/// A logged-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Hash of the cookie.
    pub id: String,
    /// Who is logged in.
    pub user: User,
    /// When she proved who she is.
    pub authenticated: Micros,
    /// `PASSWORD`, `TOTP`, `PASSKEY`.
    pub method: String,
}

/// Where a browser comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Network address.
    pub network: String,
    /// `User-Agent`, cut to 200 characters.
    pub agent: String,
}

const USER: &str = "u.id, u.email, u.first_name, u.last_name, u.locale, u.time_zone, u.email_verified";

fn user_at(row: &kalends_store::Row, at: usize) -> User {
    let text = |index: usize| row.text(at + index).to_owned();
    User {
        id: text(0),
        email: text(1),
        first_name: text(2),
        last_name: text(3),
        locale: text(4),
        time_zone: text(5),
        verified: row.bool(at + 6),
    }
}

impl Service {
    /// The session of a cookie, while it lasts and its user is active.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn session(&self, cookie: &str) -> Result<Option<Session>, Failure> {
        if cookie.len() != COOKIE_LENGTH {
            return Ok(None);
        }
        let (now, id) = (self.clock.now(), tokens::digest(cookie));
        let sql = format!(
            "SELECT s.authenticated, s.method, s.seen, {USER} FROM session s JOIN account_user u ON u.id = s.user_id \
             WHERE s.id = $1 AND s.expires > $2 AND s.seen > $3 AND u.active = 1"
        );
        let Some(row) = self.store.query_opt(&sql, &params![id.as_str(), now, now - IDLE]).await? else {
            return Ok(None);
        };
        if row.int(2) < now - NOTED {
            let id = id.clone();
            let note = boxed::<(), _>(move |tx| {
                let id = id.clone();
                Box::pin(async move {
                    let sql = "UPDATE session SET seen = $1 WHERE id = $2 AND seen < $1";
                    tx.execute(sql, &params![now, id.as_str()]).await?;
                    Ok(())
                })
            });
            self.store.write(note).await?;
        }
        let (authenticated, method) = (row.int(0), row.text(1).to_owned());
        Ok(Some(Session { id, user: user_at(&row, 3), authenticated, method }))
    }

    /// Opens a session and ends the one it replaces; answers the new cookie.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open_session(
        &self,
        user_id: &str,
        method: &'static str,
        origin: &Origin,
        replaced: Option<&str>,
    ) -> Result<String, Failure> {
        let now = self.clock.now();
        let cookie = id::alphanumerics(COOKIE_LENGTH, self.entropy.as_ref());
        let (id, user_id, origin) = (tokens::digest(&cookie), user_id.to_owned(), origin.clone());
        let replaced = replaced.map(str::to_owned);
        let work = boxed::<(), _>(move |tx| {
            let (id, user_id, origin, replaced) = (id.clone(), user_id.clone(), origin.clone(), replaced.clone());
            Box::pin(async move {
                if let Some(replaced) = replaced {
                    tx.execute("DELETE FROM session WHERE id = $1", &params![replaced]).await?;
                }
                let sql = "INSERT INTO session (id, user_id, method, authenticated, created, seen, expires, network, agent) \
                           VALUES ($1, $2, $3, $4, $4, $4, $5, $6, $7)";
                let agent: String = origin.agent.chars().take(200).collect();
                let values = params![id, user_id.as_str(), method, now, now + LIFE, origin.network, agent];
                tx.execute(sql, &values).await?;
                tx.execute("UPDATE account_user SET last_login = $1 WHERE id = $2", &params![now, user_id]).await?;
                Ok(())
            })
        });
        self.store.write(work).await?;
        Ok(cookie)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn close_session(&self, id: &str) -> Result<(), Failure> {
        let id = id.to_owned();
        let work = boxed::<(), _>(move |tx| {
            let id = id.clone();
            Box::pin(async move {
                tx.execute("DELETE FROM session WHERE id = $1", &params![id]).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }

    /// The active user of an id.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn user(&self, id: &str) -> Result<Option<User>, Failure> {
        let sql = format!("SELECT {USER} FROM account_user u WHERE u.id = $1 AND u.active = 1");
        Ok(self.store.query_opt(&sql, &params![id]).await?.map(|row| user_at(&row, 0)))
    }
}

/// Ends all sessions of a user but one.
///
/// # Errors
/// Those of the database.
pub async fn close_others(tx: &mut Tx, user_id: &str, kept: &str) -> Result<(), Failure> {
    tx.execute("DELETE FROM session WHERE user_id = $1 AND id <> $2", &params![user_id, kept]).await?;
    Ok(())
}
