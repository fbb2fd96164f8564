//! Images, as they are shown.

use core_library::model;
use serde::Serialize;

/// How large a small copy of an image is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ThumbnailSize {
    /// For a row of a list: 96 pixels on the longer side.
    Small,
    /// For a grid: 256 pixels.
    #[default]
    Medium,
    /// For a page or a large screen's grid: 512 pixels.
    Large,
}

impl ThumbnailSize {
    /// Gives the length of the longer side in pixels. An image that is smaller stays as it is.
    pub fn pixels(self) -> u32 {
        match self {
            Self::Small => 96,
            Self::Medium => 256,
            Self::Large => 512,
        }
    }
}

/// What an image is known by in every library: for hosts that keep copies of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArtworkHash {
    /// Its id, which means another image in another library.
    pub id: i64,
    /// The hash of its bytes, in hexadecimal digits.
    pub hash: String,
    /// Whether it is the cover of an album that is listed.
    pub is_cover: bool,
}

impl From<model::ArtworkHash> for ArtworkHash {
    fn from(it: model::ArtworkHash) -> Self {
        Self {
            id: it.id.0,
            hash: hexadecimal(&it.hash),
            is_cover: it.is_cover,
        }
    }
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// A small copy of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thumbnail {
    /// `image/jpeg`, or `image/png` where the image lets something shine through.
    pub mime: String,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
    /// Its bytes.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

impl From<model::Thumbnail> for Thumbnail {
    fn from(it: model::Thumbnail) -> Self {
        Self {
            mime: it.mime,
            width: it.width,
            height: it.height,
            bytes: it.bytes,
        }
    }
}

/// What stands for an image until it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placeholder {
    /// The dominant colour, such as `#1a2b3c`.
    pub color: String,
    /// A ThumbHash (<https://evanw.github.io/thumbhash>), which makes a blurred copy.
    pub thumb_hash: Vec<u8>,
}

impl From<model::Placeholder> for Placeholder {
    fn from(it: model::Placeholder) -> Self {
        let [red, green, blue] = it.color;
        Self {
            color: format!("#{red:02x}{green:02x}{blue:02x}"),
            thumb_hash: it.thumb_hash,
        }
    }
}
