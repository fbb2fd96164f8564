//! Work while nobody is looking.

use bridge_traits::background::{Activity, BackgroundExecutor};
use bridge_traits::{Result, platform_async_trait};

/// Grants time in the background where nothing suspends a process: on desktops and servers.
///
/// On Android and iOS the system does suspend it, and only the host can ask it not to (a foreground
/// service, a background task); there every call fails with `NotAvailable`, and the host gives the
/// core an executor of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct NativeBackground;

impl NativeBackground {
    /// Makes the executor.
    pub fn new() -> Self {
        Self
    }
}

#[platform_async_trait]
impl BackgroundExecutor for NativeBackground {
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    async fn begin_activity(&self, reason: &str) -> Result<Box<dyn Activity>> {
        tracing::debug!(reason, "activity begins; nothing suspends this process");
        Ok(Box::new(Granted))
    }

    #[cfg(any(target_os = "android", target_os = "ios"))]
    async fn begin_activity(&self, reason: &str) -> Result<Box<dyn Activity>> {
        let remedy = "the host app must pass a BackgroundExecutor that asks the system";
        let kind = bridge_traits::ErrorKind::NotAvailable { remedy };
        Err(bridge_traits::BridgeError::new(kind, reason))
    }
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
struct Granted;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
impl Activity for Granted {}
