//! Syncs: start, pause, cancel, await, look back.

mod duplicates;
mod queue;

use core_sync::{SyncJobId, SyncRequest};

use crate::dto::{JobWarning, SyncJob};
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Starts a sync of a provider and returns at once.
    ///
    /// # Errors
    /// [`SyncError::UnknownProvider`](core_sync::SyncError::UnknownProvider),
    /// [`SyncError::AlreadyRunning`](core_sync::SyncError::AlreadyRunning), `Conflict` if another
    /// program is syncing this library.
    pub async fn start_sync(&self, provider: i64, request: SyncRequest) -> Result<SyncJobId> {
        Ok(self.inner.coordinator.start_sync(provider, request).await?)
    }

    /// Asks a sync to stop after the transaction in hand. The next one goes on from there.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`](core_sync::SyncError::UnknownJob) if this process does not run it.
    pub fn cancel_sync(&self, job: SyncJobId) -> Result<()> {
        Ok(self.inner.coordinator.cancel(job)?)
    }

    /// Asks a sync to rest after the transaction in hand; it ends as paused.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`](core_sync::SyncError::UnknownJob) if this process does not run it.
    pub fn pause_sync(&self, job: SyncJobId) -> Result<()> {
        Ok(self.inner.coordinator.pause(job)?)
    }

    /// Goes on where a paused sync stopped, with a job of its own, and returns at once.
    ///
    /// # Errors
    /// [`SyncError::IllegalTransition`](core_sync::SyncError::IllegalTransition) if it is not paused,
    /// and those of [`start_sync`](Self::start_sync).
    pub async fn resume_sync(&self, job: SyncJobId) -> Result<SyncJobId> {
        Ok(self.inner.coordinator.resume(job).await?)
    }

    /// Waits until a sync has ended, well or not, and gives it.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`](core_sync::SyncError::UnknownJob) if there is none of that id.
    ///
    /// # Cancel safety
    /// Cancel safe; the sync goes on.
    pub async fn wait_for_sync(&self, job: SyncJobId) -> Result<SyncJob> {
        let job = self.inner.coordinator.wait(job).await?;
        Ok(SyncJob::from_job(&job, self.inner.library.now_ms()))
    }

    /// Tells how a sync stands, as far as it is committed.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`](core_sync::SyncError::UnknownJob) if there is none of that id.
    pub async fn sync_job(&self, job: SyncJobId) -> Result<SyncJob> {
        let job = self.inner.coordinator.jobs().find_by_id(job).await?;
        Ok(SyncJob::from_job(&job, self.inner.library.now_ms()))
    }

    /// Lists syncs, newest first, beginning before job `before`.
    ///
    /// # Errors
    /// `invalid-input` for a limit that is not 1 to 1,000; else what the database says.
    pub async fn sync_history(
        &self,
        before: Option<SyncJobId>,
        limit: usize,
    ) -> Result<Vec<SyncJob>> {
        let jobs = self.inner.coordinator.jobs().list(before, limit).await?;
        let now = self.inner.library.now_ms();
        Ok(jobs.iter().map(|job| SyncJob::from_job(job, now)).collect())
    }

    /// Lists what a sync had to say, in order, beginning after the warning of id `after`.
    ///
    /// # Errors
    /// [`UnknownJob`](core_sync::SyncError::UnknownJob) if there is no such sync; `invalid-input` for a limit that is not 1 to 1,000; else what the database says.
    pub async fn sync_warnings(
        &self,
        job: SyncJobId,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<JobWarning>> {
        let jobs = self.inner.coordinator.jobs();
        let warnings = jobs.warnings(job, after, limit).await?;
        if warnings.is_empty() {
            jobs.find_by_id(job).await?;
        }
        Ok(warnings.into_iter().map(JobWarning::of).collect())
    }
}
