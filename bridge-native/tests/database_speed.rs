//! Measurements, run by hand:
//! `cargo test -p bridge-native --release --test database_speed -- --ignored --nocapture`

use std::fmt::Write as _;

use bridge_native::{NativeDatabase, NativeDatabaseOptions};
use bridge_traits::database::{DatabaseAdapter, SqlValue, TransactionMode};
use core_async::time::Instant;

const COLUMNS: usize = 20;
const ROWS_A_STATEMENT: usize = 500;
const STATEMENTS: usize = 200;

#[core_async::test]
#[ignore = "a measurement"]
async fn rows_a_second() {
    for mmap_bytes in [0, 256 << 20] {
        let folder = tempfile::tempdir().unwrap();
        let options = NativeDatabaseOptions {
            mmap_bytes,
            ..NativeDatabaseOptions::default()
        };
        let database = NativeDatabase::open_with(&folder.path().join("speed.db"), options)
            .await
            .unwrap();
        let write = write_rows(&database).await;
        let read = read_rows(&database).await;
        let small = small_statements(&database).await;
        eprintln!(
            "mmap {mmap_bytes}: {write:.0} rows/s in inserts of {ROWS_A_STATEMENT} x {COLUMNS}, \
             {read:.0} rows/s read, {small:.0} single-row updates/s in one transaction"
        );
    }
}

async fn write_rows(database: &NativeDatabase) -> f64 {
    let names: Vec<String> = (0..COLUMNS).map(|at| format!("c{at}")).collect();
    let table = format!(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, {})",
        names.join(", ")
    );
    database.execute(&table, vec![]).await.unwrap();
    database
        .execute("CREATE INDEX t_c1 ON t (c1)", vec![])
        .await
        .unwrap();
    let row = format!("({})", vec!["?"; COLUMNS].join(","));
    let mut sql = format!("INSERT INTO t ({}) VALUES ", names.join(","));
    for at in 0..ROWS_A_STATEMENT {
        write!(sql, "{}{row}", if at > 0 { "," } else { "" }).unwrap();
    }
    let batches: Vec<_> = (0..STATEMENTS)
        .map(|statement| {
            (0..ROWS_A_STATEMENT * COLUMNS)
                .map(|at| match at % 4 {
                    0 => SqlValue::Text(format!("Artist/Album {statement}/Track {at}.flac")),
                    1 => SqlValue::Integer((statement * 7919 + at * 31) as i64),
                    2 => SqlValue::Null,
                    _ => SqlValue::Real(at as f64),
                })
                .collect::<Vec<_>>()
        })
        .collect();
    let start = Instant::now();
    let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
    for values in batches {
        transaction.execute(&sql, values).await.unwrap();
    }
    transaction.commit().await.unwrap();
    (STATEMENTS * ROWS_A_STATEMENT) as f64 / start.elapsed().as_secs_f64()
}

async fn read_rows(database: &NativeDatabase) -> f64 {
    let start = Instant::now();
    let rows = database
        .query("SELECT id, c0, c1, c2, c3, c4 FROM t", vec![])
        .await
        .unwrap();
    assert_eq!(rows.len(), STATEMENTS * ROWS_A_STATEMENT);
    rows.len() as f64 / start.elapsed().as_secs_f64()
}

async fn small_statements(database: &NativeDatabase) -> f64 {
    const UPDATES: i64 = 20_000;
    let start = Instant::now();
    let mut transaction = database.begin(TransactionMode::Write).await.unwrap();
    for id in 1..=UPDATES {
        transaction
            .execute(
                "UPDATE t SET c2 = ? WHERE id = ?",
                vec!["new".into(), id.into()],
            )
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
    UPDATES as f64 / start.elapsed().as_secs_f64()
}
