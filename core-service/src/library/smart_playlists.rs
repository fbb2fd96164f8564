//! Smart playlists.

use core_library::model::{PageCursor, PlaylistId};
use core_library::smart_playlist::{self, SmartPlaylist};

use crate::dto::{Page, Track};
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Makes a playlist whose rules say what is in it; [`smart_playlist`] says how they are written.
    ///
    /// # Errors
    /// `InvalidRule` naming the rule, `InvalidInput` for an empty name.
    pub async fn create_smart_playlist(
        &self,
        name: &str,
        comment: Option<&str>,
        definition: &str,
    ) -> Result<PlaylistId> {
        let definition = SmartPlaylist::parse(definition)?;
        let mut tx = self.inner.library.write().await?;
        let id = smart_playlist::create(&mut tx, name, comment, &definition).await?;
        self.commit_playlist(tx, id).await?;
        Ok(id)
    }

    /// Gives a smart playlist other rules.
    ///
    /// # Errors
    /// `InvalidRule` naming the rule, `NotFound` if there is no such playlist, `InvalidInput` if it is an
    /// ordinary one.
    pub async fn set_smart_playlist(&self, id: PlaylistId, definition: &str) -> Result<()> {
        let definition = SmartPlaylist::parse(definition)?;
        let mut tx = self.inner.library.write().await?;
        smart_playlist::set_definition(&mut tx, id, &definition).await?;
        self.commit_playlist(tx, id).await
    }

    /// Gives the rules of a smart playlist, as JSON.
    ///
    /// # Errors
    /// `NotFound` if there is no such playlist, `InvalidInput` if it is an ordinary one.
    pub async fn smart_playlist(&self, id: PlaylistId) -> Result<String> {
        let definition = smart_playlist::definition(&self.inner.library, id).await?;
        Ok(definition.to_json())
    }

    /// Lists the tracks that rules give, without making a playlist.
    ///
    /// # Errors
    /// `InvalidRule` naming the rule; else as [`tracks`](Self::tracks).
    pub async fn preview_smart_playlist(
        &self,
        definition: &str,
        limit: usize,
        after: Option<PageCursor>,
    ) -> Result<Page<Track>> {
        let definition = SmartPlaylist::parse(definition)?;
        let library = &self.inner.library;
        Ok(Page::of(
            smart_playlist::preview(library, &definition, after.as_ref(), limit).await?,
        ))
    }
}
