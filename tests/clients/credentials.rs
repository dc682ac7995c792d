//! Discovery, client credentials with the standard answer, exchange and revocation.

use super::{config, script};

async fn nobody(address: String) -> String {
    panic!("no person is asked here: {address}")
}

both! {
    /// `oauth4webapi` with its validation of access tokens (RFC 9068).
    async fn oauth4webapi_client_credentials(app) {
        script("client_credentials.mjs", &config(&app), nobody).await;
    }

    /// Authlib, and the signature checked by joserfc.
    async fn authlib_client_credentials(app) {
        script("client_credentials.py", &config(&app), nobody).await;
    }
}
