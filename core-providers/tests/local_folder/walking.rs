//! What a walk reports, in which order, and what it survives.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use bridge_traits::ErrorKind;
use bridge_traits::provider::{Change, ItemKind, StorageProvider};
use bridge_traits::storage::path_key;
use core_providers::LocalFolderOptions;

use crate::support::{Disk, Library, Music, walk_all};

#[core_async::test]
async fn folders_come_breadth_first_and_children_by_name() {
    let music = Music::with(&["b/2.mp3", "b/1.mp3", "a/x/deep.flac", "c.mp3", "Z.mp3"]);
    let seen = walk_all(&music.open().await).await;
    let folders: Vec<&str> = seen.listings().map(|(folder, ..)| folder).collect();
    assert_eq!(folders, ["", "a", "b", "a/x"]);
    let keys = [
        "Z.mp3",
        "a",
        "b",
        "c.mp3",
        "a/x",
        "b/1.mp3",
        "b/2.mp3",
        "a/x/deep.flac",
    ];
    assert_eq!(seen.keys(), keys);
    assert_eq!(seen, walk_all(&music.open().await).await, "walks are equal");
}

#[core_async::test]
async fn only_what_a_music_library_needs_is_reported() {
    let music = Music::with(&[
        "song.OPUS",
        "cover.jpg",
        "song.lrc",
        "list.m3u8",
        "disc.cue",
        "setup.exe",
        "noext",
    ]);
    std::os::unix::net::UnixListener::bind(music.path("pipe.mp3")).unwrap();
    let seen = walk_all(&music.open().await).await;
    let kinds: Vec<(&str, ItemKind)> = seen
        .listings()
        .flat_map(|(_, _, children)| children)
        .map(|item| (item.key.0.as_str(), item.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("cover.jpg", ItemKind::Image),
            ("disc.cue", ItemKind::Cue),
            ("list.m3u8", ItemKind::Playlist),
            ("song.OPUS", ItemKind::Audio),
            ("song.lrc", ItemKind::Lyrics),
        ]
    );
}

#[core_async::test]
async fn pages_end_with_the_folder_that_fills_them() {
    let music = Music::new();
    for folder in 0..5 {
        for file in 0..4 {
            music.write(format!("{folder}/{file}.mp3"), "x");
        }
    }
    let options = LocalFolderOptions {
        page_items: 6,
        ..Default::default()
    };
    let seen = walk_all(&music.open_with(Disk::default(), options).await).await;
    let sizes: Vec<usize> = seen.pages.iter().map(|page| page.changes.len()).collect();
    assert_eq!(sizes, [1, 2, 2, 1]);
    assert_eq!(seen.keys(), walk_all(&music.open().await).await.keys());
}

#[core_async::test]
async fn look_ahead_and_paged_listings_change_nothing_in_the_report() {
    let music = Music::new();
    for at in 0..60 {
        music.write(format!("{}/{}/{at}.mp3", at % 7, at % 3), "x");
    }
    let expected = walk_all(&music.open().await).await;
    for (look_ahead, page_limit) in [(1, None), (256, None), (3, Some(1)), (8, Some(2))] {
        let disk = Disk {
            page_limit,
            ..Default::default()
        };
        let options = LocalFolderOptions {
            look_ahead,
            ..Default::default()
        };
        let seen = walk_all(&music.open_with(disk, options).await).await;
        assert_eq!(seen, expected, "{look_ahead} {page_limit:?}");
    }
}

#[core_async::test]
async fn names_of_any_bytes_come_as_keys_that_lead_back() {
    let music = Music::new();
    let long = format!("{}.mp3", "n".repeat(251));
    let names: Vec<&OsStr> = [
        &b"new\nline.mp3"[..],
        b"100%25.mp3",
        b"%.mp3",
        b"\"quoted'.mp3",
        b"back\\slash.mp3",
        b"caf\xe9.mp3",
        "caf\u{e9}.mp3".as_bytes(),
        "cafe\u{301}.mp3".as_bytes(),
        b"\xff\xfe%\xc3.flac",
        long.as_bytes(),
    ]
    .into_iter()
    .map(OsStr::from_bytes)
    .collect();
    for name in &names {
        music.write(Path::new("dir\u{fc}%").join(name), name.as_bytes());
    }
    let folder = music.open().await;
    let seen = walk_all(&folder).await;
    for name in &names {
        let path = Path::new("dir\u{fc}%").join(name);
        let key = path_key::encode(&path);
        let item = seen.item(&key);
        assert_eq!(item.name, name.to_string_lossy());
        assert_eq!(path_key::decode(&key), path);
        assert_eq!(folder.stat(&item.key).await.unwrap(), *item);
        let version = Some(&item.version);
        let bytes = folder.read(&item.key, version, 0..1000).await.unwrap();
        assert_eq!(bytes, name.as_bytes());
    }
    assert_eq!(seen.keys().len(), names.len() + 1);
}

#[core_async::test]
async fn paths_up_to_the_limit_are_read_and_longer_ones_reported() {
    // The root's own length counts, so the test builds to just below the limit of 4,096 bytes with
    // the terminating zero, then deeper by a folder of a shorter path moved in.
    let music = Music::new();
    let mut path = music.root();
    while path.as_os_str().len() + 256 < 4_080 {
        path.push("d".repeat(255));
        std::fs::create_dir(&path).unwrap();
    }
    let fill = 4_095 - path.as_os_str().len() - "/.mp3".len();
    std::fs::write(path.join(format!("{}.mp3", "f".repeat(fill))), "x").unwrap();
    let short = music.beside("short");
    std::fs::create_dir_all(short.join("e".repeat(255)).join("g".repeat(255))).unwrap();
    std::fs::write(short.join("e".repeat(255)).join("song.mp3"), "x").unwrap();
    let top = music.path("d".repeat(255));
    std::fs::rename(
        &top,
        short.join("e".repeat(255)).join("g".repeat(255)).join("t"),
    )
    .unwrap();
    std::fs::rename(&short, music.path("short")).unwrap();

    let seen = walk_all(&music.open().await).await;
    let longest = seen.keys().iter().map(|key| key.len()).max().unwrap();
    assert!(longest > 3_500, "{longest}");
    assert!(
        seen.unreadable().count() > 0,
        "what is too deep is reported"
    );
    assert!(seen.keys().iter().any(|key| key.ends_with("song.mp3")));

    std::fs::rename(music.path("short"), &short).unwrap();
    let back = short.join("e".repeat(255)).join("g".repeat(255)).join("t");
    std::fs::rename(back, &top).unwrap();
    let seen = walk_all(&music.open().await).await;
    assert_eq!(seen.unreadable().count(), 0);
    let file = seen.keys().into_iter().find(|key| key.ends_with(".mp3"));
    assert_eq!(
        file.unwrap().len() + music.root().as_os_str().len() + 1,
        4_095
    );
}

#[core_async::test]
async fn an_unreadable_folder_is_reported_and_never_listed_as_empty() {
    let music = Music::with(&["good/a.mp3", "locked/b.mp3", "locked/in/c.mp3"]);
    let mut library = Library::default();
    library.apply(&walk_all(&music.open().await).await);
    let full = library.clone();

    let disk = Disk::default();
    disk.fail_listing(music.path("locked"), ErrorKind::PermissionDenied);
    let seen = walk_all(&music.open_with(disk, Default::default()).await).await;
    assert_eq!(seen.unreadable_keys(), ["locked"]);
    assert_eq!(seen.digest("locked"), None);
    assert_eq!(seen.item("locked").kind, ItemKind::Folder);
    library.apply(&seen);
    assert_eq!(library, full);
}

#[core_async::test]
async fn a_file_that_can_not_be_looked_at_is_kept_until_it_is_really_gone() {
    let music = Music::with(&["a.mp3", "b.mp3"]);
    let mut library = Library::default();
    library.apply(&walk_all(&music.open().await).await);

    let disk = Disk::default();
    disk.fail_metadata(music.path("b.mp3"), ErrorKind::PermissionDenied);
    let hindered = walk_all(&music.open_with(disk, Default::default()).await).await;
    assert_eq!(hindered.keys(), ["a.mp3"]);
    assert_eq!(hindered.unreadable_keys(), ["b.mp3"]);
    let page = &hindered.pages[0];
    assert!(
        page.changes
            .iter()
            .any(|change| matches!(change, Change::Listing { .. }))
    );
    library.apply(&hindered);
    assert!(library.items.contains_key("b.mp3"));

    // Both listings hold only a.mp3; their digests must differ, or this deletion would be missed.
    std::fs::remove_file(music.path("b.mp3")).unwrap();
    let after = walk_all(&music.open().await).await;
    assert_eq!(after.keys(), hindered.keys());
    assert_ne!(after.digest(""), hindered.digest(""));
    library.apply(&after);
    assert!(!library.items.contains_key("b.mp3"));
}

#[core_async::test]
async fn a_digest_changes_with_what_lies_directly_in_the_folder_and_with_nothing_else() {
    let music = Music::with(&["d/a.mp3", "d/sub/b.mp3"]);
    let folder = music.open().await;
    let before = walk_all(&folder).await;
    music.write("d/sub/b.mp3", "longer");
    music.write("d/sub/notes.pdf", "x");
    let below = walk_all(&folder).await;
    assert_eq!(below.digest("d"), before.digest("d"));
    assert_ne!(below.digest("d/sub"), before.digest("d/sub"));
    music.write("d/a.mp3", "longer");
    assert_ne!(walk_all(&folder).await.digest("d"), before.digest("d"));
}

#[core_async::test]
async fn a_renamed_file_keeps_its_version_and_identity() {
    let music = Music::with(&["a.mp3"]);
    let folder = music.open().await;
    let before = walk_all(&folder).await.item("a.mp3").clone();
    std::fs::rename(music.path("a.mp3"), music.path("b.mp3")).unwrap();
    let after = walk_all(&folder).await.item("b.mp3").clone();
    assert_eq!(after.version, before.version);
    assert_eq!(after.file_id, before.file_id);
    assert!(after.file_id.is_some());
}

#[core_async::test]
async fn an_edit_whose_time_was_put_back_is_seen_where_times_are_not_trusted() {
    for trust_modified_time in [true, false] {
        let music = Music::with(&["a.mp3"]);
        let options = LocalFolderOptions {
            trust_modified_time,
            ..Default::default()
        };
        let folder = music.open_with(Disk::default(), options).await;
        let before = walk_all(&folder).await.item("a.mp3").clone();
        let file = std::fs::File::options()
            .write(true)
            .open(music.path("a.mp3"))
            .unwrap();
        let time = file.metadata().unwrap().modified().unwrap();
        // The clock of the file system ticks in steps: repeat until the inode's time has moved.
        let inode_time = |file: &std::fs::File| {
            use std::os::unix::fs::MetadataExt;
            let metadata = file.metadata().unwrap();
            (metadata.ctime(), metadata.ctime_nsec())
        };
        let start = inode_time(&file);
        while inode_time(&file) == start {
            std::os::unix::fs::FileExt::write_all_at(&file, b"y", 0).unwrap();
            file.set_modified(time).unwrap();
        }
        let after = walk_all(&folder).await.item("a.mp3").clone();
        assert_eq!(after.version == before.version, trust_modified_time);
    }
}

#[core_async::test]
async fn an_empty_root_is_listed_on_the_first_walk() {
    let seen = walk_all(&Music::new().open().await).await;
    let listings: Vec<_> = seen.listings().collect();
    assert_eq!(listings.len(), 1);
    assert_eq!(listings[0].0, "");
    assert!(listings[0].2.is_empty());
}
