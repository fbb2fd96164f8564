//! What a host is told when something fails.

use bridge_traits::{BridgeError, ErrorKind};
use core_library::LibraryError;
use core_runtime::config::ConfigError;
use core_runtime::events::InvalidCapacity;
use core_sync::SyncError;

/// The result of the service's calls.
pub type Result<T, E = ServiceError> = std::result::Result<T, E>;

/// Why a call to the service failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The configuration can't work.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// This thread has a core, or is starting one.
    #[error("this window or worker has a core already; shut it down and drop it first")]
    AlreadyStarted,
    /// The event bus can't be made as configured.
    #[error(transparent)]
    Events(#[from] InvalidCapacity),
    /// The platform failed.
    #[error(transparent)]
    Platform(#[from] BridgeError),
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A sync, or a call about one, failed.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A provider in the database is of a kind that this version does not know.
    #[error("provider {key} is of the unknown kind {kind}; update the app")]
    UnknownProviderKind {
        /// The provider's key.
        key: String,
        /// Its kind.
        kind: String,
    },
    /// An image can't be had any more.
    #[error("artwork {id}: {reason}")]
    Artwork {
        /// The image.
        id: i64,
        /// Why not.
        reason: String,
    },
}

impl ServiceError {
    /// Tells what the platform said, where it was the platform at bottom.
    pub fn bridge(&self) -> Option<&BridgeError> {
        match self {
            Self::Platform(error) => Some(error),
            Self::Library(error) => error.bridge(),
            Self::Sync(error) => error.bridge(),
            _ => None,
        }
    }

    /// Tells the platform's cause, where it was the platform at bottom.
    pub fn kind(&self) -> Option<&ErrorKind> {
        self.bridge().map(BridgeError::kind)
    }
}
