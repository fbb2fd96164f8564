//! WAV, also as RF64 and with chunks that break the rules.

use super::{Fault, Found, le16, le32, le64};
use crate::{
    AudioProperties, TagKind, Warning,
    source::Source,
    tags::{RawTag, fields::Field, id3v2},
    text,
};
use bytes::Bytes;

/// Walks over the chunks: format, data, `LIST INFO` and ID3v2.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let mut found = Found {
        properties: AudioProperties::of("wav", "pcm", true),
        ..Found::default()
    };
    let mut format = None;
    let mut fact = None;
    let mut data = None;
    let mut long_data = None;
    let mut at = start + 12;
    for _ in 0..source.limits.max_items {
        let Some(header) = source.array::<8>(at)? else {
            break;
        };
        let id = [header[0], header[1], header[2], header[3]];
        let mut len = u64::from(u32::from_le_bytes([
            header[4], header[5], header[6], header[7],
        ]));
        let body = at + 8;
        match &id {
            b"ds64" => long_data = source.array::<16>(body)?.and_then(|bytes| le64(&bytes, 8)),
            b"fmt " => format = Some(source.take(body, len.min(64))?),
            b"fact" => fact = source.array::<4>(body)?.map(u32::from_le_bytes),
            b"data" => {
                if let Some(long) = long_data.filter(|_| len == u64::from(u32::MAX)) {
                    len = long;
                }
                // A writer that was stopped, or a stream, leaves the size empty or full.
                let present = end.saturating_sub(body);
                if len > present {
                    source.warn(Warning::TruncatedAudio {
                        announced: len,
                        present,
                    });
                }
                data.get_or_insert(body..body + len.min(present));
            }
            b"LIST" if len >= 4 && source.array::<4>(body)? == Some(*b"INFO") => {
                let list = source.take(body + 4, (len - 4).min(source.limits.max_tag_bytes))?;
                found.tags.push(info(list, source));
            }
            b"id3 " | b"ID3 " | b"ID32" | b"ID3\0" => {
                let chunk_end = body.saturating_add(len).min(end);
                found
                    .tags
                    .extend(id3v2::read(source, body, chunk_end)?.map(|(tag, _)| tag));
            }
            _ => {}
        }
        let Some(next) = next_chunk(source, body.saturating_add(len), end)? else {
            break;
        };
        at = next;
    }
    let Some(format) = format.filter(|format| format.len() >= 16) else {
        return Err(Fault::truncated("`fmt ` chunk"));
    };
    describe(
        &mut found.properties,
        &format,
        data.as_ref().map_or(0, |data| data.end - data.start),
        fact,
    );
    found.audio = data.unwrap_or(end..end);
    Ok(found)
}

/// Returns where the chunk after one that ends at `at` starts; writers forget the padding.
fn next_chunk(source: &mut Source<'_>, at: u64, end: u64) -> Result<Option<u64>, Fault> {
    if at + 8 > end {
        return Ok(None);
    }
    let padded = at + (at & 1);
    if padded != at {
        let is_id =
            |id: Option<[u8; 4]>| id.is_some_and(|id| id.iter().all(|b| (0x20..0x7F).contains(b)));
        if !is_id(source.array::<4>(padded)?) && is_id(source.array::<4>(at)?) {
            return Ok(Some(at));
        }
    }
    Ok((padded + 8 <= end).then_some(padded))
}

fn describe(properties: &mut AudioProperties, format: &[u8], data: u64, fact: Option<u32>) {
    let mut tag = le16(format, 0).unwrap_or(0);
    if tag == 0xFFFE {
        tag = le16(format, 24).unwrap_or(tag);
    }
    let channels = le16(format, 2).unwrap_or(0);
    let rate = le32(format, 4).unwrap_or(0);
    let byte_rate = le32(format, 8).unwrap_or(0);
    let block = le16(format, 12).unwrap_or(0);
    let bits = le16(format, 14).unwrap_or(0);
    let (codec, lossless) = match tag {
        1 => ("pcm", true),
        3 => ("pcm_float", true),
        2 | 0x11 => ("adpcm", false),
        6 => ("alaw", false),
        7 => ("mulaw", false),
        0x31 => ("gsm", false),
        0x50 => ("mp2", false),
        0x55 => ("mp3", false),
        0x161 | 0x162 => ("wma", false),
        0xFF | 0x1600 => ("aac", false),
        _ => ("unknown", false),
    };
    properties.codec = codec.to_owned();
    properties.lossless = lossless;
    properties.channels = Some(channels).filter(|channels| *channels > 0);
    properties.sample_rate_hz = Some(rate).filter(|rate| *rate > 0);
    properties.bit_depth = Some(bits).filter(|bits| *bits > 0);
    properties.bitrate_kbps =
        Some((u64::from(byte_rate) * 8 / 1000) as u32).filter(|kbps| *kbps > 0);
    let linear = matches!(tag, 1 | 3);
    match fact.filter(|samples| !linear && *samples > 0) {
        Some(samples) => properties.set_samples(u64::from(samples), u64::from(rate)),
        None if linear && block > 0 => {
            properties.set_samples(data / u64::from(block), u64::from(rate))
        }
        None => properties.set_samples(data, u64::from(byte_rate)),
    }
}

/// Reads a `LIST INFO` chunk.
fn info(mut list: Bytes, source: &Source<'_>) -> RawTag {
    let mut tag = RawTag::new(TagKind::RiffInfo, source.limits);
    while list.len() >= 8 {
        let header = list.split_to(8);
        let len = le32(&header, 4).unwrap_or(0) as usize;
        let id = [header[0], header[1], header[2], header[3]];
        if len > list.len() {
            tag.damaged_item(text::latin1(&id), "the value is cut off");
        }
        let value = list.split_to(len.min(list.len()));
        if len % 2 == 1 && !list.is_empty() && list[0] == 0 {
            let _ = list.split_to(1);
        }
        let end = value
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(value.len());
        let value = text::utf8_or_latin1(tag.clip(&value[..end]));
        let field = match &id {
            b"INAM" => Field::Title,
            b"IART" => Field::Artist,
            b"IPRD" => Field::Album,
            b"ICRD" => Field::Date,
            b"IGNR" => Field::Genre,
            b"ICMT" => Field::Comment,
            b"ILNG" => Field::Language,
            b"IMUS" => Field::Person(crate::Role::Composer),
            b"IWRI" => Field::Person(crate::Role::Writer),
            b"IPRO" => Field::Person(crate::Role::Producer),
            b"IENG" => Field::Person(crate::Role::Engineer),
            b"IMED" => Field::Media,
            b"IPRT" | b"ITRK" => {
                tag.push_pair(Field::Track, Field::TrackTotal, &value);
                continue;
            }
            b"IFRM" => Field::TrackTotal,
            b"ISFT" | b"ITCH" => continue,
            _ => Field::Custom(text::latin1(&id)),
        };
        tag.push(field, &value);
    }
    tag
}
