//! What a host sees of duplicates, and what a person says about them.

use core_library::model::TrackId;
use core_library::repository::duplicate::{self, DuplicateGroup, GroupCursor, Keep, SetAside};
use core_library::repository::touched;

use super::SyncCoordinator;
use crate::error::Result;
use crate::progress::LibraryChange;

impl SyncCoordinator {
    /// Lists the groups of tracks of one provider that sound the same and about which nothing was decided,
    /// beginning after a place.
    ///
    /// # Errors
    /// What the library says.
    pub async fn duplicates(
        &self,
        after: Option<&GroupCursor>,
        limit: usize,
    ) -> Result<Vec<DuplicateGroup>> {
        let library = &self.shared.library;
        Ok(duplicate::groups(library, None, after, limit).await?)
    }

    /// Lists the tracks that left the lists since another one stands for them, beginning after one.
    /// [`Keep::All`] brings them back.
    ///
    /// # Errors
    /// What the library says.
    pub async fn duplicates_set_aside(
        &self,
        after: Option<TrackId>,
        limit: usize,
    ) -> Result<Vec<SetAside>> {
        Ok(duplicate::aside(&self.shared.library, after, limit).await?)
    }

    /// Decides about tracks that sound the same, for good. What is set aside leaves the lists and hands its
    /// places in playlists, plays and ratings over; no file is touched.
    ///
    /// # Errors
    /// Those of [`decide`](duplicate::decide).
    ///
    /// # Cancel safety
    /// A dropped call has decided or not.
    pub async fn decide_duplicates(&self, tracks: &[TrackId], keep: Keep) -> Result<()> {
        let mut tx = self.shared.library.write().await?;
        let playlists = duplicate::decide(&mut tx, tracks, keep, true).await?;
        touched::tracks(&mut tx, tracks).await?;
        let mut changed = LibraryChange {
            touched: tx.take_touched(),
            ..LibraryChange::default()
        };
        tx.commit().await?;
        for track in tracks {
            match keep {
                Keep::Only(kept) if *track != kept => changed.removed.insert(track.0),
                _ => changed.updated.insert(track.0),
            }
        }
        self.shared.reporter.library(changed);
        self.shared.reporter.playlists(&playlists);
        Ok(())
    }
}
