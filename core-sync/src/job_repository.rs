//! Jobs, stored.

use core_library::repository::job::{self, JobRow, JobWarning};
use core_library::{Library, LibraryError, WriteTx};

use crate::error::{Result, SyncError};
use crate::job::{SyncJob, SyncJobId};

/// Keeps the sync jobs of a library.
#[derive(Clone)]
pub struct SyncJobRepository {
    library: Library,
}

impl SyncJobRepository {
    /// Makes the repository of a library.
    pub fn new(library: Library) -> Self {
        Self { library }
    }

    /// Stores a new job and gives it its id.
    pub async fn insert(&self, job: &mut SyncJob) -> Result<SyncJobId> {
        let mut tx = self.library.write().await?;
        job.row.id = job::insert(&mut tx, &job.row).await?;
        tx.commit().await?;
        Ok(job.id())
    }

    /// Stores what changed in a job.
    pub async fn update(&self, job: &SyncJob) -> Result<()> {
        let mut tx = self.library.write().await?;
        self.update_in(&mut tx, job).await?;
        Ok(tx.commit().await?)
    }

    /// Stores what changed in a job, together with what else the transaction does.
    pub async fn update_in(&self, tx: &mut WriteTx, job: &SyncJob) -> Result<()> {
        Ok(job::update(tx, &job.row).await?)
    }

    /// Stores a job that has ended, and notes how many files it leaves in the queue.
    pub(crate) async fn end_in(&self, tx: &mut WriteTx, job: &mut SyncJob) -> Result<()> {
        job.stats_mut().waiting = job::end(tx, &job.row).await?;
        Ok(())
    }

    /// Adds warnings to a job, together with what else the transaction does.
    pub async fn warn_in(
        &self,
        tx: &mut WriteTx,
        job: &mut SyncJob,
        warnings: Vec<JobWarning>,
    ) -> Result<()> {
        if warnings.is_empty() {
            return Ok(());
        }
        job.stats_mut().warnings += warnings.len() as u64;
        Ok(job::warn(tx, job.id().0, warnings).await?)
    }

    /// Finds a job.
    ///
    /// # Errors
    /// [`SyncError::UnknownJob`] if there is none of that id.
    pub async fn find_by_id(&self, id: SyncJobId) -> Result<SyncJob> {
        let row = job::find(&self.library, id.0)
            .await?
            .ok_or(SyncError::UnknownJob(id))?;
        read(row)
    }

    /// Lists jobs, newest first, beginning before job `before`.
    pub async fn list(&self, before: Option<SyncJobId>, limit: usize) -> Result<Vec<SyncJob>> {
        let rows = job::list(&self.library, before.map(|id| id.0), limit).await?;
        rows.into_iter().map(read).collect()
    }

    /// Lists the jobs that say they are running.
    pub async fn find_running(&self) -> Result<Vec<SyncJob>> {
        job::running(&self.library)
            .await?
            .into_iter()
            .map(read)
            .collect()
    }

    /// Lists what a job had to say, in order, each with its id, beginning after the one of id `after`.
    ///
    /// # Errors
    /// `InvalidInput` for a limit that is not 1 to [`MAX_PAGE`](core_library::repository::MAX_PAGE); else what the
    /// database says.
    pub async fn warnings(
        &self,
        id: SyncJobId,
        after: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(i64, JobWarning)>> {
        Ok(job::warnings(&self.library, id.0, after, limit).await?)
    }
}

fn read(row: JobRow) -> Result<SyncJob> {
    let id = row.id;
    SyncJob::from_row(row)
        .ok_or_else(|| LibraryError::NotFound {
            entity: "meaning of sync job",
            id: id.to_string(),
        })
        .map_err(SyncError::from)
}
