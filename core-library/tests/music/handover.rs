//! Two tracks that change places: what was read of the files stays with these, and what a person made stays with the track.

use core_library::model::{LyricsSource, TrackId};
use core_library::repository::playlist::{self, Place};
use core_library::repository::track::HandOver;
use core_library::repository::track_writer::{LyricsRecord, Outcome, TrackRecord};
use core_library::repository::{annotation, lyrics, track};
use core_library::search;

use crate::counts;
use crate::fixture::{Music, credit, outcomes, record};

fn words(source: LyricsSource, text: &str) -> LyricsRecord {
    LyricsRecord {
        source,
        synced: false,
        language: None,
        text: text.to_owned(),
    }
}

/// A song of one sound and album, in two files that say other things of it otherwise.
fn song(file: i64, by: &str, genre: &str) -> TrackRecord {
    let mut song = record(file, "Song", "The Band", "Album");
    song.artists = vec![credit(by), credit("Both")];
    song.roles = vec![("composer".to_owned(), credit(by))];
    song.genres = vec![genre.to_owned(), "Pop".to_owned()];
    song.lyrics = vec![words(LyricsSource::Embedded, by)];
    song.audio_id = Some(vec![1]);
    song.duration_ms = Some(1_000 * file);
    song
}

async fn check(music: &Music, track: TrackId, by: &str, genre: &str) {
    let found = track::get(&music.library, track).await.unwrap();
    let artists: Vec<&str> = found.artists.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(artists, [by, "Both", by]);
    assert_eq!(found.genres, [genre, "Pop"]);
    let lyrics = lyrics::of_track(&music.library, track).await.unwrap();
    let embedded = lyrics
        .iter()
        .filter(|it| it.source == LyricsSource::Embedded);
    let embedded: Vec<&str> = embedded.map(|it| it.text.as_str()).collect();
    assert_eq!(embedded, [by]);
}

#[core_async::test]
async fn a_track_that_gets_the_file_of_its_copy_is_what_that_says_with_what_was_made_of_it() {
    let mut music = Music::new().await;
    let (old, new) = (song(1, "Former", "Rock"), song(2, "Later", "Jazz"));
    let played = music.add(old.clone()).await;
    let copy = music.add(new.clone()).await;
    music
        .run("UPDATE remote_item SET processed = version WHERE kind = 'audio'")
        .await;
    music
        .run(&format!(
            "UPDATE track SET added_at = 3 WHERE id = {played}"
        ))
        .await;
    let mut tx = music.library.write().await.unwrap();
    annotation::played(&mut tx, played, 5).await.unwrap();
    annotation::rate(&mut tx, played, Some(80)).await.unwrap();
    let list = playlist::create(&mut tx, "List", None).await.unwrap();
    playlist::add(&mut tx, list, &[played], Place::Last)
        .await
        .unwrap();
    let online = vec![words(LyricsSource::Online, "found")];
    lyrics::replace(&mut tx, played, LyricsSource::Online, online)
        .await
        .unwrap();
    track::mark_missing(&mut tx, &[1], 5).await.unwrap();
    let handed = track::hand_over(&mut tx, &[played]).await.unwrap();
    tx.commit().await.unwrap();
    let expected = HandOver {
        back: played,
        gone: copy,
    };
    assert_eq!(handed, [expected]);

    counts::check(&music.library).await;
    check(&music, played, "Later", "Jazz").await;
    check(&music, copy, "Former", "Rock").await;
    let found = track::get(&music.library, played).await.unwrap();
    assert_eq!((found.item_id, found.is_missing()), (Some(2), false));
    assert_eq!((found.added_at, found.audio.duration_ms), (3, Some(2_000)));
    let made = &found.annotation;
    assert_eq!((made.play_count, made.rating), (1, Some(80)));
    let entries = playlist::entries(&music.library, list, None, 9)
        .await
        .unwrap();
    assert_eq!(entries.items[0].track.id, played);
    let gone = track::get(&music.library, copy).await.unwrap();
    assert_eq!((gone.item_id, gone.is_missing()), (Some(1), true));
    assert_eq!(gone.annotation.play_count, 0);
    let lyrics = lyrics::of_track(&music.library, played).await.unwrap();
    assert_eq!(lyrics.len(), 2);
    for (text, expected) in [("later", &[played][..]), ("former", &[])] {
        let found = search::all(&music.library, text, 9).await.unwrap().tracks;
        let found: Vec<TrackId> = found.iter().map(|it| it.id).collect();
        assert_eq!(found, expected, "{text}");
    }
    let dangling = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(music.count(dangling).await, 0);

    // Both files are known to be what they are.
    let again = music.apply(vec![new]).await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged]);
    assert_eq!(again[0].track_id, played);
    let mut tx = music.library.write().await.unwrap();
    assert_eq!(track::revive(&mut tx, &[1]).await.unwrap(), [copy]);
    tx.commit().await.unwrap();
    let again = music.apply(vec![old]).await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged]);

    // There and back again, in transactions of their own.
    for (file, expected) in [(2, 1), (1, 2), (2, 1)] {
        let mut tx = music.library.write().await.unwrap();
        track::mark_missing(&mut tx, &[file], 5).await.unwrap();
        let handed = track::hand_over(&mut tx, &[played]).await.unwrap();
        track::revive(&mut tx, &[file]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(handed.len(), 1, "from {file}");
        let found = track::get(&music.library, played).await.unwrap();
        assert_eq!((found.item_id, found.is_missing()), (Some(expected), false));
        counts::check(&music.library).await;
        assert_eq!(music.count(dangling).await, 0);
    }
}
