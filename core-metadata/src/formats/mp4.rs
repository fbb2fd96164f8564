//! MP4, read by lofty.

use super::{Fault, Found, library::fault};
use crate::{
    AudioProperties, PictureKind, Role, TagKind,
    source::{Source, SourceReader},
    tags::{RawTag, fields::Field},
    text,
};
use bytes::Bytes;
use lofty::{
    config::{ParseOptions, ParsingMode},
    file::AudioFile,
    mp4::{AtomData, AtomIdent, Mp4Codec, Mp4File, Mp4Properties},
    picture::MimeType,
};
use std::ops::Range;

/// Reads the item list and the properties of the first audio track.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let audio = media_data(source, start, end)?;
    let limits = source.limits;
    let options = ParseOptions::new()
        .parsing_mode(ParsingMode::Relaxed)
        .implicit_conversions(false);
    let mut reader = SourceReader::new(source, start, end);
    let read = Mp4File::read_from(&mut reader, options);
    if let Some(error) = reader.failed.take() {
        return Err(Fault::Io(error));
    }
    let mut file = read.map_err(|error| fault(&error))?;
    let mut properties = describe(file.properties());
    properties.derive_bitrate(audio.end - audio.start);
    let mut tag = RawTag::new(TagKind::Mp4, limits);
    for atom in file.remove_ilst().into_iter().flatten() {
        let name = match atom.ident() {
            AtomIdent::Fourcc(id) => Name::Code(*id),
            AtomIdent::Freeform { name, .. } => Name::Free(name.clone().into_owned()),
        };
        for data in atom.into_data() {
            match &name {
                Name::Code(id) => coded(&mut tag, id, data),
                Name::Free(name) => free(&mut tag, name, data),
            }
        }
    }
    Ok(Found {
        properties,
        tags: vec![tag],
        audio,
        md5: None,
    })
}

/// Finds the largest `mdat` atom at the top level.
fn media_data(source: &mut Source<'_>, start: u64, end: u64) -> Result<Range<u64>, Fault> {
    let mut best = end..end;
    let mut at = start;
    for _ in 0..source.limits.max_items {
        let Some(header) = source.array::<8>(at)? else {
            break;
        };
        let short = u64::from(super::be32(&header, 0).unwrap_or(0));
        let (len, head) = match short {
            0 => (end.saturating_sub(at), 8),
            1 => (source.array::<8>(at + 8)?.map_or(0, u64::from_be_bytes), 16),
            len => (len, 8),
        };
        if len < head {
            break;
        }
        let next = at.saturating_add(len).min(end);
        if &header[4..] == b"mdat" && next.saturating_sub(at + head) > best.end - best.start {
            best = at + head..next;
        }
        if next >= end {
            break;
        }
        at = next;
    }
    Ok(best)
}

fn describe(from: &Mp4Properties) -> AudioProperties {
    let (codec, lossless) = match from.codec() {
        Some(Mp4Codec::AAC) => ("aac", false),
        Some(Mp4Codec::ALAC) => ("alac", true),
        Some(Mp4Codec::MP3) => ("mp3", false),
        Some(Mp4Codec::FLAC) => ("flac", true),
        _ => ("unknown", false),
    };
    let mut to = AudioProperties::of("mp4", codec, lossless);
    let millis = u64::try_from(from.duration().as_millis()).unwrap_or(u64::MAX);
    to.duration_ms = Some(millis).filter(|millis| *millis > 0);
    to.bitrate_kbps = from.audio_bitrate().filter(|kbps| *kbps > 0);
    to.sample_rate_hz = from.sample_rate().filter(|rate| *rate > 0);
    to.channels = from
        .channels()
        .map(u16::from)
        .filter(|channels| *channels > 0);
    to.bit_depth = from.bit_depth().map(u16::from).filter(|bits| *bits > 0);
    to
}

enum Name {
    Code([u8; 4]),
    Free(String),
}

fn free(tag: &mut RawTag, name: &str, data: AtomData) {
    match data {
        AtomData::UTF8(value) | AtomData::UTF16(value) => tag.push_named(name, &value),
        AtomData::Unknown { data, .. } => {
            if let Ok(value) = std::str::from_utf8(&data) {
                tag.push_named(name, value);
            }
        }
        _ => {}
    }
}

fn coded(tag: &mut RawTag, id: &[u8; 4], data: AtomData) {
    match (id, data) {
        (b"covr", AtomData::Picture(picture)) => {
            let mime = picture.mime_type().map_or("", MimeType::as_str).to_owned();
            tag.push_picture(
                PictureKind::FrontCover,
                &mime,
                "",
                Bytes::from(picture.into_data()),
            );
        }
        (b"covr", AtomData::Unknown { data, .. }) => {
            tag.push_picture(PictureKind::FrontCover, "", "", Bytes::from(data));
        }
        (b"trkn", AtomData::Unknown { data, .. }) => {
            pair(tag, Field::Track, Field::TrackTotal, &data)
        }
        (b"disk", AtomData::Unknown { data, .. }) => {
            pair(tag, Field::Disc, Field::DiscTotal, &data)
        }
        (b"gnre", AtomData::Unknown { data, .. }) => {
            // The number is that of ID3v1, plus one.
            let number =
                super::be16(&data, 0).and_then(|number| u8::try_from(number.checked_sub(1)?).ok());
            if let Some(genre) = number.and_then(crate::genres::by_number) {
                tag.push(Field::Genre, genre);
            }
        }
        (id, AtomData::UTF8(value) | AtomData::UTF16(value)) => named(tag, id, &value),
        (id, AtomData::SignedInteger(value)) => named(tag, id, &value.to_string()),
        (id, AtomData::UnsignedInteger(value)) => named(tag, id, &value.to_string()),
        (id, AtomData::Bool(value)) => named(tag, id, if value { "1" } else { "0" }),
        (b"tmpo", AtomData::Unknown { data, .. }) => {
            if let Some(bpm) = super::be16(&data, 0) {
                tag.push(Field::Bpm, &bpm.to_string());
            }
        }
        _ => {}
    }
}

fn named(tag: &mut RawTag, id: &[u8; 4], value: &str) {
    let field = match id {
        b"\xA9nam" => Field::Title,
        b"sonm" => Field::TitleSort,
        b"\xA9ART" => Field::Artist,
        b"soar" => Field::ArtistSort,
        b"\xA9alb" => Field::Album,
        b"soal" => Field::AlbumSort,
        b"aART" => Field::AlbumArtist,
        b"soaa" => Field::AlbumArtistSort,
        b"\xA9wrt" => Field::Person(Role::Composer),
        b"soco" => Field::ComposerSort,
        b"\xA9dir" => Field::Person(Role::Director),
        b"\xA9con" => Field::Person(Role::Conductor),
        b"\xA9arg" => Field::Person(Role::Arranger),
        b"\xA9prd" => Field::Person(Role::Producer),
        b"\xA9day" => Field::Date,
        b"\xA9gen" => Field::Genre,
        b"\xA9grp" => Field::Grouping,
        b"\xA9cmt" => Field::Comment,
        b"\xA9lyr" => Field::Lyrics,
        b"\xA9pub" => Field::Label,
        b"cpil" => Field::Compilation,
        b"tmpo" => Field::Bpm,
        // The encoder, flags of the shop and ratings are no tags of the music.
        b"\xA9too" | b"pgap" | b"stik" | b"rtng" | b"hdvd" | b"pcst" | b"shwm" => return,
        id => Field::Custom(text::latin1(id)),
    };
    tag.push(field, value);
}

fn pair(tag: &mut RawTag, number: Field, total: Field, data: &[u8]) {
    for (field, at) in [(number, 2), (total, 4)] {
        if let Some(value @ 1..) = super::be16(data, at) {
            tag.push(field, &value.to_string());
        }
    }
}
