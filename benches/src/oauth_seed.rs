//! What the authorization server has on file before it is measured: people, a session, what was allowed, codes.

use crate::Outcome;
use crate::program::Program;
use kalends_engine::clock::{Clock, SystemClock};
use kalends_service::tokens::digest;
use kalends_store::{StoreError, params};
use serde_json::json;
use std::sync::Arc;

/// Where codes are sent to.
pub(crate) const REDIRECT: &str = "https://spa.example/cb";
/// The session cookie of the demo account's user.
pub(crate) const COOKIE: &str = "bench-session-cookie-of-the-first-user-0123456789";
/// RFC 7636 appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// People who can log in.
pub(crate) const PEOPLE: usize = 64;
/// The password of all of them.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// The address of a person.
pub(crate) fn email(place: usize) -> String {
    format!("person{place}@example.com")
}

/// A code that can be redeemed.
pub(crate) fn code(place: usize) -> String {
    format!("benchCode{place:034}")
}

/// Writes everything; `codes` of them.
pub(crate) async fn write(program: &Program, codes: usize) -> Outcome {
    let mut seed = 0_u8;
    let mut fill = |bytes: &mut [u8]| {
        seed = seed.wrapping_add(1);
        bytes.fill(seed);
    };
    let hash =
        kalends_oauth::password::hash(PASSWORD, &mut Default::default(), &mut fill).map_err(|_| "argon2id refused")?;
    let user = program.store.query("SELECT id FROM account_user ORDER BY created", &[]).await?;
    let user = user.first().ok_or("no user")?.text(0).to_owned();
    let permissions: Vec<&str> = kalends_catalog::permission::ids().collect();
    let permissions = json!(permissions).to_string();
    let texts =
        [user, program.text("/app/clientId").to_owned(), program.text("/organizationId").to_owned(), permissions];
    let (texts, hash, now) = (Arc::new(texts), Arc::new(hash), SystemClock.now());
    let written = program.store.write(move |tx| {
        let (texts, hash) = (Arc::clone(&texts), Arc::clone(&hash));
        Box::pin(async move {
            let [user, client, organization, permissions] = &*texts;
            let day = 86_400_000_000;
            let sql = "UPDATE client SET redirect_uris = $1 WHERE id = $2";
            tx.execute(sql, &params![json!([REDIRECT]).to_string(), client.as_str()]).await?;
            let sql = "INSERT INTO session (id, user_id, method, authenticated, created, seen, expires, network, agent) \
                       VALUES ($1, $2, 'PASSWORD', $3, $3, $3, $4, '127.0.0.1', 'bench')";
            let session = digest(COOKIE);
            tx.execute(sql, &params![session.as_str(), user.as_str(), now, now + day]).await?;
            let sql = "INSERT INTO consent (user_id, client_id, organization_id, permissions, created) VALUES ($1, $2, $3, $4, $5)";
            tx.execute(sql, &params![user.as_str(), client.as_str(), organization.as_str(), permissions.as_str(), now]).await?;
            let sql = "INSERT INTO account_user (id, email, email_verified, password_hash, first_name, last_name, gender, locale, time_zone, active, created) \
                       VALUES ($1, $2, 1, $3, 'Per', 'Son', 'NOT_SPECIFIED', 'en', 'Europe/Berlin', 1, $4)";
            for place in 0..PEOPLE {
                let id = format!("us{place:030}");
                tx.execute(sql, &params![id, email(place), hash.as_str(), now]).await?;
            }
            let sql = "INSERT INTO authorization_code (id, client_id, user_id, session_id, organization_id, redirect_uri, challenge, nonce, openid, \
                       authenticated, family, created, expires, used) VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, $8, $9, $8, $10, 0)";
            for place in 0..codes {
                let values = params![
                    digest(&code(place)),
                    client.as_str(),
                    user.as_str(),
                    session.as_str(),
                    organization.as_str(),
                    REDIRECT,
                    CHALLENGE,
                    now,
                    format!("benchFamily{place:013}"),
                    now + day
                ];
                tx.execute(sql, &values).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    written.await?;
    Ok(crate::seed::settle(&program.store).await?)
}
