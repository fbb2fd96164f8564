//! Opening a root, and what the provider says of itself.

use std::path::PathBuf;
use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::provider::{ChangesFrom, FeedKind, InitialSync, PageTokens, StorageProvider};
use core_providers::{LocalFolder, LocalFolderOptions};

use crate::support::{Disk, Music, walk, walk_all};

async fn check(
    root: PathBuf,
    disk: Disk,
    options: LocalFolderOptions,
    kind: ErrorKind,
    names: &str,
) {
    let error = LocalFolder::open(Arc::new(disk), root, options)
        .await
        .expect_err(names);
    assert_eq!(*error.kind(), kind, "{error}");
    assert!(error.to_string().contains(names), "{error} names {names}");
}

#[core_async::test]
async fn a_root_that_is_no_folder_to_list_is_refused_by_name() {
    let music = Music::with(&["song.mp3"]);
    let plain = LocalFolderOptions::default;
    check(
        music.path("gone"),
        Disk::default(),
        plain(),
        ErrorKind::NotFound,
        "music/gone",
    )
    .await;
    check(
        music.path("song.mp3"),
        Disk::default(),
        plain(),
        ErrorKind::NotADirectory,
        "song.mp3",
    )
    .await;
    check(
        PathBuf::new(),
        Disk::default(),
        plain(),
        ErrorKind::InvalidInput,
        "root",
    )
    .await;
    let locked = Disk::default();
    locked.fail_listing(music.root(), ErrorKind::PermissionDenied);
    check(
        music.root(),
        locked,
        plain(),
        ErrorKind::PermissionDenied,
        "music",
    )
    .await;
}

#[core_async::test]
async fn options_that_can_not_work_are_refused_by_name() {
    let music = Music::new();
    for pattern in ["[z-a]", "", "  ", "# not a comment"] {
        let bad_pattern = LocalFolderOptions {
            exclude: vec!["*.tmp".into(), pattern.into()],
            ..Default::default()
        };
        let names = format!("{pattern:?}");
        check(
            music.root(),
            Disk::default(),
            bad_pattern,
            ErrorKind::InvalidInput,
            &names,
        )
        .await;
    }
    let no_page = LocalFolderOptions {
        page_items: 0,
        ..Default::default()
    };
    check(
        music.root(),
        Disk::default(),
        no_page,
        ErrorKind::InvalidInput,
        "page_items",
    )
    .await;
    let too_many = LocalFolderOptions {
        look_ahead: 257,
        ..Default::default()
    };
    check(
        music.root(),
        Disk::default(),
        too_many,
        ErrorKind::InvalidInput,
        "look_ahead",
    )
    .await;
}

#[core_async::test]
async fn it_says_that_it_lists_and_compares() {
    let folder = Music::new().open().await;
    let can = folder.capabilities();
    assert_eq!(can.feed, FeedKind::Snapshot);
    assert_eq!(can.initial, InitialSync::ListThenFeed);
    assert_eq!(can.page_tokens, PageTokens::None);
    assert!(!can.stable_ids);
    assert_eq!(folder.start_token().await.unwrap(), None);
}

#[core_async::test]
async fn spellings_of_one_root_have_one_scope_and_other_rules_another() {
    let music = Music::new();
    let open = async |root: PathBuf, options: LocalFolderOptions| {
        let folder = LocalFolder::open(Arc::new(Disk::default()), root, options).await;
        folder.unwrap().scope()
    };
    let plain = open(music.root(), LocalFolderOptions::default()).await;
    let slash = PathBuf::from(format!("{}/./", music.root().display()));
    assert_eq!(open(slash, LocalFolderOptions::default()).await, plain);
    let excluding = |patterns: &[&str]| LocalFolderOptions {
        exclude: patterns.iter().map(|p| (*p).to_owned()).collect(),
        ..Default::default()
    };
    let scopes = [
        plain,
        open(music.root(), excluding(&["a"])).await,
        open(music.root(), excluding(&["a", "b"])).await,
        open(music.root(), excluding(&["a;exclude:1=b"])).await,
        open(
            music.root(),
            LocalFolderOptions {
                include_hidden: true,
                ..Default::default()
            },
        )
        .await,
    ];
    for (at, scope) in scopes.iter().enumerate() {
        assert!(!scopes[at + 1..].contains(scope), "{scope:?}");
    }
}

#[core_async::test]
async fn a_root_that_is_a_link_stays_a_link() {
    let music = Music::with(&["a.mp3"]);
    let link = music.beside("link");
    std::os::unix::fs::symlink(music.root(), &link).unwrap();
    let folder = LocalFolder::open(Arc::new(Disk::default()), link.clone(), Default::default())
        .await
        .unwrap();
    assert_eq!(folder.root(), link);
    assert_eq!(walk_all(&folder).await.keys(), ["a.mp3"]);
}

#[core_async::test]
async fn a_known_root_need_not_be_there_until_it_is_read() {
    let music = Music::with(&["a.mp3"]);
    let away = music.beside("away");
    std::fs::rename(music.root(), &away).unwrap();
    let known = LocalFolder::known(
        Arc::new(Disk::default()),
        music.root(),
        LocalFolderOptions::default(),
    )
    .unwrap();
    let error = walk(&known, ChangesFrom::Beginning).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::RootUnavailable);

    std::fs::rename(&away, music.root()).unwrap();
    assert_eq!(known.scope(), music.open().await.scope());
    assert_eq!(walk_all(&known).await.keys(), ["a.mp3"]);

    let relative = LocalFolder::known(
        Arc::new(Disk::default()),
        PathBuf::from("music"),
        LocalFolderOptions::default(),
    );
    let error = relative.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("music"), "{error}");
}
