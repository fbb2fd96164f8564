//! MP4: the atoms of `moov`, and where the media data lies.

mod items;
mod track;

use super::{Fault, Found, be32, be64};
use crate::{
    AudioProperties, TagKind, Warning,
    identity::{Summary, sizes_differ},
    source::Source,
    tags::RawTag,
};
use std::{io, ops::Range};
use track::AudioTrack;

/// What is fetched behind the media data: mostly the index of the samples of four minutes and the item
/// list.
const AHEAD: u64 = 48 << 10;

/// Reads the item list and the properties of the first audio track.
pub(super) fn read(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    whole_audio: bool,
) -> Result<Found, Fault> {
    let mut walk = Walk {
        tag: RawTag::new(TagKind::Mp4, source.limits),
        track: None,
        length: None,
    };
    let mut summary = None;
    let mut audio = end..end;
    let mut has_movie = false;
    let mut list = Atoms::new(start..end);
    while let Some(atom) = list.next(source)? {
        match &atom.id {
            b"moov" if !has_movie => {
                has_movie = true;
                source.peek(atom.body.start, 8)?;
                source.expect(0);
                walk.movie(source, &atom)?;
                let track = walk.track.as_ref();
                if let Some(sizes) = track
                    .and_then(|it| it.sizes.clone())
                    .filter(|_| whole_audio)
                    && sizes_differ(source, &sizes)?
                {
                    summary = Some(Summary::Sizes(sizes));
                }
                let rate = track.and_then(|it| it.properties.bitrate_kbps);
                if rate.is_some() && (summary.is_some() || !whole_audio) {
                    break;
                }
            }
            b"mdat" if atom.len() > audio.end - audio.start => {
                audio = atom.body;
                source.expect(AHEAD);
            }
            _ => {}
        }
    }
    source.expect(0);
    if !has_movie {
        return Err(Fault::truncated("`moov` atom"));
    }
    let mut properties = walk.track.map(|it| it.properties).unwrap_or_else(|| {
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
        summary,
    })
}

/// Holds one atom: its name and where its content lies.
struct Atom {
    id: [u8; 4],
    body: Range<u64>,
}

impl Atom {
    fn children(&self) -> Atoms {
        Atoms::new(self.body.clone())
    }

    fn len(&self) -> u64 {
        self.body.end - self.body.start
    }
}

struct Walk {
    tag: RawTag,
    track: Option<AudioTrack>,
    /// The length of the whole film, in milliseconds.
    length: Option<u64>,
}

impl Walk {
    fn movie(&mut self, source: &mut Source<'_>, movie: &Atom) -> Result<(), Fault> {
        let mut list = movie.children();
        while let Some(atom) = list.next(source)? {
            match &atom.id {
                b"mvhd" => self.length = track::length(source, &atom)?,
                b"trak" if self.track.is_none() => self.track = track::read(source, &atom)?,
                b"udta" => {
                    let mut list = atom.children();
                    while let Some(inner) = list.next(source)? {
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
        let mut list = Atoms::new(meta.body.start + skip..meta.body.end);
        while let Some(atom) = list.next(source)? {
            if &atom.id != b"ilst" {
                continue;
            }
            let limit = source.limits.max_tag_bytes;
            if atom.len() > limit {
                self.tag.limit("MP4 item list", limit);
            }
            let held = atom.body.start..atom.body.end.min(atom.body.start + limit);
            if source.spares(held.end - held.start) {
                items::read_placed(source, &mut self.tag, held)?;
            } else {
                let list = source.take(held.start, held.end - held.start)?;
                self.tag.set_origin(held.start, &list);
                items::read(&mut self.tag, list);
            }
        }
        Ok(())
    }
}

/// Walks over the atoms of a part of the file; a size that leaves it is cut to it.
struct Atoms {
    rest: Range<u64>,
    count: usize,
}

impl Atoms {
    fn new(space: Range<u64>) -> Self {
        Self {
            rest: space,
            count: 0,
        }
    }

    fn next(&mut self, source: &mut Source<'_>) -> io::Result<Option<Atom>> {
        let Range { start: at, end } = self.rest;
        if at + 8 > end || self.count >= source.limits.max_items {
            return Ok(None);
        }
        let head = source.peek(at, 16)?;
        let (Some(short), Some(id)) = (be32(head, 0), head.get(4..8)) else {
            return Ok(None);
        };
        let id = [id[0], id[1], id[2], id[3]];
        let (len, head_len) = match short {
            0 => (end - at, 8),
            1 => (be64(head, 8).unwrap_or(0), 16),
            short => (u64::from(short), 8),
        };
        if len < head_len {
            return Ok(None);
        }
        let next = at.saturating_add(len).min(end);
        self.rest.start = next;
        self.count += 1;
        Ok(Some(Atom {
            id,
            body: (at + head_len).min(next)..next,
        }))
    }
}
