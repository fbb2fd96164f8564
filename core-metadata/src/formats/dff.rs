//! DSDIFF: one-bit audio of Philips, plain or compressed as DST.

use super::{Fault, Found, be16, be32};
use crate::{
    AudioProperties, TagKind, Warning,
    source::Source,
    tags::{RawTag, fields::Field, id3v2},
    text,
};

/// Walks over the chunks, whose sizes have 64 bits.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    if source.array::<4>(start + 12)? != Some(*b"DSD ") {
        return Err(Fault::damaged("the form is not `DSD `"));
    }
    let mut walk = Walk {
        found: Found {
            properties: AudioProperties::of("dff", "dsd", true),
            ..Found::default()
        },
        texts: RawTag::new(TagKind::IffText, source.limits),
        dst_frames: None,
    };
    walk.chunks(source, start + 16, end, 0)?;
    let Walk {
        mut found,
        texts,
        dst_frames,
    } = walk;
    let Some(rate) = found.properties.sample_rate_hz else {
        return Err(Fault::truncated("PROP chunk"));
    };
    let bytes = found.audio.end - found.audio.start;
    match dst_frames {
        Some((frames, per_second)) => found.properties.set_samples(frames, per_second),
        None => {
            let channels = u64::from(found.properties.channels.unwrap_or(1)).max(1);
            found
                .properties
                .set_samples(bytes * 8 / channels, u64::from(rate));
        }
    }
    found.properties.bit_depth = Some(1);
    found.properties.derive_bitrate(bytes);
    if !texts.is_empty() {
        found.tags.push(texts);
    }
    Ok(found)
}

struct Walk {
    found: Found,
    texts: RawTag,
    /// The number of DST frames and how many make a second.
    dst_frames: Option<(u64, u64)>,
}

impl Walk {
    fn chunks(
        &mut self,
        source: &mut Source<'_>,
        start: u64,
        end: u64,
        depth: u8,
    ) -> Result<(), Fault> {
        let mut at = start;
        for _ in 0..source.limits.max_items {
            let Some(header) = source.array::<12>(at)?.filter(|_| at + 12 <= end) else {
                break;
            };
            let len = super::be64(&header, 4).unwrap_or(0);
            let body = at + 12;
            let body_end = body.saturating_add(len).min(end);
            match &header[..4] {
                b"PROP" if depth == 0 => self.chunks(source, body + 4, body_end, 1)?,
                b"DIIN" if depth == 0 => self.chunks(source, body, body_end, 1)?,
                b"FS  " => {
                    let rate = source.array::<4>(body)?.map(u32::from_be_bytes);
                    self.found.properties.sample_rate_hz = rate.filter(|rate| *rate > 0);
                }
                b"CHNL" => {
                    let channels = source.array::<2>(body)?.map(u16::from_be_bytes);
                    self.found.properties.channels = channels.filter(|channels| *channels > 0);
                }
                b"DSD " => self.audio(source, body, len, end),
                b"DST " => {
                    self.found.properties.codec = "dst".to_owned();
                    self.audio(source, body, len, end);
                    let frames = source.peek(body, 18)?;
                    if frames.starts_with(b"FRTE") {
                        let count = be32(frames, 12).map(u64::from);
                        self.dst_frames = count.zip(be16(frames, 16).map(u64::from));
                    }
                }
                b"DIAR" => self.text(source, Field::Artist, body, body_end)?,
                b"DITI" => self.text(source, Field::Title, body, body_end)?,
                b"ID3 " => self
                    .found
                    .tags
                    .extend(id3v2::read(source, body, body_end)?.map(|(tag, _)| tag)),
                _ => {}
            }
            at = body.saturating_add(len).saturating_add(len & 1);
            if at >= end {
                break;
            }
        }
        Ok(())
    }

    fn audio(&mut self, source: &mut Source<'_>, body: u64, len: u64, end: u64) {
        let present = end.saturating_sub(body);
        if len > present {
            source.warn(Warning::TruncatedAudio {
                announced: len,
                present,
            });
        }
        self.found.audio = body..body + len.min(present);
    }

    fn text(
        &mut self,
        source: &mut Source<'_>,
        field: Field,
        body: u64,
        end: u64,
    ) -> Result<(), Fault> {
        let len = end
            .saturating_sub(body + 4)
            .min(source.limits.max_text as u64);
        let value = source.take(body + 4, len)?;
        self.texts.push(field, &text::utf8_or_latin1(&value));
        Ok(())
    }
}
