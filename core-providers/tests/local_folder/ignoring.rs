//! What is left out.

use bridge_traits::ErrorKind;
use core_providers::LocalFolderOptions;

use crate::support::{Disk, Library, Music, walk_all};

async fn check(name: &str, files: &[(&str, &str)], options: LocalFolderOptions, expected: &[&str]) {
    let music = Music::new();
    for (path, content) in files {
        music.write(path, content);
    }
    let seen = walk_all(&music.open_with(Disk::default(), options).await).await;
    let mut files: Vec<&str> = seen.keys();
    files.retain(|key| key.contains('.'));
    files.sort_unstable();
    assert_eq!(files, expected, "{name}");
    assert_eq!(seen.unreadable().count(), 0, "{name}");
}

#[core_async::test]
async fn rules_leave_out_what_they_say() {
    let plain = LocalFolderOptions::default;
    let hidden = || LocalFolderOptions {
        include_hidden: true,
        ..Default::default()
    };
    let excluding = |patterns: &[&str]| LocalFolderOptions {
        exclude: patterns.iter().map(|p| (*p).to_owned()).collect(),
        ..Default::default()
    };
    let dotted = &[
        ("a.mp3", ""),
        (".b.mp3", ""),
        (".c/d.mp3", ""),
        ("._a.mp3", ""),
    ];
    check("hidden", dotted, plain(), &["a.mp3"]).await;
    let all = &[".b.mp3", ".c", ".c/d.mp3", "a.mp3"];
    check("hidden taken in", dotted, hidden(), all).await;

    let system = &[
        ("a.mp3", ""),
        ("@eaDir/a.mp3", ""),
        ("$RECYCLE.BIN/a.mp3", ""),
        ("lost+found/a.mp3", ""),
        ("System Volume Information/a.mp3", ""),
        ("#recycle/a.mp3", ""),
        (".Trash-1000/files/a.mp3", ""),
    ];
    check("system", system, hidden(), &["a.mp3"]).await;

    let nomedia = &[
        ("a.mp3", ""),
        ("x/.nomedia", "any text"),
        ("x/b.mp3", ""),
        ("x/y/c.mp3", ""),
    ];
    check(".nomedia", nomedia, plain(), &["a.mp3"]).await;
    let empty = &[
        ("a.mp3", ""),
        ("x/.ndignore", " \n"),
        ("x/b.mp3", ""),
        ("x/y/c.mp3", ""),
    ];
    check("an empty .ndignore", empty, plain(), &["a.mp3"]).await;

    let patterns = &[
        (
            ".musicignore",
            "\u{feff}# no drafts\r\ndraft*\r\n/top.mp3\nlive/\n",
        ),
        ("draft1.mp3", ""),
        ("x/draft2.mp3", ""),
        ("top.mp3", ""),
        ("x/top.mp3", ""),
        ("x/live/a.mp3", ""),
        ("y/.ndignore", "!draft3.mp3\n"),
        ("y/draft3.mp3", ""),
        ("y/draft4.mp3", ""),
        ("y/live.mp3", ""),
    ];
    let kept = &["x/top.mp3", "y/draft3.mp3", "y/live.mp3"];
    check("patterns", patterns, plain(), kept).await;

    let files = &[
        ("a.mp3", ""),
        ("b/c.mp3", ""),
        ("b/d.flac", ""),
        ("e/c.mp3", ""),
    ];
    check(
        "globs",
        files,
        excluding(&["*.flac", "/e"]),
        &["a.mp3", "b/c.mp3"],
    )
    .await;
    check(
        "globs with !",
        files,
        excluding(&["*.mp3", "!a.mp3"]),
        &["a.mp3", "b/d.flac"],
    )
    .await;
    let overruled = &[
        (".ndignore", "a.mp3\n!b.mp3\n"),
        ("a.mp3", ""),
        ("b.mp3", ""),
    ];
    check(
        "the host wins",
        overruled,
        excluding(&["b.mp3", "!a.mp3"]),
        &["a.mp3"],
    )
    .await;
}

#[core_async::test]
async fn a_new_ignore_file_takes_its_folder_out_and_its_removal_brings_it_back() {
    let music = Music::with(&["a.mp3", "x/b.mp3", "x/y/c.mp3"]);
    let folder = music.open().await;
    let mut library = Library::default();
    library.apply(&walk_all(&folder).await);
    let full = library.clone();
    music.write("x/.nomedia", "");
    library.apply(&walk_all(&folder).await);
    assert_eq!(library.items.keys().collect::<Vec<_>>(), ["a.mp3", "x"]);
    std::fs::remove_file(music.path("x/.nomedia")).unwrap();
    library.apply(&walk_all(&folder).await);
    assert_eq!(library, full);
}

#[core_async::test]
async fn rules_that_can_not_be_read_make_the_folder_unreadable() {
    let music = Music::with(&["x/a.mp3", "y/b.mp3", "y/.ndignore", "z/c.mp3"]);
    music.link("nowhere", "x/.musicignore");
    music.write("z/.ndignore", "a\n".repeat(200_000));
    let disk = Disk::default();
    disk.fail_reading(music.path("y/.ndignore"), ErrorKind::PermissionDenied);
    let seen = walk_all(&music.open_with(disk, Default::default()).await).await;
    assert_eq!(seen.unreadable_keys(), ["x", "y", "z"]);
    assert_eq!(seen.listings().count(), 1);
    for (unreadable, name) in seen
        .unreadable()
        .zip([".musicignore", ".ndignore", ".ndignore"])
    {
        assert!(unreadable.reason.contains(name), "{unreadable:?}");
    }
}

#[core_async::test]
async fn a_line_that_is_no_pattern_is_reported_and_the_others_hold() {
    let music = Music::with(&["a.mp3", "b.mp3"]);
    music.write(".ndignore", b"a.mp3\n[z-a]\n\xff\n");
    let seen = walk_all(&music.open().await).await;
    assert_eq!(seen.keys(), ["b.mp3"]);
    let reasons: Vec<&str> = seen.unreadable().map(|u| u.reason.as_str()).collect();
    assert_eq!(seen.unreadable_keys(), [".ndignore", ".ndignore"]);
    assert!(reasons[0].contains("line 2"), "{reasons:?}");
    assert!(reasons[1].contains("line 3: not UTF-8"), "{reasons:?}");
}
