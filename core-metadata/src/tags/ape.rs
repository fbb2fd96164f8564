//! APE tags, versions 1 and 2.

use super::{
    RawTag,
    fields::{Field, by_name},
};
use crate::{
    PictureKind, TagKind,
    source::{PICTURE_HEAD, Source},
    text,
};
use bytes::{Buf, Bytes};
use std::io;

/// The size of a header and of a footer in bytes.
pub(crate) const FRAME: usize = 32;

/// The longest file name in front of a picture.
const COVER_NAME: usize = 1024;

/// Holds what a header or footer says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Bytes of the items and the footer, without a header.
    pub(crate) size: u64,
    pub(crate) items: u32,
    pub(crate) has_header: bool,
    pub(crate) is_header: bool,
}

/// Reads a header or footer, if the bytes are one.
pub(crate) fn frame(bytes: &[u8]) -> Option<Frame> {
    let mut bytes = bytes.get(..FRAME)?.strip_prefix(b"APETAGEX")?;
    let version = bytes.get_u32_le();
    let size = u64::from(bytes.get_u32_le());
    let items = bytes.get_u32_le();
    let flags = bytes.get_u32_le();
    let has_header = version >= 2000 && flags & 1 << 31 != 0;
    let is_header = version >= 2000 && flags & 1 << 29 != 0;
    (size >= FRAME as u64).then_some(Frame {
        size,
        items,
        has_header,
        is_header,
    })
}

/// Reads the `len` bytes of items between header and footer, which start at `at`.
pub(crate) fn read(source: &mut Source<'_>, at: u64, len: u64, count: u32) -> io::Result<RawTag> {
    let mut tag = RawTag::new(TagKind::Ape, source.limits);
    let end = at.saturating_add(len).min(source.len());
    let mut held = None;
    if !source.spares(len) {
        held = Some((at, source.take(at, len)?));
    }
    let mut at = at;
    for number in 0..count {
        if at >= end {
            break;
        }
        if number as usize >= tag.limits.max_items {
            tag.limit("tag items", tag.limits.max_items as u64);
            break;
        }
        let Some(item) = Item::parse(source.peek(at, Item::HEAD)?, end - at) else {
            tag.damaged(format!("item {} of {count} is cut off", number + 1));
            break;
        };
        let value_at = at + item.value_at;
        at = value_at + item.len;
        let is_cover = item.key.to_ascii_lowercase().starts_with("cover art (");
        let wanted = match (item.kind, is_cover) {
            (0, false) => item.len,
            (2, _) | (_, false) => continue,
            (_, true) if source.spares(item.len) => PICTURE_HEAD + COVER_NAME as u64,
            (_, true) => item.len,
        };
        let value = match &held {
            Some((from, bytes)) => {
                let from = (value_at - from) as usize;
                bytes.slice(from.min(bytes.len())..(from + wanted as usize).min(bytes.len()))
            }
            None => source.take(value_at, wanted)?,
        };
        if is_cover && item.kind != 0 {
            tag.set_origin(value_at, &value);
            cover(&mut tag, &item.key, value, item.len - wanted.min(item.len));
        } else {
            let value = text::utf8_or_latin1(tag.clip(&value));
            texts(&mut tag, &item.key, &value);
        }
    }
    Ok(tag)
}

/// Holds the head of an item.
struct Item {
    key: String,
    /// 0 is text, 1 binary, 2 a link.
    kind: u32,
    /// Where the value starts within the item.
    value_at: u64,
    len: u64,
}

impl Item {
    /// The length, the flags and the longest key.
    const HEAD: usize = 8 + 256;

    /// Reads the head of an item of which at most `space` bytes are there.
    fn parse(head: &[u8], space: u64) -> Option<Self> {
        let head = &head[..head.len().min(usize::try_from(space).unwrap_or(usize::MAX))];
        let (mut fixed, key) = head.split_at_checked(8)?;
        let len = u64::from(fixed.get_u32_le());
        let flags = fixed.get_u32_le();
        let end = key.iter().position(|byte| *byte == 0)?;
        let value_at = 8 + end as u64 + 1;
        (len <= space - value_at).then(|| Self {
            key: text::latin1(&key[..end]),
            kind: flags >> 1 & 3,
            value_at,
            len,
        })
    }
}

fn texts(tag: &mut RawTag, key: &str, value: &str) {
    let field = by_name(key);
    for value in value.split('\0') {
        match field {
            Field::Track => tag.push_pair(Field::Track, Field::TrackTotal, value),
            Field::Disc => tag.push_pair(Field::Disc, Field::DiscTotal, value),
            // APE tags hold whole dates under the key `Year`.
            Field::Year => tag.push(Field::Date, value),
            ref field => tag.push(field.clone(), value),
        }
    }
}

/// Reads a picture, which follows its file name and a NUL; `left` bytes of it were not read.
fn cover(tag: &mut RawTag, key: &str, mut value: Bytes, left: u64) {
    let name = match value.iter().take(COVER_NAME).position(|byte| *byte == 0) {
        Some(end) => {
            let name = text::utf8_or_latin1(&value[..end]);
            value.advance(end + 1);
            name
        }
        None => String::new(),
    };
    let len = value.len() as u64 + left;
    tag.push_picture_of(PictureKind::from_ape_key(key), "", &name, value, len);
}
