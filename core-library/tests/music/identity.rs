//! What is one album or artist, and what are two.

use core_library::model::TrackId;
use core_library::repository::track_writer::{AlbumRecord, TrackWriter};
use core_library::repository::{album, artist, track};

use crate::fixture::{Music, credit, record};

#[core_async::test]
async fn albums_of_one_title_by_different_artists_stay_two() {
    let mut music = Music::new().await;
    let queen = music.add(record(1, "a", "Queen", "Greatest Hits")).await;
    let abba = music.add(record(2, "b", "ABBA", "Greatest Hits")).await;
    let again = music.add(record(3, "c", "QUEEN", "GREATEST HITS")).await;
    let albums = albums_of(&music, &[queen, abba, again]).await;
    assert_ne!(albums[0], albums[1]);
    assert_eq!(albums[0], albums[2]);
}

#[core_async::test]
async fn a_folder_of_various_artists_is_one_album_without_artists() {
    let mut music = Music::new().await;
    let mut one = record(1, "a", "Queen", "Summer Hits");
    let mut two = record(2, "b", "ABBA", "Summer Hits");
    let mut elsewhere = record(3, "c", "ABBA", "Summer Hits");
    for it in [&mut one, &mut two, &mut elsewhere] {
        it.album.as_mut().unwrap().artists.clear();
    }
    elsewhere.folder_key = "other".into();
    let ids = [
        music.add(one).await,
        music.add(two.clone()).await,
        music.add(elsewhere).await,
    ];
    let albums = albums_of(&music, &ids).await;
    assert_eq!(albums[0], albums[1]);
    assert_ne!(albums[0], albums[2]);
    let various = album::get(&music.library, albums[0]).await.unwrap();
    assert_eq!(various.artists, vec![]);
    assert_eq!(various.track_count, 2);
    // Where all tracks are by one artist, the album is too.
    let single = album::get(&music.library, albums[2]).await.unwrap();
    assert_eq!(single.artists[0].name, "ABBA");
    two.artists = vec![credit("Queen")];
    music.add(two).await;
    let various = album::get(&music.library, albums[0]).await.unwrap();
    assert_eq!(various.artists[0].name, "Queen");
}

#[core_async::test]
async fn discs_in_folders_of_their_own_are_one_album() {
    let mut music = Music::new().await;
    let mut ids = Vec::new();
    for (item, folder) in ["a/White/CD1", "a/White/CD2", "a/White/Live", "b/White/CD1"]
        .iter()
        .enumerate()
    {
        let mut it = record(item as i64 + 1, "t", "The Beatles", "White");
        it.album.as_mut().unwrap().artists.clear();
        it.folder_key = (*folder).into();
        ids.push(music.add(it).await);
    }
    let albums = albums_of(&music, &ids).await;
    assert_eq!(albums[0], albums[1]);
    assert_ne!(albums[0], albums[2]);
    assert_ne!(albums[0], albums[3]);
}

#[core_async::test]
async fn an_artist_is_one_however_it_is_spelt_and_bears_the_name_that_most_give() {
    let mut music = Music::new().await;
    let one = music.add(record(1, "a", "BEYONCE", "x")).await;
    let two = music.add(record(2, "b", "Beyoncé", "x")).await;
    let three = music.add(record(3, "c", "!!!", "x")).await;
    for item in [4, 5] {
        music.add(record(item, "d", "Beyoncé", "x")).await;
    }
    music.apply_sweep().await;
    let tracks = track::by_ids(&music.library, &[one, two, three])
        .await
        .unwrap();
    assert_eq!(tracks[0].artists[0].id, tracks[1].artists[0].id);
    assert_ne!(tracks[0].artists[0].id, tracks[2].artists[0].id);
    assert_eq!(tracks[0].artists[0].name, "BEYONCE", "as credited there");
    let artist = artist::get(&music.library, tracks[0].artists[0].id)
        .await
        .unwrap();
    assert_eq!(artist.name, "Beyoncé");
    assert_eq!((artist.album_count, artist.track_count), (1, 4));
}

#[core_async::test]
async fn names_of_nothing_but_punctuation_or_marks_are_artists() {
    let mut music = Music::new().await;
    for (item, name) in ["!!!", "†††", "\u{301}", "\u{302}", "?"].iter().enumerate() {
        music.add(record(item as i64 + 1, "t", name, "x")).await;
    }
    assert_eq!(music.count("SELECT count(*) FROM artist").await, 5);
    music.add(record(9, "t", "  ", "x")).await;
    assert_eq!(music.count("SELECT count(*) FROM artist").await, 5);
}

#[core_async::test]
async fn a_musicbrainz_release_is_one_album_whatever_its_tags() {
    let mut music = Music::new().await;
    let mut one = record(1, "a", "Queen", "Hits");
    let mut two = record(2, "b", "ABBA", "Hits (remastered)");
    for (it, number) in [(&mut one, 2), (&mut two, 1)] {
        it.track = Some(number);
        it.album.as_mut().unwrap().musicbrainz_id = Some("8f3c-1".into());
    }
    let ids = [music.add(one).await, music.add(two).await];
    let albums = albums_of(&music, &ids).await;
    assert_eq!(albums[0], albums[1]);
    let found = core_library::search::tracks(&music.library, "remastered abba a", None, 9)
        .await
        .unwrap();
    assert_eq!(
        found.items.len(),
        2,
        "the text of the track that was there follows its album"
    );
}

#[core_async::test]
async fn what_else_tells_albums_apart_is_for_the_host_to_say() {
    let mut music = Music::new().await;
    let mut number = 0;
    let mut on = |change: &dyn Fn(&mut AlbumRecord)| {
        number += 1;
        let mut record = record(number, "t", "Queen", "Hits");
        change(record.album.as_mut().unwrap());
        record
    };
    let release = Some("8F3C-1".to_owned());
    let records = [
        on(&|_| ()),
        on(&|it| it.key.also = vec!["1994".into()]),
        on(&|it| it.key.also = vec!["1994".into()]),
        on(&|it| it.key.also = vec!["2014".into()]),
        on(&|it| {
            it.key.ignores_release_id = true;
            it.musicbrainz_id = release.clone();
        }),
    ];
    let mut ids = Vec::new();
    for record in records {
        ids.push(music.add(record).await);
    }
    let albums = albums_of(&music, &ids).await;
    assert_eq!(albums[1], albums[2]);
    assert_ne!(albums[0], albums[1]);
    assert_ne!(albums[1], albums[3]);
    assert_eq!(albums[0], albums[4]);
    // The id is kept all the same, also when other tracks of the album are written.
    let again = album::get(&music.library, albums[0]).await.unwrap();
    assert_eq!(again.musicbrainz_id.as_deref(), Some("8f3c-1"));
    music.writer = TrackWriter::new();
    let mut other = record(9, "other", "Queen", "Hits");
    other.album.as_mut().unwrap().key.ignores_release_id = true;
    music.add(other).await;
    let again = album::get(&music.library, albums[0]).await.unwrap();
    assert_eq!(again.musicbrainz_id.as_deref(), Some("8f3c-1"));
}

#[core_async::test]
async fn an_album_without_artists_may_span_folders() {
    let mut music = Music::new().await;
    let mut ids = Vec::new();
    for (item, folder, spans) in [(1, "a", true), (2, "b", true), (3, "b", false)] {
        let mut record = record(item, "t", "Guest", "Summer");
        record.folder_key = folder.into();
        let album = record.album.as_mut().unwrap();
        album.artists.clear();
        album.key.spans_folders = spans;
        ids.push(music.add(record).await);
    }
    let albums = albums_of(&music, &ids).await;
    assert_eq!(albums[0], albums[1]);
    assert_ne!(albums[1], albums[2]);
    // Its artists follow from its tracks as ever.
    let found = album::get(&music.library, albums[0]).await.unwrap();
    assert_eq!(found.artists[0].name, "Guest");
}

async fn albums_of(music: &Music, ids: &[TrackId]) -> Vec<core_library::model::AlbumId> {
    let tracks = track::by_ids(&music.library, ids).await.unwrap();
    tracks.into_iter().map(|it| it.album_id.unwrap()).collect()
}
