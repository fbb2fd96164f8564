//! All native implementations, opened together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bridge_traits::{BridgeError, Result};

use crate::{
    NativeBackground, NativeClock, NativeDatabase, NativeFileSystem, NativeHttpClient,
    NativeLifecycle, NativeNetworkMonitor, NativeSecureStore, NativeSettingsStore, TracingSink,
};

/// The native platform, with its state in one data folder.
///
/// ```text
/// <data>/library.db      the database (and -wal and -shm beside it)
/// <data>/settings.db     preferences
/// <data>/log.jsonl       log records
/// <data>/secrets/        encrypted secrets, where there is no keyring
/// <data>/key/            their key
/// ```
///
/// A host that wants anything else (its own database path, a key outside the data folder, a network
/// monitor that it feeds) replaces that field.
#[derive(Debug, Clone)]
pub struct NativeBridge {
    /// The data folder.
    pub data: PathBuf,
    /// The database.
    pub database: Arc<NativeDatabase>,
    /// Files and folders.
    pub files: Arc<NativeFileSystem>,
    /// Requests.
    pub http: Arc<NativeHttpClient>,
    /// Secrets.
    pub secrets: Arc<NativeSecureStore>,
    /// Preferences.
    pub settings: Arc<NativeSettingsStore>,
    /// Time.
    pub clock: Arc<NativeClock>,
    /// The network's state.
    pub network: Arc<NativeNetworkMonitor>,
    /// The app's life; the host reports to it.
    pub lifecycle: Arc<NativeLifecycle>,
    /// Work in the background.
    pub background: Arc<NativeBackground>,
    /// Log records.
    pub log: Arc<TracingSink>,
}

impl NativeBridge {
    /// Opens everything in the folder `data`, which is made if it is missing.
    ///
    /// # Errors
    /// What the first part that fails says; its error names the file.
    pub async fn open(data: &Path) -> Result<Self> {
        let data = std::path::absolute(data)
            .map_err(|error| BridgeError::from_io(error, data.to_string_lossy()))?;
        std::fs::create_dir_all(&data)
            .map_err(|error| BridgeError::from_io(error, data.to_string_lossy()))?;
        let preferences = NativeDatabase::open(&data.join("settings.db")).await?;
        let (secrets, key) = (data.join("secrets"), data.join("key"));
        let secrets = NativeSecureStore::open("music-core", &secrets, &key).await?;
        let agent = concat!("music-core/", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            database: Arc::new(NativeDatabase::open(&data.join("library.db")).await?),
            files: Arc::new(NativeFileSystem::new()),
            http: Arc::new(NativeHttpClient::new(agent)?),
            secrets: Arc::new(secrets),
            settings: Arc::new(NativeSettingsStore::open(Arc::new(preferences)).await?),
            clock: Arc::new(NativeClock::new()),
            network: Arc::new(NativeNetworkMonitor::new()),
            lifecycle: Arc::new(NativeLifecycle::new()),
            background: Arc::new(NativeBackground::new()),
            log: Arc::new(TracingSink::to_file(&data.join("log.jsonl"))?),
            data,
        })
    }
}
