//! Albums.

use super::{AlbumId, ArtistRef, ArtworkId, PartialDate};

/// Tracks that were published together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Album {
    /// Its id.
    pub id: AlbumId,
    /// Its title.
    pub title: String,
    /// The title that it is sorted by, where tags give one.
    pub sort_title: Option<String>,
    /// Its artists. Where tags name none, the artists that all its tracks share; empty when they
    /// share none.
    pub artists: Vec<ArtistRef>,
    /// The artists as one text, where tags give one.
    pub artist_display: Option<String>,
    /// When it was published.
    pub date: Option<PartialDate>,
    /// When it was first published.
    pub original_date: Option<PartialDate>,
    /// Whether tags call it a compilation.
    pub compilation: bool,
    /// `album`, `single`, `live` …
    pub release_types: Vec<String>,
    /// Who published it.
    pub label: Option<String>,
    /// The publisher's number.
    pub catalog_number: Option<String>,
    /// The barcode.
    pub barcode: Option<String>,
    /// The MusicBrainz id of the release.
    pub musicbrainz_id: Option<String>,
    /// The MusicBrainz id of the release group.
    pub release_group_id: Option<String>,
    /// Its cover: the image of its first track that has one.
    pub artwork: Option<ArtworkId>,
    /// When its first track was added, in ms since 1970.
    pub added_at: i64,
    /// Tracks that are not missing.
    pub track_count: u64,
    /// The length of those whose duration is known, in ms.
    pub duration_ms: u64,
}
