//! Digests: of folders' listings, and of texts.

use bridge_traits::provider::{FeedScope, RemoteItem, Version};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Changes when the way a digest is computed does.
const DIGEST_FORMAT: u8 = 1;

/// Computes the digest of a listing. The buffer is scratch space, to be passed again.
///
/// `unknown` are the names that could not be looked at. They must count: a listing that lacks a
/// file because it was unreadable must differ from one that lacks it because it is gone, or the
/// deletion would go unnoticed.
pub(crate) fn of_listing(
    children: &[RemoteItem],
    unknown: &[&str],
    buffer: &mut Vec<u8>,
) -> Version {
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
pub(crate) fn text(value: &str, buffer: &mut Vec<u8>) {
    buffer.extend_from_slice(&(value.len() as u64).to_le_bytes());
    buffer.extend_from_slice(value.as_bytes());
}

/// Digests what a checkpoint is valid for.
pub(crate) fn of_scope(scope: &FeedScope) -> String {
    let mut bytes = Vec::new();
    for part in [&scope.provider, &scope.account, &scope.root, &scope.filter] {
        text(part, &mut bytes);
    }
    format!("{:032x}", xxh3_128(&bytes))
}

/// Digests a list of texts into a number.
pub(crate) fn of_texts(texts: &[&str]) -> u64 {
    let mut bytes = Vec::new();
    texts.iter().for_each(|it| text(it, &mut bytes));
    xxh3_64(&bytes)
}
