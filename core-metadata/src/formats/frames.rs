//! The mean length of the frames of a raw stream that has no index.

use crate::{
    identity::{self, BLOCK},
    source::Source,
};
use std::io;

/// Streams up to this size are walked whole; of larger ones parts are sampled.
const WHOLE: u64 = 512 << 10;
const PARTS: u64 = 8;
const PART: u64 = 32 << 10;

/// How often a walk may lose the frames before it is given up.
const MAX_RESYNCS: u32 = 256;

/// How far the next frame is looked for.
const LOOK: usize = 8 << 10;

/// What is looked at of each place that the identity of the audio is made of, for a constant rate: no
/// more is fetched for it.
const PROBE: u64 = 8 << 10;

/// Returns the mean length in bytes of the frames between `start` and `end`.
///
/// `frame_len` reads the length out of a frame header. A stream whose frames are equally long at
/// its start, middle and end has a constant rate; others are walked, or sampled where they are
/// long. Returns `None` if no frame is found.
pub(super) fn mean(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    frame_len: fn(&[u8]) -> Option<u32>,
) -> io::Result<Option<f64>> {
    let len = end.saturating_sub(start);
    let mut sum = Sum::default();
    let probes = identity::blocks(&(start..end));
    if probes.len() > 1 {
        source.expect(BLOCK);
        for probe in probes {
            if let Some(from) = resync(source, probe.start, end, frame_len)? {
                let to = (from + PROBE).min(probe.end);
                sum.walk(source, from, to, frame_len)?;
            }
        }
        source.expect(0);
        if sum.frames > 0 && sum.is_constant() {
            return Ok(sum.mean());
        }
        sum = Sum::default();
    }
    if len <= WHOLE {
        sum.walk(source, start, end, frame_len)?;
    } else {
        sum.walk_parts(source, start, end, (PARTS, PART), frame_len)?;
    }
    Ok(sum.mean())
}

#[derive(Default)]
struct Sum {
    frames: u64,
    bytes: u64,
    shortest: u32,
    longest: u32,
}

impl Sum {
    /// Adds the frames of `count` parts of `len` bytes, spread evenly from `start` to `end`.
    fn walk_parts(
        &mut self,
        source: &mut Source<'_>,
        start: u64,
        end: u64,
        (count, len): (u64, u64),
        frame_len: fn(&[u8]) -> Option<u32>,
    ) -> io::Result<()> {
        source.expect(len + LOOK as u64);
        for part in 0..count {
            let from = start + (end - start - len) / (count - 1) * part;
            if let Some(from) = resync(source, from, end, frame_len)? {
                self.walk(source, from, (from + len).min(end), frame_len)?;
            }
        }
        source.expect(0);
        Ok(())
    }

    /// Adds the frames from `at` to `end`, over junk between them.
    fn walk(
        &mut self,
        source: &mut Source<'_>,
        mut at: u64,
        end: u64,
        frame_len: fn(&[u8]) -> Option<u32>,
    ) -> io::Result<()> {
        let mut resyncs = 0;
        while at < end && resyncs < MAX_RESYNCS {
            match frame_len(source.peek(at, 8)?).filter(|len| *len > 0) {
                Some(len) => {
                    self.shortest = if self.frames == 0 {
                        len
                    } else {
                        self.shortest.min(len)
                    };
                    self.longest = self.longest.max(len);
                    self.frames += 1;
                    self.bytes += u64::from(len);
                    at += u64::from(len);
                }
                None => match resync(source, at + 1, end, frame_len)? {
                    Some(next) => {
                        at = next;
                        resyncs += 1;
                    }
                    None => break,
                },
            }
        }
        Ok(())
    }

    /// Says whether all frames are equally long but for one byte of padding (four in layer 1).
    fn is_constant(&self) -> bool {
        self.longest - self.shortest <= 4
    }

    fn mean(&self) -> Option<f64> {
        (self.frames > 0).then(|| self.bytes as f64 / self.frames as f64)
    }
}

/// Finds the next frame at or after `at` that another one follows, within a few frames.
fn resync(
    source: &mut Source<'_>,
    at: u64,
    end: u64,
    frame_len: fn(&[u8]) -> Option<u32>,
) -> io::Result<Option<u64>> {
    let block = source.peek(at, LOOK)?.to_vec();
    for offset in 0..block.len() {
        let Some(len) = frame_len(&block[offset..]).filter(|len| *len > 0) else {
            continue;
        };
        let here = at + offset as u64;
        let next = here + u64::from(len);
        if next == end || frame_len(source.peek(next, 8)?).is_some() {
            return Ok(Some(here));
        }
    }
    Ok(None)
}
