//! Music.

use core_library::model;
use serde::Serialize;

use super::extra::{CustomTag, Extra};

/// Somebody credited on a track or album.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtistCredit {
    /// The artist's id.
    pub id: i64,
    /// The name as credited.
    pub name: String,
    /// `artist`, `composer`, `remixer` …
    pub role: String,
}

impl From<model::ArtistRef> for ArtistCredit {
    fn from(it: model::ArtistRef) -> Self {
        Self {
            id: it.id.0,
            name: it.name,
            role: it.role,
        }
    }
}

/// A piece of music.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Track {
    /// Its id, which stays.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// The title it is sorted by, where tags give one.
    pub sort_title: Option<String>,
    /// The names of its artists.
    pub artists: Vec<String>,
    /// Its artists as the tags want them shown.
    pub artist_display: Option<String>,
    /// Everyone credited, with ids and roles.
    pub credits: Vec<ArtistCredit>,
    /// Its album.
    pub album: Option<String>,
    /// Its album's id.
    pub album_id: Option<i64>,
    /// The names of its album's artists.
    pub album_artists: Vec<String>,
    /// Its number on the disc.
    pub track: Option<u32>,
    /// How many tracks the disc has.
    pub track_total: Option<u32>,
    /// The disc.
    pub disc: Option<u32>,
    /// How many discs there are.
    pub disc_total: Option<u32>,
    /// The disc's own title.
    pub disc_subtitle: Option<String>,
    /// Whether its album is a compilation, as the tags say.
    pub compilation: bool,
    /// `2004`, `2004-05` or `2004-05-01`.
    pub date: Option<String>,
    /// When it was first published.
    pub original_date: Option<String>,
    /// Its genres.
    pub genres: Vec<String>,
    /// Its moods.
    pub moods: Vec<String>,
    /// What it is grouped with.
    pub grouping: Option<String>,
    /// The language of its words, as written.
    pub language: Option<String>,
    /// What it was published on: `CD`, `Vinyl` …
    pub media: Option<String>,
    /// A remark.
    pub comment: Option<String>,
    /// Tags of a person's own.
    pub tags: Vec<CustomTag>,
    /// Where it begins in its file, in ms, if the file has several tracks (a cue sheet).
    pub start_ms: Option<i64>,
    /// Where it ends there, likewise; `null` for the last one.
    pub end_ms: Option<i64>,
    /// Its length; `null` where it is not known.
    pub duration_ms: Option<i64>,
    /// How it is encoded.
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
    /// The musical key, as written.
    pub musical_key: Option<String>,
    /// The recording's ISRC.
    pub isrc: Option<String>,
    /// The MusicBrainz id of the recording.
    pub musicbrainz_recording_id: Option<String>,
    /// The MusicBrainz id of the track on its release.
    pub musicbrainz_release_track_id: Option<String>,
    /// ReplayGain of the track, in dB.
    pub track_gain_db: Option<f64>,
    /// The highest sample of the track, where 1 is full scale.
    pub track_peak: Option<f64>,
    /// ReplayGain of the album, in dB.
    pub album_gain_db: Option<f64>,
    /// The highest sample of the album.
    pub album_peak: Option<f64>,
    /// The gain of the track against -23 LUFS, in dB, as Opus files carry it.
    pub r128_track_gain_db: Option<f64>,
    /// The gain of the album against -23 LUFS, in dB.
    pub r128_album_gain_db: Option<f64>,
    /// Its image.
    pub artwork_id: Option<i64>,
    /// The provider that it is at.
    pub provider: Option<i64>,
    /// Where it is, from the root of its provider; what is no text in names is replaced, so that two files may
    /// look alike.
    pub path: Option<String>,
    /// The provider's name for its file, which tells all files apart: of a folder on this machine it is the
    /// path, with each byte that is no text as `%XX` and `%` as `%25`.
    pub key: Option<String>,
    /// Whether it is out of the lists: its file is gone, or it was set aside.
    pub missing: bool,
    /// Whether it was set aside: its file is there, and another track that sounds the same stands for it.
    pub set_aside: bool,
    /// How often it was played.
    pub play_count: u64,
    /// When it was played last, in ms since 1970.
    pub last_played_at: Option<i64>,
    /// 0 to 100.
    pub rating: Option<u8>,
    /// Whether it is a favourite.
    pub favourite: bool,
}

/// The names of those who are credited as `role`, each once.
fn names(credits: &[model::ArtistRef], role: &str) -> Vec<String> {
    credits
        .iter()
        .filter(|it| it.role == role)
        .map(|it| it.name.clone())
        .collect()
}

impl From<model::Track> for Track {
    fn from(it: model::Track) -> Self {
        let mut extra = Extra::of(it.extra.as_deref());
        Self {
            id: it.id.0,
            title: it.title,
            sort_title: it.sort_title,
            artists: names(&it.artists, "artist"),
            artist_display: it.artist_display,
            credits: it.artists.into_iter().map(ArtistCredit::from).collect(),
            album: it.album,
            album_id: it.album_id.map(|id| id.0),
            album_artists: it.album_artists.into_iter().map(|it| it.name).collect(),
            track: it.track,
            track_total: it.track_total,
            disc: it.disc,
            disc_total: it.disc_total,
            disc_subtitle: it.disc_subtitle,
            compilation: it.compilation,
            date: it.date.map(|date| date.to_string()),
            original_date: it.original_date.map(|date| date.to_string()),
            genres: it.genres,
            moods: std::mem::take(&mut extra.moods),
            grouping: extra.grouping.take(),
            language: extra.language.take(),
            media: extra.media.take(),
            comment: it.comment,
            start_ms: it.start_ms,
            end_ms: it.end_ms,
            duration_ms: it.audio.duration_ms,
            codec: it.audio.codec,
            bitrate_kbps: it.audio.bitrate_kbps,
            sample_rate_hz: it.audio.sample_rate_hz,
            channels: it.audio.channels,
            bit_depth: it.audio.bit_depth,
            bpm: it.bpm,
            musical_key: it.musical_key,
            isrc: it.isrc,
            musicbrainz_recording_id: it.recording_id,
            musicbrainz_release_track_id: it.release_track_id,
            track_gain_db: it.gain.track_gain_db,
            track_peak: it.gain.track_peak,
            album_gain_db: it.gain.album_gain_db,
            album_peak: it.gain.album_peak,
            r128_track_gain_db: extra.r128_track_gain_db,
            r128_album_gain_db: extra.r128_album_gain_db,
            tags: extra.into_tags(),
            artwork_id: it.artwork.map(|id| id.0),
            provider: it.provider_id,
            path: it.path,
            key: it.key,
            missing: it.missing_since.is_some(),
            set_aside: it.set_aside,
            play_count: it.annotation.play_count,
            last_played_at: it.annotation.last_played_at,
            rating: it.annotation.rating,
            favourite: it.annotation.favourite_at.is_some(),
        }
    }
}

/// Tracks that were published together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Album {
    /// Its id.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// The title it is sorted by, where tags give one.
    pub sort_title: Option<String>,
    /// The names of its artists.
    pub artists: Vec<String>,
    /// Its artists as the tags want them shown.
    pub artist_display: Option<String>,
    /// When it was published.
    pub date: Option<String>,
    /// When it was first published.
    pub original_date: Option<String>,
    /// Whether it is a compilation.
    pub compilation: bool,
    /// `album`, `single`, `live` …
    pub release_types: Vec<String>,
    /// Who published it.
    pub label: Option<String>,
    /// The number it has there.
    pub catalog_number: Option<String>,
    /// Its barcode.
    pub barcode: Option<String>,
    /// The MusicBrainz id of the release.
    pub musicbrainz_release_id: Option<String>,
    /// The MusicBrainz id of the release group.
    pub musicbrainz_release_group_id: Option<String>,
    /// Its tracks that are there.
    pub track_count: u64,
    /// Their length, in ms.
    pub duration_ms: u64,
    /// Its cover.
    pub artwork_id: Option<i64>,
}

impl From<model::Album> for Album {
    fn from(it: model::Album) -> Self {
        Self {
            id: it.id.0,
            title: it.title,
            sort_title: it.sort_title,
            artists: it.artists.into_iter().map(|it| it.name).collect(),
            artist_display: it.artist_display,
            date: it.date.map(|date| date.to_string()),
            original_date: it.original_date.map(|date| date.to_string()),
            compilation: it.compilation,
            release_types: it.release_types,
            label: it.label,
            catalog_number: it.catalog_number,
            barcode: it.barcode,
            musicbrainz_release_id: it.musicbrainz_id,
            musicbrainz_release_group_id: it.release_group_id,
            track_count: it.track_count,
            duration_ms: it.duration_ms,
            artwork_id: it.artwork.map(|id| id.0),
        }
    }
}

/// Somebody who made music.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artist {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The name it is sorted by, where tags give one.
    pub sort_name: Option<String>,
    /// Its MusicBrainz id.
    pub musicbrainz_id: Option<String>,
    /// Its albums.
    pub album_count: u64,
    /// The tracks that it has a part in.
    pub track_count: u64,
    /// An image of it, once [`artist_artwork`](crate::CoreService::artist_artwork) found one.
    pub artwork_id: Option<i64>,
}

impl From<model::Artist> for Artist {
    fn from(it: model::Artist) -> Self {
        Self {
            id: it.id.0,
            name: it.name,
            sort_name: it.sort_name,
            musicbrainz_id: it.musicbrainz_id,
            album_count: it.album_count,
            track_count: it.track_count,
            artwork_id: it.artwork_id.map(|it| it.0),
        }
    }
}

/// A kind of music.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Genre {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its tracks.
    pub track_count: u64,
}

impl From<model::Genre> for Genre {
    fn from(it: model::Genre) -> Self {
        Self {
            id: it.id.0,
            name: it.name,
            track_count: it.track_count,
        }
    }
}

/// The words of a track.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lyrics {
    /// `embedded`, `sidecar` or `online`.
    pub source: &'static str,
    /// Whether the text is LRC with times.
    pub synced: bool,
    /// Their language, where it is known.
    pub language: Option<String>,
    /// The text.
    pub text: String,
}

impl From<model::Lyrics> for Lyrics {
    fn from(it: model::Lyrics) -> Self {
        Self {
            source: it.source.as_str(),
            synced: it.synced,
            language: it.language,
            text: it.text,
        }
    }
}

/// Tracks in an order that a person chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Playlist {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// What the person wrote about it.
    pub comment: Option<String>,
    /// Whether rules say what is in it.
    pub smart: bool,
    /// Its entries; `null` for a smart playlist, whose tracks are found when it is read.
    pub entry_count: Option<u64>,
}

impl From<model::Playlist> for Playlist {
    fn from(it: model::Playlist) -> Self {
        Self {
            id: it.id.0,
            name: it.name,
            comment: it.comment,
            smart: it.smart,
            entry_count: it.entry_count,
        }
    }
}

/// One place in a playlist.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlaylistEntry {
    /// Its id.
    pub id: i64,
    /// The track; it may be missing.
    pub track: Track,
}

impl From<model::PlaylistEntry> for PlaylistEntry {
    fn from(it: model::PlaylistEntry) -> Self {
        Self {
            id: it.id.0,
            track: it.track.into(),
        }
    }
}

/// A play of a track.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Play {
    /// The track; it may be missing.
    pub track: Track,
    /// When it was played, in ms since 1970.
    pub at_ms: i64,
}

impl From<model::Play> for Play {
    fn from(it: model::Play) -> Self {
        Self {
            track: it.track.into(),
            at_ms: it.at_ms,
        }
    }
}

/// How much the library holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Tracks that are there.
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
    /// The length of all tracks, in ms.
    pub duration_ms: u64,
    /// The size of their files, in bytes.
    pub bytes: u64,
}

impl From<model::LibraryStats> for Stats {
    fn from(it: model::LibraryStats) -> Self {
        Self {
            tracks: it.tracks,
            missing_tracks: it.missing_tracks,
            albums: it.albums,
            artists: it.artists,
            genres: it.genres,
            playlists: it.playlists,
            duration_ms: it.duration_ms,
            bytes: it.bytes,
        }
    }
}
