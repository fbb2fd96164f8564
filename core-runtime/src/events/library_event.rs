//! What changes in the library.

use serde::{Deserialize, Serialize};

/// A change of the library that is committed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum LibraryEvent {
    /// Tracks came, changed or went, and with them perhaps albums and artists.
    Changed {
        /// Tracks that are new or came back.
        tracks_added: ChangedIds,
        /// Tracks whose tags, plays, rating or lyrics changed, that became or ceased to be a favourite, or whose file
        /// has another path: a sync counts those that merely moved apart from those that it updated.
        tracks_updated: ChangedIds,
        /// Tracks that are missing now, or that were missing for so long that they are forgotten.
        tracks_removed: ChangedIds,
        /// Albums that gained, lost or changed a track, or became something else.
        albums: ChangedIds,
        /// Artists who are credited, or were, on such a track or album, or that are called or sorted otherwise now.
        artists: ChangedIds,
    },
    /// A playlist was made, edited or removed.
    PlaylistChanged {
        /// The playlist's id.
        playlist: i64,
    },
    /// Artwork of albums is there, has changed, or is there no more.
    ArtworkChanged {
        /// The albums.
        albums: ChangedIds,
    },
}

/// Which rows a change touched: always how many, and which ones while they are few.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChangedIds {
    count: u64,
    ids: Vec<i64>,
}

impl ChangedIds {
    /// The most ids that are listed. A change of more rows lists none: reload the view instead.
    pub const MAX_LISTED: usize = 1_000;

    /// Adds a row.
    pub fn insert(&mut self, id: i64) {
        self.count += 1;
        if self.count <= Self::MAX_LISTED as u64 {
            self.ids.push(id);
        } else {
            self.ids = Vec::new();
        }
    }

    /// Tells how many rows were touched.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Tells whether no row was touched.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Lists the rows in the order they were added, or gives `None` where they are too many.
    pub fn ids(&self) -> Option<&[i64]> {
        (self.ids.len() as u64 == self.count).then_some(&self.ids)
    }
}

impl FromIterator<i64> for ChangedIds {
    fn from_iter<I: IntoIterator<Item = i64>>(ids: I) -> Self {
        let mut changed = Self::default();
        ids.into_iter().for_each(|id| changed.insert(id));
        changed
    }
}
