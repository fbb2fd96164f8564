//! Tracks.

use super::{AlbumId, Annotation, ArtistRef, ArtworkId, PartialDate, TrackId};

/// A piece of music.
#[derive(Debug, Clone, PartialEq)]
pub struct Track {
    /// Its id; it stays through renames, retags and while the file is missing.
    pub id: TrackId,
    /// The file that it is in; `None` once its provider was removed.
    pub item_id: Option<i64>,
    /// Which track of the file it is; 0 but for cue sheets.
    pub part: u32,
    /// Where it begins in the file, in ms, if the file has several tracks.
    pub start_ms: Option<i64>,
    /// Where it ends there, likewise; `None` for the last one.
    pub end_ms: Option<i64>,
    /// Its title.
    pub title: String,
    /// The title that it is sorted by, where tags give one.
    pub sort_title: Option<String>,
    /// Everyone credited: role `artist` first, in order, then the other roles.
    pub artists: Vec<ArtistRef>,
    /// The artists as one text, where tags give one.
    pub artist_display: Option<String>,
    /// Its album.
    pub album_id: Option<AlbumId>,
    /// Its album's title.
    pub album: Option<String>,
    /// Its album's artists.
    pub album_artists: Vec<ArtistRef>,
    /// The disc.
    pub disc: Option<u32>,
    /// How many discs there are.
    pub disc_total: Option<u32>,
    /// The disc's own title.
    pub disc_subtitle: Option<String>,
    /// The number on the disc.
    pub track: Option<u32>,
    /// How many tracks the disc has.
    pub track_total: Option<u32>,
    /// When it was published.
    pub date: Option<PartialDate>,
    /// When it was first published.
    pub original_date: Option<PartialDate>,
    /// Its genres, in the tags' order.
    pub genres: Vec<String>,
    /// What the file's audio is like.
    pub audio: AudioProperties,
    /// How loud it is.
    pub gain: ReplayGain,
    /// Beats a minute.
    pub bpm: Option<f64>,
    /// The musical key.
    pub musical_key: Option<String>,
    /// The recording's ISRC.
    pub isrc: Option<String>,
    /// What somebody wrote about it.
    pub comment: Option<String>,
    /// Whether tags call its album a compilation.
    pub compilation: bool,
    /// The MusicBrainz id of the recording.
    pub recording_id: Option<String>,
    /// The MusicBrainz id of the track on its release.
    pub release_track_id: Option<String>,
    /// Tags without a column, as JSON.
    pub extra: Option<String>,
    /// Its image.
    pub artwork: Option<ArtworkId>,
    /// The source that the file is at.
    pub provider_id: Option<i64>,
    /// Where the file is, from the root of its provider, parts separated by `/`; what is no text in names is
    /// replaced, so that two files may look alike.
    pub path: Option<String>,
    /// The provider's name for the file. It tells all files apart; of a folder on this machine it is the path
    /// as [`path_key`](bridge_traits::storage::path_key) writes it.
    pub key: Option<String>,
    /// When it was added, in ms since 1970.
    pub added_at: i64,
    /// When its tags were last seen to change, in ms since 1970.
    pub updated_at: i64,
    /// Since when it is out of the lists, in ms since 1970: its file is gone, or it was set aside.
    pub missing_since: Option<i64>,
    /// Whether it was set aside: its file is there, and another track that sounds the same stands for it.
    pub set_aside: bool,
    /// What the person did with it.
    pub annotation: Annotation,
}

impl Track {
    /// Tells whether it is out of the lists.
    pub fn is_missing(&self) -> bool {
        self.missing_since.is_some()
    }
}

/// What the audio of a file is like, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AudioProperties {
    /// The length in ms.
    pub duration_ms: Option<i64>,
    /// How it is encoded, such as `flac`.
    pub codec: Option<String>,
    /// kbit a second.
    pub bitrate_kbps: Option<u32>,
    /// Samples a second.
    pub sample_rate_hz: Option<u32>,
    /// Channels.
    pub channels: Option<u32>,
    /// Bits a sample.
    pub bit_depth: Option<u32>,
}

/// ReplayGain values as tags give them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ReplayGain {
    /// Gain of the track, in dB.
    pub track_gain_db: Option<f64>,
    /// Peak of the track; 1 is full scale.
    pub track_peak: Option<f64>,
    /// Gain of the album, in dB.
    pub album_gain_db: Option<f64>,
    /// Peak of the album; 1 is full scale.
    pub album_peak: Option<f64>,
}
