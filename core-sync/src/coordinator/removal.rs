//! Providers that are taken away.

use std::sync::Arc;

use bridge_traits::provider::StorageProvider;
use core_library::repository::provider::{self, Removal};
use core_library::repository::track_writer::TrackWriter;
use core_runtime::events::ChangedIds;

use super::{SyncCoordinator, lock};
use crate::error::Result;
use crate::progress::LibraryChange;

impl SyncCoordinator {
    /// Takes a provider away, after its job, if one runs, was cancelled and has ended. Its tracks are
    /// deleted, but for those of which a person made something: they are missing, and come back when it is
    /// added again. No file is touched.
    ///
    /// # Errors
    /// What the library says: `NotFound` if it has no such provider; `Conflict` if another process is
    /// writing it. The provider is then there as before, but its job has ended.
    ///
    /// # Cancel safety
    /// A dropped call has removed all or nothing; a running job may have been cancelled.
    pub async fn remove_provider(&self, id: i64) -> Result<Removal> {
        // No job begins meanwhile: not of this provider, and none that remembers rows which are deleted.
        let _starting = self.shared.starting.lock().await;
        let known = provider::get(&self.shared.library, id).await?;
        let mut away = Away {
            coordinator: self,
            id: known.id,
            provider: lock(&self.shared.providers).remove(&id),
        };
        self.shared.waiting.remove(id);
        let running = lock(&self.shared.active).get(&id).map(|job| job.id);
        if let Some(job) = running {
            // One that has just ended needs no cancelling.
            let _ = self.cancel(job);
            self.wait(job).await?;
            self.shared.waiting.remove(id);
        }
        let writer = self.lock_writer().await?;
        let mut tx = self.shared.library.write().await?;
        let removal = provider::remove(&mut tx, id).await?;
        // A job of another provider remembers artists and albums; the end of it sweeps.
        if self.active().is_empty() {
            TrackWriter::new().sweep_orphans(&mut tx).await?;
        }
        provider::purge(&mut tx, id).await?;
        let touched = tx.take_touched();
        tx.commit().await?;
        away.provider = None;
        drop(writer);
        let gone = removal.deleted.iter().chain(&removal.kept);
        let gone: ChangedIds = gone.map(|it| it.0).collect();
        self.shared.reporter.library(LibraryChange {
            removed: gone,
            updated: removal.moved.iter().map(|it| it.0).collect(),
            touched,
            ..LibraryChange::default()
        });
        Ok(removal)
    }
}

/// A provider that can't be reached while it is being removed. Where it was not, it can again.
struct Away<'a> {
    coordinator: &'a SyncCoordinator,
    id: i64,
    provider: Option<Arc<dyn StorageProvider>>,
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        if let Some(provider) = self.provider.take() {
            lock(&self.coordinator.shared.providers).insert(self.id, provider);
        }
    }
}
