//! Conformance suites and in-memory fakes.
//!
//! Each trait has one suite, a macro that turns an expression making a fresh instance into tests:
//!
//! ```ignore
//! bridge_traits::settings_store_conformance!(async || (MemorySettings::new(), ()));
//! ```
//!
//! The expression is an async closure or function giving `(instance, guard)`; the guard (a
//! temporary folder, or `()`) is dropped after the test. The tests carry `#[core_async::test]`, so
//! the crate that uses a suite depends on core-async, and in a browser on wasm-bindgen-test; this crate
//! depends on neither. Suites need no clock and no thread. They run in a browser's window and in its
//! dedicated workers as well: docs/testing.md shows how.
//!
//! The fakes are small, honest implementations that pass the same suites. SQLite has none: an
//! in-memory SQLite is its own fake.

#[doc(hidden)]
pub mod background;
#[doc(hidden)]
pub mod clock;
#[doc(hidden)]
pub mod database;
#[doc(hidden)]
pub mod filesystem;
#[doc(hidden)]
pub mod http;
#[doc(hidden)]
pub mod lifecycle;
#[doc(hidden)]
pub mod logging;
#[doc(hidden)]
pub mod network;
#[doc(hidden)]
pub mod provider;
#[doc(hidden)]
pub mod secure_store;
#[doc(hidden)]
pub mod settings;
mod watched;

pub use background::FakeBackground;
pub use clock::FakeClock;
pub use filesystem::MemoryFileSystem;
pub use http::{FakeAnswer, FakeBody, FakeHttp, conformance_answer};
pub use lifecycle::FakeLifecycle;
pub use logging::MemoryLoggerSink;
pub use network::FakeNetwork;
pub use provider::{ExpectedTree, MemoryProvider, ProviderCall};
pub use secure_store::MemorySecureStore;
pub use settings::MemorySettings;

use crate::{ErrorKind, Result};

/// Writes one test for each named function of a suite.
#[doc(hidden)]
#[macro_export]
macro_rules! __conformance_tests {
    ($suite:ident, $fresh:expr, $($test:ident)*) => {$(
        #[::core_async::test]
        async fn $test() {
            let (instance, guard) = ($fresh)().await;
            $crate::testing::$suite::$test(instance).await;
            drop(guard);
        }
    )*};
}

/// Gives the cause of an error that must have happened.
#[track_caller]
pub(crate) fn cause<T>(result: Result<T>) -> ErrorKind {
    match result {
        Ok(_) => panic!("an error was due"),
        Err(error) => {
            assert!(!error.subject().is_empty(), "no subject: {error}");
            error.kind().clone()
        }
    }
}
