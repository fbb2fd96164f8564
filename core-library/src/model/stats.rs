//! The library in figures.

/// How much a library holds. Missing tracks count only as missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LibraryStats {
    /// Tracks.
    pub tracks: u64,
    /// Tracks whose file is gone.
    pub missing_tracks: u64,
    /// Albums with a track.
    pub albums: u64,
    /// Artists with a track or an album.
    pub artists: u64,
    /// Genres with a track.
    pub genres: u64,
    /// Playlists.
    pub playlists: u64,
    /// The length of all tracks whose duration is known, in ms.
    pub duration_ms: u64,
    /// The size of their files, in bytes.
    pub bytes: u64,
}
