//! Tracks of one album that don't say the same of it.

use core_library::model::Album;
use core_library::repository::album::{AlbumFilter, AlbumOrder};
use core_library::repository::track_writer::{AlbumKey, AlbumRecord, TrackRecord, TrackWriter};
use core_library::repository::{album, track};

use crate::fixture::{Music, credit, record};

const RELEASE: &str = "11111111-2222-3333-4444-555555555555";

fn full() -> AlbumRecord {
    AlbumRecord {
        title: "Album".into(),
        sort_title: Some("Album, The".into()),
        artists: vec![credit("Band"), credit("Guest")],
        artist_display: Some("Band & Guest".into()),
        date: Some("2004-05".into()),
        original_date: Some("1999".into()),
        compilation: true,
        release_types: vec!["album".into(), "live".into()],
        label: Some("Label".into()),
        catalog_number: Some("CAT 1".into()),
        barcode: Some("0123".into()),
        musicbrainz_id: Some(RELEASE.into()),
        release_group_id: Some("group".into()),
        key: AlbumKey::default(),
    }
}

fn bare() -> AlbumRecord {
    AlbumRecord {
        title: "Album".into(),
        // Neither is a value.
        label: Some(" ".into()),
        date: Some("unknown".into()),
        musicbrainz_id: Some(RELEASE.into()),
        ..Default::default()
    }
}

fn on(item: i64, album: AlbumRecord) -> TrackRecord {
    TrackRecord {
        album: Some(album),
        ..record(item, &format!("track{item}"), "Singer", "")
    }
}

async fn the_album(music: &Music) -> Album {
    assert_eq!(music.count("SELECT count(*) FROM album").await, 1);
    let sql = "SELECT id FROM album";
    let id = music.count(sql).await;
    album::get(&music.library, core_library::model::AlbumId(id))
        .await
        .unwrap()
}

fn check_full(found: &Album, how: &str) {
    let names: Vec<_> = found.artists.iter().map(|it| it.name.as_str()).collect();
    let date = |it: &Option<core_library::model::PartialDate>| {
        it.as_ref().map(|it| it.as_str().to_owned())
    };
    let said = AlbumRecord {
        title: found.title.clone(),
        sort_title: found.sort_title.clone(),
        artists: names.into_iter().map(credit).collect(),
        artist_display: found.artist_display.clone(),
        date: date(&found.date),
        original_date: date(&found.original_date),
        compilation: found.compilation,
        release_types: found.release_types.clone(),
        label: found.label.clone(),
        catalog_number: found.catalog_number.clone(),
        barcode: found.barcode.clone(),
        musicbrainz_id: found.musicbrainz_id.clone(),
        release_group_id: found.release_group_id.clone(),
        key: AlbumKey::default(),
    };
    assert_eq!(said, full(), "{how}");
}

#[core_async::test]
async fn a_record_without_a_value_leaves_what_another_gave() {
    for full_first in [true, false] {
        let (first, second) = match full_first {
            true => (on(1, full()), on(2, bare())),
            false => (on(1, bare()), on(2, full())),
        };
        let mut music = Music::new().await;
        let ids = music.apply(vec![first.clone(), second.clone()]).await;
        check_full(&the_album(&music).await, "one batch");
        let found = track::get(&music.library, ids[0].track_id).await.unwrap();
        assert_eq!(found.album_artists.len(), 2);

        let mut music = Music::new().await;
        music.apply(vec![first.clone()]).await;
        music.apply(vec![second.clone()]).await;
        check_full(&the_album(&music).await, "two batches");

        let mut music = Music::new().await;
        music.apply(vec![first]).await;
        music.writer = TrackWriter::new();
        music.apply(vec![second]).await;
        check_full(&the_album(&music).await, "two writers");
    }
}

#[core_async::test]
async fn among_values_that_are_given_that_of_the_first_track_counts() {
    let at = |place: u32, item, album| TrackRecord {
        disc: Some(place / 10),
        track: Some(place % 10),
        ..on(item, album)
    };
    let mut other = bare();
    other.artists = vec![credit("Other")];
    other.label = Some("Other Label".into());
    let said = [at(21, 1, full()), at(12, 2, other), at(11, 3, bare())];
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        for batch in [1, 3] {
            let mut music = Music::new().await;
            for batch in order.chunks(batch) {
                let records = batch.iter().map(|it| said[*it].clone());
                music.apply(records.collect()).await;
            }
            let found = the_album(&music).await;
            assert_eq!(found.artists.len(), 1);
            assert_eq!(found.artists[0].name, "Other");
            assert_eq!(found.artist_display, None);
            assert_eq!(found.label.as_deref(), Some("Other Label"));
            assert_eq!(found.barcode.as_deref(), Some("0123"));
        }
    }
}

#[core_async::test]
async fn a_value_goes_with_the_last_track_that_has_it() {
    let mut music = Music::new().await;
    music.apply(vec![on(1, full()), on(2, full())]).await;
    music.apply(vec![on(1, bare())]).await;
    check_full(&the_album(&music).await, "the other track still says it");
    let mut again = bare();
    again.label = Some("New".into());
    music.apply(vec![on(2, again)]).await;
    let found = the_album(&music).await;
    assert_eq!(found.label.as_deref(), Some("New"));
    assert_eq!((found.barcode, found.compilation), (None, false));
    assert!(found.artists.is_empty());
    let words = "SELECT count(*) FROM search WHERE search MATCH 'guest'";
    assert_eq!(music.count(words).await, 0);
    let rows = "SELECT count(*) FROM album_tags";
    assert_eq!(music.count(rows).await, 2, "what nobody says is forgotten");
}

#[core_async::test]
async fn what_a_track_said_of_an_album_goes_with_it() {
    for way in ["retagged", "missing", "deleted"] {
        let mut music = Music::new().await;
        music.apply(vec![on(1, full()), on(2, bare())]).await;
        match way {
            "retagged" => {
                let mut other = full();
                other.musicbrainz_id = Some("22222222-2222-3333-4444-555555555555".into());
                music.apply(vec![on(1, other)]).await;
            }
            "missing" => set_missing(&music, 1, true).await,
            _ => music.run("DELETE FROM track WHERE item_id = 1").await,
        }
        music.apply_sweep().await;
        let sql = "SELECT a.id FROM album a JOIN track t ON t.album_id = a.id WHERE t.item_id = 2";
        let id = core_library::model::AlbumId(music.count(sql).await);
        let found = album::get(&music.library, id).await.unwrap();
        let said = (found.label, found.date, found.compilation, found.artists);
        assert_eq!(said, (None, None, false, vec![]), "{way}");
        if way == "missing" {
            set_missing(&music, 1, false).await;
            music.apply_sweep().await;
            check_full(&the_album(&music).await, "it is back");
            // An album of which nothing is there is what it was.
            set_missing(&music, 1, true).await;
            set_missing(&music, 2, true).await;
            music.apply_sweep().await;
            check_full(&the_album(&music).await, "all are missing");
        }
    }
}

async fn set_missing(music: &Music, item: i64, missing: bool) {
    let mut tx = music.library.write().await.unwrap();
    match missing {
        true => track::mark_missing(&mut tx, &[item], 5).await.unwrap(),
        false => track::revive(&mut tx, &[item]).await.unwrap(),
    };
    tx.commit().await.unwrap();
}

#[core_async::test]
async fn albums_are_narrowed_by_release_type() {
    let mut music = Music::new().await;
    let mut live = record(1, "a", "x", "On Stage");
    live.album.as_mut().unwrap().release_types = vec!["Album".into(), "Live".into()];
    music.apply(vec![live, record(2, "b", "x", "Plain")]).await;
    let found = async |release_type: &str| {
        let filter = AlbumFilter {
            release_type: Some(release_type.into()),
            ..AlbumFilter::default()
        };
        let page = album::page(&music.library, &filter, AlbumOrder::Title, None, 9);
        let titles = page.await.unwrap().items.into_iter().map(|it| it.title);
        titles.collect::<Vec<_>>()
    };
    assert_eq!(found("live").await, ["On Stage"]);
    assert_eq!(found("single").await, [""; 0]);
}
