//! Filters give the same list whether few, some or many rows meet them, which are found in different ways.

use core_library::model::{AlbumId, ArtistId, GenreId, TrackId};
use core_library::repository::album::{self, AlbumFilter, AlbumOrder};
use core_library::repository::track::{self, TrackFilter, TrackOrder};
use futures::TryStreamExt;

use crate::fixture::Music;

const TRACKS: i64 = 8_000;
/// Genre 1 has three tracks, genre 2 has 1,000, genre 3 has 5,999 and genre 4 none.
const HAS_GENRE: [&str; 4] = ["id IN (17, 4000, 7999)", "id % 8 = 5", "id % 4 <> 1", "0"];

/// Tracks in an order of titles that is not that of ids, ten to an album; those divisible by 50 are missing.
async fn music() -> Music {
    let music = Music::new().await;
    let tracks = format!(
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < {TRACKS})"
    );
    let title = "printf('%05d', n.id * 7919 % 8009)";
    for sql in [
        "INSERT INTO artist(id, identity, name, sort_key) VALUES (1, 'a', 'a', 'a')".to_owned(),
        format!(
            "{tracks} INSERT INTO album(id, title, identity, sort_key, digest, added_at)
             SELECT id / 10 + 1, 'album', 'k' || id, {title}, 0, 0 FROM n WHERE id % 10 = 0"
        ),
        format!(
            "{tracks} INSERT INTO track(id, title, sort_key, album_id, digest, added_at, updated_at, missing_since)
             SELECT id, {title}, {title}, (id - 1) / 10 + 2, 0, 0, 0, iif(id % 50 = 0, 1, NULL) FROM n"
        ),
        format!("{tracks} INSERT INTO track_artist(track_id, role, position, artist_id, name) SELECT id, 'artist', 0, 1, 'a' FROM n WHERE id % 3 = 0"),
        format!("{tracks} INSERT INTO annotation(track_id, favourite_at) SELECT id, 1 FROM n WHERE id % 5 = 0"),
        "UPDATE album SET track_count = (SELECT count(*) FROM track t
             WHERE t.album_id = album.id AND t.missing_since IS NULL)"
            .to_owned(),
    ] {
        music.run(&sql).await;
    }
    for (genre, has) in (1..).zip(HAS_GENRE) {
        music
            .run(&format!(
                "INSERT INTO genre(id, identity, name, sort_key) VALUES ({genre}, 'g{genre}', 'g{genre}', 'g{genre}')"
            ))
            .await;
        music
            .run(&format!(
                "{tracks} INSERT INTO track_genre(track_id, position, genre_id)
                 SELECT id, {genre}, {genre} FROM n WHERE {has}"
            ))
            .await;
    }
    music
}

async fn ids(music: &Music, sql: &str) -> Vec<i64> {
    let rows = music.library.query(sql, vec![]).await.unwrap();
    rows.iter().map(|row| row.get(0).unwrap()).collect()
}

#[core_async::test]
async fn tracks_are_listed_alike_however_many_there_are() {
    let music = music().await;
    let mut cases: Vec<(TrackFilter, String)> = (1..)
        .zip(HAS_GENRE)
        .map(|(genre, has)| {
            let filter = TrackFilter {
                genre: Some(GenreId(genre)),
                ..Default::default()
            };
            (filter, has.to_owned())
        })
        .collect();
    cases.push((
        TrackFilter {
            favourite: true,
            ..Default::default()
        },
        "id % 5 = 0".to_owned(),
    ));
    for (genre, has) in (1..).zip(HAS_GENRE) {
        cases.push((
            TrackFilter {
                artist: Some(ArtistId(1)),
                genre: Some(GenreId(genre)),
                favourite: true,
                ..Default::default()
            },
            format!("{has} AND id % 15 = 0"),
        ));
    }
    for (filter, is_met) in cases {
        for (order, by) in [
            (TrackOrder::Title, "sort_key, id"),
            (TrackOrder::Newest, "id DESC"),
        ] {
            let listed: Vec<TrackId> = track::stream(&music.library, filter.clone(), order)
                .map_ok(|it| it.id)
                .try_collect()
                .await
                .unwrap();
            let expected = format!(
                "SELECT id FROM track WHERE missing_since IS NULL AND {is_met} ORDER BY {by}"
            );
            let expected: Vec<_> = ids(&music, &expected).await;
            let expected: Vec<_> = expected.into_iter().map(TrackId).collect();
            assert_eq!(listed, expected, "{filter:?} {order:?}");
        }
    }
}

#[core_async::test]
async fn albums_are_listed_alike_however_many_there_are() {
    let music = music().await;
    for (genre, has) in (1..).zip(HAS_GENRE) {
        let filter = AlbumFilter {
            genre: Some(GenreId(genre)),
            ..Default::default()
        };
        let listed: Vec<AlbumId> = album::stream(&music.library, filter, AlbumOrder::Title)
            .map_ok(|it| it.id)
            .try_collect()
            .await
            .unwrap();
        let expected = format!(
            "SELECT a.id FROM album a WHERE a.id IN (SELECT album_id FROM track
                 WHERE missing_since IS NULL AND {has}) ORDER BY a.sort_key, a.id"
        );
        let expected: Vec<_> = ids(&music, &expected).await;
        let expected: Vec<_> = expected.into_iter().map(AlbumId).collect();
        assert_eq!(listed, expected, "{genre}");
    }
}
