//! MP4: the atoms of `moov`, and where the media data lies.

mod items;
mod track;

use super::{Fault, Found, be32, be64};
use crate::{AudioProperties, TagKind, Warning, source::Source, tags::RawTag};
use std::{io, ops::Range};

/// Reads the item list and the properties of the first audio track.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let mut walk = Walk {
        tag: RawTag::new(TagKind::Mp4, source.limits),
        track: None,
        length: None,
    };
    let mut audio = end..end;
    let mut has_movie = false;
    for atom in atoms(source, start, end)? {
        match &atom.id {
            b"moov" => {
                has_movie = true;
                walk.movie(source, &atom)?;
            }
            b"mdat" if atom.len() > audio.end - audio.start => audio = atom.body,
            _ => {}
        }
    }
    if !has_movie {
        return Err(Fault::truncated("`moov` atom"));
    }
    let mut properties = walk.track.unwrap_or_else(|| {
        let detail = "no audio track is described".to_owned();
        source.warn(Warning::DamagedAudio { detail });
        AudioProperties::of("mp4", "unknown", false)
    });
    if properties.duration_ms.is_none() {
        properties.duration_ms = walk.length;
    }
    properties.derive_bitrate(audio.end - audio.start);
    Ok(Found {
        properties,
        tags: vec![walk.tag],
        audio,
        md5: None,
    })
}

/// Holds one atom: its name and where its content lies.
struct Atom {
    id: [u8; 4],
    body: Range<u64>,
}

impl Atom {
    fn len(&self) -> u64 {
        self.body.end - self.body.start
    }
}

struct Walk {
    tag: RawTag,
    track: Option<AudioProperties>,
    /// The length of the whole film, in milliseconds.
    length: Option<u64>,
}

impl Walk {
    fn movie(&mut self, source: &mut Source<'_>, movie: &Atom) -> Result<(), Fault> {
        for atom in atoms(source, movie.body.start, movie.body.end)? {
            match &atom.id {
                b"mvhd" => self.length = track::length(source, &atom)?,
                b"trak" if self.track.is_none() => self.track = track::read(source, &atom)?,
                b"udta" => {
                    for inner in atoms(source, atom.body.start, atom.body.end)? {
                        if &inner.id == b"meta" {
                            self.meta(source, &inner)?;
                        }
                    }
                }
                b"meta" => self.meta(source, &atom)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn meta(&mut self, source: &mut Source<'_>, meta: &Atom) -> Result<(), Fault> {
        // In MP4 a version comes first, in QuickTime the first atom does.
        let head = source.peek(meta.body.start, 8)?;
        let skip = if head.ends_with(b"hdlr") { 0 } else { 4 };
        for atom in atoms(source, meta.body.start + skip, meta.body.end)? {
            if &atom.id != b"ilst" {
                continue;
            }
            let limit = source.limits.max_tag_bytes;
            if atom.len() > limit {
                self.tag.limit("MP4 item list", limit);
            }
            let list = source.take(atom.body.start, atom.len().min(limit))?;
            self.tag.set_origin(atom.body.start, &list);
            items::read(&mut self.tag, list);
        }
        Ok(())
    }
}

/// Lists the atoms from `start` to `end`; a size that leaves the space is cut to it.
fn atoms(source: &mut Source<'_>, start: u64, end: u64) -> io::Result<Vec<Atom>> {
    let mut list = Vec::new();
    let mut at = start;
    while at + 8 <= end && list.len() < source.limits.max_items {
        let head = source.peek(at, 16)?;
        let (Some(short), Some(id)) = (be32(head, 0), head.get(4..8)) else {
            break;
        };
        let id = [id[0], id[1], id[2], id[3]];
        let (len, head_len) = match short {
            0 => (end - at, 8),
            1 => (be64(head, 8).unwrap_or(0), 16),
            short => (u64::from(short), 8),
        };
        if len < head_len {
            break;
        }
        let next = at.saturating_add(len).min(end);
        list.push(Atom {
            id,
            body: (at + head_len).min(next)..next,
        });
        at = next;
    }
    Ok(list)
}
