//! Versions of files.

use std::fmt::Write as _;

use bridge_traits::provider::Version;
use bridge_traits::storage::{FileKind, Metadata};

/// Writes the version of a file: its size and the time of its last modification in ns.
///
/// The inode's change time stays out unless the modification time isn't trusted: a rename and a
/// chmod move it too, and neither may look like new content.
pub(super) fn file_version(metadata: &Metadata, trust_modified_time: bool) -> Version {
    let mut text = String::with_capacity(32);
    let _ = write!(text, "{}", metadata.size);
    if let Some(modified) = metadata.modified_ns {
        let _ = write!(text, "-{modified}");
    }
    if !trust_modified_time && let Some(changed) = metadata.changed_ns {
        let _ = write!(text, "-c{changed}");
    }
    Version(text)
}

/// Writes the version of a folder. A folder has no content beyond its listing, which is reported
/// by itself, so its version never changes.
pub(super) fn folder_version() -> Version {
    Version("folder".to_owned())
}

/// Tells the modification time of a file in ms. A folder has none: its time moves with entries that
/// are never reported, so it would differ where version and digest say that nothing changed.
pub(super) fn modified_ms(metadata: &Metadata) -> Option<i64> {
    match metadata.kind {
        FileKind::Directory => None,
        _ => metadata.modified_ns.map(|ns| ns.div_euclid(1_000_000)),
    }
}
