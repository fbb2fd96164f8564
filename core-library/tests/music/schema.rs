//! A new library is made of one file, one of an earlier version by migrations: both are the same.
//!
//! `migrations/schema.sql` is what the migrations make of an empty library. After a new one, write it anew with
//! `SCHEMA_WRITE=1 cargo test -p core-library --test music schema`.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge_traits::database::{DatabaseAdapter, Row, SqlValue, TransactionMode};
use core_library::Library;

use crate::fixture::{Database, Fixed};
use crate::migrations::FIRST;

/// The tables that are made on their own account: not by SQLite, by a search table or by whoever migrates.
const OURS: &str =
    "(SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
    AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migration')";

/// A library that was made with the first schema and went through all that came later.
async fn migrated() -> Library {
    let database = Database::in_memory().await.unwrap();
    let mut tx = database.begin(TransactionMode::Write).await.unwrap();
    for sql in FIRST {
        tx.execute_batch(sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    open(database).await
}

async fn open(database: Database) -> Library {
    Library::open(Arc::new(database), Arc::new(Fixed))
        .await
        .unwrap()
}

async fn ask(library: &Library, sql: &str) -> Vec<Row> {
    library.query(sql, vec![]).await.unwrap()
}

/// All rows of all tables, and what the tables are.
async fn content(library: &Library) -> BTreeMap<String, Vec<Vec<SqlValue>>> {
    let mut content = BTreeMap::new();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    for table in ask(library, tables).await {
        let name: String = table.get(0).unwrap();
        let sql = match &*name {
            // When it was applied is another matter.
            "schema_migration" => "SELECT number, checksum FROM schema_migration".to_owned(),
            _ => format!("SELECT * FROM {name}"),
        };
        let rows = ask(library, &sql).await;
        let rows = rows.iter().map(|it| it.values().to_vec()).collect();
        content.insert(name, rows);
    }
    for made in ["PRAGMA user_version", "PRAGMA application_id"] {
        let rows = ask(library, made).await;
        content.insert(made.to_owned(), vec![rows[0].values().to_vec()]);
    }
    let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
    let rows = ask(library, schema).await;
    let rows = rows.iter().map(|it| it.values().to_vec()).collect();
    content.insert("sqlite_schema".to_owned(), rows);
    content
}

#[core_async::test]
async fn a_new_library_is_what_migrations_make_of_the_first() {
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var_os("SCHEMA_WRITE").is_some() {
        write(&migrated().await).await;
        // The file that was compiled in is the one of before.
        return;
    }
    let new = open(Database::in_memory().await.unwrap()).await;
    let (new, old) = (content(&new).await, content(&migrated().await).await);
    for (table, rows) in &old {
        assert_eq!(Some(rows), new.get(table), "{table}");
    }
    assert_eq!(old.len(), new.len());
}

#[cfg(not(target_arch = "wasm32"))]
async fn write(library: &Library) {
    use std::fmt::Write as _;

    let text = |row: &Row| row.get::<String>(0).unwrap();
    let mut out = "-- The schema as all migrations leave it, of which new libraries are made. It is written by\n\
        -- `SCHEMA_WRITE=1 cargo test -p core-library --test music schema`.\n"
        .to_owned();
    // Each table is followed by what watches and orders it.
    let made = format!(
        "SELECT s.sql, s.type FROM sqlite_schema s JOIN sqlite_schema t ON t.name = s.tbl_name AND t.type = 'table'
         WHERE s.sql IS NOT NULL AND s.tbl_name IN {OURS} ORDER BY t.rowid, s.rowid"
    );
    for row in ask(library, &made).await {
        let gap = if row.get::<String>(1).unwrap() == "table" {
            "\n"
        } else {
            ""
        };
        writeln!(out, "{gap}{};", text(&row)).unwrap();
    }
    let tables = format!("SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN {OURS}");
    for table in ask(library, &tables).await {
        let table = text(&table);
        let columns = format!(
            "SELECT group_concat('quote(' || name || ')', ' || '', '' || ') FROM pragma_table_info('{table}')"
        );
        let columns = text(&ask(library, &columns).await[0]);
        for row in ask(library, &format!("SELECT {columns} FROM {table}")).await {
            writeln!(out, "\nINSERT INTO {table} VALUES ({});", text(&row)).unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/schema.sql");
    std::fs::write(path, out).unwrap();
}
