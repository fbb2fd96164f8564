//! Libraries that earlier versions made.

use std::sync::Arc;

use bridge_traits::database::{DatabaseAdapter, TransactionMode};
use core_library::repository::track_writer::TrackWriter;
use core_library::{Library, search};

use crate::fixture::{Database, Fixed};

/// Notes the first schema as applied, with the checksum that it had when people first made libraries.
const HISTORY: &str = "CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT;
    INSERT INTO schema_migration VALUES (1, 303185063131111440, 0);";

/// What a person and a sync put there.
const CONTENT: &str = "INSERT INTO playlist(id, name, sort_key, created_at, updated_at)
        VALUES (1, 'Mine', 'mine', 0, 0);
    INSERT INTO artist(id, identity, name, sort_key) VALUES (1, 'name:x', 'X', 'x');";

/// Tracks with the words that they are found by, one of them written twice and one no longer there.
const WORDS: &str = "INSERT INTO track(id, title, sort_key, digest, added_at, updated_at)
        VALUES (1, 'The Wall', 'the wall', 0, 0, 0), (2, 'AC/DC', 'ac/dc', 0, 0, 0), (3, 'New', 'new', 0, 0, 0);
    INSERT INTO search(rowid, title, artist, album, extra)
        VALUES (1, ' the wall', ' pink floyd', ' in the flesh', ''), (2, ' ac dc acdc', '', '', ' extra'),
            (3, ' old title', '', '', '');
    DELETE FROM search WHERE rowid = 3;
    INSERT INTO search(rowid, title, artist, album, extra) VALUES (3, ' new', ' someone', '', '');
    INSERT INTO artist_search(rowid, name) VALUES (1, ' x y');";

#[core_async::test]
async fn what_was_found_before_is_found() {
    let database = Database::in_memory().await.unwrap();
    let mut tx = database.begin(TransactionMode::Write).await.unwrap();
    for sql in [
        include_str!("../../migrations/0001_init.sql"),
        HISTORY,
        WORDS,
    ] {
        tx.execute_batch(sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    let library = Library::open(Arc::new(database), Arc::new(Fixed))
        .await
        .unwrap();
    for (text, found) in [
        ("wal", &[1][..]),
        ("\"pink floyd\" w", &[1]),
        ("\"floyd pink\"", &[]),
        ("album:flesh", &[1]),
        ("title:flesh", &[]),
        ("acd", &[2]),
        ("extra", &[2]),
        ("old", &[]),
        ("someone", &[3]),
    ] {
        let page = search::tracks(&library, text, None, 10).await.unwrap();
        let ids: Vec<i64> = page.items.iter().map(|it| it.id.0).collect();
        assert_eq!(ids, found, "{text}");
    }
    let query = "SELECT rowid FROM artist_search WHERE artist_search MATCH '\"x y\"'";
    assert_eq!(library.query(query, vec![]).await.unwrap().len(), 1);
    // The tables can be written as before.
    let check = "INSERT INTO search(search) VALUES ('integrity-check')";
    let mut tx = library.write().await.unwrap();
    tx.execute("DELETE FROM search WHERE rowid = 1", vec![])
        .await
        .unwrap();
    tx.execute(check, vec![]).await.unwrap();
}

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
