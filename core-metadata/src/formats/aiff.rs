//! AIFF and AIFF-C.

use super::{Fault, Found, be16, be32};
use crate::{
    AudioProperties, TagKind, Warning,
    source::Source,
    tags::{RawTag, fields::Field, id3v2},
    text,
};

/// Walks over the chunks: description, sound, text chunks and ID3v2.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let mut found = Found {
        properties: AudioProperties::of("aiff", "pcm", true),
        ..Found::default()
    };
    let mut texts = RawTag::new(TagKind::IffText, source.limits);
    let mut common = None;
    let mut sound = None;
    let mut at = start + 12;
    for _ in 0..source.limits.max_items {
        let Some(header) = source.array::<8>(at)? else {
            break;
        };
        let id = [header[0], header[1], header[2], header[3]];
        let len = u64::from(u32::from_be_bytes([
            header[4], header[5], header[6], header[7],
        ]));
        let body = at + 8;
        let field = match &id {
            b"NAME" => Some(Field::Title),
            b"AUTH" => Some(Field::Artist),
            b"ANNO" => Some(Field::Comment),
            b"(c) " => Some(Field::Custom("COPYRIGHT".to_owned())),
            _ => None,
        };
        match &id {
            b"COMM" => common = Some(source.take(body, len.min(64))?),
            b"SSND" => {
                let present = end.saturating_sub(body);
                if len > present {
                    source.warn(Warning::TruncatedAudio {
                        announced: len,
                        present,
                    });
                }
                // Offset and block size come before the samples.
                let first = (body + 8).min(end);
                sound = Some(first..(body + len.min(present)).max(first));
            }
            b"ID3 " | b"id3 " | b"ID32" => {
                let chunk_end = body.saturating_add(len).min(end);
                found
                    .tags
                    .extend(id3v2::read(source, body, chunk_end)?.map(|(tag, _)| tag));
            }
            _ => {}
        }
        if let Some(field) = field {
            let value = source.take(body, len.min(source.limits.max_text as u64))?;
            texts.push(field, &text::utf8_or_latin1(&value));
        }
        at = body.saturating_add(len).saturating_add(len & 1);
        if at >= end {
            break;
        }
    }
    let Some(common) = common.filter(|common| common.len() >= 18) else {
        return Err(Fault::truncated("COMM chunk"));
    };
    describe(&mut found.properties, &common);
    found.audio = sound.unwrap_or(end..end);
    found
        .properties
        .derive_bitrate(found.audio.end - found.audio.start);
    if !texts.is_empty() {
        found.tags.push(texts);
    }
    Ok(found)
}

fn describe(properties: &mut AudioProperties, common: &[u8]) {
    let frames = be32(common, 2).unwrap_or(0);
    let rate = extended(&common[8..18]);
    let (codec, lossless) = match common.get(18..22) {
        None | Some(b"NONE" | b"twos" | b"sowt" | b"raw ") => ("pcm", true),
        Some(b"fl32" | b"FL32" | b"fl64" | b"FL64") => ("pcm_float", true),
        Some(b"alaw" | b"ALAW") => ("alaw", false),
        Some(b"ulaw" | b"ULAW") => ("mulaw", false),
        Some(b"ima4") => ("adpcm", false),
        Some(_) => ("unknown", false),
    };
    properties.codec = codec.to_owned();
    properties.lossless = lossless;
    properties.channels = be16(common, 0).filter(|channels| *channels > 0);
    properties.bit_depth = be16(common, 6).filter(|bits| *bits > 0);
    properties.sample_rate_hz = Some(rate as u32).filter(|rate| *rate > 0);
    if rate >= 1.0 && frames > 0 {
        let frames = match common.get(18..22) {
            // A packet of IMA ADPCM counts as one frame and holds 64 samples.
            Some(b"ima4") => f64::from(frames) * 64.0,
            _ => f64::from(frames),
        };
        properties.duration_ms = Some((frames * 1000.0 / rate).round() as u64);
    }
}

/// Decodes the 80-bit floating-point number that holds the sample rate; 0 if it is no rate.
fn extended(bytes: &[u8]) -> f64 {
    let exponent = i32::from(be16(bytes, 0).unwrap_or(0) & 0x7FFF) - 16383 - 63;
    let mantissa = super::be64(bytes, 2).unwrap_or(0);
    let rate = mantissa as f64 * 2f64.powi(exponent);
    if rate.is_finite() && (1.0..1e7).contains(&rate) {
        rate
    } else {
        0.0
    }
}
