//! Collects settings and checks them all at the end.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use super::{
    AlbumIdentity, ApiKey, ArtworkSource, ConfigError, CoreConfig, DuplicatePolicy,
    MassDeletionGuard, SyncConfig, require,
};
use crate::events::EventBus;
use crate::logging::LogFilter;
use crate::retry::RetryPolicy;

/// Builds a [`CoreConfig`]. Nothing is checked before [`build`](Self::build).
#[derive(Debug, Clone)]
#[must_use]
pub struct CoreConfigBuilder {
    data_dir: Option<PathBuf>,
    database_path: Option<PathBuf>,
    sync: SyncConfig,
    thumbnail_cache_bytes: u64,
    event_capacity: usize,
    log_filter: String,
    retry: RetryPolicy,
    user_agent: String,
    last_fm_key: Option<ApiKey>,
}

/// The name of music-core itself.
const USER_AGENT: &str = concat!("music-core/", env!("CARGO_PKG_VERSION"));

impl Default for CoreConfigBuilder {
    fn default() -> Self {
        Self {
            data_dir: None,
            database_path: None,
            sync: SyncConfig {
                concurrency: 4,
                transaction_batch: 1_000,
                max_item_attempts: 3,
                progress_interval: Duration::from_millis(200),
                mass_deletion: MassDeletionGuard::default(),
                sync_on_metered: true,
                artwork_sources: vec![
                    ArtworkSource::Embedded,
                    ArtworkSource::Disc,
                    ArtworkSource::Folder,
                ],
                duplicates: DuplicatePolicy::default(),
                album_identity: AlbumIdentity::default(),
                missing_grace: Some(Duration::from_secs(30 * 86_400)),
            },
            thumbnail_cache_bytes: 64 << 20,
            event_capacity: 1_024,
            log_filter: "info".to_owned(),
            retry: RetryPolicy::default(),
            user_agent: USER_AGENT.to_owned(),
            last_fm_key: None,
        }
    }
}

impl CoreConfigBuilder {
    /// Sets the folder for everything the core keeps. The database is `library.db` in it, unless
    /// [`database_path`](Self::database_path) says otherwise.
    pub fn data_dir(mut self, path: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(path.into());
        self
    }

    /// Sets the file of the library's database; in a browser its name.
    pub fn database_path(mut self, path: impl Into<PathBuf>) -> Self {
        self.database_path = Some(path.into());
        self
    }

    /// Sets how many items are processed at the same time, 1 to 256; 4 by default.
    pub fn sync_concurrency(mut self, items: usize) -> Self {
        self.sync.concurrency = items;
        self
    }

    /// Sets how many items one transaction takes, 1 to 10,000; 1,000 by default. More is faster and
    /// loses more work to a crash.
    pub fn transaction_batch(mut self, items: usize) -> Self {
        self.sync.transaction_batch = items;
        self
    }

    /// Sets how often an item that can't be read is tried, 1 to 100; 3 by default.
    pub fn max_item_attempts(mut self, attempts: u32) -> Self {
        self.sync.max_item_attempts = attempts;
        self
    }

    /// Sets the longest time between two progress events, up to a minute; 200 ms by default. Zero
    /// tells of every transaction.
    pub fn progress_interval(mut self, interval: Duration) -> Self {
        self.sync.progress_interval = interval;
        self
    }

    /// Sets what counts as a suspiciously large deletion.
    pub fn mass_deletion_guard(mut self, guard: MassDeletionGuard) -> Self {
        self.sync.mass_deletion = guard;
        self
    }

    /// Sets whether syncs over a network that costs money go on, as they do by default; else they wait
    /// for one that does not, where the platform can tell.
    pub fn sync_on_metered(mut self, allowed: bool) -> Self {
        self.sync.sync_on_metered = allowed;
        self
    }

    /// Sets where a track's image is looked for, best place first; by default in the file, then beside it
    /// under the disc's names and under the album's. Files that are in the library already keep theirs
    /// until they are read again.
    pub fn artwork_sources(mut self, sources: impl IntoIterator<Item = ArtworkSource>) -> Self {
        self.sync.artwork_sources = sources.into_iter().collect();
        self
    }

    /// Sets what the small copies of images that are kept may take, in bytes; 64 MiB by default. Zero keeps
    /// none.
    pub fn thumbnail_cache_bytes(mut self, bytes: u64) -> Self {
        self.thumbnail_cache_bytes = bytes;
        self
    }

    /// Sets how long a track whose file is gone is remembered, 30 days by default; `None` is for ever. A
    /// file that comes back within that time is its old track. Tracks that somebody played, rated, or put
    /// into a playlist or among the favourites are never forgotten.
    pub fn missing_grace(mut self, grace: Option<Duration>) -> Self {
        self.sync.missing_grace = grace;
        self
    }

    /// Sets what becomes of files of one provider that sound the same; by default each is a track of its own.
    pub fn duplicates(mut self, policy: DuplicatePolicy) -> Self {
        self.sync.duplicates = policy;
        self
    }

    /// Sets what makes tracks one album. A library that was made with another answer is read again by its
    /// next syncs; until those end it has albums of both kinds.
    pub fn album_identity(mut self, identity: AlbumIdentity) -> Self {
        self.sync.album_identity = identity;
        self
    }

    /// Sets how many events a subscriber may fall behind, 1 to
    /// [`EventBus::MAX_CAPACITY`]; 1,024 by default.
    pub fn event_capacity(mut self, events: usize) -> Self {
        self.event_capacity = events;
        self
    }

    /// Sets which log records are written, in the syntax of [`LogFilter`]; `info` by default.
    pub fn log_filter(mut self, filter: impl Into<String>) -> Self {
        self.log_filter = filter.into();
        self
    }

    /// Sets how failed calls to providers are repeated.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets how the app names itself to servers, natively; music-core's own name by default. MusicBrainz and
    /// others want `Name/version (contact)`, with a web or mail address, and may refuse who has none. A browser
    /// sends its own.
    pub fn user_agent(mut self, name: impl Into<String>) -> Self {
        self.user_agent = name.into();
        self
    }

    /// Sets the key by which Last.fm knows the app, which it gives to developers; none by default.
    pub fn last_fm_key(mut self, key: impl Into<String>) -> Self {
        self.last_fm_key = Some(ApiKey::new(key));
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] if the core has no place for its library;
    /// [`ConfigError::Invalid`] for the first setting that can't work.
    pub fn build(self) -> Result<CoreConfig, ConfigError> {
        let in_data_dir = || self.data_dir.as_ref().map(|dir| dir.join("library.db"));
        let database_path = require(
            self.database_path.clone().or_else(in_data_dir),
            "a place for the library",
            "call `data_dir` or `database_path` with a location that can be written",
        )?;
        not_empty(
            "database_path",
            &database_path.to_string_lossy(),
            "it names a location",
        )?;
        if let Some(dir) = &self.data_dir {
            not_empty("data_dir", &dir.to_string_lossy(), "it names a location")?;
        }
        within("sync_concurrency", self.sync.concurrency, 1..=256)?;
        within("transaction_batch", self.sync.transaction_batch, 1..=10_000)?;
        within("max_item_attempts", self.sync.max_item_attempts, 1..=100)?;
        within(
            "progress_interval (ms)",
            self.sync.progress_interval.as_millis(),
            0..=60_000,
        )?;
        within(
            "mass_deletion_guard.max_fraction",
            self.sync.mass_deletion.max_fraction,
            0.0..=1.0,
        )?;
        within(
            "event_capacity",
            self.event_capacity,
            1..=EventBus::MAX_CAPACITY,
        )?;
        check_user_agent(&self.user_agent)?;
        if let Some(key) = &self.last_fm_key {
            not_empty(
                "last_fm_key",
                key.expose(),
                "it is the key that Last.fm gave",
            )?;
        }
        check_filter(&self.log_filter)?;
        check_retry(&self.retry)?;
        Ok(CoreConfig {
            database_path,
            data_dir: self.data_dir,
            sync: self.sync,
            thumbnail_cache_bytes: self.thumbnail_cache_bytes,
            event_capacity: self.event_capacity,
            log_filter: self.log_filter,
            retry: self.retry,
            user_agent: self.user_agent,
            last_fm_key: self.last_fm_key,
        })
    }
}

/// A header's value: printable ASCII (RFC 9110, section 5.5).
fn check_user_agent(name: &str) -> Result<(), ConfigError> {
    let expected = "it is printable ASCII";
    not_empty("user_agent", name, expected)?;
    if name.bytes().all(|it| matches!(it, b' '..=b'~')) {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        field: "user_agent",
        value: format!("{name:?}"),
        expected: expected.to_owned(),
    })
}

fn check_filter(filter: &str) -> Result<(), ConfigError> {
    match LogFilter::parse(filter) {
        Ok(_) => Ok(()),
        Err(error) => Err(ConfigError::Invalid {
            field: "log_filter",
            value: format!("`{filter}`"),
            expected: error.to_string(),
        }),
    }
}

fn check_retry(policy: &RetryPolicy) -> Result<(), ConfigError> {
    within("retry.max_attempts", policy.max_attempts, 1..=100)?;
    if policy.base > policy.cap {
        return Err(ConfigError::Invalid {
            field: "retry.base",
            value: format!("{:?}", policy.base),
            expected: format!("it is at most `retry.cap`, which is {:?}", policy.cap),
        });
    }
    Ok(())
}

fn within<T: PartialOrd + Display>(
    field: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), ConfigError> {
    if range.contains(&value) {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        field,
        value: value.to_string(),
        expected: format!("it is within {} to {}", range.start(), range.end()),
    })
}

fn not_empty(field: &'static str, value: &str, expected: &str) -> Result<(), ConfigError> {
    if !value.is_empty() {
        return Ok(());
    }
    Err(ConfigError::Invalid {
        field,
        value: "empty".to_owned(),
        expected: expected.to_owned(),
    })
}
