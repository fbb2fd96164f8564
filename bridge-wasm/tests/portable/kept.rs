//! What holds for a database that is kept, wherever: the suite of its trait, and more. It is included once
//! for each storage, with `options()` beside it that say which.

use bridge_traits::ErrorKind;
use bridge_traits::database::{DatabaseAdapter, SqlValue, TransactionMode};
use bridge_wasm::{WasmDatabaseOptions, WasmDbAdapter};
use core_async::time::Duration;

use super::options;
use crate::table::{Gone, INSERT, TABLE, add, fresh_name, texts};

mod suite {
    bridge_traits::database_conformance!(super::fresh);
}

async fn open(name: &str) -> WasmDbAdapter {
    WasmDbAdapter::open(name, options()).await.unwrap()
}

async fn fresh() -> (WasmDbAdapter, Gone) {
    let name = fresh_name();
    (open(&name).await, Gone(name))
}

#[core_async::test]
async fn what_was_committed_is_there_after_reopening() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name).await;
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "one").await;
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    writing.execute(INSERT, vec!["two".into()]).await.unwrap();
    writing.commit().await.unwrap();
    let mut undone = database.begin(TransactionMode::Write).await.unwrap();
    undone.execute(INSERT, vec!["three".into()]).await.unwrap();
    drop(undone);
    database.close().await.unwrap();
    let again = open(&name).await;
    assert_eq!(texts(&again).await, ["one", "two"]);
}

#[core_async::test]
async fn a_database_that_shrinks_is_small_after_reopening() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name).await;
    database.execute(TABLE, vec![]).await.unwrap();
    for _ in 0..50 {
        let big = SqlValue::Blob(vec![7; 30_000]);
        database.execute(INSERT, vec![big]).await.unwrap();
    }
    let before = database.export().await.unwrap().len();
    database.execute("DELETE FROM t", vec![]).await.unwrap();
    database.execute("VACUUM", vec![]).await.unwrap();
    add(&database, "left").await;
    database.close().await.unwrap();
    let again = open(&name).await;
    let after = again.export().await.unwrap().len();
    assert!(after < before / 10, "{before} bytes, then {after}");
    assert_eq!(texts(&again).await, ["left"]);
    let rows = again.query("PRAGMA integrity_check", vec![]).await.unwrap();
    assert_eq!(rows[0].get::<String>(0).unwrap(), "ok");
}

#[core_async::test]
async fn pages_that_are_made_and_freed_in_one_transaction_leave_no_gap() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let database = open(&name).await;
    database.execute(TABLE, vec![]).await.unwrap();
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    // The first rows take the pages in the middle of the file, and give them back.
    let big = |byte| SqlValue::Blob(vec![byte; 30_000]);
    for byte in 1..=10 {
        writing.execute(INSERT, vec![big(byte)]).await.unwrap();
    }
    let freed = "DELETE FROM t WHERE id < 10";
    writing.execute(freed, vec![]).await.unwrap();
    writing.execute(INSERT, vec!["last".into()]).await.unwrap();
    writing.commit().await.unwrap();
    let before = database.export().await.unwrap();
    database.close().await.unwrap();
    let again = open(&name).await;
    let check = "PRAGMA integrity_check";
    let rows = again.query(check, vec![]).await.unwrap();
    assert_eq!(rows[0].get::<String>(0).unwrap(), "ok");
    assert_eq!(again.export().await.unwrap(), before);
    let rows = again.query("SELECT a FROM t ORDER BY id", vec![]).await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].get::<Vec<u8>>(0).unwrap(), vec![10; 30_000]);
}

#[core_async::test]
async fn a_second_one_is_refused_by_name_until_the_first_is_closed() {
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let first = open(&name).await;
    let hasty = WasmDatabaseOptions {
        owner_timeout: Duration::ZERO,
        ..options()
    };
    let refused = WasmDbAdapter::open(&name, hasty).await.err().unwrap();
    assert_eq!(*refused.kind(), ErrorKind::Conflict, "{refused}");
    assert!(refused.to_string().contains("client"), "{refused}");
    let refused = WasmDbAdapter::delete(&name).await.unwrap_err();
    assert_eq!(*refused.kind(), ErrorKind::Conflict, "{refused}");
    let waiting = WasmDatabaseOptions {
        owner_timeout: Duration::from_secs(20),
        ..options()
    };
    let second = WasmDbAdapter::open(&name, waiting);
    let (second, closed) = futures::join!(second, first.close());
    closed.unwrap();
    second.unwrap();
}

#[core_async::test]
async fn an_open_reader_keeps_its_state_through_many_commits() {
    let (database, _gone) = fresh().await;
    database.execute(TABLE, vec![]).await.unwrap();
    add(&database, "0").await;
    let mut readers = Vec::new();
    for number in 1..20 {
        readers.push(database.begin(TransactionMode::Read).await.unwrap());
        let filler = "x".repeat(20_000);
        add(&database, &filler).await;
        let sql = "UPDATE t SET a = ? WHERE id = 1";
        database
            .execute(sql, vec![number.to_string().into()])
            .await
            .unwrap();
    }
    for (number, mut reader) in readers.into_iter().enumerate().rev() {
        let sql = "SELECT (SELECT a FROM t WHERE id = 1), count(*) FROM t";
        let rows = reader.query(sql, vec![]).await.unwrap();
        assert_eq!(rows[0].get::<String>(0).unwrap(), number.to_string());
        assert_eq!(rows[0].get::<usize>(1).unwrap(), number + 1);
    }
}

#[core_async::test]
async fn a_file_that_is_exported_and_imported_is_the_same_database() {
    let (first, _gone) = fresh().await;
    first.execute(TABLE, vec![]).await.unwrap();
    add(&first, "kept").await;
    let bytes = first.export().await.unwrap();
    let name = fresh_name();
    let _gone = Gone(name.clone());
    let second = open(&name).await;
    second
        .execute("CREATE TABLE other (a)", vec![])
        .await
        .unwrap();
    let mut reading = second.begin(TransactionMode::Read).await.unwrap();
    second.import(bytes).await.unwrap();
    assert_eq!(texts(&second).await, ["kept"]);
    let old = reading.query("SELECT count(*) FROM other", vec![]).await;
    assert_eq!(old.unwrap()[0].get::<i64>(0).unwrap(), 0);
    drop(reading);
    add(&second, "more").await;
    second.close().await.unwrap();
    assert_eq!(texts(&open(&name).await).await, ["kept", "more"]);
}

#[core_async::test]
async fn bytes_that_are_no_sound_database_change_nothing() {
    let (database, _gone) = fresh().await;
    database.execute(TABLE, vec![]).await.unwrap();
    for number in 0..500 {
        add(&database, &format!("row {number}")).await;
    }
    let good = database.export().await.unwrap();
    let mut torn = good.clone();
    torn.truncate(good.len() - 8192);
    let mut garbled = good.clone();
    let half = good.len() / 2;
    garbled[half..half + 4096].fill(0xA5);
    for bytes in [vec![], b"not a database".to_vec(), torn, garbled] {
        let length = bytes.len();
        let refused = database.import(bytes).await.unwrap_err();
        assert_eq!(*refused.kind(), ErrorKind::Corrupt, "{length}: {refused}");
    }
    assert_eq!(texts(&database).await.len(), 500);
    add(&database, "still works").await;
}
