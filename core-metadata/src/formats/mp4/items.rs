//! The item list of MP4, as iTunes writes it.

use super::super::{be16, be32};
use crate::{
    PictureKind, Role, genres,
    source::{PICTURE_HEAD, Source},
    tags::{RawTag, fields::Field},
    text::{self, Endian},
};
use bytes::Bytes;
use std::{io, ops::Range};

/// Reads all items; one that is damaged costs itself.
pub(super) fn read(tag: &mut RawTag, mut list: Bytes) {
    while let Some((id, item)) = next(tag, &mut list) {
        if &id == b"----" {
            free_form(tag, item);
        } else {
            coded(tag, id, item);
        }
    }
}

/// Reads all items out of the file and leaves the bulk of large pictures there.
pub(super) fn read_placed(
    source: &mut Source<'_>,
    tag: &mut RawTag,
    list: Range<u64>,
) -> io::Result<()> {
    let mut at = list.start;
    while let Some((id, body)) = placed(source, tag, at..list.end)? {
        at = body.end;
        if &id != b"covr" || !source.spares(body.end - body.start) {
            let item = source.take(body.start, body.end - body.start)?;
            tag.set_origin(body.start, &item);
            match &id {
                b"----" => free_form(tag, item),
                _ => coded(tag, id, item),
            }
            continue;
        }
        let mut inner = body.start;
        while let Some((id, atom)) = placed(source, tag, inner..body.end)? {
            inner = atom.end;
            let len = atom.end - atom.start;
            if &id != b"data" || len < 8 {
                continue;
            }
            let head = if source.spares(len - 8) {
                8 + PICTURE_HEAD
            } else {
                len
            };
            let head = source.take(atom.start, head)?;
            tag.set_origin(atom.start, &head);
            if let Some(data) = Data::parse(head) {
                let kind = PictureKind::FrontCover;
                tag.push_picture_of(kind, mime(data.kind), "", data.bytes, len - 8);
            }
        }
    }
    Ok(())
}

/// Finds the atom that starts `space`; one that is cut off ends with it.
fn placed(
    source: &mut Source<'_>,
    tag: &mut RawTag,
    space: Range<u64>,
) -> io::Result<Option<([u8; 4], Range<u64>)>> {
    if space.start + 8 > space.end {
        return Ok(None);
    }
    let Some(head) = source.array::<8>(space.start)? else {
        return Ok(None);
    };
    let id = [head[4], head[5], head[6], head[7]];
    let len = u64::from(be32(&head, 0).unwrap_or(0));
    if len < 8 {
        if len > 0 {
            tag.damaged_item(text::latin1(&id), "the size is impossible");
        }
        return Ok(None);
    }
    let end = space.start + len;
    if end > space.end {
        tag.damaged_item(text::latin1(&id), "the item is cut off");
    }
    Ok(Some((id, space.start + 8..end.min(space.end))))
}

/// Takes one atom off the front; one that is cut off still gives what is there.
fn next(tag: &mut RawTag, list: &mut Bytes) -> Option<([u8; 4], Bytes)> {
    let len = be32(list, 0)? as usize;
    let id: [u8; 4] = list.get(4..8)?.try_into().ok()?;
    if len < 8 {
        if len > 0 {
            tag.damaged_item(text::latin1(&id), "the size is impossible");
        }
        return None;
    }
    if len > list.len() {
        tag.damaged_item(text::latin1(&id), "the item is cut off");
    }
    let mut atom = list.split_to(len.min(list.len()));
    let _ = atom.split_to(8);
    Some((id, atom))
}

/// Holds the content of one `data` atom.
struct Data {
    kind: u32,
    bytes: Bytes,
}

impl Data {
    fn parse(mut atom: Bytes) -> Option<Self> {
        let kind = be32(&atom, 0)? & 0xFF_FFFF;
        (atom.len() >= 8).then(|| Self {
            kind,
            bytes: atom.split_off(8),
        })
    }

    fn text(&self, tag: &RawTag) -> String {
        let bytes = tag.clip(&self.bytes);
        match self.kind {
            2 => text::utf16(bytes, Endian::Big),
            _ => text::utf8_or_latin1(bytes),
        }
    }

    fn number(&self) -> Option<u64> {
        (1..=8).contains(&self.bytes.len()).then(|| {
            self.bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        })
    }
}

fn free_form(tag: &mut RawTag, mut item: Bytes) {
    let mut name = String::new();
    while let Some((id, atom)) = next(tag, &mut item) {
        match &id {
            b"name" => name = text::utf8_or_latin1(atom.get(4..).unwrap_or(&[])),
            b"data" => {
                let Some(data) = Data::parse(atom) else {
                    continue;
                };
                // Binary values are of no use to a reader of tags.
                if text::trim(&name).is_empty() || (data.kind > 2 && data.kind != 21) {
                    continue;
                }
                if data.kind == 21 {
                    tag.push_named(&name, &data.number().unwrap_or(0).to_string());
                } else {
                    tag.push_named(&name, &data.text(tag));
                }
            }
            _ => {}
        }
    }
}

fn coded(tag: &mut RawTag, id: [u8; 4], mut item: Bytes) {
    while let Some((inner, atom)) = next(tag, &mut item) {
        if &inner != b"data" {
            continue;
        }
        let Some(data) = Data::parse(atom) else {
            tag.damaged_item(text::latin1(&id), "the value is cut off");
            continue;
        };
        match &id {
            b"covr" => tag.push_picture(PictureKind::FrontCover, mime(data.kind), "", data.bytes),
            b"trkn" => pair(tag, Field::Track, Field::TrackTotal, &data.bytes),
            b"disk" => pair(tag, Field::Disc, Field::DiscTotal, &data.bytes),
            b"gnre" => {
                // The number is that of ID3v1, plus one.
                let number = data
                    .number()
                    .and_then(|number| u8::try_from(number.checked_sub(1)?).ok());
                if let Some(genre) = number.and_then(genres::by_number) {
                    tag.push(Field::Genre, genre);
                }
            }
            id => named(tag, id, &data),
        }
    }
}

fn named(tag: &mut RawTag, id: &[u8; 4], data: &Data) {
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
    let is_number = matches!(data.kind, 21 | 22) || matches!(id, b"cpil" | b"tmpo");
    if !is_number {
        if data.kind <= 2 {
            tag.push(field, &data.text(tag));
        }
    } else if let Some(number) = data.number() {
        tag.push(field, &number.to_string());
    }
}

fn pair(tag: &mut RawTag, number: Field, total: Field, data: &[u8]) {
    for (field, at) in [(number, 2), (total, 4)] {
        if let Some(value) = be16(data, at).filter(|value| *value > 0) {
            tag.push(field, &value.to_string());
        }
    }
}

fn mime(kind: u32) -> &'static str {
    match kind {
        12 => "image/gif",
        13 => "image/jpeg",
        14 => "image/png",
        27 => "image/bmp",
        _ => "",
    }
}
