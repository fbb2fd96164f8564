//! The parts of the platform that a service is built on.

use std::sync::Arc;

use bridge_traits::clock::Clock;
use bridge_traits::database::DatabaseAdapter;
use bridge_traits::http::HttpClient;
use bridge_traits::lifecycle::LifecycleObserver;
use bridge_traits::network::NetworkMonitor;
use bridge_traits::storage::{FileSystemAccess, SecureStore, SettingsStore};

/// The platform, as a running service uses it. Optional parts say what does not work without them.
#[derive(Clone)]
pub struct Bridges {
    /// Where the library is kept.
    pub database: Arc<dyn DatabaseAdapter>,
    /// Files and folders.
    pub filesystem: Arc<dyn FileSystemAccess>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Requests; without it there are no providers on a network.
    pub http: Option<Arc<dyn HttpClient>>,
    /// Secrets; without it nobody can sign in to a provider.
    pub secure_store: Option<Arc<dyn SecureStore>>,
    /// Preferences.
    pub settings: Option<Arc<dyn SettingsStore>>,
    /// The network's state; without it the network is taken to be there.
    pub network: Option<Arc<dyn NetworkMonitor>>,
    /// The app's life; without it nothing is told of that.
    pub lifecycle: Option<Arc<dyn LifecycleObserver>>,
}
