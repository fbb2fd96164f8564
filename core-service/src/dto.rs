//! What the service gives out: plain values that serialise, and nothing else does.

mod artwork;
mod duplicate;
mod extra;
mod job;
mod music;
mod playlist_file;
mod status;

pub(crate) use artwork::hexadecimal;
pub use artwork::{ArtworkHash, Placeholder, Thumbnail, ThumbnailSize};
pub use duplicate::{DuplicateGroup, SetAsideTrack};
pub use extra::CustomTag;
pub use job::{JobWarning, QuarantinedFile, SyncJob};
pub use music::{
    Album, Artist, ArtistCredit, Genre, Lyrics, Play, Playlist, PlaylistEntry, Stats, Track,
};
pub use playlist_file::{ExportedPlaylist, ImportedPlaylist, UnknownEntry};
pub use status::{Health, Page, Provider, RemovedProvider};
