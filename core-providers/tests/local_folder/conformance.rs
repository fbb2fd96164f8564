//! `LocalFolder` keeps the contract of `StorageProvider`, on the disk and in memory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::storage::FileSystemAccess;
use bridge_traits::testing::{ExpectedTree, MemoryFileSystem};
use bytes::Bytes;
use core_providers::{LocalFolder, LocalFolderOptions};

use crate::support::{Disk, Music};

const FILES: &[(&str, &str)] = &[
    ("Artist/Album/01 One.flac", "one"),
    ("Artist/Album/02 Zwölf & mehr.mp3", "zwei\nzwei"),
    ("Artist/Album/cover.jpg", "\u{fffd}picture"),
    ("Artist/Album/01 One.lrc", "[00:01.00]la"),
    ("Artist/100%/日本.opus", "three"),
    ("list.m3u", "Artist/Album/01 One.flac"),
    ("empty.mp3", ""),
];

const LEFT_OUT: &[&str] = &[".hidden.mp3", "notes.pdf", "Artist/@eaDir/song.mp3"];

/// The tree that is due: the files above and the folders they lie in.
fn tree() -> ExpectedTree {
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

async fn open(fs: Arc<dyn FileSystemAccess>, root: PathBuf) -> LocalFolder {
    let options = LocalFolderOptions {
        page_items: 2,
        ..Default::default()
    };
    LocalFolder::open(fs, root, options).await.unwrap()
}

mod in_memory {
    use super::*;

    bridge_traits::storage_provider_conformance!(async || {
        let fs: Arc<dyn FileSystemAccess> = Arc::new(MemoryFileSystem::new());
        let root = PathBuf::from("/music");
        for (path, content) in FILES
            .iter()
            .copied()
            .chain(LEFT_OUT.iter().map(|p| (*p, "x")))
        {
            let path = root.join(path);
            fs.create_dir_all(path.parent().unwrap()).await.unwrap();
            fs.write(&path, Bytes::from_static(content.as_bytes()))
                .await
                .unwrap();
        }
        ((open(fs, root).await, tree()), ())
    });
}

mod on_disk {
    use super::*;

    bridge_traits::storage_provider_conformance!(async || {
        let music = Music::with(LEFT_OUT);
        for (path, content) in FILES {
            music.write(path, content);
        }
        let folder = open(Arc::new(Disk::default()), music.root()).await;
        ((folder, tree()), music)
    });
}
