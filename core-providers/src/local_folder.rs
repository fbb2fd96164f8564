//! A folder of this machine, by way of whatever file system the platform has.

mod checkpoint;
mod ignore_rules;
mod listing;
mod options;
mod shared;
mod version;
mod walk;

use std::ops::Range;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bridge_traits::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedKind, FeedScope, InitialSync, ItemKey,
    PageTokens, RemoteItem, StorageProvider, Version,
};
use bridge_traits::storage::{BlockingFile, FileKind, FileSystemAccess, path_key};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;

use self::checkpoint::Stamp;
use self::ignore_rules::Rules;
pub use self::options::LocalFolderOptions;
use self::shared::{Shared, show};
use self::walk::Walk;

/// A folder of the file system as a place where music lies.
///
/// # What it reports
/// Each sync lists the whole tree: one [`Change::Listing`](bridge_traits::provider::Change::Listing)
/// per folder, breadth first, children sorted by the bytes of their names, so that two walks of
/// the same tree are equal. A listing holds subfolders and the files whose names say audio, image,
/// lyrics, playlist or cue sheet. A folder is never split: its listing is one change, however many
/// files lie in it.
///
/// # Keys and versions
/// A key is the path below the root as [`path_key`] writes it, so names that are not UTF-8 and
/// names that differ only in their Unicode normalisation stay apart. The version is size and
/// modification time; what that can't see is said at [`LocalFolderOptions::trust_modified_time`].
///
/// # What it leaves out
/// Hidden files and folders, what operating systems and NAS boxes keep for themselves, folders with
/// a `.nomedia` file, what `.ndignore` and `.musicignore` files say, and what the options exclude.
///
/// # What it never takes for a deletion
/// A folder or file that can't be read, a dangling link and a folder that vanishes during the walk
/// are reported as unreadable. A root that is missing, or empty where it was not at the last sync,
/// fails the stream with `RootUnavailable`; a volume mounted below the root that is suddenly empty
/// is reported as unreadable.
///
/// A walk is not a snapshot in the strict sense: a file moved during the walk from a folder not yet
/// listed to one that was listed already is in no listing, and is found by the next walk.
#[derive(Clone)]
pub struct LocalFolder {
    shared: Arc<Shared>,
}

impl LocalFolder {
    /// Opens `root`, which must be a folder that can be listed. A relative path is resolved once,
    /// here.
    ///
    /// # Errors
    /// `NotFound`, `NotADirectory` or `PermissionDenied` naming the root; `InvalidInput` naming an
    /// exclude pattern that is no pattern or an option out of its range.
    ///
    /// # Cancel safety
    /// It can be dropped at any time.
    pub async fn open(
        fs: Arc<dyn FileSystemAccess>,
        root: PathBuf,
        options: LocalFolderOptions,
    ) -> Result<Self> {
        options.check()?;
        if root.as_os_str().is_empty() {
            return Err(BridgeError::new(ErrorKind::InvalidInput, "root")
                .detail("the path of the folder to sync is empty"));
        }
        let root = if root.has_root() {
            root
        } else {
            fs.canonicalize(&root).await?
        };
        let metadata = fs.metadata(&root).await?;
        if metadata.kind != FileKind::Directory {
            return Err(BridgeError::new(ErrorKind::NotADirectory, show(&root))
                .detail("the root to sync must be a folder"));
        }
        // A folder may be there and yet not let itself be listed.
        fs.list_dir(&root, None, 1).await?;
        Self::known(fs, root, options)
    }

    /// Makes the provider of an absolute `root` that was opened before, without looking at it.
    /// Whether it is still there shows when it is read.
    ///
    /// # Errors
    /// `InvalidInput` naming a root that is not absolute, an exclude pattern that is no pattern or
    /// an option out of its range.
    pub fn known(
        fs: Arc<dyn FileSystemAccess>,
        root: PathBuf,
        options: LocalFolderOptions,
    ) -> Result<Self> {
        options.check()?;
        if !root.has_root() {
            return Err(BridgeError::new(ErrorKind::InvalidInput, show(&root))
                .detail("the path of the folder to sync is not absolute"));
        }
        // Drops a trailing slash and `.`, so that spellings of one root have one scope. Links
        // stay unresolved: a link to a volume is to name what it points to at each sync.
        let root: PathBuf = root.components().collect();
        let excludes = Rules::from_patterns(&root, &options.exclude)?;
        let scope = FeedScope {
            provider: format!("local-folder/{}", checkpoint::FORMAT),
            account: String::new(),
            root: scope_text(&root),
            filter: options.filter_text(),
        };
        let shared = Shared {
            fs,
            root,
            options,
            excludes,
            scope,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Tells the folder that is synced.
    pub fn root(&self) -> &Path {
        &self.shared.root
    }
}

impl std::fmt::Debug for LocalFolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalFolder")
            .field("root", &self.shared.root)
            .field("options", &self.shared.options)
            .finish_non_exhaustive()
    }
}

#[platform_async_trait]
impl StorageProvider for LocalFolder {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            feed: FeedKind::Snapshot,
            initial: InitialSync::ListThenFeed,
            stable_ids: false,
            page_tokens: PageTokens::None,
            read_concurrency: self.shared.options.read_concurrency,
        }
    }

    fn scope(&self) -> FeedScope {
        self.shared.scope.clone()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        Ok(None)
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let last = match from {
            ChangesFrom::Beginning => None,
            ChangesFrom::Checkpoint(checkpoint) => {
                Some(Stamp::read(&checkpoint, &self.shared.scope)?)
            }
            ChangesFrom::Page(_) => {
                return Err(
                    BridgeError::new(ErrorKind::cursor_invalid(), show(&self.shared.root))
                        .detail("a listing of a local folder has no page tokens"),
                );
            }
        };
        Ok(Walk::start(self.shared.clone(), last).await?.into_stream())
    }

    /// Tells an item's present state. Ignore rules are not asked: whoever has the key wants the
    /// truth about it.
    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        let path = self.shared.path_of(key)?;
        let metadata = self.shared.metadata_of(&path).await?;
        Ok(self.shared.item(key, &metadata))
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        if range.start > range.end {
            return Err(BridgeError::new(ErrorKind::InvalidInput, key.to_string())
                .detail("the range to read ends before it begins"));
        }
        let path = self.shared.path_of(key)?;
        let bytes = match self.shared.fs.read_range(&path, range).await {
            Ok(bytes) => bytes,
            Err(error) => return Err(self.shared.explain_missing(error).await),
        };
        if let Some(version) = version {
            // Looking after the read rather than before it also finds a change in between.
            let metadata = self.shared.metadata_of(&path).await?;
            if self.shared.version(&metadata) != *version {
                return Err(BridgeError::new(ErrorKind::Conflict, key.to_string())
                    .detail("the file changed since it was listed"));
            }
        }
        Ok(bytes)
    }

    fn uses_network(&self) -> bool {
        false
    }

    fn reads_in_place(&self) -> bool {
        true
    }

    fn open_blocking(&self, key: &ItemKey) -> Option<Result<Box<dyn BlockingFile>>> {
        match self.shared.path_of(key) {
            Ok(path) => self.shared.fs.open_blocking(&path),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Writes the root so that different roots never look alike, also where they are not text.
fn scope_text(root: &Path) -> String {
    match root.to_str() {
        Some(text) => text.to_owned(),
        None => {
            let prefix = root.components().find_map(|part| match part {
                Component::Prefix(prefix) => Some(prefix.as_os_str().to_string_lossy()),
                _ => None,
            });
            format!(
                "bytes:{}/{}",
                prefix.unwrap_or_default(),
                path_key::encode(root)
            )
        }
    }
}
