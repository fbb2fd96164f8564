//! Monkey's Audio and WavPack: lofty reads their properties, the tags are at the tail.

use super::{Fault, Format, Found};
use crate::{
    AudioProperties,
    source::{Source, SourceReader},
};
use lofty::{
    ape::ApeFile,
    config::{ParseOptions, ParsingMode},
    error::FileParseError,
    file::AudioFile,
    wavpack::WavPackFile,
};
use std::time::Duration;

/// Reads the audio properties of what lies between leading and trailing tags.
pub(super) fn read(
    format: Format,
    source: &mut Source<'_>,
    start: u64,
    end: u64,
) -> Result<Found, Fault> {
    let options = ParseOptions::new()
        .read_tags(false)
        .parsing_mode(ParsingMode::Relaxed);
    let mut reader = SourceReader::new(source, start, end);
    let read = match format {
        Format::MonkeysAudio => ApeFile::read_from(&mut reader, options).map(|file| {
            let from = file.properties();
            let mut to = AudioProperties::of("ape", "ape", true);
            common(
                &mut to,
                from.duration(),
                from.bitrate(),
                from.sample_rate(),
                u16::from(from.channels()),
            );
            to.bit_depth = Some(u16::from(from.bit_depth())).filter(|bits| *bits > 0);
            to
        }),
        _ => WavPackFile::read_from(&mut reader, options).map(|file| {
            let from = file.properties();
            let mut to = AudioProperties::of("wavpack", "wavpack", from.is_lossless());
            common(
                &mut to,
                from.duration(),
                from.audio_bitrate(),
                from.sample_rate(),
                from.channels(),
            );
            to.bit_depth = Some(u16::from(from.bit_depth())).filter(|bits| *bits > 0);
            to
        }),
    };
    if let Some(error) = reader.failed.take() {
        return Err(Fault::Io(error));
    }
    let mut properties = read.map_err(|error| fault(&error))?;
    properties.derive_bitrate(end.saturating_sub(start));
    Ok(Found {
        properties,
        audio: start..end,
        ..Found::default()
    })
}

fn common(to: &mut AudioProperties, duration: Duration, kbps: u32, rate: u32, channels: u16) {
    let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    to.duration_ms = Some(millis).filter(|millis| *millis > 0);
    to.bitrate_kbps = Some(kbps).filter(|kbps| *kbps > 0);
    to.sample_rate_hz = Some(rate).filter(|rate| *rate > 0);
    to.channels = Some(channels).filter(|channels| *channels > 0);
}

/// Turns an error of lofty that is not one of the source into a fault of the file.
pub(super) fn fault(error: &FileParseError) -> Fault {
    let detail = error.to_string();
    if detail.contains("failed to fill whole buffer") {
        return Fault::truncated("audio headers");
    }
    Fault::damaged(detail)
}
