//! The tags that stand at the end of a file: ID3v1, Lyrics3 and APE.

use super::{RawTag, ape, id3v1, id3v2};
use crate::{Lyrics, TagKind, Warning, source::Source, text};
use std::io;

/// What one look at the end of a file reads.
const LOOK: u64 = 4 << 10;

/// Reads the tags before `end`, down to `start`; returns them and where the audio ends.
pub(crate) fn read(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
) -> io::Result<(Vec<RawTag>, u64)> {
    let mut tags = Vec::new();
    let mut end = end;
    // One read that later small reads are served from.
    source.peek(end.saturating_sub(LOOK).max(start), LOOK as usize)?;
    for _ in 0..6 {
        let before = end;
        if let Some(at) = end.checked_sub(id3v1::SIZE).filter(|at| *at >= start) {
            let tag = source
                .array(at)?
                .and_then(|bytes| id3v1::read(&bytes, source.limits));
            if let Some(tag) = tag {
                end = at;
                // The last of several is the newest.
                if tags.iter().all(|tag: &RawTag| tag.kind != TagKind::Id3v1) {
                    tags.push(tag);
                }
            }
        }
        end = lyrics3(source, start, end, &mut tags)?;
        end = ape_before(source, start, end, &mut tags)?;
        end = id3v2_before(source, start, end, &mut tags)?;
        if end == before {
            break;
        }
    }
    Ok((tags, end))
}

fn ape_before(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    tags: &mut Vec<RawTag>,
) -> io::Result<u64> {
    let Some(footer_at) = end.checked_sub(ape::FRAME as u64).filter(|at| *at >= start) else {
        return Ok(end);
    };
    let Some(footer) = ape::frame(source.peek(footer_at, ape::FRAME)?).filter(|f| !f.is_header)
    else {
        return Ok(end);
    };
    let limits = source.limits;
    let items_at = end.checked_sub(footer.size).filter(|at| *at >= start);
    let Some(items_at) = items_at else {
        let detail = "the tag is larger than the file".to_owned();
        source.warn(Warning::DamagedTag {
            tag: TagKind::Ape,
            detail,
        });
        return Ok(footer_at);
    };
    let header = if footer.has_header {
        ape::FRAME as u64
    } else {
        0
    };
    let first = items_at.saturating_sub(header).max(start);
    if footer.size > limits.max_tag_bytes {
        source.warn(Warning::LimitReached {
            what: "APE tag",
            limit: limits.max_tag_bytes,
        });
        return Ok(first);
    }
    let len = footer.size - ape::FRAME as u64;
    tags.push(ape::read(source, items_at, len, footer.items)?);
    Ok(first)
}

/// Reads an ID3v2.4 tag that stands at the end and is found by its footer.
fn id3v2_before(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    tags: &mut Vec<RawTag>,
) -> io::Result<u64> {
    let Some(footer_at) = end.checked_sub(id3v2::HEADER).filter(|at| *at >= start) else {
        return Ok(end);
    };
    let Some(footer) = source
        .array::<10>(footer_at)?
        .filter(|bytes| bytes.starts_with(b"3DI"))
    else {
        return Ok(end);
    };
    let size = id3v2::syncsafe([footer[6], footer[7], footer[8], footer[9]]);
    let at = footer_at
        .checked_sub(u64::from(size) + id3v2::HEADER)
        .filter(|at| *at >= start);
    let Some(at) = at else { return Ok(end) };
    match id3v2::read(source, at, end)? {
        Some((tag, _)) => {
            tags.push(tag);
            Ok(at)
        }
        None => Ok(end),
    }
}

/// Skips a Lyrics3 block and keeps its words.
fn lyrics3(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    tags: &mut Vec<RawTag>,
) -> io::Result<u64> {
    let Some(mark_at) = end.checked_sub(15).filter(|at| *at >= start) else {
        return Ok(end);
    };
    let Some(mark) = source.array::<15>(mark_at)? else {
        return Ok(end);
    };
    if !mark.ends_with(b"LYRICS200") {
        return Ok(end);
    }
    let size = std::str::from_utf8(&mark[..6])
        .ok()
        .and_then(|digits| digits.parse::<u64>().ok());
    let block_at = size
        .and_then(|size| mark_at.checked_sub(size))
        .filter(|at| *at >= start);
    let Some(block_at) = block_at else {
        return Ok(end);
    };
    let block = source.take(block_at, mark_at - block_at)?;
    let Some(mut fields) = block.strip_prefix(b"LYRICSBEGIN".as_slice()) else {
        return Ok(end);
    };
    let mut tag = RawTag::new(TagKind::Id3v1, source.limits);
    while let Some((head, rest)) = fields.split_at_checked(8) {
        let len = std::str::from_utf8(&head[3..])
            .ok()
            .and_then(|digits| digits.parse().ok());
        let Some((value, rest)) = len.and_then(|len: usize| rest.split_at_checked(len)) else {
            break;
        };
        fields = rest;
        if head.starts_with(b"LYR") {
            let words = text::latin1(value);
            tag.lyrics.extend(
                crate::lyrics::parse_any(&words, None).filter(|l: &Lyrics| !l.text.is_empty()),
            );
        }
    }
    if !tag.lyrics.is_empty() {
        tags.push(tag);
    }
    Ok(block_at)
}
