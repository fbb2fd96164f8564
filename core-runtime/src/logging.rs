//! `tracing` records to the host's [`LoggerSink`], free of secrets and personal data.
//!
//! [`install`] puts a [`LogLayer`] in place for the whole program; a host that has its own
//! subscriber adds the layer to that instead. Every message and field passes [`redact()`] or
//! [`redact_field`] before a sink sees it, also those that spans carry.
//!
//! # Threads
//! Natively any thread may log, and any `dyn LoggerSink` will do. `tracing` asks for a sink that is
//! `Send + Sync` in a browser too, where a `dyn LoggerSink` promises neither; there pass the
//! concrete sink.
//!
//! # What redaction does not do
//! It knows secrets by the name beside them and by their shape. A secret in free text that has
//! neither ("the password is hunter2") gets through; don't write that.

mod fields;
mod filter;
mod layer;
mod redact;

use std::fmt;
use std::sync::Arc;

use bridge_traits::clock::Clock;
use bridge_traits::logging::LoggerSink;
use bridge_traits::{BridgeError, ErrorKind};
use tracing_subscriber::layer::{Layer, SubscriberExt};

pub use filter::{InvalidLogFilter, LogFilter};
pub use layer::LogLayer;
pub use redact::{redact, redact_field};

/// Sends the records of the whole program that `filter` lets through to `sink`.
///
/// # Errors
/// [`AlreadyInstalled`] if the program has a global subscriber.
pub fn install<K, C>(
    filter: LogFilter,
    sink: Arc<K>,
    clock: Arc<C>,
) -> Result<LogHandle<K>, AlreadyInstalled>
where
    K: LoggerSink + Send + Sync + ?Sized + 'static,
    C: Clock + Send + Sync + ?Sized + 'static,
{
    let layer = LogLayer::new(Arc::clone(&sink), clock);
    let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter.into_targets()));
    tracing::subscriber::set_global_default(subscriber).map_err(|_| AlreadyInstalled)?;
    Ok(LogHandle::new(sink))
}

/// The error of a second global subscriber.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the program has a tracing subscriber already: add a `LogLayer` to that one")]
pub struct AlreadyInstalled;

/// Makes sure that what was logged is where it belongs.
pub struct LogHandle<K: ?Sized> {
    sink: Arc<K>,
}

impl<K: LoggerSink + ?Sized> LogHandle<K> {
    /// Makes a handle for a sink that a [`LogLayer`] writes to.
    pub fn new(sink: Arc<K>) -> Self {
        Self { sink }
    }

    /// Returns when every record logged so far is where it belongs.
    ///
    /// # Errors
    /// What the sink says, such as `QuotaExceeded`.
    ///
    /// # Cancel safety
    /// A dropped call leaves the sink as it is; records are not lost by it.
    pub async fn flush(&self) -> Result<(), BridgeError> {
        self.sink.flush().await
    }

    /// Does what [`flush`](Self::flush) does from synchronous code, such as a `Drop` or a panic
    /// hook, and returns only when it is done.
    ///
    /// # Errors
    /// What the sink says. [`ErrorKind::Unsupported`] where nothing may wait: within asynchronous code,
    /// and in a browser if the sink has to wait for the page and can't be waited for. No record is lost
    /// then; a later flush stores it.
    pub fn flush_blocking(&self) -> Result<(), BridgeError> {
        core_async::runtime::try_block_on(self.sink.flush()).unwrap_or_else(|error| {
            Err(BridgeError::new(ErrorKind::Unsupported, "blocking flush of the log").source(error))
        })
    }
}

impl<K: ?Sized> Clone for LogHandle<K> {
    fn clone(&self) -> Self {
        Self {
            sink: Arc::clone(&self.sink),
        }
    }
}

impl<K: ?Sized> fmt::Debug for LogHandle<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogHandle").finish_non_exhaustive()
    }
}
