//! Lyrics.

use super::{LyricsId, TrackId};

/// Where lyrics come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LyricsSource {
    /// The tags of the file.
    Embedded,
    /// A file beside it.
    Sidecar,
    /// A service.
    Online,
}

impl LyricsSource {
    /// Names the source as the database does.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Sidecar => "sidecar",
            Self::Online => "online",
        }
    }

    /// Reads the name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Embedded, Self::Sidecar, Self::Online]
            .into_iter()
            .find(|it| it.as_str() == text)
    }
}

/// The words of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lyrics {
    /// Their id.
    pub id: LyricsId,
    /// The track.
    pub track_id: TrackId,
    /// Where they come from.
    pub source: LyricsSource,
    /// Whether the text is LRC with times.
    pub synced: bool,
    /// Their language, where it is known.
    pub language: Option<String>,
    /// The text.
    pub text: String,
}
