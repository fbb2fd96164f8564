//! A few tracks of each format as large as music is, for counting what a reader over a network fetches.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::Result;
use fastrand::Rng;
use lofty::config::WriteOptions;
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::tag::{Accessor, Tag, TagExt, TagType};

use crate::bench::formats;
use crate::workspace;

/// Changes when other files are made.
const VERSION: u32 = 2;

/// How many of each kind there are.
const EACH: u32 = 5;

/// A kind of file: its name, extension, tags, and the audio.
type Kind = (&'static str, &'static str, TagType, fn(&mut Rng) -> Vec<u8>);

const KINDS: [Kind; 5] = [
    ("mp3", "mp3", TagType::Id3v2, formats::mp3_of_lame),
    (
        "mp3_plain",
        "mp3",
        TagType::Id3v2,
        formats::mp3_without_header,
    ),
    ("flac", "flac", TagType::VorbisComments, formats::flac),
    ("opus", "opus", TagType::VorbisComments, formats::large_opus),
    ("m4a", "m4a", TagType::Mp4Ilst, formats::large_m4a),
];

/// What a FLAC file is made to be, with a hole at its end.
const FLAC_BYTES: u64 = 24 << 20;

/// Finds the files under the target folder, or makes them; gives a folder for each kind, by its name.
pub(super) fn prepare() -> Result<Vec<(&'static str, PathBuf)>> {
    let parent = workspace::target_dir().join(format!("bench/real-size-v{VERSION}"));
    let mut folders = Vec::new();
    for (name, extension, tags, audio) in KINDS {
        let folder = parent.join(name);
        let half = parent.join(format!("{name}.half"));
        if !folder.exists() {
            fs::create_dir_all(&half)?;
            let mut rng = Rng::with_seed(1);
            for number in 1..=EACH {
                let path = half.join(format!("{number:02}.{extension}"));
                write(&path, number, tags, &audio(&mut rng), &mut rng)?;
            }
            fs::rename(&half, &folder)?;
        }
        folders.push((name, folder));
    }
    Ok(folders)
}

fn write(path: &Path, number: u32, tags: TagType, audio: &[u8], rng: &mut Rng) -> Result<()> {
    fs::write(path, audio)?;
    let mut tag = Tag::new(tags);
    tag.set_title(format!("Track {number}"));
    tag.set_artist("Somebody".to_owned());
    tag.set_album("Of real size".to_owned());
    tag.set_track(number);
    let cover = Picture::unchecked(formats::cover(rng))
        .pic_type(PictureType::CoverFront)
        .mime_type(MimeType::Jpeg)
        .build();
    tag.push_picture(cover);
    tag.save_to_path(path, WriteOptions::default())?;
    if path.extension().is_some_and(|it| it == "flac") {
        OpenOptions::new()
            .write(true)
            .open(path)?
            .set_len(FLAC_BYTES)?;
    }
    Ok(())
}
