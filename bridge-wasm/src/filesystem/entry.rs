//! What is known of a file or folder.

use bridge_traits::storage::{FileId, FileKind, Metadata};
use bridge_traits::{BridgeError, ErrorKind, Result};
use wasm_bindgen::JsValue;

/// One entry of a folder. It is stored as one text, which the browser copies faster than an object:
/// kind, inode, size, times and name with `/` between them, as no name has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) is_folder: bool,
    pub(super) ino: u64,
    pub(super) size: u64,
    pub(super) modified_ns: i64,
    pub(super) changed_ns: i64,
}

impl Entry {
    pub(super) fn new(is_folder: bool, ino: u64, size: u64, now_ns: i64) -> Self {
        Self {
            is_folder,
            ino,
            size,
            modified_ns: now_ns,
            changed_ns: now_ns,
        }
    }

    /// Gives the entry after a change of its content; its times only go forward.
    pub(super) fn with_content(&self, size: u64, now_ns: i64) -> Self {
        let now_ns = now_ns.max(self.modified_ns + 1).max(self.changed_ns + 1);
        Self {
            size,
            modified_ns: now_ns,
            changed_ns: now_ns,
            ..self.clone()
        }
    }

    pub(super) fn metadata(&self, device: u64) -> Metadata {
        Metadata {
            kind: match self.is_folder {
                true => FileKind::Directory,
                false => FileKind::File,
            },
            size: self.size,
            modified_ns: Some(self.modified_ns),
            changed_ns: Some(self.changed_ns),
            file_id: Some(FileId {
                device,
                file: self.ino,
            }),
        }
    }

    pub(super) fn encode(&self, name: &str) -> JsValue {
        let kind = if self.is_folder { 'd' } else { 'f' };
        let Self {
            ino,
            size,
            modified_ns,
            changed_ns,
            ..
        } = self;
        format!("{kind}/{ino}/{size}/{modified_ns}/{changed_ns}/{name}").into()
    }

    /// Gives the name and the entry.
    pub(super) fn decode(value: &JsValue, subject: &str) -> Result<(String, Self)> {
        let text = value.as_string().unwrap_or_default();
        let mut parts = text.split('/');
        parse(&mut parts)
            .filter(|_| parts.next().is_none())
            .ok_or_else(|| unreadable(subject, &text))
    }

    /// Gives names and entries of as many as there are in a text, with [`BETWEEN`] between them.
    pub(super) fn decode_all(
        text: &str,
        count: usize,
        subject: &str,
    ) -> Result<Vec<(String, Self)>> {
        let mut parts = text.split('/');
        let mut entries = Vec::with_capacity(count);
        for _ in 0..count {
            let entry = parse(&mut parts);
            entries.push(entry.ok_or_else(|| unreadable(subject, "one of a folder"))?);
        }
        Ok(entries)
    }
}

/// What stands between entries that are read together.
pub(super) const BETWEEN: &str = "/";

fn unreadable(subject: &str, which: &str) -> BridgeError {
    let what = format!("an entry that can't be read: {which:?}");
    BridgeError::new(ErrorKind::Corrupt, subject).detail(what)
}

fn parse<'t>(parts: &mut impl Iterator<Item = &'t str>) -> Option<(String, Entry)> {
    let is_folder = match parts.next()? {
        "d" => true,
        "f" => false,
        _ => return None,
    };
    let entry = Entry {
        is_folder,
        ino: parts.next()?.parse().ok()?,
        size: parts.next()?.parse().ok()?,
        modified_ns: parts.next()?.parse().ok()?,
        changed_ns: parts.next()?.parse().ok()?,
    };
    Some((parts.next()?.to_owned(), entry))
}
