//! Files as large as music is, with covers: what a test of transfers has to read.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use lofty::config::WriteOptions;
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{Accessor, Tag, TagExt, TagType};

use crate::Song;

/// 320 kbit/s for some three minutes.
const MP3_FRAMES: usize = 7_000;
const MP3_FRAME: usize = 1_044;

/// What a song takes without loss.
const FLAC_BYTES: u64 = 24 << 20;

/// Writes an MP3 as LAME does, 7 MB, with a cover of 40 KB in its tag.
///
/// # Panics
/// If the file can't be written.
pub fn write_mp3(song: &Song, path: &Path) {
    let mut audio = Vec::with_capacity((MP3_FRAMES + 1) * MP3_FRAME);
    for _ in 0..=MP3_FRAMES {
        let start = audio.len();
        // MPEG-1 layer III, 320 kbit/s, 44.1 kHz, stereo, without a padding byte.
        audio.extend([0xFF, 0xFB, 0xE0, 0x00]);
        audio.resize(start + MP3_FRAME, (start / MP3_FRAME) as u8 & 0x7F);
    }
    let len = audio.len() as u32;
    let mut put = |at: usize, bytes: &[u8]| audio[at..at + bytes.len()].copy_from_slice(bytes);
    // The first frame counts the others: frames, bytes, a table, and how good it is.
    put(36, b"Info");
    put(40, &15u32.to_be_bytes());
    put(44, &(MP3_FRAMES as u32).to_be_bytes());
    put(48, &len.to_be_bytes());
    put(156, b"LAME3.100");
    put(184, &len.to_be_bytes());
    put(188, &(song.sound as u16 | 0x8000).to_be_bytes());
    // What a song begins with.
    put(MP3_FRAME + 100, &song.sound.to_be_bytes());
    fs::write(path, audio).expect("the song can be written");
    let mut tag = Tag::new(TagType::Id3v2);
    tag.set_title(song.title.clone());
    tag.set_artist(song.artist.clone());
    tag.set_album(song.album.clone());
    let cover = Picture::unchecked(cover(40_000))
        .pic_type(PictureType::CoverFront)
        .mime_type(MimeType::Jpeg)
        .build();
    tag.push_picture(cover);
    tag.save_to_path(path, WriteOptions::default())
        .expect("the song can be tagged");
}

/// Writes a FLAC, 24 MB, with a cover of 600 KB behind its comments.
///
/// # Panics
/// If the file can't be written.
pub fn write_flac(song: &Song, path: &Path) {
    write_flac_with(song, &[], path);
}

/// Likewise, with more comments, each as `KEY=value`.
///
/// # Panics
/// If the file can't be written.
pub fn write_flac_with(song: &Song, more: &[&str], path: &Path) {
    // 44.1 kHz, two channels, 16 bits, three minutes.
    let samples = 44_100 * 180;
    let rate = 44_100u64 << 44 | 1 << 41 | 15 << 36 | samples;
    let mut md5 = [0x5A; 16];
    md5[..4].copy_from_slice(&song.sound.to_be_bytes());
    let info = [[0x10; 10].as_slice(), &rate.to_be_bytes(), &md5].concat();
    let mut texts = vec![
        format!("TITLE={}", song.title),
        format!("ARTIST={}", song.artist),
        format!("ALBUM={}", song.album),
    ];
    texts.extend(more.iter().map(|text| (*text).to_owned()));
    let mut comments = [0u32.to_le_bytes(), (texts.len() as u32).to_le_bytes()].concat();
    for text in &texts {
        comments.extend((text.len() as u32).to_le_bytes());
        comments.extend(text.as_bytes());
    }
    let image = cover(600_000);
    let mut picture = [3u32.to_be_bytes(), 10u32.to_be_bytes()].concat();
    picture.extend(b"image/jpeg");
    picture.extend([0; 20]);
    picture.extend((image.len() as u32).to_be_bytes());
    picture.extend(image);
    let block = |kind: u8, data: &[u8]| {
        let len = (data.len() as u32).to_be_bytes();
        [&[kind, len[1], len[2], len[3]], data].concat()
    };
    let head = [
        b"fLaC".to_vec(),
        block(0, &info),
        block(4, &comments),
        block(6, &picture),
        block(0x81, &[0; 4096]),
    ];
    let mut file = File::create(path).expect("the song can be written");
    file.write_all(&head.concat())
        .expect("the song can be written");
    // The rest is a hole, which takes no room on the disk.
    file.set_len(FLAC_BYTES).expect("the song can be written");
}

/// Makes something with the headers of a JPEG image.
fn cover(len: usize) -> Vec<u8> {
    let mut image = vec![0xFF, 0xD8];
    image.extend(b"\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00");
    image.extend(b"\xFF\xC0\x00\x11\x08\x02\x58\x02\x58\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01");
    image.extend(b"\xFF\xDA\x00\x0C\x03\x01\x00\x02\x11\x03\x11\x00\x3F\x00");
    image.resize(len, 0x35);
    image
}
