//! Preferences.

use serde_json::Value;

use crate::{PlatformSendSync, Result, platform_async_trait};

/// Keeps small preferences as JSON values.
#[platform_async_trait]
pub trait SettingsStore: PlatformSendSync {
    /// Reads a setting; `None` if it was never set.
    async fn get(&self, name: &str) -> Result<Option<Value>>;

    /// Stores a setting, replacing an older one.
    async fn set(&self, name: &str, value: Value) -> Result<()>;

    /// Removes a setting; one that is not there is fine.
    async fn delete(&self, name: &str) -> Result<()>;

    /// Lists the names of all settings that begin with `prefix`, sorted.
    async fn names(&self, prefix: &str) -> Result<Vec<String>>;
}
