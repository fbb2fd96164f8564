//! A new library is made of one file, one of an earlier version by migrations: both are the same.
//!
//! `migrations/schema.sql` is what the migrations make of an empty library. After a new one, write it anew with
//! `SCHEMA_WRITE=1 cargo test -p core-library --test music schema`.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge_traits::database::{DatabaseAdapter, Row, SqlValue, TransactionMode};
use core_library::{Library, LibraryError, SchemaDifference};

use crate::fixture::{Database, Fixed, Music, record};
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

/// All migrations, by their files.
const MIGRATIONS: [&str; 20] = [
    include_str!("../../migrations/0001_init.sql"),
    include_str!("../../migrations/0002_loose.sql"),
    include_str!("../../migrations/0003_removed_provider.sql"),
    include_str!("../../migrations/0004_counts.sql"),
    include_str!("../../migrations/0005_cue.sql"),
    include_str!("../../migrations/0006_plays.sql"),
    include_str!("../../migrations/0007_smart_playlists.sql"),
    include_str!("../../migrations/0008_thumbnail.sql"),
    include_str!("../../migrations/0009_enrichment.sql"),
    include_str!("../../migrations/0010_duplicates.sql"),
    include_str!("../../migrations/0014_setting.sql"),
    include_str!("../../migrations/0015_faster.sql"),
    include_str!("../../migrations/0016_enrichment_subjects.sql"),
    include_str!("../../migrations/0017_kept_unlisted.sql"),
    include_str!("../../migrations/0018_presence.sql"),
    include_str!("../../migrations/0019_album_tags.sql"),
    include_str!("../../migrations/0020_album_order.sql"),
    include_str!("../../migrations/0021_artist_names.sql"),
    include_str!("../../migrations/0022_waiting.sql"),
    include_str!("../../migrations/0023_file_audio.sql"),
];

#[core_async::test]
async fn the_library_of_every_version_is_taken_for_one() {
    let newest = open(Database::in_memory().await.unwrap()).await;
    let notes =
        "SELECT quote(number) || ',' || quote(checksum) FROM schema_migration ORDER BY number";
    let notes = ask(&newest, notes).await;
    assert_eq!(notes.len(), MIGRATIONS.len(), "one has been forgotten here");
    for version in 1..=MIGRATIONS.len() {
        let database = Database::in_memory().await.unwrap();
        let mut tx = database.begin(TransactionMode::Write).await.unwrap();
        for (sql, note) in MIGRATIONS.iter().zip(&notes).take(version) {
            // As one that was compiled on Windows makes it.
            tx.execute_batch(&sql.replace('\n', "\r\n")).await.unwrap();
            let note: String = note.get(0).unwrap();
            let history = "CREATE TABLE IF NOT EXISTS schema_migration (
    number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT";
            tx.execute(history, vec![]).await.unwrap();
            let noted = format!("INSERT INTO schema_migration VALUES ({note}, 0)");
            tx.execute(&noted, vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        let checked = open(database).await.check_schema().await;
        checked.unwrap_or_else(|error| panic!("version {version}: {error}"));
    }
}

#[core_async::test]
async fn what_sqlite_itself_makes_of_a_library_is_no_difference() {
    let mut music = Music::new().await;
    let songs = ["One", "Two"].map(|it| record(it.len() as i64, it, "X", "Album"));
    music.apply(vec![songs[0].clone()]).await;
    for sql in [
        "ANALYZE",
        "VACUUM",
        "REINDEX",
        "INSERT INTO search(search) VALUES ('optimize')",
    ] {
        let database = music.library.database();
        database.execute(sql, vec![]).await.unwrap();
        music.library.check_schema().await.unwrap();
    }
}

#[core_async::test]
async fn a_library_that_somebody_changed_is_told_by_what_differs() {
    use SchemaDifference::{Changed, Foreign, Missing};

    for (sql, object, difference) in [
        ("DROP TABLE playlist_entry", "table playlist_entry", Missing),
        ("DROP INDEX track_sort", "index track_sort", Missing),
        ("DROP TRIGGER count_track", "trigger count_track", Missing),
        ("DROP TABLE album_search", "table album_search", Missing),
        (
            "ALTER TABLE genre ADD COLUMN note TEXT",
            "table genre",
            Changed,
        ),
        (
            "ALTER TABLE setting RENAME COLUMN value TO worth",
            "table setting",
            Changed,
        ),
        (
            "DROP INDEX track_sort; CREATE INDEX track_sort ON track(sort_key)",
            "index track_sort",
            Changed,
        ),
        (
            "DROP TRIGGER enrichment_gone; CREATE TRIGGER enrichment_gone AFTER DELETE ON track
                BEGIN DELETE FROM enrichment; END",
            "trigger enrichment_gone",
            Changed,
        ),
        (
            "DROP TABLE artist_search; CREATE TABLE artist_search(name TEXT)",
            "table artist_search",
            Changed,
        ),
        (
            "CREATE TRIGGER spy AFTER INSERT ON track BEGIN DELETE FROM playlist; END",
            "trigger spy",
            Foreign,
        ),
        ("CREATE VIEW mine AS SELECT 1", "view mine", Foreign),
        ("CREATE INDEX extra ON track(title)", "index extra", Foreign),
        // Called as a trigger of ours is.
        (
            "CREATE INDEX count_track ON track(title)",
            "index count_track",
            Foreign,
        ),
        ("CREATE TABLE notes(text TEXT)", "table notes", Foreign),
        (
            "CREATE TABLE search_content(text TEXT)",
            "table search_content",
            Foreign,
        ),
    ] {
        let database = Arc::new(Database::in_memory().await.unwrap());
        let library = Library::open(database.clone(), Arc::new(Fixed))
            .await
            .unwrap();
        library.check_schema().await.unwrap();
        database.execute_batch(sql).await.unwrap();
        // To open it is to trust it.
        let library = Library::open(database, Arc::new(Fixed)).await.unwrap();
        let refused = library.check_schema().await.unwrap_err();
        assert_eq!(refused.code(), "invalid-input");
        let said = refused.to_string();
        let LibraryError::SchemaDiffers {
            object: found,
            difference: how,
        } = refused
        else {
            panic!("{sql}: {said}");
        };
        assert_eq!((&*found, how), (object, difference), "{sql}");
        assert!(said.contains(object), "{said}");
    }
}

#[core_async::test]
async fn a_row_that_names_one_that_is_not_there_is_damage() {
    let mut music = Music::new().await;
    let track = music.add(record(1, "One", "X", "Album")).await.0;
    music.library.check_schema().await.unwrap();
    let database = music.library.database();
    for sql in [
        "PRAGMA foreign_keys = OFF".to_owned(),
        format!("DELETE FROM track WHERE id = {track}"),
    ] {
        database.execute(&sql, vec![]).await.unwrap();
    }
    let refused = music.library.check_schema().await.unwrap_err();
    assert_eq!(refused.code(), "corrupt");
    let LibraryError::Dangling { table, parent } = &refused else {
        panic!("{refused}");
    };
    assert_eq!(
        (&**table, &**parent),
        ("track_artist", "track"),
        "{refused}"
    );
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
