//! What a provider says of one file or folder.

use crate::storage::FileId;

/// A provider's name for an item: an id, or where it has none the path as
/// [`path_key`](crate::storage::path_key) writes it. Compared byte by byte.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ItemKey(pub String);

impl ItemKey {
    /// The root of what is synced.
    pub fn root() -> Self {
        Self::default()
    }

    /// Tells whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Display for ItemKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that changes when the content does: a hash, an ETag, size and time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version(pub String);

/// What an item is, as far as its name and the provider tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ItemKind {
    /// A folder.
    Folder,
    /// A file that may hold audio.
    Audio,
    /// An image, perhaps a cover.
    Image,
    /// A text with lyrics.
    Lyrics,
    /// A playlist.
    Playlist,
    /// A cue sheet.
    Cue,
    /// Anything else; providers may leave these out.
    Other,
}

impl ItemKind {
    /// Guesses from a file name's extension.
    pub fn of_file_name(name: &str) -> Self {
        let Some((_, extension)) = name.rsplit_once('.') else {
            return Self::Other;
        };
        // The longest extension known here has five letters.
        if extension.len() > 5 {
            return Self::Other;
        }
        match extension.to_ascii_lowercase().as_str() {
            "mp3" | "mp2" | "mp1" | "flac" | "m4a" | "m4b" | "m4p" | "m4r" | "mp4" | "aac"
            | "ogg" | "oga" | "opus" | "spx" | "wav" | "wave" | "bwf" | "aif" | "aiff" | "aifc"
            | "ape" | "mpc" | "mp+" | "mpp" | "wv" | "wma" | "asf" | "dsf" | "dff" | "tta"
            | "tak" | "mka" | "ofr" | "3gp" | "alac" | "caf" => Self::Audio,
            "jpg" | "jpeg" | "png" | "webp" | "gif" | "bmp" | "avif" => Self::Image,
            "lrc" | "elrc" | "ttml" | "srt" | "txt" => Self::Lyrics,
            "m3u" | "m3u8" | "pls" | "xspf" => Self::Playlist,
            "cue" => Self::Cue,
            _ => Self::Other,
        }
    }

    /// Names the kind for storage and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Folder => "folder",
            Self::Audio => "audio",
            Self::Image => "image",
            Self::Lyrics => "lyrics",
            Self::Playlist => "playlist",
            Self::Cue => "cue",
            Self::Other => "other",
        }
    }

    /// Reads what [`as_str`](Self::as_str) wrote.
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Folder,
            Self::Audio,
            Self::Image,
            Self::Lyrics,
            Self::Playlist,
            Self::Cue,
            Self::Other,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == text)
    }
}

/// The state of one file or folder.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteItem {
    /// The provider's name for it.
    pub key: ItemKey,
    /// The folder it lies in; `None` for the root itself.
    pub parent: Option<ItemKey>,
    /// Its name, for people; where the real name is not text, a readable likeness.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// Changes when the content changes.
    pub version: Version,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// When the content changed, in ms since 1970.
    pub modified_ms: Option<i64>,
    /// An identity that survives a rename where the key does not.
    pub file_id: Option<FileId>,
    /// A hash of the content that the provider knows without our reading it, with its method:
    /// `md5:…`, `quickxor:…`.
    pub content_hash: Option<String>,
}
