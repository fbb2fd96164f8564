//! Lists in pages and streams.

use core_library::LibraryError;
use core_library::model::PageCursor;
use core_library::repository::album::{self, AlbumFilter, AlbumOrder};
use core_library::repository::artist::{self, ArtistFilter};
use core_library::repository::track::{self, Presence, TrackFilter, TrackOrder};
use core_library::repository::{annotation, folder, genre};
use futures::TryStreamExt;

use crate::fixture::{Music, credit, record};

/// Sixty tracks of three artists on six albums, two genres; tracks 1 to 5 are missing.
async fn music() -> Music {
    let mut music = Music::new().await;
    let records = (1..=60).map(|item| {
        let artist = ["Zoe", "adam", "Ébène"][item as usize % 3];
        let album = format!("Album {}", item % 6);
        let mut it = record(
            item,
            &format!("title {:02}", (item * 7) % 60),
            artist,
            &album,
        );
        it.track = Some((item / 6) as u32);
        it.genres = vec![if item % 10 == 0 { "Jazz" } else { "Rock" }.into()];
        if item == 6 {
            it.roles = vec![("composer".into(), credit("Clara"))];
        }
        it
    });
    music.apply(records.collect()).await;
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[1, 2, 3, 4, 5], 5)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    music
}

async fn items(music: &Music, filter: TrackFilter, order: TrackOrder) -> Vec<i64> {
    let (mut items, mut after): (Vec<i64>, Option<PageCursor>) = (Vec::new(), None);
    loop {
        let page = track::page(&music.library, &filter, order, after.as_ref(), 7)
            .await
            .unwrap();
        assert!(page.items.len() <= 7);
        items.extend(page.items.iter().map(|it| it.item_id.unwrap()));
        after = page.next.map(|it| it.to_string().parse().unwrap());
        if after.is_none() {
            break;
        }
    }
    let stream = track::stream(&music.library, filter, order);
    let streamed: Vec<_> = stream.try_collect().await.unwrap();
    let streamed: Vec<_> = streamed.iter().map(|it| it.item_id.unwrap()).collect();
    assert_eq!(streamed, items);
    items
}

#[core_async::test]
async fn pages_hold_every_track_once_in_order() {
    let music = music().await;
    let mut by_title: Vec<i64> = (6..=60).collect();
    by_title.sort_by_key(|item| ((item * 7) % 60, *item));
    assert_eq!(
        items(&music, TrackFilter::default(), TrackOrder::Title).await,
        by_title
    );
    let newest: Vec<i64> = (6..=60).rev().collect();
    assert_eq!(
        items(&music, TrackFilter::default(), TrackOrder::Newest).await,
        newest
    );
}

#[core_async::test]
async fn filters_narrow_the_list() {
    let music = music().await;
    let track_6 = track::page(
        &music.library,
        &TrackFilter::default(),
        TrackOrder::Newest,
        None,
        60,
    )
    .await
    .unwrap()
    .items
    .pop()
    .unwrap();
    let by = |change: fn(&mut TrackFilter)| {
        let mut filter = TrackFilter::default();
        change(&mut filter);
        filter
    };
    let missing = by(|it| it.presence = Presence::Missing);
    assert_eq!(
        items(&music, missing, TrackOrder::Newest).await,
        [5, 4, 3, 2, 1]
    );
    let any = by(|it| it.presence = Presence::Any);
    assert_eq!(items(&music, any, TrackOrder::Title).await.len(), 60);

    let mut artist = TrackFilter {
        artist: Some(track_6.artists[0].id),
        ..Default::default()
    };
    let expected: Vec<i64> = (6..=60).rev().filter(|item| item % 3 == 0).collect();
    assert_eq!(
        items(&music, artist.clone(), TrackOrder::Newest).await,
        expected
    );
    artist.role = Some("composer".into());
    assert_eq!(
        items(&music, artist.clone(), TrackOrder::Newest).await,
        [0; 0]
    );
    artist.artist = Some(track_6.artists[1].id);
    assert_eq!(items(&music, artist, TrackOrder::Title).await, [6]);

    let genres = genre::page(&music.library, None, 10).await.unwrap().items;
    let names: Vec<_> = genres
        .iter()
        .map(|it| (it.name.as_str(), it.track_count))
        .collect();
    assert_eq!(names, [("Jazz", 6), ("Rock", 49)]);
    let jazz = TrackFilter {
        genre: Some(genres[0].id),
        ..Default::default()
    };
    assert_eq!(
        items(&music, jazz, TrackOrder::Newest).await,
        [60, 50, 40, 30, 20, 10]
    );

    let album = TrackFilter {
        album: track_6.album_id,
        ..Default::default()
    };
    let expected: Vec<i64> = (1..=10).map(|at| at * 6).collect();
    assert_eq!(items(&music, album, TrackOrder::Album).await, expected);

    let root = folder::root(&music.library, 1).await.unwrap().unwrap();
    let here = TrackFilter {
        folder: Some(root.item_id),
        ..Default::default()
    };
    assert_eq!(items(&music, here, TrackOrder::Title).await.len(), 55);

    let mut tx = music.library.write().await.unwrap();
    annotation::set_favourite(&mut tx, track_6.id, Some(1))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let favourite = by(|it| it.favourite = true);
    assert_eq!(items(&music, favourite, TrackOrder::Title).await, [6]);
}

#[core_async::test]
async fn a_filter_that_many_rows_meet_gives_the_same_as_one_that_few_meet() {
    let mut music = Music::new().await;
    music
        .run(
            "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 2500)
             INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
             SELECT id, 1, id, '', id, 'audio', '1' FROM n",
        )
        .await;
    let records = (1..=2500).map(|item| {
        let mut it = record(item, &format!("t {}", item * 7 % 2500), "x", "y");
        it.genres = vec!["Rock".into()];
        if item % 2 == 0 {
            it.genres.push("Even".into());
        }
        it
    });
    let mut tx = music.library.write().await.unwrap();
    music
        .writer
        .apply(&mut tx, records.collect(), 1)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let genres = genre::page(&music.library, None, 10).await.unwrap().items;
    let mut lists = Vec::new();
    for id in [genres[0].id, genres[1].id] {
        let filter = TrackFilter {
            genre: Some(id),
            ..Default::default()
        };
        let stream = track::stream(&music.library, filter, TrackOrder::Title);
        let tracks: Vec<_> = stream.try_collect().await.unwrap();
        lists.push(tracks.into_iter().map(|it| it.id).collect::<Vec<_>>());
    }
    let (few, many) = (&lists[0], &lists[1]);
    assert_eq!((few.len(), many.len()), (1250, 2500));
    let rest: Vec<_> = many.iter().filter(|id| few.contains(id)).copied().collect();
    assert_eq!(&rest, few);
}

#[core_async::test]
async fn albums_and_artists_are_listed_while_a_track_is_there() {
    let music = music().await;
    let albums = album::stream(&music.library, AlbumFilter::default(), AlbumOrder::Title);
    let albums: Vec<_> = albums.try_collect().await.unwrap();
    let titles: Vec<_> = albums
        .iter()
        .map(|it| (it.title.as_str(), it.track_count))
        .collect();
    let count = |at: i64| if at == 0 { 10 } else { 9 };
    let expected: Vec<_> = (0..6)
        .map(|at| (format!("Album {at}"), count(at)))
        .collect();
    let expected: Vec<_> = expected.iter().map(|(it, n)| (it.as_str(), *n)).collect();
    assert_eq!(titles, expected);

    let artists = artist::stream(&music.library, ArtistFilter::Any);
    let artists: Vec<_> = artists.try_collect().await.unwrap();
    let names: Vec<_> = artists.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["adam", "Clara", "Ébène", "Zoe"]);
    let role = ArtistFilter::Role("composer".into());
    let composers = artist::page(&music.library, &role, None, 9)
        .await
        .unwrap()
        .items;
    assert_eq!(composers[0].name, "Clara");
    let by_albums = ArtistFilter::AlbumArtists;
    let owners = artist::page(&music.library, &by_albums, None, 9)
        .await
        .unwrap()
        .items;
    assert_eq!(owners.len(), 3);

    let filter = AlbumFilter {
        artist: Some(artists[0].id),
        ..Default::default()
    };
    let of_adam = album::page(&music.library, &filter, AlbumOrder::Newest, None, 9)
        .await
        .unwrap();
    assert_eq!(of_adam.items.len(), 2);
    let filter = AlbumFilter {
        appears: Some(artists[1].id),
        ..Default::default()
    };
    let with_clara = album::page(&music.library, &filter, AlbumOrder::Title, None, 9)
        .await
        .unwrap();
    assert_eq!(with_clara.items[0].title, "Album 0");

    let all: Vec<i64> = (1..=60).filter(|item| item % 6 == 0).collect();
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &all, 5).await.unwrap();
    tx.commit().await.unwrap();
    let left = album::page(
        &music.library,
        &AlbumFilter::default(),
        AlbumOrder::Title,
        None,
        9,
    )
    .await
    .unwrap();
    assert_eq!(left.items.len(), 5);
    let hidden = album::get(&music.library, albums[0].id).await.unwrap();
    assert_eq!(hidden.track_count, 0);
    let left = artist::page(&music.library, &ArtistFilter::Any, None, 9)
        .await
        .unwrap();
    assert!(left.items.iter().all(|it| it.name != "Clara"));
}

#[core_async::test]
async fn paths_come_from_keys_or_from_the_folders_above() {
    let mut music = Music::new().await;
    music
        .run(
            "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version) VALUES
                 (1, 1, 'id-a', '', 'Artist', 'folder', ''),
                 (2, 1, 'id-b', 'id-a', 'Album', 'folder', ''),
                 (3, 1, 'id-c', 'id-b', 'song.mp3', 'audio', ''),
                 (4, 1, 'x/y.mp3', 'x', 'y.mp3', 'audio', ''),
                 (5, 1, 'id-d', 'unknown', 'lost.mp3', 'audio', '')",
        )
        .await;
    let ids = music
        .apply((3..=5).map(|item| record(item, "t", "x", "y")).collect())
        .await;
    let ids: Vec<_> = ids.iter().map(|it| it.track_id).collect();
    let tracks = track::by_ids(&music.library, &ids).await.unwrap();
    let paths: Vec<_> = tracks
        .iter()
        .map(|it| it.path.as_deref().unwrap())
        .collect();
    assert_eq!(paths, ["Artist/Album/song.mp3", "x/y.mp3", "lost.mp3"]);
    let root = folder::root(&music.library, 1).await.unwrap().unwrap();
    let inside = folder::children(&music.library, root.item_id, None, 5)
        .await
        .unwrap();
    assert_eq!(inside.items[0].name, "Artist");
}

#[core_async::test]
async fn wrong_pages_are_refused() {
    let music = music().await;
    let filter = TrackFilter::default();
    let page = track::page(&music.library, &filter, TrackOrder::Title, None, 5)
        .await
        .unwrap();
    let cursor = page.next.as_ref();
    for (order, cursor, limit, field) in [
        (TrackOrder::Newest, cursor, 5, "cursor"),
        (TrackOrder::Title, cursor, 0, "limit"),
        (TrackOrder::Title, cursor, 1001, "limit"),
        (TrackOrder::Album, None, 5, "order"),
    ] {
        let error = track::page(&music.library, &filter, order, cursor, limit)
            .await
            .unwrap_err();
        match error {
            LibraryError::InvalidInput { field: named, .. } => assert_eq!(named, field),
            other => panic!("{other}"),
        }
    }
    let lost = track::get(&music.library, core_library::model::TrackId(999))
        .await
        .unwrap_err();
    assert_eq!(lost.to_string(), "track 999 does not exist");
}

/// Puts a file at a path, of which the folders are there.
async fn at(music: &Music, item: i64, path: &str) {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    music.file(item).await;
    music
        .run(&format!(
            "UPDATE remote_item SET key = '{path}', parent_key = '{folder}', name = '{name}' WHERE id = {item}"
        ))
        .await;
}

fn of_album(presence: Presence) -> TrackFilter {
    TrackFilter {
        album: Some(core_library::model::AlbumId(1)),
        presence,
        ..TrackFilter::default()
    }
}

#[core_async::test]
async fn what_has_no_number_is_in_the_order_of_paths() {
    let mut music = Music::new().await;
    let paths = [
        "b.mp3",
        "a/2.mp3",
        "A (live)/1.mp3",
        "a/10.mp3",
        "a/b/1.mp3",
        "A/01.mp3",
        "a/50.mp3",
        "a/%C3%89/1.mp3",
        "A",
    ];
    for (item, path) in (1..).zip(paths) {
        at(&music, item, path).await;
    }
    music
        .run(
            "INSERT INTO remote_item(provider_id, key, parent_key, name, kind, version)
             VALUES (1, 'a', '', 'a', 'folder', ''), (1, 'a/%C3%89', 'a', 'É', 'folder', '')",
        )
        .await;
    let number = |item, track| {
        let mut it = record(item, "t", "x", "y");
        it.track = track;
        it
    };
    let mut records: Vec<_> = (1..=9).map(|item| number(item, None)).collect();
    // Those of one file are in the order in which they begin, and numbers come before paths.
    let disc = [(2, 0), (1, 9_000), (0, 9_001)].map(|(part, start)| {
        let mut it = number(10, Some(0));
        (it.part, it.start_ms) = (part, Some(start));
        it
    });
    records.extend(disc);
    records.push(number(11, Some(1)));
    for at in 0..records.len() {
        let file = records[at].item_id;
        if records[..at].iter().all(|it| it.item_id != file) {
            let of_file = records.iter().filter(|it| it.item_id == file);
            music.apply(of_file.cloned().collect()).await;
        }
    }
    at(&music, 10, "a/album.flac").await;
    at(&music, 11, "0.mp3").await;
    let expected = [9, 6, 4, 2, 7, 10, 10, 10, 5, 8, 3, 1, 11];
    let list = of_album(Presence::Present);
    assert_eq!(
        items(&music, list.clone(), TrackOrder::Album).await,
        expected
    );
    let stream = track::stream(&music.library, list.clone(), TrackOrder::Album);
    let tracks: Vec<_> = stream.try_collect().await.unwrap();
    let starts: Vec<_> = tracks.iter().filter_map(|it| it.start_ms).collect();
    assert_eq!(starts, [0, 9_000, 9_001]);

    // A file that moves takes its place along, and what is gone keeps it.
    at(&music, 1, "a/3.mp3").await;
    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[7], 1).await.unwrap();
    tx.commit().await.unwrap();
    let moved = [9, 6, 4, 2, 1, 10, 10, 10, 5, 8, 3, 11];
    assert_eq!(items(&music, list, TrackOrder::Album).await, moved);
    let any = [9, 6, 4, 2, 1, 7, 10, 10, 10, 5, 8, 3, 11];
    let list = of_album(Presence::Any);
    assert_eq!(items(&music, list, TrackOrder::Album).await, any);
}

#[core_async::test]
async fn where_keys_are_ids_the_names_above_make_the_path() {
    let mut music = Music::new().await;
    music
        .run(
            "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
             VALUES (101, 1, 'x7', '', 'CD2', 'folder', ''), (102, 1, 'x9', '', 'cd1', 'folder', '')",
        )
        .await;
    for (item, folder, name) in [
        (1, "x7", "01.mp3"),
        (2, "x9", "02.mp3"),
        (3, "x9", "01.mp3"),
    ] {
        music.file(item).await;
        music
            .run(&format!(
                "UPDATE remote_item SET parent_key = '{folder}', name = '{name}' WHERE id = {item}"
            ))
            .await;
        music.add(record(item, "t", "x", "y")).await;
    }
    let list = of_album(Presence::Present);
    let order = TrackOrder::Album;
    assert_eq!(items(&music, list.clone(), order).await, [3, 2, 1]);
    music
        .run("UPDATE remote_item SET name = 'CD3' WHERE key = 'x9'")
        .await;
    assert_eq!(items(&music, list, order).await, [1, 3, 2]);
}
