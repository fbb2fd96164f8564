//! The lock that keeps two programs from syncing into one database.
//!
//! It is a lock on a file beside the database, which the operating system gives back when the
//! process dies. The file itself stays: removing it would let two programs lock two files of one
//! name.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use bridge_traits::database::WriterLock;
use bridge_traits::{BridgeError, ErrorKind, Result};

/// The locked file; closing it unlocks it.
struct LockedFile {
    _file: File,
}

impl WriterLock for LockedFile {}

/// Locks the file beside the database at `path`.
pub(super) fn lock(path: &Path) -> Result<Box<dyn WriterLock>> {
    // A link and what it leads to are one database.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut name = OsString::from(path);
    name.push("-sync-lock");
    let subject = name.to_string_lossy().into_owned();
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(|error| BridgeError::from_io(error, subject.clone()))?;
    match file.try_lock() {
        Ok(()) => Ok(Box::new(LockedFile { _file: file })),
        Err(TryLockError::WouldBlock) => Err(BridgeError::new(ErrorKind::Conflict, subject)
            .detail("another program is syncing this library")),
        Err(TryLockError::Error(error)) => Err(BridgeError::from_io(error, subject)),
    }
}

#[cfg(test)]
mod tests {
    use super::lock;
    use bridge_traits::ErrorKind;

    #[test]
    fn the_lock_is_held_once_and_comes_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("library.db");
        let held = lock(&path).expect("nobody has it");
        let refused = lock(&path).err().expect("somebody has it");
        assert_eq!(*refused.kind(), ErrorKind::Conflict);
        drop(held);
        lock(&path).expect("it came back");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_the_same_database() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (path, link) = (folder.path().join("a.db"), folder.path().join("b.db"));
        std::fs::write(&path, "").expect("a file");
        std::os::unix::fs::symlink(&path, &link).expect("a link");
        let _held = lock(&path).expect("nobody has it");
        assert!(lock(&link).is_err());
    }
}
