//! A fresh, empty database of either kind.

use std::sync::Arc;
use std::time::Duration;

use kalends_store::{Database, Migration, Store, StoreConfig};
use kalends_testkit::postgres::TestPostgres;
use tempfile::TempDir;

/// Keeps what the database lives in for as long as the test.
pub(crate) struct Fixture {
    pub(crate) store: Store,
    pub(crate) config: StoreConfig,
    _folder: Option<TempDir>,
    _cluster: Option<Arc<TestPostgres>>,
}

impl Fixture {
    pub(crate) async fn sqlite() -> Fixture {
        let folder = TempDir::new().unwrap();
        let config = config(Database::Sqlite(folder.path().join("test.db")));
        let store = Store::open(config.clone()).await.unwrap();
        Fixture { store, config, _folder: Some(folder), _cluster: None }
    }

    pub(crate) async fn postgres() -> Fixture {
        let cluster = TestPostgres::shared().unwrap();
        let config = config(Database::Postgres(cluster.database().await.unwrap()));
        let store = Store::open(config.clone()).await.unwrap();
        Fixture { store, config, _folder: None, _cluster: Some(cluster) }
    }

    /// Makes tables from a text with markers.
    pub(crate) async fn tables(&self, text: &'static str) {
        self.store.migrate(&[Migration::common("0001_test", text)], 0).await.unwrap();
    }
}

fn config(database: Database) -> StoreConfig {
    StoreConfig { database, time_limit: Duration::from_secs(4), ..StoreConfig::default() }
}

/// Makes one test per database of each function, which takes the fixture.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::fixture::Fixture::sqlite().await).await; })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::fixture::Fixture::postgres().await).await; })+
        }
    };
}
pub(crate) use on_both;
