//! The bridges of desktop and mobile.

use std::sync::Arc;

use bridge_native::{NativeClock, NativeDatabase, NativeFileSystem};
use core_runtime::config::CoreConfig;

use crate::builder::CoreServiceBuilder;
use crate::error::Result;
use crate::service::CoreService;

/// Builds the core on this machine: SQLite at the configured path, the file system, the network.
///
/// # Errors
/// What the library says of its database: the folder is missing, the file is damaged, locked,
/// newer, or the disk is full; each names the file.
pub async fn bootstrap_native(config: CoreConfig) -> Result<CoreService> {
    let database = NativeDatabase::open(&config.database_path).await?;
    CoreServiceBuilder::new()
        .config(config)
        .database(Arc::new(database))
        .filesystem(Arc::new(NativeFileSystem::new()))
        .clock(Arc::new(NativeClock::new()))
        .build()
        .await
}
