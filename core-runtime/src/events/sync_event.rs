//! What a sync job tells.

use serde::{Deserialize, Serialize};

/// A step in the life of a sync job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum SyncEvent {
    /// The job runs.
    Started {
        /// The job's id.
        job: i64,
        /// The provider's id.
        provider: i64,
        /// `full` or `incremental`; after [`CursorReset`](Self::CursorReset) it is full.
        sync_type: String,
    },
    /// More rows are committed.
    Progress(SyncProgress),
    /// Something was wrong with one item or page, and the job goes on.
    Warning {
        /// The job's id.
        job: i64,
        /// What kind of thing was wrong, in a word that code can match on.
        kind: String,
        /// What was wrong, for people; names the item.
        message: String,
    },
    /// The change cursor is missing or was refused, and the job became a full sync.
    CursorReset {
        /// The job's id.
        job: i64,
        /// Why.
        reason: String,
    },
    /// The job would delete suspiciously much, and waits for a person's word.
    Held {
        /// The job's id.
        job: i64,
        /// How many items it would delete.
        deletions: u64,
    },
    /// There are files of the provider that sound the same, and nobody has decided about them.
    DuplicatesFound {
        /// The job's id.
        job: i64,
        /// How many groups of such files the job found.
        groups: u64,
    },
    /// The job is done.
    Completed(JobSummary),
    /// The job gave up; what it had committed stays.
    Failed {
        /// Why, for people.
        message: String,
        /// How far it came.
        summary: JobSummary,
    },
    /// Somebody cancelled the job.
    Cancelled(JobSummary),
    /// The job rests and can be resumed.
    Paused(JobSummary),
}

impl SyncEvent {
    /// Tells the job's id.
    pub fn job(&self) -> i64 {
        match self {
            Self::Started { job, .. }
            | Self::Warning { job, .. }
            | Self::CursorReset { job, .. }
            | Self::Held { job, .. }
            | Self::DuplicatesFound { job, .. } => *job,
            Self::Progress(progress) => progress.job,
            Self::Failed { summary, .. }
            | Self::Completed(summary)
            | Self::Cancelled(summary)
            | Self::Paused(summary) => summary.job,
        }
    }

    /// Gives the outcome, where the job has ended.
    pub fn summary(&self) -> Option<&JobSummary> {
        match self {
            Self::Failed { summary, .. }
            | Self::Completed(summary)
            | Self::Cancelled(summary)
            | Self::Paused(summary) => Some(summary),
            _ => None,
        }
    }

    /// Tells whether no event of this run of the job follows.
    pub fn is_final(&self) -> bool {
        self.summary().is_some()
    }
}

/// How far a job has come, counted in committed rows. No number ever goes back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SyncProgress {
    /// The job's id.
    pub job: i64,
    /// `discovery`, `processing` or `conflict_resolution`.
    pub phase: String,
    /// Audio files that were found so far, and those to be read though nothing was said of them.
    pub discovered: u64,
    /// Those of them that are dealt with; never more.
    pub processed: u64,
    /// Tracks that are new, back, or came from another provider.
    pub added: u64,
    /// Tracks whose content changed.
    pub updated: u64,
    /// Audio files that were renamed or moved while their tracks were there.
    pub moved: u64,
    /// Tracks that are gone at the provider.
    pub deleted: u64,
    /// Audio files that are as they were. Those that wait are not among them.
    pub unchanged: u64,
    /// Audio files that could not be read.
    pub failed: u64,
    /// What is worked on now, for people: an album or a file name.
    pub current: Option<String>,
}

/// The outcome of a job.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobSummary {
    /// The job's id.
    pub job: i64,
    /// `full` or `incremental`.
    pub sync_type: String,
    /// `completed`, `failed`, `cancelled` or `paused`.
    pub status: String,
    /// Audio files that were found, and those that were to be read though nothing was said of them.
    pub discovered: u64,
    /// Tracks that are new, back, or came from another provider.
    pub added: u64,
    /// Tracks whose content changed.
    pub updated: u64,
    /// Audio files that were renamed or moved while their tracks were there.
    pub moved: u64,
    /// Tracks that are gone at the provider.
    pub deleted: u64,
    /// Audio files that are as they were. Those that wait are not among them.
    pub unchanged: u64,
    /// Audio files that could not be read.
    pub failed: u64,
    /// Audio files that are left for a later sync to read; those that failed and are not set aside are among them.
    pub waiting: u64,
    /// How many warnings were told.
    pub warnings: u64,
    /// Requests sent to the provider; for a local folder, files opened and folders listed.
    pub requests: u64,
    /// Bytes read from the provider.
    pub bytes_read: u64,
    /// Milliseconds from start to end.
    pub duration_ms: u64,
    /// Why it did not complete, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Why it did not complete, in a word that code can match on, such as `quota-exceeded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
}
