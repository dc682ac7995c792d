//! Every test over real HTTP, on both databases. The folders mirror the addresses.

/// Runs a test on SQLite and on PostgreSQL.
macro_rules! both {
    ($($(#[$doc:meta])* async fn $name:ident($app:ident) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[expect(clippy::allow_attributes, reason = "not every test uses what its file imports")]
            #[allow(unused_imports)]
            use super::*;

            async fn run($app: kalends_testkit::app::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(kalends_testkit::app::TestApp::start(kalends_testkit::app::On::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run(kalends_testkit::app::TestApp::start(kalends_testkit::app::On::Postgres).await).await;
            }
        }
    )*};
}

mod apidoc;
mod app;
mod browser;
mod clients;
mod contract;
mod developer;
mod module;
mod oauth;
mod operations;
mod properties;
mod rights;
mod scheduling;
mod sources;
mod user;
