//! The network's state.

use crate::{BoxStream, PlatformSendSync, Result, platform_async_trait};

/// Whether there is a way out, and what it costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkStatus {
    /// Whether there is a connection; `None` where the platform can't tell.
    pub online: Option<bool>,
    /// Whether traffic costs money; `None` where the platform can't tell.
    pub metered: Option<bool>,
}

/// Watches the network.
#[platform_async_trait]
pub trait NetworkMonitor: PlatformSendSync {
    /// Tells the present state. It is a hint: only a request proves that a host can be reached.
    async fn status(&self) -> Result<NetworkStatus>;

    /// Yields the state now and after each change.
    ///
    /// # Errors
    /// `NotAvailable` where the platform has no such notice.
    async fn changes(&self) -> Result<BoxStream<'static, NetworkStatus>>;
}
