//! Which rows a file that went, came back or came up elsewhere belongs to.

use std::collections::{HashMap, VecDeque};

use core_library::model::TrackId;
use core_library::repository::track_writer::TrackRecord;
use core_library::repository::{deletion, item, track};
use core_library::{Library, WriteTx};

use crate::error::Result;

/// Resolves what discovery observed against what the library holds, for one provider.
pub struct ConflictResolver {
    library: Library,
    provider_id: i64,
}

impl ConflictResolver {
    /// Makes the resolver of a provider.
    pub fn new(library: Library, provider_id: i64) -> Self {
        Self {
            library,
            provider_id,
        }
    }

    /// Gives renamed files, recognised by file id and version, their old rows; nothing is read.
    /// Tells how many there were, and how many tracks that had been missing are back with them.
    pub async fn adopt_renamed(&self, tx: &mut WriteTx) -> Result<(u64, u64)> {
        let pairs = item::moved_by_file_id(tx, self.provider_id).await?;
        item::adopt(tx, &pairs).await?;
        let items: Vec<i64> = pairs.iter().map(|pair| pair.gone).collect();
        let back = track::revive(tx, &items).await?;
        Ok((pairs.len() as u64, back.len() as u64))
    }

    /// Gives files that came up elsewhere, perhaps with other tags, their old tracks, recognised by
    /// the sound itself. `fresh` are the places in `records` of files never processed before.
    /// Tells how many there were.
    ///
    /// A track is taken only if its file is gone, and once, so a copy is a track of its own.
    pub async fn adopt_moved(
        &self,
        tx: &mut WriteTx,
        records: &[TrackRecord],
        fresh: &[usize],
    ) -> Result<u64> {
        let wanted: Vec<Vec<u8>> = fresh
            .iter()
            .filter_map(|at| records[*at].audio_id.clone())
            .collect();
        if wanted.is_empty() {
            return Ok(0);
        }
        let mut absent: HashMap<Vec<u8>, VecDeque<TrackId>> = HashMap::new();
        for track in track::absent_by_audio_id(tx, &wanted).await? {
            absent
                .entry(track.audio_id)
                .or_default()
                .push_back(track.track_id);
        }
        let mut moved = 0;
        for record in fresh.iter().map(|at| &records[*at]) {
            let tracks = record.audio_id.as_ref().and_then(|id| absent.get_mut(id));
            if let Some(track) = tracks.and_then(VecDeque::pop_front) {
                track::rebind(tx, track, record.item_id, record.part).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    /// Gives the items that are gone while their tracks still count as present.
    pub async fn pending_deletions(&self) -> Result<Vec<i64>> {
        Ok(deletion::pending(&self.library, self.provider_id).await?)
    }

    /// Counts the provider's tracks that count as present.
    pub async fn present_tracks(&self) -> Result<u64> {
        Ok(deletion::count_present(&self.library, self.provider_id).await?)
    }

    /// Lets the tracks of items go missing. They keep their ids, plays and playlists, and come back
    /// as themselves.
    pub async fn handle_deletion(
        &self,
        tx: &mut WriteTx,
        item_ids: &[i64],
    ) -> Result<Vec<TrackId>> {
        let now = tx.now_ms();
        Ok(track::mark_missing(tx, item_ids, now).await?)
    }
}
