//! The trait.

use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};

use bridge_traits::storage::{DirPage, FileSystemAccess, Metadata};
use bridge_traits::{ByteStream, Result, platform_async_trait};
use bytes::Bytes;

use super::path::Steps;
use super::{ENTRIES, WasmFileSystem};
use crate::idb::Tx;

#[platform_async_trait]
impl FileSystemAccess for WasmFileSystem {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        self.read_bytes(path, 0..u64::MAX).await
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        self.read_bytes(path, range).await
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        self.stream(path, offset).await
    }

    async fn write(&self, path: &Path, content: Bytes) -> Result<()> {
        self.replace(path, &content).await
    }

    async fn write_stream(&self, path: &Path, content: ByteStream) -> Result<()> {
        self.replace_by_stream(path, content).await
    }

    async fn append(&self, path: &Path, content: Bytes) -> Result<()> {
        self.put_bytes(path, None, &content).await
    }

    async fn write_at(&self, path: &Path, offset: u64, content: Bytes) -> Result<()> {
        self.put_bytes(path, Some(offset), &content).await
    }

    async fn set_len(&self, path: &Path, size: u64) -> Result<()> {
        self.resize(path, size).await
    }

    async fn sync(&self, path: &Path) -> Result<()> {
        self.metadata(path).await?;
        self.make_durable().await
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        self.move_entry(from, to).await
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<u64> {
        self.duplicate(from, to).await
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        self.unlink(path).await
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        self.remove_empty(path).await
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        self.cut_off(path).await
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        self.make_folders(path).await
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        self.list(path, after, limit).await
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        let steps = Steps::parse(path)?;
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| files.inner.cache.existing(tx, &steps).await;
        let subject = path.to_string_lossy();
        let (_, entry) = self.inner.idb.read(&subject, &[ENTRIES], body).await?;
        Ok(entry.metadata(self.inner.device))
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        let steps = Steps::parse(path)?;
        let files = self.clone();
        let body = async move |tx: &Tx<'_>| files.inner.cache.existing(tx, &steps).await;
        let subject = path.to_string_lossy();
        let (place, _) = self.inner.idb.read(&subject, &[ENTRIES], body).await?;
        let mut path = PathBuf::from("/");
        path.extend(place.names);
        Ok(path)
    }
}
