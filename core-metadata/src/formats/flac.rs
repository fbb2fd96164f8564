//! FLAC.

use super::{Fault, Found};
use crate::{
    AudioProperties, Depth, TagKind, Warning,
    source::{LARGE, PICTURE_HEAD, Source},
    tags::{RawTag, vorbis},
};
use bytes::Bytes;

const STREAM_INFO: u8 = 0;
const COMMENTS: u8 = 4;
const PICTURE: u8 = 6;

/// What is read of a block with a picture that is left in the file: its fields and the picture's head.
const PICTURE_BLOCK_HEAD: u64 = PICTURE_HEAD + 2048;

/// Reads the metadata blocks; audio is not touched.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let mut found = Found::default();
    let mut at = start + 4;
    let mut has_info = false;
    let mut has_comments = false;
    let mut audio_from = None;
    let mut pictures = RawTag::new(TagKind::VorbisComments, source.limits);
    loop {
        let Some(header) = source.array::<4>(at)? else {
            cut(source, has_info, "the metadata blocks")?;
            break;
        };
        let kind = header[0] & 0x7F;
        let len = u64::from(u32::from_be_bytes([0, header[1], header[2], header[3]]));
        // A frame's sync code where a block should be: the last-block flag was forgotten.
        if header[0] == 0xFF {
            break;
        }
        at += 4;
        match kind {
            STREAM_INFO => {
                let Some(info) = source.array::<34>(at)? else {
                    return Err(Fault::truncated("STREAMINFO block"));
                };
                (found.properties, found.md5) = stream_info(&info, "flac");
                has_info = true;
            }
            COMMENTS | PICTURE if len > source.limits.max_tag_bytes => {
                let limit = source.limits.max_tag_bytes;
                source.warn(Warning::LimitReached {
                    what: "metadata block",
                    limit,
                });
            }
            COMMENTS => {
                has_comments = true;
                let tag = if source.spares(len) {
                    let mut block = Run {
                        at,
                        end: at.saturating_add(len).min(end),
                    };
                    vorbis::read_placed(source, &mut block)?
                } else {
                    let block = source.take(at, len)?;
                    vorbis::read(block, source.limits)
                };
                // A second block is against the rules; its values join those of the first.
                match found.tags.first_mut() {
                    Some(first) => first.append(tag),
                    None => found.tags.push(tag),
                }
            }
            PICTURE => {
                let head = if source.spares(len) {
                    PICTURE_BLOCK_HEAD
                } else {
                    len
                };
                let block = source.take(at, head)?;
                pictures.set_origin(at, &block);
                let there = len.min(end.saturating_sub(at));
                vorbis::picture(&mut pictures, block, there.saturating_sub(head));
            }
            _ => {}
        }
        at += len;
        // Where the rate is counted from, whether or not what follows is read.
        if kind == PICTURE && len > LARGE && has_comments {
            audio_from.get_or_insert(at);
            if source.depth == Depth::Frugal && found.md5.is_some() {
                break;
            }
        }
        if header[0] & 0x80 != 0 {
            break;
        }
        if at >= end {
            cut(source, has_info, "the metadata blocks")?;
            break;
        }
    }
    if !has_info {
        return Err(Fault::damaged("STREAMINFO is missing"));
    }
    if !pictures.is_empty() || !pictures.warnings.is_empty() {
        found.tags.push(pictures);
    }
    found.audio = at.min(end)..end;
    let audio_bytes = end.saturating_sub(audio_from.unwrap_or(at));
    found.properties.derive_bitrate(audio_bytes);
    Ok(found)
}

/// A part of the file.
struct Run {
    at: u64,
    end: u64,
}

impl vorbis::Stretch for Run {
    fn take(&mut self, source: &mut Source<'_>, len: u64) -> Result<Bytes, Fault> {
        let bytes = source.take(self.at, len.min(self.end - self.at))?;
        self.at += bytes.len() as u64;
        Ok(bytes)
    }

    fn skip(&mut self, _: &mut Source<'_>, len: u64) -> Result<bool, Fault> {
        let there = len <= self.end - self.at;
        self.at += len.min(self.end - self.at);
        Ok(there)
    }
}

/// Decodes STREAMINFO: the properties, and the MD5 of the samples if the encoder stored it.
pub(super) fn stream_info(info: &[u8; 34], container: &str) -> (AudioProperties, Option<[u8; 16]>) {
    let mut properties = AudioProperties::of(container, "flac", true);
    let word = u64::from_be_bytes([
        info[10], info[11], info[12], info[13], info[14], info[15], info[16], info[17],
    ]);
    let rate = word >> 44;
    properties.sample_rate_hz = u32::try_from(rate).ok().filter(|rate| *rate > 0);
    properties.channels = Some((word >> 41 & 7) as u16 + 1);
    properties.bit_depth = Some((word >> 36 & 0x1F) as u16 + 1);
    properties.set_samples(word & 0xF_FFFF_FFFF, rate);
    let md5: [u8; 16] = std::array::from_fn(|at| info[18 + at]);
    (properties, (md5 != [0; 16]).then_some(md5))
}

fn cut(source: &mut Source<'_>, has_info: bool, what: &str) -> Result<(), Fault> {
    if !has_info {
        return Err(Fault::truncated("STREAMINFO block"));
    }
    source.warn(Warning::DamagedAudio {
        detail: format!("the file ends inside {what}"),
    });
    Ok(())
}
