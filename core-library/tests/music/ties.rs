//! What is equal in all that a list is ordered by: its order does not depend on which came first.

use std::collections::BTreeSet;

use core_library::model::{AlbumId, PageCursor};
use core_library::repository::album::{self, AlbumFilter, AlbumOrder};
use core_library::repository::artist::{self, ArtistFilter};
use core_library::repository::track::{self, TrackFilter, TrackOrder};
use core_library::repository::track_writer::{ArtistCredit, ArtworkRecord, TrackRecord};

use crate::fixture::{Music, record};

/// Makes libraries of these records, read one by one in one order and in the other.
async fn both(records: &[TrackRecord]) -> [Music; 2] {
    let (mut there, mut back) = (Music::new().await, Music::new().await);
    for (one, other) in records.iter().zip(records.iter().rev()) {
        there.apply(vec![one.clone()]).await;
        back.apply(vec![other.clone()]).await;
    }
    [there, back]
}

async fn albums(music: &Music) -> Vec<String> {
    let (mut albums, mut after): (Vec<String>, Option<PageCursor>) = (Vec::new(), None);
    loop {
        let (filter, order) = (AlbumFilter::default(), AlbumOrder::Title);
        let page = album::page(&music.library, &filter, order, after.as_ref(), 2).await;
        let page = page.unwrap();
        albums.extend(page.items.iter().map(|it| {
            let date = it.date.as_ref().map_or(String::new(), ToString::to_string);
            let artist = it.artists.first().map_or("", |it| &it.name);
            format!("{artist} {date}")
        }));
        after = page.next.map(|it| it.to_string().parse().unwrap());
        if after.is_none() {
            return albums;
        }
    }
}

#[core_async::test]
async fn albums_of_one_title_are_in_the_order_of_their_artists_then_dates() {
    let greatest = |item, artist: &str, sort: Option<&str>, date: &str| {
        let mut it = record(item, "t", artist, "Greatest Hits");
        let album = it.album.as_mut().unwrap();
        album.artists[0].sort_name = sort.map(str::to_owned);
        album.date = (!date.is_empty()).then(|| date.to_owned());
        album.musicbrainz_id = Some(format!("release-{item}"));
        it
    };
    let records = [
        greatest(1, "Zappa", None, "1990"),
        greatest(2, "Yes", Some("Beatles"), ""),
        greatest(3, "Abba", None, "1999"),
        greatest(4, "Queen", None, ""),
        greatest(5, "Abba", None, "1980-05"),
        greatest(6, "Zappa", None, "1990"),
    ];
    let [there, back] = both(&records).await;
    let expected = [
        "Abba 1980-05",
        "Abba 1999",
        "Yes ",
        "Queen ",
        "Zappa 1990",
        "Zappa 1990",
    ];
    assert_eq!(albums(&there).await, expected);
    assert_eq!(albums(&back).await, expected);
}

#[core_async::test]
async fn artists_who_are_sorted_alike_are_in_the_order_of_their_names() {
    let sorted = |item, name: &str, id: Option<&str>| {
        let mut it = record(item, "t", name, "");
        it.album = None;
        it.artists = vec![ArtistCredit {
            name: name.into(),
            sort_name: Some("Same".into()),
            musicbrainz_id: id.map(str::to_owned),
        }];
        it
    };
    let records = [
        sorted(1, "Zappa", Some("b")),
        sorted(2, "Zappa", Some("a")),
        sorted(3, "Abba", None),
        sorted(4, "Zappa", None),
    ];
    for music in both(&records).await {
        let mut artists = Vec::new();
        let mut after: Option<PageCursor> = None;
        loop {
            let page = artist::page(&music.library, &ArtistFilter::Any, after.as_ref(), 1).await;
            let page = page.unwrap();
            artists.extend(
                page.items
                    .into_iter()
                    .map(|it| (it.name, it.musicbrainz_id)),
            );
            after = page.next.map(|it| it.to_string().parse().unwrap());
            if after.is_none() {
                break;
            }
        }
        let artists: Vec<_> = artists
            .iter()
            .map(|it| (it.0.as_str(), it.1.as_deref()))
            .collect();
        assert_eq!(
            artists,
            [
                ("Abba", None),
                ("Zappa", Some("a")),
                ("Zappa", Some("b")),
                ("Zappa", None)
            ]
        );
    }
}

#[core_async::test]
async fn paths_that_differ_in_the_case_of_letters_are_in_one_order() {
    let with_image = |item: i64| {
        let mut it = record(item, "t", "x", "y");
        it.artwork = Some(ArtworkRecord {
            hash: vec![item as u8; 32],
            mime: "image/png".into(),
            bytes: 9,
            width: None,
            height: None,
            item_id: item,
            picture: None,
        });
        it
    };
    let mut covers = BTreeSet::new();
    for order in [[1, 2, 3], [3, 2, 1], [2, 1, 3]] {
        let mut music = Music::new().await;
        for item in order {
            let path = ["b/x.mp3", "B/x.mp3", "b/X.mp3"][item as usize - 1];
            music.file(item).await;
            let parent = path.split_once('/').unwrap().0;
            music
                .run(&format!(
                    "UPDATE remote_item SET key = '{path}', parent_key = '{parent}',
                         name = substr('{path}', 3) WHERE id = {item}"
                ))
                .await;
            music.apply(vec![with_image(item)]).await;
        }
        let filter = TrackFilter {
            album: Some(AlbumId(1)),
            ..TrackFilter::default()
        };
        let mut items = Vec::new();
        let mut after: Option<PageCursor> = None;
        loop {
            let page = track::page(
                &music.library,
                &filter,
                TrackOrder::Album,
                after.as_ref(),
                1,
            )
            .await;
            let page = page.unwrap();
            items.extend(page.items.iter().filter_map(|it| it.item_id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(items, [2, 3, 1]);
        let album = album::get(&music.library, AlbumId(1)).await.unwrap();
        let cover = music.library.query(
            "SELECT item_id FROM artwork WHERE id = ?",
            vec![album.artwork.unwrap().0.into()],
        );
        covers.insert(cover.await.unwrap()[0].get::<i64>(0).unwrap());
    }
    assert_eq!(covers, BTreeSet::from([2]));
}
