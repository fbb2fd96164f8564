//! What is known of a path.

use crate::local::time::{Duration, SystemTime};
use bridge_traits::storage::FileKind;
use std::io;

/// What kind of thing a path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileType(pub(super) FileKind);

impl FileType {
    /// Tells whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.0 == FileKind::Directory
    }

    /// Tells whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.0 == FileKind::File
    }

    /// Tells whether it is a symbolic link.
    pub fn is_symlink(&self) -> bool {
        self.0 == FileKind::Symlink
    }
}

/// What is known of a path without opening it.
#[derive(Clone, Debug)]
pub struct Metadata(pub(super) bridge_traits::storage::Metadata);

impl Metadata {
    /// Tells what kind of thing it is.
    pub fn file_type(&self) -> FileType {
        FileType(self.0.kind)
    }

    /// Tells whether it is a folder.
    pub fn is_dir(&self) -> bool {
        self.file_type().is_dir()
    }

    /// Tells whether it is a regular file.
    pub fn is_file(&self) -> bool {
        self.file_type().is_file()
    }

    /// Tells whether it is a symbolic link.
    pub fn is_symlink(&self) -> bool {
        self.file_type().is_symlink()
    }

    /// Tells how long it is, in bytes.
    #[allow(clippy::len_without_is_empty, reason = "the standard library's name")]
    pub fn len(&self) -> u64 {
        self.0.size
    }

    /// Tells when the content changed last.
    ///
    /// # Errors
    /// If the file system does not know, or says a time before 1970.
    pub fn modified(&self) -> io::Result<SystemTime> {
        let nanos = self.0.modified_ns.and_then(|ns| u64::try_from(ns).ok());
        nanos
            .map(|ns| SystemTime::UNIX_EPOCH + Duration::from_nanos(ns))
            .ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::Unsupported,
                    "no modification time since 1970",
                )
            })
    }
}
