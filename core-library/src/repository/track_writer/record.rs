//! What is written: a track as its tags give it.

use crate::model::{LyricsSource, TrackId};

/// Everything that was read about one track.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrackRecord {
    /// The file.
    pub item_id: i64,
    /// Which track of the file it is; 0 but for cue sheets.
    pub part: u32,
    /// Where it begins in the file, in ms, if the file has several tracks.
    pub start_ms: Option<i64>,
    /// Where it ends there, likewise; `None` for the last one, which ends with the file.
    pub end_ms: Option<i64>,
    /// The identity of the sound of the whole file, if this is a part of it.
    pub sound_of_file: Option<Vec<u8>>,
    /// The folder of the file. It tells apart albums of one title that name no album artist;
    /// folders of one disc each, such as `CD1` and `CD2`, count as the one that they are in.
    pub folder_key: String,
    /// The title; the caller puts the file's name where tags have none.
    pub title: String,
    /// The title that it is sorted by.
    pub sort_title: Option<String>,
    /// The artists, in order.
    pub artists: Vec<ArtistCredit>,
    /// The artists as one text.
    pub artist_display: Option<String>,
    /// Everyone else, with their role: `composer`, `remixer` …
    pub roles: Vec<(String, ArtistCredit)>,
    /// The album.
    pub album: Option<AlbumRecord>,
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
    /// When it was published: `2004`, `2004-05` or `2004-05-01`; of anything else the year counts.
    pub date: Option<String>,
    /// When it was first published, likewise.
    pub original_date: Option<String>,
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
    /// Gain of the track, in dB.
    pub track_gain_db: Option<f64>,
    /// Peak of the track; 1 is full scale.
    pub track_peak: Option<f64>,
    /// Gain of the album, in dB.
    pub album_gain_db: Option<f64>,
    /// Peak of the album; 1 is full scale.
    pub album_peak: Option<f64>,
    /// The identity of the sound, whatever the tags.
    pub audio_id: Option<Vec<u8>>,
    /// Tags without a field here, as JSON.
    pub extra: Option<String>,
    /// The genres, in order.
    pub genres: Vec<String>,
    /// The image.
    pub artwork: Option<ArtworkRecord>,
    /// The lyrics in the tags and beside the file. They replace those of before.
    pub lyrics: Vec<LyricsRecord>,
}

impl TrackRecord {
    /// Makes the title of a track that has a number and none of its own.
    pub fn untitled(number: u32) -> String {
        format!("Track {number:02}")
    }

    /// Tells whether the title is only made of the number.
    pub fn is_untitled(&self) -> bool {
        self.title == Self::untitled(self.track.unwrap_or_default())
    }
}

/// An artist as tags name them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArtistCredit {
    /// The name; a blank one is left out.
    pub name: String,
    /// The name that it is sorted by.
    pub sort_name: Option<String>,
    /// The MusicBrainz id.
    pub musicbrainz_id: Option<String>,
}

/// An album as the tags of one of its tracks give it.
///
/// What it lacks erases nothing that other tracks of the album give; of what several give, that of
/// the first one on the album counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlbumRecord {
    /// The title; with a blank one the track has no album.
    pub title: String,
    /// The title that it is sorted by.
    pub sort_title: Option<String>,
    /// The album artists; empty if the tags name none.
    pub artists: Vec<ArtistCredit>,
    /// The album artists as one text.
    pub artist_display: Option<String>,
    /// When it was published.
    pub date: Option<String>,
    /// When it was first published.
    pub original_date: Option<String>,
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
    /// What else tells which album it is.
    pub key: AlbumKey,
}

/// What tells which album a track is on, beside the title and the album artists. It decides that and says
/// nothing about the album.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AlbumKey {
    /// Whether the MusicBrainz id of the release, where there is one, does not decide it alone.
    pub ignores_release_id: bool,
    /// Whether an album whose tags name no artist is one wherever its files lie; else each folder has
    /// its own.
    pub spans_folders: bool,
    /// Values that must be equal too, such as the date or the label.
    pub also: Vec<String>,
}

/// Where an image is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArtworkRecord {
    /// The hash of its bytes.
    pub hash: Vec<u8>,
    /// Its type, such as `image/jpeg`.
    pub mime: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its width in pixels.
    pub width: Option<u32>,
    /// Its height in pixels.
    pub height: Option<u32>,
    /// The file that it is in.
    pub item_id: i64,
    /// Which embedded picture it is; `None` if the file is the image.
    pub picture: Option<u32>,
}

/// Lyrics of a track.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LyricsRecord {
    /// Where they come from.
    pub source: LyricsSource,
    /// Whether the text is LRC with times.
    pub synced: bool,
    /// Their language.
    pub language: Option<String>,
    /// The text.
    pub text: String,
}

/// What writing a track came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is new.
    Added,
    /// It was there, and something about it changed.
    Updated,
    /// It was there and is what it was; nothing was written.
    Unchanged,
    /// It was missing and is back.
    Revived,
    /// The file no longer contains it; only for parts of a file whose other parts were written.
    Missing,
}

/// A track that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AppliedTrack {
    /// The file.
    pub item_id: i64,
    /// Which track of the file it is.
    pub part: u32,
    /// The track.
    pub track_id: TrackId,
    /// What happened to it.
    pub outcome: Outcome,
}
