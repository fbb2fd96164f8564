//! What holds of transactions.

use futures::FutureExt;

use super::super::cause;
use super::{INSERT, count, make_table};
use crate::ErrorKind;
use crate::database::{DatabaseAdapter, SqlValue, TransactionMode};

pub async fn commit_keeps_and_rollback_undoes(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let mut kept = database.begin(TransactionMode::Write).await.unwrap();
    kept.execute(INSERT, vec![1.into()]).await.unwrap();
    kept.execute_batch("INSERT INTO t (a) VALUES (2); INSERT INTO t (a) VALUES (3);")
        .await
        .unwrap();
    kept.commit().await.unwrap();
    assert_eq!(count(&database).await, 3);
    let mut undone = database.begin(TransactionMode::Write).await.unwrap();
    undone.execute("DELETE FROM t", vec![]).await.unwrap();
    undone.execute("CREATE TABLE u (a)", vec![]).await.unwrap();
    undone.rollback().await.unwrap();
    assert_eq!(count(&database).await, 3);
    let gone = database.query("SELECT * FROM u", vec![]).await;
    assert_eq!(cause(gone), ErrorKind::InvalidInput);
}

pub async fn dropping_a_transaction_rolls_back_before_the_next_begins(
    database: impl DatabaseAdapter,
) {
    make_table(&database).await;
    for value in 0..20 {
        let mut dropped = database.begin(TransactionMode::Write).await.unwrap();
        dropped.execute(INSERT, vec![value.into()]).await.unwrap();
        drop(dropped);
        let mut next = database.begin(TransactionMode::Write).await.unwrap();
        let rows = next.query("SELECT count(*) FROM t", vec![]).await.unwrap();
        assert_eq!(rows[0].get::<i64>(0).unwrap(), 0);
        next.commit().await.unwrap();
    }
    drop(database.begin(TransactionMode::Read).await.unwrap());
    database.execute(INSERT, vec![1.into()]).await.unwrap();
    assert_eq!(count(&database).await, 1);
}

pub async fn a_transaction_sees_its_writes_and_others_see_them_after_commit(
    database: impl DatabaseAdapter,
) {
    make_table(&database).await;
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    writing.execute(INSERT, vec![1.into()]).await.unwrap();
    let rows = writing.query("SELECT a FROM t", vec![]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(count(&database).await, 0);
    let mut reading = database.begin(TransactionMode::Read).await.unwrap();
    let rows = reading.query("SELECT a FROM t", vec![]).await.unwrap();
    assert!(rows.is_empty());
    reading.commit().await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(count(&database).await, 1);
}

/// A platform without a write-ahead log may refuse the write instead.
pub async fn a_read_transaction_keeps_one_state(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let mut reading = database.begin(TransactionMode::Read).await.unwrap();
    let written = database.execute(INSERT, vec![1.into()]).await;
    let rows = reading.query("SELECT a FROM t", vec![]).await.unwrap();
    assert!(rows.is_empty());
    reading.rollback().await.unwrap();
    match written {
        Ok(_) => assert_eq!(count(&database).await, 1),
        Err(error) => {
            assert_eq!(*error.kind(), ErrorKind::Conflict, "{error}");
            assert_eq!(count(&database).await, 0);
        }
    }
}

pub async fn writers_take_turns(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let mut first = database.begin(TransactionMode::Write).await.unwrap();
    first.execute(INSERT, vec![1.into()]).await.unwrap();
    let mut second = database.begin(TransactionMode::Write);
    let mut single = database.execute(INSERT, vec![3.into()]);
    assert!(second.as_mut().now_or_never().is_none(), "two writers");
    assert!(single.as_mut().now_or_never().is_none(), "two writers");
    first.commit().await.unwrap();
    let mut second = second.await.unwrap();
    let rows = second.query("SELECT a FROM t", vec![]).await.unwrap();
    assert_eq!(rows.len(), 1);
    second.execute(INSERT, vec![2.into()]).await.unwrap();
    second.commit().await.unwrap();
    single.await.unwrap();
    assert_eq!(count(&database).await, 3);
}

pub async fn a_failed_statement_does_not_undo_those_before_it(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    writing.execute(INSERT, vec![1.into()]).await.unwrap();
    for (sql, kind) in [
        ("INSERT INTO t (a) VALUES (2), (1)", ErrorKind::Constraint),
        ("NONSENSE", ErrorKind::InvalidInput),
        ("INSERT INTO t (a) VALUES (?)", ErrorKind::InvalidInput),
    ] {
        assert_eq!(cause(writing.execute(sql, vec![]).await), kind, "{sql}");
    }
    writing.execute(INSERT, vec![3.into()]).await.unwrap();
    writing.commit().await.unwrap();
    let rows = database.query("SELECT a FROM t ORDER BY a", vec![]).await;
    let found: Vec<i64> = rows.unwrap().iter().map(|it| it.get(0).unwrap()).collect();
    assert_eq!(found, [1, 3]);
}

pub async fn sql_can_not_end_a_transaction_by_itself(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    writing.execute(INSERT, vec![1.into()]).await.unwrap();
    for sql in ["COMMIT", "/* now */ end;", "rollback", "BEGIN"] {
        let result = writing.execute(sql, vec![]).await;
        assert_eq!(cause(result), ErrorKind::InvalidInput, "{sql}");
    }
    // Savepoints are fine: they don't end it.
    writing.execute("SAVEPOINT here", vec![]).await.unwrap();
    writing.execute(INSERT, vec![2.into()]).await.unwrap();
    writing.execute("ROLLBACK TO here", vec![]).await.unwrap();
    writing.execute("RELEASE here", vec![]).await.unwrap();
    assert_eq!(count(&database).await, 0);
    writing.commit().await.unwrap();
    assert_eq!(count(&database).await, 1);
}

pub async fn a_failed_commit_ends_the_transaction(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let sql = "CREATE TABLE child (t_id REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)";
    database.execute(sql, vec![]).await.unwrap();
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    let sql = "INSERT INTO child VALUES (7)";
    writing.execute(sql, vec![]).await.unwrap();
    assert_eq!(cause(writing.commit().await), ErrorKind::Constraint);
    let rows = database.query("SELECT * FROM child", vec![]).await.unwrap();
    assert!(rows.is_empty());
    database.execute(INSERT, vec![1.into()]).await.unwrap();
    assert_eq!(count(&database).await, 1);
}

pub async fn a_full_database_never_keeps_half_a_transaction(database: impl DatabaseAdapter) {
    make_table(&database).await;
    database
        .execute_batch("CREATE TABLE big (a)")
        .await
        .unwrap();
    database
        .execute(INSERT, vec!["before".into()])
        .await
        .unwrap();
    let limit = |pages| format!("PRAGMA max_page_count = {pages}");
    database.execute(&limit(40), vec![]).await.unwrap();

    let fill = "INSERT INTO big VALUES (?)";
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    writing.execute(INSERT, vec!["half".into()]).await.unwrap();
    let mut failed = None;
    for _ in 0..200 {
        let piece = SqlValue::Blob(vec![7; 20_000]);
        if let Err(error) = writing.execute(fill, vec![piece]).await {
            failed = Some(error);
            break;
        }
    }
    let error = failed.expect("40 pages do not hold 4 MB");
    assert_eq!(*error.kind(), ErrorKind::QuotaExceeded, "{error}");
    // Either SQLite kept the transaction, and the statement belongs to it; or it rolled back, and
    // then nothing more may run, here or in a commit.
    let after = writing.execute(INSERT, vec!["after".into()]).await;
    match after {
        Ok(_) => writing.rollback().await.unwrap(),
        Err(error) => {
            assert_eq!(*error.kind(), ErrorKind::QuotaExceeded, "{error}");
            let commit = writing.commit().await;
            assert_eq!(cause(commit), ErrorKind::QuotaExceeded);
        }
    }
    let rows = database.query("SELECT a FROM t", vec![]).await.unwrap();
    let found: Vec<String> = rows.iter().map(|it| it.get(0).unwrap()).collect();
    assert_eq!(found, ["before"]);

    database.execute(&limit(100_000), vec![]).await.unwrap();
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    writing.execute(INSERT, vec!["later".into()]).await.unwrap();
    writing.commit().await.unwrap();
    assert_eq!(count(&database).await, 2);
}

pub async fn rows_come_back_from_returning(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let mut writing = database.begin(TransactionMode::Write).await.unwrap();
    let sql = "INSERT INTO t (a) VALUES (?), (?) RETURNING id, a";
    let rows = writing
        .query(sql, vec!["x".into(), "y".into()])
        .await
        .unwrap();
    let found: Vec<(i64, String)> = rows
        .iter()
        .map(|row| (row.get(0).unwrap(), row.get(1).unwrap()))
        .collect();
    assert_eq!(found, [(1, "x".to_owned()), (2, "y".to_owned())]);
    writing.commit().await.unwrap();
    assert_eq!(count(&database).await, 2);
}
