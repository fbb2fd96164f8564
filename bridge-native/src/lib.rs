//! The platform contract of music-core on desktop and mobile.
//!
//! | trait | here |
//! |---|---|
//! | `DatabaseAdapter` | [`NativeDatabase`]: SQLite through sqlx, one writer, WAL readers |
//! | `FileSystemAccess` | [`NativeFileSystem`] |
//! | `HttpClient` | [`NativeHttpClient`]: reqwest with rustls |
//! | `SecureStore` | [`NativeSecureStore`]: the system's keyring, else encrypted files |
//! | `SettingsStore` | [`NativeSettingsStore`]: a table in a database |
//! | `Clock` | [`NativeClock`] |
//! | `NetworkMonitor` | [`NativeNetworkMonitor`]: the system's routes, or what the host reports |
//! | `LifecycleObserver` | [`NativeLifecycle`]: what the host reports |
//! | `BackgroundExecutor` | [`NativeBackground`] |
//! | `LoggerSink` | [`TracingSink`]: a file or the error output |
//!
//! [`NativeBridge`] opens all of them in one data folder.

mod background;
mod bridge;
mod clock;
mod database;
mod fed;
mod filesystem;
mod http;
mod lifecycle;
mod logging;
mod network;
mod secure_store;
mod settings;

pub use background::NativeBackground;
pub use bridge::NativeBridge;
pub use clock::NativeClock;
pub use database::{NativeDatabase, NativeDatabaseOptions, Synchronous};
pub use filesystem::NativeFileSystem;
pub use http::NativeHttpClient;
pub use lifecycle::NativeLifecycle;
pub use logging::TracingSink;
pub use network::NativeNetworkMonitor;
pub use secure_store::NativeSecureStore;
pub use settings::NativeSettingsStore;
