//! Suite for [`DatabaseAdapter`]; an in-memory SQLite is the fake.

mod transactions;

pub use transactions::*;

use super::cause;
use crate::ErrorKind;
use crate::database::{DatabaseAdapter, SqlValue, TransactionMode};

/// Generates the tests that every [`DatabaseAdapter`] passes. The database must be empty.
#[macro_export]
macro_rules! database_conformance {
    ($fresh:expr) => {
        $crate::__conformance_tests! { database, $fresh,
            values_of_every_class_come_back
            rows_name_their_columns_in_the_order_of_the_query
            text_that_is_not_utf8_is_corrupt_not_lost
            changed_rows_are_counted_and_others_are_not
            ten_thousand_values_fit_one_statement
            a_wrong_number_of_values_is_invalid_input
            errors_are_told_apart_by_kind
            foreign_keys_are_enforced
            full_text_search_is_there
            a_query_outside_a_transaction_does_not_write
            a_batch_is_all_or_nothing
            a_checkpoint_loses_nothing
            calls_after_close_conflict
            commit_keeps_and_rollback_undoes
            dropping_a_transaction_rolls_back_before_the_next_begins
            a_transaction_sees_its_writes_and_others_see_them_after_commit
            a_read_transaction_keeps_one_state
            writers_take_turns
            a_failed_statement_does_not_undo_those_before_it
            sql_can_not_end_a_transaction_by_itself
            a_failed_commit_ends_the_transaction
            a_full_database_never_keeps_half_a_transaction
            rows_come_back_from_returning
        }
    };
}

async fn count(database: &impl DatabaseAdapter) -> i64 {
    let rows = database.query("SELECT count(*) FROM t", vec![]).await;
    rows.unwrap()[0].get(0).unwrap()
}

async fn make_table(database: &impl DatabaseAdapter) {
    let sql = "CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE)";
    database.execute(sql, vec![]).await.unwrap();
}

const INSERT: &str = "INSERT INTO t (a) VALUES (?)";

pub async fn values_of_every_class_come_back(database: impl DatabaseAdapter) {
    database
        .execute("CREATE TABLE v (a)", vec![])
        .await
        .unwrap();
    let values = vec![
        SqlValue::Null,
        SqlValue::Integer(0),
        SqlValue::Integer(i64::MIN),
        SqlValue::Integer(i64::MAX),
        SqlValue::Real(0.1),
        SqlValue::Real(-1e300),
        SqlValue::Real(2.0),
        SqlValue::Text(String::new()),
        SqlValue::Text("a\0b 日本 👩‍🎤 '\"".into()),
        SqlValue::Text("x".repeat(1 << 20)),
        SqlValue::Blob(vec![]),
        SqlValue::Blob((0..=255).collect()),
    ];
    for value in &values {
        let sql = "INSERT INTO v VALUES (?)";
        database.execute(sql, vec![value.clone()]).await.unwrap();
    }
    let sql = "SELECT a FROM v ORDER BY rowid";
    let rows = database.query(sql, vec![]).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| row.values()[0].clone()).collect();
    assert_eq!(found, values);
    for value in values {
        let rows = database.query("SELECT ?", vec![value.clone()]).await;
        assert_eq!(rows.unwrap()[0].values(), [value]);
    }
}

pub async fn rows_name_their_columns_in_the_order_of_the_query(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let none = database.query("SELECT * FROM t", vec![]).await.unwrap();
    assert!(none.is_empty());
    database.execute(INSERT, vec![5.into()]).await.unwrap();
    let sql = "SELECT a AS \"the ä\", id, a FROM t";
    let rows = database.query(sql, vec![]).await.unwrap();
    assert_eq!(rows[0].columns(), ["the ä", "id", "a"]);
    let sql = "ALTER TABLE t ADD COLUMN b DEFAULT 'new'";
    let before = database.query("SELECT * FROM t", vec![]).await.unwrap();
    assert_eq!(before[0].columns(), ["id", "a"]);
    database.execute(sql, vec![]).await.unwrap();
    let after = database.query("SELECT * FROM t", vec![]).await.unwrap();
    assert_eq!(after[0].columns(), ["id", "a", "b"]);
}

pub async fn text_that_is_not_utf8_is_corrupt_not_lost(database: impl DatabaseAdapter) {
    let sql = "SELECT CAST(x'66ff' AS TEXT) AS broken";
    let error = database.query(sql, vec![]).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Corrupt, "{error}");
    assert!(error.to_string().contains("broken"), "{error}");
}

pub async fn changed_rows_are_counted_and_others_are_not(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let run = async |sql: &str| database.execute(sql, vec![]).await.unwrap();
    let inserted = run("INSERT INTO t (id, a) VALUES (41, 1), (42, 2), (43, 3)").await;
    assert_eq!(
        (inserted.rows_affected, inserted.last_insert_rowid),
        (3, 43)
    );
    assert_eq!(run("CREATE TABLE u (a)").await.rows_affected, 0);
    assert_eq!(
        run("UPDATE t SET a = a + 10 WHERE a > 1")
            .await
            .rows_affected,
        2
    );
    assert_eq!(run("-- why\nDELETE FROM t").await.rows_affected, 3);
    assert_eq!(run("DELETE FROM t").await.rows_affected, 0);
    assert_eq!(run("SELECT 1").await.rows_affected, 0);
}

pub async fn ten_thousand_values_fit_one_statement(database: impl DatabaseAdapter) {
    let columns: Vec<_> = (0..20).map(|at| format!("c{at}")).collect();
    let sql = format!("CREATE TABLE w ({})", columns.join(", "));
    database.execute(&sql, vec![]).await.unwrap();
    let row = format!("({})", ["?"; 20].join(", "));
    let sql = format!("INSERT INTO w VALUES {}", vec![row; 500].join(", "));
    let values = (0..10_000i64).map(SqlValue::from).collect();
    let done = database.execute(&sql, values).await.unwrap();
    assert_eq!(done.rows_affected, 500);
    let rows = database.query("SELECT sum(c19) FROM w", vec![]).await;
    let expected: i64 = (0..500).map(|row| row * 20 + 19).sum();
    assert_eq!(rows.unwrap()[0].get::<i64>(0).unwrap(), expected);
}

pub async fn a_wrong_number_of_values_is_invalid_input(database: impl DatabaseAdapter) {
    make_table(&database).await;
    for values in [vec![], vec![1.into(), 2.into()]] {
        let result = database.execute(INSERT, values.clone()).await;
        assert_eq!(cause(result), ErrorKind::InvalidInput);
        let result = database.query("SELECT ?", values).await;
        assert_eq!(cause(result), ErrorKind::InvalidInput);
    }
    assert_eq!(count(&database).await, 0);
}

pub async fn errors_are_told_apart_by_kind(database: impl DatabaseAdapter) {
    make_table(&database).await;
    database
        .execute_batch("CREATE TABLE n (a NOT NULL CHECK (a > 0)); INSERT INTO t VALUES (1, 1);")
        .await
        .unwrap();
    for (sql, kind) in [
        ("SELEKT 1", ErrorKind::InvalidInput),
        ("SELECT * FROM nowhere", ErrorKind::InvalidInput),
        ("SELECT 1\0", ErrorKind::InvalidInput),
        ("INSERT INTO t VALUES (1, 2)", ErrorKind::Constraint),
        ("INSERT INTO t VALUES (2, 1)", ErrorKind::Constraint),
        ("INSERT INTO t VALUES ('text', 3)", ErrorKind::Constraint),
        ("INSERT INTO n VALUES (NULL)", ErrorKind::Constraint),
        ("INSERT INTO n VALUES (0)", ErrorKind::Constraint),
        ("BEGIN", ErrorKind::InvalidInput),
        ("COMMIT", ErrorKind::InvalidInput),
    ] {
        let result = database.execute(sql, vec![]).await;
        assert_eq!(cause(result), kind, "{sql}");
    }
    // None of them left anything behind.
    database.execute(INSERT, vec![9.into()]).await.unwrap();
    assert_eq!(count(&database).await, 2);
}

pub async fn foreign_keys_are_enforced(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let sql = "CREATE TABLE child (t_id REFERENCES t (id) ON DELETE CASCADE)";
    database.execute(sql, vec![]).await.unwrap();
    let insert = "INSERT INTO child VALUES (?)";
    let orphan = database.execute(insert, vec![7.into()]).await;
    assert_eq!(cause(orphan), ErrorKind::Constraint);
    database.execute(INSERT, vec![1.into()]).await.unwrap();
    database.execute(insert, vec![1.into()]).await.unwrap();
    database.execute("DELETE FROM t", vec![]).await.unwrap();
    let left = database.query("SELECT * FROM child", vec![]).await;
    assert!(left.unwrap().is_empty());
}

pub async fn full_text_search_is_there(database: impl DatabaseAdapter) {
    database
        .execute_batch(
            "CREATE VIRTUAL TABLE f USING fts5 (title, tokenize = 'unicode61 remove_diacritics 2');
             INSERT INTO f VALUES ('Café del Mar'), ('Another');",
        )
        .await
        .unwrap();
    let sql = "SELECT title FROM f WHERE f MATCH ? ORDER BY rank";
    let rows = database.query(sql, vec!["cafe".into()]).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].get::<String>(0).unwrap(), "Café del Mar");
}

pub async fn a_query_outside_a_transaction_does_not_write(database: impl DatabaseAdapter) {
    make_table(&database).await;
    let sql = "INSERT INTO t (a) VALUES (1) RETURNING id";
    let result = database.query(sql, vec![]).await;
    assert_eq!(cause(result), ErrorKind::InvalidInput);
    let mut reading = database.begin(TransactionMode::Read).await.unwrap();
    let result = reading.execute(sql, vec![]).await;
    assert_eq!(cause(result), ErrorKind::InvalidInput);
    drop(reading);
    assert_eq!(count(&database).await, 0);
}

pub async fn a_batch_is_all_or_nothing(database: impl DatabaseAdapter) {
    make_table(&database).await;
    database.execute_batch("").await.unwrap();
    let good = "INSERT INTO t (a) VALUES ('a;b'); -- a comment; with a semicolon
                INSERT INTO t (a) VALUES (2);";
    database.execute_batch(good).await.unwrap();
    assert_eq!(count(&database).await, 2);
    for (bad, kind) in [
        (
            "INSERT INTO t (a) VALUES (3); CREATE TABLE u (a); INSERT INTO t (a) VALUES (2);",
            ErrorKind::Constraint,
        ),
        (
            "INSERT INTO t (a) VALUES (3); NONSENSE;",
            ErrorKind::InvalidInput,
        ),
        (
            "INSERT INTO t (a) VALUES (3); ROLLBACK;",
            ErrorKind::InvalidInput,
        ),
    ] {
        let result = database.execute_batch(bad).await;
        assert_eq!(cause(result), kind, "{bad}");
        assert_eq!(count(&database).await, 2, "{bad}");
    }
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = 'u'";
    let rows = database.query(sql, vec![]).await.unwrap();
    assert_eq!(rows[0].get::<i64>(0).unwrap(), 0);
}

pub async fn a_checkpoint_loses_nothing(database: impl DatabaseAdapter) {
    make_table(&database).await;
    for value in 0..10 {
        database.execute(INSERT, vec![value.into()]).await.unwrap();
        database.checkpoint().await.unwrap();
    }
    assert_eq!(count(&database).await, 10);
}

pub async fn calls_after_close_conflict(database: impl DatabaseAdapter) {
    make_table(&database).await;
    database.close().await.unwrap();
    let query = database.query("SELECT 1", vec![]).await;
    assert_eq!(cause(query), ErrorKind::Conflict);
    let execute = database.execute(INSERT, vec![1.into()]).await;
    assert_eq!(cause(execute), ErrorKind::Conflict);
    let begin = database.begin(TransactionMode::Write).await.map(drop);
    assert_eq!(cause(begin), ErrorKind::Conflict);
    assert_eq!(cause(database.execute_batch("").await), ErrorKind::Conflict);
    assert_eq!(cause(database.checkpoint().await), ErrorKind::Conflict);
}
