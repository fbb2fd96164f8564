//! Musepack, stream versions 7 and 8.
//!
//! lofty reads these too, but a damaged sample count overflows its arithmetic.

use super::{Fault, Found, be16, le32};
use crate::{
    AudioProperties, TagKind,
    source::Source,
    tags::{RawTag, fields::Field},
};

const RATES: [u32; 4] = [44_100, 48_000, 37_800, 32_000];

/// Reads the header; the tags are at the tail.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let mut found = Found {
        properties: AudioProperties::of("musepack", "musepack", false),
        audio: start..end,
        ..Found::default()
    };
    match source.array::<4>(start)? {
        Some([b'M', b'P', b'C', b'K']) => version_8(source, start + 4, end, &mut found)?,
        _ => version_7(source, start, &mut found)?,
    }
    found.properties.derive_bitrate(end.saturating_sub(start));
    Ok(found)
}

fn version_7(source: &mut Source<'_>, start: u64, found: &mut Found) -> Result<(), Fault> {
    let Some(head) = source.array::<24>(start)? else {
        return Err(Fault::truncated("Musepack header"));
    };
    if head[3] & 0xF != 7 {
        return Err(Fault::damaged(format!(
            "stream version {} is unknown",
            head[3] & 0xF
        )));
    }
    let rate = RATES[usize::from(head[10] & 3)];
    found.properties.sample_rate_hz = Some(rate);
    found.properties.channels = Some(2);
    let samples = u64::from(le32(&head, 4).unwrap_or(0)) * 1152;
    let last = le32(&head, 20).unwrap_or(0);
    // The last frame is part full; old encoders do not say how far.
    let unused = if last >> 31 == 1 {
        1152 - u64::from(last >> 20 & 0x7FF).min(1152)
    } else {
        576
    };
    found
        .properties
        .set_samples(samples.saturating_sub(unused), u64::from(rate));
    Ok(())
}

/// Reads the packets up to the first one of audio.
fn version_8(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    found: &mut Found,
) -> Result<(), Fault> {
    let mut at = start;
    for _ in 0..64 {
        let head = source.peek(at, 16)?.to_vec();
        let (Some(key), Some((len, head_len))) = (head.get(..2), varint(&head, 2)) else {
            break;
        };
        if key == b"AP" || key == b"SE" || len < head_len as u64 {
            break;
        }
        let limits = source.limits;
        let body = source.peek(at + head_len as u64, 32)?;
        match key {
            b"SH" => stream_header(body, found),
            b"RG" => {
                let gain = gains(body, RawTag::new(TagKind::Ape, limits));
                found.tags.extend(gain);
            }
            _ => {}
        }
        at = at.saturating_add(len);
        if at >= end {
            break;
        }
    }
    match found.properties.sample_rate_hz {
        Some(_) => Ok(()),
        None => Err(Fault::truncated("Musepack stream header")),
    }
}

fn stream_header(body: &[u8], found: &mut Found) {
    let mut read = || {
        let (samples, at) = varint(body, 5)?;
        let (silence, at) = varint(body, at)?;
        let rate = *RATES.get(usize::from(*body.get(at)? >> 5))?;
        found.properties.sample_rate_hz = Some(rate);
        found.properties.channels = body.get(at + 1).map(|byte| u16::from(byte >> 4) + 1);
        found
            .properties
            .set_samples(samples.saturating_sub(silence), u64::from(rate));
        Some(())
    };
    // A header that ends early leaves the rate unknown, which the caller refuses.
    let _ = read();
}

/// Reads the gains, which are 64.82 dB less 1/256 dB each, and the peaks in 1/256 dB above 1.
fn gains(body: &[u8], mut tag: RawTag) -> Option<RawTag> {
    let fields = [
        (1, Field::TrackGain, Field::TrackPeak),
        (5, Field::AlbumGain, Field::AlbumPeak),
    ];
    for (at, gain, peak) in fields {
        if let Some(level) = be16(body, at).filter(|level| *level > 0) {
            tag.push(gain, &format!("{:.2}", 64.82 - f32::from(level) / 256.0));
        }
        if let Some(level) = be16(body, at + 2).filter(|level| *level > 0) {
            let value = 10f32.powf(f32::from(level) / 256.0 / 20.0) / 32768.0;
            tag.push(peak, &format!("{value:.6}"));
        }
    }
    (!tag.is_empty()).then_some(tag)
}

/// Reads a number of seven bits a byte at `at`; returns it and the position behind it.
fn varint(bytes: &[u8], at: usize) -> Option<(u64, usize)> {
    let mut value = 0u64;
    for (offset, byte) in bytes.get(at..)?.iter().take(9).enumerate() {
        value = value << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((value, at + offset + 1));
        }
    }
    None
}
