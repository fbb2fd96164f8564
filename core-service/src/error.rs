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
    /// A folder that is to be added lies in one that is known, or holds it.
    #[error(
        "{folder} overlaps {known}, which is in the library: songs would be there twice; take that one out first, or \
         exclude the inner one from the outer"
    )]
    FoldersOverlap {
        /// The folder that is to be added.
        folder: String,
        /// The one that is known.
        known: String,
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
    /// Names the cause in a word, for hosts that match on text: that of
    /// [`ErrorKind::code`] where it was the platform, and one of those, of
    /// [`SyncError::code`], `invalid-config`, `already-started`, `unknown-provider-kind` or `folders-overlap`
    /// elsewhere.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Config(_) | Self::Events(_) => "invalid-config",
            Self::AlreadyStarted => "already-started",
            Self::Platform(error) => error.kind().code(),
            Self::Library(error) => error.code(),
            Self::Sync(error) => error.code(),
            Self::UnknownProviderKind { .. } => "unknown-provider-kind",
            Self::FoldersOverlap { .. } => "folders-overlap",
            Self::Artwork { .. } => "not-found",
        }
    }

    /// Names what the error is about: a path, a URL, an argument, a row.
    pub fn subject(&self) -> Option<String> {
        match self {
            Self::Library(LibraryError::NotFound { entity, id })
            | Self::Sync(SyncError::Library(LibraryError::NotFound { entity, id })) => {
                Some(format!("{entity} {id}"))
            }
            Self::Library(LibraryError::InvalidInput { field, .. })
            | Self::Sync(SyncError::Library(LibraryError::InvalidInput { field, .. })) => {
                Some((*field).to_owned())
            }
            Self::Library(LibraryError::SchemaDiffers { object, .. }) => Some(object.clone()),
            Self::Sync(SyncError::UnknownProvider { id }) => Some(format!("provider {id}")),
            Self::Sync(SyncError::AlreadyRunning { job } | SyncError::UnknownJob(job)) => {
                Some(format!("job {job}"))
            }
            Self::Config(ConfigError::Invalid { field, .. }) => Some((*field).to_owned()),
            Self::Config(ConfigError::Missing { capability, .. }) => Some((*capability).to_owned()),
            Self::UnknownProviderKind { key, .. } => Some(format!("provider {key}")),
            Self::FoldersOverlap { folder, .. } => Some(folder.clone()),
            Self::Artwork { id, .. } => Some(format!("artwork {id}")),
            _ => self.bridge().map(|it| it.subject().to_owned()),
        }
    }

    /// Tells what the person or the host can do about it, where that is known.
    pub fn remedy(&self) -> Option<&'static str> {
        match (self, self.kind()) {
            (Self::Config(ConfigError::Missing { remedy, .. }), _) => Some(remedy),
            (_, Some(ErrorKind::NotAvailable { remedy })) => Some(remedy),
            _ => None,
        }
    }

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
