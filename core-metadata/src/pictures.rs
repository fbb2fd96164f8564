//! Pictures that are embedded in a file.

use crate::artwork;
use bytes::Bytes;
use std::fmt;
use xxhash_rust::xxh3::Xxh3;

/// Holds one embedded picture.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// What the picture shows.
    pub kind: PictureKind,
    /// The MIME type, from the picture's own first bytes where they tell it; `application/octet-stream`
    /// where they show that it is not what the tag states.
    pub mime: String,
    /// The description in the tag.
    pub description: Option<String>,
    /// The width in pixels, where the picture's header states it early.
    pub width: Option<u32>,
    /// The height in pixels, where the picture's header states it early.
    pub height: Option<u32>,
    /// Where [`data`](Self::data) starts in the file, if it stands there as it is.
    ///
    /// Base64 in Ogg and frames that are compressed or unsynchronised have no such place.
    pub offset: Option<u64>,
    /// The length of the encoded picture in bytes.
    pub len: u64,
    /// The encoded picture, unless it was left in the file for its size
    /// ([`Depth::Frugal`](crate::Depth::Frugal)).
    pub data: Option<Bytes>,
    /// The hash of the encoded picture, for finding equal ones.
    ///
    /// Of a picture that was left in the file it is made of its length, its first bytes and the names
    /// of the album, so that it is equal for the tracks of an album that carry the same picture. It
    /// then differs from that of the same picture where that was read whole.
    pub hash: ContentHash,
}

impl Picture {
    /// Makes a picture: hashes the data and reads type and size from its header.
    ///
    /// The MIME type that the tag states counts only where the data's own type is unknown, and may be that.
    #[must_use]
    pub fn new(
        kind: PictureKind,
        stated_mime: &str,
        description: Option<String>,
        data: Bytes,
    ) -> Self {
        let image = artwork::sniff(&data);
        let mime = match image.mime {
            Some(mime) => mime.to_owned(),
            None => artwork::unsigned_mime(stated_mime),
        };
        let hash = ContentHash::of(&data);
        Self {
            kind,
            mime,
            description,
            width: image.width,
            height: image.height,
            offset: None,
            len: data.len() as u64,
            data: Some(data),
            hash,
        }
    }

    /// Makes a picture of `len` bytes that is left in the file, from its first bytes.
    pub(crate) fn left(
        kind: PictureKind,
        stated_mime: &str,
        description: Option<String>,
        head: Bytes,
        len: u64,
    ) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(&len.to_le_bytes());
        hasher.update(&head);
        Self {
            len,
            data: None,
            hash: ContentHash(hasher.digest128().to_be_bytes()),
            ..Self::new(kind, stated_mime, description, head)
        }
    }

    /// Ties the hash of a picture that was left in the file to the album it stands for.
    pub(crate) fn tie_to_album(&mut self, names: &[&str]) {
        if self.data.is_some() {
            return;
        }
        let mut hasher = Xxh3::new();
        hasher.update(&self.hash.0);
        for name in names {
            hasher.update(name.as_bytes());
            hasher.update(&[0]);
        }
        self.hash = ContentHash(hasher.digest128().to_be_bytes());
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Picture")
            .field("kind", &self.kind)
            .field("mime", &self.mime)
            .field("description", &self.description)
            .field("width", &self.width)
            .field("height", &self.height)
            .field("offset", &self.offset)
            .field("len", &self.len)
            .field("held", &self.data.is_some())
            .field("hash", &self.hash)
            .finish()
    }
}

/// Names what a picture shows, by the 21 kinds of ID3v2 that FLAC and ASF share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(
    missing_docs,
    reason = "the names are those of the ID3v2 table and say all there is"
)]
pub enum PictureKind {
    Other,
    Icon,
    OtherIcon,
    FrontCover,
    BackCover,
    Leaflet,
    Media,
    LeadArtist,
    Artist,
    Conductor,
    Band,
    Composer,
    Lyricist,
    RecordingLocation,
    DuringRecording,
    DuringPerformance,
    ScreenCapture,
    BrightFish,
    Illustration,
    BandLogo,
    PublisherLogo,
}

impl PictureKind {
    const ALL: [Self; 21] = [
        Self::Other,
        Self::Icon,
        Self::OtherIcon,
        Self::FrontCover,
        Self::BackCover,
        Self::Leaflet,
        Self::Media,
        Self::LeadArtist,
        Self::Artist,
        Self::Conductor,
        Self::Band,
        Self::Composer,
        Self::Lyricist,
        Self::RecordingLocation,
        Self::DuringRecording,
        Self::DuringPerformance,
        Self::ScreenCapture,
        Self::BrightFish,
        Self::Illustration,
        Self::BandLogo,
        Self::PublisherLogo,
    ];

    /// Returns the kind for ID3v2's number; unknown numbers are [`Other`](Self::Other).
    #[must_use]
    pub fn from_number(number: u32) -> Self {
        usize::try_from(number)
            .ok()
            .and_then(|at| Self::ALL.get(at).copied())
            .unwrap_or(Self::Other)
    }

    /// Returns ID3v2's number of the kind.
    #[must_use]
    pub fn number(self) -> u8 {
        self as u8
    }

    /// Returns the kind for the words of an APE key such as `Cover Art (Front)`.
    pub(crate) fn from_ape_key(key: &str) -> Self {
        match key.to_ascii_lowercase().as_str() {
            "cover art (front)" => Self::FrontCover,
            "cover art (back)" => Self::BackCover,
            "cover art (leaflet)" => Self::Leaflet,
            "cover art (media)" => Self::Media,
            "cover art (lead artist)" => Self::LeadArtist,
            "cover art (artist)" => Self::Artist,
            "cover art (conductor)" => Self::Conductor,
            "cover art (band)" => Self::Band,
            "cover art (composer)" => Self::Composer,
            "cover art (lyricist)" => Self::Lyricist,
            "cover art (icon)" => Self::Icon,
            "cover art (other icon)" => Self::OtherIcon,
            "cover art (illustration)" => Self::Illustration,
            "cover art (band logotype)" => Self::BandLogo,
            "cover art (publisher logotype)" => Self::PublisherLogo,
            _ => Self::Other,
        }
    }
}

/// Identifies a sequence of bytes by its 128-bit XXH3 hash.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContentHash(pub [u8; 16]);

impl ContentHash {
    /// Hashes `data`.
    #[must_use]
    pub fn of(data: &[u8]) -> Self {
        Self(xxhash_rust::xxh3::xxh3_128(data).to_be_bytes())
    }
}

impl fmt::Display for ContentHash {
    /// Writes 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
