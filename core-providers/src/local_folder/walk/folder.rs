//! A folder that is to be listed, and the chain of those it lies in.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::provider::{ItemKey, RemoteItem};
use bridge_traits::storage::{FileId, path_key};
use xxhash_rust::xxh3::xxh3_128;

use super::super::ignore_rules::Rules;

/// Tells folders apart, whatever path led to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in super::super) struct FolderId(u128);

impl FolderId {
    pub(in super::super) fn of_file(id: FileId) -> Self {
        Self(u128::from(id.device) << 64 | u128::from(id.file))
    }

    /// Stands in where the file system has no ids: the path with its links resolved.
    pub(in super::super) fn of_path(path: &Path) -> Self {
        Self(xxh3_128(path.as_os_str().as_encoded_bytes()))
    }
}

/// A folder that is to be listed.
pub(in super::super) struct Folder {
    pub(in super::super) key: ItemKey,
    pub(in super::super) file_id: Option<FileId>,
    /// The rules of the folders above.
    pub(in super::super) rules: Option<Rules>,
    /// Whether it lies on another volume than the folder above.
    pub(super) is_volume: bool,
    above: Option<Arc<Inside>>,
}

/// A listed folder, as the folders in it see it.
pub(super) struct Inside {
    id: FolderId,
    device: Option<u64>,
    rules: Option<Rules>,
    depth: usize,
    above: Option<Arc<Inside>>,
}

impl Folder {
    pub(super) fn root(file_id: Option<FileId>) -> Self {
        Self {
            key: ItemKey::root(),
            file_id,
            rules: None,
            is_volume: false,
            above: None,
        }
    }

    /// Tells the platform's path of it.
    pub(in super::super) fn path(&self, root: &Path) -> PathBuf {
        // Joining the empty path would add a slash.
        if self.key.is_root() {
            root.to_owned()
        } else {
            root.join(path_key::decode(&self.key.0))
        }
    }

    /// Writes the key of an entry, just as [`path_key::encode`] does for the whole path.
    pub(in super::super) fn child_key(&self, name: &OsStr) -> ItemKey {
        let encoded;
        let name = match name.to_str() {
            Some(name) if !name.contains('%') => name,
            _ => {
                encoded = path_key::encode(Path::new(name));
                &encoded
            }
        };
        let mut key = String::with_capacity(self.key.0.len() + 1 + name.len());
        if !self.key.is_root() {
            key.push_str(&self.key.0);
            key.push('/');
        }
        key.push_str(name);
        ItemKey(key)
    }

    /// Tells whether the folder with this id is above this one.
    pub(in super::super) fn lies_in(&self, id: FolderId) -> bool {
        let mut above = self.above.as_deref();
        while let Some(folder) = above {
            if folder.id == id {
                return true;
            }
            above = folder.above.as_deref();
        }
        false
    }

    pub(super) fn inside(&self, id: FolderId, rules: Option<Rules>) -> Arc<Inside> {
        Arc::new(Inside {
            id,
            device: self.file_id.map(|id| id.device),
            rules,
            depth: self.above.as_ref().map_or(0, |above| above.depth + 1),
            above: self.above.clone(),
        })
    }
}

impl Inside {
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn folder(self: &Arc<Self>, item: &RemoteItem) -> Folder {
        let device = item.file_id.map(|id| id.device);
        Folder {
            key: item.key.clone(),
            file_id: item.file_id,
            rules: self.rules.clone(),
            is_volume: matches!((device, self.device), (Some(own), Some(above)) if own != above),
            above: Some(self.clone()),
        }
    }
}
