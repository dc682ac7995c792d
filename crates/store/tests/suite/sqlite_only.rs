//! What only a file has: other processes on it, copies, the log beside it.

use std::sync::Arc;
use std::time::Duration;

use kalends_store::{Database, Store, StoreConfig, StoreError, params};
use tempfile::TempDir;

use crate::fixture::Fixture;

async fn add(store: &Store, i: i64) -> Result<u64, StoreError> {
    store.write(move |tx| Box::pin(async move { tx.execute("INSERT INTO line VALUES ($1)", &params![i]).await })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_share_a_file() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT UNIQUE)").await;
    let mut tasks = Vec::new();
    for process in 0..3 {
        let store = Store::open(fixture.config.clone()).await.unwrap();
        for task in 0..4 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                for n in 0..50 {
                    add(&store, process * 1000 + task * 100 + n).await.unwrap();
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(fixture.store.query("SELECT COUNT(*) FROM line", &[]).await.unwrap()[0].int(0), 600);
}

#[tokio::test]
async fn a_lock_held_too_long_is_busy_and_passes() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT UNIQUE)").await;
    let config = StoreConfig { time_limit: Duration::from_millis(200), ..fixture.config.clone() };
    let hasty = Store::open(config).await.unwrap();
    let (locked, wait_locked) = std::sync::mpsc::channel();
    let (release, wait_release) = std::sync::mpsc::channel::<()>();
    let wait_release = Arc::new(std::sync::Mutex::new(wait_release));
    let holder = fixture.store.clone();
    let holding = tokio::spawn(async move {
        holder
            .write::<_, StoreError, _>(move |tx| {
                locked.send(()).unwrap();
                wait_release.lock().unwrap().recv().unwrap();
                Box::pin(async move { tx.execute("INSERT INTO line VALUES (1)", &[]).await })
            })
            .await
    });
    tokio::task::spawn_blocking(move || wait_locked.recv().unwrap()).await.unwrap();
    assert_eq!(add(&hasty, 2).await, Err(StoreError::Busy));
    release.send(()).unwrap();
    assert_eq!(holding.await.unwrap(), Ok(1));
    assert_eq!(add(&hasty, 2).await, Ok(1));
}

#[tokio::test]
async fn backup_is_a_whole_database() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT)").await;
    add(&fixture.store, 7).await.unwrap();
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("copy.db");
    fixture.store.backup_to(&path).await.unwrap();
    assert!(fixture.store.backup_to(&path).await.is_err());
    let config = StoreConfig { database: Database::Sqlite(path), ..StoreConfig::default() };
    let copy = Store::open(config).await.unwrap();
    assert_eq!(copy.query("SELECT i FROM line", &[]).await.unwrap()[0].int(0), 7);
}

#[tokio::test]
async fn reads_cannot_write() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT)").await;
    assert!(fixture.store.query("INSERT INTO line VALUES (1)", &[]).await.is_err());
}

#[tokio::test]
async fn awaiting_something_else_is_told() {
    let fixture = Fixture::sqlite().await;
    let answer = fixture
        .store
        .write::<(), StoreError, _>(|_| {
            Box::pin(async {
                tokio::task::yield_now().await;
                Ok(())
            })
        })
        .await;
    assert!(matches!(answer, Err(StoreError::Other(_))), "{answer:?}");
}

#[tokio::test]
async fn closing_empties_the_log() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT)").await;
    add(&fixture.store, 1).await.unwrap();
    fixture.store.query("SELECT i FROM line", &[]).await.unwrap();
    let Database::Sqlite(path) = &fixture.config.database else { panic!("not a file") };
    let log = path.with_extension("db-wal");
    assert!(log.metadata().unwrap().len() > 0);
    fixture.store.close().await;
    assert_eq!(log.metadata().map_or(0, |file| file.len()), 0);
}

#[tokio::test]
async fn missing_folder_is_unavailable() {
    let folder = TempDir::new().unwrap();
    let database = Database::Sqlite(folder.path().join("nowhere/test.db"));
    let answer = Store::open(StoreConfig { database, ..StoreConfig::default() }).await;
    assert!(matches!(answer, Err(StoreError::Unavailable(_))));
}
