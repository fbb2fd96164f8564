//! The parts of a file that were fetched so far.

use std::{error::Error, fmt, io, ops::Range};

/// Holds parts of a file of known length.
#[derive(Debug, Default)]
pub(crate) struct Sparse {
    len: u64,
    /// In the order of the file; they neither touch nor overlap.
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    start: u64,
    data: Vec<u8>,
}

impl Part {
    fn end(&self) -> u64 {
        self.start + self.data.len() as u64
    }
}

/// Says which bytes a reader wanted that were not fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Missing {
    pub(crate) range: Range<u64>,
    /// How many bytes from the start of the range will be wanted soon.
    pub(crate) ahead: u64,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = self.range;
        write!(f, "bytes {start} to {end} were not fetched")
    }
}

impl Error for Missing {}

impl Missing {
    /// Returns what is missing, if that is why reading failed.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl Sparse {
    pub(crate) fn new(len: u64) -> Self {
        Self {
            len,
            parts: Vec::new(),
        }
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    pub(crate) fn set_len(&mut self, len: u64) {
        self.len = len;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Returns `want` bytes from `at`, fewer only at the end of the file.
    ///
    /// # Errors
    /// Fails with [`Missing`] if some of them were not fetched.
    pub(crate) fn get(&self, at: u64, want: usize, ahead: u64) -> io::Result<&[u8]> {
        let end = at.saturating_add(want as u64).min(self.len);
        if at >= end {
            return Ok(&[]);
        }
        let part = self.parts.iter().rfind(|part| part.start <= at);
        let start = match part {
            Some(part) if part.end() >= end => {
                let from = (at - part.start) as usize;
                return Ok(&part.data[from..from + (end - at) as usize]);
            }
            Some(part) => part.end().max(at),
            None => at,
        };
        let missing = Missing {
            range: start..end,
            ahead,
        };
        Err(io::Error::new(io::ErrorKind::WouldBlock, missing))
    }

    /// Cuts `range` to its first stretch of which nothing was fetched.
    pub(crate) fn gap(&self, range: Range<u64>) -> Range<u64> {
        let mut start = range.start;
        for part in &self.parts {
            if part.start <= start {
                start = start.max(part.end());
            } else {
                return start..range.end.min(part.start);
            }
        }
        start..range.end
    }

    /// Adds what was fetched from `start` on.
    pub(crate) fn add(&mut self, start: u64, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let end = start + bytes.len() as u64;
        let first = self.parts.partition_point(|part| part.end() < start);
        let last = self.parts.partition_point(|part| part.start <= end);
        if first == last {
            let data = bytes.to_vec();
            self.parts.insert(first, Part { start, data });
            return;
        }
        // It touches some parts: they become one, and what they hold stays as it is.
        let mut merged: Option<Part> = None;
        for part in self.parts.drain(first..last) {
            match &mut merged {
                None => {
                    let mut whole = part;
                    if start < whole.start {
                        let lead = (whole.start - start) as usize;
                        let mut data = bytes[..lead].to_vec();
                        data.append(&mut whole.data);
                        whole = Part { start, data };
                    }
                    merged = Some(whole);
                }
                Some(whole) => {
                    let (from, to) = (whole.end(), part.start);
                    whole
                        .data
                        .extend_from_slice(&bytes[(from - start) as usize..(to - start) as usize]);
                    whole.data.extend_from_slice(&part.data);
                }
            }
        }
        if let Some(mut whole) = merged {
            let from = whole.end();
            if from < end {
                whole
                    .data
                    .extend_from_slice(&bytes[(from - start) as usize..]);
            }
            self.parts.insert(first, whole);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_was_fetched_is_found_and_what_was_not_is_named(
            ranges in prop::collection::vec((0u64..400, 0u64..120), 0..12),
            looks in prop::collection::vec((0u64..450, 0usize..150), 1..12),
        ) {
            const LEN: u64 = 400;
            let byte = |at: u64| (at * 7 % 251) as u8;
            let mut sparse = Sparse::new(LEN);
            let mut have = [false; LEN as usize];
            for (start, len) in ranges {
                let end = (start + len).min(LEN);
                let bytes: Vec<u8> = (start..end).map(byte).collect();
                sparse.add(start, &bytes);
                (start..end).for_each(|at| have[at as usize] = true);
            }
            for pair in sparse.parts.windows(2) {
                prop_assert!(pair[0].end() < pair[1].start);
            }
            for (at, want) in looks {
                let end = (at + want as u64).min(LEN).max(at);
                let absent = (at..end).find(|at| !have[*at as usize]);
                match sparse.get(at, want, 5) {
                    Ok(bytes) => {
                        prop_assert_eq!(absent, None);
                        prop_assert_eq!(bytes, (at..end).map(byte).collect::<Vec<_>>());
                    }
                    Err(error) => {
                        let missing = Missing::of(&error).unwrap();
                        prop_assert_eq!(Some(missing.range.start), absent);
                        prop_assert_eq!((missing.range.end, missing.ahead), (end, 5));
                        let gap = sparse.gap(at..end);
                        prop_assert_eq!(Some(gap.start), absent);
                        prop_assert!(gap.clone().all(|at| !have[at as usize]));
                        prop_assert!(gap.end == end || have[gap.end as usize]);
                    }
                }
            }
        }
    }
}
