//! What a person did with a track.

use super::Track;

/// Plays, rating and favourite of a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Annotation {
    /// How often it was played.
    pub play_count: u64,
    /// When it was played last, in ms since 1970.
    pub last_played_at: Option<i64>,
    /// 0 to 100.
    pub rating: Option<u8>,
    /// Since when it is a favourite, in ms since 1970.
    pub favourite_at: Option<i64>,
}

/// A play of a track.
#[derive(Debug, Clone, PartialEq)]
pub struct Play {
    /// The track; it may be missing.
    pub track: Track,
    /// When it was played, in ms since 1970.
    pub at_ms: i64,
}
