//! Images.

use super::ArtworkId;

/// An image of an album or track: where it is, not its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artwork {
    /// Its id.
    pub id: ArtworkId,
    /// The hash of its bytes; equal images are one.
    pub hash: Vec<u8>,
    /// Its type, such as `image/jpeg`.
    pub mime: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its width in pixels.
    pub width: Option<u32>,
    /// Its height in pixels.
    pub height: Option<u32>,
    /// The file to read it from; `None` once that was removed.
    pub item_id: Option<i64>,
    /// Which of the file's embedded pictures it is; `None` if the file is the image.
    pub picture: Option<u32>,
}

/// What an image is known by in every library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArtworkHash {
    /// Its id, which means another image in another library.
    pub id: ArtworkId,
    /// The hash of its bytes.
    pub hash: Vec<u8>,
    /// Whether it is the cover of an album that is listed.
    pub is_cover: bool,
}

/// A small copy of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// Its type, such as `image/jpeg`.
    pub mime: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What stands for an image until it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The dominant colour: red, green and blue.
    pub color: [u8; 3],
    /// A ThumbHash.
    pub thumb_hash: Vec<u8>,
}
