//! Files that sound the same.

use std::collections::HashMap;

use core_library::model::TrackId;
use core_library::repository::duplicate::{self, GroupCursor, Keep};
use core_library::repository::track;

use crate::dto::{DuplicateGroup, SetAsideTrack, Track};
use crate::error::Result;
use crate::service::CoreService;

impl CoreService {
    /// Lists groups of tracks of one provider that sound the same and about which nothing was decided yet,
    /// beginning after a group. With the policy [`Ask`](core_runtime::config::DuplicatePolicy::Ask) the
    /// event `DuplicatesFound` says when there are new ones.
    ///
    /// # Errors
    /// What the library says.
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
        let ids: Vec<TrackId> = groups
            .iter()
            .flat_map(|it| it.tracks.iter().copied())
            .collect();
        let tracks = track::by_ids(&self.inner.library, &ids).await?;
        let mut tracks: HashMap<TrackId, Track> =
            tracks.into_iter().map(|it| (it.id, it.into())).collect();
        let group = |group: &duplicate::DuplicateGroup| DuplicateGroup {
            provider: group.provider_id,
            // A track belongs to one group; one that was deleted meanwhile is left out.
            tracks: group
                .tracks
                .iter()
                .filter_map(|it| tracks.remove(it))
                .collect(),
            next: GroupCursor::from(group),
        };
        Ok(groups.iter().map(group).collect())
    }

    /// Lists the tracks that left the lists since another one stands for them, by id, beginning after one;
    /// [`decide_duplicates`](Self::decide_duplicates) with [`Keep::All`] brings them back.
    ///
    /// # Errors
    /// What the library says.
    pub async fn duplicates_set_aside(
        &self,
        after: Option<TrackId>,
        limit: usize,
    ) -> Result<Vec<SetAsideTrack>> {
        let coordinator = &self.inner.coordinator;
        let aside = coordinator.duplicates_set_aside(after, limit).await?;
        let ids: Vec<TrackId> = aside.iter().map(|it| it.track).collect();
        let tracks = track::by_ids(&self.inner.library, &ids).await?;
        // In the same order; one that was deleted meanwhile is left out.
        let mut aside = aside.iter();
        let with_its_place = |track: core_library::model::Track| {
            let it = aside.find(|it| it.track == track.id)?;
            Some(SetAsideTrack {
                track: track.into(),
                kept: it.kept.0,
                by_person: it.by_person,
            })
        };
        Ok(tracks.into_iter().filter_map(with_its_place).collect())
    }

    /// Decides about tracks that sound the same. What is set aside leaves the lists and hands its places in
    /// playlists, plays and ratings over to the one that is kept; no file is touched, and
    /// [`Keep::All`] brings it back.
    ///
    /// # Errors
    /// `NotFound` for a track that does not exist; `InvalidInput` unless there are at least two, of one sound
    /// and provider, whose files are there, the one to keep among them.
    ///
    /// # Cancel safety
    /// A dropped call has decided all or nothing.
    pub async fn decide_duplicates(&self, tracks: &[TrackId], keep: Keep) -> Result<()> {
        Ok(self
            .inner
            .coordinator
            .decide_duplicates(tracks, keep)
            .await?)
    }
}
