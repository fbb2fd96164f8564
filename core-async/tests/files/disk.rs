//! A plain file system for tests: the disk, without waiting.

use bridge_traits::storage::{DirEntry, DirPage, FileKind, FileSystemAccess, Metadata};
use bridge_traits::{BridgeError, ByteStream, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use std::ffi::OsString;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

pub(crate) struct Disk;

fn told<T>(path: &Path, result: std::io::Result<T>) -> Result<T> {
    result.map_err(|error| BridgeError::from_io(error, path.display().to_string()))
}

fn known(found: &std::fs::Metadata) -> Metadata {
    Metadata {
        kind: match found.is_dir() {
            true => FileKind::Directory,
            false => FileKind::File,
        },
        size: if found.is_dir() { 0 } else { found.len() },
        modified_ns: None,
        changed_ns: None,
        file_id: None,
    }
}

fn unsupported(path: &Path) -> BridgeError {
    BridgeError::new(ErrorKind::Unsupported, path.display().to_string())
}

#[platform_async_trait]
impl FileSystemAccess for Disk {
    async fn read(&self, path: &Path) -> Result<Bytes> {
        told(path, std::fs::read(path)).map(Bytes::from)
    }

    async fn read_range(&self, path: &Path, range: Range<u64>) -> Result<Bytes> {
        let mut content = Vec::new();
        let mut file = told(path, std::fs::File::open(path))?;
        told(path, file.seek(SeekFrom::Start(range.start)))?;
        let wanted = range.end.saturating_sub(range.start);
        told(path, file.take(wanted).read_to_end(&mut content))?;
        Ok(content.into())
    }

    async fn read_stream(&self, path: &Path, _offset: u64) -> Result<ByteStream> {
        Err(unsupported(path))
    }

    async fn write(&self, path: &Path, content: Bytes) -> Result<()> {
        told(path, std::fs::write(path, content))
    }

    async fn write_stream(&self, path: &Path, _content: ByteStream) -> Result<()> {
        Err(unsupported(path))
    }

    async fn append(&self, path: &Path, content: Bytes) -> Result<()> {
        let mut options = std::fs::OpenOptions::new();
        let mut file = told(path, options.append(true).create(true).open(path))?;
        told(path, file.write_all(&content))
    }

    async fn rename(&self, from: &Path, to: &Path) -> Result<()> {
        told(from, std::fs::rename(from, to))
    }

    async fn copy(&self, from: &Path, to: &Path) -> Result<u64> {
        told(from, std::fs::copy(from, to))
    }

    async fn remove_file(&self, path: &Path) -> Result<()> {
        told(path, std::fs::remove_file(path))
    }

    async fn remove_dir(&self, path: &Path) -> Result<()> {
        told(path, std::fs::remove_dir(path))
    }

    async fn remove_dir_all(&self, path: &Path) -> Result<()> {
        told(path, std::fs::remove_dir_all(path))
    }

    async fn create_dir_all(&self, path: &Path) -> Result<()> {
        told(path, std::fs::create_dir_all(path))
    }

    async fn list_dir(
        &self,
        path: &Path,
        after: Option<OsString>,
        limit: usize,
    ) -> Result<DirPage> {
        let mut names = Vec::new();
        for entry in told(path, std::fs::read_dir(path))? {
            names.push(told(path, entry)?.file_name());
        }
        names.sort();
        let mut left = names
            .into_iter()
            .filter(|name| after.as_ref().is_none_or(|it| name > it));
        let mut entries = Vec::new();
        for name in left.by_ref().take(limit) {
            let below = path.join(&name);
            let metadata = told(&below, std::fs::metadata(&below)).map(|found| known(&found));
            entries.push(DirEntry { name, metadata });
        }
        let last = entries.last().map(|entry| entry.name.clone());
        let next = left.next().and(last);
        Ok(DirPage { entries, next })
    }

    async fn metadata(&self, path: &Path) -> Result<Metadata> {
        told(path, std::fs::metadata(path)).map(|found| known(&found))
    }

    async fn canonicalize(&self, path: &Path) -> Result<PathBuf> {
        told(path, std::fs::canonicalize(path))
    }
}
