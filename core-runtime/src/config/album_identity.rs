//! What makes tracks one album.

use std::collections::BTreeSet;

/// What makes tracks one album: where tags name a MusicBrainz release that, else title, album artists and
/// what is chosen here.
///
/// ```
/// use core_runtime::config::{AlbumField, AlbumIdentity};
///
/// // A remaster of another year or label is an album of its own.
/// let editions = AlbumIdentity {
///     also: [AlbumField::Date, AlbumField::Label].into(),
///     ..AlbumIdentity::default()
/// };
/// assert_ne!(editions, AlbumIdentity::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlbumIdentity {
    /// Whether the MusicBrainz id of a release decides alone, where tags have one; by default it does.
    pub by_release_id: bool,
    /// Whether albums that name no artist are told apart by their folders; by default they are, where
    /// folders of one disc each (`CD1`, `Disc 2`) count as the one that they are in. Else all tracks of one title
    /// that name no album artist are one album.
    pub by_folder_without_artists: bool,
    /// What must be equal besides title and album artists; nothing by default. A track without one has
    /// another album than a track with one.
    pub also: BTreeSet<AlbumField>,
}

impl Default for AlbumIdentity {
    fn default() -> Self {
        Self {
            by_release_id: true,
            by_folder_without_artists: true,
            also: BTreeSet::new(),
        }
    }
}

/// Something that may tell albums apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AlbumField {
    /// When it was published.
    Date,
    /// When it was first published.
    OriginalDate,
    /// Who published it.
    Label,
    /// The publisher's number.
    CatalogNumber,
    /// The barcode.
    Barcode,
    /// What kind of release it is: `album`, `single`, `live` …
    ReleaseTypes,
    /// Where its files lie: a folder is never part of the album of another.
    Folder,
}

impl AlbumField {
    /// Gives its name in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::OriginalDate => "original-date",
            Self::Label => "label",
            Self::CatalogNumber => "catalog-number",
            Self::Barcode => "barcode",
            Self::ReleaseTypes => "release-types",
            Self::Folder => "folder",
        }
    }
}
