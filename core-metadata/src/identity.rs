//! The identity of the audio: what stays when a file is renamed, moved or retagged.

use crate::{ContentHash, source::Source};
use memchr::memmem;
use std::{fmt, io, ops::Range};
use xxhash_rust::xxh3::Xxh3;

/// Identifies the audio of a file, whatever its name and its tags are.
///
/// Two files with equal ids hold the same audio, but for collisions that are as unlikely as those
/// of a 128-bit hash over the bytes that were looked at. Ids of different schemes never equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AudioId {
    /// How the value was made.
    pub scheme: AudioIdScheme,
    /// The 128 bits.
    pub value: ContentHash,
}

/// Names how an [`AudioId`] was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AudioIdScheme {
    /// The MD5 of the decoded samples, which FLAC stores in its STREAMINFO, also in Ogg.
    FlacMd5,
    /// XXH3 over the length of the encoded audio and its bytes without any tag.
    ///
    /// Up to 48 KiB all bytes count, above that 16 KiB at the start, in the middle and at the end.
    /// In Ogg the page numbers and checksums do not count, because a new tag changes them.
    AudioBytes,
    /// XXH3 over what the first frame of an MP3 file says of all others, and over the first 16 KiB of
    /// them.
    ///
    /// Encoders note there the checksum of the whole audio, its length, the number of frames and a table
    /// of places, so that the rest of the file need not be read.
    Mp3Header,
}

impl fmt::Display for AudioId {
    /// Writes the scheme, a colon and 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            AudioIdScheme::FlacMd5 => "flac-md5",
            AudioIdScheme::AudioBytes => "audio-xxh3",
            AudioIdScheme::Mp3Header => "mp3-header",
        };
        write!(f, "{scheme}:{}", self.value)
    }
}

impl AudioId {
    /// Takes the MD5 that FLAC stores.
    pub(crate) fn of_flac(md5: [u8; 16]) -> Self {
        Self {
            scheme: AudioIdScheme::FlacMd5,
            value: ContentHash(md5),
        }
    }

    /// Hashes what a header says of all of `audio`, with the first bytes behind it.
    pub(crate) fn of_header(
        source: &mut Source<'_>,
        summary: &Summary,
        audio: &Range<u64>,
    ) -> io::Result<Self> {
        let mut hasher = Xxh3::new();
        hasher.update(&audio.end.saturating_sub(audio.start).to_le_bytes());
        hasher.update(&summary.facts);
        let len = audio.end.saturating_sub(summary.end).min(BLOCK);
        hasher.update(&source.take(summary.end, len)?);
        Ok(Self {
            scheme: AudioIdScheme::Mp3Header,
            value: ContentHash(hasher.digest128().to_be_bytes()),
        })
    }

    /// Hashes the bytes of `audio`; returns `None` if there are none.
    pub(crate) fn of_bytes(
        source: &mut Source<'_>,
        audio: &Range<u64>,
        in_ogg: bool,
    ) -> io::Result<Option<Self>> {
        let len = audio.end.saturating_sub(audio.start);
        if len == 0 {
            return Ok(None);
        }
        let mut hasher = Xxh3::new();
        hasher.update(&len.to_le_bytes());
        for block in blocks(audio) {
            // The header of a page may begin before the block and reach into it.
            let lead = if in_ogg {
                (block.start - audio.start).min(OGG_HEADER)
            } else {
                0
            };
            let bytes = source.take(block.start - lead, block.end - block.start + lead)?;
            if in_ogg {
                let mut bytes = bytes.to_vec();
                blank_page_numbers(&mut bytes);
                hasher.update(bytes.get(lead as usize..).unwrap_or(&[]));
            } else {
                hasher.update(&bytes);
            }
        }
        let value = ContentHash(hasher.digest128().to_be_bytes());
        Ok(Some(Self {
            scheme: AudioIdScheme::AudioBytes,
            value,
        }))
    }
}

/// What a header says of all the audio behind it, a checksum among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    /// The bytes that depend on the audio and on nothing else.
    pub(crate) facts: Vec<u8>,
    /// Where the header ends.
    pub(crate) end: u64,
}

/// What is sampled at one place.
pub(crate) const BLOCK: u64 = 16 << 10;
const OGG_HEADER: u64 = 26;

fn blocks(audio: &Range<u64>) -> Vec<Range<u64>> {
    let len = audio.end - audio.start;
    if len <= 3 * BLOCK {
        return std::iter::once(audio.clone()).collect();
    }
    let block = |at: u64| at..at + BLOCK;
    let middle = audio.start + (len - BLOCK) / 2;
    vec![block(audio.start), block(middle), block(audio.end - BLOCK)]
}

fn blank_page_numbers(bytes: &mut [u8]) {
    let starts: Vec<usize> = memmem::find_iter(bytes, b"OggS\0").collect();
    let len = bytes.len();
    for at in starts {
        bytes[(at + 18).min(len)..(at + 26).min(len)].fill(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use std::io::Cursor;

    fn id(data: &[u8], audio: Range<u64>, in_ogg: bool) -> Option<AudioId> {
        let mut cursor = Cursor::new(data.to_vec());
        let mut source = Source::new(&mut cursor, data.len() as u64, Limits::default()).unwrap();
        AudioId::of_bytes(&mut source, &audio, in_ogg).unwrap()
    }

    #[test]
    fn what_stands_around_the_audio_does_not_count() {
        for len in [1usize, 1000, 48 << 10, 200 << 10] {
            let audio: Vec<u8> = (0..len).map(|at| (at * 7 % 253) as u8).collect();
            let moved = [b"a longer tag".as_slice(), &audio, b"TAG"].concat();
            assert_eq!(
                id(&audio, 0..len as u64, false),
                id(&moved, 12..12 + len as u64, false)
            );
        }
        assert_eq!(id(b"tag", 3..3, false), None);
    }

    #[test]
    fn a_change_in_each_sampled_block_counts_and_so_does_the_length() {
        let audio = vec![5u8; 200 << 10];
        let whole = id(&audio, 0..200 << 10, false);
        for at in [0, 100 << 10, (200 << 10) - 1] {
            let mut other = audio.clone();
            other[at] = 6;
            assert_ne!(id(&other, 0..200 << 10, false), whole, "{at}");
        }
        assert_ne!(id(&audio, 0..(200 << 10) - 1, false), whole);
    }

    #[test]
    fn page_numbers_and_checksums_of_ogg_do_not_count() {
        let pages = |first: u8| -> Vec<u8> {
            (0..60u8)
                .flat_map(|page| {
                    let mut bytes = b"OggS\0\0granule_ser_".to_vec();
                    bytes.extend([first.wrapping_add(page), first, 3, 4, first, 6, 7, 8]);
                    bytes.extend([page; 1001]);
                    bytes
                })
                .collect()
        };
        let (one, two) = (pages(3), pages(4));
        let len = one.len() as u64;
        assert_eq!(id(&one, 0..len, true), id(&two, 0..len, true));
        assert_ne!(id(&one, 0..len, false), id(&two, 0..len, false));
    }
}
