//! ID3v1: the last 128 bytes of old files.

use super::{RawTag, fields::Field};
use crate::{Limits, TagKind, genres, text};

/// The size of the tag in bytes.
pub(crate) const SIZE: u64 = 128;

/// Reads the tag, if the bytes are one.
///
/// Text is Latin-1, or UTF-8 where it is valid as such and not plain ASCII.
pub(crate) fn read(bytes: &[u8; SIZE as usize], limits: Limits) -> Option<RawTag> {
    if !bytes.starts_with(b"TAG") {
        return None;
    }
    let mut tag = RawTag::new(TagKind::Id3v1, limits);
    let mut field = |field, bytes: &[u8]| {
        let end = bytes
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(bytes.len());
        tag.push(field, &text::utf8_or_latin1(&bytes[..end]));
    };
    field(Field::Title, &bytes[3..33]);
    field(Field::Artist, &bytes[33..63]);
    field(Field::Album, &bytes[63..93]);
    field(Field::Date, &bytes[93..97]);
    // Version 1.1 ends the comment with a zero and a track number.
    let (comment, track) = match bytes[125..127] {
        [0, track] if track > 0 => (&bytes[97..125], track),
        _ => (&bytes[97..127], 0),
    };
    field(Field::Comment, comment);
    if track > 0 {
        tag.push(Field::Track, &track.to_string());
    }
    if let Some(genre) = genres::by_number(bytes[127]) {
        tag.push(Field::Genre, genre);
    }
    Some(tag)
}
