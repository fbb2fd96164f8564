//! Positioned reads over a file: one that can seek, with a few remembered windows, or the parts of
//! one that were fetched so far.

use crate::{Depth, Limits, Warning, ranged::Sparse};
use bytes::Bytes;
use std::io::{self, Read, Seek, SeekFrom};

/// Joins [`Read`] and [`Seek`], so that one trait object can stand for both.
pub trait ReadSeek: Read + Seek {}

impl<T: Read + Seek + ?Sized> ReadSeek for T {}

/// What one refill reads at least. Headers and the first frames of most files fit.
const WINDOW: usize = 8 << 10;
const WINDOWS: usize = 3;

/// Pictures above this size are left in the file by [`Depth::Frugal`], and tags above it are read
/// in parts.
pub(crate) const LARGE: u64 = 32 << 10;

/// How much of a picture that is left in the file is looked at.
pub(crate) const PICTURE_HEAD: u64 = 4 << 10;

/// Reads at positions, and collects the warnings of one file.
///
/// A read that fails stops the whole extraction; a read past the end gives fewer bytes. In a sparse
/// source a read of what was not fetched fails with the range that is missing.
pub(crate) struct Source<'a> {
    inner: Inner<'a>,
    len: u64,
    /// How much a miss should fetch at least, as far as the present reader knows.
    ahead: u64,
    windows: [Window; WINDOWS],
    uses: u64,
    /// Bytes that [`take`](Self::take) has handed out.
    taken: u64,
    pub(crate) limits: Limits,
    pub(crate) depth: Depth,
    pub(crate) warnings: Vec<Warning>,
}

enum Inner<'a> {
    Seekable(&'a mut dyn ReadSeek),
    Sparse(&'a Sparse),
}

#[derive(Default)]
struct Window {
    start: u64,
    data: Vec<u8>,
    used: u64,
}

impl Window {
    fn get(&self, at: u64, len: usize) -> Option<&[u8]> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.data.get(from..from.checked_add(len)?)
    }
}

impl<'a> Source<'a> {
    /// Wraps `inner`, whose length is asked if `len` is zero.
    pub(crate) fn new(inner: &'a mut dyn ReadSeek, len: u64, limits: Limits) -> io::Result<Self> {
        let len = if len == 0 {
            inner.seek(SeekFrom::End(0))?
        } else {
            len
        };
        Ok(Self::over(Inner::Seekable(inner), len, limits))
    }

    /// Wraps the parts of a file that were fetched so far.
    pub(crate) fn sparse(parts: &'a Sparse, limits: Limits) -> Self {
        Self::over(Inner::Sparse(parts), parts.len(), limits)
    }

    fn over(inner: Inner<'a>, len: u64, limits: Limits) -> Self {
        Self {
            inner,
            len,
            ahead: 0,
            windows: Default::default(),
            uses: 0,
            taken: 0,
            limits,
            depth: Depth::default(),
            warnings: Vec::new(),
        }
    }

    /// Says whether what `len` bytes hold should be looked at in parts rather than read whole.
    pub(crate) fn spares(&self, len: u64) -> bool {
        self.depth == Depth::Frugal && len > LARGE
    }

    /// Tells how many bytes from a miss on will be wanted soon, so that one request brings them.
    pub(crate) fn expect(&mut self, ahead: u64) {
        self.ahead = ahead;
    }

    /// Returns the length of the source in bytes.
    pub(crate) fn len(&self) -> u64 {
        self.len
    }

    /// Records a warning, at most 64 of them.
    pub(crate) fn warn(&mut self, warning: Warning) {
        if self.warnings.len() < 64 {
            self.warnings.push(warning);
        }
    }

    /// Returns up to `want` bytes from `at`, fewer only at the end of the source.
    ///
    /// `want` is a constant of the caller, never a number out of the file.
    pub(crate) fn peek(&mut self, at: u64, want: usize) -> io::Result<&[u8]> {
        let want = usize::try_from(self.len.saturating_sub(at))
            .unwrap_or(usize::MAX)
            .min(want);
        if want == 0 {
            return Ok(&[]);
        }
        if let Inner::Sparse(parts) = self.inner {
            return parts.get(at, want, self.ahead);
        }
        self.uses += 1;
        let found = self
            .windows
            .iter()
            .position(|window| window.get(at, want).is_some());
        let slot = match found {
            Some(slot) => slot,
            None => self.refill(at, want)?,
        };
        let window = &mut self.windows[slot];
        window.used = self.uses;
        // A source that turned out shorter than listed gives less than `want`.
        let have = want.min(window.data.len());
        Ok(window.get(at, have).unwrap_or(&[]))
    }

    /// Returns exactly `N` bytes from `at`, or `None` if the source ends before.
    pub(crate) fn array<const N: usize>(&mut self, at: u64) -> io::Result<Option<[u8; N]>> {
        Ok(self.peek(at, N)?.try_into().ok())
    }

    /// Reads `len` bytes from `at` into memory of their own; fewer at the end of the source, or
    /// where the limit on all that is read is met.
    pub(crate) fn take(&mut self, at: u64, len: u64) -> io::Result<Bytes> {
        let mut len = len.min(self.len.saturating_sub(at));
        let left = self.limits.max_read_bytes.saturating_sub(self.taken);
        if len > left {
            let limit = self.limits.max_read_bytes;
            self.warn(Warning::LimitReached {
                what: "all that is read",
                limit,
            });
            len = left;
        }
        self.taken += len;
        if let Inner::Sparse(parts) = self.inner {
            let want = usize::try_from(len).unwrap_or(usize::MAX);
            return parts.get(at, want, self.ahead).map(Bytes::copy_from_slice);
        }
        let Ok(len) = usize::try_from(len) else {
            return Err(io::Error::from(io::ErrorKind::OutOfMemory));
        };
        let mut data = vec![0; len];
        let mut have = 0;
        if let Some(window) = self
            .windows
            .iter()
            .find(|window| window.get(at, 1).is_some())
        {
            let from = (at - window.start) as usize;
            have = (window.data.len() - from).min(len);
            data[..have].copy_from_slice(&window.data[from..from + have]);
        }
        if have < len {
            have += self.read_into(at + have as u64, &mut data[have..])?;
            data.truncate(have);
        }
        Ok(Bytes::from(data))
    }

    fn refill(&mut self, at: u64, want: usize) -> io::Result<usize> {
        let slot = (0..WINDOWS)
            .min_by_key(|slot| self.windows[*slot].used)
            .unwrap_or(0);
        let mut data = std::mem::take(&mut self.windows[slot].data);
        let rest = usize::try_from(self.len - at).unwrap_or(usize::MAX);
        data.resize(want.max(WINDOW).min(rest), 0);
        let read = self.read_into(at, &mut data)?;
        data.truncate(read);
        self.windows[slot] = Window {
            start: at,
            data,
            used: self.uses,
        };
        Ok(slot)
    }

    fn read_into(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let inner = match &mut self.inner {
            Inner::Seekable(inner) => inner,
            Inner::Sparse(parts) => {
                let bytes = parts.get(at, buffer.len(), self.ahead)?;
                buffer[..bytes.len()].copy_from_slice(bytes);
                return Ok(bytes.len());
            }
        };
        inner.seek(SeekFrom::Start(at))?;
        let mut have = 0;
        while have < buffer.len() {
            match inner.read(&mut buffer[have..]) {
                Ok(0) => {
                    // The source is shorter than listed.
                    self.len = inner.seek(SeekFrom::End(0))?.min(at + have as u64);
                    break;
                }
                Ok(read) => have += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(have)
    }
}

/// Lends a part of a [`Source`] to code that wants [`Read`] and [`Seek`].
///
/// The first error of the source itself is kept, because parsers hide the causes of their errors.
pub(crate) struct SourceReader<'s, 'a> {
    source: &'s mut Source<'a>,
    start: u64,
    end: u64,
    at: u64,
    pub(crate) failed: Option<io::Error>,
}

impl<'s, 'a> SourceReader<'s, 'a> {
    /// Lends the bytes from `start` to `end`.
    pub(crate) fn new(source: &'s mut Source<'a>, start: u64, end: u64) -> Self {
        Self {
            source,
            start,
            end,
            at: start,
            failed: None,
        }
    }
}

impl Read for SourceReader<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let want = buffer.len().min(left);
        let read = if want >= WINDOW {
            self.source.read_into(self.at, &mut buffer[..want])
        } else {
            self.source.peek(self.at, want).map(|bytes| {
                buffer[..bytes.len()].copy_from_slice(bytes);
                bytes.len()
            })
        };
        match read {
            Ok(read) => {
                self.at += read as u64;
                Ok(read)
            }
            Err(error) => {
                let copy = io::Error::from(error.kind());
                self.failed.get_or_insert(error);
                Err(copy)
            }
        }
    }
}

impl Seek for SourceReader<'_, '_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        let at = at
            .filter(|at| *at >= self.start)
            .ok_or(io::ErrorKind::InvalidInput)?;
        self.at = at;
        Ok(at - self.start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    proptest! {
        #[test]
        fn reads_at_any_place_give_the_bytes_of_that_place(
            len in 0usize..40_000,
            reads in prop::collection::vec((0u64..45_000, 0usize..20_000, any::<bool>()), 1..20),
        ) {
            let data: Vec<u8> = (0..len).map(|at| (at * 31 % 251) as u8).collect();
            let mut cursor = Cursor::new(data.clone());
            let mut source = Source::new(&mut cursor, len as u64, Limits::default()).unwrap();
            for (at, want, owned) in reads {
                let from = (at as usize).min(len);
                let expected = &data[from..from.saturating_add(want).min(len)];
                if owned {
                    prop_assert_eq!(&source.take(at, want as u64).unwrap()[..], expected);
                } else {
                    prop_assert_eq!(source.peek(at, want).unwrap(), expected);
                }
            }
        }
    }

    #[test]
    fn a_source_shorter_than_listed_gives_what_it_has() {
        let mut cursor = Cursor::new(vec![7; 10]);
        let mut source = Source::new(&mut cursor, 1000, Limits::default()).unwrap();
        assert_eq!(source.peek(0, 100).unwrap().len(), 10);
        assert_eq!(source.len(), 10);
        assert_eq!(source.take(5, 100).unwrap().len(), 5);
    }
}
