//! What the operating system knows of a path.

use std::fs;
use std::path::Path;

use bridge_traits::Result;
use bridge_traits::storage::{FileKind, Metadata};

use super::blocking::fail;

/// Reads the metadata of what a path leads to.
pub(super) fn of(path: &Path) -> Result<Metadata> {
    fs::metadata(path)
        .map(|found| convert(&found))
        .map_err(fail(path))
}

/// Reads the metadata of what an entry of a folder leads to. Where it is no link, the open folder
/// is asked, which spares the walk along the path.
pub(super) fn of_entry(entry: &fs::DirEntry) -> Result<Metadata> {
    match entry.file_type() {
        Ok(kind) if !kind.is_symlink() => entry
            .metadata()
            .map(|found| convert(&found))
            .map_err(|error| fail(&entry.path())(error)),
        _ => of(&entry.path()),
    }
}

fn convert(found: &fs::Metadata) -> Metadata {
    let kind = kind_of(found.file_type());
    Metadata {
        kind,
        size: match kind {
            FileKind::Directory => 0,
            _ => found.len(),
        },
        modified_ns: modified_ns(found),
        changed_ns: changed_ns(found),
        file_id: file_id(found),
    }
}

fn kind_of(found: fs::FileType) -> FileKind {
    if found.is_file() {
        FileKind::File
    } else if found.is_dir() {
        FileKind::Directory
    } else if found.is_symlink() {
        FileKind::Symlink
    } else {
        FileKind::Other
    }
}

#[cfg(unix)]
use unix::{changed_ns, file_id, modified_ns};

#[cfg(unix)]
mod unix {
    use std::fs::Metadata;
    use std::os::unix::fs::MetadataExt;

    use bridge_traits::storage::FileId;

    fn ns(seconds: i64, rest: i64) -> Option<i64> {
        seconds.checked_mul(1_000_000_000)?.checked_add(rest)
    }

    pub(super) fn modified_ns(found: &Metadata) -> Option<i64> {
        ns(found.mtime(), found.mtime_nsec())
    }

    pub(super) fn changed_ns(found: &Metadata) -> Option<i64> {
        ns(found.ctime(), found.ctime_nsec())
    }

    pub(super) fn file_id(found: &Metadata) -> Option<FileId> {
        Some(FileId {
            device: found.dev(),
            file: found.ino(),
        })
    }
}

#[cfg(not(unix))]
use elsewhere::{changed_ns, file_id, modified_ns};

#[cfg(not(unix))]
mod elsewhere {
    use std::fs::Metadata;
    use std::time::UNIX_EPOCH;

    use bridge_traits::storage::FileId;

    pub(super) fn modified_ns(found: &Metadata) -> Option<i64> {
        let modified = found.modified().ok()?;
        match modified.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_nanos()).ok(),
            Err(before) => i64::try_from(before.duration().as_nanos())
                .ok()
                .map(|it| -it),
        }
    }

    pub(super) fn changed_ns(_found: &Metadata) -> Option<i64> {
        None
    }

    pub(super) fn file_id(_found: &Metadata) -> Option<FileId> {
        None
    }
}
