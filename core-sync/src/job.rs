//! One sync of one provider, as a state machine. Pure: storing it is the repository's job.

use std::fmt;

use core_library::repository::job::JobRow;
use core_library::repository::work::ToRead;

use crate::error::{Result, SyncError};

pub use core_library::repository::job::JobCounts as SyncJobStats;

/// The id of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SyncJobId(pub i64);

impl fmt::Display for SyncJobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Names it for storage and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// Reads what [`as_str`](Self::as_str) wrote.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)* _ => None }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

words! {
    /// How a job finds out what there is.
    SyncType {
        /// It lists everything.
        Full = "full",
        /// It asks for what changed since the last checkpoint.
        Incremental = "incremental",
    }
}

words! {
    /// The state of a job.
    SyncStatus {
        /// It was asked for and has not begun.
        Pending = "pending",
        /// It runs, or its process died while it ran.
        Running = "running",
        /// It rests because of something outside (sign-in, disk, network); the next job goes on.
        Paused = "paused",
        /// It is done.
        Completed = "completed",
        /// It gave up; what it committed stays, the next job goes on.
        Failed = "failed",
        /// Somebody cancelled it; what it committed stays, the next job goes on.
        Cancelled = "cancelled",
    }
}

words! {
    /// What a running job is doing.
    SyncPhase {
        /// It takes in the provider's feed.
        Discovery = "discovery",
        /// It reads changed files.
        Processing = "processing",
        /// It deals with what is gone.
        ConflictResolution = "conflict_resolution",
        /// It does nothing any more.
        Finished = "finished",
    }
}

impl SyncStatus {
    /// Tells whether a job in this state may go to `next`.
    pub fn may_become(self, next: Self) -> bool {
        use SyncStatus::{Cancelled, Completed, Failed, Paused, Pending, Running};
        matches!(
            (self, next),
            (Pending, Running | Cancelled | Failed)
                | (Running, Completed | Failed | Cancelled | Paused)
        )
    }

    /// Tells whether a job in this state never runs again.
    pub fn is_final(self) -> bool {
        !matches!(self, Self::Pending | Self::Running)
    }
}

/// One sync of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncJob {
    pub(crate) row: JobRow,
    sync_type: SyncType,
    status: SyncStatus,
    phase: SyncPhase,
    /// How many audio files it is through with, of those discovered. It is for those who look on, and not stored.
    done: u64,
}

impl SyncJob {
    /// Makes a job that has not begun and has no id yet.
    pub fn new(provider_id: i64, sync_type: SyncType, now_ms: i64) -> Self {
        let row = JobRow {
            id: 0,
            provider_id,
            sync_type: sync_type.as_str().to_owned(),
            status: SyncStatus::Pending.as_str().to_owned(),
            phase: SyncPhase::Discovery.as_str().to_owned(),
            cursor: None,
            counts: SyncJobStats::default(),
            error: None,
            created_at: now_ms,
            started_at: None,
            finished_at: None,
        };
        Self {
            row,
            sync_type,
            status: SyncStatus::Pending,
            phase: SyncPhase::Discovery,
            done: 0,
        }
    }

    /// Reads a stored job; `None` if it says something that this version does not know.
    pub fn from_row(row: JobRow) -> Option<Self> {
        Some(Self {
            sync_type: SyncType::parse(&row.sync_type)?,
            status: SyncStatus::parse(&row.status)?,
            phase: SyncPhase::parse(&row.phase)?,
            done: 0,
            row,
        })
    }

    /// Tells its id.
    pub fn id(&self) -> SyncJobId {
        SyncJobId(self.row.id)
    }

    /// Tells whose music it syncs.
    pub fn provider_id(&self) -> i64 {
        self.row.provider_id
    }

    /// Tells how it finds out what there is.
    pub fn sync_type(&self) -> SyncType {
        self.sync_type
    }

    /// Tells its state.
    pub fn status(&self) -> SyncStatus {
        self.status
    }

    /// Tells what it is doing.
    pub fn phase(&self) -> SyncPhase {
        self.phase
    }

    /// Tells what it did so far.
    pub fn stats(&self) -> &SyncJobStats {
        &self.row.counts
    }

    /// Tells why it failed or rests.
    pub fn error(&self) -> Option<&str> {
        self.row.error.as_deref()
    }

    /// Tells what the last committed page ended in.
    pub fn cursor(&self) -> Option<&[u8]> {
        self.row.cursor.as_deref()
    }

    /// Tells when it was asked for, began and ended, in ms since 1970.
    pub fn times(&self) -> (i64, Option<i64>, Option<i64>) {
        (
            self.row.created_at,
            self.row.started_at,
            self.row.finished_at,
        )
    }

    /// Tells for how many milliseconds it ran, up to `now_ms` if it still runs.
    pub fn duration_ms(&self, now_ms: i64) -> u64 {
        let Some(started) = self.row.started_at else {
            return 0;
        };
        self.row
            .finished_at
            .unwrap_or(now_ms)
            .saturating_sub(started)
            .try_into()
            .unwrap_or(0)
    }

    /// Begins.
    ///
    /// # Errors
    /// [`SyncError::IllegalTransition`] unless it is pending.
    pub fn start(&mut self, now_ms: i64) -> Result<()> {
        self.become_(SyncStatus::Running)?;
        self.row.started_at = Some(now_ms);
        Ok(())
    }

    /// Ends well.
    ///
    /// # Errors
    /// [`SyncError::IllegalTransition`] unless it runs.
    pub fn complete(&mut self, now_ms: i64) -> Result<()> {
        self.become_(SyncStatus::Completed)?;
        self.enter(SyncPhase::Finished);
        self.row.finished_at = Some(now_ms);
        Ok(())
    }

    /// Ends otherwise: failed, cancelled or paused, as the error asks. The phase tells how far it
    /// came.
    ///
    /// # Errors
    /// [`SyncError::IllegalTransition`] if it has ended already.
    pub fn stop(&mut self, why: &SyncError, now_ms: i64) -> Result<()> {
        self.become_(why.status())?;
        self.row.error = Some(why.to_string());
        self.row.finished_at = Some(now_ms);
        Ok(())
    }

    /// Ends a job whose process died.
    ///
    /// # Errors
    /// [`SyncError::IllegalTransition`] if it has ended already.
    pub fn recover(&mut self, now_ms: i64) -> Result<()> {
        self.become_(SyncStatus::Failed)?;
        self.row.error = Some("interrupted: the process ended while the job ran".to_owned());
        self.row.finished_at = Some(now_ms);
        Ok(())
    }

    /// Goes on to a phase.
    pub fn enter(&mut self, phase: SyncPhase) {
        self.phase = phase;
        self.row.phase = phase.as_str().to_owned();
    }

    /// Turns an incremental sync into a full one.
    pub fn escalate(&mut self) {
        self.sync_type = SyncType::Full;
        self.row.sync_type = SyncType::Full.as_str().to_owned();
    }

    /// Notes what the last committed page ended in.
    pub fn update_cursor(&mut self, cursor: Vec<u8>) {
        self.row.cursor = Some(cursor);
    }

    /// Tells how many audio files it is through with, never more than were discovered.
    pub(crate) fn done(&self) -> u64 {
        let counts = &self.row.counts;
        self.done.max(counts.unchanged).min(counts.discovered)
    }

    /// Notes before files are read how many there are. Those that nothing was said of (an earlier job left them, or a
    /// feed tells of their cover alone) count as discovered, too.
    pub(crate) fn begin_reading(&mut self, to_read: ToRead) {
        let ToRead { due, early } = to_read;
        let counts = &mut self.row.counts;
        self.done = counts.discovered.saturating_sub(due + early);
        counts.discovered = counts.discovered.max(self.done + due);
    }

    /// Counts audio files that were read, and those of them that are as they were.
    pub(crate) fn count_read(&mut self, files: usize, unchanged: usize) {
        self.done += files as u64;
        self.row.counts.unchanged += unchanged as u64;
    }

    /// Counts an audio file that could not be processed.
    pub(crate) fn count_failed(&mut self) {
        self.count_read(1, 0);
        self.row.counts.failed += 1;
    }

    /// Gives the counters to add to.
    pub(crate) fn stats_mut(&mut self) -> &mut SyncJobStats {
        &mut self.row.counts
    }

    fn become_(&mut self, next: SyncStatus) -> Result<()> {
        if !self.status.may_become(next) {
            return Err(SyncError::IllegalTransition {
                job: self.id(),
                from: self.status,
                to: next,
            });
        }
        self.status = next;
        self.row.status = next.as_str().to_owned();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
