//! How a running job is asked to stop, and why it should.

use std::sync::{Arc, OnceLock};

use core_async::sync::CancellationToken;

use crate::error::{Result, SyncError};

/// Why a job should stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopReason {
    /// A person does not want it.
    Cancelled,
    /// A person wants it later.
    Paused,
    /// The network costs money, and the settings say to wait for one that does not.
    Metered,
}

/// The wish that a job stops; the first reason counts. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stop {
    token: CancellationToken,
    why: Arc<OnceLock<StopReason>>,
}

impl Stop {
    /// Asks the job to stop.
    pub(crate) fn ask(&self, why: StopReason) {
        // An earlier reason stays.
        let _ = self.why.set(why);
        self.token.cancel();
    }

    /// Fails with the reason if the job should stop.
    pub(crate) fn check(&self) -> Result<()> {
        if self.token.is_cancelled() {
            Err(self.error())
        } else {
            Ok(())
        }
    }

    /// Waits until the job should stop, and gives the reason.
    pub(crate) async fn asked(&self) -> SyncError {
        self.token.cancelled().await;
        self.error()
    }

    fn error(&self) -> SyncError {
        match self.why.get() {
            Some(StopReason::Paused) => SyncError::Paused,
            Some(StopReason::Metered) => SyncError::Metered,
            Some(StopReason::Cancelled) | None => SyncError::Cancelled,
        }
    }
}
