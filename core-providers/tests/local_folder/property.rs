//! Random trees and random edits, against a walk written with `std::fs` alone.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bridge_traits::provider::{ChangesFrom, ItemKind};
use bridge_traits::storage::path_key;
use core_providers::LocalFolderOptions;
use proptest::prelude::*;

use crate::support::{Disk, Library, Music, Seen, walk};

/// Folder names and file names, nasty ones among them. A folder may be called like a song.
const NAMES: &[&[u8]] = &[
    b"a",
    b"B",
    b"100%",
    b"x.mp3",
    "\u{e9}.flac".as_bytes(),
    "e\u{301}.flac".as_bytes(),
    b"\xff.mp3",
    b"new\nline.ogg",
    b"cover.jpg",
    b"list.m3u",
    b"notes.pdf",
    b".hidden.mp3",
    b"@eaDir",
];

/// More links could lead to a folder by more paths than a walk follows.
const MAX_LINKS: usize = 3;

#[derive(Debug, Clone)]
enum Edit {
    Write(Vec<usize>, u8),
    Folder(Vec<usize>),
    Remove(Vec<usize>),
    Rename(Vec<usize>, Vec<usize>),
    Link(Vec<usize>, Vec<usize>),
}

fn path() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..NAMES.len(), 1..4)
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        5 => (path(), 0..4u8).prop_map(|(at, size)| Edit::Write(at, size)),
        3 => path().prop_map(Edit::Folder),
        2 => path().prop_map(Edit::Remove),
        2 => (path(), path()).prop_map(|(from, to)| Edit::Rename(from, to)),
        1 => (path(), path()).prop_map(|(to, at)| Edit::Link(to, at)),
    ]
}

fn real(root: &Path, path: &[usize]) -> PathBuf {
    let names = path
        .iter()
        .map(|at| OsString::from_vec(NAMES[*at].to_vec()));
    root.join(names.collect::<PathBuf>())
}

/// Edits as far as the disk allows; an edit that makes no sense is passed over.
fn apply(root: &Path, edit: &Edit, links: &mut usize) {
    match edit {
        Edit::Write(at, size) => {
            let at = real(root, at);
            // Never through a link, which may lead to the folder itself.
            if std::fs::create_dir_all(at.parent().unwrap()).is_ok() {
                let _ = std::fs::write(at, vec![b'x'; usize::from(*size)]);
            }
        }
        Edit::Folder(at) => drop(std::fs::create_dir_all(real(root, at))),
        Edit::Remove(at) => {
            let at = real(root, at);
            if std::fs::remove_file(&at).is_err() {
                let _ = std::fs::remove_dir_all(&at);
            }
        }
        Edit::Rename(from, to) => {
            let to = real(root, to);
            let _ = std::fs::create_dir_all(to.parent().unwrap());
            let _ = std::fs::rename(real(root, from), to);
        }
        Edit::Link(target, at) => {
            if *links < MAX_LINKS
                && std::os::unix::fs::symlink(real(root, target), real(root, at)).is_ok()
            {
                *links += 1;
            }
        }
    }
}

/// What is on disk: key, kind, size, time and inode; and the keys that can't be followed.
#[derive(Debug, Default, PartialEq)]
struct Truth {
    items: BTreeMap<String, (ItemKind, u64, i128, u64)>,
    stopped: Vec<String>,
}

fn look(root: &Path, at: &Path, above: &mut Vec<(u64, u64)>, truth: &mut Truth) {
    let own = std::fs::metadata(at).unwrap();
    let id = (own.dev(), own.ino());
    if above.contains(&id) {
        truth.stopped.push(key(root, at));
        return;
    }
    above.push(id);
    for entry in std::fs::read_dir(at).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        let shown = name.to_string_lossy().into_owned();
        if shown.starts_with('.') || shown == "@eaDir" {
            continue;
        }
        let path = entry.path();
        let Ok(metadata) = std::fs::metadata(&path) else {
            truth.stopped.push(key(root, &path));
            continue;
        };
        let time = i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec());
        if metadata.is_dir() {
            let folder = (ItemKind::Folder, 0, 0, metadata.ino());
            truth.items.insert(key(root, &path), folder);
            look(root, &path, above, truth);
        } else if ItemKind::of_file_name(&shown) != ItemKind::Other {
            let kind = ItemKind::of_file_name(&shown);
            let file = (kind, metadata.len(), time, metadata.ino());
            truth.items.insert(key(root, &path), file);
        }
    }
    above.pop();
}

fn key(root: &Path, path: &Path) -> String {
    path_key::encode(path.strip_prefix(root).unwrap())
}

fn truth(root: &Path) -> Truth {
    let mut truth = Truth::default();
    look(root, root, &mut Vec::new(), &mut truth);
    truth.stopped.sort();
    truth
}

/// Brings a library's items to the form of the truth. The time stands in the version, in ns.
fn told(library: &Library, seen: &Seen) -> Truth {
    let items = library.items.iter().map(|(key, item)| {
        let time = match item.kind {
            ItemKind::Folder => 0,
            _ => {
                let (size, time) = item.version.0.split_once('-').unwrap();
                assert_eq!(size, item.size.to_string());
                time.parse().unwrap()
            }
        };
        let inode = item.file_id.unwrap().file;
        (key.clone(), (item.kind, item.size, time, inode))
    });
    let mut stopped: Vec<String> = seen
        .unreadable_keys()
        .into_iter()
        .map(str::to_owned)
        .collect();
    stopped.sort();
    Truth {
        items: items.collect(),
        stopped,
    }
}

async fn check(rounds: Vec<Vec<Edit>>, options: LocalFolderOptions) {
    let music = Music::new();
    let folder = music.open_with(Disk::default(), options).await;
    let mut library = Library::default();
    let mut links = 0;
    let mut before: Option<Seen> = None;
    for edits in rounds {
        for edit in &edits {
            apply(&music.root(), edit, &mut links);
        }
        let expected = truth(&music.root());
        let from = match &before {
            // A root that lost all is refused, as it should be; a full walk then sees the truth.
            Some(seen) if !expected.items.is_empty() => {
                ChangesFrom::Checkpoint(seen.checkpoint.clone())
            }
            _ => ChangesFrom::Beginning,
        };
        let seen = walk(&folder, from).await.unwrap();
        // A walk alone tells the truth; folders that can't be looked at keep what they had, so the
        // library is only held to it where there are none.
        let mut alone = Library::default();
        alone.apply(&seen);
        assert_eq!(told(&alone, &seen), expected);
        library.apply(&seen);
        if expected.stopped.is_empty() {
            assert_eq!(told(&library, &seen), expected);
        } else {
            library = alone;
        }
        if let Some(before) = &before {
            check_digests(before, &seen);
        }
        before = Some(seen);
    }
}

/// Digests are equal exactly where nothing directly in the folder changed.
fn check_digests(before: &Seen, after: &Seen) {
    let facts = |seen: &Seen, folder: &str| {
        let mut listings = seen.listings();
        let (_, digest, children) = listings.find(|(key, ..)| *key == folder)?;
        let children: Vec<_> = children
            .iter()
            .map(|item| {
                (
                    item.key.clone(),
                    item.kind,
                    item.version.clone(),
                    item.file_id,
                )
            })
            .collect();
        let unknown: Vec<String> = seen
            .unreadable_keys()
            .into_iter()
            .filter(|key| !children.iter().any(|child| child.0.0 == *key))
            .filter(|key| key.rsplit_once('/').map_or("", |(parent, _)| parent) == folder)
            .map(str::to_owned)
            .collect();
        Some((digest.clone(), children, unknown))
    };
    for (folder, ..) in after.listings() {
        let (Some(old), Some(new)) = (facts(before, folder), facts(after, folder)) else {
            continue;
        };
        let same = (&old.1, &old.2) == (&new.1, &new.2);
        assert_eq!(old.0 == new.0, same, "{folder:?}: {old:?} {new:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..Default::default() })]

    #[test]
    fn after_any_edits_the_walk_equals_the_disk(
        rounds in prop::collection::vec(prop::collection::vec(edit(), 0..16), 1..5),
        page_items in 1usize..12,
        look_ahead in 1usize..5,
    ) {
        let options = LocalFolderOptions { page_items, look_ahead, ..Default::default() };
        core_async::runtime::block_on(check(rounds, options));
    }
}
