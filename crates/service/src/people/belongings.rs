//! What a person has open: sessions, and apps that may act for her.

use super::sessions::{Session, close_others};
use crate::Service;
use crate::developer::boxed;
use kalends_engine::Micros;
use kalends_engine::problem::Failure;
use kalends_entities as entities;
use kalends_store::{Tx, params, records};

/// A logged-in browser as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenSession {
    /// Hash that names it.
    pub id: String,
    /// How it was opened: `PASSWORD`, `TOTP`, `PASSKEY`.
    pub method: String,
    /// When.
    pub created: Micros,
    /// When it was last used, to within ten minutes.
    pub seen: Micros,
    /// The network address it was opened from.
    pub network: String,
    /// The browser, as it names itself.
    pub agent: String,
}

/// What a person let an app do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The app's client id.
    pub client_id: String,
    /// The app's or module's name.
    pub app: String,
    /// The organization's id, empty for all of them.
    pub organization_id: String,
    /// The organization's name, empty for all of them.
    pub organization: String,
    /// Ids of the permissions.
    pub permissions: Vec<String>,
    /// Since when.
    pub created: Micros,
}

impl Service {
    /// The sessions of a person, the latest use first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sessions_of(&self, user_id: &str) -> Result<Vec<OpenSession>, Failure> {
        let now = self.clock.now();
        let sql = "SELECT id, method, created, seen, network, agent FROM session WHERE user_id = $1 AND expires > $2 AND seen > $3 \
                   ORDER BY seen DESC, id";
        let rows = self.store.query(sql, &params![user_id, now, now - super::sessions::IDLE]).await?;
        let session = |row: &kalends_store::Row| OpenSession {
            id: row.text(0).to_owned(),
            method: row.text(1).to_owned(),
            created: row.int(2),
            seen: row.int(3),
            network: row.text(4).to_owned(),
            agent: row.text(5).to_owned(),
        };
        Ok(rows.iter().map(session).collect())
    }

    /// Ends one of her own sessions; another person's stays, and the answer is the same.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_session(&self, session: &Session, id: &str) -> Result<(), Failure> {
        let (user_id, id) = (session.user.id.clone(), id.to_owned());
        let work = boxed::<(), _>(move |tx| {
            let (user_id, id) = (user_id.clone(), id.clone());
            Box::pin(async move {
                tx.execute("DELETE FROM session WHERE id = $1 AND user_id = $2", &params![id, user_id]).await?;
                Ok(())
            })
        });
        self.store.write(work).await
    }

    /// Ends all of her sessions but the one she asks from.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn end_other_sessions(&self, session: &Session) -> Result<(), Failure> {
        let (user_id, kept) = (session.user.id.clone(), session.id.clone());
        let work = boxed::<(), _>(move |tx| {
            let (user_id, kept) = (user_id.clone(), kept.clone());
            Box::pin(async move { close_others(tx, &user_id, &kept).await })
        });
        self.store.write(work).await
    }

    /// What a person let apps do, newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn consents_of(&self, user_id: &str) -> Result<Vec<Consent>, Failure> {
        let sql = "SELECT c.client_id, c.organization_id, c.permissions, c.created, a.kind, a.record_id FROM consent c \
                   JOIN client a ON a.id = c.client_id WHERE c.user_id = $1 ORDER BY c.created DESC, c.client_id, c.organization_id";
        let mut consents = Vec::new();
        for row in self.store.query(sql, &params![user_id]).await? {
            let entity = if row.text(4) == "APP" { &entities::app::ENTITY } else { &entities::module::ENTITY };
            let app = records::find_anywhere(&mut &self.store, entity.prefix, row.text(5)).await?;
            let prefix = entities::organization::ENTITY.prefix;
            let organization = records::find_anywhere(&mut &self.store, prefix, row.text(1)).await?;
            let name = |record: Option<kalends_engine::record::Record>| {
                record.map(|record| record.text("name").to_owned()).unwrap_or_default()
            };
            consents.push(Consent {
                client_id: row.text(0).to_owned(),
                app: name(app),
                organization_id: row.text(1).to_owned(),
                organization: name(organization),
                permissions: serde_json::from_str(row.text(2)).unwrap_or_default(),
                created: row.int(3),
            });
        }
        Ok(consents)
    }

    /// Takes a consent back: what the app does for her there ends, its next exchange is refused.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn withdraw_consent(&self, user_id: &str, client_id: &str, organization_id: &str) -> Result<(), Failure> {
        let now = self.clock.now();
        let of = [user_id, client_id, organization_id].map(str::to_owned);
        let work = boxed::<(), _>(move |tx| {
            let of = of.clone();
            Box::pin(async move { withdraw(tx, &of, now).await })
        });
        self.store.write(work).await
    }
}

async fn withdraw(tx: &mut Tx, of: &[String; 3], now: Micros) -> Result<(), Failure> {
    let [user, client, organization] = of;
    let sql = "DELETE FROM consent WHERE user_id = $1 AND client_id = $2 AND organization_id = $3";
    if tx.execute(sql, &params![user, client, organization]).await? == 0 {
        return Ok(());
    }
    for sql in [
        "UPDATE refresh_token SET revoked = $1 WHERE revoked = 0 AND family <> '' AND family IN \
         (SELECT id FROM token_family WHERE user_id = $2 AND client_id = $3 AND organization_id = $4)",
        "UPDATE token_family SET revoked = $1 WHERE user_id = $2 AND client_id = $3 AND organization_id = $4 AND revoked = 0",
        "UPDATE authorization_code SET used = $1 WHERE user_id = $2 AND client_id = $3 AND organization_id = $4 AND used = 0",
    ] {
        tx.execute(sql, &params![now, user, client, organization]).await?;
    }
    Ok(kalends_store::organizations::touch_one(tx, user).await?)
}
