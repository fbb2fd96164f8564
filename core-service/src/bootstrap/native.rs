//! The bridges of desktop and mobile.

use std::path::Path;
use std::sync::Arc;

use bridge_native::{
    NativeClock, NativeDatabase, NativeFileSystem, NativeHttpClient, NativeNetworkMonitor,
    NativeSecureStore, NativeSettingsStore,
};
use bridge_traits::BridgeError;
use core_runtime::config::CoreConfig;

use crate::builder::CoreServiceBuilder;
use crate::error::Result;
use crate::service::CoreService;

/// Builds the core on this machine: SQLite at the configured path, the file system, the network.
/// Secrets and preferences are kept only where the configuration names a data folder.
///
/// # Errors
/// What the library says of its database: its folder is missing, the file is damaged, locked or
/// newer, or the disk is full; each names the file. What the data folder says, likewise.
pub async fn bootstrap_native(config: CoreConfig) -> Result<CoreService> {
    let database = NativeDatabase::open(&config.database_path).await?;
    let mut builder = CoreServiceBuilder::new()
        .database(Arc::new(database))
        .filesystem(Arc::new(NativeFileSystem::new()))
        .clock(Arc::new(NativeClock::new()))
        .http(Arc::new(NativeHttpClient::new(&config.user_agent)?))
        .network(Arc::new(NativeNetworkMonitor::new()));
    if let Some(data) = &config.data_dir {
        builder = with_data_folder(builder, data).await?;
    }
    builder.config(config).build().await
}

async fn with_data_folder(builder: CoreServiceBuilder, data: &Path) -> Result<CoreServiceBuilder> {
    std::fs::create_dir_all(data)
        .map_err(|error| BridgeError::from_io(error, data.to_string_lossy()))?;
    let preferences = NativeDatabase::open(&data.join("settings.db")).await?;
    let settings = NativeSettingsStore::open(Arc::new(preferences)).await?;
    let secrets =
        NativeSecureStore::open("music-core", &data.join("secrets"), &data.join("key")).await?;
    Ok(builder
        .settings(Arc::new(settings))
        .secure_store(Arc::new(secrets)))
}
