//! A drive whose files have ids that survive a rename, or paths alone.

use std::sync::Arc;

use bridge_traits::provider::StorageProvider;
use bridge_traits::testing::MemoryProvider;

use crate::paths::Paths;

/// A drive of one kind or the other.
pub(crate) enum Drive {
    Ids(MemoryProvider),
    /// Whether files have ids that survive a rename.
    Paths(Paths, bool),
}

impl Drive {
    /// Puts a file; `tick` is a number that no other call has.
    pub(crate) fn put(&self, path: &str, content: Vec<u8>, tick: u32) {
        match self {
            Self::Ids(drive) => {
                drive.put(path, content);
            }
            Self::Paths(drive, true) => {
                drive.put_file(path, content, i64::from(tick), u64::from(tick));
            }
            Self::Paths(drive, false) => drive.put(path, content),
        }
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        match self {
            Self::Ids(drive) => {
                if let Some((folder, _)) = to.rsplit_once('/') {
                    drive.put_folder(folder);
                }
                drive.rename(from, to);
            }
            Self::Paths(drive, _) => drive.rename(from, to),
        }
    }

    pub(crate) fn delete(&self, path: &str) {
        match self {
            Self::Ids(drive) => drive.delete(path),
            Self::Paths(drive, _) => {
                drive.delete(path);
            }
        }
    }

    pub(crate) fn provider(&self) -> Arc<dyn StorageProvider> {
        match self {
            Self::Ids(drive) => Arc::new(drive.clone()),
            Self::Paths(drive, _) => Arc::new(drive.clone()),
        }
    }
}
