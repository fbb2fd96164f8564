//! The fields that tags of all kinds are mapped to, and their names in tags that name them.

use crate::{Role, text};

/// Names what a tag item means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Field {
    Title,
    TitleSort,
    /// The artist tag itself: one string or several.
    Artist,
    /// The separate tag that lists the artists one by one.
    Artists,
    ArtistSort,
    ArtistId,
    Album,
    AlbumSort,
    AlbumArtist,
    AlbumArtists,
    AlbumArtistSort,
    AlbumArtistId,
    Person(Role),
    ComposerSort,
    Track,
    TrackTotal,
    Disc,
    DiscTotal,
    DiscSubtitle,
    Date,
    /// A year that a tag has beside or instead of a date.
    Year,
    OriginalDate,
    OriginalYear,
    ReleaseDate,
    Genre,
    Mood,
    Grouping,
    Comment,
    Label,
    CatalogNumber,
    Barcode,
    Isrc,
    Bpm,
    Key,
    Language,
    Media,
    ReleaseType,
    ReleaseStatus,
    Compilation,
    RecordingId,
    TrackId,
    ReleaseId,
    ReleaseGroupId,
    WorkId,
    TrackGain,
    TrackPeak,
    AlbumGain,
    AlbumPeak,
    R128Track,
    R128Album,
    Lyrics,
    /// A tag that no field holds, by its own name.
    Custom(String),
}

/// Returns the field for a name as Vorbis comments, APE items, `TXXX` frames, MP4 free-form atoms
/// and ASF attributes use it. Letter case, spaces, `_`, `-` and `/` make no difference.
pub(crate) fn by_name(name: &str) -> Field {
    let name = text::trim(name);
    let mut plain = [0u8; 40];
    let mut len = 0;
    for byte in name
        .bytes()
        .filter(|byte| !matches!(byte, b' ' | b'_' | b'-' | b'/'))
    {
        match plain.get_mut(len) {
            Some(slot) => *slot = byte.to_ascii_lowercase(),
            None => return Field::Custom(name.to_owned()),
        }
        len += 1;
    }
    let plain = std::str::from_utf8(&plain[..len]).unwrap_or_default();
    known(
        plain
            .strip_prefix("wm")
            .filter(|rest| known(rest).is_some())
            .unwrap_or(plain),
    )
    .unwrap_or_else(|| Field::Custom(name.to_owned()))
}

fn known(plain: &str) -> Option<Field> {
    use Field as F;
    let person = |role| Some(F::Person(role));
    Some(match plain {
        "title" => F::Title,
        "titlesort" | "titlesortorder" => F::TitleSort,
        "artist" | "author" => F::Artist,
        "artists" => F::Artists,
        "artistsort" | "artistsortorder" => F::ArtistSort,
        "musicbrainzartistid" => F::ArtistId,
        "album" | "albumtitle" => F::Album,
        "albumsort" | "albumsortorder" => F::AlbumSort,
        "albumartist" => F::AlbumArtist,
        "albumartists" => F::AlbumArtists,
        "albumartistsort" | "albumartistsortorder" => F::AlbumArtistSort,
        "musicbrainzalbumartistid" => F::AlbumArtistId,
        "composer" => return person(Role::Composer),
        "composersort" | "composersortorder" => F::ComposerSort,
        "conductor" => return person(Role::Conductor),
        "lyricist" => return person(Role::Lyricist),
        "writer" => return person(Role::Writer),
        "arranger" => return person(Role::Arranger),
        "remixer" | "mixartist" | "modifiedby" => return person(Role::Remixer),
        "producer" => return person(Role::Producer),
        "engineer" => return person(Role::Engineer),
        "mixer" => return person(Role::Mixer),
        "djmixer" => return person(Role::DjMixer),
        "director" => return person(Role::Director),
        "performer" => return person(Role::Performer { instrument: None }),
        "tracknumber" | "track" | "tracknum" => F::Track,
        "tracktotal" | "totaltracks" | "trackc" => F::TrackTotal,
        "discnumber" | "disc" | "disk" | "disknumber" | "partofset" => F::Disc,
        "disctotal" | "totaldiscs" | "discc" | "disktotal" | "totaldisks" => F::DiscTotal,
        "discsubtitle" | "setsubtitle" => F::DiscSubtitle,
        "date" | "recordingdate" => F::Date,
        "year" => F::Year,
        "originaldate" | "originalreleasetime" | "originalreleasedate" => F::OriginalDate,
        "originalyear" | "originalreleaseyear" | "origyear" => F::OriginalYear,
        "releasedate" => F::ReleaseDate,
        "genre" => F::Genre,
        "mood" => F::Mood,
        "grouping" | "contentgroup" | "contentgroupdescription" => F::Grouping,
        "comment" | "comments" | "description" => F::Comment,
        "label" | "organization" | "publisher" => F::Label,
        "catalognumber" | "catalogno" | "catalog" | "labelno" => F::CatalogNumber,
        "barcode" | "upc" | "ean" => F::Barcode,
        "isrc" => F::Isrc,
        "bpm" | "tempo" | "beatsperminute" => F::Bpm,
        "initialkey" | "key" => F::Key,
        "language" => F::Language,
        "media" => F::Media,
        "releasetype" | "musicbrainzalbumtype" => F::ReleaseType,
        "releasestatus" | "musicbrainzalbumstatus" => F::ReleaseStatus,
        "compilation" | "iscompilation" => F::Compilation,
        "musicbrainztrackid" | "musicbrainzrecordingid" => F::RecordingId,
        "musicbrainzreleasetrackid" => F::TrackId,
        "musicbrainzalbumid" | "musicbrainzreleaseid" => F::ReleaseId,
        "musicbrainzreleasegroupid" => F::ReleaseGroupId,
        "musicbrainzworkid" => F::WorkId,
        "replaygaintrackgain" => F::TrackGain,
        "replaygaintrackpeak" => F::TrackPeak,
        "replaygainalbumgain" => F::AlbumGain,
        "replaygainalbumpeak" => F::AlbumPeak,
        "r128trackgain" => F::R128Track,
        "r128albumgain" => F::R128Album,
        "lyrics" | "unsyncedlyrics" | "syncedlyrics" => F::Lyrics,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_the_same_in_every_spelling() {
        for name in [
            "ALBUMARTIST",
            "Album Artist",
            "album_artist",
            "WM/AlbumArtist",
        ] {
            assert_eq!(by_name(name), Field::AlbumArtist, "{name}");
        }
        for name in [
            "MUSICBRAINZ_TRACKID",
            "MusicBrainz Track Id",
            "MusicBrainz/Track Id",
        ] {
            assert_eq!(by_name(name), Field::RecordingId, "{name}");
        }
    }

    #[test]
    fn unknown_names_are_kept_as_written() {
        let long = "x".repeat(100);
        for name in ["My Own Tag", "WM/Whatever", &long, "Ünicode"] {
            assert_eq!(by_name(name), Field::Custom(name.to_owned()));
        }
    }
}
