use kalends_store::{Migration, Store, StoreError};

use crate::fixture::{Fixture, on_both};

on_both!(
    applied_once_and_in_order,
    several_processes_at_once,
    changed_newer_and_skipped_are_refused,
    failing_leaves_nothing
);

const FIRST: Migration =
    Migration::common("0001_first", "CREATE TABLE one (id {{serial}}); CREATE TABLE two (a BIGINT);");
const SECOND: Migration = Migration::common("0002_second", "INSERT INTO two VALUES (1); INSERT INTO two VALUES (2)");
const THIRD: Migration = Migration::common("0003_third", "DROP TABLE one;");

async fn applied_once_and_in_order(fixture: Fixture) {
    let store = &fixture.store;
    assert_eq!(store.migrate(&[FIRST, SECOND], 5).await.unwrap(), ["0001_first", "0002_second"]);
    assert_eq!(store.migrate(&[FIRST, SECOND], 6).await.unwrap(), [""; 0]);
    assert_eq!(store.migrate(&[FIRST, SECOND, THIRD], 7).await.unwrap(), ["0003_third"]);
    let rows = store.query("SELECT applied FROM schema_migration ORDER BY name", &[]).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.int(0)).collect::<Vec<_>>(), [5, 5, 7]);
    assert_eq!(store.query("SELECT COUNT(*) FROM two", &[]).await.unwrap()[0].int(0), 2);
}

async fn several_processes_at_once(fixture: Fixture) {
    // Stores of their own share nothing in memory, as processes would not.
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let config = fixture.config.clone();
            tokio::spawn(async move {
                let store = Store::open(config).await.unwrap();
                store.migrate(&[FIRST, SECOND, THIRD], 0).await.unwrap()
            })
        })
        .collect();
    let mut applied = Vec::new();
    for task in tasks {
        applied.extend(task.await.unwrap());
    }
    applied.sort();
    assert_eq!(applied, ["0001_first", "0002_second", "0003_third"]);
    assert_eq!(fixture.store.query("SELECT COUNT(*) FROM two", &[]).await.unwrap()[0].int(0), 2);
}

async fn changed_newer_and_skipped_are_refused(fixture: Fixture) {
    let store = &fixture.store;
    store.migrate(&[FIRST, THIRD], 0).await.unwrap();
    let changed = Migration::common("0001_first", "CREATE TABLE one (id BIGINT); CREATE TABLE two (a BIGINT);");
    for (list, why) in [
        (&[changed, THIRD][..], "0001_first was changed"),
        (&[FIRST][..], "0003_third is in the database but not in this program"),
        (&[FIRST, SECOND, THIRD][..], "0003_third was applied, but not one that comes before"),
    ] {
        let Err(StoreError::Other(text)) = store.migrate(list, 0).await else { panic!("{why} was accepted") };
        assert!(text.contains(why), "{text}");
    }
    let rows = store.query("SELECT name FROM schema_migration", &[]).await.unwrap();
    assert_eq!(rows.len(), 2);
}

async fn failing_leaves_nothing(fixture: Fixture) {
    let store = &fixture.store;
    let broken = Migration::common("0002_second", "INSERT INTO two VALUES (1); INSERT INTO three VALUES (2)");
    assert!(store.migrate(&[FIRST, broken], 0).await.is_err());
    assert_eq!(store.query("SELECT COUNT(*) FROM two", &[]).await.unwrap()[0].int(0), 0);
    assert_eq!(store.migrate(&[FIRST, SECOND], 0).await.unwrap(), ["0002_second"]);
}
