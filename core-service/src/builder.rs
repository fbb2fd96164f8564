//! Building a service out of bridges.

use std::sync::Arc;

use bridge_traits::clock::Clock;
use bridge_traits::database::DatabaseAdapter;
use bridge_traits::http::HttpClient;
use bridge_traits::lifecycle::LifecycleObserver;
use bridge_traits::network::NetworkMonitor;
use bridge_traits::storage::{FileSystemAccess, SecureStore, SettingsStore};
use core_runtime::config::{CoreConfig, require};

use crate::bridges::Bridges;
use crate::error::Result;
use crate::service::CoreService;

/// Collects bridges and builds a [`CoreService`].
#[derive(Default)]
pub struct CoreServiceBuilder {
    config: Option<CoreConfig>,
    database: Option<Arc<dyn DatabaseAdapter>>,
    filesystem: Option<Arc<dyn FileSystemAccess>>,
    clock: Option<Arc<dyn Clock>>,
    http: Option<Arc<dyn HttpClient>>,
    secure_store: Option<Arc<dyn SecureStore>>,
    settings: Option<Arc<dyn SettingsStore>>,
    network: Option<Arc<dyn NetworkMonitor>>,
    lifecycle: Option<Arc<dyn LifecycleObserver>>,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $bridge:ident;)*) => {$(
        $(#[$doc])*
        #[must_use]
        pub fn $name(mut self, bridge: Arc<dyn $bridge>) -> Self {
            self.$name = Some(bridge);
            self
        }
    )*};
}

impl CoreServiceBuilder {
    /// Begins with nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the configuration. Required.
    #[must_use]
    pub fn config(mut self, config: CoreConfig) -> Self {
        self.config = Some(config);
        self
    }

    setters! {
        /// Sets where the library is kept. Required.
        database: DatabaseAdapter;
        /// Sets how files are reached. Required.
        filesystem: FileSystemAccess;
        /// Sets the clock. Required.
        clock: Clock;
        /// Sets how requests are sent.
        http: HttpClient;
        /// Sets where secrets are kept.
        secure_store: SecureStore;
        /// Sets where preferences are kept.
        settings: SettingsStore;
        /// Sets who watches the network.
        network: NetworkMonitor;
        /// Sets who watches the app's life, of which the events then tell.
        lifecycle: LifecycleObserver;
    }

    /// Opens the library, ends the jobs of processes that died, and gives the service.
    ///
    /// # Errors
    /// [`ServiceError::Config`](crate::ServiceError::Config) naming what is missing and the remedy;
    /// what the library says of its database (newer schema, locked, damaged, full).
    pub async fn build(self) -> Result<CoreService> {
        let config = require(self.config, "a configuration", "pass one with `config`")?;
        let bridges = Bridges {
            database: require(self.database, "a database", "pass one with `database`")?,
            filesystem: require(
                self.filesystem,
                "a file system",
                "pass one with `filesystem`",
            )?,
            clock: require(self.clock, "a clock", "pass one with `clock`")?,
            http: self.http,
            secure_store: self.secure_store,
            settings: self.settings,
            network: self.network,
            lifecycle: self.lifecycle,
        };
        CoreService::open(config, bridges).await
    }
}
