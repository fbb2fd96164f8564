//! All of the browser's implementations, opened together.

use std::sync::Arc;

use bridge_traits::storage::SettingsStore;
use bridge_traits::{BridgeError, ErrorKind, Result};

use crate::idb::data_loss;
use crate::{
    DatabaseStorage, WasmBackgroundExecutor, WasmClock, WasmDatabaseOptions, WasmDbAdapter,
    WasmFileSystem, WasmFolders, WasmHttpClient, WasmLifecycleObserver, WasmLoggerSink,
    WasmMountedFileSystem, WasmNetworkMonitor, WasmSecureStore, WasmSettingsStore, js,
};

const SERVE_SECURELY: &str = "serve the page over https, or from localhost: elsewhere a browser \
     gives a page neither locks nor encryption";
const ALLOW_STORAGE: &str = "let this site keep data (it may be blocked by the browser's settings), \
     or use a browser that has IndexedDB";

/// The browser as a platform, with its state in IndexedDB databases whose names begin alike.
///
/// ```text
/// <name>/files       the page's own files
/// <name>/folders     handles of folders that a person gave
/// <name>/settings    preferences
/// <name>/secrets     encrypted secrets and their key
/// ```
///
/// and the library's database under a name of its own, in a file of the origin-private file system where this is a
/// dedicated worker and the browser has such files. A host that wants anything else replaces that
/// field.
#[derive(Clone)]
pub struct WasmBridge {
    /// The database.
    pub database: Arc<WasmDbAdapter>,
    /// The page's own files, and the folders that a person gave.
    pub files: Arc<WasmMountedFileSystem>,
    /// Requests.
    pub http: Arc<WasmHttpClient>,
    /// Secrets.
    pub secrets: Arc<WasmSecureStore>,
    /// Preferences.
    pub settings: Arc<WasmSettingsStore>,
    /// Time.
    pub clock: Arc<WasmClock>,
    /// The network's state.
    pub network: Arc<WasmNetworkMonitor>,
    /// The page's life; in a worker the host reports to it.
    pub lifecycle: Arc<WasmLifecycleObserver>,
    /// Work in the background.
    pub background: Arc<WasmBackgroundExecutor>,
    /// Log records.
    pub log: Arc<WasmLoggerSink>,
}

impl WasmBridge {
    /// Opens everything, with `files` that were opened before.
    ///
    /// # Errors
    /// `NotAvailable` naming what this browser or page lacks and what to do about it; what the first
    /// part that fails says.
    ///
    /// # Cancel safety
    /// What was opened is closed again.
    pub async fn open(
        files: Arc<WasmMountedFileSystem>,
        name: &str,
        database: &str,
    ) -> Result<Self> {
        Self::check_platform()?;
        let settings = WasmSettingsStore::open(&format!("{name}/settings")).await?;
        let secrets = WasmSecureStore::open(&format!("{name}/secrets")).await?;
        let database = open_database(database, &settings).await?;
        Ok(Self {
            database: Arc::new(database),
            files,
            http: Arc::new(WasmHttpClient::new()),
            secrets: Arc::new(secrets),
            settings: Arc::new(settings),
            clock: Arc::new(WasmClock::new()),
            network: Arc::new(WasmNetworkMonitor::new()),
            lifecycle: Arc::new(WasmLifecycleObserver::new()),
            background: Arc::new(WasmBackgroundExecutor::new()),
            log: Arc::new(WasmLoggerSink::new()),
        })
    }

    /// Deletes everything that was stored under `name`, and the library's database: files, handles of
    /// folders, settings, secrets with their key. What is not there is fine. The files of folders that a
    /// person gave are not touched.
    ///
    /// # Errors
    /// `Conflict` if the database is open, here or in another tab, and what the browser says if it does not give
    /// the file in which it lies; nothing is deleted then. What else the browser says: some of it may be deleted
    /// then, and it may be called again.
    ///
    /// # Cancel safety
    /// The browser may go on, and what follows is not deleted.
    pub async fn delete(name: &str, database: &str) -> Result<()> {
        Self::check_platform()?;
        let owned = WasmDbAdapter::own(database).await?;
        let settings = format!("{name}/settings");
        let kept = WasmSettingsStore::open(&settings).await?;
        let is_in_files = is_in_files(&kept, database).await?;
        drop(kept);
        owned.check_free(is_in_files).await?;
        // Secrets go first: a deletion that breaks off should not leave just them.
        WasmSecureStore::destroy(&format!("{name}/secrets")).await?;
        WasmFolders::destroy(&format!("{name}/folders")).await?;
        WasmFileSystem::delete(&format!("{name}/files")).await?;
        // The settings say where the database is, so that this can be called again.
        owned.delete(is_in_files).await?;
        WasmSettingsStore::destroy(&settings).await
    }

    /// Opens the library's database alone, where [`open`](Self::open) does.
    ///
    /// # Errors
    /// What [`WasmDbAdapter::open`] says.
    ///
    /// # Cancel safety
    /// A dropped call leaves nothing open.
    pub async fn open_database(name: &str, database: &str) -> Result<WasmDbAdapter> {
        let settings = WasmSettingsStore::open(&format!("{name}/settings")).await?;
        open_database(database, &settings).await
    }

    /// Looks whether the browser has what the bridges can't do without.
    ///
    /// # Errors
    /// `NotAvailable` naming what is missing and what to do about it.
    pub fn check_platform() -> Result<()> {
        let lacks =
            |what: &str, remedy| Err(BridgeError::new(ErrorKind::NotAvailable { remedy }, what));
        if js::global("isSecureContext").is_falsy() {
            return lacks("a securely loaded page", SERVE_SECURELY);
        }
        if js::global("indexedDB").is_falsy() {
            return lacks("IndexedDB", ALLOW_STORAGE);
        }
        Ok(())
    }
}

/// The preference that says that a database lies in a file: a browser that has mislaid its files is not given a new
/// database in IndexedDB in place of the old one.
fn in_files(database: &str) -> String {
    format!("music-core/database-in-files/{database}")
}

async fn is_in_files(settings: &WasmSettingsStore, database: &str) -> Result<bool> {
    Ok(settings.get(&in_files(database)).await? == Some(true.into()))
}

/// Opens a database where it lies.
async fn open_database(name: &str, settings: &WasmSettingsStore) -> Result<WasmDbAdapter> {
    let storage = match is_in_files(settings, name).await? {
        true => DatabaseStorage::OriginPrivateFiles,
        false => DatabaseStorage::Automatic,
    };
    let options = WasmDatabaseOptions {
        storage,
        ..WasmDatabaseOptions::default()
    };
    let database = WasmDbAdapter::open(name, options).await?;
    if database.storage() == DatabaseStorage::OriginPrivateFiles {
        // Asked again: who deleted it had it meanwhile, and took the preference along.
        match is_in_files(settings, name).await? {
            true if database.was_missing() && database.is_new() => {
                data_loss::note_missing_file(name)
            }
            true => {}
            false => settings.set(&in_files(name), true.into()).await?,
        }
    }
    Ok(database)
}

impl std::fmt::Debug for WasmBridge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmBridge")
            .field("files", &self.files)
            .finish_non_exhaustive()
    }
}
