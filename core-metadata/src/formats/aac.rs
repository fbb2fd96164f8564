//! Raw AAC in ADTS frames.

use super::{Fault, Found, frames};
use crate::{AudioProperties, source::Source};
use std::io;

/// Reads the first frame and derives the length from the mean size of the frames.
pub(super) fn read(source: &mut Source<'_>, start: u64, end: u64) -> Result<Found, Fault> {
    let header =
        header_at(source, start)?.ok_or_else(|| Fault::damaged("no ADTS frame starts here"))?;
    let mut properties = AudioProperties::of("adts", "aac", false);
    properties.sample_rate_hz = header.rate;
    properties.channels = Some(header.channels).filter(|channels| *channels > 0);
    let audio_bytes = end.saturating_sub(start);
    let mean = frames::mean(source, start, end, frame_len)?.unwrap_or(f64::from(header.len));
    let samples = audio_bytes as f64 / mean * 1024.0;
    properties.set_samples(samples.round() as u64, u64::from(header.rate.unwrap_or(0)));
    properties.derive_bitrate(audio_bytes);
    Ok(Found {
        properties,
        audio: start..end,
        ..Found::default()
    })
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
            Some(header) if header.rate == first.rate => next += u64::from(header.len),
            _ => return Ok(false),
        }
    }
    Ok(true)
}

struct Header {
    /// `None` where the header leaves the rate to the container.
    rate: Option<u32>,
    channels: u16,
    len: u32,
}

fn header_at(source: &mut Source<'_>, at: u64) -> io::Result<Option<Header>> {
    Ok(parse(source.peek(at, 7)?))
}

fn frame_len(bytes: &[u8]) -> Option<u32> {
    parse(bytes).map(|header| header.len)
}

fn parse(bytes: &[u8]) -> Option<Header> {
    const RATES: [u32; 13] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000, 7_350,
    ];
    let [0xFF, second, third, fourth, fifth, sixth, _, ..] = *bytes else {
        return None;
    };
    if second & 0xF6 != 0xF0 {
        return None;
    }
    let rate = match third >> 2 & 0xF {
        15 => None,
        index => Some(*RATES.get(usize::from(index))?),
    };
    let channels = u16::from((third & 1) << 2 | fourth >> 6);
    let len = u32::from(fourth & 3) << 11 | u32::from(fifth) << 3 | u32::from(sixth >> 5);
    (len >= 7).then_some(Header {
        rate,
        channels,
        len,
    })
}
