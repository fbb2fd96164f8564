//! Playlist files as players exchange them: M3U, PLS and XSPF.
//!
//! What a file says is kept as it is written; finding the tracks that it means is
//! [`playlist::resolve`](crate::repository::playlist::resolve).

mod label;
mod m3u;
mod pls;
mod text;
mod xspf;

use crate::error::{LibraryError, Result};

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 32 << 20;

/// The most entries that are read.
pub const MAX_ENTRIES: usize = 200_000;

/// A kind of playlist file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaylistFormat {
    /// A path a line, with `#EXTINF` comments. Read in UTF-16 with a mark, or else line by line in
    /// UTF-8 or Windows-1252; written in UTF-8.
    M3u,
    /// Numbered keys in a `[playlist]` section.
    Pls,
    /// XML, version 1 (<https://www.xspf.org/spec>).
    Xspf,
}

impl PlaylistFormat {
    /// Tells the format by a file's name: `m3u`, `m3u8`, `pls` and `xspf`, in any case.
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "m3u" | "m3u8" => Some(Self::M3u),
            "pls" => Some(Self::Pls),
            "xspf" => Some(Self::Xspf),
            _ => None,
        }
    }

    /// Gives the extension that such files have, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::M3u => "m3u8",
            Self::Pls => "pls",
            Self::Xspf => "xspf",
        }
    }
}

/// What a playlist file says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlaylistFile {
    /// The list's name.
    pub title: Option<String>,
    /// Its entries, in order.
    pub entries: Vec<FileEntry>,
    /// Whether all locations are URLs, as the format has it (XSPF): `%41` then stands for `A`.
    pub has_urls: bool,
}

/// An entry of a playlist file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileEntry {
    /// A path or URL. Of XSPF, a relative one is still percent-encoded.
    pub location: String,
    /// The artist, where the file tells it from the title.
    pub artist: Option<String>,
    /// The title. A text `artist - title` is cut at its first ` - `.
    pub title: Option<String>,
    /// The album.
    pub album: Option<String>,
    /// The length in ms.
    pub duration_ms: Option<i64>,
}

/// Reads a playlist file. Lines that make no sense are left out.
///
/// # Errors
/// [`InvalidInput`](LibraryError::InvalidInput) for a file over [`MAX_BYTES`] or [`MAX_ENTRIES`],
/// and for XML that is not well formed.
pub fn read(format: PlaylistFormat, bytes: &[u8]) -> Result<PlaylistFile> {
    if bytes.len() > MAX_BYTES {
        return Err(invalid(format!("it has more than {MAX_BYTES} bytes")));
    }
    let text = text::decode(bytes);
    let mut file = match format {
        PlaylistFormat::M3u => m3u::read(&text),
        PlaylistFormat::Pls => pls::read(&text),
        PlaylistFormat::Xspf => xspf::read(&text),
    }?;
    file.has_urls = format == PlaylistFormat::Xspf;
    Ok(file)
}

/// Refuses one entry more than a file may have. Asked before each is kept: a line of two bytes becomes
/// an entry of more than a hundred.
fn check_room(entries: usize) -> Result<()> {
    if entries >= MAX_ENTRIES {
        return Err(invalid(format!("it has more than {MAX_ENTRIES} entries")));
    }
    Ok(())
}

/// Writes a playlist file. Locations must hold no line breaks: see [`can_hold`].
pub fn write(format: PlaylistFormat, file: &PlaylistFile) -> Vec<u8> {
    match format {
        PlaylistFormat::M3u => m3u::write(file),
        PlaylistFormat::Pls => pls::write(file),
        PlaylistFormat::Xspf => xspf::write(file),
    }
    .into_bytes()
}

/// Tells whether a format can hold a location: those of one line an entry hold no line breaks, and
/// lose space at the ends.
pub fn can_hold(format: PlaylistFormat, location: &str) -> bool {
    format == PlaylistFormat::Xspf
        || !(location.contains(['\n', '\r']) || location.trim() != location)
}

fn invalid(reason: impl Into<String>) -> LibraryError {
    LibraryError::InvalidInput {
        field: "playlist file",
        reason: reason.into(),
    }
}
