//! Files and folders.

use std::ffi::OsString;
use std::io::{Read, Seek};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bytes::Bytes;

use crate::{
    BridgeError, ByteStream, ErrorKind, PlatformSend, PlatformSendSync, Result,
    platform_async_trait,
};

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A folder.
    Directory,
    /// A symbolic link, reported only where links are not followed.
    Symlink,
    /// A socket, pipe or device.
    Other,
}

/// An identity that a file keeps when it is renamed: device and inode, or the like.
///
/// It may be used again after the file is deleted, so it is a hint, not proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId {
    /// The device or volume.
    pub device: u64,
    /// The file on that device.
    pub file: u64,
}

/// What the file system knows of a path without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// File, folder or something else.
    pub kind: FileKind,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// When the content changed last, in ns since 1970, as fine as the file system keeps it.
    pub modified_ns: Option<i64>,
    /// When the content or the metadata changed last, in ns since 1970; no program can set it.
    pub changed_ns: Option<i64>,
    /// The identity that survives a rename, where there is one.
    pub file_id: Option<FileId>,
}

/// One entry of a folder.
#[derive(Debug)]
pub struct DirEntry {
    /// The last part of its path, as the file system spells it.
    pub name: OsString,
    /// Its metadata, links followed, or why it could not be had (a dangling link, no permission).
    pub metadata: Result<Metadata>,
}

/// A part of a folder's entries.
#[derive(Debug)]
pub struct DirPage {
    /// The entries, in no promised order.
    pub entries: Vec<DirEntry>,
    /// Where the next page begins; `None` if this was the last.
    pub next: Option<OsString>,
}

/// A file that can be read in place, blocking the thread.
pub trait BlockingFile: Read + Seek + PlatformSend {}
impl<T: Read + Seek + PlatformSend> BlockingFile for T {}

/// Reads and writes files.
///
/// Paths are the platform's own, absolute. Errors: `NotFound`, `PermissionDenied`,
/// `NotADirectory`, `IsADirectory`, `DirectoryNotEmpty`, `AlreadyExists`, `QuotaExceeded`,
/// `InvalidInput` (a name too long or with a NUL, a folder moved into itself, a page of 0 entries,
/// a pipe or device where a file is needed, a length that no file can have).
#[platform_async_trait]
pub trait FileSystemAccess: PlatformSendSync {
    /// Reads a whole file.
    async fn read(&self, path: &Path) -> Result<Bytes>;

    /// Reads `range` of a file; shorter, possibly empty, where the file ends before it.
    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes>;

    /// Reads a file from `offset` on, piece by piece.
    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream>;

    /// Opens a file for blocking reads, where the platform has such a thing; `None` where not.
    /// It blocks the calling thread itself, so call it where blocking is allowed.
    fn open_blocking(&self, path: &Path) -> Option<Result<Box<dyn BlockingFile>>> {
        let _ = path;
        None
    }

    /// Replaces a file's content, or makes the file. A reader sees the old or the new content,
    /// never a mixture, also after a crash. The folder must exist.
    async fn write(&self, path: &Path, content: Bytes) -> Result<()>;

    /// Replaces a file's content by what the stream yields, like [`write`](Self::write). If the
    /// stream fails, the old content stays.
    async fn write_stream(&self, path: &Path, content: ByteStream) -> Result<()>;

    /// Adds to the end of a file, or makes the file.
    async fn append(&self, path: &Path, content: Bytes) -> Result<()>;

    /// Writes at a position of a file that exists; a gap before it becomes zeros. Without an
    /// implementation of its own this reads and replaces the whole file.
    async fn write_at(&self, path: &Path, offset: u64, content: Bytes) -> Result<()> {
        if content.is_empty() {
            return self.read_range(path, 0..0).await.map(drop);
        }
        let (from, to) = span(path, offset, content.len())?;
        let mut whole: Vec<u8> = self.read(path).await?.into();
        grow(path, &mut whole, to)?;
        whole[from..to].copy_from_slice(&content);
        self.write(path, whole.into()).await
    }

    /// Cuts a file that exists, or fills it up with zeros. Without an implementation of its own this
    /// reads and replaces the whole file.
    async fn set_len(&self, path: &Path, size: u64) -> Result<()> {
        let mut whole: Vec<u8> = self.read(path).await?.into();
        let (size, _) = span(path, size, 0)?;
        grow(path, &mut whole, size)?;
        whole.truncate(size);
        self.write(path, whole.into()).await
    }

    /// Waits until all that was written to a file is on the disk, where the platform can tell.
    async fn sync(&self, path: &Path) -> Result<()> {
        self.metadata(path).await.map(drop)
    }

    /// Renames a file or folder. A file replaces a file; a folder replaces an empty folder.
    async fn rename(&self, from: &Path, to: &Path) -> Result<()>;

    /// Copies a file's content, replacing the target; returns the bytes copied.
    async fn copy(&self, from: &Path, to: &Path) -> Result<u64>;

    /// Removes a file.
    async fn remove_file(&self, path: &Path) -> Result<()>;

    /// Removes an empty folder.
    async fn remove_dir(&self, path: &Path) -> Result<()>;

    /// Removes a folder and all below it; links are removed, not followed.
    async fn remove_dir_all(&self, path: &Path) -> Result<()>;

    /// Makes a folder and its missing parents. One that exists already is fine.
    async fn create_dir_all(&self, path: &Path) -> Result<()>;

    /// Lists a folder with metadata, at most `limit` entries, beginning after `after`. Every entry
    /// that exists throughout is in exactly one page.
    async fn list_dir(&self, path: &Path, after: Option<OsString>, limit: usize)
    -> Result<DirPage>;

    /// Tells what a path names; links are followed.
    async fn metadata(&self, path: &Path) -> Result<Metadata>;

    /// Resolves links and `..`; the path must exist.
    async fn canonicalize(&self, path: &Path) -> Result<PathBuf>;
}

/// Where `length` bytes at `offset` lie in memory.
fn span(path: &Path, offset: u64, length: usize) -> Result<(usize, usize)> {
    let from = usize::try_from(offset).ok();
    from.and_then(|from| Some((from, from.checked_add(length)?)))
        .ok_or_else(|| too_long(path))
}

/// Fills up with zeros to at least `size`.
fn grow(path: &Path, content: &mut Vec<u8>, size: usize) -> Result<()> {
    let more = size.saturating_sub(content.len());
    content
        .try_reserve_exact(more)
        .map_err(|_| too_long(path))?;
    content.resize(content.len() + more, 0);
    Ok(())
}

fn too_long(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::InvalidInput, path.to_string_lossy())
        .detail("the file would be too long")
}
