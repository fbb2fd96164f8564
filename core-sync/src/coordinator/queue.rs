//! The queue, as hosts see it: what is urgent, and what was set aside.

use std::sync::atomic::Ordering;

use core_library::model::TrackId;
use core_library::repository::work::{self, Quarantined};

use super::SyncCoordinator;
use crate::error::Result;
use crate::scan_queue::Priority;

impl SyncCoordinator {
    /// Lets what waits at and below a folder be read before everything else, as when somebody opens
    /// it; the empty key is the root. A running job heeds it at its next bite. Tells how many files
    /// wait there.
    pub async fn raise_folder(&self, provider_id: i64, folder: &str) -> Result<u64> {
        let mut tx = self.shared.library.write().await?;
        let urgent = Priority::Urgent.as_i64();
        let raised = work::raise_folder(&mut tx, provider_id, urgent, folder).await?;
        tx.commit().await?;
        self.shared.raised.fetch_add(1, Ordering::Release);
        Ok(raised)
    }

    /// Lets the files of tracks that wait to be read again go before everything else. Tells how many
    /// there are.
    pub async fn raise_tracks(&self, tracks: &[TrackId]) -> Result<u64> {
        let mut tx = self.shared.library.write().await?;
        let urgent = Priority::Urgent.as_i64();
        let raised = work::raise_tracks(&mut tx, urgent, tracks).await?;
        tx.commit().await?;
        self.shared.raised.fetch_add(1, Ordering::Release);
        Ok(raised)
    }

    /// Lists the files of a provider that were set aside, by key, beginning after `after`.
    pub async fn quarantined(
        &self,
        provider_id: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<Quarantined>> {
        Ok(work::quarantined(&self.shared.library, provider_id, after, limit).await?)
    }

    /// Lets files that were set aside be tried again by the next sync: the one of this key, or all
    /// of them. Tells how many there are.
    pub async fn retry_quarantined(&self, provider_id: i64, key: Option<&str>) -> Result<u64> {
        let mut tx = self.shared.library.write().await?;
        let count = match key {
            Some(key) => u64::from(work::retry_item(&mut tx, provider_id, key).await?),
            None => work::retry_quarantined(&mut tx, provider_id).await?,
        };
        tx.commit().await?;
        Ok(count)
    }
}
