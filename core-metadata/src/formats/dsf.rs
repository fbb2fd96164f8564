//! DSF: one-bit audio of Sony, with ID3v2 behind it.

use super::{Fault, Found, le32, le64};
use crate::{AudioProperties, source::Source, tags::id3v2};

/// Reads the three headers and the tag that the first one points to.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let Some(header) = source.array::<92>(start)? else {
        return Err(Fault::truncated("DSF header"));
    };
    if &header[28..32] != b"fmt " {
        return Err(Fault::damaged("the `fmt ` chunk is missing"));
    }
    let mut found = Found {
        properties: AudioProperties::of("dsf", "dsd", true),
        ..Found::default()
    };
    let rate = le32(&header, 56).unwrap_or(0);
    let properties = &mut found.properties;
    properties.channels = le32(&header, 52).and_then(|channels| u16::try_from(channels).ok());
    properties.sample_rate_hz = Some(rate).filter(|rate| *rate > 0);
    properties.bit_depth = le32(&header, 60).and_then(|bits| u16::try_from(bits).ok());
    properties.set_samples(le64(&header, 64).unwrap_or(0), u64::from(rate));
    let audio_len = le64(&header, 84).unwrap_or(0).saturating_sub(12);
    let audio_at = start + 92;
    found.audio = audio_at.min(end)..audio_at.saturating_add(audio_len).min(end);
    found
        .properties
        .derive_bitrate(found.audio.end - found.audio.start);
    let tag_at = le64(&header, 20).unwrap_or(0);
    if (audio_at..end).contains(&tag_at) {
        found
            .tags
            .extend(id3v2::read(source, tag_at, end)?.map(|(tag, _)| tag));
    }
    Ok(found)
}
