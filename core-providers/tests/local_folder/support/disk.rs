//! The disk of this machine, read only, with faults that a test asks for.

use std::collections::HashMap;
use std::ffi::OsString;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bridge_traits::storage::{
    BlockingFile, DirEntry, DirPage, FileId, FileKind, FileSystemAccess, Metadata,
};
use bridge_traits::{BridgeError, ByteStream, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;

type Action = Box<dyn FnOnce() + Send>;

/// A file system over `std::fs` that fails, lies or acts where a test wants it to.
#[derive(Default)]
pub(crate) struct Disk {
    /// At most this many entries in a page.
    pub(crate) page_limit: Option<usize>,
    /// Whether it knows no ids, as some platforms don't.
    pub(crate) without_ids: bool,
    pub(crate) listing_fails: Mutex<HashMap<PathBuf, ErrorKind>>,
    pub(crate) metadata_fails: Mutex<HashMap<PathBuf, ErrorKind>>,
    pub(crate) reading_fails: Mutex<HashMap<PathBuf, ErrorKind>>,
    pub(crate) devices: Mutex<HashMap<PathBuf, u64>>,
    pub(crate) before_listing: Mutex<HashMap<PathBuf, Action>>,
    pub(crate) after_reading: Mutex<HashMap<PathBuf, Action>>,
}

impl Disk {
    /// Lets listing of a folder fail.
    pub(crate) fn fail_listing(&self, path: impl Into<PathBuf>, kind: ErrorKind) {
        self.listing_fails.lock().unwrap().insert(path.into(), kind);
    }

    /// Lets a path's metadata be refused, also in listings.
    pub(crate) fn fail_metadata(&self, path: impl Into<PathBuf>, kind: ErrorKind) {
        self.metadata_fails
            .lock()
            .unwrap()
            .insert(path.into(), kind);
    }

    /// Lets reading of a file fail.
    pub(crate) fn fail_reading(&self, path: impl Into<PathBuf>, kind: ErrorKind) {
        self.reading_fails.lock().unwrap().insert(path.into(), kind);
    }

    /// Puts a path and all below it on another volume.
    pub(crate) fn mount(&self, path: impl Into<PathBuf>, device: u64) {
        self.devices.lock().unwrap().insert(path.into(), device);
    }

    /// Takes all volumes away.
    pub(crate) fn unmount_all(&self) {
        self.devices.lock().unwrap().clear();
    }

    /// Does something just before a folder is listed.
    pub(crate) fn before_listing(
        &self,
        path: impl Into<PathBuf>,
        action: impl FnOnce() + Send + 'static,
    ) {
        let mut actions = self.before_listing.lock().unwrap();
        actions.insert(path.into(), Box::new(action));
    }

    /// Does something just after a file was read.
    pub(crate) fn after_reading(
        &self,
        path: impl Into<PathBuf>,
        action: impl FnOnce() + Send + 'static,
    ) {
        let mut actions = self.after_reading.lock().unwrap();
        actions.insert(path.into(), Box::new(action));
    }

    fn look(&self, path: &Path) -> Result<Metadata> {
        fault(&self.metadata_fails, path)?;
        let found = std::fs::metadata(path).map_err(|error| io(error, path))?;
        let device = self.devices.lock().unwrap();
        let device = path
            .ancestors()
            .find_map(|above| device.get(above).copied());
        Ok(Metadata {
            kind: match found.file_type() {
                kind if kind.is_dir() => FileKind::Directory,
                kind if kind.is_file() => FileKind::File,
                _ => FileKind::Other,
            },
            size: if found.is_dir() { 0 } else { found.len() },
            modified_ns: Some(found.mtime() * 1_000_000_000 + found.mtime_nsec()),
            changed_ns: Some(found.ctime() * 1_000_000_000 + found.ctime_nsec()),
            file_id: (!self.without_ids).then(|| FileId {
                device: device.unwrap_or(found.dev()),
                file: found.ino(),
            }),
        })
    }
}

#[platform_async_trait]
impl FileSystemAccess for Disk {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        self.read_range(path, 0..u64::MAX).await
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        fault(&self.reading_fails, path)?;
        let file = std::fs::File::open(path).map_err(|error| io(error, path))?;
        let length = file.metadata().map_err(|error| io(error, path))?.len();
        let start = range.start.min(length);
        let mut bytes = vec![0; (range.end.min(length).saturating_sub(start)) as usize];
        file.read_exact_at(&mut bytes, start)
            .map_err(|error| io(error, path))?;
        let action = self.after_reading.lock().unwrap().remove(path);
        if let Some(action) = action {
            action();
        }
        Ok(bytes.into())
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        let bytes = self.read_range(path, offset..u64::MAX).await?;
        Ok(Box::pin(futures::stream::iter([Ok(bytes)])))
    }

    fn open_blocking(&self, path: &Path) -> Option<Result<Box<dyn BlockingFile>>> {
        Some(match std::fs::File::open(path) {
            Ok(file) => Ok(Box::new(file)),
            Err(error) => Err(io(error, path)),
        })
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        let action = self.before_listing.lock().unwrap().remove(path);
        if let Some(action) = action {
            action();
        }
        fault(&self.listing_fails, path)?;
        let mut names = Vec::new();
        for entry in std::fs::read_dir(path).map_err(|error| io(error, path))? {
            names.push(entry.map_err(|error| io(error, path))?.file_name());
        }
        names.sort();
        names.retain(|name| after.as_ref().is_none_or(|after| name > after));
        let limit = limit.min(self.page_limit.unwrap_or(usize::MAX));
        let more = names.len() > limit;
        names.truncate(limit);
        let next = names.last().filter(|_| more).cloned();
        let entries = names
            .into_iter()
            .map(|name| DirEntry {
                metadata: self.look(&path.join(&name)),
                name,
            })
            .collect();
        Ok(DirPage { entries, next })
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        self.look(path)
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        std::fs::canonicalize(path).map_err(|error| io(error, path))
    }

    async fn write(&self, path: &Path, _: Bytes) -> Result<()> {
        Err(read_only(path))
    }

    async fn write_stream(&self, path: &Path, _: ByteStream) -> Result<()> {
        Err(read_only(path))
    }

    async fn append(&self, path: &Path, _: Bytes) -> Result<()> {
        Err(read_only(path))
    }

    async fn rename(&self, from: &Path, _: &Path) -> Result<()> {
        Err(read_only(from))
    }

    async fn copy(&self, _: &Path, to: &Path) -> Result<u64> {
        Err(read_only(to))
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        Err(read_only(path))
    }
}

fn fault(faults: &Mutex<HashMap<PathBuf, ErrorKind>>, path: &Path) -> Result<()> {
    match faults.lock().unwrap().get(path) {
        Some(kind) => Err(BridgeError::new(kind.clone(), path.display().to_string())),
        None => Ok(()),
    }
}

fn io(error: std::io::Error, path: &Path) -> BridgeError {
    BridgeError::from_io(error, path.display().to_string())
}

fn read_only(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::PermissionDenied, path.display().to_string())
        .detail("a provider never writes to where the music lies")
}
