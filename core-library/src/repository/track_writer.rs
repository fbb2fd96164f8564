//! Writing tracks, many at a time.
//!
//! This is the path that decides how fast a full scan is. Ids are given out here and not by SQLite,
//! so that rows which refer to each other travel in multi-row statements; what is known already is
//! found in memory or by one query a table; a record whose digest is in the database costs one row
//! read.

mod album_tags;
mod albums;
mod artist_names;
mod artists;
mod counts;
mod derived;
mod digest;
mod disc_folder;
mod folder_albums;
mod identity;
mod ids;
mod names;
mod orphans;
mod plan;
mod record;
mod removal;
mod tracks;

use crate::db::WriteTx;
use crate::error::Result;
use crate::repository::touched;

pub(crate) use derived::refresh_tracks;
pub(crate) use digest::NOT_IN_FILE;
pub(crate) use disc_folder::is_disc_folder;
pub(crate) use folder_albums::{MovedFile, follow as follow_folders};
pub use orphans::{Orphans, is_unsettled};
pub use record::{
    AlbumKey, AlbumRecord, AppliedTrack, ArtistCredit, ArtworkRecord, LyricsRecord, Outcome,
    TrackRecord,
};
pub(crate) use removal::{delete, delete_untouched};

use albums::Albums;
use artists::Artists;
use ids::Ids;
use names::{Artworks, Genres};
use plan::Plan;

/// Writes tracks and what they refer to, and remembers ids between batches.
///
/// What it remembers is kept only for transactions that it knows to be committed: call
/// [`committed`](Self::committed) after each. Without that it asks the database again, so that a
/// transaction which was dropped does no harm. It assumes that nobody else writes artists, albums,
/// genres or artwork while it lives.
///
/// Its memory is bounded by some ten thousand names, a thousand albums, and the batch.
#[derive(Debug, Default)]
pub struct TrackWriter {
    artists: Artists,
    albums: Albums,
    genres: Genres,
    artworks: Artworks,
    uncommitted: bool,
}

impl TrackWriter {
    /// Makes a writer that remembers nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes all tracks of some files.
    ///
    /// Of a file with several tracks the number says which one a record is; where those may have changed,
    /// [`renumber_parts`](crate::repository::track::renumber_parts) goes before.
    /// The records of a file must be in one call: tracks of it that are not among them become
    /// missing, and do not come back with the file ([`revive`](crate::repository::track::revive)) until it
    /// has them again. Results are in the order of the records, those that became missing after them.
    /// The same records again write nothing.
    ///
    /// # Errors
    /// `InvalidInput` if two records are of the same part of the same file; what the database says,
    /// as when an item does not exist. Roll back then, and say so.
    ///
    /// # Cancel safety
    /// After a dropped call the transaction must be rolled back.
    pub async fn apply(
        &mut self,
        tx: &mut WriteTx,
        records: Vec<TrackRecord>,
        now_ms: i64,
    ) -> Result<Vec<AppliedTrack>> {
        self.begin();
        let mut plan = Plan::make(tx, records).await?;
        if !plan.changes.is_empty() {
            let mut ids = Ids::read(tx).await?;
            plan.number(&mut ids);
            self.artworks.write(tx, &plan.changes, &mut ids).await?;
            self.genres.write(tx, &plan.changes, &mut ids).await?;
            let credits = plan.changes.iter().flat_map(|it| &it.credits);
            self.artists.write(tx, credits, &mut ids).await?;
            let albums = self
                .albums
                .write(tx, &plan.changes, &mut self.artists, &mut ids, now_ms)
                .await?;
            let touched = plan.touched_albums(&albums);
            let unsettled = plan.unsettled_albums(&albums);
            tracks::write(tx, self, plan.take_changes(), albums, now_ms).await?;
            self.settle(tx, &unsettled, &mut ids).await?;
            derived::refresh_albums(tx, &touched).await?;
            touched::albums(tx, &touched).await?;
        }
        plan.finish(tx, now_ms).await
    }

    /// Makes albums what their tracks say, with what follows from that but what [`derived::refresh_albums`] does.
    async fn settle(&mut self, tx: &mut WriteTx, albums: &[i64], ids: &mut Ids) -> Result<()> {
        let artists = &mut self.artists;
        let changed = self.albums.settle(tx, albums, artists, ids).await?;
        derived::refresh_tracks_of(tx, &changed).await
    }

    /// Learns that the transaction of the calls before was committed.
    pub fn committed(&mut self) {
        self.uncommitted = false;
    }

    /// Learns that the transaction of the calls before was rolled back.
    pub fn rolled_back(&mut self) {
        self.forget();
    }

    /// Forgets what may not be so, and what grows too big: that is asked for again.
    fn begin(&mut self) {
        const MOST_NAMES: usize = 16_384;
        // Half a KiB each, and rarely needed once their tracks are written.
        const MOST_ALBUMS: usize = 1_024;
        if self.uncommitted {
            self.forget();
        }
        if self.artists.len() > MOST_NAMES {
            self.artists = Artists::default();
        }
        if self.albums.len() > MOST_ALBUMS {
            self.albums = Albums::default();
        }
        if self.genres.len() > MOST_NAMES {
            self.genres = Genres::default();
        }
        if self.artworks.len() > MOST_NAMES {
            self.artworks = Artworks::default();
        }
        self.uncommitted = true;
    }

    fn forget(&mut self) {
        *self = Self::default();
    }
}
