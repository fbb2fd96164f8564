//! The platform contract of music-core in a browser, in windows and in workers.
//!
//! | trait | here |
//! |---|---|
//! | `FileSystemAccess` | [`WasmFileSystem`]: inodes, folders and chunks in IndexedDB |
//! | | [`WasmFolders`]: folders that a person gave to the page, read-only |
//! | | [`WasmMountedFileSystem`]: both as one |
//! | `DatabaseAdapter` | [`WasmDbAdapter`]: SQLite compiled to wasm, in a file of the origin or in IndexedDB |
//! | `SecureStore` | [`WasmSecureStore`]: AES-GCM under a key that no script can read |
//! | `SettingsStore` | [`WasmSettingsStore`]: IndexedDB |
//! | `HttpClient` | [`WasmHttpClient`]: fetch |
//! | `Clock` | [`WasmClock`] |
//! | `NetworkMonitor` | [`WasmNetworkMonitor`]: what the browser tells |
//! | `LifecycleObserver` | [`WasmLifecycleObserver`]: what the browser or the host tells |
//! | `BackgroundExecutor` | [`WasmBackgroundExecutor`]: refuses, since a page has no such time |
//! | `LoggerSink` | [`WasmLoggerSink`]: the console |
//!
//! Its files are those of `bridge-native`, each type named `Wasm…` where it is `Native…` there, and
//! each runs the same conformance suite of `bridge-traits`. On other targets the crate is empty.

#![cfg(target_arch = "wasm32")]

mod background;
mod bridge;
mod clock;
mod database;
mod error;
mod filesystem;
mod folders;
mod http;
mod idb;
mod js;
mod lifecycle;
mod listener;
mod locks;
mod logging;
mod mounts;
mod network;
mod observed;
mod secure_store;
mod settings;

pub use background::WasmBackgroundExecutor;
pub use bridge::WasmBridge;
pub use clock::WasmClock;
pub use database::{DatabaseStorage, WasmDatabaseOptions, WasmDbAdapter};
pub use filesystem::{FileSystemOptions, FileSystemUsage, WasmFileSystem};
pub use folders::{DroppedItem, FolderAccess, PickedFile, UserFolder, WasmFolders};
pub use http::WasmHttpClient;
pub use idb::{DataLoss, Durability, take_data_loss};
pub use lifecycle::WasmLifecycleObserver;
pub use logging::WasmLoggerSink;
pub use mounts::WasmMountedFileSystem;
pub use network::WasmNetworkMonitor;
pub use secure_store::WasmSecureStore;
pub use settings::WasmSettingsStore;
