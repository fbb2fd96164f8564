//! Counts that triggers keep are what counting anew gives.

use core_library::Library;
use core_library::repository::{artist, deletion, genre, stats, track};

use crate::fixture::{Music, credit, record};

/// Each finds the rows whose count is wrong.
const WRONG: [&str; 5] = [
    "SELECT 'tracks of album', a.id, a.track_count FROM album a WHERE a.track_count <>
         (SELECT count(*) FROM track t WHERE t.album_id = a.id AND t.missing_since IS NULL)",
    "SELECT 'length of album', a.id, a.duration_ms FROM album a WHERE a.duration_ms <>
         (SELECT ifnull(sum(t.duration_ms), 0) FROM track t
          WHERE t.album_id = a.id AND t.missing_since IS NULL)",
    "SELECT 'tracks of artist', r.id, r.track_count FROM artist r WHERE r.track_count <>
         (SELECT count(DISTINCT l.track_id) FROM track_artist l JOIN track t ON t.id = l.track_id
          WHERE l.artist_id = r.id AND t.missing_since IS NULL)",
    "SELECT 'albums of artist', r.id, r.album_count FROM artist r WHERE r.album_count <>
         (SELECT count(DISTINCT l.album_id) FROM album_artist l WHERE l.artist_id = r.id
          AND EXISTS (SELECT 1 FROM track t WHERE t.album_id = l.album_id AND t.missing_since IS NULL))",
    "SELECT 'tracks of genre', g.id, g.track_count FROM genre g WHERE g.track_count <>
         (SELECT count(DISTINCT l.track_id) FROM track_genre l JOIN track t ON t.id = l.track_id
          WHERE l.genre_id = g.id AND t.missing_since IS NULL)",
];

/// Fails if a count is not what counting anew gives.
pub(crate) async fn check(library: &Library) {
    for sql in WRONG {
        if let Some(row) = library.query(sql, vec![]).await.unwrap().first() {
            let (what, id, count): (String, i64, i64) = (
                row.get(0).unwrap(),
                row.get(1).unwrap(),
                row.get(2).unwrap(),
            );
            panic!("{what} {id} is kept as {count}");
        }
    }
}

#[core_async::test]
async fn counts_follow_tracks_that_come_go_and_change() {
    let mut music = Music::new().await;
    let mut both = record(1, "a", "Queen", "Hits");
    both.roles = vec![
        ("composer".into(), credit("Queen")),
        ("producer".into(), credit("Martin")),
    ];
    both.genres = vec!["Rock".into(), "Pop".into()];
    both.duration_ms = Some(1_000);
    let mut other = record(2, "b", "Queen", "Hits");
    other.genres = vec!["Rock".into()];
    other.duration_ms = Some(500);
    let ids = music.apply(vec![both.clone(), other]).await;
    check(&music.library).await;
    let kept = async |music: &Music| {
        let artists = artist::page(&music.library, &artist::ArtistFilter::Any, None, 9);
        let artists = artists.await.unwrap().items;
        let genres = genre::page(&music.library, None, 9).await.unwrap().items;
        (
            artists
                .into_iter()
                .map(|it| (it.name, it.album_count, it.track_count))
                .collect::<Vec<_>>(),
            genres
                .into_iter()
                .map(|it| (it.name, it.track_count))
                .collect::<Vec<_>>(),
        )
    };
    let row = |name: &str, albums, tracks| (name.to_owned(), albums, tracks);
    assert_eq!(
        kept(&music).await,
        (
            vec![row("Martin", 0, 1), row("Queen", 1, 2)],
            vec![("Pop".to_owned(), 1), ("Rock".to_owned(), 2)]
        )
    );

    let mut tx = music.library.write().await.unwrap();
    track::mark_missing(&mut tx, &[1], 5).await.unwrap();
    tx.commit().await.unwrap();
    check(&music.library).await;
    assert_eq!(
        kept(&music).await,
        (vec![row("Queen", 1, 1)], vec![("Rock".to_owned(), 1)])
    );
    let mut tx = music.library.write().await.unwrap();
    track::revive(&mut tx, &[1]).await.unwrap();
    tx.commit().await.unwrap();
    check(&music.library).await;

    both.album.as_mut().unwrap().title = "Others".into();
    both.duration_ms = Some(7);
    both.roles.clear();
    both.genres = vec!["Jazz".into()];
    music.add(both).await;
    check(&music.library).await;
    assert_eq!(
        kept(&music).await,
        (
            vec![row("Queen", 2, 2)],
            vec![("Jazz".to_owned(), 1), ("Rock".to_owned(), 1)]
        )
    );

    let id = ids[1].track_id;
    music
        .run(&format!("DELETE FROM track WHERE id = {id}"))
        .await;
    check(&music.library).await;
    let mut tx = music.library.write().await.unwrap();
    music.writer.sweep_orphans(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    music.writer.committed();
    check(&music.library).await;
    let found = stats::read(&music.library).await.unwrap();
    assert_eq!(
        (found.tracks, found.albums, found.artists, found.genres),
        (1, 1, 1, 1)
    );

    let mut tx = music.library.write().await.unwrap();
    assert_eq!(deletion::detach(&mut tx, &[1]).await.unwrap().len(), 1);
    tx.commit().await.unwrap();
    check(&music.library).await;
    assert_eq!(kept(&music).await, (vec![], vec![]));
}

#[core_async::test]
async fn tracks_of_a_provider_are_counted_as_far_as_is_enough_whoever_has_the_newest() {
    let mut music = Music::new().await;
    let records = |ids: std::ops::RangeInclusive<i64>| {
        ids.map(|id| record(id, "a", "Queen", "Hits"))
            .collect::<Vec<_>>()
    };
    music.apply(records(1..=3)).await;
    // More of another provider than are looked at before all are counted.
    music
        .run(
            "INSERT INTO provider(id, key, kind, name, root, created_at)
             VALUES (2, 'other', 'test', 'other', '/', 0)",
        )
        .await;
    music
        .run(
            "WITH RECURSIVE n(id) AS (SELECT 11 UNION ALL SELECT id + 1 FROM n WHERE id < 1130)
             INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version)
             SELECT id, 2, id || '.mp3', '', id || '.mp3', 'audio', '1' FROM n",
        )
        .await;
    let mut tx = music.library.write().await.unwrap();
    let newer = records(11..=1_130);
    music.writer.apply(&mut tx, newer, 7).await.unwrap();
    track::mark_missing(&mut tx, &[1], 5).await.unwrap();
    tx.commit().await.unwrap();
    let present = async |provider, enough| {
        let count = deletion::count_present(&music.library, provider, enough).await;
        count.unwrap()
    };
    assert_eq!(present(1, 1).await, 1);
    assert_eq!(present(1, 100).await, 2);
    assert!(present(2, 5).await >= 5);
    assert_eq!(present(2, 5_000).await, 1_120);
    assert_eq!(present(3, 5).await, 0);
}
