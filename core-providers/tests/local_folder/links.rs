//! Symbolic links: followed, but never for ever.

use core_providers::LocalFolderOptions;

use crate::support::{Disk, Music, walk_all};

#[core_async::test]
async fn links_to_files_and_folders_are_followed() {
    let music = Music::with(&["a.mp3"]);
    let other = music.beside("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("b.mp3"), "bb").unwrap();
    music.link(&other, "linked");
    music.link(other.join("b.mp3"), "c.mp3");
    let seen = walk_all(&music.open().await).await;
    assert_eq!(seen.keys(), ["a.mp3", "c.mp3", "linked", "linked/b.mp3"]);
    assert_eq!(seen.item("c.mp3").size, 2);
    assert_eq!(
        seen.item("c.mp3").file_id,
        seen.item("linked/b.mp3").file_id
    );
}

#[core_async::test]
async fn a_link_to_a_folder_above_is_cut_and_reported() {
    for without_ids in [false, true] {
        let music = Music::with(&["a/b/song.mp3"]);
        music.link(music.root(), "a/b/up");
        music.link("..", "a/b/parent");
        music.link(".", "a/self");
        let disk = Disk {
            without_ids,
            ..Default::default()
        };
        let seen = walk_all(&music.open_with(disk, Default::default()).await).await;
        assert_eq!(seen.unreadable_keys(), ["a/self", "a/b/parent", "a/b/up"]);
        assert!(seen.unreadable().all(|u| u.reason.contains("lies in")));
        assert_eq!(
            seen.keys().iter().filter(|k| k.ends_with(".mp3")).count(),
            1
        );
    }
}

#[core_async::test]
async fn dangling_links_and_links_to_themselves_are_reported_and_survived() {
    let music = Music::with(&["a.mp3"]);
    music.link("nowhere", "gone.mp3");
    music.link("loop.mp3", "loop.mp3");
    let seen = walk_all(&music.open().await).await;
    assert_eq!(seen.keys(), ["a.mp3"]);
    assert_eq!(seen.unreadable_keys(), ["gone.mp3", "loop.mp3"]);
}

#[core_async::test]
async fn a_folder_reached_twice_is_listed_on_each_path() {
    let music = Music::with(&["real/song.mp3"]);
    music.link("real", "one");
    music.link("real", "two");
    let seen = walk_all(&music.open().await).await;
    let songs: Vec<&str> = seen
        .keys()
        .into_iter()
        .filter(|k| k.ends_with(".mp3"))
        .collect();
    assert_eq!(songs, ["one/song.mp3", "real/song.mp3", "two/song.mp3"]);
    assert_eq!(seen.unreadable().count(), 0);
}

#[core_async::test]
async fn folders_that_all_link_to_each_other_are_walked_in_bounded_time() {
    // The paths through 12 such folders number more than a thousand million.
    let music = Music::new();
    for from in 0..12 {
        music.write(format!("{from}/song.mp3"), "x");
        for to in 0..12 {
            music.link(format!("../{to}"), &format!("{from}/to{to}"));
        }
    }
    let seen = walk_all(&music.open().await).await;
    let listed = seen.listings().count();
    assert_eq!(listed, 1 + 12 * 16);
    assert!(seen.unreadable().any(|u| u.reason.contains("16 paths")));
    assert_eq!(seen, walk_all(&music.open().await).await);
}

#[core_async::test]
async fn folders_deeper_than_the_limit_are_reported() {
    let music = Music::new();
    let deep = vec!["d"; 300].join("/");
    music.write(format!("{deep}/song.mp3"), "x");
    let seen = walk_all(
        &music
            .open_with(Disk::default(), LocalFolderOptions::default())
            .await,
    )
    .await;
    assert_eq!(seen.unreadable().count(), 1);
    assert_eq!(seen.listings().count(), 257);
}
