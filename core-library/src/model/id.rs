//! Ids that can't be taken for each other.

use bridge_traits::database::{FromSql, SqlValue};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for SqlValue {
            fn from(id: $name) -> Self {
                Self::Integer(id.0)
            }
        }

        impl FromSql for $name {
            fn from_sql(value: &SqlValue) -> Option<Self> {
                i64::from_sql(value).map(Self)
            }
        }
    )*};
}

ids! {
    /// Identifies a track; never given to another one.
    TrackId;
    /// Identifies an album; never given to another one.
    AlbumId;
    /// Identifies an artist; never given to another one.
    ArtistId;
    /// Identifies a genre; never given to another one.
    GenreId;
    /// Identifies an image; never given to another one.
    ArtworkId;
    /// Identifies the lyrics of a track.
    LyricsId;
    /// Identifies a playlist; never given to another one.
    PlaylistId;
    /// Identifies an entry of a playlist.
    PlaylistEntryId;
}
