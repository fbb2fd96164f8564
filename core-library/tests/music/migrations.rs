//! Libraries that earlier versions made.

use std::sync::Arc;

use bridge_traits::database::{DatabaseAdapter, Row, TransactionMode};
use core_library::model::AlbumId;
use core_library::repository::album;
use core_library::repository::track_writer::{TrackRecord, TrackWriter};
use core_library::{Library, LibraryError, search};

use crate::fixture::{Database, Fixed, record};

/// Notes the first schema as applied, with the checksum that it had when people first made libraries.
const HISTORY: &str = "CREATE TABLE schema_migration (
    number INTEGER PRIMARY KEY, checksum INTEGER NOT NULL, applied_at INTEGER NOT NULL) STRICT;
    INSERT INTO schema_migration VALUES (1, 303185063131111440, 0);";

/// A library of the first version, of which others than the first are made by migrations.
pub(crate) const FIRST: [&str; 2] = [include_str!("../../migrations/0001_init.sql"), HISTORY];

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

#[core_async::test]
async fn the_database_of_another_program_is_left_alone_and_not_called_damaged() {
    let database = Arc::new(Database::in_memory().await.unwrap());
    let notes = "CREATE TABLE notes(text TEXT)";
    database.execute(notes, vec![]).await.unwrap();
    let refused = Library::open(database.clone(), Arc::new(Fixed)).await;
    let refused = refused.err().unwrap();
    assert!(matches!(refused, LibraryError::Foreign { .. }), "{refused}");
    assert_eq!(refused.code(), "invalid-input");
    let tables = "SELECT 1 FROM sqlite_schema WHERE type = 'table'";
    assert_eq!(database.query(tables, vec![]).await.unwrap().len(), 1);
}

/// An album of two tracks, of which nobody knows any more which one said what.
const ALBUM: &str = r#"INSERT INTO provider(id, key, kind, name, root, created_at) VALUES (1, 'p', 'p', 'p', '/', 0);
    INSERT INTO remote_item(id, provider_id, key, name, kind, version)
        VALUES (1, 1, '1', '1', 'audio', '1'), (2, 1, '2', '2', 'audio', '1');
    INSERT INTO artist(id, identity, name, sort_name, sort_key, musicbrainz_id)
        VALUES (1, 'name:x', 'X', 'Sorted', 'sorted', NULL), (2, 'mbid:a-1', 'Y', NULL, 'y', 'a-1');
    INSERT INTO album(id, identity, title, sort_title, sort_key, date, release_types, label, digest, added_at)
        VALUES (1, 'tag:album' || char(31) || 'name:x' || char(31) || 'mbid:a-1', 'Album', 'Sort', 'sort', '1999',
            '["album","live"]', 'Label', 5, 0);
    INSERT INTO album_artist(album_id, position, artist_id, name) VALUES (1, 0, 1, 'X'), (1, 1, 2, 'Y');
    INSERT INTO track(id, item_id, title, sort_key, album_id, digest, added_at, updated_at)
        VALUES (1, 1, 'a', 'a', 1, 5, 0, 0), (2, 2, 'b', 'b', 1, 5, 0, 0);
    INSERT INTO track_artist(track_id, role, position, artist_id, name)
        VALUES (1, 'artist', 0, 1, 'X'), (2, 'artist', 0, 1, 'X');"#;

#[core_async::test]
async fn an_album_is_what_it_was_until_its_files_are_read_again() {
    let database = Database::in_memory().await.unwrap();
    let mut tx = database.begin(TransactionMode::Write).await.unwrap();
    for sql in [
        include_str!("../../migrations/0001_init.sql"),
        HISTORY,
        ALBUM,
    ] {
        tx.execute_batch(sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    let library = Library::open(Arc::new(database), Arc::new(Fixed))
        .await
        .unwrap();
    let mut writer = TrackWriter::new();
    let bare = |item| {
        let mut record: TrackRecord = record(item, "t", "X", "Album");
        let artists = &mut record.album.as_mut().unwrap().artists;
        let mut second = artists[0].clone();
        (second.name, second.musicbrainz_id) = ("Y".into(), Some("A-1".into()));
        artists.push(second);
        record
    };
    for (item, expected) in [(1, Some("Label")), (2, None)] {
        let mut tx = library.write().await.unwrap();
        let applied = writer.apply(&mut tx, vec![bare(item)], 1).await.unwrap();
        writer.sweep_orphans(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(applied[0].track_id.0, item);
        let found = album::get(&library, AlbumId(1)).await.unwrap();
        let names: Vec<_> = found.artists.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["X", "Y"]);
        let said = (found.label.as_deref(), found.release_types.len());
        let kept = expected.is_some();
        assert_eq!(said, (expected, if kept { 2 } else { 0 }), "{item}");
        let date = found.date.map(|it| it.as_str().to_owned());
        assert_eq!(date.is_some(), kept);
        let sql = "SELECT sort_name FROM artist WHERE id = 1";
        let rows = library.query(sql, vec![]).await.unwrap();
        let sort_name: Option<String> = rows[0].get(0).unwrap();
        assert_eq!(sort_name.is_some(), kept);
    }
}

/// An artist whom two of three tracks spell in another way than the one that was read last.
const SPELT: &str = "INSERT INTO provider(id, key, kind, name, root, created_at) VALUES (1, 'p', 'p', 'p', '/', 0);
    INSERT INTO remote_item(id, provider_id, key, name, kind, version)
        VALUES (1, 1, '1', '1', 'audio', '1'), (2, 1, '2', '2', 'audio', '1'), (3, 1, '3', '3', 'audio', '1');
    INSERT INTO artist(id, identity, name, sort_name, sort_key)
        VALUES (1, 'name:x', 'x', 'Sorted', 'sorted'), (2, 'name:y', 'Y', NULL, 'y');
    INSERT INTO track(id, item_id, title, sort_key, digest, added_at, updated_at)
        VALUES (1, 1, 'a', 'a', 5, 0, 0), (2, 2, 'b', 'b', 5, 0, 0), (3, 3, 'c', 'c', 5, 0, 0);
    INSERT INTO track_artist(track_id, role, position, artist_id, name) VALUES (1, 'artist', 0, 1, 'X'),
        (2, 'artist', 0, 1, 'X'), (3, 'artist', 0, 1, 'x'), (1, 'artist', 1, 2, 'Y');";

#[core_async::test]
async fn artists_keep_their_names_until_a_sync_and_then_have_those_of_most_files() {
    let database = Database::in_memory().await.unwrap();
    let mut tx = database.begin(TransactionMode::Write).await.unwrap();
    for sql in [
        include_str!("../../migrations/0001_init.sql"),
        HISTORY,
        SPELT,
    ] {
        tx.execute_batch(sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    let library = Library::open(Arc::new(database), Arc::new(Fixed))
        .await
        .unwrap();
    let names = async || {
        let sql = "SELECT name, sort_name FROM artist ORDER BY id";
        let rows = library.query(sql, vec![]).await.unwrap();
        let name = |row: &Row| (row.get(0).unwrap(), row.get(1).unwrap());
        rows.iter().map(name).collect::<Vec<_>>()
    };
    let called = |name: &str| {
        let sorted: Option<String> = Some("Sorted".into());
        vec![(name.to_owned(), sorted), ("Y".to_owned(), None)]
    };
    assert_eq!(names().await, called("x"));
    let mut tx = library.write().await.unwrap();
    TrackWriter::new().sweep_orphans(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(names().await, called("X"));
}
