//! What the library holds about music, as plain values.

mod album;
mod annotation;
mod artist;
mod artwork;
mod date;
mod genre;
mod id;
mod lyrics;
mod page;
mod playlist;
mod stats;
mod track;

pub use album::Album;
pub use annotation::{Annotation, Play};
pub use artist::{Artist, ArtistRef};
pub use artwork::{Artwork, ArtworkHash, Placeholder, Thumbnail};
pub use date::PartialDate;
pub use genre::{Folder, Genre};
pub use id::{
    AlbumId, ArtistId, ArtworkId, GenreId, LyricsId, PlaylistEntryId, PlaylistId, TrackId,
};
pub use lyrics::{Lyrics, LyricsSource};
pub use page::{Page, PageCursor};
pub use playlist::{Playlist, PlaylistEntry};
pub use stats::LibraryStats;
pub use track::{AudioProperties, ReplayGain, Track};
