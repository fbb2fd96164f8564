//! One corpus of SQL, one answer, on every SQLite.
//!
//! `corpus.txt` has the schema and the rows of each statement below, as the native SQLite gave them. The
//! test compares, natively and in a browser. After a change here, write it anew with
//! `CORPUS_WRITE=1 cargo test -p core-library --test music corpus`.

use std::fmt::Write as _;

use bridge_traits::database::{DatabaseAdapter, Row, SqlValue};
use core_library::repository::track_writer::ArtistCredit;

use crate::fixture::{Database, Music, record};

const EXPECTED: &str = include_str!("corpus.txt");

/// What the library's own tables are asked, after a few tracks were written.
const LIBRARY: &[&str] = &[
    "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
    "SELECT * FROM track ORDER BY id",
    "SELECT * FROM album ORDER BY id",
    "SELECT * FROM artist ORDER BY id",
    "SELECT rowid, * FROM search ORDER BY rowid",
    "SELECT rowid, round(rank, 12) FROM search WHERE search MATCH 'bjork' ORDER BY rank, rowid",
];

/// What stands alone; each statement sees what those before it did.
const ALONE: &[&str] = &[
    // Full text: tokenizers, prefixes, phrases, columns, ranks, snippets.
    "CREATE VIRTUAL TABLE f USING fts5(title, body, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')",
    "INSERT INTO f(rowid, title, body) VALUES
        (1, 'Café del Mar', 'sunset on the beach and the sea'), (2, 'ΟΔΥΣΣΕΥΣ', 'the sea, the sea'),
        (3, 'İstanbul straße', 'ﬁligree Ǆ ǆ'), (4, 'AC/DC don''t', 'back in black, back again'),
        (5, '東京 tokyo', 'かな カナ 漢字'), (6, 'Motörhead', 'ace of spades'), (7, '', '')",
    "SELECT rowid, round(bm25(f), 9), bm25(f, 10.0, 1.0) < bm25(f) FROM f WHERE f MATCH 'sea' ORDER BY rank, rowid",
    "SELECT rowid, snippet(f, -1, '[', ']', '…', 3), highlight(f, 1, '<', '>') FROM f WHERE f MATCH 'sea OR back' ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH 'ca*' ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH 'title: motorhead' ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH '\"back in\" NOT white' ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH 'NEAR(back again, 3)' ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH 'οδυσσευς' OR rowid = 3 ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH 'istanbul' OR f MATCH 'strasse' ORDER BY rowid",
    "SELECT rowid FROM f WHERE f MATCH '東京' ORDER BY rowid",
    "CREATE VIRTUAL TABLE fv USING fts5vocab(f, 'row')",
    "SELECT term, doc, cnt FROM fv ORDER BY term",
    "INSERT INTO f(f) VALUES ('integrity-check')",
    "CREATE VIRTUAL TABLE g USING fts5(x, tokenize = 'trigram')",
    "INSERT INTO g VALUES ('abcdef'), ('xbcdy'), ('日本語テキスト')",
    "SELECT x FROM g WHERE g MATCH 'bcd' ORDER BY rowid",
    "SELECT x FROM g WHERE g MATCH '本語テ' ORDER BY rowid",
    "CREATE VIRTUAL TABLE p USING fts5(x, tokenize = 'porter ascii')",
    "INSERT INTO p VALUES ('running runners ran'), ('connection connected')",
    "SELECT x FROM p WHERE p MATCH 'run' OR p MATCH 'connect' ORDER BY rowid",
    // Collation, case and patterns.
    "SELECT value FROM json_each('[\"b\",\"A\",\"a\",\"B\",\"ä\",\"Z\",\"é\",\"e\"]') ORDER BY value COLLATE NOCASE, value",
    "SELECT upper('äé straße'), lower('ÄÉ I'), 'Ä' LIKE 'ä', 'A' LIKE 'a', 'abc' GLOB 'a[a-c]?', 'a%b' LIKE 'a!%b' ESCAPE '!'",
    "SELECT 'a ' = 'a' COLLATE RTRIM, 'a' < 'B', 'a' < 'B' COLLATE NOCASE, '10' < '9', 10 < 9, 1 < '0'",
    "SELECT length('日本'), length(x'e697a5'), substr('日本語', 2, 1), instr('日本語', '語'), unicode('日'), char(26085), hex('é'), trim('  x '), replace('aXbX', 'X', ''), printf('%05.2f|%,d|%q', 3.14159, 1234567, 'it''s')",
    // Dates and times.
    "SELECT date('2024-02-29', '+1 year'), datetime(0, 'unixepoch'), strftime('%Y-%j-%W', '2021-01-03'), julianday('2000-01-01'), unixepoch('2024-01-01'), date('now') IS NULL, date('rubbish')",
    "SELECT strftime('%s', '9999-12-31 23:59:59'), date('0000-01-01', '-1 day'), datetime('2024-03-31 01:30', '+1 month', 'weekday 0')",
    // JSON.
    "SELECT json('{\"a\": [1, 2.50, \"é\", null, true]}'), json_extract('{\"a\":[1,{\"b\":2}]}', '$.a[1].b'), '{\"x\":1}' -> 'x', '{\"x\":\"y\"}' ->> '$.x', json_array_length('[1,2,3]'), json_valid('{'), json_type('[1.5]', '$[0]')",
    "SELECT key, value, type, fullkey FROM json_tree('{\"a\":[1,\"b\",{\"c\":null}]}')",
    "SELECT json_group_array(value) FROM json_each('[3,1,2]')",
    "SELECT json_patch('{\"a\":1,\"b\":2}', '{\"b\":null,\"c\":3}'), json_set('{}', '$.x', 9007199254740993), json_quote(x'00') IS NULL OR 1",
    // Integers, reals and their edges.
    "SELECT 9223372036854775807, -9223372036854775808, 9223372036854775807 + 1, 9007199254740993, 7 / 2, -7 / 2, -7 % 3, 7.0 / 2, 1 / 0, 1 << 62, ~0",
    "SELECT 0.1 + 0.2, 1e308 * 10, -1e308 * 10, round(2.5), round(-2.5), round(2.675, 2), 1.0, 1e15, 1e16, 123456789012345678.0, CAST('12abc' AS INTEGER), CAST(3.99 AS INTEGER), CAST(1e19 AS INTEGER)",
    "SELECT CAST(0.1 AS TEXT), CAST(1e100 AS TEXT), CAST(1.0 AS TEXT), CAST(100000000000000000000.0 AS TEXT), 3.0 || '', typeof(1.0), typeof(1), typeof('1'), typeof(x''), typeof(NULL)",
    "SELECT max(1, 2.5, '3'), min(NULL, 1) IS NULL, coalesce(NULL, 2), nullif(1, 1) IS NULL, abs(-5), sign(-2.0), iif(0, 1, 2)",
    "SELECT sum(value), total(value), avg(value), group_concat(value, '|'), count(*), min(value), max(value) FROM json_each('[1,2,3.5]')",
    // Tables: upsert, RETURNING, NULLs in order, STRICT, generated columns, triggers, foreign keys.
    "CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT UNIQUE, n INTEGER, b BLOB, d AS (n * 2))",
    "INSERT INTO t(k, n, b) VALUES ('a', 1, x'00ff'), ('b', NULL, zeroblob(3)), ('c', 3, x''), (NULL, 4, NULL), (NULL, -5, 'text')",
    "INSERT INTO t(k, n) VALUES ('a', 10), ('z', 26) ON CONFLICT (k) DO UPDATE SET n = t.n + excluded.n WHERE excluded.n > 5 RETURNING id, k, n, d",
    "UPDATE t SET n = n + 1 WHERE n < 5 RETURNING id, n",
    "DELETE FROM t WHERE k = 'c' RETURNING *",
    "SELECT id, k, n, hex(b), typeof(b), d FROM t ORDER BY id",
    "SELECT n FROM t ORDER BY n",
    "SELECT n FROM t ORDER BY n DESC NULLS FIRST",
    "SELECT k FROM t ORDER BY k NULLS LAST, id",
    "SELECT id, row_number() OVER (ORDER BY n NULLS LAST) AS r, sum(n) OVER (ORDER BY id ROWS 1 PRECEDING) AS s, lag(k, 1, '-') OVER (ORDER BY id) AS l FROM t ORDER BY id",
    "WITH RECURSIVE up(x) AS (VALUES (1) UNION ALL SELECT x * 3 FROM up WHERE x < 1000) SELECT group_concat(x) FROM up",
    "SELECT x'53514c' || 'ite', x'00' < 'a', x'01' > 99, quote(x'0aff'), quote('it''s'), quote(1.5), quote(NULL)",
    "CREATE TABLE s (a INTEGER, b TEXT, c REAL, d ANY) STRICT",
    "INSERT INTO s VALUES ('12', 34, 5, '007')",
    "SELECT typeof(a), typeof(b), typeof(c), typeof(d), d FROM s",
    "CREATE TABLE log (what TEXT)",
    "CREATE TRIGGER watch AFTER UPDATE ON t BEGIN INSERT INTO log VALUES (old.id || ':' || ifnull(new.n, 'null')); END",
    "UPDATE t SET n = NULL WHERE id IN (1, 2)",
    "SELECT what FROM log ORDER BY rowid",
    "CREATE TABLE c (t_id INTEGER REFERENCES t(id) ON DELETE SET NULL)",
    "INSERT INTO c VALUES (1), (2)",
    "DELETE FROM t WHERE id = 1",
    "SELECT t_id FROM c ORDER BY rowid",
    "PRAGMA foreign_keys",
    "PRAGMA encoding",
    "SELECT type, name, sql FROM sqlite_master ORDER BY type, name",
    "EXPLAIN QUERY PLAN SELECT * FROM t WHERE k = 'a'",
    "EXPLAIN QUERY PLAN SELECT rowid FROM f WHERE f MATCH 'x' ORDER BY rank",
    // What is an error must be one everywhere.
    "INSERT INTO s VALUES ('x', 1, 1, 1)",
    "INSERT INTO c VALUES (99)",
    "INSERT INTO t(id, k) VALUES (2, 'twice')",
    "SELECT rowid FROM f WHERE f MATCH 'AND ('",
    "SELECT no_such_function(1)",
    "SELECT * FROM no_such_table",
    "SELECT abs(-9223372036854775808)",
    "SELECT CAST(x'ff' AS TEXT)",
];

#[core_async::test]
async fn every_sqlite_gives_the_same_rows() {
    gives_the_same_rows(async || Database::in_memory().await.unwrap()).await;
}

/// Both places where a page can keep a database, besides its memory.
#[cfg(target_arch = "wasm32")]
#[core_async::test]
async fn every_storage_of_a_page_gives_the_same_rows() {
    use bridge_wasm::{DatabaseStorage, WasmDatabaseOptions};
    // The one that is chosen by itself is a file in a dedicated worker.
    for storage in [DatabaseStorage::IndexedDb, DatabaseStorage::Automatic] {
        let made = std::cell::Cell::new(0);
        gives_the_same_rows(async || {
            made.set(made.get() + 1);
            let name = format!("corpus {storage:?} {}", made.get());
            Database::delete(&name).await.unwrap();
            let options = WasmDatabaseOptions {
                storage,
                ..WasmDatabaseOptions::default()
            };
            Database::open(&name, options).await.unwrap()
        })
        .await;
    }
}

/// Runs the corpus in databases that are new.
async fn gives_the_same_rows(new: impl AsyncFn() -> Database) {
    let mut found = String::new();
    let mut music = Music::on(new().await).await;
    let mut first = record(1, "Jóga", "Björk", "Homogenic");
    first.artists.push(ArtistCredit {
        name: "The Icelandic String Octet".into(),
        ..Default::default()
    });
    music
        .apply(vec![first, record(2, "東京 Ⅱ", "AC/DC", "don't")])
        .await;
    music
        .apply(vec![record(3, "Straße", "BJÖRK", "homogenic")])
        .await;
    for sql in LIBRARY {
        let rows = music.library.query(sql, vec![]).await.unwrap();
        note(&mut found, sql, &rows);
    }
    let database = new().await;
    for sql in ALONE {
        let mut tx = database
            .begin(bridge_traits::database::TransactionMode::Write)
            .await
            .unwrap();
        match tx.query(sql, vec![]).await {
            Ok(rows) => {
                tx.commit().await.unwrap();
                note(&mut found, sql, &rows);
            }
            Err(error) => {
                tx.rollback().await.unwrap();
                let _ = writeln!(found, "> {sql}\n! {:?}\n", error.kind());
            }
        }
    }
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("CORPUS_WRITE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/music/corpus.txt");
        std::fs::write(path, &found).unwrap();
        return;
    }
    let expected = EXPECTED.replace('\r', "");
    let pairs = found.split("\n\n").zip(expected.split("\n\n"));
    let differing: Vec<_> = pairs.filter(|(got, wanted)| got != wanted).collect();
    assert!(differing.is_empty(), "here, then natively: {differing:#?}");
    assert_eq!(found.len(), expected.len());
}

fn note(to: &mut String, sql: &str, rows: &[Row]) {
    let _ = writeln!(to, "> {sql}");
    if let Some(row) = rows.first() {
        let _ = writeln!(to, "# {}", row.columns().join(" | "));
    }
    // The first columns of a plan are SQLite's own affair.
    let first = if sql.starts_with("EXPLAIN") { 3 } else { 0 };
    for row in rows {
        let values: Vec<_> = row.values()[first..].iter().map(show).collect();
        let _ = writeln!(to, "{}", values.join(" | "));
    }
    to.push('\n');
}

fn show(value: &SqlValue) -> String {
    match value {
        SqlValue::Null => "NULL".to_owned(),
        SqlValue::Integer(it) => it.to_string(),
        // All bits, so that nothing hides behind rounding.
        SqlValue::Real(it) => format!("{it:?} ({:016x})", it.to_bits()),
        SqlValue::Text(it) => format!("{it:?}"),
        SqlValue::Blob(it) => format!(
            "x'{}'",
            it.iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        ),
    }
}
