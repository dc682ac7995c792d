//! OAuth clients on the database, with what their tokens say.

use super::SECOND;
use crate::Service;
use crate::call::{Caller, Kind};
use kalends_engine::problem::Failure;
use kalends_engine::{Micros, id};
use kalends_oauth::client::{self, Client};
use kalends_oauth::jwt::Claims;
use kalends_store::{Row, params};

/// A client with what its tokens say.
#[derive(Debug, Clone)]
pub(super) struct KnownClient {
    pub(super) client: Client,
    pub(super) record_id: String,
    pub(super) developer_account_id: String,
    /// Refresh tokens of people are replaced at each exchange.
    pub(super) rotating: bool,
    /// It has somewhere to send people back to: without that it cannot use the authorization code grant.
    pub(super) redirects: bool,
}

/// The columns that [`KnownClient::read`] reads, from `client c`. A client whose developer account is gone or switched off is
/// switched off (`offers::ACTIVE`).
pub(super) const COLUMNS: &str = "SELECT c.id, c.kind, c.record_id, c.developer_account_id, c.secret_hash, c.previous_hash, c.previous_until, \
     c.active * (SELECT count(*) FROM record d WHERE d.id = c.developer_account_id AND d.entity = 'dA'), c.rotating, c.redirect_uris";

/// How many columns that are; others may follow.
pub(super) const WIDTH: usize = 10;

/// The client of that id.
pub(super) async fn find(service: &Service, id: &str) -> Result<Option<KnownClient>, Failure> {
    let row = service.store.query_opt(&format!("{COLUMNS} FROM client c WHERE c.id = $1"), &params![id]).await?;
    Ok(row.map(KnownClient::read))
}

impl KnownClient {
    pub(super) fn read(mut row: Row) -> Self {
        let kind = if row.text(1) == "APP" { client::Kind::App } else { client::Kind::Module };
        Self {
            client: Client {
                kind,
                previous_until: row.int(6),
                active: row.bool(7),
                id: row.take_text(0),
                secret_hash: row.take_text(4),
                previous_hash: row.take_text(5),
            },
            rotating: row.bool(8),
            redirects: row.text(9) != "[]",
            record_id: row.take_text(2),
            developer_account_id: row.take_text(3),
        }
    }

    /// What a token of the client itself says.
    pub(super) fn claims(&self, issuer: &str, now: Micros, seconds: i64, service: &Service) -> Claims {
        let issued = now.div_euclid(SECOND);
        Claims {
            iss: issuer.to_owned(),
            sub: self.record_id.clone(),
            aud: issuer.to_owned(),
            client_id: self.client.id.clone(),
            iat: issued,
            nbf: issued,
            exp: issued + seconds,
            jti: id::alphanumerics(24, service.entropy.as_ref()),
            organization_id: None,
            developer_account_id: self.developer_account_id.clone(),
            user_id: None,
            grant_id: None,
            scope: None,
            anonymous: false,
        }
    }

    /// The client as it calls, for a person or for itself.
    pub(super) fn caller(&self, user_id: Option<&str>) -> Caller {
        Caller {
            kind: if self.client.kind == client::Kind::App { Kind::App } else { Kind::Module },
            client_id: self.client.id.clone(),
            record_id: self.record_id.clone(),
            developer_account_id: self.developer_account_id.clone(),
            organization_id: None,
            user_id: user_id.map(str::to_owned),
        }
    }
}
