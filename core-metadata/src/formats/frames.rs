//! The mean length of the frames of a raw stream that has no index.

use crate::source::Source;
use std::io;

/// Streams up to this size are walked whole; of larger ones parts are sampled.
const WHOLE: u64 = 512 << 10;
const PARTS: u64 = 8;
const PART: u64 = 32 << 10;

/// Returns the mean length in bytes of the frames between `start` and `end`.
///
/// `frame_len` reads the length out of a frame header. Returns `None` if no frame is found.
pub(super) fn mean(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    frame_len: fn(&[u8]) -> Option<u32>,
) -> io::Result<Option<f64>> {
    let mut sum = Sum::default();
    let len = end.saturating_sub(start);
    if len <= WHOLE {
        sum.walk(source, start, end, frame_len)?;
    } else {
        for part in 0..PARTS {
            let from = start + (len - PART) / (PARTS - 1) * part;
            let Some(from) = resync(source, from, end, frame_len)? else {
                continue;
            };
            // A constant rate shows in the first part, the others tell nothing new.
            if !sum.walk(source, from, (from + PART).min(end), frame_len)?
                && part == 0
                && sum.constant()
            {
                break;
            }
        }
    }
    Ok((sum.frames > 0).then(|| sum.bytes as f64 / sum.frames as f64))
}

#[derive(Default)]
struct Sum {
    frames: u64,
    bytes: u64,
    shortest: u32,
    longest: u32,
}

impl Sum {
    /// Adds the frames from `at`; returns whether the walk lost the frames before `end`.
    fn walk(
        &mut self,
        source: &mut Source<'_>,
        mut at: u64,
        end: u64,
        frame_len: fn(&[u8]) -> Option<u32>,
    ) -> io::Result<bool> {
        while at < end {
            let Some(len) = frame_len(source.peek(at, 8)?).filter(|len| *len > 0) else {
                match resync(source, at + 1, end, frame_len)? {
                    Some(next) => {
                        at = next;
                        continue;
                    }
                    None => return Ok(true),
                }
            };
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
        Ok(false)
    }

    /// Says whether all frames are equally long but for one byte of padding (four in layer 1).
    fn constant(&self) -> bool {
        self.longest - self.shortest <= 4
    }
}

/// Finds the next frame at or after `at` that another one follows, within a few frames.
fn resync(
    source: &mut Source<'_>,
    at: u64,
    end: u64,
    frame_len: fn(&[u8]) -> Option<u32>,
) -> io::Result<Option<u64>> {
    const LOOK: usize = 8 << 10;
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
