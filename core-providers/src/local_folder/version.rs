//! Versions of files and digests of folders.

use std::fmt::Write as _;

use bridge_traits::provider::{RemoteItem, Version};
use bridge_traits::storage::{FileKind, Metadata};
use xxhash_rust::xxh3::xxh3_128;

/// Changes when the way a digest is computed does.
const DIGEST_FORMAT: u8 = 1;

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

/// Computes the digest of a listing. The buffer is scratch space, to be passed again.
///
/// `unknown` are the names that could not be looked at. They must count: a listing that lacks a
/// file because it was unreadable must differ from one that lacks it because it is gone, or the
/// deletion would go unnoticed.
pub(super) fn digest(children: &[RemoteItem], unknown: &[&str], buffer: &mut Vec<u8>) -> Version {
    buffer.clear();
    buffer.push(DIGEST_FORMAT);
    for child in children {
        let name = child.key.0.rsplit('/').next().unwrap_or_default();
        text(name, buffer);
        text(child.kind.as_str(), buffer);
        text(&child.version.0, buffer);
        match child.file_id {
            Some(id) => {
                buffer.push(1);
                buffer.extend_from_slice(&id.device.to_le_bytes());
                buffer.extend_from_slice(&id.file.to_le_bytes());
            }
            None => buffer.push(0),
        }
    }
    for name in unknown {
        text(name, buffer);
        text("?", buffer);
    }
    Version(format!("{:032x}", xxh3_128(buffer)))
}

/// Appends a text with its length, so that no two lists of texts give the same bytes.
pub(super) fn text(value: &str, buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&(value.len() as u64).to_le_bytes());
    buffer.extend_from_slice(value.as_bytes());
}
