//! Playlists.

use super::{PlaylistEntryId, PlaylistId, Track};

/// Tracks in an order that a person chose.
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
    /// Its entries, those of missing tracks included.
    pub entry_count: u64,
}

/// One place in a playlist; the same track may have several.
#[derive(Debug, Clone, PartialEq)]
pub struct PlaylistEntry {
    /// Its id.
    pub id: PlaylistEntryId,
    /// The track; it may be missing.
    pub track: Track,
    /// When it was added, in ms since 1970.
    pub added_at: i64,
}
