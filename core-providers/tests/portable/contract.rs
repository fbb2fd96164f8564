//! `LocalFolder` keeps the contract of `StorageProvider` over a file system in memory, and over others by the
//! same tree.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::storage::FileSystemAccess;
use bridge_traits::testing::{ExpectedTree, MemoryFileSystem};
use bytes::Bytes;
use core_providers::{LocalFolder, LocalFolderOptions};

pub(crate) const FILES: &[(&str, &str)] = &[
    ("Artist/Album/01 One.flac", "one"),
    ("Artist/Album/02 Zwölf & mehr.mp3", "zwei\nzwei"),
    ("Artist/Album/cover.jpg", "\u{fffd}picture"),
    ("Artist/Album/01 One.lrc", "[00:01.00]la"),
    ("Artist/100%/日本.opus", "three"),
    ("list.m3u", "Artist/Album/01 One.flac"),
    ("empty.mp3", ""),
];

pub(crate) const LEFT_OUT: &[&str] = &[".hidden.mp3", "notes.pdf", "Artist/@eaDir/song.mp3"];

/// The tree that is due: the files above and the folders they lie in.
pub(crate) fn tree() -> ExpectedTree {
    let mut tree = ExpectedTree::new();
    for (path, content) in FILES {
        tree.insert(
            (*path).to_owned(),
            Some(Bytes::from_static(content.as_bytes())),
        );
        for above in Path::new(path).ancestors().skip(1) {
            if above != Path::new("") {
                tree.insert(above.to_str().unwrap().to_owned(), None);
            }
        }
    }
    tree
}

pub(crate) async fn open(fs: Arc<dyn FileSystemAccess>, root: PathBuf) -> LocalFolder {
    let options = LocalFolderOptions {
        page_items: 2,
        ..Default::default()
    };
    LocalFolder::open(fs, root, options).await.unwrap()
}

/// Puts the tree, and what is to be left out, into a file system below `/music`, and opens it.
pub(crate) async fn filled(fs: Arc<dyn FileSystemAccess>) -> LocalFolder {
    let root = PathBuf::from("/music");
    let left_out = LEFT_OUT.iter().map(|path| (*path, "x"));
    for (path, content) in FILES.iter().copied().chain(left_out) {
        let path = root.join(path);
        fs.create_dir_all(path.parent().unwrap()).await.unwrap();
        let content = Bytes::from_static(content.as_bytes());
        fs.write(&path, content).await.unwrap();
    }
    open(fs, root).await
}

mod in_memory {
    use super::*;

    bridge_traits::storage_provider_conformance!(async || {
        let folder = filled(Arc::new(MemoryFileSystem::new())).await;
        ((folder, tree()), ())
    });
}
