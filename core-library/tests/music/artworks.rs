//! Where else an image may be, and which one is the cover of an album.

use core_library::model::{AlbumId, ArtworkId};
use core_library::repository::track_writer::{ArtworkRecord, TrackRecord};
use core_library::repository::{album, artwork, track};

use crate::fixture::{Music, record};

#[core_async::test]
async fn an_image_that_moved_is_looked_for_beside_its_tracks_and_above() {
    let mut music = Music::new().await;
    let mut with = record(1, "t", "x", "y");
    with.artwork = Some(ArtworkRecord {
        hash: vec![7; 16],
        mime: "image/png".into(),
        bytes: 10,
        item_id: 1,
        ..Default::default()
    });
    music.add(with).await;
    music
        .run("UPDATE remote_item SET parent_key = 'a/CD1' WHERE id = 1")
        .await;
    music
        .run(
            "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version, size) VALUES
             (20, 1, 'a/CD1', 'a', 'CD1', 'folder', '', 0), (21, 1, 'a/0', 'a', '0', 'image', '1', 10),
             (22, 1, 'b/0', 'b', '0', 'image', '1', 10), (23, 1, 'a/CD1/0', 'a/CD1', '0', 'image', '1', 10),
             (24, 1, 'a/CD1/1', 'a/CD1', '1', 'image', '1', 11), (25, 1, 'a/CD1/2', 'a/CD1', '2', 'image', '1', 10),
             (26, 1, 'a/CD1/3', 'a/CD1', '3', 'image', '1', 10), (27, 1, 'a/CD1/4', 'a/CD1', '4', 'image', '1', 10)",
        )
        .await;
    let id = core_library::model::ArtworkId(music.count("SELECT id FROM artwork").await);
    let image = artwork::get(&music.library, id).await.unwrap();
    let found = artwork::other_sources(&music.library, &image)
        .await
        .unwrap();
    let found: Vec<i64> = found.into_iter().map(|it| it.item_id).collect();
    assert_eq!(found, [21, 23, 25, 26, 27]);
}

/// Which image the first album has, of those that [`with_image`] gave.
async fn cover(music: &Music) -> Option<u8> {
    let album = album::get(&music.library, AlbumId(1)).await.unwrap();
    let id: ArtworkId = album.artwork?;
    let image = artwork::get(&music.library, id).await.unwrap();
    Some(image.hash[0])
}

fn with_image(item: i64, number: u8) -> TrackRecord {
    let mut record = record(item, "t", "x", "y");
    record.artwork = Some(ArtworkRecord {
        hash: vec![number; 16],
        mime: "image/png".into(),
        bytes: 10,
        item_id: item,
        ..Default::default()
    });
    record
}

async fn swept(music: &mut Music) {
    let mut tx = music.library.write().await.unwrap();
    music.writer.sweep_orphans(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    music.writer.committed();
}

#[core_async::test]
async fn the_cover_of_songs_without_numbers_is_that_of_the_first_file() {
    let mut music = Music::new().await;
    music
        .run(
            "INSERT INTO remote_item(id, provider_id, key, parent_key, name, kind, version) VALUES
             (101, 1, 'x8', '', 'CD2', 'folder', ''), (102, 1, 'x9', '', 'CD1', 'folder', ''),
             (103, 1, 'x7', 'x8', 'below', 'folder', '')",
        )
        .await;
    for (item, folder, expected) in [(1, "x7", 1), (2, "x9", 2), (3, "x7", 2)] {
        music.file(item).await;
        music
            .run(&format!(
                "UPDATE remote_item SET parent_key = '{folder}', name = '01.mp3' WHERE id = {item}"
            ))
            .await;
        music.add(with_image(item, item as u8)).await;
        assert_eq!(cover(&music).await, Some(expected), "{item}");
    }
    // Of a file or of a folder above it.
    for (change, expected) in [
        ("name = 'CD3' WHERE id = 102", 1),
        ("name = 'CD4' WHERE id = 101", 2),
        ("name = '00.mp3' WHERE id = 3", 2),
        ("parent_key = 'x9' WHERE id = 3", 3),
        ("key = 'x10' WHERE id = 3", 3),
    ] {
        swept(&mut music).await;
        music.run(&format!("UPDATE remote_item SET {change}")).await;
        swept(&mut music).await;
        assert_eq!(cover(&music).await, Some(expected), "{change}");
    }
    assert_eq!(music.count("SELECT count(*) FROM loose").await, 0);
    // What stays where it is is nobody's business.
    music
        .run("UPDATE remote_item SET key = key, name = name, parent_key = parent_key")
        .await;
    assert_eq!(music.count("SELECT count(*) FROM loose").await, 0);
    // Files that take each other's tracks over.
    music
        .run("UPDATE track SET item_id = NULL WHERE id = 2")
        .await;
    music.run("UPDATE track SET item_id = 2 WHERE id = 3").await;
    swept(&mut music).await;
    assert_eq!(cover(&music).await, Some(2), "of no file");
}

#[core_async::test]
async fn what_is_gone_is_the_cover_of_what_is_gone_alone() {
    let mut music = Music::new().await;
    let mut first = with_image(1, 1);
    first.track = Some(1);
    let mut second = record(2, "t", "x", "y");
    second.track = Some(2);
    music.apply(vec![first, second]).await;
    let mut mark = async |item: i64, back: bool, expected: Option<u8>| {
        let mut tx = music.library.write().await.unwrap();
        match back {
            true => track::revive(&mut tx, &[item]).await.unwrap(),
            false => track::mark_missing(&mut tx, &[item], 1).await.unwrap(),
        };
        tx.commit().await.unwrap();
        swept(&mut music).await;
        assert_eq!(cover(&music).await, expected, "{item} {back}");
    };
    mark(1, false, None).await;
    mark(2, false, Some(1)).await;
    mark(2, true, None).await;
    mark(1, true, Some(1)).await;
}
