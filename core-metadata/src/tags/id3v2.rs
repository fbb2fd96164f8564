//! ID3v2 tags, versions 2.2 to 2.4.
//!
//! The frames are split here rather than by lofty, which gives up the whole tag at the first bad
//! frame and keeps the last of two equal frames; other readers keep the first.

mod content;
mod frames;

use super::RawTag;
use crate::{TagKind, Warning, source::Source};
use frames::{Body, Frames};
use std::io;

/// The size of the tag's header in bytes.
pub(crate) const HEADER: u64 = 10;

/// Reads the tag at `at` and returns it with the position behind it; `None` if there is none.
///
/// `end` is where the space for the tag ends.
pub(crate) fn read(
    source: &mut Source<'_>,
    at: u64,
    end: u64,
) -> io::Result<Option<(RawTag, u64)>> {
    let Some(header) = source.array::<10>(at)?.as_ref().and_then(Header::parse) else {
        return Ok(None);
    };
    let limits = source.limits;
    let body_at = at + HEADER;
    let body_end = body_at + u64::from(header.size);
    let footer = if header.has_footer { HEADER } else { 0 };
    let mut tag = RawTag::new(TagKind::Id3v2, limits);
    if header.size as u64 > limits.max_tag_bytes {
        tag.limit("ID3v2 tag", limits.max_tag_bytes);
    }
    let held = body_end.min(end).min(body_at + limits.max_tag_bytes);
    let len = held.saturating_sub(body_at);
    // Whole tags that are unsynchronised hide where their frames are.
    let hidden = header.unsynchronised && header.version < 4;
    let (body, there) = if source.spares(len) && !hidden {
        (
            Body::Placed(body_at..held),
            len.min(source.len().saturating_sub(body_at)),
        )
    } else {
        let body = source.take(body_at, len)?;
        let there = body.len() as u64;
        (Body::Held(body, Some(body_at)), there)
    };
    if body_end > end {
        let detail = format!("{there} of {} bytes are there", header.size);
        source.warn(Warning::DamagedTag {
            tag: TagKind::Id3v2,
            detail,
        });
    }
    parse(source, &header, body, &mut tag)?;
    Ok(Some((tag, (body_end + footer).min(end))))
}

/// Says whether a tag of a known version starts at `at`.
pub(crate) fn is_tag(source: &mut Source<'_>, at: u64) -> io::Result<bool> {
    let header = source.array::<10>(at)?.as_ref().and_then(Header::parse);
    Ok(header.is_some_and(|header| (2..=4).contains(&header.version)))
}

/// Decodes four bytes of seven bits each.
pub(crate) fn syncsafe(bytes: [u8; 4]) -> u32 {
    bytes
        .iter()
        .fold(0, |size, byte| size << 7 | u32::from(byte & 0x7F))
}

struct Header {
    version: u8,
    unsynchronised: bool,
    extended: bool,
    has_footer: bool,
    size: u32,
}

impl Header {
    fn parse(bytes: &[u8; 10]) -> Option<Self> {
        let [b'I', b'D', b'3', version, revision, flags, size @ ..] = *bytes else {
            return None;
        };
        let sane = version != 0xFF && revision != 0xFF && size.iter().all(|byte| *byte < 0x80);
        sane.then(|| Self {
            version,
            unsynchronised: flags & 0x80 != 0,
            extended: version >= 3 && flags & 0x40 != 0,
            has_footer: version >= 4 && flags & 0x10 != 0,
            size: syncsafe(size),
        })
    }
}

fn parse(
    source: &mut Source<'_>,
    header: &Header,
    mut body: Body,
    tag: &mut RawTag,
) -> io::Result<()> {
    if !(2..=4).contains(&header.version) {
        tag.damaged(format!("version 2.{} is unknown", header.version));
        return Ok(());
    }
    if let Body::Held(bytes, place) = &mut body
        && header.unsynchronised
        && header.version < 4
    {
        let len = bytes.len();
        *bytes = frames::resynchronise(std::mem::take(bytes));
        *place = place.filter(|_| bytes.len() == len);
    }
    if header.extended {
        skip_extended(source, header.version, &mut body)?;
    }
    let mut frames = Frames::new(
        body,
        header.version,
        header.unsynchronised && header.version == 4,
    );
    let mut dates = content::SplitDate::default();
    let mut count = 0;
    loop {
        match frames.next_frame(source)? {
            Ok(Some(frame)) => {
                count += 1;
                if count > tag.limits.max_items {
                    let limit = tag.limits.max_items as u64;
                    tag.limit("tag items", limit);
                    break;
                }
                content::read(tag, &mut dates, frame);
            }
            Ok(None) => break,
            Err(problem) => {
                let ends = problem.ends_tag;
                tag.damaged_item(problem.id, problem.detail);
                if ends {
                    break;
                }
            }
        }
    }
    dates.finish(tag);
    Ok(())
}

fn skip_extended(source: &mut Source<'_>, version: u8, body: &mut Body) -> io::Result<()> {
    let Some(size) = <[u8; 4]>::try_from(body.peek(source, 0, 4)?).ok() else {
        return Ok(());
    };
    let len = match version {
        3 => u32::from_be_bytes(size).saturating_add(4),
        _ => syncsafe(size),
    };
    // A flag without an extended header behind it is a known mistake: frames start at once.
    if u64::from(len) <= body.len() && !size[0].is_ascii_uppercase() {
        body.take(source, u64::from(len), 0)?;
    }
    Ok(())
}
