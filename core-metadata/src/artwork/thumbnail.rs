//! Small copies of images, and what is to be shown before one is there.

use image::{
    DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, codecs::jpeg::JpegEncoder,
    imageops::FilterType, metadata::Orientation,
};
use std::io::Cursor;
use thiserror::Error;

/// The longest side of an image that is decoded, in pixels.
const MAX_SIDE: u32 = 16_384;

/// What decoding one image may allocate, in bytes: 10,000 by 6,000 pixels.
const MAX_MEMORY: u64 = 256 << 20;

/// How good JPEG copies are, of 100.
const QUALITY: u8 = 85;

/// A smaller copy of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// The encoded copy.
    pub bytes: Vec<u8>,
    /// `image/jpeg`, or `image/png` where the image lets something shine through.
    pub mime: &'static str,
    /// The width in pixels.
    pub width: u32,
    /// The height in pixels.
    pub height: u32,
}

/// What stands for an image until it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The colour that there is most of, where colourful places count more: red, green and blue.
    pub color: [u8; 3],
    /// A ThumbHash (<https://evanw.github.io/thumbhash>): some 25 bytes that make a blurred copy.
    pub thumb_hash: Vec<u8>,
}

/// Says why there is no copy of an image.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ImageError {
    /// It is no JPEG, PNG, WebP or GIF.
    #[error("the image is of a type that is not decoded")]
    Unsupported,
    /// Decoding it takes more than the limits allow.
    #[error("the image is larger than {MAX_SIDE} pixels or {MAX_MEMORY} bytes")]
    TooLarge,
    /// It is damaged.
    #[error("the image is damaged: {detail}")]
    Damaged {
        /// What is wrong.
        detail: String,
    },
}

impl From<image::ImageError> for ImageError {
    fn from(error: image::ImageError) -> Self {
        match error {
            image::ImageError::Unsupported(_) => Self::Unsupported,
            image::ImageError::Limits(_) => Self::TooLarge,
            other => Self::Damaged {
                detail: other.to_string(),
            },
        }
    }
}

/// An image that was decoded, upright.
#[derive(Debug)]
pub struct DecodedImage(DynamicImage);

impl DecodedImage {
    /// Decodes a JPEG, PNG, WebP or GIF, of which the first picture counts, and turns it as its Exif
    /// data say.
    ///
    /// # Errors
    /// Fails if it is something else, damaged, or larger than 16,384 pixels or 256 MiB.
    pub fn decode(bytes: &[u8]) -> Result<Self, ImageError> {
        let format = image::guess_format(bytes).map_err(|_| ImageError::Unsupported)?;
        let known = [
            ImageFormat::Jpeg,
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Gif,
        ];
        if !known.contains(&format) {
            return Err(ImageError::Unsupported);
        }
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MAX_SIDE);
        limits.max_image_height = Some(MAX_SIDE);
        limits.max_alloc = Some(MAX_MEMORY);
        reader.limits(limits);
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
        if decoder.total_bytes() > MAX_MEMORY {
            return Err(ImageError::TooLarge);
        }
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok(Self(image))
    }

    /// Returns its width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    /// Makes a copy whose longer side has `side` pixels, or as many as the image if it has fewer.
    ///
    /// # Errors
    /// Fails only if the copy can't be encoded.
    pub fn thumbnail(&self, side: u32) -> Result<Thumbnail, ImageError> {
        let copy = self.scaled(side.max(1), FilterType::CatmullRom);
        let (width, height) = (copy.width(), copy.height());
        let shines = copy.color().has_alpha() && copy.to_rgba8().pixels().any(|it| it[3] < 255);
        let mut bytes = Vec::new();
        let mime = if shines {
            let copy = DynamicImage::from(copy.into_rgba8());
            copy.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)?;
            "image/png"
        } else {
            let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            copy.into_rgb8().write_with_encoder(encoder)?;
            "image/jpeg"
        };
        Ok(Thumbnail {
            bytes,
            mime,
            width,
            height,
        })
    }

    /// Makes what stands for the image until it is there.
    #[must_use]
    pub fn placeholder(&self) -> Placeholder {
        // ThumbHash takes no more than 100 pixels a side.
        let small = self.scaled(100, FilterType::Triangle).into_rgba8();
        let (width, height) = (small.width() as usize, small.height() as usize);
        Placeholder {
            color: dominant(small.as_raw()),
            thumb_hash: thumbhash::rgba_to_thumb_hash(width, height, small.as_raw()),
        }
    }

    fn scaled(&self, side: u32, filter: FilterType) -> DynamicImage {
        let (width, height) = self.size();
        if width.max(height) <= side {
            return self.0.clone();
        }
        // Many times smaller, a mean of whole blocks comes first: it costs less and loses nothing.
        let rough = side.saturating_mul(4);
        if width.max(height) > rough {
            return self.0.thumbnail(rough, rough).resize(side, side, filter);
        }
        self.0.resize(side, side, filter)
    }
}

/// Finds the dominant colour of pixels in red, green, blue and alpha.
///
/// Each pixel votes for its cube of 32 levels a side, a colourful one up to four times as much as a grey one;
/// the colour is the mean of the cube with most votes.
fn dominant(rgba: &[u8]) -> [u8; 3] {
    #[derive(Clone, Copy, Default)]
    struct Cube {
        votes: u64,
        sum: [u64; 3],
    }
    let mut cubes = [Cube::default(); 512];
    for pixel in rgba.chunks_exact(4) {
        let [red, green, blue, alpha] = [pixel[0], pixel[1], pixel[2], pixel[3]].map(u64::from);
        let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
        let votes = alpha * (85 + most - least);
        let cube = &mut cubes[(red >> 5 << 6 | green >> 5 << 3 | blue >> 5) as usize];
        cube.votes += votes;
        for (sum, channel) in cube.sum.iter_mut().zip([red, green, blue]) {
            *sum += channel * votes;
        }
    }
    let best = cubes.iter().max_by_key(|it| it.votes).copied();
    let Cube { votes, sum } = best.unwrap_or_default();
    sum.map(|channel| channel.checked_div(votes).unwrap_or(0) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgba, RgbaImage};

    fn encoded(image: &RgbaImage, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let image = DynamicImage::from(image.clone());
        let image = match format {
            ImageFormat::Jpeg => image.into_rgb8().into(),
            _ => image,
        };
        image
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    /// Red on the left fifth, dark grey elsewhere.
    fn picture(width: u32, height: u32) -> RgbaImage {
        RgbaImage::from_fn(width, height, |x, _| match x * 5 < width {
            true => Rgba([220, 20, 30, 255]),
            false => Rgba([40, 40, 40, 255]),
        })
    }

    #[test]
    fn copies_keep_the_shape_and_never_grow() {
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::WebP,
            ImageFormat::Gif,
        ] {
            let image = DecodedImage::decode(&encoded(&picture(400, 200), format)).unwrap();
            for (side, size) in [
                (100, (100, 50)),
                (64, (64, 32)),
                (1000, (400, 200)),
                (0, (1, 1)),
            ] {
                let copy = image.thumbnail(side).unwrap();
                assert_eq!((copy.width, copy.height), size, "{format:?} {side}");
                assert_eq!(copy.mime, "image/jpeg");
                let again = DecodedImage::decode(&copy.bytes).unwrap();
                assert_eq!(again.size(), size);
            }
        }
    }

    #[test]
    fn what_shines_through_stays_so() {
        let mut image = picture(50, 50);
        image.put_pixel(3, 3, Rgba([0, 0, 0, 0]));
        let image = DecodedImage::decode(&encoded(&image, ImageFormat::Png)).unwrap();
        let copy = image.thumbnail(50).unwrap();
        assert_eq!(copy.mime, "image/png");
        let again = DecodedImage::decode(&copy.bytes).unwrap();
        assert_eq!(again.0.to_rgba8().get_pixel(3, 3)[3], 0);
    }

    #[test]
    fn the_colour_is_one_that_is_in_the_image() {
        let of = |image: &RgbaImage| {
            let image = DecodedImage::decode(&encoded(image, ImageFormat::Png)).unwrap();
            image.placeholder()
        };
        // A fifth of red counts as much as three fifths of grey; half of it wins.
        let near =
            |color: [u8; 3], to: [u8; 3]| color.iter().zip(to).all(|(a, b)| a.abs_diff(b) <= 6);
        assert!(near(of(&picture(90, 90)).color, [40, 40, 40]));
        let half = RgbaImage::from_fn(90, 90, |x, _| match x < 40 {
            true => Rgba([220, 20, 30, 255]),
            false => Rgba([40, 40, 40, 255]),
        });
        assert!(near(of(&half).color, [220, 20, 30]));
        let hash = of(&picture(300, 200)).thumb_hash;
        let (red, ..) = thumbhash::thumb_hash_to_average_rgba(&hash).unwrap();
        assert!((0.25..0.4).contains(&red), "{red}");
        assert!((15..40).contains(&hash.len()), "{}", hash.len());
    }

    #[test]
    fn what_can_not_be_decoded_says_why() {
        assert_eq!(
            DecodedImage::decode(b"").unwrap_err(),
            ImageError::Unsupported
        );
        assert_eq!(
            DecodedImage::decode(b"BM\0\0\0\0").unwrap_err(),
            ImageError::Unsupported
        );
        let whole = encoded(&picture(60, 60), ImageFormat::Png);
        let cut = DecodedImage::decode(&whole[..60]).unwrap_err();
        assert!(matches!(cut, ImageError::Damaged { .. }), "{cut:?}");
        // A header that announces 60,000 by 60,000 pixels.
        let mut bomb = whole;
        bomb[16..24].copy_from_slice(&[0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60]);
        let crc = crc32(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(
            DecodedImage::decode(&bomb).unwrap_err(),
            ImageError::TooLarge
        );
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
                1 => crc >> 1 ^ 0xEDB8_8320,
                _ => crc >> 1,
            })
        })
    }
}
