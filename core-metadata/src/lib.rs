//! Reads what audio files say about themselves: tags, properties, embedded artwork and lyrics.
//!
//! All functions are pure: bytes in, values out, over any [`Read`](std::io::Read) and
//! [`Seek`](std::io::Seek), natively and in the browser. This crate never opens a file, never
//! awaits, and knows nothing of the library that stores what it finds.
//!
//! ```
//! use core_metadata::{ExtractOptions, extract};
//!
//! // An MP3 file that has only an ID3v1 tag behind one frame of silence.
//! let mut file = vec![0xFF, 0xFB, 0x90, 0xC4];
//! file.resize(417, 0);
//! file.extend(b"TAG");
//! file.extend(format!("{:\0<125}", "My Title").into_bytes());
//!
//! let options = ExtractOptions::new("song.mp3", file.len() as u64);
//! let track = extract(&mut std::io::Cursor::new(file), &options)?;
//! assert_eq!(track.title.as_deref(), Some("My Title"));
//! assert_eq!(track.properties.sample_rate_hz, Some(44_100));
//! # Ok::<(), core_metadata::ExtractError>(())
//! ```
//!
//! # What is read by whom
//! The properties of Monkey's Audio and WavPack come from lofty. All tags, and all other formats, are
//! read here, because lofty gives up a whole tag or file at one bad frame, keeps the last of two
//! equal frames where other readers keep the first, and lacks several formats. One bad frame costs
//! that frame, pictures are not copied, and [`Limits`] cap every allocation.

pub mod artwork;
mod credits;
pub mod cue;
mod dates;
mod error;
mod extract;
mod file_name;
mod formats;
pub mod genres;
mod identity;
mod limits;
pub mod lyrics;
mod metadata;
pub mod online;
mod pictures;
mod properties;
mod ranged;
mod source;
mod tags;
mod text;

pub use credits::{Credit, Role, SplitRules};
pub use dates::{ParseDateError, PartialDate};
pub use error::{ExtractError, ExtractErrorKind, TagKind, Warning};
pub use extract::{Depth, ExtractOptions, extract};
pub use identity::{AudioId, AudioIdScheme};
pub use limits::Limits;
pub use lyrics::Lyrics;
pub use metadata::{MusicBrainzIds, ReplayGain, TrackMetadata};
pub use pictures::{ContentHash, Picture, PictureKind};
pub use properties::AudioProperties;
pub use ranged::{RangedExtract, RangedStep, ReadCost};
pub use source::ReadSeek;
