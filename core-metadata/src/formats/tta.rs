//! True Audio.

use super::{Fault, Found, le16, le32};
use crate::{AudioProperties, source::Source};

/// Reads the header of version 1.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let Some(header) = source.array::<18>(start)? else {
        return Err(Fault::truncated("TTA header"));
    };
    let mut properties = AudioProperties::of("tta", "tta", true);
    if header[3] == b'1' {
        let rate = le32(&header, 10).filter(|rate| *rate > 0);
        properties.channels = le16(&header, 6).filter(|channels| *channels > 0);
        properties.bit_depth = le16(&header, 8).filter(|bits| *bits > 0);
        properties.sample_rate_hz = rate;
        let samples = le32(&header, 14).unwrap_or(0);
        properties.set_samples(u64::from(samples), u64::from(rate.unwrap_or(0)));
    }
    properties.derive_bitrate(end.saturating_sub(start));
    Ok(Found {
        properties,
        audio: start..end,
        ..Found::default()
    })
}
