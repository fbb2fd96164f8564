//! Work while nobody is looking.

use crate::{PlatformSend, PlatformSendSync, Result, platform_async_trait};

/// Keeps the platform from suspending the app until it is dropped.
pub trait Activity: PlatformSend {}

/// Asks the platform for time in the background.
#[platform_async_trait]
pub trait BackgroundExecutor: PlatformSendSync {
    /// Announces work that should go on while the app is in the background; it lasts until the
    /// returned value is dropped.
    ///
    /// # Errors
    /// `NotAvailable` where the platform gives no such time.
    async fn begin_activity(&self, reason: &str) -> Result<Box<dyn Activity>>;
}
