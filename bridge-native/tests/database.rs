//! The nasty cases of SQLite on a real disk.

use std::path::Path;
use std::time::Duration;

use bridge_native::{NativeDatabase, NativeDatabaseOptions};
use bridge_traits::database::{DatabaseAdapter, SqlValue, TransactionMode};
use bridge_traits::{ErrorKind, Result};
use futures::{FutureExt, poll};

async fn count(database: &NativeDatabase) -> i64 {
    database
        .query("SELECT count(*) FROM t", vec![])
        .await
        .unwrap()[0]
        .get(0)
        .unwrap()
}

async fn with_table() -> NativeDatabase {
    let database = NativeDatabase::in_memory().await.unwrap();
    database
        .execute("CREATE TABLE t (a UNIQUE)", vec![])
        .await
        .unwrap();
    database
}

fn kind<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("an error was due"),
        Err(error) => {
            assert!(!error.subject().is_empty(), "{error}");
            error.kind().clone()
        }
    }
}

fn quick() -> NativeDatabaseOptions {
    NativeDatabaseOptions {
        busy_timeout: Duration::from_millis(50),
        ..NativeDatabaseOptions::default()
    }
}

#[core_async::test]
async fn a_missing_folder_is_not_found_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("no such folder");
    let error = NativeDatabase::open(&missing.join("a.db"))
        .await
        .unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    assert_eq!(error.subject(), missing.to_string_lossy());
}

#[core_async::test]
async fn a_folder_in_place_of_the_file_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        kind(NativeDatabase::open(folder.path()).await),
        ErrorKind::IsADirectory
    );
}

#[core_async::test]
async fn random_bytes_are_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("noise.db");
    let noise: Vec<u8> = (0..20_000u32).map(|it| (it * 37 % 251) as u8).collect();
    std::fs::write(&path, &noise).unwrap();
    assert_eq!(kind(NativeDatabase::open(&path).await), ErrorKind::Corrupt);
    assert_eq!(std::fs::read(&path).unwrap(), noise);
}

#[core_async::test]
async fn a_damaged_page_is_corrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.db");
    let database = NativeDatabase::open(&path).await.unwrap();
    database
        .execute_batch(
            "CREATE TABLE t (a);
             WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
             INSERT INTO t SELECT 'row ' || i FROM n;",
        )
        .await
        .unwrap();
    database.close().await.unwrap();
    let mut bytes = std::fs::read(&path).unwrap();
    let length = bytes.len();
    // The first page, with the schema, stays whole.
    bytes[4096..length].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let database = NativeDatabase::open(&path).await.unwrap();
    let result = database.query("SELECT a FROM t", vec![]).await;
    assert_eq!(kind(result), ErrorKind::Corrupt);
}

#[core_async::test]
async fn another_writer_on_the_file_is_a_conflict_and_then_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shared.db");
    let first = NativeDatabase::open_with(&path, quick()).await.unwrap();
    let second = NativeDatabase::open_with(&path, quick()).await.unwrap();
    first.execute("CREATE TABLE t (a)", vec![]).await.unwrap();
    let mut writing = first.begin(TransactionMode::Write).await.unwrap();
    writing
        .execute("INSERT INTO t VALUES (1)", vec![])
        .await
        .unwrap();
    let refused = second.begin(TransactionMode::Write).await.map(drop);
    assert_eq!(kind(refused), ErrorKind::Conflict);
    // Reading goes on meanwhile, of what is committed.
    assert_eq!(count(&second).await, 0);
    writing.commit().await.unwrap();
    assert_eq!(count(&second).await, 1);
    second
        .execute("INSERT INTO t VALUES (2)", vec![])
        .await
        .unwrap();
    assert_eq!(count(&first).await, 2);
}

#[core_async::test]
async fn two_that_make_the_same_file_at_once_both_succeed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.db");
    let opening = (0..8).map(|_| NativeDatabase::open(&path));
    for opened in futures::future::join_all(opening).await {
        opened.unwrap();
    }
}

#[core_async::test]
async fn a_dropped_statement_leaves_nothing_behind() {
    let database = with_table().await;
    let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
    {
        let statement = transaction.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
             INSERT INTO t SELECT i FROM n",
            vec![],
        );
        let mut statement = std::pin::pin!(statement);
        // Far enough to have reached SQLite, not far enough to be done.
        for _ in 0..2 {
            let _ = poll!(statement.as_mut());
            core_async::task::yield_now().await;
        }
    }
    let after = transaction
        .execute("INSERT INTO t VALUES (-1)", vec![])
        .await;
    assert_eq!(kind(after), ErrorKind::Cancelled);
    assert_eq!(kind(transaction.commit().await), ErrorKind::Cancelled);
    database
        .execute("INSERT INTO t VALUES (-2)", vec![])
        .await
        .unwrap();
    assert_eq!(count(&database).await, 1);
}

#[core_async::test]
async fn a_begin_that_is_dropped_at_any_point_leaves_no_transaction_open() {
    let database = with_table().await;
    for polls in 0..6 {
        {
            let mut begin = database.begin(TransactionMode::Write);
            for _ in 0..polls {
                if begin.as_mut().now_or_never().is_some() {
                    break;
                }
                core_async::task::yield_now().await;
            }
        }
        database
            .execute("INSERT INTO t VALUES (?)", vec![polls.into()])
            .await
            .unwrap();
    }
    assert_eq!(count(&database).await, 6);
}

#[core_async::test]
async fn a_transaction_dropped_at_any_point_is_whole_or_nothing() {
    let database = with_table().await;
    let pair = async |number: i64| -> Result<()> {
        let mut transaction = database.begin(TransactionMode::Write).await?;
        for half in [number * 2, number * 2 + 1] {
            transaction
                .execute("INSERT INTO t VALUES (?)", vec![half.into()])
                .await?;
        }
        transaction.commit().await
    };
    let mut whole = 0;
    for number in 0..60 {
        let mut work = Box::pin(pair(number));
        // Each poll is one step further; the later ones run to the end.
        for _ in 0..number / 2 {
            if poll!(work.as_mut()).is_ready() {
                whole += 1;
                break;
            }
            std::thread::yield_now();
        }
        drop(work);
        let found = count(&database).await;
        assert_eq!(found % 2, 0, "after {number}");
    }
    pair(1000).await.unwrap();
    let found = count(&database).await;
    assert!(
        found >= 2 * (whole + 1),
        "{found} rows, {whole} commits seen"
    );
}

#[test]
fn a_transaction_dropped_outside_a_runtime_rolls_back() {
    let (database, transaction) = core_async::runtime::block_on(async {
        let database = with_table().await;
        let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
        transaction
            .execute("INSERT INTO t VALUES (1)", vec![])
            .await
            .unwrap();
        (database, transaction)
    });
    drop(transaction);
    core_async::runtime::block_on(async {
        let other = NativeDatabase::open_with(&database.path(), quick())
            .await
            .unwrap();
        other
            .execute("INSERT INTO t VALUES (2)", vec![])
            .await
            .unwrap();
        assert_eq!(count(&database).await, 1);
        database
            .execute("INSERT INTO t VALUES (3)", vec![])
            .await
            .unwrap();
    });
}

#[core_async::test]
async fn a_conflict_that_rolls_back_ends_the_transaction() {
    let database = with_table().await;
    let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
    transaction
        .execute("INSERT INTO t VALUES (1)", vec![])
        .await
        .unwrap();
    let failed = transaction
        .execute("INSERT OR ROLLBACK INTO t VALUES (1)", vec![])
        .await;
    assert_eq!(kind(failed), ErrorKind::Constraint);
    let after = transaction
        .execute("INSERT INTO t VALUES (2)", vec![])
        .await;
    assert_eq!(kind(after), ErrorKind::Constraint);
    assert_eq!(kind(transaction.commit().await), ErrorKind::Constraint);
    assert_eq!(count(&database).await, 0);
}

#[core_async::test]
async fn sql_that_ends_the_transaction_is_found_out() {
    let database = with_table().await;
    for sql in ["COMMIT", "SELECT 1; COMMIT", "SELECT 1; ROLLBACK"] {
        let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
        let ended = transaction.execute(sql, vec![]).await;
        assert_eq!(kind(ended), ErrorKind::InvalidInput, "{sql}");
        let batch = transaction.execute_batch("SELECT 1; COMMIT").await;
        assert_eq!(kind(batch), ErrorKind::InvalidInput, "{sql}");
        let after = transaction
            .execute("INSERT INTO t VALUES (1)", vec![])
            .await;
        assert_eq!(kind(after), ErrorKind::InvalidInput, "{sql}");
        drop(transaction);
        assert_eq!(count(&database).await, 0, "{sql}");
    }
}

#[core_async::test]
async fn sql_that_begins_a_transaction_leaves_none_behind() {
    let database = with_table().await;
    let _ = database.execute("SELECT 1; BEGIN IMMEDIATE", vec![]).await;
    let _ = database.execute("SAVEPOINT a", vec![]).await;
    let _ = database.query("SELECT 1; BEGIN", vec![]).await;
    let other = NativeDatabase::open_with(&database.path(), quick())
        .await
        .unwrap();
    other
        .execute("INSERT INTO t VALUES (1)", vec![])
        .await
        .unwrap();
    assert_eq!(count(&database).await, 1);
}

#[core_async::test]
async fn rows_follow_a_change_of_the_schema() {
    let database = with_table().await;
    database
        .execute("INSERT INTO t VALUES (1)", vec![])
        .await
        .unwrap();
    let all = async || {
        database.query("SELECT * FROM t", vec![]).await.unwrap()[0]
            .columns()
            .to_vec()
    };
    assert_eq!(all().await, ["a"]);
    database
        .execute("ALTER TABLE t ADD COLUMN b", vec![])
        .await
        .unwrap();
    assert_eq!(all().await, ["a", "b"]);
    let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
    transaction
        .execute_batch("ALTER TABLE t ADD COLUMN c; ALTER TABLE t DROP COLUMN b;")
        .await
        .unwrap();
    let rows = transaction.query("SELECT * FROM t", vec![]).await.unwrap();
    assert_eq!(rows[0].columns(), ["a", "c"]);
    drop(transaction);
    assert_eq!(all().await, ["a", "b"]);
}

#[core_async::test]
async fn rows_follow_a_column_that_another_process_added() {
    let database = with_table().await;
    database
        .execute("INSERT INTO t VALUES (1)", vec![])
        .await
        .unwrap();
    let before = database.query("SELECT * FROM t", vec![]).await.unwrap();
    assert_eq!(before[0].columns(), ["a"]);
    let other = NativeDatabase::open(&database.path()).await.unwrap();
    other
        .execute("ALTER TABLE t ADD COLUMN b DEFAULT 7", vec![])
        .await
        .unwrap();
    let after = database.query("SELECT * FROM t", vec![]).await.unwrap();
    assert_eq!(after[0].columns(), ["a", "b"]);
    assert_eq!(after[0].get::<i64>(1).unwrap(), 7);
}

#[core_async::test]
async fn a_wrong_number_of_values_is_refused_not_filled_with_null() {
    let database = with_table().await;
    for values in [vec![], vec![SqlValue::Null; 2]] {
        let result = database.execute("INSERT INTO t VALUES (?)", values).await;
        assert_eq!(kind(result), ErrorKind::InvalidInput);
    }
    assert_eq!(count(&database).await, 0);
}

#[core_async::test]
async fn many_read_transactions_do_not_keep_a_query_waiting() {
    let database = with_table().await;
    let mut open = Vec::new();
    for _ in 0..12 {
        open.push(database.begin(TransactionMode::Read).await.unwrap());
    }
    assert_eq!(count(&database).await, 0);
}

#[core_async::test]
async fn closing_removes_the_log_and_later_calls_conflict() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let database = NativeDatabase::open(&path).await.unwrap();
    database
        .execute("CREATE TABLE t (a)", vec![])
        .await
        .unwrap();
    assert_eq!(count(&database).await, 0);
    database.close().await.unwrap();
    assert!(!Path::new(&format!("{}-wal", path.display())).exists());
    let result = database.query("SELECT 1", vec![]).await;
    assert_eq!(kind(result), ErrorKind::Conflict);
    assert_eq!(kind(database.close().await), ErrorKind::Conflict);
}

#[cfg(unix)]
#[core_async::test]
async fn a_read_only_file_or_folder_is_permission_denied() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let set = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(folder.path(), permissions).unwrap();
    };
    set(0o555);
    if std::fs::write(folder.path().join("probe"), b"").is_ok() {
        eprintln!("skipped: this user may write to read-only folders");
        return;
    }
    let result = NativeDatabase::open(&folder.path().join("a.db")).await;
    set(0o755);
    assert_eq!(kind(result), ErrorKind::PermissionDenied);
}

#[cfg(target_os = "linux")]
#[core_async::test]
async fn a_file_system_that_refuses_new_files_is_an_error_about_the_path() {
    // Nobody, root included, can make files here.
    let result = NativeDatabase::open(Path::new("/proc/music-core.db")).await;
    let error = result.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::PermissionDenied, "{error}");
    assert_eq!(error.subject(), "/proc/music-core.db");
}
