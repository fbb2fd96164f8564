//! Secrets.

use crate::{PlatformSendSync, Result, platform_async_trait};

/// Keeps secrets (tokens, passwords) where the platform protects them best.
///
/// Errors: `NotAvailable` with a remedy where there is no such place, `Corrupt` for a record that
/// was damaged or tampered with.
#[platform_async_trait]
pub trait SecureStore: PlatformSendSync {
    /// Reads a secret; `None` if there is none of that name.
    async fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;

    /// Stores a secret, replacing an older one.
    async fn set(&self, name: &str, secret: &[u8]) -> Result<()>;

    /// Removes a secret; one that is not there is fine.
    async fn delete(&self, name: &str) -> Result<()>;

    /// Says in one sentence where secrets are kept and what that does not protect from.
    fn protection(&self) -> &'static str;
}
