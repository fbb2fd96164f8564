//! Files in IndexedDB against files in memory, by the random steps that hold those against a disk.
//!
//! The steps go through `core_async::fs`, as callers do. It takes one file system for good, so what it
//! is given leads to whichever is being tried.

#![allow(
    clippy::arc_with_non_send_sync,
    reason = "core_async::fs wants an Arc, here too"
)]

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::storage::{DirPage, FileSystemAccess, Metadata};
use bridge_traits::testing::MemoryFileSystem;
use bridge_traits::{ByteStream, Result, platform_async_trait};
use bridge_wasm::WasmFileSystem;
use bytes::Bytes;
use core_async::fs;
use core_async::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::fresh_name;
use super::steps;

thread_local! {
    static TRIED: RefCell<Option<Arc<dyn FileSystemAccess>>> = const { RefCell::new(None) };
    static IS_INJECTED: Cell<bool> = const { Cell::new(false) };
}

/// Leads to the file system that is being tried.
struct Tried;

fn tried() -> Arc<dyn FileSystemAccess> {
    TRIED
        .with_borrow(|it| it.clone())
        .expect("one is being tried")
}

async fn notes_of(files: Arc<dyn FileSystemAccess>, seed: u64) -> Vec<String> {
    if !IS_INJECTED.replace(true) {
        fs::inject(Arc::new(Tried)).expect("the first one");
    }
    TRIED.set(Some(files));
    let root = PathBuf::from("/root");
    fs::create_dir(&root).await.expect("an empty root");
    steps::random_steps!(fs, seed, root)
}

#[core_async::test]
async fn random_steps_in_indexeddb_come_to_what_they_come_to_in_memory() {
    for seed in 1..=25 {
        let expected = notes_of(Arc::new(MemoryFileSystem::new()), seed).await;
        let name = fresh_name();
        let files = WasmFileSystem::open(&name).await.unwrap();
        let ours = notes_of(Arc::new(files.clone()), seed).await;
        TRIED.set(None);
        let first = ours.iter().zip(&expected).position(|(a, b)| a != b);
        if let Some(at) = first {
            let before = ours[at.saturating_sub(12)..at].join("\n");
            panic!(
                "seed {seed}:\n{before}\nin IndexedDB: {}\nin memory:    {}",
                ours[at], expected[at]
            );
        }
        assert_eq!(ours.len(), expected.len(), "seed {seed}");
        files.collect_garbage().await.unwrap();
        // What is left in the stores is what the tree needs, and nothing else.
        fs_is_tidy(&files).await;
        drop(files);
        WasmFileSystem::delete(&name).await.unwrap();
    }
}

/// Removes everything and looks whether anything stays behind.
async fn fs_is_tidy(files: &WasmFileSystem) {
    let before = files.usage().await.unwrap();
    assert_eq!(before.garbage, 0, "{before:?}");
    files.remove_dir_all(Path::new("/root")).await.unwrap();
    files.collect_garbage().await.unwrap();
    let after = files.usage().await.unwrap();
    let nothing = (after.entries, after.chunks, after.garbage);
    assert_eq!(nothing, (0, 0, 0), "after {before:?}");
}

#[platform_async_trait]
impl FileSystemAccess for Tried {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        tried().read(path).await
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        tried().read_range(path, range).await
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        tried().read_stream(path, offset).await
    }

    async fn write(&self, path: &Path, content: Bytes) -> Result<()> {
        tried().write(path, content).await
    }

    async fn write_stream(&self, path: &Path, content: ByteStream) -> Result<()> {
        tried().write_stream(path, content).await
    }

    async fn append(&self, path: &Path, content: Bytes) -> Result<()> {
        tried().append(path, content).await
    }

    async fn write_at(&self, path: &Path, offset: u64, content: Bytes) -> Result<()> {
        tried().write_at(path, offset, content).await
    }

    async fn set_len(&self, path: &Path, size: u64) -> Result<()> {
        tried().set_len(path, size).await
    }

    async fn sync(&self, path: &Path) -> Result<()> {
        tried().sync(path).await
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        tried().rename(from, to).await
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<u64> {
        tried().copy(from, to).await
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        tried().remove_file(path).await
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        tried().remove_dir(path).await
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        tried().remove_dir_all(path).await
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        tried().create_dir_all(path).await
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        tried().list_dir(path, after, limit).await
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        tried().metadata(path).await
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        tried().canonicalize(path).await
    }
}
