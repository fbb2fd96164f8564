//! Playlists.

use super::{PlaylistEntryId, PlaylistId, Track};

/// Tracks in an order that a person chose, or that rules give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playlist {
    /// Its id.
    pub id: PlaylistId,
    /// Its name; two may share one.
    pub name: String,
    /// What the person wrote about it.
    pub comment: Option<String>,
    /// When it was made, in ms since 1970.
    pub created_at: i64,
    /// When it last changed, in ms since 1970.
    pub updated_at: i64,
    /// Whether rules say what is in it.
    pub smart: bool,
    /// Its entries, those of missing tracks included; `None` for a smart playlist, whose tracks are found
    /// when it is read.
    pub entry_count: Option<u64>,
}

/// One place in a playlist; the same track may have several.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaylistEntry {
    /// Its id; in a smart playlist, which can't be edited, the number of the track's id.
    pub id: PlaylistEntryId,
    /// The track; it may be missing.
    pub track: Track,
    /// When it was added, in ms since 1970; in a smart playlist when the track was.
    pub added_at: i64,
}
