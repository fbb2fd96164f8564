//! Providers that a person takes away.

use core_library::repository::provider;
use core_runtime::events::ProviderEvent;

use super::webdav::WEBDAV;
use crate::dto::RemovedProvider;
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Takes a provider away: its sync, if one runs, is cancelled, its password is deleted, and its tracks
    /// leave the library. No file is touched.
    ///
    /// Nothing that a person made is lost: playlists keep their entries, and tracks that were played, rated,
    /// made a favourite or put into a playlist stay as missing ones. When the provider is added again and
    /// synced, or their sound comes up at another one, they are back under their ids. All other tracks are
    /// deleted. The history of syncs stays.
    ///
    /// # Errors
    /// `NotFound` if there is no such provider; `Conflict` if another process is syncing this library;
    /// what the library says. The provider is then there as before. What the platform's store for secrets
    /// says, naming it: the provider is then removed, but for its password.
    ///
    /// # Cancel safety
    /// A dropped call has removed all or nothing, but may have left the password; a sync may have been
    /// cancelled.
    pub async fn remove_provider(&self, id: i64) -> Result<RemovedProvider> {
        let row = provider::get(&self.inner.library, id).await?;
        let removal = self.inner.coordinator.remove_provider(id).await?;
        let _ = self
            .inner
            .events
            .publish(ProviderEvent::Removed { provider: id });
        if let Some(secrets) = &self.inner.bridges.secure_store
            && row.kind == WEBDAV
        {
            // It is named as the provider is, and one that was never stored needs no deleting.
            secrets.delete(&row.key).await?;
        }
        Ok(RemovedProvider {
            tracks_removed: removal.deleted.len() as u64,
            tracks_kept: removal.kept.len() as u64,
        })
    }
}
