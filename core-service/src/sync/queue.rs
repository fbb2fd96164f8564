//! What waits to be read: what is urgent, and what was set aside.

use core_library::model::TrackId;
use core_library::repository::provider;

use crate::dto::QuarantinedFile;
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Lets what waits at and below a folder be read before everything else, as when somebody opens
    /// it. `folder` is the provider's key of it, and empty for the root. Tells how many files wait
    /// there.
    ///
    /// # Errors
    /// What the database says.
    pub async fn raise_folder(&self, provider: i64, folder: &str) -> Result<u64> {
        Ok(self
            .inner
            .coordinator
            .raise_folder(provider, folder)
            .await?)
    }

    /// Lets the files of tracks that wait to be read again go before everything else, as when
    /// somebody looks at them. Tells how many there are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn raise_tracks(&self, tracks: &[i64]) -> Result<u64> {
        let tracks: Vec<TrackId> = tracks.iter().copied().map(TrackId).collect();
        Ok(self.inner.coordinator.raise_tracks(&tracks).await?)
    }

    /// Lists the files of a provider that were set aside, since they can't be read, by key, beginning
    /// after `after`. Each is tried again when its content changes, by a full sync, or by
    /// [`retry_quarantined`](Self::retry_quarantined).
    ///
    /// # Errors
    /// `NotFound` if there is no such provider; `invalid-input` for a limit that is not 1 to 1,000; else what the
    /// database says.
    pub async fn quarantined(
        &self,
        provider: i64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<QuarantinedFile>> {
        let after = after.unwrap_or_default();
        let files = self
            .inner
            .coordinator
            .quarantined(provider, after, limit)
            .await?;
        if files.is_empty() {
            provider::get(&self.inner.library, provider).await?;
        }
        let dto = |file| QuarantinedFile::of(provider, file);
        Ok(files.into_iter().map(dto).collect())
    }

    /// Lets files that were set aside be tried again by the next sync: the one of this key, or all of
    /// the provider. Tells how many there are.
    ///
    /// # Errors
    /// `NotFound` if there is no such provider; else what the database says.
    pub async fn retry_quarantined(&self, provider: i64, key: Option<&str>) -> Result<u64> {
        let coordinator = &self.inner.coordinator;
        let count = coordinator.retry_quarantined(provider, key).await?;
        if count == 0 {
            provider::get(&self.inner.library, provider).await?;
        }
        Ok(count)
    }
}
