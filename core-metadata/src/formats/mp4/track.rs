//! The audio track of an MP4 file.

use super::super::{be16, be32, be64};
use super::{Atom, Atoms};
use crate::{AudioProperties, properties::scale, source::Source};
use std::{io, ops::Range};

/// What is said of an audio track.
pub(super) struct AudioTrack {
    pub(super) properties: AudioProperties,
    /// Where the sizes of its frames are listed, 4 bytes each.
    pub(super) sizes: Option<Range<u64>>,
}

/// Reads a `trak` atom; returns `None` if it is no audio.
pub(super) fn read(source: &mut Source<'_>, track: &Atom) -> io::Result<Option<AudioTrack>> {
    let Some(media) = child(source, track, b"mdia")? else {
        return Ok(None);
    };
    let mut length = None;
    let mut properties = None;
    let mut sizes = None;
    let mut list = media.children();
    while let Some(atom) = list.next(source)? {
        match &atom.id {
            b"hdlr" if source.array::<4>(atom.body.start + 8)? != Some(*b"soun") => {
                return Ok(None);
            }
            b"mdhd" => length = self::length(source, &atom)?,
            b"minf" => {
                let Some(table) = child(source, &atom, b"stbl")? else {
                    continue;
                };
                let Some(entries) = child(source, &table, b"stsd")? else {
                    continue;
                };
                properties = description(source, &entries)?;
                if let Some(list) = child(source, &table, b"stsz")? {
                    sizes = self::sizes(source, &list)?;
                }
            }
            _ => {}
        }
    }
    Ok(properties.map(|properties| AudioTrack {
        properties: AudioProperties {
            duration_ms: length,
            ..properties
        },
        sizes,
    }))
}

/// Finds the list in a `stsz` atom; there is none where all frames have one size.
fn sizes(source: &mut Source<'_>, atom: &Atom) -> io::Result<Option<Range<u64>>> {
    let Some(head) = source.array::<12>(atom.body.start)? else {
        return Ok(None);
    };
    let count = u64::from(be32(&head, 8).unwrap_or(0));
    let start = atom.body.start + 12;
    let end = start + 4 * count;
    // A list that leaves its atom, or the file, is damaged.
    let is_listed = head[4..8] == [0; 4] && count > 0 && end <= atom.body.end;
    Ok((is_listed && end <= source.len()).then_some(start..end))
}

/// Reads the length in milliseconds out of a `mvhd` or `mdhd` atom.
pub(super) fn length(source: &mut Source<'_>, header: &Atom) -> io::Result<Option<u64>> {
    let bytes = source.peek(header.body.start, 32)?;
    let (units, length) = match bytes.first() {
        Some(1) => (be32(bytes, 20), be64(bytes, 24)),
        _ => (be32(bytes, 12), be32(bytes, 16).map(u64::from)),
    };
    // All ones means that the length is unknown.
    let length = length
        .filter(|length| *length > 0 && *length != u64::MAX && *length != u64::from(u32::MAX));
    Ok(units
        .filter(|units| *units > 0)
        .zip(length)
        .map(|(units, length)| scale(length, 1000, u64::from(units))))
}

fn child(source: &mut Source<'_>, parent: &Atom, id: &[u8; 4]) -> io::Result<Option<Atom>> {
    let mut list = parent.children();
    while let Some(atom) = list.next(source)? {
        if atom.id == *id {
            return Ok(Some(atom));
        }
    }
    Ok(None)
}

/// Reads the first sample description.
fn description(source: &mut Source<'_>, entries: &Atom) -> io::Result<Option<AudioProperties>> {
    let mut list = Atoms::new(entries.body.start + 8..entries.body.end);
    let Some(entry) = list.next(source)? else {
        return Ok(None);
    };
    let fixed = source.peek(entry.body.start, 64)?;
    let version = be16(fixed, 8).unwrap_or(0);
    let channels = be16(fixed, 16).filter(|channels| (1..=64).contains(channels));
    let bits = be16(fixed, 18).filter(|bits| *bits > 0);
    let rate = be32(fixed, 24)
        .map(|rate| rate >> 16)
        .filter(|rate| *rate > 0);
    let (codec, lossless) = match &entry.id {
        b"alac" => ("alac", true),
        b"fLaC" => ("flac", true),
        b"Opus" => ("opus", false),
        b".mp3" => ("mp3", false),
        b"ac-3" => ("ac3", false),
        b"ec-3" => ("eac3", false),
        b"samr" | b"sawb" => ("amr", false),
        b"lpcm" | b"sowt" | b"twos" | b"in24" | b"in32" | b"raw " => ("pcm", true),
        _ => ("aac", false),
    };
    let mut properties = AudioProperties::of("mp4", codec, lossless);
    properties.channels = channels;
    properties.sample_rate_hz = rate;
    properties.bit_depth = bits.filter(|_| lossless);
    // QuickTime's versions 1 and 2 have more fixed fields before the atoms.
    let more = match version {
        1 => 16,
        2 => 36,
        _ => 0,
    };
    let mut list = Atoms::new(entry.body.start + 28 + more..entry.body.end);
    while let Some(atom) = list.next(source)? {
        match &atom.id {
            b"esds" => elementary_stream(source.peek(atom.body.start, 64)?, &mut properties),
            b"alac" => {
                let cookie = source.peek(atom.body.start, 28)?;
                properties.bit_depth = cookie.get(9).map(|bits| u16::from(*bits));
                properties.channels = cookie.get(13).map(|channels| u16::from(*channels));
                properties.bitrate_kbps = be32(cookie, 20)
                    .map(|rate| rate / 1000)
                    .filter(|kbps| *kbps > 0);
                properties.sample_rate_hz = be32(cookie, 24).filter(|rate| *rate > 0);
            }
            b"dfLa" => {
                let info = source.array::<34>(atom.body.start + 8)?;
                if let Some(info) = info {
                    let (flac, _) = super::super::flac::stream_info(&info, "mp4");
                    properties = flac;
                }
            }
            _ => {}
        }
    }
    Ok(Some(properties))
}

/// Reads the codec and the bit rate out of the descriptors of an `esds` atom.
fn elementary_stream(bytes: &[u8], properties: &mut AudioProperties) {
    let mut read = || {
        let rest = descriptor(bytes.get(4..)?, 3)?;
        let flags = *rest.get(2)?;
        let skip =
            3 + if flags & 0x80 != 0 { 2 } else { 0 } + if flags & 0x20 != 0 { 2 } else { 0 };
        let rest = descriptor(rest.get(skip..)?, 4)?;
        match rest.first()? {
            0x69 | 0x6B => "mp3".clone_into(&mut properties.codec),
            0xDD => "vorbis".clone_into(&mut properties.codec),
            0xA5 => "ac3".clone_into(&mut properties.codec),
            _ => {}
        }
        properties.bitrate_kbps = be32(rest, 9)
            .map(|rate| rate / 1000)
            .filter(|kbps| *kbps > 0);
        let config = descriptor(rest.get(13..)?, 5)?;
        let (first, second) = (*config.first()?, *config.get(1)?);
        let channels = second >> 3 & 0xF;
        if first >> 3 != 31 && properties.codec == "aac" && (1..=7).contains(&channels) {
            properties.channels = Some(if channels == 7 {
                8
            } else {
                u16::from(channels)
            });
        }
        Some(())
    };
    // What is missing stays unknown.
    let _ = read();
}

/// Returns the content of a descriptor with the tag `wanted`, whose length has up to four bytes.
fn descriptor(bytes: &[u8], wanted: u8) -> Option<&[u8]> {
    let (tag, mut rest) = bytes.split_first()?;
    if *tag != wanted {
        return None;
    }
    for _ in 0..4 {
        let (byte, after) = rest.split_first()?;
        rest = after;
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some(rest)
}
