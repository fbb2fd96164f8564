//! Syncs.

use core_library::repository::job;
use core_library::repository::work::Quarantined;
use serde::Serialize;

/// A sync and what it did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncJob {
    /// Its id.
    pub job: i64,
    /// The provider.
    pub provider: i64,
    /// `full` or `incremental`.
    pub sync_type: &'static str,
    /// `pending`, `running`, `paused`, `completed`, `failed` or `cancelled`.
    pub status: &'static str,
    /// `discovery`, `processing`, `conflict_resolution` or `finished`.
    pub phase: &'static str,
    /// Audio files that were observed, and those that were to be read though nothing was said of them.
    pub discovered: u64,
    /// Tracks that are new, back, or came from another provider: `added` less `deleted` is what the
    /// provider's number of tracks grew by.
    pub added: u64,
    /// Tracks whose content changed.
    pub updated: u64,
    /// Audio files that were renamed or moved while their tracks were there.
    pub moved: u64,
    /// Tracks that went missing.
    pub deleted: u64,
    /// Audio files that are as they were. Those that wait are not among them.
    pub unchanged: u64,
    /// Audio files that could not be processed.
    pub failed: u64,
    /// Audio files that were left for a later sync to read; those that failed and are not set aside are among them.
    pub waiting: u64,
    /// Deletions that the guard kept back.
    pub held: u64,
    /// Warnings.
    pub warnings: u64,
    /// Pages of the feed, requests and opened files.
    pub requests: u64,
    /// Bytes of content that were read.
    pub bytes_read: u64,
    /// How long it ran, in ms.
    pub duration_ms: u64,
    /// Why it failed or rests.
    pub error: Option<String>,
    /// When it was asked for, in ms since 1970.
    pub created_at: i64,
    /// When it ended, in ms since 1970.
    pub finished_at: Option<i64>,
}

impl SyncJob {
    pub(crate) fn from_job(job: &core_sync::SyncJob, now_ms: i64) -> Self {
        let stats = job.stats();
        let (created_at, _, finished_at) = job.times();
        Self {
            job: job.id().0,
            provider: job.provider_id(),
            sync_type: job.sync_type().as_str(),
            status: job.status().as_str(),
            phase: job.phase().as_str(),
            discovered: stats.discovered,
            added: stats.added,
            updated: stats.updated,
            moved: stats.moved,
            deleted: stats.deleted,
            unchanged: stats.unchanged,
            failed: stats.failed,
            waiting: stats.waiting,
            held: stats.held,
            warnings: stats.warnings,
            requests: stats.requests,
            bytes_read: stats.bytes_read,
            duration_ms: job.duration_ms(now_ms),
            error: job.error().map(str::to_owned),
            created_at,
            finished_at,
        }
    }
}

/// Something that a sync had to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobWarning {
    /// By which a list goes on after it.
    pub id: i64,
    /// A word that programs can match on: `damaged` (a file was read in part), `unreadable` and `deferred` (a file or
    /// folder could not be read, and is tried again), `waiting` (which track a file is depends on such a file),
    /// `not_audio`, `vanished`, `unlisted`, `deletions_held`, `cursor_reset`.
    pub kind: String,
    /// The file or folder.
    pub subject: String,
    /// A sentence for people.
    pub message: String,
}

impl JobWarning {
    pub(crate) fn of((id, warning): (i64, job::JobWarning)) -> Self {
        Self {
            id,
            kind: warning.kind,
            subject: warning.subject,
            message: warning.message,
        }
    }
}

/// A file that was set aside, since its content is at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QuarantinedFile {
    /// The provider.
    pub provider: i64,
    /// The provider's name for it.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Why, for people.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
}

impl QuarantinedFile {
    pub(crate) fn of(provider: i64, file: Quarantined) -> Self {
        Self {
            provider,
            key: file.key,
            name: file.name,
            error: file.error,
            attempts: file.attempts,
        }
    }
}
