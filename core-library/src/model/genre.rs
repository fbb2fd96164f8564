//! Genres and folders.

use super::GenreId;

/// A kind of music.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Genre {
    /// Its id.
    pub id: GenreId,
    /// Its name.
    pub name: String,
    /// Tracks that are not missing.
    pub track_count: u64,
}

/// A folder at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// The id of the remote item.
    pub item_id: i64,
    /// The provider that it is at.
    pub provider_id: i64,
    /// Its name.
    pub name: String,
}
