use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kalends_store::{Store, StoreError, Tx, params};

use crate::fixture::{Fixture, on_both};

on_both!(
    err_rolls_back,
    panic_rolls_back,
    commit_is_seen_at_once,
    many_writers_lose_nothing,
    savepoint_saves_the_transaction,
    swallowed_failure_is_not_committed,
    abandoned_write_is_whole_or_absent,
    read_then_write_counts_right,
);

const TABLE: &str = "CREATE TABLE line (id {{serial}}, i BIGINT NOT NULL UNIQUE)";

async fn add(tx: &mut Tx, i: i64) -> Result<u64, StoreError> {
    tx.execute("INSERT INTO line (i) VALUES ($1)", &params![i]).await
}

async fn lines(store: &Store) -> Vec<i64> {
    store.query("SELECT i FROM line ORDER BY i", &[]).await.unwrap().iter().map(|row| row.int(0)).collect()
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Full,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Refusal {
        Refusal::Store(error)
    }
}

async fn err_rolls_back(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let answer = fixture
        .store
        .write::<(), _, _>(|tx| {
            Box::pin(async move {
                add(tx, 1).await?;
                Err(Refusal::Full)
            })
        })
        .await;
    assert_eq!(answer, Err(Refusal::Full));
    assert!(lines(&fixture.store).await.is_empty());
}

async fn panic_rolls_back(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let store = &fixture.store;
    for early in [true, false] {
        let answer = store
            .write::<u64, StoreError, _>(move |tx| {
                assert!(!early, "before the first statement");
                Box::pin(async move {
                    add(tx, 1).await?;
                    panic!("after a statement")
                })
            })
            .await;
        assert!(matches!(answer, Err(StoreError::Other(_))), "{answer:?}");
    }
    store.write::<_, StoreError, _>(|tx| Box::pin(add(tx, 2))).await.unwrap();
    assert_eq!(lines(store).await, [2]);
}

async fn commit_is_seen_at_once(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let store = &fixture.store;
    for i in 0..100 {
        store.write::<_, StoreError, _>(move |tx| Box::pin(add(tx, i))).await.unwrap();
        // Several times, so that every shared connection and thread has its turn.
        for _ in 0..4 {
            let found = store.query_opt("SELECT i FROM line WHERE i = $1", &params![i]).await.unwrap();
            assert!(found.is_some(), "{i}");
        }
    }
}

async fn many_writers_lose_nothing(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let tasks: Vec<_> = (0..64)
        .map(|task| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                for n in 0..50 {
                    let i = task * 50 + n;
                    let answer = store
                        .write::<_, Refusal, _>(move |tx| {
                            Box::pin(async move {
                                add(tx, i).await?;
                                if i % 10 == 3 { Err(Refusal::Full) } else { Ok(()) }
                            })
                        })
                        .await;
                    assert_eq!(answer, if i % 10 == 3 { Err(Refusal::Full) } else { Ok(()) });
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(lines(&fixture.store).await, (0..3200).filter(|i| i % 10 != 3).collect::<Vec<_>>());
}

async fn savepoint_saves_the_transaction(fixture: Fixture) {
    fixture.tables(TABLE).await;
    fixture
        .store
        .write::<_, StoreError, _>(|tx| {
            Box::pin(async move {
                add(tx, 1).await?;
                tx.begin_savepoint().await?;
                add(tx, 2).await?;
                assert!(matches!(add(tx, 1).await, Err(StoreError::Unique { .. })));
                tx.rollback_savepoint().await?;
                tx.begin_savepoint().await?;
                add(tx, 3).await?;
                tx.begin_savepoint().await?;
                add(tx, 4).await?;
                tx.rollback_savepoint().await?;
                tx.release_savepoint().await
            })
        })
        .await
        .unwrap();
    assert_eq!(lines(&fixture.store).await, [1, 3]);
}

async fn swallowed_failure_is_not_committed(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let answer = fixture
        .store
        .write::<_, StoreError, _>(|tx| {
            Box::pin(async move {
                add(tx, 1).await?;
                assert!(add(tx, 1).await.is_err());
                // What comes after a failure is refused with that failure, until a savepoint undoes it.
                assert!(matches!(add(tx, 2).await, Err(StoreError::Unique { .. })));
                Ok(())
            })
        })
        .await;
    assert!(matches!(answer, Err(StoreError::Unique { .. })), "{answer:?}");
    assert!(lines(&fixture.store).await.is_empty());
}

async fn abandoned_write_is_whole_or_absent(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let begun = Arc::new(AtomicUsize::new(0));
    for n in 0..100 {
        let begun = Arc::clone(&begun);
        let write = fixture.store.write::<_, StoreError, _>(move |tx| {
            begun.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                add(tx, n * 2).await?;
                add(tx, n * 2 + 1).await
            })
        });
        let patience = std::time::Duration::from_micros(u64::try_from(n).unwrap() * 20);
        let _ = tokio::time::timeout(patience, write).await;
    }
    let last = fixture.store.write::<_, StoreError, _>(|tx| Box::pin(add(tx, 1000))).await;
    assert_eq!(last, Ok(1));
    fixture.store.close().await;
    let store = Store::open(fixture.config.clone()).await.unwrap();
    let lines = lines(&store).await;
    assert!(begun.load(Ordering::Relaxed) > 0);
    assert_eq!(lines.len() % 2, 1);
    for pair in lines.chunks_exact(2) {
        assert_eq!(pair[0] + 1, pair[1], "{lines:?}");
    }
}

async fn read_then_write_counts_right(fixture: Fixture) {
    fixture.tables("CREATE TABLE counter (n BIGINT NOT NULL); INSERT INTO counter VALUES (0)").await;
    let tasks: Vec<_> = (0..16)
        .map(|_| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    store
                        .write::<_, StoreError, _>(|tx| {
                            Box::pin(async move {
                                let sql = match tx.dialect() {
                                    kalends_store::Dialect::Sqlite => "SELECT n FROM counter",
                                    kalends_store::Dialect::Postgres => "SELECT n FROM counter FOR UPDATE",
                                };
                                let n = tx.query(sql, &[]).await?[0].int(0);
                                tx.execute("UPDATE counter SET n = $1", &params![n + 1]).await
                            })
                        })
                        .await
                        .unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(fixture.store.query("SELECT n FROM counter", &[]).await.unwrap()[0].int(0), 320);
}
