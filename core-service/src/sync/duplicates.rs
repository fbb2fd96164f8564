//! Files that sound the same.

use core_library::model::TrackId;
use core_library::repository::duplicate::{GroupCursor, Keep};
use core_library::repository::track;

use crate::dto::{DuplicateGroup, Track};
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Lists groups of tracks of one provider that sound the same and about which nothing was decided yet,
    /// beginning after a group. With the policy [`Ask`](core_runtime::config::DuplicatePolicy::Ask) the
    /// event `DuplicatesFound` says when there are new ones.
    pub async fn duplicates(
        &self,
        after: Option<GroupCursor>,
        limit: usize,
    ) -> Result<Vec<DuplicateGroup>> {
        let groups = self
            .inner
            .coordinator
            .duplicates(after.as_ref(), limit)
            .await?;
        let mut found = Vec::with_capacity(groups.len());
        for group in groups {
            let next = GroupCursor::from(&group);
            let mut tracks = Vec::with_capacity(group.tracks.len());
            for id in group.tracks {
                tracks.push(Track::from(track::get(&self.inner.library, id).await?));
            }
            found.push(DuplicateGroup {
                provider: group.provider_id,
                tracks,
                next,
            });
        }
        Ok(found)
    }

    /// Decides about tracks that sound the same. What is set aside leaves the lists and hands its places in
    /// playlists, plays and ratings over to the one that is kept; no file is touched, and
    /// [`Keep::All`] brings it back.
    ///
    /// # Errors
    /// `NotFound` for a track that does not exist; `InvalidInput` unless there are at least two, of one sound
    /// and provider, whose files are there, the one to keep among them.
    pub async fn decide_duplicates(&self, tracks: &[TrackId], keep: Keep) -> Result<()> {
        Ok(self
            .inner
            .coordinator
            .decide_duplicates(tracks, keep)
            .await?)
    }
}
