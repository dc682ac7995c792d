use kalends_store::{Row, StoreError, Value, params};

use crate::fixture::{Fixture, on_both};

on_both!(
    round_trip,
    null_in_every_column,
    json_reads_as_text,
    parameters_in_any_order,
    wrong_parameters_are_refused,
    options_become_null
);

const TABLE: &str = "CREATE TABLE thing (id {{serial}}, number BIGINT, ratio {{real}}, word TEXT, bytes {{blob}})";

async fn insert(fixture: &Fixture, values: [Value; 4]) -> i64 {
    fixture
        .store
        .write::<i64, StoreError, _>(move |tx| {
            let values = values.clone();
            Box::pin(async move {
                let sql = "INSERT INTO thing (number, ratio, word, bytes) VALUES ($1, $2, $3, $4) RETURNING id";
                Ok(tx.query(sql, &values).await?[0].int(0))
            })
        })
        .await
        .unwrap()
}

async fn read(fixture: &Fixture, id: i64) -> Row {
    let sql = "SELECT number, ratio, word, bytes FROM thing WHERE id = $1";
    fixture.store.query_opt(sql, &params![id]).await.unwrap().unwrap()
}

async fn round_trip(fixture: Fixture) {
    fixture.tables(TABLE).await;
    for (number, ratio, word, bytes) in [
        (0, 0.0, "", &b""[..]),
        (i64::MAX, f64::MAX, "Grüße, 日本語, 👩‍👩‍👧, $1 'quoted' \\ ?1", &[0, 255, 1][..]),
        (i64::MIN, -0.1, "a\nb\u{feff}", &[39][..]),
    ] {
        let id = insert(&fixture, params![number, ratio, word, bytes]).await;
        let mut row = read(&fixture, id).await;
        assert_eq!((row.int(0), row.real(1), row.text(2), row.blob(3)), (number, ratio, word, bytes));
        assert_eq!(row.take_text(2), word);
        assert_eq!(row.opt_text(2), None);
    }
}

async fn null_in_every_column(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let id = insert(&fixture, [Value::Null, Value::Null, Value::Null, Value::Null]).await;
    let row = read(&fixture, id).await;
    assert_eq!((row.int(0), row.opt_int(0), row.bool(0), row.real(1)), (0, None, false, 0.0));
    assert_eq!((row.text(2), row.opt_text(2), row.blob(3)), ("", None, &[][..]));
}

async fn json_reads_as_text(fixture: Fixture) {
    fixture
        .tables("CREATE TABLE body (id BIGINT, body {{#sqlite}}TEXT{{/sqlite}}{{#postgres}}JSONB{{/postgres}})")
        .await;
    fixture
        .store
        .write::<_, StoreError, _>(|tx| {
            Box::pin(
                async move { tx.execute("INSERT INTO body VALUES ($1, $2)", &params![1, r#"{"name": "Zoë"}"#]).await },
            )
        })
        .await
        .unwrap();
    let row = fixture.store.query_opt("SELECT body, body ->> 'name' FROM body", &[]).await.unwrap().unwrap();
    assert_eq!((row.text(0), row.text(1)), (r#"{"name": "Zoë"}"#, "Zoë"));
}

async fn parameters_in_any_order(fixture: Fixture) {
    fixture.tables(TABLE).await;
    insert(&fixture, params![7, 1.5, "$2", Value::Null]).await;
    let sql = "SELECT '$9', number FROM thing WHERE word = $2 AND number = $1 AND (number = $1 OR word = $2)";
    let row = fixture.store.query_opt(sql, &params![7, "$2"]).await.unwrap().unwrap();
    assert_eq!((row.text(0), row.int(1)), ("$9", 7));
}

async fn wrong_parameters_are_refused(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let sql = "SELECT id FROM thing WHERE number = $1 AND word = $2";
    for params in [&params![1][..], &params![1, "a", 3][..], &[]] {
        assert!(matches!(fixture.store.query(sql, params).await, Err(StoreError::Other(_))), "{params:?}");
    }
    assert!(matches!(fixture.store.query("SELEKT", &[]).await, Err(StoreError::Other(_))));
}

async fn options_become_null(fixture: Fixture) {
    fixture.tables(TABLE).await;
    let id = insert(&fixture, params![Some(true), None::<f64>, Some("x"), None::<Vec<u8>>]).await;
    let row = read(&fixture, id).await;
    assert!(row.bool(0));
    assert_eq!(row.text(2), "x");
    assert_eq!(row.opt_int(1), None);
}
