//! Where commits become durable.

use bridge_traits::{BridgeError, Result, platform_async_trait};

use super::store::Commit;

/// Makes commits durable, one at a time and in order.
#[platform_async_trait]
pub(super) trait Backend {
    /// Makes a commit durable, as a whole or not at all.
    async fn persist(&self, commit: &Commit) -> Result<(), NotPersisted>;

    /// Tells the version that is stored, for after a commit whose end is not known.
    async fn stored_version(&self) -> Result<u64>;

    /// Waits until what was committed is on the disk, as far as the browser can tell.
    async fn sync(&self) -> Result<()>;

    /// Lets go of what others need to open the database.
    async fn close(&self);
}

/// Why a commit is not known to be durable.
#[derive(Debug)]
pub(super) struct NotPersisted {
    pub(super) error: BridgeError,
    /// Whether it may be stored all the same: the browser broke off without saying.
    pub(super) is_uncertain: bool,
}

impl From<BridgeError> for NotPersisted {
    fn from(error: BridgeError) -> Self {
        let is_uncertain = false;
        Self {
            error,
            is_uncertain,
        }
    }
}

/// Keeps nothing beyond the life of the database object.
pub(super) struct Nowhere;

#[platform_async_trait]
impl Backend for Nowhere {
    async fn persist(&self, _: &Commit) -> Result<(), NotPersisted> {
        Ok(())
    }

    async fn stored_version(&self) -> Result<u64> {
        Ok(0)
    }

    async fn sync(&self) -> Result<()> {
        Ok(())
    }

    async fn close(&self) {}
}
