//! Two file systems as one.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bridge_traits::storage::{BlockingFile, DirPage, FileSystemAccess, Metadata};
use bridge_traits::{BridgeError, ByteStream, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use futures::StreamExt;

use crate::{WasmFileSystem, WasmFolders};

/// The page's own files with the folders that a person gave below [`WasmFolders::ROOT`].
///
/// A file can be copied from one to the other and not renamed: that is `Unsupported`. What the page's
/// own files have at that path is hidden, and listing the root does not show the folders.
#[derive(Clone)]
pub struct WasmMountedFileSystem {
    own: Arc<dyn FileSystemAccess>,
    folders: WasmFolders,
}

impl WasmMountedFileSystem {
    /// Opens the page's own files in the database `<name>/files` and the folders that are kept in
    /// `<name>/folders`; both are made if they are missing.
    ///
    /// # Errors
    /// What opening either says.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn open(name: &str) -> Result<Self> {
        let own = WasmFileSystem::open(&format!("{name}/files")).await?;
        let folders = WasmFolders::open(&format!("{name}/folders")).await?;
        Ok(Self::new(Arc::new(own), folders))
    }

    /// Puts both together.
    pub fn new(own: Arc<dyn FileSystemAccess>, folders: WasmFolders) -> Self {
        Self { own, folders }
    }

    /// Gives the folders that a person gave.
    pub fn folders(&self) -> &WasmFolders {
        &self.folders
    }

    fn of(&self, path: &Path) -> &dyn FileSystemAccess {
        if is_given(path) {
            &self.folders
        } else {
            &*self.own
        }
    }
}

impl std::fmt::Debug for WasmMountedFileSystem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmMountedFileSystem")
            .field("folders", &self.folders)
            .finish_non_exhaustive()
    }
}

/// Tells whether a path leads to what a person gave. A `..` that leads there or away from there is
/// taken as it is written.
fn is_given(path: &Path) -> bool {
    path.starts_with(WasmFolders::ROOT)
}

#[platform_async_trait]
impl FileSystemAccess for WasmMountedFileSystem {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        self.of(path).read(path).await
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        self.of(path).read_range(path, range).await
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        self.of(path).read_stream(path, offset).await
    }

    fn open_blocking(&self, path: &Path) -> Option<Result<Box<dyn BlockingFile>>> {
        self.of(path).open_blocking(path)
    }

    async fn write(&self, path: &Path, content: Bytes) -> Result<()> {
        self.of(path).write(path, content).await
    }

    async fn write_stream(&self, path: &Path, content: ByteStream) -> Result<()> {
        self.of(path).write_stream(path, content).await
    }

    async fn append(&self, path: &Path, content: Bytes) -> Result<()> {
        self.of(path).append(path, content).await
    }

    async fn write_at(&self, path: &Path, offset: u64, content: Bytes) -> Result<()> {
        self.of(path).write_at(path, offset, content).await
    }

    async fn set_len(&self, path: &Path, size: u64) -> Result<()> {
        self.of(path).set_len(path, size).await
    }

    async fn sync(&self, path: &Path) -> Result<()> {
        self.of(path).sync(path).await
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        if is_given(from) == is_given(to) {
            return self.of(from).rename(from, to).await;
        }
        Err(
            BridgeError::new(ErrorKind::Unsupported, from.to_string_lossy()).detail(
                "a folder that a person gave and the page's own files are two file systems",
            ),
        )
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<u64> {
        if is_given(from) == is_given(to) {
            return self.of(from).copy(from, to).await;
        }
        let copied = Arc::new(AtomicU64::new(0));
        let count = copied.clone();
        let content = self.of(from).read_stream(from, 0).await?;
        let content = content.inspect(move |piece| {
            let length = piece.as_ref().map_or(0, |it| it.len() as u64);
            count.fetch_add(length, Ordering::Relaxed);
        });
        self.of(to).write_stream(to, Box::pin(content)).await?;
        Ok(copied.load(Ordering::Relaxed))
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        self.of(path).remove_file(path).await
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        self.of(path).remove_dir(path).await
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        self.of(path).remove_dir_all(path).await
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.of(path).create_dir_all(path).await
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        self.of(path).list_dir(path, after, limit).await
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        self.of(path).metadata(path).await
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        self.of(path).canonicalize(path).await
    }
}
