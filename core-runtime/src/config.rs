//! The configuration of the core, checked when it is built.
//!
//! ```
//! use core_runtime::config::CoreConfig;
//!
//! let config = CoreConfig::builder()
//!     .data_dir("/var/lib/music")
//!     .sync_concurrency(8)
//!     .build()?;
//! assert!(config.database_path.ends_with("library.db"));
//!
//! let error = CoreConfig::builder().build().unwrap_err();
//! assert!(error.to_string().contains("call `data_dir` or `database_path`"));
//! # Ok::<(), core_runtime::config::ConfigError>(())
//! ```

mod album_identity;
mod api_key;
mod builder;
mod error;

use std::path::PathBuf;
use std::time::Duration;

pub use album_identity::{AlbumField, AlbumIdentity};
pub use api_key::ApiKey;
pub use builder::CoreConfigBuilder;
pub use error::{ConfigError, require};

use crate::retry::RetryPolicy;

/// A checked configuration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CoreConfig {
    /// Where the library's database is: a file natively, a name in the browser's storage.
    pub database_path: PathBuf,
    /// The folder for what else is kept, such as artwork; `None` where the host keeps none.
    pub data_dir: Option<PathBuf>,
    /// How syncing behaves.
    pub sync: SyncConfig,
    /// What the small copies of images that are kept may take, in bytes.
    pub thumbnail_cache_bytes: u64,
    /// How many events a subscriber may fall behind.
    pub event_capacity: usize,
    /// Which log records are written.
    pub log_filter: String,
    /// How failed calls to providers are repeated.
    pub retry: RetryPolicy,
    /// How the app names itself to servers, natively: `Name/version (contact)`.
    pub user_agent: String,
    /// The key by which Last.fm knows the app.
    pub last_fm_key: Option<ApiKey>,
}

/// How syncing behaves.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SyncConfig {
    /// How many items are processed at the same time.
    pub concurrency: usize,
    /// How many items one transaction takes.
    pub transaction_batch: usize,
    /// How often an item that can't be read is tried before it is put aside.
    pub max_item_attempts: u32,
    /// The longest time between two progress events while work goes on.
    pub progress_interval: Duration,
    /// What counts as a suspiciously large deletion.
    pub mass_deletion: MassDeletionGuard,
    /// Whether syncs over a network that costs money go on; else they wait for one that does not.
    pub sync_on_metered: bool,
    /// Where a track's image is looked for; the first place that has one counts.
    pub artwork_sources: Vec<ArtworkSource>,
    /// How long a missing track of which a person made nothing is remembered; `None` is for ever.
    pub missing_grace: Option<Duration>,
    /// What becomes of files of one provider that sound the same.
    pub duplicates: DuplicatePolicy,
    /// What makes tracks one album.
    pub album_identity: AlbumIdentity,
}

/// A place where a track's image may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArtworkSource {
    /// In the file.
    Embedded,
    /// Beside it, under a name that is the disc's, such as `cd2.jpg` or `disc.png`.
    Disc,
    /// Beside it, under a name that is the album's, such as `cover.jpg` or `folder.png`.
    Folder,
}

/// What becomes of files of one provider that sound the same, whatever their names and tags.
///
/// None of the policies touches a file, or loses a place in a playlist, a play or a rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DuplicatePolicy {
    /// Each is a track of its own.
    #[default]
    KeepBoth,
    /// The file that changed last stands for the others, which are set aside, also from other albums: a
    /// recording that a compilation has, too, is on one of the two then.
    KeepNewest,
    /// Each is a track of its own, and a person is asked.
    Ask,
}

/// Holds deletions that look more like an unmounted disk than like tidying up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MassDeletionGuard {
    /// So many deletions are never held, however small the library.
    pub always_allowed: u64,
    /// Beyond that, deletions of more than this share of the known items are held; 0 to 1, and 1
    /// holds nothing.
    pub max_fraction: f64,
}

impl Default for MassDeletionGuard {
    /// Ten deletions always, then up to a quarter of the library.
    fn default() -> Self {
        Self {
            always_allowed: 10,
            max_fraction: 0.25,
        }
    }
}

impl MassDeletionGuard {
    /// Tells whether deleting `deletions` of `known` items needs a person's word.
    pub fn holds(&self, deletions: u64, known: u64) -> bool {
        deletions > self.always_allowed && deletions as f64 > known as f64 * self.max_fraction
    }
}

impl CoreConfig {
    /// Starts a configuration with the defaults.
    pub fn builder() -> CoreConfigBuilder {
        CoreConfigBuilder::default()
    }
}
