//! The audio formats: what a file is, and where its tags and its audio lie.

mod aac;
mod aiff;
mod asf;
mod dff;
mod dsf;
mod flac;
mod frames;
mod library;
mod mp3;
mod mp4;
mod musepack;
mod ogg;
mod tta;
mod wav;

use crate::{
    AudioProperties, Depth,
    error::ExtractErrorKind,
    identity::Summary,
    source::Source,
    tags::{RawTag, id3v2},
};
use std::{io, ops::Range};

/// Holds what the reader of one format found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) properties: AudioProperties,
    pub(crate) tags: Vec<RawTag>,
    /// Where the encoded audio lies.
    pub(crate) audio: Range<u64>,
    /// The MD5 of the decoded audio, where the format stores it.
    pub(crate) md5: Option<[u8; 16]>,
    /// What the file says of all the audio, where that tells it from any other.
    pub(crate) summary: Option<Summary>,
}

/// Says why a format's reader gave up.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The source failed.
    Io(io::Error),
    /// The file can't be read, for the reason told.
    File(ExtractErrorKind),
}

impl Fault {
    pub(crate) fn truncated(part: &'static str) -> Self {
        Self::File(ExtractErrorKind::Truncated { part })
    }

    pub(crate) fn damaged(detail: impl Into<String>) -> Self {
        Self::File(ExtractErrorKind::Damaged {
            detail: detail.into(),
        })
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Names the formats that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Mp3,
    Aac,
    Flac,
    Ogg,
    Mp4,
    Wav,
    Aiff,
    Asf,
    Dsf,
    Dff,
    Tta,
    MonkeysAudio,
    Musepack,
    WavPack,
    /// A format that is known by its signature only.
    Unread(&'static str),
}

impl Format {
    /// Returns the name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Mp3 => "MPEG audio",
            Self::Aac => "AAC in ADTS",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg",
            Self::Mp4 => "MP4",
            Self::Wav => "WAV",
            Self::Aiff => "AIFF",
            Self::Asf => "ASF",
            Self::Dsf => "DSF",
            Self::Dff => "DSDIFF",
            Self::Tta => "True Audio",
            Self::MonkeysAudio => "Monkey's Audio",
            Self::Musepack => "Musepack",
            Self::WavPack => "WavPack",
            Self::Unread(name) => name,
        }
    }

    /// Says whether `extension`, in lower case, is one that files of this format have.
    ///
    /// An extension that no format has fits all.
    pub(crate) fn fits(self, extension: &str) -> bool {
        let own: &[&str] = match self {
            Self::Mp3 => &["mp3", "mp2", "mp1", "mpga", "mpa"],
            Self::Aac => &["aac", "adts"],
            Self::Flac => &["flac", "fla"],
            Self::Ogg => &["ogg", "oga", "opus", "spx", "ogx", "ogv"],
            Self::Mp4 => &[
                "m4a", "m4b", "m4p", "m4r", "m4v", "mp4", "mov", "3gp", "3g2", "aac", "alac",
            ],
            Self::Wav => &["wav", "wave", "w64", "rf64", "bwf"],
            Self::Aiff => &["aif", "aiff", "aifc", "afc"],
            Self::Asf => &["wma", "asf", "wmv"],
            Self::Dsf => &["dsf"],
            Self::Dff => &["dff"],
            Self::Tta => &["tta"],
            Self::MonkeysAudio => &["ape", "mac"],
            Self::Musepack => &["mpc", "mp+", "mpp"],
            Self::WavPack => &["wv"],
            Self::Unread(_) => return true,
        };
        own.contains(&extension) || !KNOWN_EXTENSIONS.contains(&extension)
    }

    /// Says whether APE is the format's own tag.
    pub(crate) fn ape_native(self) -> bool {
        matches!(self, Self::MonkeysAudio | Self::Musepack | Self::WavPack)
    }

    /// Says whether tags of other formats are commonly added at the end of such a file. (At the end
    /// of FLAC they are rare; see where it is read.)
    pub(crate) fn has_tail(self) -> bool {
        matches!(
            self,
            Self::Mp3 | Self::Aac | Self::Tta | Self::MonkeysAudio | Self::Musepack | Self::WavPack
        )
    }

    /// Says whether the head tells that the audio from `start` reaches up to `end`, so that the end
    /// need not be looked at.
    pub(crate) fn fills(self, source: &mut Source<'_>, start: u64, end: u64) -> io::Result<bool> {
        Ok(source.depth == Depth::Frugal && self == Self::Mp3 && mp3::fills(source, start, end)?)
    }

    /// Reads the file from `start`, behind leading tags, to `end`, before trailing ones.
    ///
    /// Without `whole_audio` the place of the audio may be left out where it costs a read.
    pub(crate) fn read(
        self,
        source: &mut Source<'_>,
        start: u64,
        end: u64,
        whole_audio: bool,
    ) -> Result<Found, Fault> {
        match self {
            Self::Mp3 => mp3::read(source, start, end),
            Self::Aac => aac::read(source, start, end),
            Self::Flac => flac::read(source, start, end),
            Self::Ogg => ogg::read(source, start, end),
            Self::Mp4 => mp4::read(source, start, end, whole_audio),
            Self::Wav => wav::read(source, start, end),
            Self::Aiff => aiff::read(source, start, end),
            Self::Asf => asf::read(source, start, end, whole_audio),
            Self::Dsf => dsf::read(source, start, end),
            Self::Dff => dff::read(source, start, end),
            Self::Tta => tta::read(source, start, end),
            Self::Musepack => musepack::read(source, start, end),
            Self::MonkeysAudio | Self::WavPack => library::read(self, source, start, end),
            Self::Unread(format) => Err(Fault::File(ExtractErrorKind::Unsupported { format })),
        }
    }
}

const KNOWN_EXTENSIONS: [&str; 40] = [
    "mp3", "mp2", "mp1", "mpga", "mpa", "aac", "adts", "flac", "fla", "ogg", "oga", "opus", "spx",
    "ogx", "ogv", "m4a", "m4b", "m4p", "m4r", "m4v", "mp4", "mov", "wav", "wave", "w64", "aif",
    "aiff", "aifc", "afc", "wma", "asf", "wmv", "dsf", "dff", "tta", "ape", "mac", "mpc", "mpp",
    "wv",
];

/// Tells the format from the bytes at `at`, where a file or what follows its leading tags starts.
pub(crate) fn detect(source: &mut Source<'_>, at: u64) -> io::Result<Option<Format>> {
    Ok(by_signature(source.peek(at, 64)?))
}

fn by_signature(head: &[u8]) -> Option<Format> {
    Some(match head {
        [b'f', b'L', b'a', b'C', ..] => Format::Flac,
        [b'O', b'g', b'g', b'S', ..] => Format::Ogg,
        [
            b'R',
            b'I',
            b'F',
            b'F' | b'X',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ]
        | [
            b'R',
            b'F',
            b'6',
            b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Format::Wav,
        [
            b'F',
            b'O',
            b'R',
            b'M',
            _,
            _,
            _,
            _,
            b'A',
            b'I',
            b'F',
            b'F' | b'C',
            ..,
        ] => Format::Aiff,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Format::Mp4,
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] | [_, _, _, _, b'm', b'd', b'a', b't', ..] => {
            Format::Mp4
        }
        [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, ..] => Format::Asf,
        [b'D', b'S', b'D', b' ', ..] => Format::Dsf,
        [b'F', b'R', b'M', b'8', ..] => Format::Dff,
        [b'T', b'T', b'A', b'1' | b'2', ..] => Format::Tta,
        [b'M', b'A', b'C', b' ', ..] => Format::MonkeysAudio,
        [b'M', b'P', b'+', ..] | [b'M', b'P', b'C', b'K', ..] => Format::Musepack,
        [b'w', b'v', b'p', b'k', ..] => Format::WavPack,
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Format::Unread("Matroska"),
        [b't', b'B', b'a', b'K', ..] => Format::Unread("TAK"),
        [b'A', b'D', b'I', b'F', ..] => Format::Unread("AAC in ADIF"),
        [b'c', b'a', b'f', b'f', ..] => Format::Unread("Core Audio"),
        [b'O', b'F', b'R', b' ', ..] => Format::Unread("OptimFROG"),
        [b'M', b'T', b'h', b'd', ..] => Format::Unread("MIDI"),
        [0xFF, second, ..] if second & 0xF6 == 0xF0 => Format::Aac,
        [0xFF, second, ..] if second & 0xE0 == 0xE0 && mp3::is_header(head) => Format::Mp3,
        _ => return None,
    })
}

/// Tells what a search for raw audio met first.
pub(crate) enum Hit {
    /// The first of several frames that follow on.
    Frame(Format, u64),
    /// An ID3v2 tag.
    Tag(u64),
}

/// Finds the first frame of raw MPEG or AAC audio, or an ID3v2 tag, behind junk.
pub(crate) fn search(source: &mut Source<'_>, start: u64, end: u64) -> io::Result<Option<Hit>> {
    const STEP: usize = 8 << 10;
    let stop = end.min(start.saturating_add(source.limits.max_junk));
    let mut at = start;
    while at < stop {
        let block = source.peek(at, STEP)?.to_vec();
        for (offset, pair) in block.windows(2).enumerate() {
            let here = at + offset as u64;
            match pair {
                [0xFF, second] if second & 0xE0 == 0xE0 => {
                    if mp3::leads_on(source, here, end)? {
                        return Ok(Some(Hit::Frame(Format::Mp3, here)));
                    }
                    if aac::leads_on(source, here, end)? {
                        return Ok(Some(Hit::Frame(Format::Aac, here)));
                    }
                }
                [b'I', b'D'] if here > start && id3v2::is_tag(source, here)? => {
                    return Ok(Some(Hit::Tag(here)));
                }
                _ => {}
            }
        }
        at += (STEP - 1) as u64;
    }
    Ok(None)
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
