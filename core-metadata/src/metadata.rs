//! What one file says about itself.

use crate::{
    AudioId, AudioProperties, Credit, Lyrics, PartialDate, Picture, Role, Warning, cue::CueSheet,
};

/// Holds everything that was read from one file.
///
/// Text is kept as written (no Unicode normalisation), without surrounding white space and NUL.
/// A field that no tag has is `None` or empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TrackMetadata {
    /// The title; without any tag, the file name without its extension stands in,
    /// and [`title_from_name`](Self::title_from_name) is set.
    pub title: Option<String>,
    /// Whether [`title`](Self::title) was made from the file name.
    pub title_from_name: bool,
    /// The title as it sorts.
    pub title_sort: Option<String>,
    /// The artists of the track, one each.
    pub artists: Vec<Credit>,
    /// The artists as the tag wants them shown.
    pub artist_display: Option<String>,
    /// The album's title.
    pub album: Option<String>,
    /// The album's title as it sorts.
    pub album_sort: Option<String>,
    /// The artists of the album, one each.
    pub album_artists: Vec<Credit>,
    /// The album's artists as the tag wants them shown.
    pub album_artist_display: Option<String>,
    /// Everyone else who is credited, in the order of the tags.
    pub roles: Vec<(Role, Credit)>,
    /// The track's number on its disc.
    pub track: Option<u32>,
    /// The number of tracks on the disc.
    pub track_total: Option<u32>,
    /// The disc's number.
    pub disc: Option<u32>,
    /// The number of discs.
    pub disc_total: Option<u32>,
    /// The disc's own title.
    pub disc_subtitle: Option<String>,
    /// The date of the recording or, as most taggers use it, of this release.
    pub date: Option<PartialDate>,
    /// The date of the first release.
    pub original_date: Option<PartialDate>,
    /// The date of this release.
    pub release_date: Option<PartialDate>,
    /// The genres.
    pub genres: Vec<String>,
    /// The moods.
    pub moods: Vec<String>,
    /// The group of tracks this one belongs to, such as a work.
    pub grouping: Option<String>,
    /// The comment.
    pub comment: Option<String>,
    /// The labels that released the album.
    pub label: Vec<String>,
    /// The label's number of the album.
    pub catalog_number: Option<String>,
    /// The album's barcode.
    pub barcode: Option<String>,
    /// The recording's ISRC.
    pub isrc: Option<String>,
    /// Beats per minute.
    pub bpm: Option<f64>,
    /// The musical key, as written.
    pub key: Option<String>,
    /// The language, as written.
    pub language: Option<String>,
    /// The medium, such as `CD`.
    pub media: Option<String>,
    /// What the release is, such as `album` and `live`.
    pub release_types: Vec<String>,
    /// The status of the release, such as `official`.
    pub release_status: Option<String>,
    /// Whether the tags call the album a compilation.
    pub compilation: bool,
    /// The ids of MusicBrainz.
    pub musicbrainz: MusicBrainzIds,
    /// The stored loudness values.
    pub replay_gain: ReplayGain,
    /// What the audio is.
    pub properties: AudioProperties,
    /// The embedded pictures, equal ones once.
    pub pictures: Vec<Picture>,
    /// The embedded lyrics, equal ones once.
    pub lyrics: Vec<Lyrics>,
    /// The embedded cue sheet, if the file holds several tracks.
    pub cue_sheet: Option<CueSheet>,
    /// Every tag that no field above holds, by its own name.
    pub custom: Vec<(String, Vec<String>)>,
    /// The identity of the audio, which a new tag or a new name does not change.
    pub audio_id: Option<AudioId>,
    /// What was damaged or left out.
    pub warnings: Vec<Warning>,
}

/// Holds the MusicBrainz ids of a track; those of artists are in their [`Credit`]s.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MusicBrainzIds {
    /// The recording.
    pub recording: Option<String>,
    /// The track on the release.
    pub track: Option<String>,
    /// The release.
    pub release: Option<String>,
    /// The release group.
    pub release_group: Option<String>,
    /// The work that is performed.
    pub work: Option<String>,
}

/// Holds loudness values that a tool has stored in the tags.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ReplayGain {
    /// The gain of the track in dB, from -128 to 128 as all gains here, against ReplayGain's reference level.
    pub track_gain_db: Option<f64>,
    /// The highest sample of the track, where 1 is full scale.
    pub track_peak: Option<f64>,
    /// The gain of the album in dB.
    pub album_gain_db: Option<f64>,
    /// The highest sample of the album.
    pub album_peak: Option<f64>,
    /// The gain of the track in dB against -23 LUFS, as Opus files carry it.
    pub r128_track_gain_db: Option<f64>,
    /// The gain of the album in dB against -23 LUFS.
    pub r128_album_gain_db: Option<f64>,
}
