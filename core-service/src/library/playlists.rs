//! Playlists.

use core_library::WriteTx;
use core_library::model::{PageCursor, PlaylistEntryId, PlaylistId, TrackId};
use core_library::repository::playlist;
use core_runtime::events::LibraryEvent;

use super::Place;
use crate::dto::{Page, Playlist, PlaylistEntry};
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Makes an empty playlist.
    ///
    /// # Errors
    /// `InvalidInput` for an empty name.
    pub async fn create_playlist(&self, name: &str, comment: Option<&str>) -> Result<PlaylistId> {
        let mut tx = self.inner.library.write().await?;
        let id = playlist::create(&mut tx, name, comment).await?;
        self.commit_playlist(tx, id).await?;
        Ok(id)
    }

    /// Gives a playlist another name.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist, `InvalidInput` for an empty name.
    pub async fn rename_playlist(&self, id: PlaylistId, name: &str) -> Result<()> {
        let mut tx = self.inner.library.write().await?;
        playlist::rename(&mut tx, id, name).await?;
        self.commit_playlist(tx, id).await
    }

    /// Removes a playlist; its tracks stay.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist.
    pub async fn delete_playlist(&self, id: PlaylistId) -> Result<()> {
        let mut tx = self.inner.library.write().await?;
        playlist::delete(&mut tx, id).await?;
        self.commit_playlist(tx, id).await
    }

    /// Lists playlists by name.
    ///
    /// # Errors
    /// `InvalidInput` for a limit out of range or a cursor of another list.
    pub async fn playlists(
        &self,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Playlist>> {
        Ok(Page::of(
            playlist::page(&self.inner.library, after.as_ref(), limit).await?,
        ))
    }

    /// Lists a playlist's entries in order, those of missing tracks included.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist; else as [`playlists`](Self::playlists).
    pub async fn playlist_entries(
        &self,
        id: PlaylistId,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<PlaylistEntry>> {
        Ok(Page::of(
            playlist::entries(&self.inner.library, id, after.as_ref(), limit).await?,
        ))
    }

    /// Adds tracks to a playlist, in this order. A track may be there already.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist, track, or entry to place them after.
    pub async fn add_to_playlist(
        &self,
        id: PlaylistId,
        tracks: &[TrackId],
        place: Place,
    ) -> Result<Vec<PlaylistEntryId>> {
        let mut tx = self.inner.library.write().await?;
        let entries = playlist::add(&mut tx, id, tracks, place).await?;
        self.commit_playlist(tx, id).await?;
        Ok(entries)
    }

    /// Puts entries of a playlist elsewhere in it.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist or entry.
    pub async fn move_in_playlist(
        &self,
        id: PlaylistId,
        entries: &[PlaylistEntryId],
        place: Place,
    ) -> Result<()> {
        let mut tx = self.inner.library.write().await?;
        playlist::move_entries(&mut tx, id, entries, place).await?;
        self.commit_playlist(tx, id).await
    }

    /// Takes entries out of a playlist; tells how many there were.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist.
    pub async fn remove_from_playlist(
        &self,
        id: PlaylistId,
        entries: &[PlaylistEntryId],
    ) -> Result<u64> {
        let mut tx = self.inner.library.write().await?;
        let removed = playlist::remove_entries(&mut tx, id, entries).await?;
        self.commit_playlist(tx, id).await?;
        Ok(removed)
    }

    pub(super) async fn commit_playlist(&self, tx: WriteTx, id: PlaylistId) -> Result<()> {
        tx.commit().await?;
        // After shutdown nobody listens, and the change is stored all the same.
        let _ = self
            .inner
            .events
            .publish(LibraryEvent::PlaylistChanged { playlist: id.0 });
        Ok(())
    }
}
