//! What artists are called, when files say other things of them, or go.

use core_library::repository::artist::{self, ArtistFilter};
use core_library::repository::track;
use core_library::repository::track_writer::{ArtistCredit, TrackRecord};
use core_library::search;

use crate::fixture::{Music, record};

fn by(item: i64, name: &str, sort_name: Option<&str>) -> TrackRecord {
    let mut record = record(item, &format!("track{item}"), "", "");
    record.artists = vec![ArtistCredit {
        name: name.into(),
        sort_name: sort_name.map(Into::into),
        ..Default::default()
    }];
    record.album = None;
    record
}

/// Gives the names and sort names of all artists, in their order, after a sweep.
async fn artists(music: &mut Music) -> Vec<(String, Option<String>)> {
    music.apply_sweep().await;
    let page = artist::page(&music.library, &ArtistFilter::Any, None, 9).await;
    let items = page.unwrap().items.into_iter();
    items.map(|it| (it.name, it.sort_name)).collect()
}

async fn finds(music: &Music, text: &str) -> usize {
    let page = search::artists(&music.library, text, None, 9).await;
    page.unwrap().items.len()
}

fn plain(name: &str) -> (String, Option<String>) {
    (name.into(), None)
}

#[core_async::test]
async fn a_sort_name_goes_when_no_file_has_it() {
    let mut music = Music::new().await;
    music
        .apply(vec![by(1, "The Art", Some("Zart")), by(2, "Uh", None)])
        .await;
    let sorted = [plain("Uh"), ("The Art".into(), Some("Zart".into()))];
    assert_eq!(artists(&mut music).await, sorted);
    music.apply(vec![by(1, "The Art", None)]).await;
    assert_eq!(artists(&mut music).await, [plain("The Art"), plain("Uh")]);
    assert_eq!(finds(&music, "zart").await, 0);
    assert_eq!(finds(&music, "art").await, 1);
}

#[core_async::test]
async fn a_sort_name_goes_with_its_file_and_is_back_with_it() {
    let mut music = Music::new().await;
    music
        .apply(vec![by(1, "Art", Some("Zart")), by(2, "Art", None)])
        .await;
    let with = [("Art".into(), Some("Zart".into()))];
    assert_eq!(artists(&mut music).await, with);
    for _ in 0..2 {
        set_missing(&music, &[1], true).await;
        assert_eq!(artists(&mut music).await, [plain("Art")]);
        set_missing(&music, &[1], false).await;
        assert_eq!(artists(&mut music).await, with);
    }
    // Likewise where nothing of the artist is there meanwhile.
    set_missing(&music, &[1, 2], true).await;
    assert_eq!(artists(&mut music).await, []);
    set_missing(&music, &[1, 2], false).await;
    assert_eq!(artists(&mut music).await, with);
    // Who comes back with another file is sorted as that one says.
    set_missing(&music, &[1, 2], true).await;
    assert_eq!(artists(&mut music).await, []);
    music.apply(vec![by(3, "Art", None)]).await;
    assert_eq!(artists(&mut music).await, [plain("Art")]);
}

#[core_async::test]
async fn an_artist_is_spelt_as_the_files_that_are_there_do() {
    let mut music = Music::new().await;
    music
        .apply(vec![
            by(1, "Art", None),
            by(2, "Art", None),
            by(3, "art", None),
            by(4, "ART", None),
        ])
        .await;
    assert_eq!(artists(&mut music).await, [plain("ART")]);
    set_missing(&music, &[4], true).await;
    assert_eq!(artists(&mut music).await, [plain("Art")]);
    music.apply(vec![by(3, "Art", None)]).await;
    assert_eq!(artists(&mut music).await, [plain("Art")]);
}

#[core_async::test]
async fn an_artist_who_is_renamed_loses_the_former_sort_name() {
    let mut music = Music::new().await;
    let known = |item, name, sort_name| {
        let mut record = by(item, name, sort_name);
        record.artists[0].musicbrainz_id = Some("11111111-2222-3333-4444-555555555555".into());
        record
    };
    music
        .apply(vec![
            known(1, "X Art", Some("Art, X")),
            known(2, "X Art", Some("Art, X")),
        ])
        .await;
    music.apply(vec![known(1, "Zed", None)]).await;
    music.apply(vec![known(2, "Zed", None)]).await;
    assert_eq!(artists(&mut music).await, [plain("Zed")]);
    assert_eq!(finds(&music, "art").await, 0);
}

#[core_async::test]
async fn an_album_artist_is_sorted_as_albums_that_are_there_say() {
    let mut music = Music::new().await;
    let on_album = |item, sort_name: Option<&str>| {
        let mut it = record(item, "t", "Guest", "Album");
        it.album.as_mut().unwrap().artists = by(item, "Art", sort_name).artists;
        it
    };
    music
        .apply(vec![on_album(1, Some("Zart")), on_album(2, Some("Zart"))])
        .await;
    let sorted = [plain("Guest"), ("Art".into(), Some("Zart".into()))];
    assert_eq!(artists(&mut music).await, sorted);
    music.apply(vec![on_album(1, None)]).await;
    assert_eq!(artists(&mut music).await, sorted);
    set_missing(&music, &[2], true).await;
    assert_eq!(artists(&mut music).await, [plain("Art"), plain("Guest")]);
    set_missing(&music, &[2], false).await;
    assert_eq!(artists(&mut music).await, sorted);
}

async fn set_missing(music: &Music, items: &[i64], missing: bool) {
    let mut tx = music.library.write().await.unwrap();
    match missing {
        true => track::mark_missing(&mut tx, items, 5).await.unwrap(),
        false => track::revive(&mut tx, items).await.unwrap(),
    };
    tx.commit().await.unwrap();
}
