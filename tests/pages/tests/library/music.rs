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
        let folder = music.join(&self.artist).join(&self.title);
        fs::create_dir_all(&folder).unwrap();
        let cover = cover(seed(&self.title), 600);
        for (at, title) in self.titles.iter().enumerate() {
            let file = folder.join(format!("{:02}.mp3", at + 1));
            fs::write(&file, audio(seed(&format!("{}/{title}", self.title)))).unwrap();
            self.tag(&file, at, title, Some(&cover));
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

/// A PNG of rings and bands in two colours that the seed chooses.
fn cover(seed: u32, side: u32) -> Vec<u8> {
    let hue = f64::from(seed % 360);
    let (dark, light) = (
        colour(hue, 0.32),
        colour(hue + 40.0 + f64::from(seed % 50), 0.74),
    );
    let (x0, y0) = (
        f64::from(seed >> 8 & 255) / 255.0,
        f64::from(seed >> 16 & 255) / 255.0,
    );
    let kind = seed % 3;
    let mut rows = Vec::new();
    for y in 0..side {
        rows.push(0); // no filter
        for x in 0..side {
            let (x, y) = (
                f64::from(x) / f64::from(side),
                f64::from(y) / f64::from(side),
            );
            let far = ((x - x0).powi(2) + (y - y0).powi(2)).sqrt();
            let wave = match kind {
                0 => (far * 22.0).sin(),
                1 => ((x * 1.7 + y + x0) * 9.0).sin() * (y * 4.0).cos(),
                _ => (far * 9.0).sin() * ((x - y) * 14.0).cos(),
            };
            let part = 1.0 / (1.0 + (-wave * 6.0).exp());
            rows.extend((0..3).map(|at| (dark[at] + (light[at] - dark[at]) * part) as u8));
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

/// A colour of this hue in degrees and this lightness.
fn colour(hue: f64, lightness: f64) -> [f64; 3] {
    [0.0, 120.0, 240.0].map(|shift| {
        let wave = ((hue - shift).to_radians().cos() + 1.0) / 2.0;
        255.0 * (lightness * 0.55 + wave * lightness * 0.55).min(1.0)
    })
}
