//! Tracks are written, change, vanish and come back.

use core_library::LibraryError;
use core_library::model::{ArtworkId, LyricsSource};
use core_library::repository::track_writer::{ArtworkRecord, LyricsRecord, Outcome, TrackRecord};
use core_library::repository::{album, annotation, artwork, lyrics, stats, track};

use crate::fixture::{Music, credit, outcomes, record};

#[core_async::test]
async fn everything_that_was_read_comes_back() {
    let mut music = Music::new().await;
    let mut full = record(1, "Title", "Artist", "Album");
    full.artists.push(credit("Second"));
    full.artist_display = Some("Artist & Second".into());
    full.roles = vec![
        ("composer".into(), credit("Writer")),
        ("remixer".into(), credit("Mixer")),
        ("composer".into(), credit("Artist")),
    ];
    full.genres = vec!["Rock".into(), "ROCK".into(), "Pop".into()];
    full.date = Some("1969".into());
    full.original_date = Some("1969-13-40".into());
    full.disc = Some(2);
    full.track = Some(3);
    full.bpm = Some(120.5);
    full.track_gain_db = Some(-7.25);
    full.audio_id = Some(vec![1, 2]);
    full.extra = Some(r#"{"mood":["calm"]}"#.into());
    full.album.as_mut().unwrap().release_types = vec!["album".into(), "live".into()];
    full.artwork = Some(artwork_of(1, 9));
    let id = music.add(full).await;

    let found = track::get(&music.library, id).await.unwrap();
    let credits: Vec<_> = found
        .artists
        .iter()
        .map(|it| (it.role.as_str(), it.name.as_str()))
        .collect();
    assert_eq!(
        credits,
        [
            ("artist", "Artist"),
            ("artist", "Second"),
            ("composer", "Writer"),
            ("composer", "Artist"),
            ("remixer", "Mixer")
        ]
    );
    assert_eq!(found.genres, ["Rock", "Pop"]);
    assert_eq!(found.date.as_ref().unwrap().as_str(), "1969");
    assert_eq!(found.original_date.as_ref().unwrap().as_str(), "1969");
    assert_eq!(found.audio.duration_ms, None, "unknown, not zero");
    assert_eq!(found.path.as_deref(), Some("1.mp3"));
    assert_eq!((found.disc, found.track), (Some(2), Some(3)));
    assert_eq!(
        (found.bpm, found.gain.track_gain_db),
        (Some(120.5), Some(-7.25))
    );
    assert_eq!(found.album.as_deref(), Some("Album"));
    assert_eq!(found.album_artists[0].name, "Artist");
    let album = album::get(&music.library, found.album_id.unwrap())
        .await
        .unwrap();
    assert_eq!(album.release_types, ["album", "live"]);
    assert_eq!(album.artwork, found.artwork);
    let image = artwork::get(&music.library, found.artwork.unwrap())
        .await
        .unwrap();
    assert_eq!((image.hash, image.item_id), (vec![9; 16], Some(1)));
}

#[core_async::test]
async fn any_text_and_number_comes_back_to_the_last_bit() {
    let mut music = Music::new().await;
    let odd = "a\0b\u{1}\u{7f}\u{2028}\"\\/ \u{feff}é 😀 {\"x\":[1]} \r\n";
    let mut record = record(1, odd, odd, odd);
    record.comment = Some(odd.into());
    record.extra = Some(r#"{"odd":"\u0000 \"[]\""}"#.into());
    record.genres = vec![odd.into()];
    record.bpm = Some(123.456_789_012_345_68);
    record.track_gain_db = Some(-7.100_000_000_000_001);
    record.track_peak = Some(f64::MIN_POSITIVE);
    record.album_gain_db = Some(0.1 + 0.2);
    record.album_peak = Some(1.797_693_134_862_315_7e308);
    record.duration_ms = Some(i64::MAX);
    let wanted = record.clone();
    let id = music.add(record).await;
    let found = track::get(&music.library, id).await.unwrap();
    assert_eq!(found.title, odd);
    assert_eq!((found.comment, found.extra), (wanted.comment, wanted.extra));
    assert_eq!(
        (found.genres.join(""), found.artists[0].name.clone()),
        (odd.trim().to_owned(), odd.trim().to_owned())
    );
    assert_eq!(found.bpm, wanted.bpm);
    assert_eq!(found.gain.track_gain_db, wanted.track_gain_db);
    assert_eq!(found.gain.track_peak, wanted.track_peak);
    assert_eq!(found.gain.album_gain_db, wanted.album_gain_db);
    assert_eq!(found.gain.album_peak, wanted.album_peak);
    assert_eq!(found.audio.duration_ms, Some(i64::MAX));
}

#[core_async::test]
async fn the_same_again_writes_nothing_and_a_retag_keeps_the_id() {
    let mut music = Music::new().await;
    let first = music
        .apply(vec![record(1, "a", "x", "y"), record(2, "b", "x", "y")])
        .await;
    assert_eq!(outcomes(&first), [Outcome::Added; 2]);
    let changes = music.count("SELECT max(updated_at) FROM track").await;
    let again = music
        .apply(vec![record(1, "a", "x", "y"), record(2, "c", "x", "z")])
        .await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged, Outcome::Updated]);
    assert_eq!(again[1].track_id, first[1].track_id);
    assert_eq!(changes, 7);
    assert_eq!(
        track::get(&music.library, first[1].track_id)
            .await
            .unwrap()
            .title,
        "c"
    );
}

#[core_async::test]
async fn ids_plays_and_favourites_survive_a_missing_file() {
    let mut music = Music::new().await;
    let id = music.add(record(1, "a", "x", "y")).await;
    let mut tx = music.library.write().await.unwrap();
    annotation::played(&mut tx, id, 50).await.unwrap();
    annotation::played(&mut tx, id, 40).await.unwrap();
    annotation::rate(&mut tx, id, Some(80)).await.unwrap();
    annotation::set_favourite(&mut tx, id, Some(60))
        .await
        .unwrap();
    annotation::set_favourite(&mut tx, id, Some(70))
        .await
        .unwrap();
    assert_eq!(
        track::mark_missing(&mut tx, &[1, 99], 5).await.unwrap(),
        [id]
    );
    assert_eq!(track::mark_missing(&mut tx, &[1], 6).await.unwrap(), []);
    tx.commit().await.unwrap();
    let missing = track::get(&music.library, id).await.unwrap();
    assert_eq!(missing.missing_since, Some(5));
    let figures = stats::read(&music.library).await.unwrap();
    assert_eq!(
        (figures.tracks, figures.missing_tracks, figures.albums),
        (0, 1, 0)
    );
    music.apply_sweep().await;

    let back = music.apply(vec![record(1, "a", "x", "y")]).await;
    assert_eq!(outcomes(&back), [Outcome::Revived]);
    assert_eq!(back[0].track_id, id);
    let found = track::get(&music.library, id).await.unwrap();
    assert!(!found.is_missing());
    assert_eq!(
        found.album_id, missing.album_id,
        "the sweep left what it refers to"
    );
    let kept = found.annotation;
    assert_eq!((kept.play_count, kept.last_played_at), (2, Some(50)));
    assert_eq!((kept.rating, kept.favourite_at), (Some(80), Some(60)));

    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[1], 5).await.unwrap();
    assert_eq!(track::revive(&mut tx, &[1]).await.unwrap(), [id]);
    assert_eq!(track::revive(&mut tx, &[1]).await.unwrap(), []);
    let wrong = annotation::rate(&mut tx, id, Some(101)).await.unwrap_err();
    assert!(matches!(
        wrong,
        LibraryError::InvalidInput {
            field: "rating",
            ..
        }
    ));
}

#[core_async::test]
async fn a_file_brings_back_what_went_with_it_and_not_what_it_had_lost_before() {
    let mut music = Music::new().await;
    let part = |part, title| TrackRecord {
        part,
        ..record(1, title, "x", "y")
    };
    let [whole, lost] = music.apply(vec![part(0, "a"), part(1, "b")]).await[..] else {
        panic!("two tracks");
    };
    let (whole, lost) = (whole.track_id, lost.track_id);
    music.apply(vec![part(0, "a")]).await;
    // As an earlier version left it, which did not mark what a file had lost.
    for marked in [true, false] {
        if !marked {
            music
                .run("UPDATE track SET digest = 5 WHERE part = 1")
                .await;
        }
        let mut tx = music.library.write().await.unwrap();
        assert_eq!(track::revive(&mut tx, &[1]).await.unwrap(), []);
        assert_eq!(
            track::mark_missing(&mut tx, &[1], 5).await.unwrap(),
            [whole]
        );
        assert_eq!(track::mark_missing(&mut tx, &[1], 6).await.unwrap(), []);
        assert_eq!(track::revive(&mut tx, &[1]).await.unwrap(), [whole]);
        tx.commit().await.unwrap();
    }
    // The file has it again, and then it does come back.
    let again = music.apply(vec![part(0, "a"), part(1, "b")]).await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged, Outcome::Revived]);
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[1], 5).await.unwrap();
    assert_eq!(track::revive(&mut tx, &[1]).await.unwrap(), [whole, lost]);
}

#[core_async::test]
async fn a_part_that_a_file_no_longer_has_becomes_missing() {
    let mut music = Music::new().await;
    let part = |part, title| TrackRecord {
        part,
        ..record(1, title, "x", "y")
    };
    let both = music.apply(vec![part(0, "a"), part(1, "b")]).await;
    let one = music.apply(vec![part(0, "a")]).await;
    assert_eq!(outcomes(&one), [Outcome::Unchanged, Outcome::Missing]);
    assert_eq!(one[1].track_id, both[1].track_id);
    assert_eq!(
        outcomes(&music.apply(vec![part(0, "a")]).await),
        [Outcome::Unchanged]
    );
    let again = music.apply(vec![part(0, "a"), part(1, "c")]).await;
    assert_eq!(outcomes(&again), [Outcome::Unchanged, Outcome::Revived]);
    assert_eq!(again[1].track_id, both[1].track_id);
    assert_eq!(
        track::get(&music.library, both[1].track_id)
            .await
            .unwrap()
            .title,
        "c"
    );
}

#[core_async::test]
async fn a_part_twice_in_a_batch_is_refused() {
    let mut music = Music::new().await;
    music.file(1).await;
    let mut tx = music.library.write().await.unwrap();
    let records = vec![record(1, "a", "x", "y"), record(1, "b", "x", "y")];
    let error = music.writer.apply(&mut tx, records, 1).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "records: part 0 of item 1 is there twice"
    );
}

#[core_async::test]
async fn a_rollback_leaves_the_writer_right() {
    let mut music = Music::new().await;
    music.file(1).await;
    let mut tx = music.library.write().await.unwrap();
    music
        .writer
        .apply(&mut tx, vec![record(1, "a", "x", "y")], 1)
        .await
        .unwrap();
    tx.rollback().await.unwrap();
    music.writer.rolled_back();
    // Nor does a transaction that nobody tells it about.
    let mut tx = music.library.write().await.unwrap();
    let records = vec![record(1, "a", "x", "y")];
    music.writer.apply(&mut tx, records, 1).await.unwrap();
    drop(tx);
    assert_eq!(music.count("SELECT count(*) FROM artist").await, 0);
    let again = music.apply(vec![record(1, "a", "x", "y")]).await;
    assert_eq!(outcomes(&again), [Outcome::Added]);
    let found = track::get(&music.library, again[0].track_id).await.unwrap();
    assert_eq!(
        (found.artists.len(), found.album.as_deref()),
        (1, Some("y"))
    );
}

#[core_async::test]
async fn lyrics_of_tags_are_replaced_and_those_of_a_service_stay() {
    let mut music = Music::new().await;
    let text = |source, text: &str| LyricsRecord {
        source,
        synced: false,
        language: None,
        text: text.into(),
    };
    let mut it = record(1, "a", "x", "y");
    it.lyrics = vec![text(LyricsSource::Embedded, "old")];
    let id = music.add(it.clone()).await;
    let mut tx = music.library.write().await.unwrap();
    let online = vec![text(LyricsSource::Online, "online")];
    lyrics::replace(&mut tx, id, LyricsSource::Online, online.clone())
        .await
        .unwrap();
    let wrong = lyrics::replace(&mut tx, id, LyricsSource::Sidecar, online).await;
    assert!(matches!(wrong, Err(LibraryError::InvalidInput { .. })));
    tx.commit().await.unwrap();
    it.lyrics = vec![text(LyricsSource::Sidecar, "new")];
    music.add(it).await;
    let found = lyrics::of_track(&music.library, id).await.unwrap();
    let texts: Vec<_> = found.iter().map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["new", "online"]);
}

#[core_async::test]
async fn a_retag_leaves_orphans_that_the_sweep_removes() {
    let mut music = Music::new().await;
    let mut it = record(1, "a", "Old Artist", "Old Album");
    it.genres = vec!["Old".into()];
    it.artwork = Some(artwork_of(1, 1));
    music.add(it.clone()).await;
    let old_album = music.count("SELECT max(id) FROM album").await;
    it = record(1, "a", "New Artist", "New Album");
    music.add(it.clone()).await;
    let orphans = music.apply_sweep().await;
    assert_eq!((orphans.albums, orphans.artists), (1, 1));
    assert_eq!((orphans.genres, orphans.artworks), (1, 1));
    assert_eq!(music.apply_sweep().await, Default::default());
    assert_eq!(music.count("SELECT count(*) FROM album_search").await, 1);
    // The ids of what is gone never come up again.
    music
        .apply(vec![record(2, "b", "Third Artist", "Third Album")])
        .await;
    music
        .run("UPDATE track SET album_id = NULL WHERE item_id = 2")
        .await;
    music.apply_sweep().await;
    let before = music
        .count("SELECT seq FROM sqlite_sequence WHERE name = 'album'")
        .await;
    music.add(record(3, "b", "x", "Fourth Album")).await;
    let newest = music.count("SELECT max(id) FROM album").await;
    assert!(newest > before && before > old_album);
}

#[core_async::test]
async fn what_the_sweep_removed_is_written_again_when_a_track_needs_it() {
    let mut music = Music::new().await;
    let mut old = record(1, "a", "Old Artist", "Old Album");
    old.genres = vec!["Old".into()];
    old.artwork = Some(artwork_of(1, 1));
    music.add(old.clone()).await;
    music.add(record(1, "a", "New Artist", "New Album")).await;
    music.apply_sweep().await;
    let id = music.add(old).await;
    let found = track::get(&music.library, id).await.unwrap();
    assert_eq!(found.album.as_deref(), Some("Old Album"));
    assert_eq!(found.genres, ["Old"]);
    assert!(found.artwork.is_some());
}

#[core_async::test]
async fn the_cover_is_that_of_the_first_track_which_has_one() {
    let mut music = Music::new().await;
    let with = |item, number, image: Option<u8>| {
        let mut it = record(item, "t", "x", "y");
        it.track = Some(number);
        it.artwork = image.map(|image| artwork_of(item, image));
        it
    };
    music
        .apply(vec![
            with(1, 2, Some(2)),
            with(2, 1, None),
            with(3, 3, Some(3)),
        ])
        .await;
    assert_eq!(cover(&music).await, Some(vec![2; 16]));
    music.apply(vec![with(2, 1, Some(1))]).await;
    assert_eq!(cover(&music).await, Some(vec![1; 16]));
    music
        .apply(vec![with(1, 2, None), with(2, 1, None), with(3, 3, None)])
        .await;
    assert_eq!(cover(&music).await, None);
}

#[core_async::test]
async fn images_are_listed_by_what_they_are_known_by_in_every_library() {
    let mut music = Music::new().await;
    let with = |item, album, number, image| {
        let mut it = record(item, "t", "x", album);
        it.track = Some(number);
        it.artwork = Some(artwork_of(item, image));
        it
    };
    music
        .apply(vec![
            with(1, "y", 1, 5),
            with(2, "y", 2, 4),
            with(3, "z", 1, 3),
        ])
        .await;
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[3], 5).await.unwrap();
    tx.commit().await.unwrap();
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let page = artwork::hashes(&music.library, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for it in page {
            let hash = artwork::hash(&music.library, it.id).await.unwrap();
            assert_eq!(hash, it.hash);
            listed.push((hash[0], it.is_cover));
        }
    }
    listed.sort_unstable();
    // Of the second track only, and of an album that is not listed.
    assert_eq!(listed, [(3, false), (4, false), (5, true)]);
    let none = artwork::hash(&music.library, ArtworkId(99)).await;
    assert!(matches!(none, Err(LibraryError::NotFound { .. })));
}

#[core_async::test]
async fn absent_tracks_are_found_by_their_sound_and_move_to_another_file() {
    let mut music = Music::new().await;
    let with = |item, sound: u8| TrackRecord {
        audio_id: Some(vec![sound; 16]),
        ..record(item, "t", "x", "y")
    };
    let ids = music
        .apply(vec![with(1, 1), with(2, 1), with(3, 2), with(4, 3)])
        .await;
    music
        .run("UPDATE remote_item SET removed_at = 5 WHERE id = 4")
        .await;
    music.file(8).await;
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[2], 5).await.unwrap();
    let sounds = [vec![1; 16], vec![2; 16], vec![3; 16], vec![4; 16]];
    let absent = track::movable_by_audio_id(&mut tx, &sounds).await.unwrap();
    let found: Vec<_> = absent.iter().map(|it| (it.track_id, it.place)).collect();
    assert_eq!(
        found,
        [
            (ids[3].track_id, Some((4, 0))),
            (ids[1].track_id, Some((2, 0)))
        ],
        "the one that went last comes first"
    );
    track::rebind(&mut tx, &[(ids[1].track_id, 8, 0)])
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let back = music.apply(vec![with(8, 1)]).await;
    assert_eq!(outcomes(&back), [Outcome::Revived]);
    assert_eq!(back[0].track_id, ids[1].track_id);
}

fn artwork_of(item_id: i64, image: u8) -> ArtworkRecord {
    ArtworkRecord {
        hash: vec![image; 16],
        mime: "image/png".into(),
        bytes: 10,
        item_id,
        picture: Some(0),
        ..Default::default()
    }
}

async fn cover(music: &Music) -> Option<Vec<u8>> {
    let sql = "SELECT w.hash FROM album a LEFT JOIN artwork w ON w.id = a.artwork_id";
    music.library.query(sql, vec![]).await.unwrap()[0]
        .get(0)
        .unwrap()
}

impl Music {
    pub(crate) async fn apply_sweep(&mut self) -> core_library::repository::track_writer::Orphans {
        let mut tx = self.library.write().await.unwrap();
        let orphans = self.writer.sweep_orphans(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        self.writer.committed();
        orphans
    }
}
