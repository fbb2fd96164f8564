//! What came of importing and exporting playlists.

use serde::Serialize;

/// What came of importing a playlist file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportedPlaylist {
    /// The playlist's id; `null` if no entry is in the library.
    pub playlist: Option<i64>,
    /// How many entries it has.
    pub added: u64,
    /// The entries that are not in the library, or that several tracks answer to alike.
    pub unknown: Vec<UnknownEntry>,
}

/// An entry of a playlist file that no track is known for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnknownEntry {
    /// Its number in the file, from 1.
    pub number: u64,
    /// What the file says.
    pub location: String,
}

/// A playlist as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportedPlaylist {
    /// The file's content.
    pub bytes: Vec<u8>,
    /// How many entries are in it.
    pub written: u64,
    /// The ids of tracks left out: their provider was removed, or no text can name their file.
    pub left_out: Vec<i64>,
}
