//! A library as a file, to be kept elsewhere or moved to another browser.

use std::sync::Arc;

use bridge_traits::database::DatabaseAdapter;
use bridge_traits::{BridgeError, ErrorKind};
use bridge_wasm::{WasmBridge, WasmClock, WasmDbAdapter};
use core_library::Library;
use core_runtime::config::CoreConfig;

use super::{Start, WasmCore, name};
use crate::error::Result;

impl WasmCore {
    /// Copies what is committed: a SQLite database file, which [`import_wasm`] and the native core take. Passwords,
    /// handles of folders and the page's own files are not in it.
    ///
    /// # Errors
    /// `Conflict` if the library is closed.
    pub async fn export(&self) -> Result<Vec<u8>> {
        Ok(self.database.export().await?)
    }
}

/// Puts a library that was exported in the place of the one of this configuration, or where none is. It is
/// brought up to date before anything is replaced.
///
/// # Errors
/// `AlreadyStarted` while this thread has a core or is starting one; `Conflict` if another tab has the library
/// open; `Corrupt` if the bytes are no sound database, `InvalidInput` if it is empty, and what the library says if
/// it is another program's or a newer version's, or somebody has
/// [changed its schema](core_library::Library::check_schema); `QuotaExceeded` if there is no room. The library is then
/// what it was.
///
/// # Cancel safety
/// A dropped call has replaced everything or nothing.
pub async fn import_wasm(config: &CoreConfig, bytes: Vec<u8>) -> Result<()> {
    // Nothing starts meanwhile.
    let _start = Start::begin()?;
    WasmBridge::check_platform()?;
    let trial = Arc::new(WasmDbAdapter::in_memory().await?);
    trial.import(bytes).await?;
    let tables = trial.query("SELECT 1 FROM sqlite_schema LIMIT 1", vec![]);
    if tables.await?.is_empty() {
        // It would be taken for a new library.
        let empty = BridgeError::new(ErrorKind::InvalidInput, "library");
        return Err(empty.detail("there is nothing in the file").into());
    }
    let library = Library::open(trial.clone(), Arc::new(WasmClock::new())).await?;
    library.check_schema().await?;
    let bytes = trial.export().await?;
    let database = config.database_path.to_string_lossy();
    let database = WasmBridge::open_database(&name(config), &database).await?;
    Ok(database.import(bytes).await?)
}
