//! Files and folders of the operating system.

mod blocking;
mod listing;
mod metadata;
mod replace;

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use bridge_traits::storage::{BlockingFile, DirPage, FileSystemAccess, Metadata};
use bridge_traits::{ByteStream, Result, platform_async_trait};
use bytes::Bytes;
use futures::{StreamExt, stream};

use blocking::{fail, run};
use replace::Replacement;

/// How large the pieces of a stream are.
const PIECE_BYTES: u64 = 256 * 1024;

/// The file system of the machine.
///
/// Every call does its work on a thread for blocking calls. Writing goes through a hidden temporary
/// file in the target's folder (`.music-core-…`), is synced, and then takes the target's name;
/// where the target is a link, the file that it leads to is replaced.
#[derive(Debug, Clone, Copy, Default)]
pub struct NativeFileSystem;

impl NativeFileSystem {
    /// Gives access to the file system.
    pub fn new() -> Self {
        Self
    }
}

#[platform_async_trait]
impl FileSystemAccess for NativeFileSystem {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        run(path, |path| {
            let (mut file, size) = blocking::open(path)?;
            let mut content = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
            file.read_to_end(&mut content).map_err(fail(path))?;
            Ok(content.into())
        })
        .await
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        run(path, move |path| {
            let (mut file, size) = blocking::open(path)?;
            let end = range.end.min(size);
            if range.start >= end {
                return Ok(Bytes::new());
            }
            read_piece(&mut file, range.start, end - range.start).map_err(fail(path))
        })
        .await
    }

    async fn read_stream(&self, path: &Path, offset: u64) -> Result<ByteStream> {
        let path = path.to_owned();
        let file = run(&path, |path| Ok(blocking::open(path)?.0)).await?;
        // Reads on to where the file ends then, though it may have grown.
        let pieces = stream::unfold(Some((file, offset, path)), async |state| {
            let (mut file, offset, path) = state?;
            // The kernel's offsets are signed; no file reaches further.
            if i64::try_from(offset).is_err() {
                return None;
            }
            let read = run(&path, move |path| {
                let piece = read_piece(&mut file, offset, PIECE_BYTES).map_err(fail(path))?;
                Ok((file, piece))
            });
            match read.await {
                Ok((_, piece)) if piece.is_empty() => None,
                Ok((file, piece)) => {
                    let offset = offset + piece.len() as u64;
                    Some((Ok(piece), Some((file, offset, path))))
                }
                Err(error) => Some((Err(error), None)),
            }
        });
        Ok(Box::pin(pieces.fuse()))
    }

    fn open_blocking(&self, path: &Path) -> Option<Result<Box<dyn BlockingFile>>> {
        let opened = blocking::open(path);
        Some(opened.map(|(file, _)| Box::new(file) as Box<dyn BlockingFile>))
    }

    /// # Cancel safety
    /// A dropped call may still replace the content, whole.
    async fn write(&self, path: &Path, content: Bytes) -> Result<()> {
        run(path, move |path| {
            let mut replacement = Replacement::begin(path)?;
            replacement.write(&content)?;
            replacement.finish()
        })
        .await
    }

    /// # Cancel safety
    /// A dropped call leaves the old content, or replaces it whole; no temporary file stays.
    async fn write_stream(&self, path: &Path, content: ByteStream) -> Result<()> {
        replace::write_stream(path, content).await
    }

    async fn append(&self, path: &Path, content: Bytes) -> Result<()> {
        run(path, move |path| {
            use std::io::Write;
            blocking::refuse_folder(path)?;
            let file = File::options().append(true).create(true).open(path);
            file.and_then(|mut file| file.write_all(&content))
                .map_err(fail(path))
        })
        .await
    }

    async fn write_at(&self, path: &Path, offset: u64, content: Bytes) -> Result<()> {
        run(path, move |path| {
            use std::io::{Seek, SeekFrom, Write};
            let mut file = blocking::open_for_changes(path)?;
            file.seek(SeekFrom::Start(offset))
                .and_then(|_| file.write_all(&content))
                .map_err(fail(path))
        })
        .await
    }

    async fn set_len(&self, path: &Path, size: u64) -> Result<()> {
        run(path, move |path| {
            let file = blocking::open_for_changes(path)?;
            file.set_len(size).map_err(fail(path))
        })
        .await
    }

    async fn sync(&self, path: &Path) -> Result<()> {
        run(path, |path| {
            let (file, _) = blocking::open(path)?;
            file.sync_all().map_err(fail(path))
        })
        .await
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        let to = to.to_owned();
        run(from, move |from| blocking::rename(from, &to)).await
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<u64> {
        let to = to.to_owned();
        run(from, move |from| blocking::copy(from, &to)).await
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        run(path, |path| {
            // Not every system says so itself.
            blocking::refuse_folder_itself(path)?;
            std::fs::remove_file(path).map_err(fail(path))
        })
        .await
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        run(path, |path| {
            blocking::require_folder(path)?;
            std::fs::remove_dir(path).map_err(fail(path))
        })
        .await
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        run(path, |path| {
            blocking::require_folder(path)?;
            std::fs::remove_dir_all(path).map_err(fail(path))
        })
        .await
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        run(path, |path| {
            std::fs::create_dir_all(path).map_err(fail(path))
        })
        .await
    }

    /// Lists by name, compared byte by byte. Each page reads the whole folder's names, and the
    /// metadata of its own entries.
    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        run(path, move |path| listing::page(path, after, limit)).await
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        run(path, metadata::of).await
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        run(path, |path| path.canonicalize().map_err(fail(path))).await
    }
}

/// Reads up to `length` bytes from `offset` on; fewer only where the file ends.
fn read_piece(file: &mut File, offset: u64, length: u64) -> std::io::Result<Bytes> {
    file.seek(SeekFrom::Start(offset))?;
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    file.take(length).read_to_end(&mut piece)?;
    Ok(piece.into())
}
