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
    assert_eq!(artists(&mut music).await, [plain("Art")]);
    set_missing(&music, &[4], true).await;
    assert_eq!(artists(&mut music).await, [plain("Art")]);
    music.apply(vec![by(3, "Art", None)]).await;
    assert_eq!(artists(&mut music).await, [plain("Art")]);
}

#[core_async::test]
async fn which_file_is_read_last_does_not_tell_how_an_artist_is_called() {
    let files = [
        by(1, "Björk", Some("Bjork")),
        by(2, "Björk", None),
        by(3, "björk", Some("Gudmundsdottir")),
        by(4, "BJÖRK", Some("Gudmundsdottir")),
    ];
    let called = [("Björk".to_owned(), Some("Gudmundsdottir".to_owned()))];
    for first in 0..files.len() {
        for at_once in 1..=files.len() {
            let mut music = Music::new().await;
            let mut order = files.to_vec();
            order.rotate_left(first);
            for batch in order.chunks(at_once) {
                music.apply(batch.to_vec()).await;
            }
            let found = artists(&mut music).await;
            assert_eq!(found, called, "from {first} by {at_once}");
            assert_eq!(finds(&music, "bjork").await, 1);
            assert_eq!(finds(&music, "gudmundsdottir").await, 1);
        }
    }
}

#[core_async::test]
async fn an_artist_is_called_as_in_a_new_library_whatever_became_of_the_files() {
    let mut music = Music::new().await;
    let name_of = |name: &str, sort_name: &str| [(name.to_owned(), Some(sort_name.to_owned()))];
    let said = |item, name, sort_name| by(item, name, Some(sort_name));
    music
        .apply(vec![
            said(1, "Art", "A"),
            said(2, "Art", "A"),
            said(3, "art", "B"),
        ])
        .await;
    assert_eq!(artists(&mut music).await, name_of("Art", "A"));
    // One of two goes, so that none has more.
    set_missing(&music, &[1], true).await;
    assert_eq!(artists(&mut music).await, name_of("Art", "A"));
    // The others have more by a new file, and no more by an edit.
    music.apply(vec![said(4, "art", "B")]).await;
    assert_eq!(artists(&mut music).await, name_of("art", "B"));
    music.apply(vec![said(4, "ART", "C")]).await;
    assert_eq!(artists(&mut music).await, name_of("ART", "A"));
    set_missing(&music, &[1], false).await;
    assert_eq!(artists(&mut music).await, name_of("Art", "A"));
    // What was gone meanwhile counts again, also where all that is there agreed.
    set_missing(&music, &[1, 2, 4], true).await;
    assert_eq!(artists(&mut music).await, name_of("art", "B"));
    set_missing(&music, &[1, 2], false).await;
    assert_eq!(artists(&mut music).await, name_of("Art", "A"));
    set_missing(&music, &[1, 2, 3], true).await;
    music.apply(vec![said(5, "art", "B")]).await;
    assert_eq!(artists(&mut music).await, name_of("art", "B"));
    set_missing(&music, &[1, 2], false).await;
    assert_eq!(artists(&mut music).await, name_of("Art", "A"));
}

#[core_async::test]
async fn an_album_of_which_no_track_is_there_has_no_say() {
    let mut music = Music::new().await;
    let guest = |item, album: &str| {
        let mut it = record(item, &format!("t{item}"), "Guest", album);
        match album {
            "" => it.album = None,
            _ => it.album.as_mut().unwrap().artists = by(item, "Art", None).artists,
        }
        it
    };
    music
        .apply(vec![
            guest(1, "Album"),
            guest(2, "Album"),
            by(3, "art", None),
        ])
        .await;
    set_missing(&music, &[1], true).await;
    assert_eq!(artists(&mut music).await, [plain("Art"), plain("Guest")]);
    music.apply(vec![guest(2, "")]).await;
    assert_eq!(artists(&mut music).await, [plain("art"), plain("Guest")]);
    music.apply(vec![guest(4, "Album")]).await;
    assert_eq!(artists(&mut music).await, [plain("Art"), plain("Guest")]);
}

#[core_async::test]
async fn a_sweep_tells_who_is_called_otherwise() {
    let mut music = Music::new().await;
    music
        .apply(vec![by(1, "art", None), by(2, "Uh", None)])
        .await;
    assert_eq!(music.apply_sweep().await.renamed, []);
    music
        .apply(vec![by(1, "Art", None), by(2, "Uh", None)])
        .await;
    let page = artist::page(&music.library, &ArtistFilter::Any, None, 9).await;
    let id = page.unwrap().items[0].id;
    assert_eq!(music.apply_sweep().await.renamed, [id]);
    assert_eq!(artists(&mut music).await, [plain("Art"), plain("Uh")]);
    set_missing(&music, &[1], true).await;
    assert_eq!(music.apply_sweep().await.renamed, []);
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
