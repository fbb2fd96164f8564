//! Where else an image may be.

use core_library::repository::artwork;
use core_library::repository::track_writer::ArtworkRecord;

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
