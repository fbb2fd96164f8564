//! Work while nobody is looking.

use bridge_traits::background::{Activity, BackgroundExecutor};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};

const REMEDY: &str = "keep the page open and in sight; a sync that was cut off goes on where it \
     stopped when the page is back";

/// Grants no time in the background: a page has none to give.
///
/// A hidden page's timers are slowed down, then the browser freezes or discards it, and a page
/// can't ask it not to. What a service worker may do without a page (background sync, background
/// fetch) is for single requests, and not in every browser. So every call fails with
/// `NotAvailable`, and the core does what it does anyway: commit in small steps and resume.
#[derive(Debug, Clone, Copy, Default)]
pub struct WasmBackgroundExecutor;

impl WasmBackgroundExecutor {
    /// Makes the executor.
    pub fn new() -> Self {
        Self
    }
}

#[platform_async_trait]
impl BackgroundExecutor for WasmBackgroundExecutor {
    async fn begin_activity(&self, reason: &str) -> Result<Box<dyn Activity>> {
        let kind = ErrorKind::NotAvailable { remedy: REMEDY };
        Err(BridgeError::new(kind, reason).detail("a page gets no time in the background"))
    }
}
