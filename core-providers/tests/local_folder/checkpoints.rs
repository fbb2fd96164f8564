//! Checkpoints, and roots and folders that go away.

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ChangesFrom, Checkpoint, PageToken, StorageProvider};
use core_providers::{LocalFolder, LocalFolderOptions};

use crate::support::{Disk, Library, Music, Seen, walk, walk_all};

async fn walk_from(folder: &LocalFolder, seen: &Seen) -> bridge_traits::Result<Seen> {
    walk(folder, ChangesFrom::Checkpoint(seen.checkpoint.clone())).await
}

#[core_async::test]
async fn a_walk_from_a_checkpoint_lists_all_again() {
    let music = Music::with(&["a/b.mp3", "c.mp3"]);
    let folder = music.open().await;
    let first = walk_all(&folder).await;
    assert_eq!(walk_from(&folder, &first).await.unwrap(), first);
    assert!(first.checkpoint.0.len() < 200, "{:?}", first.checkpoint);
}

#[core_async::test]
async fn checkpoints_that_do_not_belong_here_are_refused() {
    let music = Music::with(&["a.mp3"]);
    let folder = music.open().await;
    let good = walk_all(&folder).await.checkpoint.0;
    let text = String::from_utf8(good.clone()).unwrap();
    let other_rules = LocalFolderOptions {
        include_hidden: true,
        ..Default::default()
    };
    let other_rules = music.open_with(Disk::default(), other_rules).await;
    let other_rules = walk_all(&other_rules).await.checkpoint.0;
    let other_root = walk_all(&Music::with(&["a.mp3"]).open().await)
        .await
        .checkpoint
        .0;
    for bad in [
        Vec::new(),
        b"\xff\x00".to_vec(),
        b"{}".to_vec(),
        good[..good.len() - 1].to_vec(),
        text.replace("\"format\":1", "\"format\":2").into_bytes(),
        text.replace("\"files\":1", "\"files\":-1").into_bytes(),
        other_rules,
        other_root,
    ] {
        let shown = String::from_utf8_lossy(&bad).into_owned();
        assert_ne!(bad, good);
        let refused = folder
            .get_changes(ChangesFrom::Checkpoint(Checkpoint(bad)))
            .await;
        let error = refused.err().expect(&shown);
        assert_eq!(
            *error.kind(),
            ErrorKind::cursor_invalid(),
            "{shown}: {error}"
        );
    }
    let page = ChangesFrom::Page(PageToken(good));
    let error = folder.get_changes(page).await.err().unwrap();
    assert_eq!(*error.kind(), ErrorKind::cursor_invalid());
}

#[core_async::test]
async fn a_missing_root_is_never_an_empty_one() {
    let music = Music::with(&["a.mp3"]);
    let folder = music.open().await;
    let first = walk_all(&folder).await;
    std::fs::rename(music.root(), music.beside("elsewhere")).unwrap();
    for from in [
        ChangesFrom::Beginning,
        ChangesFrom::Checkpoint(first.checkpoint.clone()),
    ] {
        let error = walk(&folder, from).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::RootUnavailable);
        assert!(error.to_string().contains("music"), "{error}");
    }
    std::fs::write(music.root(), "a file").unwrap();
    let error = walk_from(&folder, &first).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::RootUnavailable);
}

#[core_async::test]
async fn a_root_that_was_emptied_is_taken_for_unmounted() {
    let music = Music::with(&["a/b.mp3"]);
    let folder = music.open().await;
    let first = walk_all(&folder).await;
    std::fs::remove_dir_all(music.path("a")).unwrap();
    // What the mount point itself may hold does not make it a library.
    music.write(".keep", "");
    std::fs::create_dir(music.path("lost+found")).unwrap();
    let error = walk_from(&folder, &first).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::RootUnavailable);
    assert!(error.to_string().contains("unmounted"), "{error}");
    assert_eq!(
        walk_all(&folder).await.keys(),
        [""; 0],
        "a full walk lists it as it is"
    );

    // One that never had anything stays fine, and so does one with other files.
    let empty = walk_all(&folder).await;
    assert_eq!(walk_from(&folder, &empty).await.unwrap(), empty);
    music.write("readme.md", "");
    assert!(walk_from(&folder, &first).await.is_ok());
}

#[core_async::test]
async fn a_root_that_is_ignored_on_purpose_is_empty_on_purpose() {
    let music = Music::with(&["a.mp3"]);
    let folder = music.open().await;
    let first = walk_all(&folder).await;
    music.write(".nomedia", "");
    assert!(walk_from(&folder, &first).await.unwrap().keys().is_empty());
}

#[core_async::test]
async fn a_root_that_goes_away_during_the_walk_fails_it() {
    type Loss = fn(&Music);
    let losses: [(&str, Loss); 3] = [
        ("renamed", |music| {
            std::fs::rename(music.root(), music.beside("away")).unwrap();
        }),
        ("replaced by an empty folder", |music| {
            std::fs::rename(music.root(), music.beside("away")).unwrap();
            std::fs::create_dir(music.root()).unwrap();
        }),
        ("replaced by a like folder", |music| {
            std::fs::rename(music.root(), music.beside("away")).unwrap();
            music.write("a/1.mp3", "x");
            music.write("b/2.mp3", "x");
        }),
    ];
    for (name, lose) in losses {
        let music = std::sync::Arc::new(Music::with(&["a/1.mp3", "b/2.mp3"]));
        let disk = Disk::default();
        let loser = music.clone();
        disk.before_listing(music.path("b"), move || lose(&loser));
        let options = LocalFolderOptions {
            look_ahead: 1,
            page_items: 1,
            ..Default::default()
        };
        let folder = music.open_with(disk, options).await;
        let error = walk(&folder, ChangesFrom::Beginning).await.expect_err(name);
        assert_eq!(*error.kind(), ErrorKind::RootUnavailable, "{name}: {error}");
    }
}

#[core_async::test]
async fn a_folder_that_vanishes_during_the_walk_loses_nothing_until_the_next() {
    let music = std::sync::Arc::new(Music::with(&["a/1.mp3", "b/2.mp3", "c/3.mp3"]));
    let mut library = Library::default();
    library.apply(&walk_all(&music.open().await).await);
    let full: Vec<String> = library.items.keys().cloned().collect();

    // It moves to a place that this walk has been to, so that no listing has it.
    let disk = Disk::default();
    let mover = music.clone();
    disk.before_listing(music.path("b"), move || {
        std::fs::rename(mover.path("b"), mover.path("a/b")).unwrap();
    });
    let options = LocalFolderOptions {
        look_ahead: 1,
        ..Default::default()
    };
    let folder = music.open_with(disk, options).await;
    let seen = walk_all(&folder).await;
    assert_eq!(seen.unreadable_keys(), ["b"]);
    library.apply(&seen);
    assert_eq!(library.items.keys().cloned().collect::<Vec<_>>(), full);

    let next = walk_from(&folder, &seen).await.unwrap();
    assert_ne!(next.digest(""), seen.digest(""));
    library.apply(&next);
    let keys: Vec<&str> = library.items.keys().map(String::as_str).collect();
    assert_eq!(keys, ["a", "a/1.mp3", "a/b", "a/b/2.mp3", "c", "c/3.mp3"]);
}

#[core_async::test]
async fn a_volume_below_the_root_that_is_unmounted_keeps_its_content() {
    let music = Music::with(&["own/a.mp3", "usb/b.mp3"]);
    let disk = std::sync::Arc::new(Disk::default());
    disk.mount(music.path("usb"), 4711);
    let folder = LocalFolder::open(disk.clone(), music.root(), Default::default())
        .await
        .unwrap();
    let first = walk_all(&folder).await;

    disk.unmount_all();
    std::fs::rename(music.path("usb/b.mp3"), music.beside("b.mp3")).unwrap();
    let mut last = first.clone();
    for _ in 0..2 {
        last = walk_from(&folder, &last).await.unwrap();
        assert_eq!(last.unreadable_keys(), ["usb"]);
        assert_eq!(last.digest("usb"), None);
    }
    let full = walk_all(&folder).await;
    assert!(
        full.digest("usb").is_some(),
        "a full walk takes it as it is"
    );
    assert_eq!(full.unreadable().count(), 0);

    std::fs::rename(music.beside("b.mp3"), music.path("usb/b.mp3")).unwrap();
    disk.mount(music.path("usb"), 4711);
    let back = walk_from(&folder, &last).await.unwrap();
    assert_eq!(back.keys(), first.keys());
    assert_eq!(back.checkpoint, first.checkpoint);
}
