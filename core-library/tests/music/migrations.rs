//! Libraries that earlier versions made.

use std::sync::Arc;

use bridge_traits::database::{DatabaseAdapter, TransactionMode};
use core_library::Library;
use core_library::repository::track_writer::TrackWriter;

use crate::fixture::{Database, Fixed};

/// Notes the first schema as applied, with the checksum that it had when people first made libraries.
const HISTORY: &str = "CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT;
    INSERT INTO schema_migration VALUES (1, 303185063131111440, 0);";

/// What a person and a sync put there.
const CONTENT: &str = "INSERT INTO playlist(id, name, sort_key, created_at, updated_at)
        VALUES (1, 'Mine', 'mine', 0, 0);
    INSERT INTO artist(id, identity, name, sort_key) VALUES (1, 'name:x', 'X', 'x');";

#[core_async::test]
async fn a_library_of_the_first_schema_is_opened_and_keeps_what_is_in_it() {
    let database = Database::in_memory().await.unwrap();
    let mut tx = database.begin(TransactionMode::Write).await.unwrap();
    for sql in [
        include_str!("../../migrations/0001_init.sql"),
        HISTORY,
        CONTENT,
    ] {
        tx.execute_batch(sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    let library = Library::open(Arc::new(database), Arc::new(Fixed))
        .await
        .expect("the first schema is as it was");
    let lists = library.query("SELECT name FROM playlist", vec![]).await;
    assert_eq!(lists.unwrap()[0].get::<String>(0).unwrap(), "Mine");
    // An artist that an earlier version left behind goes.
    let mut tx = library.write().await.unwrap();
    let orphans = TrackWriter::new().sweep_orphans(&mut tx).await.unwrap();
    assert_eq!(orphans.artists, 1);
    tx.commit().await.unwrap();
}
