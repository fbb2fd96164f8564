//! Asking for one item: its state and its bytes.

use std::io::Read;
use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ItemKey, ItemKind, StorageProvider, Version};
use core_providers::LocalFolder;

use crate::support::{Disk, Music, walk_all};

fn key(text: &str) -> ItemKey {
    ItemKey(text.to_owned())
}

#[core_async::test]
async fn stat_says_what_the_listing_said() {
    let music = Music::with(&["a/b/c.mp3", "a/cover.png", "top.flac"]);
    let folder = music.open().await;
    let seen = walk_all(&folder).await;
    for item in seen.listings().flat_map(|(_, _, children)| children) {
        assert_eq!(folder.stat(&item.key).await.unwrap(), *item);
    }
    let root = folder.stat(&ItemKey::root()).await.unwrap();
    assert_eq!((root.kind, root.parent), (ItemKind::Folder, None));
    assert_eq!(root.name, "music");
}

#[core_async::test]
async fn ranges_are_read_and_end_with_the_file() {
    let music = Music::new();
    music.write("a.mp3", "0123456789");
    let folder = music.open().await;
    let version = walk_all(&folder).await.item("a.mp3").version.clone();
    for (range, expected) in [
        (0..4, "0123"),
        (8..20, "89"),
        (10..12, ""),
        (50..60, ""),
        (3..3, ""),
    ] {
        for version in [None, Some(&version)] {
            let bytes = folder.read(&key("a.mp3"), version, range.clone()).await;
            assert_eq!(bytes.unwrap(), expected, "{range:?}");
        }
    }
    let backwards = std::ops::Range { start: 5, end: 2 };
    let error = folder
        .read(&key("a.mp3"), None, backwards)
        .await
        .unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::InvalidInput);
}

#[core_async::test]
async fn a_file_that_changed_is_a_conflict_also_when_it_changes_during_the_read() {
    let music = Arc::new(Music::with(&["a.mp3"]));
    let disk = Disk::default();
    let editor = music.clone();
    disk.after_reading(music.path("a.mp3"), move || editor.write("a.mp3", "longer"));
    let folder = music.open_with(disk, Default::default()).await;
    let old = folder.stat(&key("a.mp3")).await.unwrap().version;
    for _ in 0..2 {
        let error = folder
            .read(&key("a.mp3"), Some(&old), 0..9)
            .await
            .unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("a.mp3"));
    }
    assert_eq!(
        folder.read(&key("a.mp3"), None, 0..9).await.unwrap(),
        "longer"
    );
}

#[core_async::test]
async fn a_missing_file_is_told_from_a_missing_root() {
    let music = Music::with(&["a/b.mp3"]);
    let folder = music.open().await;
    let version = Version("1-1".to_owned());
    std::fs::remove_dir_all(music.path("a")).unwrap();
    for expected in [ErrorKind::NotFound, ErrorKind::RootUnavailable] {
        let error = folder.stat(&key("a/b.mp3")).await.unwrap_err();
        assert_eq!(*error.kind(), expected);
        let error = folder
            .read(&key("a/b.mp3"), Some(&version), 0..1)
            .await
            .unwrap_err();
        assert_eq!(*error.kind(), expected);
        std::fs::remove_dir_all(music.root()).ok();
    }
}

#[core_async::test]
async fn keys_that_lead_elsewhere_or_have_a_second_spelling_are_refused() {
    let music = Music::with(&["a/b.mp3"]);
    std::fs::write(music.beside("secret"), "x").unwrap();
    let folder = music.open().await;
    for bad in [
        "../secret",
        "..",
        ".",
        "a/../../secret",
        "/a/b.mp3",
        "a//b.mp3",
        "a/",
        "./a",
        "%2E%2E/secret",
        "..%2Fsecret",
        "a%2Fb.mp3",
        "%2Fetc%2Fpasswd",
        "%61/b.mp3",
        "a/%zz",
        "%",
        "a%00b",
    ] {
        let error = folder.stat(&key(bad)).await.expect_err(bad);
        assert_eq!(*error.kind(), ErrorKind::InvalidInput, "{bad}");
        let error = folder.read(&key(bad), None, 0..1).await.expect_err(bad);
        assert_eq!(*error.kind(), ErrorKind::InvalidInput, "{bad}");
        let opened = folder.open_blocking(&key(bad)).expect("this machine can");
        assert_eq!(
            *opened.err().expect(bad).kind(),
            ErrorKind::InvalidInput,
            "{bad}"
        );
    }
}

#[core_async::test]
async fn a_file_opens_for_blocking_reads_where_it_lies() {
    let music = Music::new();
    music.write("100%.mp3", "content");
    let folder: LocalFolder = music.open().await;
    let mut text = String::new();
    let mut file = folder.open_blocking(&key("100%25.mp3")).unwrap().unwrap();
    file.read_to_string(&mut text).unwrap();
    assert_eq!(text, "content");
    let error = folder
        .open_blocking(&key("gone.mp3"))
        .unwrap()
        .err()
        .unwrap();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
}
