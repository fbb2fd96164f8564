//! Merges the tags of one file, field by field.
//!
//! Each field comes from the first tag that has it. The order is: Vorbis comments, MP4, ASF, then
//! ID3v2 before APE (APE first in Monkey's Audio, Musepack and WavPack, whose own tag it is), then
//! IFF text chunks, RIFF INFO and, as it cuts all text at 30 characters, ID3v1 last. Of a field that
//! has one value the first counts. Numbers and dates pass over values that are none. Pictures and
//! lyrics are gathered from all tags, roles from the first tag that has the role.

use super::{RawTag, fields::Field};
use crate::{Credit, PartialDate, Role, SplitRules, TagKind, TrackMetadata, cue::CueSheet, genres};

/// The loudest and quietest gain that is believed, in dB: what R128 can say. A player that took more
/// would hurt somebody.
const MAX_GAIN_DB: f64 = 128.0;

/// The most beats per minute that are believed.
const MAX_BPM: f64 = 9_999.0;

/// Sorts `tags` by precedence; `ape_native` says that the container's own tag is APE.
pub(crate) fn sort(tags: &mut [RawTag], ape_native: bool) {
    tags.sort_by_key(|tag| match tag.kind {
        TagKind::VorbisComments => 0,
        TagKind::Mp4 => 1,
        TagKind::Asf => 2,
        TagKind::Ape if ape_native => 3,
        TagKind::Id3v2 => 4,
        TagKind::Ape => 5,
        TagKind::IffText => 6,
        TagKind::RiffInfo => 7,
        TagKind::Id3v1 => 8,
    });
}

/// Moves what the sorted `tags` hold into `track`.
pub(crate) fn merge(tags: Vec<RawTag>, rules: &SplitRules, track: &mut TrackMetadata) {
    let fields = Fields { tags: &tags };
    texts(&fields, track);
    people(&fields, rules, track);
    numbers_and_dates(&fields, track);
    ids_and_loudness(&fields, track);
    track.custom.extend(fields.custom());
    track.cue_sheet = take_cue_sheet(&mut track.custom);
    for tag in tags {
        track.warnings.extend(tag.warnings);
        for mut picture in tag.pictures {
            let artist = track.album_artist_display.as_deref().unwrap_or_default();
            picture.tie_to_album(&[track.album.as_deref().unwrap_or_default(), artist]);
            if track
                .pictures
                .iter()
                .all(|other| other.hash != picture.hash)
            {
                track.pictures.push(picture);
            }
        }
        for lyrics in tag.lyrics {
            if track
                .lyrics
                .iter()
                .all(|other| other.text != lyrics.text || other.synced != lyrics.synced)
            {
                track.lyrics.push(lyrics);
            }
        }
    }
}

fn texts(fields: &Fields<'_>, track: &mut TrackMetadata) {
    track.title = fields.one(&Field::Title);
    track.title_sort = fields.one(&Field::TitleSort);
    track.album = fields.one(&Field::Album);
    track.album_sort = fields.one(&Field::AlbumSort);
    track.disc_subtitle = fields.one(&Field::DiscSubtitle);
    track.genres = genre_list(fields);
    track.moods = fields.list(&Field::Mood);
    track.grouping = fields.one(&Field::Grouping);
    track.comment = fields.one(&Field::Comment);
    track.label = fields.list(&Field::Label);
    track.catalog_number = fields.one(&Field::CatalogNumber);
    track.barcode = fields.one(&Field::Barcode);
    track.isrc = fields.one(&Field::Isrc);
    track.key = fields.one(&Field::Key);
    track.language = fields.one(&Field::Language);
    track.media = fields.one(&Field::Media);
    track.release_types = fields
        .all(&Field::ReleaseType)
        .flat_map(|value| value.split([';', ',', '/', '+']))
        .map(|value| value.trim().to_lowercase())
        .filter(|value| !value.is_empty())
        .collect();
    track.release_status = fields
        .one(&Field::ReleaseStatus)
        .map(|status| status.to_lowercase());
    track.compilation = fields.all(&Field::Compilation).next().is_some_and(|value| {
        value.parse::<f32>().map_or_else(
            |_| value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("yes"),
            |number| number > 0.0,
        )
    });
}

fn genre_list(fields: &Fields<'_>) -> Vec<String> {
    let Some(tag) = fields.tag_with(&Field::Genre) else {
        return Vec::new();
    };
    let mut list: Vec<String> = Vec::new();
    for value in tag.values(&Field::Genre) {
        let names = match tag.kind {
            TagKind::Id3v2 => genres::from_id3(value),
            _ => vec![value.to_owned()],
        };
        for name in names.iter().flat_map(|name| genres::split(name)) {
            if !list.iter().any(|other| other == name) {
                list.push(name.to_owned());
            }
        }
    }
    list
}

fn people(fields: &Fields<'_>, rules: &SplitRules, track: &mut TrackMetadata) {
    let artists = Names {
        one: Field::Artist,
        list: Field::Artists,
        sort: Field::ArtistSort,
        id: Field::ArtistId,
    };
    (track.artists, track.artist_display) = artists.credits(fields, rules, &mut track.custom);
    let album = Names {
        one: Field::AlbumArtist,
        list: Field::AlbumArtists,
        sort: Field::AlbumArtistSort,
        id: Field::AlbumArtistId,
    };
    (track.album_artists, track.album_artist_display) =
        album.credits(fields, rules, &mut track.custom);
    let mut seen: Vec<&Role> = Vec::new();
    for (at, tag) in fields.tags.iter().enumerate() {
        let roles = tag.items.iter().filter_map(|(field, value)| match field {
            Field::Person(role) => Some((role, value)),
            _ => None,
        });
        for (role, value) in roles {
            // A role that an earlier tag has is complete there.
            let earlier = fields.tags[..at]
                .iter()
                .any(|tag| tag.values(&Field::Person(role.clone())).next().is_some());
            if earlier {
                continue;
            }
            if !seen.contains(&role) {
                seen.push(role);
            }
            for name in rules.split(value) {
                let credit = (role.clone(), Credit::named(name));
                if !track.roles.contains(&credit) {
                    track.roles.push(credit);
                }
            }
        }
    }
    let sorts = fields.split(&Field::ComposerSort, rules);
    let composers: Vec<&mut Credit> = track
        .roles
        .iter_mut()
        .filter(|(role, _)| *role == Role::Composer)
        .map(|(_, credit)| credit)
        .collect();
    if sorts.len() == composers.len() {
        for (credit, sort) in composers.into_iter().zip(sorts) {
            credit.sort_name = Some(sort);
        }
    }
}

/// Names the fields that make up one list of artists.
struct Names {
    one: Field,
    list: Field,
    sort: Field,
    id: Field,
}

impl Names {
    /// Returns the artists and how they are shown.
    ///
    /// Sort names and ids go to the artists only where there are as many of them; ids that can't be
    /// told apart are kept in `custom` rather than given to the wrong artist.
    fn credits(
        &self,
        fields: &Fields<'_>,
        rules: &SplitRules,
        custom: &mut Vec<(String, Vec<String>)>,
    ) -> (Vec<Credit>, Option<String>) {
        let shown = fields.list(&self.one);
        let listed = fields.list(&self.list);
        let names = if listed.is_empty() {
            fields.split(&self.one, rules)
        } else {
            listed
        };
        let display = if shown.is_empty() {
            names.join(", ")
        } else {
            shown.join(", ")
        };
        let mut credits: Vec<Credit> = names.into_iter().map(Credit::named).collect();
        let whole_sorts = fields.list(&self.sort);
        let sorts = if whole_sorts.len() == credits.len() {
            whole_sorts
        } else {
            fields.split(&self.sort, rules)
        };
        if sorts.len() == credits.len() {
            for (credit, sort) in credits.iter_mut().zip(sorts) {
                credit.sort_name = Some(sort);
            }
        }
        let ids = fields
            .all(&self.id)
            .flat_map(|value| value.split([';', '/', ',', ' ']));
        let ids = ids.map(|id| id.trim().to_lowercase());
        let ids = unique(ids.filter(|id| !id.is_empty()));
        if ids.len() == credits.len() {
            for (credit, id) in credits.iter_mut().zip(ids) {
                credit.musicbrainz_id = Some(id);
            }
        } else if !ids.is_empty() {
            let name = match self.id {
                Field::ArtistId => "MUSICBRAINZ_ARTISTID",
                _ => "MUSICBRAINZ_ALBUMARTISTID",
            };
            custom.push((name.to_owned(), ids));
        }
        (credits, (!display.is_empty()).then_some(display))
    }
}

fn numbers_and_dates(fields: &Fields<'_>, track: &mut TrackMetadata) {
    track.track = fields.number(&Field::Track);
    track.track_total = fields.number(&Field::TrackTotal);
    track.disc = fields.number(&Field::Disc);
    track.disc_total = fields.number(&Field::DiscTotal);
    track.date = fields
        .date(&Field::Date)
        .or_else(|| fields.date(&Field::Year));
    if track.date.is_none() {
        // Text that is no date is kept rather than guessed at.
        if let Some(text) = fields
            .one(&Field::Date)
            .or_else(|| fields.one(&Field::Year))
        {
            track.custom.push(("DATE".to_owned(), vec![text]));
        }
    }
    track.original_date = fields
        .date(&Field::OriginalDate)
        .or_else(|| fields.date(&Field::OriginalYear));
    track.release_date = fields.date(&Field::ReleaseDate);
    track.bpm = fields.float(&Field::Bpm, |bpm| bpm > 0.0 && bpm <= MAX_BPM);
}

fn ids_and_loudness(fields: &Fields<'_>, track: &mut TrackMetadata) {
    let id = |field| fields.one(&field).map(|id| id.to_lowercase());
    track.musicbrainz.recording = id(Field::RecordingId);
    track.musicbrainz.track = id(Field::TrackId);
    track.musicbrainz.release = id(Field::ReleaseId);
    track.musicbrainz.release_group = id(Field::ReleaseGroupId);
    track.musicbrainz.work = id(Field::WorkId);
    let gain = &mut track.replay_gain;
    let sound = |db: f64| db.abs() <= MAX_GAIN_DB;
    gain.track_gain_db = fields.float(&Field::TrackGain, sound);
    gain.track_peak = fields.float(&Field::TrackPeak, |peak| peak >= 0.0);
    gain.album_gain_db = fields.float(&Field::AlbumGain, sound);
    gain.album_peak = fields.float(&Field::AlbumPeak, |peak| peak >= 0.0);
    // Opus stores these as whole numbers of 1/256 dB.
    let r128 = |field| {
        let gain = fields.float(&field, |gain| sound(gain / 256.0));
        gain.map(|gain| gain / 256.0)
    };
    gain.r128_track_gain_db = r128(Field::R128Track);
    gain.r128_album_gain_db = r128(Field::R128Album);
}

impl RawTag {
    fn values<'t, 'f>(&'t self, field: &'f Field) -> impl Iterator<Item = &'t str> + use<'t, 'f> {
        self.items
            .iter()
            .filter(move |item| item.0 == *field)
            .map(|item| item.1.as_str())
    }
}

/// Looks values up in tags that are sorted by precedence.
struct Fields<'t> {
    tags: &'t [RawTag],
}

impl<'t> Fields<'t> {
    fn tag_with(&self, field: &Field) -> Option<&'t RawTag> {
        self.tags
            .iter()
            .find(|tag| tag.values(field).next().is_some())
    }

    fn all(&self, field: &Field) -> impl Iterator<Item = &'t str> + use<'t, '_> {
        self.tag_with(field)
            .into_iter()
            .flat_map(move |tag| tag.items.iter())
            .filter_map({
                let field = field.clone();
                move |item| (item.0 == field).then_some(item.1.as_str())
            })
    }

    fn one(&self, field: &Field) -> Option<String> {
        self.all(field).next().map(str::to_owned)
    }

    /// Returns all values, repeats left out.
    fn list(&self, field: &Field) -> Vec<String> {
        unique(self.all(field).map(str::to_owned))
    }

    /// Returns all values; a single one is taken apart by the rules.
    fn split(&self, field: &Field, rules: &SplitRules) -> Vec<String> {
        let values: Vec<&str> = self.all(field).collect();
        match values.as_slice() {
            [one] => unique(rules.split(one).into_iter().map(str::to_owned)),
            _ => unique(values.into_iter().map(str::to_owned)),
        }
    }

    fn number(&self, field: &Field) -> Option<u32> {
        self.tags
            .iter()
            .flat_map(|tag| tag.values(field))
            .find_map(|value| {
                let digits = value.bytes().take_while(u8::is_ascii_digit).count();
                value[..digits].parse().ok().filter(|number| *number > 0)
            })
    }

    fn date(&self, field: &Field) -> Option<PartialDate> {
        self.tags
            .iter()
            .flat_map(|tag| tag.values(field))
            .find_map(PartialDate::from_tag)
    }

    /// Returns the first number that is in the bounds of the field.
    fn float(&self, field: &Field, sound: impl Fn(f64) -> bool) -> Option<f64> {
        self.tags
            .iter()
            .flat_map(|tag| tag.values(field))
            .filter_map(leading_float)
            .find(|number| sound(*number))
    }

    fn custom(&self) -> Vec<(String, Vec<String>)> {
        let mut custom: Vec<(String, Vec<String>)> = Vec::new();
        for tag in self.tags {
            let known = custom.len();
            for (field, value) in &tag.items {
                let Field::Custom(name) = field else { continue };
                match custom
                    .iter_mut()
                    .position(|(other, _)| other.eq_ignore_ascii_case(name))
                {
                    Some(at) if at < known => {}
                    Some(at) => custom[at].1.push(value.clone()),
                    None => custom.push((name.clone(), vec![value.clone()])),
                }
            }
        }
        custom
    }
}

/// Takes the cue sheet out of the tags, if it is one of several tracks.
fn take_cue_sheet(custom: &mut Vec<(String, Vec<String>)>) -> Option<CueSheet> {
    let at = custom
        .iter()
        .position(|(name, _)| name.eq_ignore_ascii_case("CUESHEET"))?;
    let mut sheets = custom[at].1.iter();
    let sheet = sheets.find_map(|text| CueSheet::parse(text))?;
    if sheet.embedded_tracks().is_empty() {
        return None;
    }
    custom.remove(at);
    Some(sheet)
}

fn unique(values: impl Iterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for value in values {
        if !list.contains(&value) {
            list.push(value);
        }
    }
    list
}

/// Reads the number that a text such as `-7.03 dB` or `+1,5` starts with.
fn leading_float(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches('+');
    let end = text
        .char_indices()
        .find(|(at, c)| !(c.is_ascii_digit() || matches!(c, '.' | ',') || (*at == 0 && *c == '-')))
        .map_or(text.len(), |(at, _)| at);
    text[..end]
        .replace(',', ".")
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;

    fn tag(kind: TagKind, items: &[(Field, &str)]) -> RawTag {
        let mut tag = RawTag::new(kind, Limits::default());
        for (field, value) in items {
            tag.push(field.clone(), value);
        }
        tag
    }

    fn merged(mut tags: Vec<RawTag>, ape_native: bool) -> TrackMetadata {
        let mut track = TrackMetadata::default();
        sort(&mut tags, ape_native);
        merge(tags, &SplitRules::default(), &mut track);
        track
    }

    #[test]
    fn each_field_comes_from_the_first_tag_that_has_it() {
        let tags = || {
            vec![
                tag(
                    TagKind::Id3v1,
                    &[
                        (Field::Title, "cut"),
                        (Field::Album, "v1"),
                        (Field::Track, "7"),
                    ],
                ),
                tag(
                    TagKind::Ape,
                    &[(Field::Title, "ape"), (Field::Album, "ape")],
                ),
                tag(
                    TagKind::Id3v2,
                    &[(Field::Title, "v2"), (Field::Title, "second")],
                ),
            ]
        };
        let track = merged(tags(), false);
        assert_eq!(
            (track.title.as_deref(), track.album.as_deref(), track.track),
            (Some("v2"), Some("ape"), Some(7))
        );
        assert_eq!(merged(tags(), true).title.as_deref(), Some("ape"));
    }

    #[test]
    fn listed_artists_leave_the_display_as_written() {
        let track = merged(
            vec![tag(
                TagKind::Id3v2,
                &[
                    (Field::Artist, "A feat. B"),
                    (Field::Artists, "A"),
                    (Field::Artists, "B"),
                    (Field::ArtistId, "ID1/id2"),
                    (Field::ArtistSort, "A feat. B sorted"),
                ],
            )],
            false,
        );
        let ids: Vec<_> = track
            .artists
            .iter()
            .map(|a| {
                (
                    a.name.as_str(),
                    a.musicbrainz_id.as_deref(),
                    a.sort_name.as_deref(),
                )
            })
            .collect();
        assert_eq!(ids, [("A", Some("id1"), None), ("B", Some("id2"), None)]);
        assert_eq!(track.artist_display.as_deref(), Some("A feat. B"));
    }

    #[test]
    fn ids_that_fit_no_artist_are_kept_aside() {
        let track = merged(
            vec![tag(
                TagKind::Id3v2,
                &[(Field::Artist, "A feat. B"), (Field::ArtistId, "id1/id2")],
            )],
            false,
        );
        assert_eq!(track.artists, [Credit::named("A feat. B")]);
        assert_eq!(
            track.custom,
            [(
                "MUSICBRAINZ_ARTISTID".to_owned(),
                vec!["id1".to_owned(), "id2".to_owned()]
            )]
        );
    }

    #[test]
    fn loudness_texts_become_numbers() {
        for (text, number) in [
            ("-7.03 dB", Some(-7.03)),
            ("+1,5", Some(1.5)),
            ("0.98", Some(0.98)),
            ("dB", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(leading_float(text), number, "{text:?}");
        }
    }

    #[test]
    fn numbers_that_are_zero_or_no_number_are_nothing() {
        let track = merged(
            vec![tag(
                TagKind::Ape,
                &[
                    (Field::Track, "0"),
                    (Field::Disc, "A1"),
                    (Field::TrackTotal, "12 tracks"),
                ],
            )],
            true,
        );
        assert_eq!(
            (track.track, track.disc, track.track_total),
            (None, None, Some(12))
        );
    }
}
