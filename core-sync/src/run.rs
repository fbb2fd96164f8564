//! What the phases of one running job share.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use bridge_traits::provider::StorageProvider;
use core_library::repository::job::JobWarning;
use core_library::{Library, Touched, WriteTx};
use core_runtime::config::SyncConfig;
use core_runtime::retry::RetryPolicy;

use crate::conflict_resolution::ConflictResolver;
use crate::error::Result;
use crate::job::{SyncJob, SyncPhase};
use crate::job_repository::SyncJobRepository;
use crate::progress::{LibraryChange, Reporter};
use crate::stop::Stop;

/// One running job with all that its phases need.
pub(crate) struct JobRun {
    pub(crate) job: SyncJob,
    pub(crate) provider: Arc<dyn StorageProvider>,
    pub(crate) library: Library,
    pub(crate) jobs: SyncJobRepository,
    pub(crate) reporter: Reporter,
    pub(crate) config: SyncConfig,
    pub(crate) retry: RetryPolicy,
    pub(crate) stop: Stop,
    /// Grows when work of this library was made more urgent.
    pub(crate) raised: Arc<AtomicU64>,
    /// Whether files may wait to be read that are as they were: an earlier job left them behind, or something beside
    /// them changed.
    pub(crate) rereads: bool,
    /// Whether a person has said that all deletions are meant.
    pub(crate) deletions_confirmed: bool,
    /// The images that were said to be unreadable.
    pub(crate) told_images: HashSet<String>,
    /// The albums and artists that the last commit touched, until somebody tells of them.
    pub(crate) touched: Touched,
}

impl JobRun {
    /// So many images are remembered before all are forgotten.
    const MOST_TOLD: usize = 4_096;

    /// Leaves out images that were told of before.
    pub(crate) fn not_told_yet(&mut self, mut images: Vec<JobWarning>) -> Vec<JobWarning> {
        if self.told_images.len() > Self::MOST_TOLD {
            self.told_images.clear();
        }
        images.retain(|it| self.told_images.insert(it.subject.clone()));
        images
    }

    /// Makes the resolver of the job's provider.
    pub(crate) fn resolver(&self) -> ConflictResolver {
        let stable_ids = self.provider.capabilities().stable_ids;
        ConflictResolver::new(self.library.clone(), self.job.provider_id(), stable_ids)
    }

    /// Stops the job here if it was asked to. Called between transactions only.
    pub(crate) fn check_stop(&self) -> Result<()> {
        self.stop.check()
    }

    /// Goes on to a phase and says so.
    pub(crate) async fn enter(&mut self, phase: SyncPhase) -> Result<()> {
        self.check_stop()?;
        self.job.enter(phase);
        self.reporter
            .progress(&self.job, None, self.library.now_ms());
        Ok(())
    }

    /// Commits a transaction together with the job's numbers and warnings, then tells of it.
    ///
    /// If it fails, the job's numbers are those of the last commit again.
    pub(crate) async fn commit(
        &mut self,
        mut tx: WriteTx,
        changed: SyncJob,
        warnings: Vec<JobWarning>,
        current: Option<String>,
    ) -> Result<()> {
        let mut changed = changed;
        self.jobs
            .warn_in(&mut tx, &mut changed, warnings.clone())
            .await?;
        self.jobs.update_in(&mut tx, &changed).await?;
        let touched = tx.take_touched();
        tx.commit().await?;
        self.touched = touched;
        self.job = changed;
        self.reporter.warnings(&self.job, &warnings);
        self.reporter
            .progress_at_intervals(&self.job, current, self.library.now_ms());
        Ok(())
    }

    /// Tells what the last commit changed in the library: these tracks, with their albums and artists.
    pub(crate) fn tell(&mut self, change: LibraryChange) {
        let touched = std::mem::take(&mut self.touched);
        self.reporter.library(LibraryChange { touched, ..change });
    }
}
