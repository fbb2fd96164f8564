//! Which files of a folder are its artwork, what an image's header says, and small copies of images.

mod thumbnail;

pub use thumbnail::{DecodedImage, ImageError, Placeholder, Thumbnail};

/// The extensions of images, the best first.
const FORMATS: [&str; 9] = [
    "jpg", "jpeg", "png", "webp", "avif", "gif", "bmp", "tif", "tiff",
];

/// Says how well a file name suits as the artwork of its folder: the lower, the better.
///
/// Returns `None` for names that are no image or no known artwork name. Letter case is ignored.
#[must_use]
pub fn folder_image_rank(name: &str) -> Option<u32> {
    let (stem, extension) = name.rsplit_once('.')?;
    let extension = extension.to_ascii_lowercase();
    let format = FORMATS.iter().position(|known| *known == extension)?;
    let stem = stem.to_lowercase();
    let stem = stem.trim_start_matches('.').trim();
    let exact = [
        "cover", "folder", "front", "album", "albumart", "artwork", "art",
    ];
    let rank = exact.iter().position(|known| *known == stem).or_else(|| {
        let loose = [
            stem.starts_with("cover"),
            stem.starts_with("folder"),
            stem.starts_with("front"),
            stem.starts_with("albumart") && !stem.ends_with("small"),
            has_word(stem, "cover") || has_word(stem, "front"),
            stem.starts_with("albumart"),
        ];
        loose
            .iter()
            .position(|holds| *holds)
            .map(|at| exact.len() + at)
    })?;
    // "Back cover" names the wrong side.
    let wrong_side = ["back", "inside", "inlay", "rear", "tray"]
        .iter()
        .any(|side| has_word(stem, side));
    (!wrong_side).then_some(rank as u32 * 16 + format as u32)
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|part| part == word)
}

/// Ranks the name of an image that may show disc `disc` of an album, 0 being the best; `None` if it is no
/// such name, or another disc's.
///
/// `cd2.jpg` and `Disc 2.png` show the second disc, `disc.jpg` and `cd.png` any that has no image of its own.
#[must_use]
pub fn disc_image_rank(name: &str, disc: Option<u32>) -> Option<u32> {
    let lower = name.to_lowercase();
    let (stem, extension) = lower.rsplit_once('.')?;
    let format = FORMATS.iter().position(|known| *known == extension)?;
    let rest = ["disc", "disk", "cd", "medium"]
        .iter()
        .find_map(|word| stem.strip_prefix(word))?;
    let number = rest.trim_matches([' ', '-', '_', '.', '#']);
    let other = match number {
        "" => 1,
        _ if number.parse().ok() == Some(disc.unwrap_or(1)) => 0,
        _ => return None,
    };
    Some(other * 16 + format as u32)
}

/// Ranks the name of an image that may show an artist, 0 being the best; `None` if it is no such name.
///
/// `artist.jpg` goes before one that `bears_name`, the artist's, and `portrait.png` and `photo.jpg` come after.
#[must_use]
pub fn artist_image_rank(name: &str, bears_name: bool) -> Option<u32> {
    let lower = name.to_lowercase();
    let (stem, extension) = lower.rsplit_once('.')?;
    let format = FORMATS.iter().position(|known| *known == extension)?;
    let rank = match stem {
        "artist" => 0,
        _ if bears_name => 1,
        "portrait" => 2,
        "photo" => 3,
        _ => return None,
    };
    Some(rank * 16 + format as u32)
}

/// Tells what the first bytes of an image say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ImageHeader {
    /// The MIME type, if the signature is known.
    pub mime: Option<&'static str>,
    /// The width in pixels.
    pub width: Option<u32>,
    /// The height in pixels.
    pub height: Option<u32>,
}

/// Reads the type and the size of an image from its header; the image is not decoded.
#[must_use]
pub fn sniff(data: &[u8]) -> ImageHeader {
    let header = |mime, size: Option<(u32, u32)>| {
        let size = size.filter(|(width, height)| *width > 0 && *height > 0);
        ImageHeader {
            mime: Some(mime),
            width: size.map(|s| s.0),
            height: size.map(|s| s.1),
        }
    };
    match data {
        [0xFF, 0xD8, 0xFF, ..] => header("image/jpeg", jpeg_size(data)),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => {
            header("image/png", be32(data, 16).zip(be32(data, 20)))
        }
        [b'G', b'I', b'F', b'8', ..] => header("image/gif", le16(data, 6).zip(le16(data, 8))),
        [b'B', b'M', ..] => header("image/bmp", bmp_size(data)),
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'E',
            b'B',
            b'P',
            ..,
        ] => header("image/webp", webp_size(data)),
        [b'I', b'I', 0x2A, 0, ..] | [b'M', b'M', 0, 0x2A, ..] => header("image/tiff", None),
        [
            _,
            _,
            _,
            _,
            b'f',
            b't',
            b'y',
            b'p',
            b'a',
            b'v',
            b'i',
            b'f' | b's',
            ..,
        ] => header("image/avif", None),
        _ => ImageHeader::default(),
    }
}

/// Brings the MIME types and format names that tags use to one form.
pub(crate) fn normal_mime(stated: &str) -> String {
    let stated = stated.trim().trim_matches('\0').to_ascii_lowercase();
    match stated.as_str() {
        "jpg" | "jpeg" | "image/jpg" | "image/jpeg" => "image/jpeg".to_owned(),
        "png" | "image/png" => "image/png".to_owned(),
        "" | "image/" => "application/octet-stream".to_owned(),
        _ if stated.contains('/') || stated == "-->" => stated,
        _ => format!("image/{stated}"),
    }
}

/// The types whose images always begin with a signature that [`sniff`] knows.
const SIGNED: [&str; 5] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/bmp",
    "image/webp",
];

/// Gives the MIME type of a picture without a known signature: what a tag states, unless it would have one.
pub(crate) fn unsigned_mime(stated: &str) -> String {
    let stated = normal_mime(stated);
    match SIGNED.contains(&stated.as_str()) {
        true => "application/octet-stream".to_owned(),
        false => stated,
    }
}

fn jpeg_size(data: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        while *data.get(at)? == 0xFF && *data.get(at + 1)? == 0xFF {
            at += 1;
        }
        let (0xFF, marker) = (*data.get(at)?, *data.get(at + 1)?) else {
            return None;
        };
        match marker {
            0x01 | 0xD0..=0xD8 => at += 2,
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                let height = be16(data, at + 5)?;
                return Some((be16(data, at + 7)?, height));
            }
            0xD9 | 0xDA => return None,
            _ => at += 2 + (be16(data, at + 2)? as usize).max(2),
        }
    }
}

fn bmp_size(data: &[u8]) -> Option<(u32, u32)> {
    let field = |at: usize| {
        let bytes = data.get(at..at + 4)?.try_into().ok()?;
        Some(i32::from_le_bytes(bytes).unsigned_abs())
    };
    field(18).zip(field(22))
}

fn webp_size(data: &[u8]) -> Option<(u32, u32)> {
    match data.get(12..16)? {
        b"VP8X" => {
            let three =
                |at: usize| Some(le16(data, at)? + (u32::from(*data.get(at + 2)?) << 16) + 1);
            three(24).zip(three(27))
        }
        b"VP8 " => Some((le16(data, 26)? & 0x3FFF, le16(data, 28)? & 0x3FFF)),
        b"VP8L" => {
            let bits = le16(data, 21)? | le16(data, 23)? << 16;
            Some(((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1))
        }
        _ => None,
    }
}

fn be16(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_be_bytes(
        data.get(at..at + 2)?.try_into().ok()?,
    )))
}

fn le16(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes(
        data.get(at..at + 2)?.try_into().ok()?,
    )))
}

fn be32(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn better_names_of_folder_images_rank_before_worse_ones() {
        let order = [
            "cover.jpg",
            "COVER.PNG",
            "Folder.jpg",
            "front.jpeg",
            "album.jpg",
            "AlbumArt.jpg",
            "cover (1).jpg",
            "front-large.png",
            "AlbumArt_{1234}_Large.jpg",
            "Artist - Cover.jpg",
            "AlbumArtSmall.jpg",
        ];
        let ranks: Vec<u32> = order
            .iter()
            .map(|name| folder_image_rank(name).expect(name))
            .collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
    }

    #[test]
    fn other_files_are_no_folder_image() {
        for name in [
            "cover",
            "cover.txt",
            "back.jpg",
            "cover back.jpg",
            "holiday.jpg",
            "discover.png",
            ".jpg",
        ] {
            assert_eq!(folder_image_rank(name), None, "{name}");
        }
    }

    #[test]
    fn the_image_of_a_disc_is_its_own_or_that_of_all() {
        for (name, disc, is_one) in [
            ("cd2.jpg", Some(2), true),
            ("Disc 2.png", Some(2), true),
            ("disc-01.jpg", None, true),
            ("disc.jpg", Some(3), true),
            ("CD.webp", None, true),
            ("cd2.jpg", Some(1), false),
            ("cd2.jpg", None, false),
            ("cdcover.jpg", Some(1), false),
            ("disc2.txt", Some(2), false),
            ("cover.jpg", Some(1), false),
        ] {
            assert_eq!(
                disc_image_rank(name, disc).is_some(),
                is_one,
                "{name} {disc:?}"
            );
        }
        assert!(disc_image_rank("cd2.png", Some(2)) < disc_image_rank("cd.jpg", Some(2)));
    }

    #[test]
    fn the_image_of_an_artist_says_so() {
        let order = [
            ("Artist.jpg", false),
            ("artist.png", true),
            ("Björk.jpg", true),
            ("portrait.jpg", false),
            ("photo.webp", false),
        ];
        let ranks = order.map(|(name, bears)| artist_image_rank(name, bears).expect(name));
        assert!(ranks.is_sorted(), "{ranks:?}");
        for name in ["cover.jpg", "artist", "artist.txt", "artists.jpg"] {
            assert_eq!(artist_image_rank(name, false), None, "{name}");
        }
        assert_eq!(artist_image_rank("Björk.txt", true), None);
    }

    #[track_caller]
    fn check(data: &[u8], mime: &str, size: Option<(u32, u32)>) {
        let found = sniff(data);
        assert_eq!(
            (found.mime, found.width.zip(found.height)),
            (Some(mime), size)
        );
    }

    #[test]
    fn image_headers_tell_type_and_size() {
        check(
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x02\0\0\0\x03",
            "image/png",
            Some((258, 3)),
        );
        check(
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc2\0\x11\x08\0\x10\0\x20\x03",
            "image/jpeg",
            Some((32, 16)),
        );
        check(b"\xff\xd8\xff\xda\0\x04", "image/jpeg", None);
        check(b"GIF89a\x05\0\x06\0", "image/gif", Some((5, 6)));
        check(
            b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x01\0\0\x02\0\0",
            "image/webp",
            Some((2, 3)),
        );
    }

    #[test]
    fn a_cut_image_header_has_no_size() {
        let whole = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc2\0\x11\x08\0\x10\0\x20\x03";
        for len in 3..16 {
            assert_eq!(sniff(&whole[..len]).width, None, "{len}");
        }
        assert_eq!(sniff(b""), ImageHeader::default());
    }

    #[test]
    fn stated_types_come_to_one_form() {
        for (stated, normal) in [
            ("JPG", "image/jpeg"),
            ("image/jpg\0", "image/jpeg"),
            ("PNG", "image/png"),
            ("bmp", "image/bmp"),
            ("", "application/octet-stream"),
        ] {
            assert_eq!(normal_mime(stated), normal);
        }
    }
}
