//! Why a file gave nothing, and what was damaged in a file that gave something.

use std::fmt;

/// Explains why no metadata could be read from a file at all.
///
/// Damage that costs only a part of the file is a [`Warning`] instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {kind}")]
pub struct ExtractError {
    /// What went wrong.
    pub kind: ExtractErrorKind,
    /// The file name the caller gave in [`ExtractOptions`](crate::ExtractOptions).
    pub name: String,
}

/// Lists the causes for which a file is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtractErrorKind {
    /// The file has no bytes.
    Empty,
    /// No audio format that this crate knows starts in the file.
    NotAudio,
    /// The format is recognised, and it is one that this crate does not read.
    Unsupported {
        /// The format, such as `Matroska`.
        format: &'static str,
    },
    /// The file ends before the headers that describe its audio.
    Truncated {
        /// The part that is cut off.
        part: &'static str,
    },
    /// The format is recognised but its headers contradict themselves.
    Damaged {
        /// What is wrong, in one sentence.
        detail: String,
    },
    /// The file is larger than [`Limits::max_file`](crate::Limits::max_file).
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The source failed to read or seek.
    Io {
        /// The kind the source reported.
        kind: std::io::ErrorKind,
        /// The message of the source.
        detail: String,
    },
}

impl fmt::Display for ExtractErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::NotAudio => f.write_str("no known audio format was found"),
            Self::Unsupported { format } => write!(f, "{format} files are not supported"),
            Self::Truncated { part } => write!(f, "the file ends inside its {part}"),
            Self::Damaged { detail } => write!(f, "the headers are damaged: {detail}"),
            Self::TooLarge { limit } => write!(f, "the file is larger than {limit} bytes"),
            Self::Io { detail, .. } => write!(f, "reading failed: {detail}"),
        }
    }
}

/// Names the kind of tag a value or a warning comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum TagKind {
    /// Vorbis comments, as in Ogg, Opus, Speex and FLAC.
    VorbisComments,
    /// The `ilst` atom of MP4.
    Mp4,
    /// ID3v2 of any version.
    Id3v2,
    /// APE tags, version 1 or 2.
    Ape,
    /// The ASF metadata objects of WMA.
    Asf,
    /// The text chunks of AIFF and the edited-master chunks of DFF.
    IffText,
    /// The `LIST INFO` chunk of WAV.
    RiffInfo,
    /// The 128 bytes of ID3v1.
    Id3v1,
}

impl fmt::Display for TagKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::VorbisComments => "Vorbis comments",
            Self::Mp4 => "MP4 item list",
            Self::Id3v2 => "ID3v2",
            Self::Ape => "APE tag",
            Self::Asf => "ASF metadata",
            Self::IffText => "IFF text",
            Self::RiffInfo => "RIFF INFO",
            Self::Id3v1 => "ID3v1",
        })
    }
}

/// Names one part of a file that was damaged or left out, while the rest was read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A tag ends early or its header is wrong; what came before was kept.
    DamagedTag {
        /// The tag.
        tag: TagKind,
        /// What is wrong.
        detail: String,
    },
    /// One frame, item or comment could not be read and was left out.
    DamagedItem {
        /// The tag that holds the item.
        tag: TagKind,
        /// The item's own name, such as `APIC`.
        item: String,
        /// What is wrong.
        detail: String,
    },
    /// A picture could not be decoded and was left out.
    DamagedPicture {
        /// The tag that holds the picture.
        tag: TagKind,
        /// What is wrong.
        detail: String,
    },
    /// Tags were read, but the audio headers could not be; the properties are unknown.
    DamagedAudio {
        /// What is wrong.
        detail: String,
    },
    /// The file ends before the audio that its header announces.
    TruncatedAudio {
        /// The bytes that the header announces.
        announced: u64,
        /// The bytes that are there.
        present: u64,
    },
    /// Bytes that belong to no known structure come before the audio.
    LeadingJunk {
        /// How many bytes.
        bytes: u64,
    },
    /// The content is of another format than the file's extension says.
    Mislabelled {
        /// The format of the content.
        format: &'static str,
    },
    /// Something was left out because it is larger or more numerous than a limit allows.
    LimitReached {
        /// What was left out.
        what: &'static str,
        /// The limit, in bytes or in items.
        limit: u64,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DamagedTag { tag, detail } => write!(f, "damaged {tag}: {detail}"),
            Self::DamagedItem { tag, item, detail } => {
                write!(f, "damaged item {item} in {tag}: {detail}")
            }
            Self::DamagedPicture { tag, detail } => {
                write!(f, "damaged picture in {tag}: {detail}")
            }
            Self::DamagedAudio { detail } => write!(f, "damaged audio headers: {detail}"),
            Self::TruncatedAudio { announced, present } => {
                write!(f, "{announced} bytes of audio announced, {present} present")
            }
            Self::LeadingJunk { bytes } => write!(f, "{bytes} bytes of junk before the audio"),
            Self::Mislabelled { format } => {
                write!(f, "the extension is wrong, the content is {format}")
            }
            Self::LimitReached { what, limit } => write!(f, "{what} exceeds the limit of {limit}"),
        }
    }
}
