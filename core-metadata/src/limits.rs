//! Bounds on what a file can make the reader allocate or do.

/// Caps what one file may cost.
///
/// Whatever exceeds a cap is left out with
/// [`Warning::LimitReached`](crate::Warning::LimitReached); only
/// [`max_file`](Self::max_file) refuses the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file that is opened, in bytes.
    pub max_file: u64,
    /// The largest single tag that is held in memory, in bytes.
    pub max_tag_bytes: u64,
    /// The most bytes that are read out of one file, tags and samples of the audio together.
    pub max_read_bytes: u64,
    /// The largest picture that is kept, in bytes.
    pub max_picture_bytes: u64,
    /// The most bytes of pictures that are kept of one tag.
    pub max_pictures_total: u64,
    /// The most items (frames, comments, atoms) that are read from one tag.
    pub max_items: usize,
    /// The longest text value that is kept, in bytes of UTF-8; longer text is cut.
    pub max_text: usize,
    /// The most text that is kept of one tag, in bytes of UTF-8.
    pub max_text_total: usize,
    /// How far the first audio frame is searched behind leading junk, in bytes.
    pub max_junk: u64,
}

impl Default for Limits {
    /// Returns caps that no sane file meets and that keep a file below 64 MB of memory.
    fn default() -> Self {
        Self {
            max_file: u64::MAX,
            max_tag_bytes: 28 << 20,
            max_read_bytes: 32 << 20,
            max_picture_bytes: 24 << 20,
            max_pictures_total: 24 << 20,
            max_items: 4096,
            max_text: 256 << 10,
            max_text_total: 4 << 20,
            max_junk: 1 << 20,
        }
    }
}
