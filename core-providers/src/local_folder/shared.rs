//! What a local folder and its walks have in common: the root, the rules, and looking at one path.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::provider::{FeedScope, ItemKey, ItemKind, RemoteItem, Version};
use bridge_traits::storage::{FileKind, FileSystemAccess, Metadata, path_key};
use bridge_traits::{BridgeError, ErrorKind, Result};

use super::ignore_rules::Rules;
use super::options::LocalFolderOptions;
use super::version::{self, file_version};

/// What the provider and its running walks share.
pub(super) struct Shared {
    pub(super) fs: Arc<dyn FileSystemAccess>,
    pub(super) root: PathBuf,
    pub(super) options: LocalFolderOptions,
    pub(super) excludes: Option<Rules>,
    pub(super) scope: FeedScope,
}

impl Shared {
    pub(super) fn version(&self, metadata: &Metadata) -> Version {
        file_version(metadata, self.options.trust_modified_time)
    }

    pub(super) fn item(&self, key: &ItemKey, metadata: &Metadata) -> RemoteItem {
        let (parent, last) = match key.0.rsplit_once('/') {
            Some((parent, last)) => (Some(ItemKey(parent.to_owned())), last),
            None if key.is_root() => (None, ""),
            None => (Some(ItemKey::root()), key.0.as_str()),
        };
        let name = if key.is_root() {
            self.root.file_name().unwrap_or(self.root.as_os_str())
        } else {
            &path_key::decode(last).into_os_string()
        };
        let name = name.to_string_lossy().into_owned();
        let (kind, version, size) = match metadata.kind {
            FileKind::Directory => (ItemKind::Folder, version::folder_version(), 0),
            FileKind::File => {
                let kind = ItemKind::of_file_name(&name);
                (kind, self.version(metadata), metadata.size)
            }
            FileKind::Symlink | FileKind::Other => {
                (ItemKind::Other, self.version(metadata), metadata.size)
            }
        };
        RemoteItem {
            key: key.clone(),
            parent,
            name,
            kind,
            version,
            size,
            modified_ms: version::modified_ms(metadata),
            file_id: metadata.file_id,
            content_hash: None,
        }
    }

    /// Turns a key into a path, and refuses what [`path_key`] would never have written: an escape
    /// for a slash, for `..` or for a plain letter would give one file two names, or lead outside.
    pub(super) fn path_of(&self, key: &ItemKey) -> Result<PathBuf> {
        let relative = path_key::decode(&key.0);
        if path_key::encode(&relative) != key.0 {
            return Err(BridgeError::new(ErrorKind::InvalidInput, key.to_string())
                .detail("this is no key of a file below the root"));
        }
        Ok(if key.is_root() {
            self.root.clone()
        } else {
            self.root.join(relative)
        })
    }

    pub(super) async fn metadata_of(&self, path: &Path) -> Result<Metadata> {
        match self.fs.metadata(path).await {
            Ok(metadata) => Ok(metadata),
            Err(error) => Err(self.explain_missing(error).await),
        }
    }

    /// Tells a missing file from a missing root: the first may be a deletion, the second never.
    pub(super) async fn explain_missing(&self, error: BridgeError) -> BridgeError {
        if !matches!(
            error.kind(),
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::Other
        ) {
            return error;
        }
        match self.root_metadata().await {
            Ok(_) => error,
            Err(root_error) => root_error,
        }
    }

    /// Looks at the root.
    ///
    /// # Errors
    /// `RootUnavailable` if it is gone, no folder, or the platform fails in a way that a broken
    /// mount does; other causes as they are.
    pub(super) async fn root_metadata(&self) -> Result<Metadata> {
        match self.fs.metadata(&self.root).await {
            Ok(metadata) if metadata.kind == FileKind::Directory => Ok(metadata),
            Ok(_) => Err(self.root_unavailable("it is no longer a folder")),
            Err(error) => Err(self.root_error(error)),
        }
    }

    pub(super) fn root_error(&self, error: BridgeError) -> BridgeError {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::Other => self
                .root_unavailable("the folder to sync can't be reached")
                .source(error),
            _ => error,
        }
    }

    pub(super) fn root_unavailable(&self, detail: &str) -> BridgeError {
        BridgeError::new(ErrorKind::RootUnavailable, show(&self.root)).detail(detail)
    }
}

/// Writes a path for a person to read.
pub(super) fn show(path: &Path) -> String {
    path.display().to_string()
}
