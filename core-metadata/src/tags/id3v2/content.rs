//! Reads what the frames of ID3v2 hold.

use super::super::{
    RawTag,
    fields::{Field, by_name},
};
use super::frames::Frame;
use crate::{Lyrics, PictureKind, Role, text};
use bytes::Bytes;

/// Collects the year, day and month that version 2.3 keeps in frames of their own.
#[derive(Default)]
pub(super) struct SplitDate {
    year: Option<String>,
    day_month: Option<String>,
}

impl SplitDate {
    /// Adds the date to the tag, behind a whole date if it has one.
    pub(super) fn finish(self, tag: &mut RawTag) {
        let Some(year) = self.year else { return };
        let day_month = self
            .day_month
            .filter(|text| text.len() == 4 && text.is_ascii());
        let date = match day_month {
            Some(text) if year.len() == 4 => format!("{year}-{}-{}", &text[2..], &text[..2]),
            _ => year,
        };
        tag.push(Field::Date, &date);
    }
}

/// Adds what `frame` holds to `tag`.
pub(super) fn read(tag: &mut RawTag, dates: &mut SplitDate, frame: Frame) {
    if frame.data.is_empty() {
        return;
    }
    if &frame.id == b"APIC" {
        return picture(tag, &frame);
    }
    let data = tag.clip(&frame.data);
    let field = match &frame.id {
        b"TIT2" => Field::Title,
        b"TSOT" | b"XSOT" => Field::TitleSort,
        b"TPE1" => Field::Artist,
        b"TSOP" | b"XSOP" => Field::ArtistSort,
        b"TALB" => Field::Album,
        b"TSOA" | b"XSOA" => Field::AlbumSort,
        b"TPE2" => Field::AlbumArtist,
        b"TSO2" => Field::AlbumArtistSort,
        b"TPE3" => Field::Person(Role::Conductor),
        b"TPE4" => Field::Person(Role::Remixer),
        b"TCOM" => Field::Person(Role::Composer),
        b"TSOC" => Field::ComposerSort,
        b"TEXT" => Field::Person(Role::Lyricist),
        b"TSST" => Field::DiscSubtitle,
        b"TDRC" => Field::Date,
        b"TDOR" => Field::OriginalDate,
        b"TORY" => Field::OriginalYear,
        b"TDRL" => Field::ReleaseDate,
        b"TMOO" => Field::Mood,
        b"TIT1" | b"GRP1" => Field::Grouping,
        b"TPUB" => Field::Label,
        b"TSRC" => Field::Isrc,
        b"TBPM" => Field::Bpm,
        b"TKEY" => Field::Key,
        b"TLAN" => Field::Language,
        b"TMED" => Field::Media,
        b"TCMP" => Field::Compilation,
        b"TRCK" => return pairs(tag, Field::Track, Field::TrackTotal, data),
        b"TPOS" => return pairs(tag, Field::Disc, Field::DiscTotal, data),
        b"TCON" => {
            return strings(data)
                .iter()
                .for_each(|genre| tag.push(Field::Genre, genre));
        }
        b"TYER" => return first_into(&mut dates.year, data),
        b"TDAT" => return first_into(&mut dates.day_month, data),
        b"TIME" | b"TRDA" | b"TLEN" | b"TSIZ" | b"TFLT" | b"TDLY" => return,
        b"TIPL" | b"TMCL" | b"IPLS" => return people(tag, data),
        b"TXXX" => return user_text(tag, data),
        b"COMM" => return comment(tag, data),
        b"USLT" => return plain_lyrics(tag, data),
        b"SYLT" => return synced_lyrics(tag, data),
        b"UFID" => return unique_id(tag, data),
        b"RVA2" => return relative_volume(tag, data),
        [b'T', ..] => Field::Custom(frame.name().trim().to_owned()),
        [b'W', rest @ ..] if rest != b"XXX" => {
            return tag.push(
                Field::Custom(frame.name().trim().to_owned()),
                &text::latin1(data),
            );
        }
        _ => return,
    };
    for value in strings(data) {
        tag.push(field.clone(), &value);
    }
}

/// Decodes a text frame: an encoding byte and one or more strings.
fn strings(data: &[u8]) -> Vec<String> {
    let Some((encoding, mut rest)) = data.split_first() else {
        return Vec::new();
    };
    let mut strings = Vec::new();
    let mut endian = text::Endian::Little;
    while !rest.is_empty() && strings.len() < 256 {
        let (value, after) = string(*encoding, rest, &mut endian);
        strings.push(value);
        rest = after;
    }
    strings
}

/// Decodes one string up to its terminator and returns what follows.
///
/// Strings after the first may lack a byte order mark and then have the order of the first.
fn string<'d>(encoding: u8, data: &'d [u8], endian: &mut text::Endian) -> (String, &'d [u8]) {
    if encoding == 1 || encoding == 2 {
        let end = data
            .chunks_exact(2)
            .position(|unit| unit == [0, 0])
            .map(|at| at * 2);
        let (value, rest) = match end {
            Some(end) => (&data[..end], &data[end + 2..]),
            None => (data, &[][..]),
        };
        let value = match value {
            [0xFF, 0xFE, value @ ..] => {
                *endian = text::Endian::Little;
                value
            }
            [0xFE, 0xFF, value @ ..] => {
                *endian = text::Endian::Big;
                value
            }
            value => {
                if encoding == 2 {
                    *endian = text::Endian::Big;
                }
                value
            }
        };
        return (text::utf16(value, *endian), rest);
    }
    let end = data.iter().position(|byte| *byte == 0);
    let (value, rest) = match end {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[][..]),
    };
    let value = match encoding {
        3 => text::utf8_or_latin1(value),
        _ => text::latin1(value),
    };
    (value, rest)
}

/// Decodes one string and forgets the byte order.
fn one_string(encoding: u8, data: &[u8]) -> (String, &[u8]) {
    string(encoding, data, &mut text::Endian::Little)
}

fn first_into(slot: &mut Option<String>, data: &[u8]) {
    if slot.is_none() {
        let first = strings(data).into_iter().next();
        *slot = first
            .map(|text| text::trim(&text).to_owned())
            .filter(|text| !text.is_empty());
    }
}

fn pairs(tag: &mut RawTag, number: Field, total: Field, data: &[u8]) {
    for value in strings(data) {
        tag.push_pair(number.clone(), total.clone(), &value);
    }
}

fn people(tag: &mut RawTag, data: &[u8]) {
    for pair in strings(data).chunks_exact(2) {
        tag.push(Field::Person(Role::of_involvement(&pair[0])), &pair[1]);
    }
}

fn user_text(tag: &mut RawTag, data: &[u8]) {
    let strings = strings(data);
    let Some((name, values)) = strings.split_first() else {
        return;
    };
    let name = text::trim(name);
    if name.is_empty() {
        return;
    }
    // Picard of old wrote the track id of the release under a name of its own.
    let field = by_name(name);
    for value in values {
        match field {
            Field::Track => tag.push_pair(Field::Track, Field::TrackTotal, value),
            Field::Disc => tag.push_pair(Field::Disc, Field::DiscTotal, value),
            ref field => tag.push(field.clone(), value),
        }
    }
}

/// Reads a language, a description and text.
fn described(data: &[u8]) -> Option<(String, String, String)> {
    let (encoding, rest) = data.split_first()?;
    let (language, rest) = rest.split_at_checked(3)?;
    let mut endian = text::Endian::Little;
    let (description, rest) = string(*encoding, rest, &mut endian);
    let (value, _) = string(*encoding, rest, &mut endian);
    Some((
        text::latin1(language),
        text::trim(&description).to_owned(),
        value,
    ))
}

fn comment(tag: &mut RawTag, data: &[u8]) {
    match described(data) {
        Some((_, description, value)) if description.is_empty() => tag.push(Field::Comment, &value),
        Some((_, description, value)) => {
            tag.push(Field::Custom(format!("COMM:{description}")), &value)
        }
        None => tag.damaged_item("COMM", "the language is cut off"),
    }
}

fn plain_lyrics(tag: &mut RawTag, data: &[u8]) {
    match described(data) {
        Some((language, _, words)) => {
            let (words, _) = text::cut(&words, tag.limits.max_text);
            tag.lyrics
                .extend(crate::lyrics::parse_any(words, known_language(&language)));
        }
        None => tag.damaged_item("USLT", "the language is cut off"),
    }
}

fn synced_lyrics(tag: &mut RawTag, data: &[u8]) {
    let [encoding, a, b, c, format, _kind, rest @ ..] = data else {
        return tag.damaged_item("SYLT", "the header is cut off");
    };
    // Times in frames can't be turned into milliseconds without the whole stream.
    if *format != 2 {
        return tag.damaged_item("SYLT", "the times are not in milliseconds");
    }
    let mut endian = text::Endian::Little;
    let (_, mut rest) = string(*encoding, rest, &mut endian);
    let mut lines: Vec<(u64, String)> = Vec::new();
    while !rest.is_empty() && lines.len() < 20_000 {
        let (words, after) = string(*encoding, rest, &mut endian);
        let Some((at, after)) = after.split_at_checked(4) else {
            break;
        };
        rest = after;
        let at = u32::from_be_bytes([at[0], at[1], at[2], at[3]]);
        // A new line starts with a line feed; other entries are syllables of the line.
        match lines.last_mut() {
            Some((_, line)) if !words.starts_with(['\n', '\r']) && syllables(line, &words) => {
                line.push_str(&words);
            }
            _ => lines.push((u64::from(at), words)),
        }
    }
    for (_, words) in &mut lines {
        *words = text::trim(words).to_owned();
    }
    if !lines.is_empty() {
        tag.lyrics.push(Lyrics::synced(
            lines,
            known_language(&text::latin1(&[*a, *b, *c])),
        ));
    }
}

/// Says whether `words` continue a line that was written as syllables with line feeds.
fn syllables(line: &str, words: &str) -> bool {
    line.starts_with(['\n', '\r']) && !words.is_empty()
}

fn known_language(code: &str) -> Option<String> {
    let code = text::trim(code).to_ascii_lowercase();
    (code.len() >= 2 && code != "xxx" && code != "und" && code.is_ascii()).then_some(code)
}

fn picture(tag: &mut RawTag, frame: &Frame) {
    if let Some(place) = frame.place {
        tag.set_origin(place, &frame.data);
    }
    match picture_parts(frame) {
        Some((mime, kind, description, data)) => {
            let len = data.len() as u64 + frame.left;
            tag.push_picture_of(
                PictureKind::from_number(u32::from(kind)),
                &mime,
                &description,
                data,
                len,
            );
        }
        None => tag.damaged_picture("the frame is cut off"),
    }
}

fn picture_parts(frame: &Frame) -> Option<(String, u8, String, Bytes)> {
    let data = &frame.data;
    let (encoding, rest) = data.split_first()?;
    let (mime, rest) = if frame.old {
        let (format, rest) = rest.split_at_checked(3)?;
        (text::latin1(format), rest)
    } else {
        one_string(0, rest)
    };
    let (kind, rest) = rest.split_first()?;
    let (description, picture) = one_string(*encoding, rest);
    // A link in place of a picture is no picture.
    (mime != "-->").then(|| (mime, *kind, description, data.slice_ref(picture)))
}

/// Returns where in the frame `data` the picture itself starts.
pub(super) fn picture_at(data: &[u8], old: bool) -> Option<usize> {
    let (encoding, rest) = data.split_first()?;
    let rest = if old {
        rest.get(3..)?
    } else {
        one_string(0, rest).1
    };
    let (_, picture) = one_string(*encoding, rest.get(1..)?);
    Some(data.len() - picture.len())
}

fn unique_id(tag: &mut RawTag, data: &[u8]) {
    let (owner, id) = one_string(0, data);
    if owner == "http://musicbrainz.org" {
        tag.push(Field::RecordingId, &text::latin1(id));
    }
}

/// Reads the gain and peak of the master channel.
fn relative_volume(tag: &mut RawTag, data: &[u8]) {
    let (name, mut rest) = one_string(0, data);
    let (gain, peak) = match name.to_ascii_lowercase().as_str() {
        "track" | "" => (Field::TrackGain, Field::TrackPeak),
        "album" => (Field::AlbumGain, Field::AlbumPeak),
        _ => return,
    };
    while let [channel, high, low, bits, after @ ..] = rest {
        let len = usize::from(*bits).div_ceil(8);
        let Some((value, after)) = after.split_at_checked(len) else {
            break;
        };
        if *channel == 1 {
            let db = f32::from(i16::from_be_bytes([*high, *low])) / 512.0;
            tag.push(gain, &format!("{db:.6}"));
            if (1..=32).contains(bits) {
                let value = value
                    .iter()
                    .fold(0u64, |value, byte| value << 8 | u64::from(*byte));
                let full = 2f64.powi(len as i32 * 8 - 1);
                tag.push(peak, &format!("{:.6}", value as f64 / full));
            }
            return;
        }
        rest = after;
    }
}
