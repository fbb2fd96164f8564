//! What can go wrong in a sync.

use bridge_traits::provider::Resync;
use bridge_traits::{BridgeError, ErrorKind};
use core_library::LibraryError;

use crate::job::{SyncJobId, SyncStatus};

/// The result of the sync engine's calls.
pub type Result<T, E = SyncError> = std::result::Result<T, E>;

/// Why a sync, or a call about one, failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// The provider failed; its [kind](BridgeError::kind) says why.
    #[error(transparent)]
    Provider(#[from] BridgeError),
    /// The library failed.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The provider's stream ended before it said that it was done.
    #[error("the provider's listing broke off after {pages} pages; nothing is taken for deleted")]
    IncompleteListing {
        /// How many pages came.
        pages: u64,
    },
    /// The provider gave the same page token twice.
    #[error("the provider's feed runs in a circle: the token of page {page} came before")]
    FeedLoop {
        /// The page, counted from 1.
        page: u64,
    },
    /// The provider has a sync running already.
    #[error("job {job} is syncing this provider already")]
    AlreadyRunning {
        /// The running job.
        job: SyncJobId,
    },
    /// No provider of that id was registered.
    #[error("provider {id} is not registered")]
    UnknownProvider {
        /// The id.
        id: i64,
    },
    /// There is no job of that id.
    #[error("job {0} does not exist")]
    UnknownJob(SyncJobId),
    /// A job can't go from one state to the other.
    #[error("job {job} can't go from {from} to {to}")]
    IllegalTransition {
        /// The job.
        job: SyncJobId,
        /// Its state.
        from: SyncStatus,
        /// The state that was asked for.
        to: SyncStatus,
    },
    /// Somebody cancelled the job.
    #[error("cancelled")]
    Cancelled,
    /// Somebody paused the job.
    #[error("paused")]
    Paused,
    /// The network costs money, and the settings say to wait for one that does not.
    #[error("waiting for a network that is not metered")]
    Metered,
    /// A task of the job panicked.
    #[error("a task of the sync ended abnormally: {0}")]
    TaskFailed(String),
}

impl SyncError {
    /// Tells what the platform said, where it was the platform.
    pub fn bridge(&self) -> Option<&BridgeError> {
        match self {
            Self::Provider(error) => Some(error),
            Self::Library(error) => error.bridge(),
            _ => None,
        }
    }

    /// Names the cause in a word: that of [`ErrorKind::code`] where it was the platform, and one of
    /// those or `already-running`, `incomplete-listing`, `illegal-transition`, `paused`, `metered` or
    /// `task-failed` elsewhere.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Provider(error) => error.kind().code(),
            Self::Library(error) => error.code(),
            Self::IncompleteListing { .. } | Self::FeedLoop { .. } => "incomplete-listing",
            Self::AlreadyRunning { .. } => "already-running",
            Self::UnknownProvider { .. } | Self::UnknownJob(_) => "not-found",
            Self::IllegalTransition { .. } => "illegal-transition",
            Self::Cancelled => "cancelled",
            Self::Paused => "paused",
            Self::Metered => "metered",
            Self::TaskFailed(_) => "task-failed",
        }
    }

    /// Tells whether the job was only asked to stop.
    pub(crate) fn is_a_wish(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Paused | Self::Metered)
    }

    /// Tells in which state a job should end that failed so.
    pub(crate) fn status(&self) -> SyncStatus {
        match self {
            Self::Cancelled => return SyncStatus::Cancelled,
            Self::Paused | Self::Metered => return SyncStatus::Paused,
            _ => {}
        }
        match self.bridge().map(BridgeError::kind) {
            Some(ErrorKind::AuthExpired | ErrorKind::QuotaExceeded | ErrorKind::Offline) => {
                SyncStatus::Paused
            }
            _ => SyncStatus::Failed,
        }
    }

    /// Tells whether the job can go on as soon as the network is there again.
    pub(crate) fn waits_for_network(&self) -> bool {
        let is_offline = self
            .bridge()
            .is_some_and(|error| *error.kind() == ErrorKind::Offline);
        is_offline || matches!(self, Self::Metered)
    }

    /// Gives what the provider says of the listing that must follow, if it refused the change cursor.
    pub(crate) fn resync(&self) -> Option<&Resync> {
        match self.bridge().map(BridgeError::kind) {
            Some(ErrorKind::CursorInvalid(resync)) => Some(resync),
            _ => None,
        }
    }
}
