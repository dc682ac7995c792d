//! What only a file has: other processes on it, copies, the log beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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
                    let i = process * 1000 + task * 100 + n;
                    let reads_first = store.write::<_, StoreError, _>(move |tx| {
                        Box::pin(async move {
                            tx.query("SELECT COUNT(*) FROM line", &[]).await?;
                            tx.execute("INSERT INTO line VALUES ($1)", &params![i]).await
                        })
                    });
                    reads_first.await.unwrap();
                }
            }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(fixture.store.query("SELECT COUNT(*) FROM line", &[]).await.unwrap()[0].int(0), 600);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_that_start_together_open_a_new_file() {
    for _ in 0..20 {
        let folder = TempDir::new().unwrap();
        let database = Database::Sqlite(folder.path().join("test.db"));
        let config = StoreConfig { database, ..StoreConfig::default() };
        let opening: Vec<_> = (0..8).map(|_| tokio::spawn(Store::open(config.clone()))).collect();
        for store in opening {
            assert!(store.await.unwrap().is_ok());
        }
    }
}

/// Keeps the writer of a store busy until told otherwise.
struct Held {
    release: std::sync::mpsc::Sender<()>,
    write: tokio::task::JoinHandle<Result<u64, StoreError>>,
}

impl Held {
    async fn hold(store: &Store) -> Held {
        let store = store.clone();
        let (locked, wait_locked) = std::sync::mpsc::channel();
        let (release, wait_release) = std::sync::mpsc::channel::<()>();
        let wait_release = Arc::new(std::sync::Mutex::new(wait_release));
        let write = tokio::spawn(async move {
            store
                .write::<_, StoreError, _>(move |tx| {
                    locked.send(()).unwrap();
                    wait_release.lock().unwrap().recv().unwrap();
                    Box::pin(async move { tx.execute("INSERT INTO line VALUES (1)", &[]).await })
                })
                .await
        });
        tokio::task::spawn_blocking(move || wait_locked.recv().unwrap()).await.unwrap();
        Held { release, write }
    }

    async fn release(self) {
        self.release.send(()).unwrap();
        assert_eq!(self.write.await.unwrap(), Ok(1));
    }
}

#[tokio::test]
async fn a_lock_held_too_long_is_busy_and_passes() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT UNIQUE)").await;
    let config = StoreConfig { time_limit: Duration::from_millis(200), ..fixture.config.clone() };
    let hasty = Store::open(config).await.unwrap();
    let held = Held::hold(&fixture.store).await;
    assert_eq!(add(&hasty, 2).await, Err(StoreError::Busy));
    held.release().await;
    assert_eq!(add(&hasty, 2).await, Ok(1));
}

#[tokio::test]
async fn runaway_write_spares_its_group() {
    let fixture = Fixture::sqlite().await;
    fixture.tables("CREATE TABLE line (i BIGINT)").await;
    let held = Held::hold(&fixture.store).await;
    // All of these wait for the same group, the runaway in their middle.
    let runs = Arc::new(AtomicUsize::new(0));
    let writes: Vec<_> = (2..9)
        .map(|i| {
            let (store, runs) = (fixture.store.clone(), Arc::clone(&runs));
            tokio::spawn(async move {
                store
                    .write::<_, StoreError, _>(move |tx| {
                        runs.fetch_add(1, Ordering::SeqCst);
                        let insert = if i == 5 { RUNAWAY } else { "INSERT INTO line VALUES ($1)" };
                        let params = if i == 5 { vec![] } else { params![i].to_vec() };
                        Box::pin(async move { tx.execute(insert, &params).await })
                    })
                    .await
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(100)).await;
    held.release().await;
    for (i, write) in (2..9).zip(writes) {
        assert_eq!(write.await.unwrap(), if i == 5 { Err(StoreError::Busy) } else { Ok(1) });
    }
    let rows = fixture.store.query("SELECT i FROM line ORDER BY i", &[]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.int(0)).collect::<Vec<_>>(), [1, 2, 3, 4, 6, 7, 8]);
    assert_eq!(runs.load(Ordering::SeqCst), 7 + 3, "the three before the runaway ran twice");
}

/// Writes nothing, for hours.
const RUNAWAY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 1000 + 1 FROM n)
    INSERT INTO line SELECT i FROM n WHERE i < 0";

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
