//! Artists.

use super::{ArtistId, ArtworkId};

/// Somebody who made music, in any role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artist {
    /// Its id.
    pub id: ArtistId,
    /// Its name.
    pub name: String,
    /// The name that it is sorted by, where tags give one.
    pub sort_name: Option<String>,
    /// Its MusicBrainz id.
    pub musicbrainz_id: Option<String>,
    /// Albums of it that have a track which is not missing.
    pub album_count: u64,
    /// Tracks that it has any part in, without missing ones.
    pub track_count: u64,
    /// An image of it, if one was looked for and found.
    pub artwork_id: Option<ArtworkId>,
}

/// An artist as credited on a track or album.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtistRef {
    /// The artist.
    pub id: ArtistId,
    /// The name as credited there.
    pub name: String,
    /// What it did: `artist`, `composer`, `remixer` …; `albumartist` on albums.
    pub role: String,
}
