//! Reads one file: leading tags, the audio, trailing tags, and merges what they say.

use crate::{
    AudioId, ExtractError, Limits, SplitRules, TrackMetadata, Warning,
    error::ExtractErrorKind,
    formats::{self, Fault, Format, Found, Hit},
    ranged::{Missing, Sparse},
    source::{ReadSeek, Source},
    tags::{RawTag, ape, id3v2, merge, tail},
};
use std::{io, sync::Arc};

/// Says what is read and how much it may cost.
#[derive(Debug, Clone)]
pub struct ExtractOptions {
    /// The file's name, for messages, and as the last resort for the title.
    pub name: String,
    /// The size of the file in bytes; 0 asks the source.
    pub size: u64,
    /// The caps for this file.
    pub limits: Limits,
    /// How single values that hold several names are taken apart.
    pub split: Arc<SplitRules>,
    /// Whether [`TrackMetadata::audio_id`] is wanted. But for FLAC, Ogg and MP4, and for MP3 with the header
    /// of a usual encoder, it costs up to three reads of 16 KiB all over the audio, which a remote source
    /// may want to save.
    pub audio_id: bool,
    /// How much of the file may be left unread.
    pub depth: Depth,
}

/// Says how much of a file may be left unread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Depth {
    /// Everything that the file says is read, pictures included.
    #[default]
    Full,
    /// Bytes are saved where hardly anything is lost:
    ///
    /// - Of a picture above 32 KiB only the first 4 KiB are read: its [`data`](crate::Picture::data)
    ///   is `None`, and its size is known only where it stands in there.
    /// - In FLAC nothing is read behind the comments and such a picture. More pictures, and a cue
    ///   sheet in a block of its own behind them, are not seen.
    /// - In MPEG audio whose Xing header says that the audio reaches up to the end, no tag is
    ///   searched there.
    Frugal,
}

impl ExtractOptions {
    /// Makes options with the default limits and rules.
    #[must_use]
    pub fn new(name: impl Into<String>, size: u64) -> Self {
        Self {
            name: name.into(),
            size,
            ..Self::default()
        }
    }
}

impl Default for ExtractOptions {
    /// Returns options without a name, for a source that knows its size.
    fn default() -> Self {
        Self {
            name: String::new(),
            size: 0,
            limits: Limits::default(),
            split: Arc::default(),
            audio_id: true,
            depth: Depth::Full,
        }
    }
}

impl ExtractOptions {
    /// Returns the error for a file that could not be read.
    fn error(&self, fault: Fault) -> ExtractError {
        ExtractError {
            kind: match fault {
                Fault::File(kind) => kind,
                Fault::Io(error) => ExtractErrorKind::Io {
                    kind: error.kind(),
                    detail: error.to_string(),
                },
            },
            name: self.name.clone(),
        }
    }
}

/// Reads everything that a file says about itself.
///
/// The source is read at a few places only, never as a whole unless it is small. It is read from
/// its start, wherever it stands. Whatever is damaged costs itself and leaves a [`Warning`].
///
/// # Errors
/// Fails if the file is empty, larger than the limit, no audio or of an unsupported format; if
/// neither its audio headers nor any tag can be read; or if the source fails.
pub fn extract(
    source: &mut dyn ReadSeek,
    options: &ExtractOptions,
) -> Result<TrackMetadata, ExtractError> {
    let mut size = options.size;
    let mut track = read(source, options, &mut size);
    if size < options.size {
        // The file has shrunk since it was listed: its end is elsewhere.
        let warning = Warning::TruncatedAudio {
            announced: options.size,
            present: size,
        };
        track = read(source, options, &mut size);
        if let Ok(track) = &mut track {
            track.warnings.push(warning);
        }
    }
    track.map_err(|fault| options.error(fault))
}

/// Reads what was fetched of a file; fails if that does not suffice.
pub(crate) fn of_sparse(
    parts: &Sparse,
    options: &ExtractOptions,
) -> Result<Result<TrackMetadata, ExtractError>, Missing> {
    match read_parts(&mut Source::sparse(parts, options.limits), options) {
        Err(Fault::Io(error)) => match Missing::of(&error) {
            Some(missing) => Err(missing.clone()),
            None => Ok(Err(options.error(Fault::Io(error)))),
        },
        outcome => Ok(outcome.map_err(|fault| options.error(fault))),
    }
}

/// Reads a file of `size` bytes, and corrects `size` if the source turns out to be shorter.
fn read(
    source: &mut dyn ReadSeek,
    options: &ExtractOptions,
    size: &mut u64,
) -> Result<TrackMetadata, Fault> {
    let mut source = Source::new(source, *size, options.limits)?;
    let track = read_parts(&mut source, options);
    *size = source.len();
    track
}

fn read_parts(source: &mut Source<'_>, options: &ExtractOptions) -> Result<TrackMetadata, Fault> {
    source.depth = options.depth;
    // Tells whether there is anything, whatever size was listed.
    source.peek(0, 1)?;
    if source.len() == 0 {
        return Err(Fault::File(ExtractErrorKind::Empty));
    }
    if source.len() > options.limits.max_file {
        return Err(Fault::File(ExtractErrorKind::TooLarge {
            limit: options.limits.max_file,
        }));
    }
    let mut tags = Vec::new();
    source.expect(0);
    let located = locate(source, &mut tags)?;
    let mut end = source.len();
    let format = located.map(|(format, _)| format);
    let start = located.map_or(0, |(_, start)| start);
    let searched = match format {
        Some(format) => format.has_tail() && !format.fills(source, start, end)?,
        None => true,
    };
    if searched {
        end = add_tail(source, start, end, &mut tags)?;
    }
    let audio = match format {
        Some(format) => format.read(source, start, end, options.audio_id),
        None => Err(Fault::File(no_audio(source)?)),
    };
    let mut found = match audio {
        Ok(found) => found,
        // Tags are worth having without the audio; without them the file tells nothing.
        Err(Fault::File(kind)) if tags.iter().any(|tag| !tag.is_empty()) => {
            source.warn(Warning::DamagedAudio {
                detail: kind.to_string(),
            });
            Found::default()
        }
        Err(fault) => return Err(fault),
    };
    // FLAC is whole in its head; its end is looked at only where the head lacks something.
    let lacking = found.md5.is_none() || found.tags.iter().all(RawTag::is_empty);
    if format == Some(Format::Flac) && lacking {
        found.audio.end = add_tail(source, found.audio.start, end, &mut tags)?;
    }
    // Damaged headers can state or imply a length of nothing.
    found.properties.duration_ms = found.properties.duration_ms.filter(|millis| *millis > 0);
    let audio_id = match found.md5 {
        Some(md5) => Some(AudioId::of_flac(md5)),
        None if !options.audio_id => None,
        None => match &found.summary {
            Some(summary) => Some(AudioId::of_summary(source, summary, &found.audio)?),
            None => AudioId::of_bytes(source, &found.audio)?,
        },
    };
    tags.append(&mut found.tags);
    if let Some(format) = format {
        check_label(source, format, &options.name);
    }
    merge::sort(&mut tags, format.is_some_and(Format::ape_native));
    let mut track = TrackMetadata {
        properties: found.properties,
        audio_id,
        warnings: std::mem::take(&mut source.warnings),
        ..TrackMetadata::default()
    };
    merge::merge(tags, &options.split, &mut track);
    if track.title.is_none() {
        track.title = title_from(&options.name);
        track.title_from_name = track.title.is_some();
    }
    Ok(track)
}

/// Reads the leading tags into `tags` and finds the format and the start of what follows them.
fn locate(source: &mut Source<'_>, tags: &mut Vec<RawTag>) -> io::Result<Option<(Format, u64)>> {
    let end = source.len();
    let mut at = leading_tags(source, 0, tags)?;
    match formats::detect(source, at)? {
        // Two bytes are a weak signature; a second frame must confirm it.
        Some(Format::Mp3 | Format::Aac) | None => {}
        Some(format) => return Ok(Some((format, at))),
    }
    let weak = formats::detect(source, at)?.map(|format| (format, at));
    // Tags may stand behind junk, and junk behind tags.
    for _ in 0..8 {
        match formats::search(source, at, end)? {
            Some(Hit::Frame(format, first)) => {
                // Zeros are padding that somebody forgot to count.
                if source
                    .peek(at, (first - at).min(4096) as usize)?
                    .iter()
                    .any(|byte| *byte != 0)
                {
                    source.warn(Warning::LeadingJunk { bytes: first - at });
                }
                return Ok(Some((format, first)));
            }
            Some(Hit::Tag(tag_at)) => {
                at = leading_tags(source, tag_at, tags)?;
                match formats::detect(source, at)? {
                    Some(Format::Mp3 | Format::Aac) | None => {}
                    Some(format) => return Ok(Some((format, at))),
                }
            }
            None => break,
        }
    }
    Ok(weak)
}

fn leading_tags(source: &mut Source<'_>, start: u64, tags: &mut Vec<RawTag>) -> io::Result<u64> {
    let mut at = start;
    for _ in 0..8 {
        if let Some((tag, next)) = id3v2::read(source, at, source.len())? {
            tags.push(tag);
            at = next;
            continue;
        }
        let Some(header) = ape::frame(source.peek(at, ape::FRAME)?).filter(|frame| frame.is_header)
        else {
            break;
        };
        let body = at + ape::FRAME as u64;
        if header.size > source.limits.max_tag_bytes {
            let limit = source.limits.max_tag_bytes;
            source.warn(Warning::LimitReached {
                what: "APE tag",
                limit,
            });
        } else {
            let len = header.size - ape::FRAME as u64;
            tags.push(ape::read(source, body, len, header.items)?);
        }
        at = body + header.size;
    }
    Ok(at.min(source.len()))
}

fn add_tail(
    source: &mut Source<'_>,
    start: u64,
    end: u64,
    tags: &mut Vec<RawTag>,
) -> io::Result<u64> {
    let (mut found, end) = tail::read(source, start, end)?;
    tags.append(&mut found);
    Ok(end)
}

fn no_audio(source: &mut Source<'_>) -> io::Result<ExtractErrorKind> {
    // A head that a known format starts with, but too short to tell.
    let head = source.peek(0, 16)?;
    let cut = head.len() < 16
        && [b"fLaC".as_slice(), b"OggS", b"RIFF", b"FORM", b"ID3"]
            .iter()
            .any(|sign| head.starts_with(sign));
    Ok(if cut {
        ExtractErrorKind::Truncated {
            part: "first header",
        }
    } else {
        ExtractErrorKind::NotAudio
    })
}

fn check_label(source: &mut Source<'_>, format: Format, name: &str) {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_ascii_lowercase());
    if extension.is_some_and(|extension| !format.fits(&extension)) {
        source.warn(Warning::Mislabelled {
            format: format.name(),
        });
    }
}

/// Returns the file name without its extension, if anything is left.
fn title_from(name: &str) -> Option<String> {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 5 => stem,
        _ => name,
    };
    let stem = stem.trim();
    (!stem.is_empty()).then(|| stem.to_owned())
}
