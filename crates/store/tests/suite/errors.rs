use futures_util::future::{join, join_all};
use kalends_store::{Dialect, Store, StoreError, Value, params};

use crate::fixture::{Fixture, on_both};

on_both!(constraints_have_names, overlap_is_told, runaway_query_ends, runaway_write_ends, closed_store);

const TABLES: &str = "
    CREATE TABLE organization (id BIGINT PRIMARY KEY);
    CREATE TABLE customer (
        id BIGINT NOT NULL,
        organization BIGINT NOT NULL REFERENCES organization,
        number BIGINT NOT NULL CHECK (number > 0),
        CONSTRAINT customer_key PRIMARY KEY (id),
        CONSTRAINT customer_number UNIQUE (organization, number)
    );
    INSERT INTO organization VALUES (1);
    INSERT INTO customer VALUES (1, 1, 1);";

async fn execute<const N: usize>(store: &Store, sql: &'static str, params: [Value; N]) -> Result<u64, StoreError> {
    store
        .write(move |tx| {
            let params = params.clone();
            Box::pin(async move { tx.execute(sql, &params).await })
        })
        .await
}

async fn constraints_have_names(fixture: Fixture) {
    fixture.tables(TABLES).await;
    let store = &fixture.store;
    let insert = "INSERT INTO customer VALUES ($1, $2, $3)";
    let (key, number) = match store.dialect() {
        Dialect::Sqlite => ("customer.id", "customer.organization,number"),
        Dialect::Postgres => ("customer_key", "customer_number"),
    };
    let unique = |constraint: &str| Err(StoreError::Unique { constraint: constraint.to_owned() });
    assert_eq!(execute(store, insert, params![1, 1, 2]).await, unique(key));
    assert_eq!(execute(store, insert, params![2, 1, 1]).await, unique(number));
    assert_eq!(execute(store, insert, params![2, 9, 2]).await, Err(StoreError::ForeignKey));
    assert_eq!(execute(store, "DELETE FROM organization WHERE id = $1", params![1]).await, Err(StoreError::ForeignKey));
    assert_eq!(execute(store, insert, params![2, 1, 0]).await, Err(StoreError::Check));
    assert_eq!(execute(store, insert, params![2, 1, Value::Null]).await, Err(StoreError::Check));
    assert_eq!(execute(store, insert, params![2, 1, 2]).await, Ok(1));
}

async fn overlap_is_told(fixture: Fixture) {
    fixture
        .tables(
            "CREATE TABLE busy (since BIGINT NOT NULL, until BIGINT NOT NULL
               {{#postgres}}, EXCLUDE USING gist (int8range(since, until) WITH &&){{/postgres}});
             {{#sqlite}}CREATE TRIGGER busy_overlap BEFORE INSERT ON busy
               WHEN EXISTS (SELECT 1 FROM busy WHERE since < NEW.until AND until > NEW.since)
               BEGIN SELECT RAISE(ABORT, 'overlap'); END;{{/sqlite}}",
        )
        .await;
    let insert = "INSERT INTO busy VALUES ($1, $2)";
    assert_eq!(execute(&fixture.store, insert, params![10, 20]).await, Ok(1));
    assert_eq!(execute(&fixture.store, insert, params![19, 30]).await, Err(StoreError::Overlap));
    assert_eq!(execute(&fixture.store, insert, params![20, 30]).await, Ok(1));
}

/// Counts for hours, on either database.
const RUNAWAY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 1000 + 1 FROM n) SELECT COUNT(*) FROM n";

async fn runaway_query_ends(fixture: Fixture) {
    assert_eq!(fixture.store.query(RUNAWAY, &[]).await, Err(StoreError::Busy));
    fixture.store.ping().await.unwrap();
}

async fn runaway_write_ends(fixture: Fixture) {
    fixture.tables("CREATE TABLE line (i BIGINT)").await;
    let runaway = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 1000 + 1 FROM n)
                   INSERT INTO line SELECT i FROM n WHERE i < 0";
    assert_eq!(execute(&fixture.store, runaway, []).await, Err(StoreError::Busy));
    assert_eq!(execute(&fixture.store, "INSERT INTO line VALUES ($1)", params![1]).await, Ok(1));
}

async fn closed_store(fixture: Fixture) {
    fixture.tables("CREATE TABLE line (i BIGINT)").await;
    let store = fixture.store.clone();
    // The writes are asked for before the close, and are more than run at once.
    let writes = join_all((0..50).map(|i| execute_owned(store.clone(), i)));
    let (answers, ()) = join(writes, store.close()).await;
    assert_eq!(answers, vec![Ok(1); 50]);
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(execute_owned(store, 99).await, Err(StoreError::Unavailable(_))));
    let again = Store::open(fixture.config.clone()).await.unwrap();
    assert_eq!(again.query("SELECT COUNT(*) FROM line", &[]).await.unwrap()[0].int(0), 50);
}

async fn execute_owned(store: Store, i: i64) -> Result<u64, StoreError> {
    execute(&store, "INSERT INTO line VALUES ($1)", params![i]).await
}
