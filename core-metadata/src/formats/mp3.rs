//! MPEG audio, layers 1 to 3.

use super::{Fault, Found, be32, frames};
use crate::{AudioProperties, identity::Summary, source::Source};
use std::io;

/// What a tag behind the audio takes at least.
const SMALLEST_TAG: u64 = 32;

/// Reads the first frame, its Xing, Info or VBRI header, and derives the length.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let header =
        header_at(source, start)?.ok_or_else(|| Fault::damaged("no MPEG frame starts here"))?;
    let mut properties = AudioProperties::of("mp3", header.codec(), false);
    properties.sample_rate_hz = Some(header.rate);
    properties.channels = Some(if header.mono { 1 } else { 2 });
    let first = source.peek(start, 512)?;
    let audio_bytes = end.saturating_sub(start);
    let vbr = vbr_header(&header, first);
    let summary = vbr.as_ref().and_then(|vbr| {
        let lame = vbr.lame.as_ref()?;
        // A header that counts other bytes than there are is of another file, or this one is cut.
        let fits = u64::from(lame.bytes).abs_diff(audio_bytes) < SMALLEST_TAG && lame.crc != [0; 2];
        fits.then(|| Summary::FirstFrame {
            facts: [lame.counts.as_slice(), &lame.crc].concat(),
            end: start + u64::from(header.len),
        })
    });
    match vbr {
        Some(vbr) if vbr.frames > 0 => {
            let total = u64::from(vbr.frames) * header.samples;
            let samples = total
                .checked_sub(vbr.cut)
                .filter(|left| *left > 0)
                .unwrap_or(total);
            properties.set_samples(samples, u64::from(header.rate));
            let bytes = if vbr.bytes > 0 {
                u64::from(vbr.bytes)
            } else {
                audio_bytes
            };
            properties.derive_bitrate(bytes);
        }
        _ => {
            let mean = frames::mean(source, start, end, frame_len)?;
            let frame_bytes = mean.unwrap_or(f64::from(header.len));
            let samples = audio_bytes as f64 / frame_bytes * header.samples as f64;
            properties.set_samples(samples.round() as u64, u64::from(header.rate));
            properties.derive_bitrate(audio_bytes);
        }
    }
    Ok(Found {
        properties,
        audio: start..end,
        summary,
        ..Found::default()
    })
}

/// Says whether the Xing header of the frame at `start` counts all bytes up to `end` as audio, so
/// that they leave no room for a tag.
pub(super) fn fills(source: &mut Source<'_>, start: u64, end: u64) -> io::Result<bool> {
    let Some(header) = header_at(source, start)? else {
        return Ok(false);
    };
    let counted = vbr_header(&header, source.peek(start, 512)?)
        .filter(|vbr| vbr.frames > 0 && vbr.bytes > 0)
        .map(|vbr| start.saturating_add(u64::from(vbr.bytes)));
    Ok(counted.is_some_and(|counted| counted.abs_diff(end) < SMALLEST_TAG))
}

/// Says whether the bytes start with a frame header.
pub(super) fn is_header(bytes: &[u8]) -> bool {
    Header::parse(bytes).is_some()
}

/// Says whether three like frames, or all up to the end, follow on from `at`.
pub(super) fn leads_on(source: &mut Source<'_>, at: u64, end: u64) -> io::Result<bool> {
    let Some(first) = header_at(source, at)? else {
        return Ok(false);
    };
    let mut next = at + u64::from(first.len);
    for _ in 0..2 {
        if next == end {
            return Ok(true);
        }
        match header_at(source, next)? {
            Some(header) if header.like(&first) => next += u64::from(header.len),
            _ => return Ok(false),
        }
    }
    Ok(true)
}

fn header_at(source: &mut Source<'_>, at: u64) -> io::Result<Option<Header>> {
    Ok(Header::parse(source.peek(at, 4)?))
}

fn frame_len(bytes: &[u8]) -> Option<u32> {
    Header::parse(bytes).map(|header| header.len)
}

#[derive(Debug, Clone, Copy)]
struct Header {
    /// 1, 2, or 3 for the unofficial 2.5.
    version: u8,
    layer: u8,
    rate: u32,
    mono: bool,
    len: u32,
    samples: u64,
}

impl Header {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let [0xFF, second, third, fourth, ..] = *bytes else {
            return None;
        };
        if second & 0xE0 != 0xE0 {
            return None;
        }
        let version = match second >> 3 & 3 {
            0 => 3,
            2 => 2,
            3 => 1,
            _ => return None,
        };
        let layer = match second >> 1 & 3 {
            1 => 3,
            2 => 2,
            3 => 1,
            _ => return None,
        };
        let kbps = kbps(version, layer, third >> 4)?;
        let rate = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3))? >> (version - 1);
        let padding = u32::from(third >> 1 & 1);
        let samples = match (layer, version) {
            (1, _) => 384,
            (3, 2..) => 576,
            _ => 1152,
        };
        let len = match layer {
            1 => (12_000 * kbps / rate + padding) * 4,
            _ => (samples * 125) * kbps / rate + padding,
        };
        let mono = fourth >> 6 == 3;
        Some(Self {
            version,
            layer,
            rate,
            mono,
            len,
            samples: u64::from(samples),
        })
    }

    fn like(&self, other: &Self) -> bool {
        (self.version, self.layer, self.rate) == (other.version, other.layer, other.rate)
    }

    fn codec(&self) -> &'static str {
        match self.layer {
            1 => "mp1",
            2 => "mp2",
            _ => "mp3",
        }
    }

    fn side_info(&self) -> usize {
        match (self.version, self.mono) {
            (1, false) => 32,
            (1, true) | (_, false) => 17,
            (_, true) => 9,
        }
    }
}

fn kbps(version: u8, layer: u8, index: u8) -> Option<u32> {
    const TABLES: [[u32; 14]; 5] = [
        [
            32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
        ],
        [
            32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
        ],
        [
            32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
        ],
        [
            32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
        ],
        [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ];
    let table = match (version, layer) {
        (1, layer) => usize::from(layer) - 1,
        (_, 1) => 3,
        _ => 4,
    };
    // 0 is the free format, 15 is forbidden.
    TABLES[table]
        .get(usize::from(index).checked_sub(1)?)
        .copied()
}

struct Vbr {
    frames: u32,
    bytes: u32,
    /// Samples of encoder delay and padding.
    cut: u64,
    lame: Option<Lame>,
}

/// What encoders note behind the Xing header, as LAME does.
struct Lame {
    /// The bytes of the audio, with this frame.
    bytes: u32,
    /// The CRC-16 of all frames behind this one.
    crc: [u8; 2],
    /// The counts and the table of places in the Xing header.
    counts: Vec<u8>,
}

fn vbr_header(header: &Header, frame: &[u8]) -> Option<Vbr> {
    let xing_at = 4 + header.side_info();
    for at in [xing_at, xing_at + 2] {
        if matches!(frame.get(at..at + 4), Some(b"Xing" | b"Info")) {
            return xing(&frame[at..]);
        }
    }
    // VBRI always stands 32 bytes behind the frame header.
    if frame.get(36..40) == Some(b"VBRI") {
        return Some(Vbr {
            bytes: be32(frame, 46)?,
            frames: be32(frame, 50)?,
            cut: 0,
            lame: None,
        });
    }
    None
}

fn xing(tag: &[u8]) -> Option<Vbr> {
    let flags = be32(tag, 4)?;
    let mut at = 8;
    let mut field = |flag: u32, len: usize| {
        let here = at;
        let present = flags & flag != 0;
        at += if present { len } else { 0 };
        present.then_some(here)
    };
    let frames = field(1, 4).and_then(|at| be32(tag, at)).unwrap_or(0);
    let bytes = field(2, 4).and_then(|at| be32(tag, at)).unwrap_or(0);
    field(4, 100);
    field(8, 4);
    let known_encoder = matches!(
        tag.get(at..at + 4),
        Some(b"LAME" | b"Lavf" | b"Lavc" | b"L3.9")
    );
    let cut = match be32(tag, at + 20).filter(|_| known_encoder) {
        Some(word) => u64::from(word >> 12 & 0xFFF) + u64::from(word & 0xFFF),
        None => 0,
    };
    let lame = || {
        Some(Lame {
            bytes: be32(tag, at + 28)?,
            crc: tag.get(at + 32..at + 34)?.try_into().ok()?,
            counts: tag.get(8..at)?.to_vec(),
        })
    };
    Some(Vbr {
        frames,
        bytes,
        cut,
        lame: known_encoder.then(lame).flatten(),
    })
}
