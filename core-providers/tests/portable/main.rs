//! `LocalFolder` over the file system that a page has, in IndexedDB.

#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::arc_with_non_send_sync,
    reason = "a file system comes in an Arc on both targets"
)]

mod contract;
mod walks;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::provider::ChangesFrom;
use bridge_traits::storage::FileSystemAccess;
use bridge_wasm::WasmFileSystem;
use core_providers::LocalFolder;

use contract::{filled, tree};
use walks::{Library, walk, walk_all};

async fn fresh() -> Arc<WasmFileSystem> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static LAST: AtomicU32 = AtomicU32::new(0);
    let name = format!("local folder {}", LAST.fetch_add(1, Ordering::Relaxed));
    Arc::new(WasmFileSystem::open(&name).await.unwrap())
}

mod in_indexed_db {
    bridge_traits::storage_provider_conformance!(async || {
        let folder = super::filled(super::fresh().await).await;
        ((folder, super::tree()), ())
    });
}

#[core_async::test]
async fn what_changed_between_two_walks_is_seen_and_nothing_else() {
    let fs = fresh().await;
    let root = PathBuf::from("/music");
    for file in ["a/1.mp3", "a/2.mp3", "b/3.mp3", "same/4.mp3"] {
        let path = root.join(file);
        fs.create_dir_all(path.parent().unwrap()).await.unwrap();
        fs.write(&path, "x".into()).await.unwrap();
    }
    let folder = LocalFolder::open(fs.clone(), root.clone(), Default::default());
    let folder = folder.await.unwrap();
    let first = walk_all(&folder).await;
    let mut library = Library::default();
    library.apply(&first);
    let again = ChangesFrom::Checkpoint(first.checkpoint.clone());
    assert_eq!(walk(&folder, again).await.unwrap(), first);

    fs.write(&root.join("a/1.mp3"), "longer".into())
        .await
        .unwrap();
    fs.remove_file(&root.join("a/2.mp3")).await.unwrap();
    fs.rename(&root.join("b"), &root.join("c")).await.unwrap();
    let next = ChangesFrom::Checkpoint(first.checkpoint.clone());
    let next = walk(&folder, next).await.unwrap();
    library.apply(&next);
    let keys: Vec<&str> = library.items.keys().map(String::as_str).collect();
    assert_eq!(keys, ["a", "a/1.mp3", "c", "c/3.mp3", "same", "same/4.mp3"]);
    assert_eq!(next.keys().len(), 6);
    assert!(next.unreadable_keys().is_empty());
    assert_ne!(next.item("a/1.mp3"), first.item("a/1.mp3"));
    assert_eq!(next.item("same/4.mp3"), first.item("same/4.mp3"));
    for (changed, key) in [(true, ""), (true, "a"), (false, "same")] {
        assert_eq!(next.digest(key) != first.digest(key), changed, "{key:?}");
    }

    fs.remove_dir_all(Path::new("/music")).await.unwrap();
    let lost = ChangesFrom::Checkpoint(next.checkpoint);
    let error = walk(&folder, lost).await.unwrap_err();
    assert_eq!(*error.kind(), bridge_traits::ErrorKind::RootUnavailable);
}
