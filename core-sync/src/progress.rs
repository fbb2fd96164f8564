//! What a job tells while it runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bridge_traits::network::NetworkStatus;
use bridge_traits::{BridgeError, ErrorKind};
use core_library::Touched;
use core_library::model::PlaylistId;
use core_library::repository::job::JobWarning;
use core_runtime::events::{
    ChangedIds, CoreEvent, EventBus, JobSummary, LibraryEvent, NetworkEvent, ProviderEvent,
    SyncEvent,
};

use crate::error::SyncError;
use crate::job::SyncJob;

pub use core_runtime::events::SyncProgress;

/// Publishes a job's events. Everything it says comes from rows that are committed.
#[derive(Clone)]
pub(crate) struct Reporter {
    events: EventBus,
    interval_ms: i64,
    /// When progress was told last, in ms since 1970.
    told_at: Arc<AtomicI64>,
}

/// The tracks that one commit touched, with their albums and artists.
#[derive(Default)]
pub(crate) struct LibraryChange {
    pub(crate) added: ChangedIds,
    pub(crate) updated: ChangedIds,
    pub(crate) removed: ChangedIds,
    pub(crate) touched: Touched,
}

impl Reporter {
    pub(crate) fn new(events: EventBus, interval: Duration) -> Self {
        let interval_ms = i64::try_from(interval.as_millis()).unwrap_or(i64::MAX);
        Self {
            events,
            interval_ms,
            told_at: Arc::default(),
        }
    }

    pub(crate) fn started(&self, job: &SyncJob) {
        self.publish(SyncEvent::Started {
            job: job.id().0,
            provider: job.provider_id(),
            sync_type: job.sync_type().to_string(),
        });
    }

    /// Tells progress, unless it was told a moment ago.
    pub(crate) fn progress_at_intervals(&self, job: &SyncJob, current: Option<String>, now: i64) {
        // A clock that was set back counts as a long time.
        let since = now - self.told_at.load(Ordering::Relaxed);
        if since < 0 || since >= self.interval_ms {
            self.progress(job, current, now);
        }
    }

    pub(crate) fn progress(&self, job: &SyncJob, current: Option<String>, now: i64) {
        self.told_at.store(now, Ordering::Relaxed);
        let stats = job.stats();
        self.publish(SyncEvent::Progress(SyncProgress {
            job: job.id().0,
            phase: job.phase().to_string(),
            discovered: stats.discovered,
            processed: job.done(),
            added: stats.added,
            updated: stats.updated,
            moved: stats.moved,
            deleted: stats.deleted,
            unchanged: stats.unchanged,
            failed: stats.failed,
            current,
        }));
    }

    pub(crate) fn warnings(&self, job: &SyncJob, warnings: &[JobWarning]) {
        for warning in warnings {
            self.publish(SyncEvent::Warning {
                job: job.id().0,
                kind: warning.kind.clone(),
                message: format!("{}: {}", warning.subject, warning.message),
            });
        }
    }

    pub(crate) fn cursor_reset(&self, job: &SyncJob, reason: &str) {
        self.publish(SyncEvent::CursorReset {
            job: job.id().0,
            reason: reason.to_owned(),
        });
    }

    pub(crate) fn held(&self, job: &SyncJob, deletions: u64) {
        self.publish(SyncEvent::Held {
            job: job.id().0,
            deletions,
        });
    }

    pub(crate) fn duplicates(&self, job: &SyncJob, groups: u64) {
        self.publish(SyncEvent::DuplicatesFound {
            job: job.id().0,
            groups,
        });
    }

    pub(crate) fn playlists(&self, playlists: &[PlaylistId]) {
        for playlist in playlists {
            self.publish(LibraryEvent::PlaylistChanged {
                playlist: playlist.0,
            });
        }
    }

    /// Tells how a job ended, and why if it did not complete.
    pub(crate) fn ended(&self, job: &SyncJob, why: Option<&SyncError>, now_ms: i64) {
        use crate::job::SyncStatus;
        if let Some(SyncError::Provider(error)) = why {
            self.provider(job.provider_id(), error);
        }
        let mut summary = summary(job, now_ms);
        summary.error = job.error().map(str::to_owned);
        summary.error_code = why.map(|it| it.code().to_owned());
        self.publish(match job.status() {
            SyncStatus::Completed => SyncEvent::Completed(summary),
            SyncStatus::Cancelled => SyncEvent::Cancelled(summary),
            SyncStatus::Paused => SyncEvent::Paused(summary),
            _ => SyncEvent::Failed {
                message: job.error().unwrap_or_default().to_owned(),
                summary,
            },
        });
    }

    /// Tells what an error says of the provider as a whole, if it does.
    fn provider(&self, provider: i64, error: &BridgeError) {
        match error.kind() {
            ErrorKind::AuthExpired => self.publish(ProviderEvent::SignInNeeded { provider }),
            ErrorKind::RootUnavailable | ErrorKind::Offline | ErrorKind::PermissionDenied => {
                self.publish(ProviderEvent::Unavailable {
                    provider,
                    reason: error.to_string(),
                });
            }
            _ => {}
        }
    }

    /// Tells that nothing is sent to a provider for a while, since its service wants that.
    pub(crate) fn throttled(&self, provider: i64, wait: Duration) {
        let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        self.publish(NetworkEvent::Throttled { provider, wait_ms });
    }

    /// Tells that the network is another one.
    pub(crate) fn network(&self, status: NetworkStatus) {
        let NetworkStatus { online, metered } = status;
        self.publish(NetworkEvent::StatusChanged { online, metered });
    }

    /// Tells what changed in the library, if anything did.
    pub(crate) fn library(&self, change: LibraryChange) {
        let LibraryChange {
            added,
            updated,
            removed,
            touched,
        } = change;
        let albums: ChangedIds = touched.albums.into_iter().collect();
        let artists: ChangedIds = touched.artists.into_iter().collect();
        if [&added, &updated, &removed, &albums, &artists]
            .iter()
            .any(|it| !it.is_empty())
        {
            self.publish(LibraryEvent::Changed {
                tracks_added: added,
                tracks_updated: updated,
                tracks_removed: removed,
                albums,
                artists,
            });
        }
        if !touched.covers.is_empty() {
            self.publish(LibraryEvent::ArtworkChanged {
                albums: touched.covers.into_iter().collect(),
            });
        }
    }

    fn publish(&self, event: impl Into<CoreEvent>) {
        if self.events.publish(event).is_err() {
            tracing::debug!("the event bus is shut down; nobody hears of this sync");
        }
    }
}

fn summary(job: &SyncJob, now_ms: i64) -> JobSummary {
    let stats = job.stats();
    JobSummary {
        job: job.id().0,
        sync_type: job.sync_type().to_string(),
        status: job.status().to_string(),
        discovered: stats.discovered,
        added: stats.added,
        updated: stats.updated,
        moved: stats.moved,
        deleted: stats.deleted,
        unchanged: stats.unchanged,
        failed: stats.failed,
        waiting: stats.waiting,
        warnings: stats.warnings,
        requests: stats.requests,
        bytes_read: stats.bytes_read,
        duration_ms: job.duration_ms(now_ms),
        ..JobSummary::default()
    }
}
