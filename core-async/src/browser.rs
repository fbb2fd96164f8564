//! The browser's event loop as a [`Host`]: in a window, a dedicated worker or a shared worker.

#[cfg(feature = "jspi")]
mod fiber;
mod host;

use crate::local::runtime::Runtime;
use host::BrowserHost;

thread_local! {
    static RUNTIME: Runtime = Runtime::new(BrowserHost::new());
}

/// Gives the runtime of this page or worker, made on first use.
pub(crate) fn runtime() -> Runtime {
    RUNTIME.with(Runtime::clone)
}
