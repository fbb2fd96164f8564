//! Vorbis comments: the tags of Ogg, Opus, Speex and FLAC.

use super::{
    RawTag,
    fields::{Field, by_name},
};
use crate::{Limits, PictureKind, Role, TagKind, text};
use bytes::{Buf, Bytes};
use data_encoding::BASE64;

/// Reads a comment block without the signature of the codec in front of it.
///
/// A comment whose length is wrong ends the block; all before it are kept.
pub(crate) fn read(mut block: Bytes, limits: Limits) -> RawTag {
    let mut tag = RawTag::new(TagKind::VorbisComments, limits);
    if next(&mut block).is_none() {
        tag.damaged("the vendor text is cut off");
        return tag;
    }
    if block.remaining() < 4 {
        tag.damaged("the number of comments is missing");
        return tag;
    }
    let count = block.get_u32_le();
    let mut old_cover: Option<Bytes> = None;
    let mut old_cover_mime = String::new();
    for at in 0..count {
        if at as usize >= limits.max_items {
            tag.limit("tag items", limits.max_items as u64);
            break;
        }
        let Some(comment) = next(&mut block) else {
            tag.damaged(format!("comment {} of {count} is cut off", at + 1));
            break;
        };
        let Some(equals) = comment.iter().position(|byte| *byte == b'=') else {
            if !comment.is_empty() {
                tag.damaged_item(
                    text::utf8_lossy(&comment[..comment.len().min(40)]),
                    "no `=`",
                );
            }
            continue;
        };
        let value = &comment[equals + 1..];
        let words = tag.clip(value);
        let Ok(name) = std::str::from_utf8(&comment[..equals]) else {
            tag.damaged_item(
                text::utf8_lossy(&comment[..equals.min(40)]),
                "the name is no text",
            );
            continue;
        };
        match name.to_ascii_uppercase().as_str() {
            "METADATA_BLOCK_PICTURE" => match decode(value) {
                Some(data) => picture(&mut tag, data),
                None => tag.damaged_picture("no valid base64"),
            },
            "COVERART" => match decode(value) {
                Some(data) => old_cover = Some(data),
                None => tag.damaged_picture("no valid base64"),
            },
            "COVERARTMIME" => old_cover_mime = text::utf8_or_latin1(words),
            "TRACKNUMBER" => tag.push_pair(
                Field::Track,
                Field::TrackTotal,
                &text::utf8_or_latin1(words),
            ),
            "DISCNUMBER" => {
                tag.push_pair(Field::Disc, Field::DiscTotal, &text::utf8_or_latin1(words))
            }
            "PERFORMER" => {
                let (role, name) = performer(&text::utf8_or_latin1(words));
                tag.push(Field::Person(role), &name);
            }
            "WAVEFORMATEXTENSIBLE_CHANNEL_MASK" => {}
            _ => tag.push(by_name(name), &text::utf8_or_latin1(words)),
        }
    }
    if let Some(data) = old_cover {
        tag.push_picture(PictureKind::FrontCover, &old_cover_mime, "", data);
    }
    tag
}

/// Reads a FLAC picture block into `tag`.
pub(crate) fn picture(tag: &mut RawTag, mut block: Bytes) {
    let mut parse = || {
        let kind = number(&mut block)?;
        let mime = block_of(&mut block)?;
        let description = block_of(&mut block)?;
        if block.remaining() < 20 {
            return None;
        }
        block.advance(16);
        let len = block.get_u32() as usize;
        // A length of zero is written by tools that leave it to the block's size.
        let len = if len == 0 { block.len() } else { len };
        (len <= block.len()).then(|| (kind, mime, description, block.split_to(len)))
    };
    match parse() {
        Some((kind, mime, description, data)) => tag.push_picture(
            PictureKind::from_number(kind),
            &text::latin1(&mime),
            &text::utf8_lossy(&description),
            data,
        ),
        None => tag.damaged_picture("the block is cut off"),
    }
}

fn performer(value: &str) -> (Role, String) {
    let named = value
        .trim()
        .strip_suffix(')')
        .and_then(|value| value.rsplit_once(" ("));
    match named {
        Some((name, instrument)) => (
            Role::Performer {
                instrument: Some(instrument.to_lowercase()),
            },
            name.to_owned(),
        ),
        None => (Role::Performer { instrument: None }, value.to_owned()),
    }
}

fn decode(value: &[u8]) -> Option<Bytes> {
    if let Ok(data) = BASE64.decode(value) {
        return Some(Bytes::from(data));
    }
    // Line breaks and missing padding are common in old files.
    let mut clean: Vec<u8> = value
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace() && *b != b'=' && *b != 0)
        .collect();
    while !clean.len().is_multiple_of(4) {
        clean.push(b'=');
    }
    BASE64.decode(&clean).ok().map(Bytes::from)
}

fn next(block: &mut Bytes) -> Option<Bytes> {
    if block.remaining() < 4 {
        return None;
    }
    let len = block.get_u32_le() as usize;
    (len <= block.len()).then(|| block.split_to(len))
}

fn number(block: &mut Bytes) -> Option<u32> {
    (block.remaining() >= 4).then(|| block.get_u32())
}

fn block_of(block: &mut Bytes) -> Option<Bytes> {
    let len = number(block)? as usize;
    (len <= block.len()).then(|| block.split_to(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(comments: &[&[u8]]) -> Vec<u8> {
        let mut block = vec![1, 0, 0, 0, b'v'];
        block.extend((comments.len() as u32).to_le_bytes());
        for comment in comments {
            block.extend((comment.len() as u32).to_le_bytes());
            block.extend(*comment);
        }
        block
    }

    #[test]
    fn one_bad_comment_costs_only_itself() {
        let comments: [&[u8]; 4] = [b"TITLE=a", b"nothing", b"\xff\xfe=x", b"ARTIST=b"];
        let tag = read(block(&comments).into(), Limits::default());
        assert_eq!(
            tag.items,
            [(Field::Title, "a".into()), (Field::Artist, "b".into())]
        );
        assert_eq!(tag.warnings.len(), 2);
    }

    #[test]
    fn a_cut_block_keeps_the_comments_before_the_cut() {
        let whole = block(&[b"TITLE=a", b"ARTIST=b"]);
        for len in 0..whole.len() {
            let tag = read(Bytes::copy_from_slice(&whole[..len]), Limits::default());
            assert_eq!(
                tag.items.len(),
                usize::from(len >= whole.len() - 12),
                "{len}"
            );
            assert_eq!(tag.warnings.len(), 1, "{len}");
        }
    }

    #[test]
    fn performers_name_their_instrument() {
        let tag = read(
            block(&[b"PERFORMER=Ann (Lead Vocals)"]).into(),
            Limits::default(),
        );
        let role = Role::Performer {
            instrument: Some("lead vocals".into()),
        };
        assert_eq!(tag.items, [(Field::Person(role), "Ann".into())]);
    }
}
