//! Music made in code: sounding frames, tags, and covers that can be told from each other.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use lofty::config::WriteOptions;
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{Accessor, ItemKey, Tag, TagExt, TagType};

/// An album to be written.
#[derive(Debug, Clone)]
pub(crate) struct Album {
    pub(crate) title: String,
    pub(crate) artist: String,
    pub(crate) year: u32,
    pub(crate) titles: Vec<String>,
}

impl Album {
    pub(crate) fn new(title: &str, artist: &str, year: u32, titles: &[&str]) -> Self {
        Self {
            title: title.to_owned(),
            artist: artist.to_owned(),
            year,
            titles: titles.iter().map(|it| (*it).to_owned()).collect(),
        }
    }

    /// Writes it as `<artist>/<title>/NN.mp3` below a folder, the cover in each file, and gives its folder.
    pub(crate) fn write(&self, music: &Path) -> PathBuf {
        self.write_with(music, Some(&cover(seed(&self.title), 600)))
    }

    /// Writes it without a cover, which takes less room.
    pub(crate) fn write_without_cover(&self, music: &Path) -> PathBuf {
        self.write_with(music, None)
    }

    fn write_with(&self, music: &Path, cover: Option<&[u8]>) -> PathBuf {
        let folder = music.join(&self.artist).join(&self.title);
        fs::create_dir_all(&folder).unwrap();
        for (at, title) in self.titles.iter().enumerate() {
            let file = folder.join(format!("{:02}.mp3", at + 1));
            fs::write(&file, audio(seed(&format!("{}/{title}", self.title)))).unwrap();
            self.tag(&file, at, title, cover);
        }
        folder
    }

    /// Tags one of its files.
    pub(crate) fn tag(&self, file: &Path, at: usize, title: &str, cover: Option<&[u8]>) {
        let mut tag = Tag::new(TagType::Id3v2);
        tag.set_title(title.to_owned());
        tag.set_artist(self.artist.clone());
        tag.set_album(self.title.clone());
        tag.set_track(u32::try_from(at + 1).unwrap());
        tag.insert_text(ItemKey::AlbumArtist, self.artist.clone());
        tag.insert_text(ItemKey::RecordingDate, self.year.to_string());
        if let Some(cover) = cover {
            let picture = Picture::unchecked(cover.to_vec())
                .pic_type(PictureType::CoverFront)
                .mime_type(MimeType::Png);
            tag.push_picture(picture.build());
        }
        tag.save_to_path(file, WriteOptions::default()).unwrap();
    }
}

/// Makes a number of a text.
fn seed(text: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(16_777_619);
    text.bytes().fold(2_166_136_261, step)
}

/// MPEG-1 layer III, 128 kbit/s, 44.1 kHz; 26 ms a frame.
pub(crate) fn audio(seed: u32) -> Vec<u8> {
    let mut audio = Vec::new();
    let mut noise = seed | 1;
    for _ in 0..40 + seed % 40 {
        audio.extend([0xFF, 0xFB, 0x90, 0x00]);
        audio.extend([0; 32]); // side information: nothing is coded
        audio.extend((36..417).map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Never 0xFF, which would look like the beginning of a frame.
            (noise >> 24) as u8 & 0x7F
        }));
    }
    audio
}

/// A PNG of a few shapes in colours that the seed chooses.
pub(crate) fn cover(seed: u32, side: u32) -> Vec<u8> {
    let mut bits = seed.wrapping_mul(2_654_435_761);
    let mut choose = |count: u32| {
        bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (bits >> 16) % count
    };
    let hue = f64::from(choose(360));
    let palette = [
        colour(hue, 0.30),
        colour(hue + 25.0, 0.55),
        colour(hue + 60.0, 0.95),
        colour(hue + 190.0, 0.85),
    ];
    let (kind, turn) = (choose(4), choose(4));
    let tiles: Vec<_> = (0..16).map(|_| (choose(4), choose(4) as usize)).collect();
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0); // no filter
        for x in 0..side {
            let (x, y) = (
                f64::from(x) / f64::from(side),
                f64::from(y) / f64::from(side),
            );
            let (x, y) = turned(x, y, turn);
            let at = match kind {
                // A sun over stripes.
                0 if (x - 0.5).hypot(y - 0.42) < 0.27 => 2,
                0 if y > 0.62 && ((y * 16.0) as u32).is_multiple_of(2) => 3,
                0 => usize::from(y > 0.62),
                // Arcs out of a corner.
                1 => (x.hypot(y) * 6.0) as usize % 4,
                // Quarters of circles.
                2 => {
                    let (turn, inside) = tiles[(y * 3.999) as usize * 4 + (x * 3.999) as usize];
                    let (u, v) = turned((x * 4.0).fract(), (y * 4.0).fract(), turn);
                    if u.hypot(v) < 0.96 { inside } else { 0 }
                }
                // Hills.
                _ => {
                    let hill = |at: f64| 0.28 + at * 0.2 + (x * 5.0 + at * 2.3).sin() * 0.07;
                    (0..4)
                        .rev()
                        .find(|at| y > hill(f64::from(*at)))
                        .map_or(2, |at| [3, 1, 0, 1][at as usize])
                }
            };
            rows.extend(palette[at].map(|it| it as u8));
        }
    }
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    zlib.write_all(&rows).unwrap();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]); // 8 bits of red, green and blue
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [
        (b"IHDR", header),
        (b"IDAT", zlib.finish().unwrap()),
        (b"IEND", vec![]),
    ] {
        png.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let chunk = [&name[..], &data].concat();
        let mut checksum = flate2::Crc::new();
        checksum.update(&chunk);
        png.extend(&chunk);
        png.extend(checksum.sum().to_be_bytes());
    }
    png
}

/// A point of a square that is turned by so many right angles.
fn turned(x: f64, y: f64, turn: u32) -> (f64, f64) {
    (0..turn).fold((x, y), |(x, y), _| (y, 1.0 - x))
}

/// A colour of this hue in degrees and this lightness.
fn colour(hue: f64, lightness: f64) -> [f64; 3] {
    [0.0, 120.0, 240.0].map(|shift| {
        let wave = ((hue - shift).to_radians().cos() + 1.0) / 2.0;
        255.0 * (lightness * 0.55 + wave * lightness * 0.55).min(1.0)
    })
}
