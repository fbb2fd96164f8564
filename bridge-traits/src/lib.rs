//! The platform contract of music-core: what the core asks of the machine it runs on.
//!
//! Only traits and plain types live here. There is no runtime, no I/O and no opinion about which
//! platform answers; `bridge-native` and `bridge-wasm` do that. One trait a file:
//!
//! | trait | what it is |
//! |---|---|
//! | [`StorageProvider`](provider::StorageProvider) | a place where music lies, with its change feed |
//! | [`FileSystemAccess`](storage::FileSystemAccess) | files and folders |
//! | [`DatabaseAdapter`](database::DatabaseAdapter) | SQLite |
//! | [`HttpClient`](http::HttpClient) | requests with streamed bodies |
//! | [`SecureStore`](storage::SecureStore), [`SettingsStore`](storage::SettingsStore) | secrets, preferences |
//! | [`Clock`](clock::Clock), [`NetworkMonitor`](network::NetworkMonitor), [`LifecycleObserver`](lifecycle::LifecycleObserver), [`BackgroundExecutor`](background::BackgroundExecutor), [`LoggerSink`](logging::LoggerSink) | the rest of the machine |
//!
//! Every error is a [`BridgeError`], told apart by its [`ErrorKind`], never by its text. With the
//! feature `testing` each trait has one conformance suite, which every implementation runs.

extern crate self as bridge_traits;

pub mod background;
pub mod clock;
pub mod database;
pub mod error;
pub mod http;
pub mod lifecycle;
pub mod logging;
pub mod network;
pub mod platform;
pub mod provider;
pub mod storage;
#[cfg(feature = "testing")]
pub mod testing;

pub use bridge_traits_macros::platform_async_trait;
pub use error::{BridgeError, ErrorKind, Result, ThrottleScope};
pub use platform::{BoxFuture, BoxStream, ByteStream, PlatformSend, PlatformSendSync};

#[doc(hidden)]
pub mod __private {
    pub use async_trait::async_trait;
}
