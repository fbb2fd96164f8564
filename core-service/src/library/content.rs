//! The file of a track, read where it lies.

use std::ops::Range;
use std::sync::Arc;

use bridge_traits::provider::{ItemKey, StorageProvider};
use bytes::Bytes;
use core_library::LibraryError;
use core_library::model::TrackId;
use core_library::repository::item;

use crate::error::Result;
use crate::service::CoreService;

/// The file that a track is in. It reads what is there now, in requests of the provider's.
#[derive(Clone)]
pub struct TrackContent {
    provider: Arc<dyn StorageProvider>,
    key: ItemKey,
    name: String,
    size: u64,
}

impl CoreService {
    /// Finds the file of a track. Nothing is read.
    ///
    /// # Errors
    /// `NotFound` if there is no such track, or if it has no file any more; that its provider was removed
    /// is such a case.
    pub async fn track_content(&self, id: TrackId) -> Result<TrackContent> {
        let item = item::of_track(&self.inner.library, id).await?;
        let item = item.ok_or_else(|| LibraryError::NotFound {
            entity: "file of track",
            id: id.to_string(),
        })?;
        let source = item::source(&self.inner.library, item).await?;
        Ok(TrackContent {
            provider: self.inner.coordinator.provider(source.provider_id)?,
            key: ItemKey(source.key),
            name: source.name,
            size: source.size,
        })
    }
}

impl TrackContent {
    /// Tells the file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Tells how many bytes it had when it was synced.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Reads a part of it; shorter where it ends before.
    ///
    /// # Errors
    /// What the provider says.
    ///
    /// # Cancel safety
    /// A dropped call ends the request.
    pub async fn read(&self, range: Range<u64>) -> Result<Bytes> {
        Ok(self.provider.read(&self.key, None, range).await?)
    }
}

impl std::fmt::Debug for TrackContent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TrackContent")
            .field("key", &self.key)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
