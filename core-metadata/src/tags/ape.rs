//! APE tags, versions 1 and 2.

use super::{
    RawTag,
    fields::{Field, by_name},
};
use crate::{Limits, PictureKind, TagKind, text};
use bytes::{Buf, Bytes};

/// The size of a header and of a footer in bytes.
pub(crate) const FRAME: usize = 32;

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

/// Reads the items between header and footer, which start at `at` in the file.
pub(crate) fn read(at: u64, mut items: Bytes, count: u32, limits: Limits) -> RawTag {
    let mut tag = RawTag::new(TagKind::Ape, limits);
    tag.set_origin(at, &items);
    for at in 0..count {
        if items.is_empty() {
            break;
        }
        if at as usize >= limits.max_items {
            tag.limit("tag items", limits.max_items as u64);
            break;
        }
        let Some((key, flags, value)) = item(&mut items) else {
            tag.damaged(format!("item {} of {count} is cut off", at + 1));
            break;
        };
        let is_cover = key.to_ascii_lowercase().starts_with("cover art (");
        match flags >> 1 & 3 {
            0 if !is_cover => {
                let value = text::utf8_or_latin1(tag.clip(&value));
                texts(&mut tag, &key, &value);
            }
            2 => {}
            _ if is_cover => cover(&mut tag, &key, value),
            _ => {}
        }
    }
    tag
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

/// Reads a picture, which follows its file name and a NUL.
fn cover(tag: &mut RawTag, key: &str, mut value: Bytes) {
    let name = match value.iter().take(1024).position(|byte| *byte == 0) {
        Some(end) => {
            let name = text::utf8_or_latin1(&value[..end]);
            value.advance(end + 1);
            name
        }
        None => String::new(),
    };
    tag.push_picture(PictureKind::from_ape_key(key), "", &name, value);
}

fn item(items: &mut Bytes) -> Option<(String, u32, Bytes)> {
    if items.remaining() < 8 {
        return None;
    }
    let len = items.get_u32_le() as usize;
    let flags = items.get_u32_le();
    let end = items.iter().take(256).position(|byte| *byte == 0)?;
    let key = text::latin1(&items[..end]);
    items.advance(end + 1);
    (len <= items.len()).then(|| (key, flags, items.split_to(len)))
}
