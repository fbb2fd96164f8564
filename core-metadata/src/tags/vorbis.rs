//! Vorbis comments: the tags of Ogg, Opus, Speex and FLAC.

use super::{
    RawTag,
    fields::{Field, by_name},
};
use crate::{
    Limits, PictureKind, Role, TagKind,
    formats::Fault,
    source::{LARGE, PICTURE_HEAD, Source},
    text,
};
use bytes::{Buf, Bytes};
use data_encoding::BASE64;

/// Reads a comment block without the signature of the codec in front of it.
///
/// A comment whose length is wrong ends the block; all before it are kept.
pub(crate) fn read(mut block: Bytes, limits: Limits) -> RawTag {
    let mut comments = Comments::new(limits);
    if next(&mut block).is_none() {
        return comments.cut("the vendor text is cut off");
    }
    if block.remaining() < 4 {
        return comments.cut("the number of comments is missing");
    }
    let count = block.get_u32_le();
    for at in 0..count {
        if comments.is_full(at) {
            break;
        }
        let Some(comment) = next(&mut block) else {
            return comments.cut(format!("comment {} of {count} is cut off", at + 1));
        };
        comments.add(comment, 0);
    }
    comments.finish()
}

/// Bytes of a comment block that are read one after the other, wherever they stand in the file.
pub(crate) trait Stretch {
    /// Takes the next `len` bytes; fewer where the block ends.
    fn take(&mut self, source: &mut Source<'_>, len: u64) -> Result<Bytes, Fault>;

    /// Passes over the next `len` bytes; says whether there are so many.
    fn skip(&mut self, source: &mut Source<'_>, len: u64) -> Result<bool, Fault>;
}

/// Reads a comment block out of the file and leaves the bulk of large pictures there.
pub(crate) fn read_placed(
    source: &mut Source<'_>,
    block: &mut dyn Stretch,
) -> Result<RawTag, Fault> {
    /// What is read of a comment with a picture: in base64, the block's fields and the picture's head.
    const HEAD: u64 = (PICTURE_HEAD + 2048) / 3 * 4;
    let mut comments = Comments::new(source.limits);
    let Some(vendor) = length(block.take(source, 4)?) else {
        return Ok(comments.cut("the vendor text is cut off"));
    };
    if !block.skip(source, vendor)? {
        return Ok(comments.cut("the vendor text is cut off"));
    }
    let Some(count) = length(block.take(source, 4)?) else {
        return Ok(comments.cut("the number of comments is missing"));
    };
    let cut = |at| format!("comment {} of {count} is cut off", at + 1);
    for at in 0..count {
        if comments.is_full(u32::try_from(at).unwrap_or(u32::MAX)) {
            break;
        }
        let Some(len) = length(block.take(source, 4)?) else {
            return Ok(comments.cut(cut(at)));
        };
        let head = block.take(source, len.min(HEAD))?;
        if (head.len() as u64) < len.min(HEAD) {
            return Ok(comments.cut(cut(at)));
        }
        let left = len - head.len() as u64;
        if left == 0 {
            comments.add(head, 0);
        } else if len > LARGE / 3 * 4 + 64 && is_picture(&head) {
            comments.add(head, left);
            if !block.skip(source, left)? {
                return Ok(comments.cut(cut(at)));
            }
        } else {
            let rest = block.take(source, left)?;
            if (rest.len() as u64) < left {
                return Ok(comments.cut(cut(at)));
            }
            comments.add([head, rest].concat().into(), 0);
        }
    }
    Ok(comments.finish())
}

fn length(bytes: Bytes) -> Option<u64> {
    Some(u64::from(u32::from_le_bytes(bytes[..].try_into().ok()?)))
}

fn is_picture(comment: &[u8]) -> bool {
    const NAME: &[u8] = b"METADATA_BLOCK_PICTURE=";
    comment
        .get(..NAME.len())
        .is_some_and(|name| name.eq_ignore_ascii_case(NAME))
}

/// Collects comments.
struct Comments {
    tag: RawTag,
    old_cover: Option<Bytes>,
    old_cover_mime: String,
}

impl Comments {
    fn new(limits: Limits) -> Self {
        Self {
            tag: RawTag::new(TagKind::VorbisComments, limits),
            old_cover: None,
            old_cover_mime: String::new(),
        }
    }

    /// Says whether the limit is met before comment number `at`.
    fn is_full(&mut self, at: u32) -> bool {
        let limit = self.tag.limits.max_items;
        let full = at as usize >= limit;
        if full {
            self.tag.limit("tag items", limit as u64);
        }
        full
    }

    /// Adds one comment, of which the last `left` bytes were not read.
    fn add(&mut self, comment: Bytes, left: u64) {
        let tag = &mut self.tag;
        let Some(equals) = comment.iter().position(|byte| *byte == b'=') else {
            if !comment.is_empty() {
                let start = text::utf8_lossy(&comment[..comment.len().min(40)]);
                tag.damaged_item(start, "no `=`");
            }
            return;
        };
        let value = &comment[equals + 1..];
        let words = tag.clip(value);
        let Ok(name) = std::str::from_utf8(&comment[..equals]) else {
            let start = text::utf8_lossy(&comment[..equals.min(40)]);
            tag.damaged_item(start, "the name is no text");
            return;
        };
        match name.to_ascii_uppercase().as_str() {
            "METADATA_BLOCK_PICTURE" if left > 0 => {
                let whole = &value[..value.len() / 4 * 4];
                match BASE64.decode(whole).ok() {
                    Some(data) => picture(tag, data.into(), left.div_ceil(4) * 3),
                    None => tag.damaged_picture("no valid base64"),
                }
            }
            "METADATA_BLOCK_PICTURE" => match decode(value) {
                Some(data) => picture(tag, data, 0),
                None => tag.damaged_picture("no valid base64"),
            },
            "COVERART" => match decode(value) {
                Some(data) => self.old_cover = Some(data),
                None => tag.damaged_picture("no valid base64"),
            },
            "COVERARTMIME" => self.old_cover_mime = text::utf8_or_latin1(words),
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

    /// Ends at damage; what came before it is kept.
    fn cut(mut self, detail: impl Into<String>) -> RawTag {
        self.tag.damaged(detail);
        self.finish()
    }

    fn finish(mut self) -> RawTag {
        if let Some(data) = self.old_cover {
            self.tag
                .push_picture(PictureKind::FrontCover, &self.old_cover_mime, "", data);
        }
        self.tag
    }
}

/// Reads a FLAC picture block into `tag`; up to `left` more bytes of it were not read.
///
/// Base64 that was cut hides up to two bytes of how many are left, so that the picture's own length
/// counts.
pub(crate) fn picture(tag: &mut RawTag, mut block: Bytes, left: u64) {
    let mut parse = || {
        let kind = number(&mut block)?;
        let mime = block_of(&mut block)?;
        let description = block_of(&mut block)?;
        if block.remaining() < 20 {
            return None;
        }
        block.advance(16);
        let there = block.len() as u64 - 4 + left;
        let len = u64::from(block.get_u32());
        // A length of zero is written by tools that leave it to the block's size.
        let len = if len == 0 { there } else { len };
        let head = block.split_to(block.len().min(usize::try_from(len).ok()?));
        (len <= there).then_some((kind, mime, description, head, len))
    };
    match parse() {
        Some((kind, mime, description, head, len)) => tag.push_picture_of(
            PictureKind::from_number(kind),
            &text::latin1(&mime),
            &text::utf8_lossy(&description),
            head,
            len,
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
