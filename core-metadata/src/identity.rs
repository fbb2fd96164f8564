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
    AudioBytes,
    /// XXH3 over what the first frame of an MP3 file says of all others, and over the first 16 KiB of
    /// them.
    ///
    /// Encoders note there the checksum of the whole audio, its length, the number of frames and a table
    /// of places, so that the rest of the file need not be read.
    Mp3Header,
    /// XXH3 over the list that MP4 has of the sizes of the audio's frames: all of it up to 48 KiB, above
    /// that 16 KiB at its start, in the middle and at its end.
    ///
    /// Encoders spend as many bits on a frame as it takes, so thousands of sizes tell one sound from all
    /// others. A list of frames that are all of one size does not.
    Mp4Sizes,
    /// XXH3 over an Ogg stream's serial number, first packet, and last position in samples, the length of
    /// its pages and the last 16 KiB of them (all of them up to 48 KiB).
    ///
    /// The page numbers and checksums do not count, because a new tag changes them.
    OggStream,
}

impl fmt::Display for AudioId {
    /// Writes the scheme, a colon and 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.scheme {
            AudioIdScheme::FlacMd5 => "flac-md5",
            AudioIdScheme::AudioBytes => "audio-xxh3",
            AudioIdScheme::Mp3Header => "mp3-header",
            AudioIdScheme::Mp4Sizes => "mp4-sizes",
            AudioIdScheme::OggStream => "ogg-stream",
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

    /// Hashes what the file says of all of `audio`, where that tells it from all others.
    pub(crate) fn of_summary(
        source: &mut Source<'_>,
        summary: &Summary,
        audio: &Range<u64>,
    ) -> io::Result<Self> {
        let len = audio.end.saturating_sub(audio.start);
        let mut hasher = Xxh3::new();
        let scheme = match summary {
            Summary::FirstFrame { facts, end } => {
                hasher.update(&len.to_le_bytes());
                hasher.update(facts);
                let first = audio.end.saturating_sub(*end).min(BLOCK);
                hasher.update(&source.take(*end, first)?);
                AudioIdScheme::Mp3Header
            }
            Summary::Sizes(list) => {
                hasher.update(&(list.end - list.start).to_le_bytes());
                for block in blocks(list) {
                    hasher.update(&source.take(block.start, block.end - block.start)?);
                }
                AudioIdScheme::Mp4Sizes
            }
            Summary::Stream(facts) => {
                hasher.update(&len.to_le_bytes());
                hasher.update(facts);
                let block = match blocks(audio).pop() {
                    Some(last) => last,
                    None => audio.clone(),
                };
                hasher.update(&pages(source, audio, &block)?);
                AudioIdScheme::OggStream
            }
        };
        Ok(Self {
            scheme,
            value: ContentHash(hasher.digest128().to_be_bytes()),
        })
    }

    /// Hashes the bytes of `audio`; returns `None` if there are none.
    pub(crate) fn of_bytes(
        source: &mut Source<'_>,
        audio: &Range<u64>,
    ) -> io::Result<Option<Self>> {
        let len = audio.end.saturating_sub(audio.start);
        if len == 0 {
            return Ok(None);
        }
        let mut hasher = Xxh3::new();
        hasher.update(&len.to_le_bytes());
        for block in blocks(audio) {
            hasher.update(&source.take(block.start, block.end - block.start)?);
        }
        Ok(Some(Self {
            scheme: AudioIdScheme::AudioBytes,
            value: ContentHash(hasher.digest128().to_be_bytes()),
        }))
    }
}

/// What a file says of all its audio, enough to tell it from any other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Summary {
    /// The first frame counts the others and has their checksum.
    FirstFrame {
        /// The bytes that depend on the audio and on nothing else.
        facts: Vec<u8>,
        /// Where the frame ends.
        end: u64,
    },
    /// Where the sizes of all frames are listed, which differ.
    Sizes(Range<u64>),
    /// What an Ogg stream says at its start and end.
    Stream(Vec<u8>),
}

/// How many frames of a list must differ from the one before in size.
const LEAST_CHANGES: usize = 64;

/// Says whether the sizes of frames, 4 bytes each, differ enough to tell sounds apart.
pub(crate) fn sizes_differ(source: &mut Source<'_>, list: &Range<u64>) -> io::Result<bool> {
    let mut changes = 0;
    for block in blocks(list) {
        let sizes = source.take(block.start, block.end - block.start)?;
        let mut sizes = sizes.chunks_exact(4);
        let mut before = sizes.next();
        for size in sizes {
            changes += usize::from(before.replace(size) != Some(size));
        }
    }
    Ok(changes >= LEAST_CHANGES)
}

/// What is sampled at one place.
pub(crate) const BLOCK: u64 = 16 << 10;
const OGG_HEADER: u64 = 26;

/// Gives the places that are sampled: everything, or the start, the middle and the end.
pub(crate) fn blocks(audio: &Range<u64>) -> Vec<Range<u64>> {
    let len = audio.end - audio.start;
    if len <= 3 * BLOCK {
        return std::iter::once(audio.clone()).collect();
    }
    let block = |at: u64| at..at + BLOCK;
    let middle = audio.start + (len - BLOCK) / 2;
    vec![block(audio.start), block(middle), block(audio.end - BLOCK)]
}

/// Reads a block of Ogg pages without what a new tag changes in them.
fn pages(source: &mut Source<'_>, audio: &Range<u64>, block: &Range<u64>) -> io::Result<Vec<u8>> {
    // The header of a page may begin before the block and reach into it.
    let lead = (block.start - audio.start).min(OGG_HEADER);
    let bytes = source.take(block.start - lead, block.end - block.start + lead)?;
    let mut bytes = bytes.to_vec();
    blank_page_numbers(&mut bytes);
    bytes.drain(..(lead as usize).min(bytes.len()));
    Ok(bytes)
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

    fn over<T>(data: &[u8], look: impl FnOnce(&mut Source<'_>) -> io::Result<T>) -> T {
        let mut cursor = Cursor::new(data.to_vec());
        let mut source = Source::new(&mut cursor, data.len() as u64, Limits::default()).unwrap();
        look(&mut source).unwrap()
    }

    fn id(data: &[u8], audio: Range<u64>) -> Option<AudioId> {
        over(data, |source| AudioId::of_bytes(source, &audio))
    }

    fn stream_id(data: &[u8], facts: &[u8]) -> AudioId {
        let summary = Summary::Stream(facts.to_vec());
        over(data, |source| {
            AudioId::of_summary(source, &summary, &(0..data.len() as u64))
        })
    }

    #[test]
    fn what_stands_around_the_audio_does_not_count() {
        for len in [1usize, 1000, 48 << 10, 200 << 10] {
            let audio: Vec<u8> = (0..len).map(|at| (at * 7 % 253) as u8).collect();
            let moved = [b"a longer tag".as_slice(), &audio, b"TAG"].concat();
            assert_eq!(id(&audio, 0..len as u64), id(&moved, 12..12 + len as u64));
        }
        assert_eq!(id(b"tag", 3..3), None);
    }

    #[test]
    fn a_change_in_each_sampled_block_counts_and_so_does_the_length() {
        let audio = vec![5u8; 200 << 10];
        let whole = id(&audio, 0..200 << 10);
        for at in [0, 100 << 10, (200 << 10) - 1] {
            let mut other = audio.clone();
            other[at] = 6;
            assert_ne!(id(&other, 0..200 << 10), whole, "{at}");
        }
        assert_ne!(id(&audio, 0..(200 << 10) - 1), whole);
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
        assert_eq!(stream_id(&one, b"facts"), stream_id(&two, b"facts"));
        assert_ne!(stream_id(&one, b"facts"), stream_id(&one, b"other"));
        assert_ne!(id(&one, 0..one.len() as u64), id(&two, 0..two.len() as u64));
        // Where a page's header is cut by the start of the block, too.
        for cut in 1..200 {
            let (one, two) = (&one[cut * 5..], &two[cut * 5..]);
            assert_eq!(stream_id(one, b"facts"), stream_id(two, b"facts"), "{cut}");
        }
    }

    #[test]
    fn only_sizes_that_differ_tell_sounds_apart() {
        let list = |size: fn(u32) -> u32, count: u32| -> Vec<u8> {
            (0..count).flat_map(|at| size(at).to_be_bytes()).collect()
        };
        let differ = |list: &[u8]| {
            let range = 0..list.len() as u64;
            over(list, |source| sizes_differ(source, &range))
        };
        assert!(differ(&list(|at| at * at % 97, 5_000)));
        assert!(differ(&list(|at| at * at % 97, 50_000)));
        assert!(!differ(&list(|_| 372, 5_000)));
        assert!(!differ(&list(|at| at, 60)));
        assert!(!differ(&[]));
    }
}
