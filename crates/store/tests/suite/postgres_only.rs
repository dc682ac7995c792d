//! What only a server does: deadlocks, going away and coming back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use kalends_store::{Database, Migration, Store, StoreConfig, StoreError, params};
use kalends_testkit::postgres::TestPostgres;
use tokio::sync::Barrier;

use crate::fixture::Fixture;

const TABLE: &str = "CREATE TABLE line (i BIGINT PRIMARY KEY, n BIGINT NOT NULL)";

async fn add(store: &Store, i: i64) -> Result<u64, StoreError> {
    store
        .write(move |tx| Box::pin(async move { tx.execute("INSERT INTO line VALUES ($1, 0)", &params![i]).await }))
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deadlock_runs_again() {
    let fixture = Fixture::postgres().await;
    fixture.tables(TABLE).await;
    let store = &fixture.store;
    add(store, 1).await.unwrap();
    add(store, 2).await.unwrap();
    let barrier = Arc::new(Barrier::new(2));
    let runs = Arc::new(AtomicUsize::new(0));
    let crossing = [(1, 2), (2, 1)].map(|(first, second)| {
        let (store, barrier, runs) = (store.clone(), Arc::clone(&barrier), Arc::clone(&runs));
        tokio::spawn(async move {
            store
                .write::<_, StoreError, _>(move |tx| {
                    let (barrier, runs) = (Arc::clone(&barrier), Arc::clone(&runs));
                    Box::pin(async move {
                        let update = "UPDATE line SET n = n + 1 WHERE i = $1";
                        tx.execute(update, &params![first]).await?;
                        if runs.fetch_add(1, Ordering::SeqCst) < 2 {
                            barrier.wait().await;
                        }
                        tx.execute(update, &params![second]).await
                    })
                })
                .await
        })
    });
    for task in crossing {
        assert_eq!(task.await.unwrap(), Ok(1));
    }
    assert_eq!(runs.load(Ordering::SeqCst), 3);
    let rows = store.query("SELECT n FROM line", &[]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.int(0)).collect::<Vec<_>>(), [2, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn conflict_that_stays_is_given_back() {
    let fixture = Fixture::postgres().await;
    fixture
        .tables(
            "CREATE FUNCTION fail() RETURNS BIGINT LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION USING ERRCODE = ''40001''; END'",
        )
        .await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let answer = fixture
        .store
        .write::<_, StoreError, _>(move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move { tx.query("SELECT fail()", &[]).await })
        })
        .await;
    assert_eq!(answer, Err(StoreError::Conflict));
    assert_eq!(runs.load(Ordering::SeqCst), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn server_goes_away_and_comes_back() {
    let cluster = Arc::new(TestPostgres::start().unwrap());
    let database = Database::Postgres(cluster.database().await.unwrap());
    let config = StoreConfig { database, time_limit: Duration::from_secs(4), ..StoreConfig::default() };
    let store = Store::open(config).await.unwrap();
    store.migrate(&[Migration::common("0001_test", TABLE)], 0).await.unwrap();
    let mut next = 0;
    for crash in [false, true] {
        // Fill the pool and the shared connections, so that all of them go stale.
        let filling: Vec<_> = (next..next + 20)
            .map(|i| {
                let store = store.clone();
                tokio::spawn(async move { add(&store, i).await })
            })
            .collect();
        next += 20;
        for write in filling {
            write.await.unwrap().unwrap();
        }
        for _ in 0..4 {
            store.ping().await.unwrap();
        }
        let server = Arc::clone(&cluster);
        let stop = move || if crash { server.crash_server() } else { server.stop_server() };
        tokio::task::spawn_blocking(stop).await.unwrap().unwrap();
        for _ in 0..4 {
            assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
            assert!(matches!(add(&store, 1000).await, Err(StoreError::Unavailable(_))));
        }
        let server = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || server.start_server()).await.unwrap().unwrap();
        for _ in 0..4 {
            store.ping().await.unwrap();
        }
        add(&store, next).await.unwrap();
        next += 1;
        let count = store.query("SELECT COUNT(*) FROM line", &[]).await.unwrap()[0].int(0);
        assert_eq!(count, next, "everything answered is there");
    }
}

#[tokio::test]
async fn restart_between_two_uses_is_not_noticed() {
    let cluster = TestPostgres::start().unwrap();
    let database = Database::Postgres(cluster.database().await.unwrap());
    let store = Store::open(StoreConfig { database, ..StoreConfig::default() }).await.unwrap();
    store.migrate(&[Migration::common("0001_test", TABLE)], 0).await.unwrap();
    add(&store, 1).await.unwrap();
    // The test's only thread is busy here: the store learns about the restart from its next use.
    cluster.stop_server().unwrap();
    cluster.start_server().unwrap();
    add(&store, 2).await.unwrap();
}

#[tokio::test]
async fn too_many_transactions_are_busy() {
    let fixture = Fixture::postgres().await;
    let config = StoreConfig { pool_size: 1, time_limit: Duration::from_millis(300), ..fixture.config.clone() };
    let store = Store::open(config).await.unwrap();
    let barrier = Arc::new(Barrier::new(2));
    let (held, theirs) = (store.clone(), Arc::clone(&barrier));
    let holding = tokio::spawn(async move {
        held.write::<_, StoreError, _>(move |_| {
            let barrier = Arc::clone(&theirs);
            Box::pin(async move {
                barrier.wait().await;
                barrier.wait().await;
                Ok(())
            })
        })
        .await
    });
    barrier.wait().await;
    let second = store.write::<_, StoreError, _>(|tx| Box::pin(tx.query("SELECT 1", &[]))).await;
    assert_eq!(second, Err(StoreError::Busy));
    barrier.wait().await;
    assert_eq!(holding.await.unwrap(), Ok(()));
}

#[tokio::test]
async fn nobody_at_the_address_is_unavailable() {
    let database = Database::Postgres("postgresql://kalends:secret@127.0.0.1:1/kalends".to_owned());
    let config = StoreConfig { database, ..StoreConfig::default() };
    assert!(!format!("{config:?}").contains("secret"));
    assert!(matches!(Store::open(config).await, Err(StoreError::Unavailable(_))));
}
