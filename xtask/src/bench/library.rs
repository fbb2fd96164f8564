//! A music library made from a seed, so that everybody measures the same one.
//!
//! Its shape is that of large libraries people report: 12 to 16 tracks an album, about 3.25 albums
//! an artist, 49.5 % MP3, 44 % FLAC, 4 % Opus, 2.5 % M4A, a cover of 40 KB in each file. The audio
//! is valid and short, so that the disk holds many tracks.

use std::fs::{self, File, FileTimes};
use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use lofty::config::WriteOptions;
use lofty::file::TaggedFileExt;
use lofty::picture::{MimeType, Picture, PictureType};
use lofty::probe::Probe;
use lofty::tag::{Accessor, ItemKey, Tag, TagExt, TagType};

use super::formats;
use crate::workspace;

/// Changes when the same parameters make other files.
const VERSION: u32 = 1;
const SEED: u64 = 20_260_101;

/// A library on disk.
pub(super) struct Library {
    folder: PathBuf,
    files: Vec<PathBuf>,
    /// How often tracks were retagged; makes each change another one.
    changes: u64,
}

/// The formats, and how many in a thousand tracks have them; an album is all of one format.
const MIX: [(Format, u32); 4] = [
    (Format::Mp3, 495),
    (Format::Flac, 440),
    (Format::Opus, 40),
    (Format::M4a, 25),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Mp3,
    Flac,
    Opus,
    M4a,
}

impl Format {
    fn extension(self) -> &'static str {
        match self {
            Self::Mp3 => "mp3",
            Self::Flac => "flac",
            Self::Opus => "opus",
            Self::M4a => "m4a",
        }
    }

    fn tag_type(self) -> TagType {
        match self {
            Self::Mp3 => TagType::Id3v2,
            Self::Flac | Self::Opus => TagType::VorbisComments,
            Self::M4a => TagType::Mp4Ilst,
        }
    }

    fn audio(self, rng: &mut Rng) -> Vec<u8> {
        match self {
            Self::Mp3 => formats::mp3(rng),
            Self::Flac => formats::flac(rng),
            Self::Opus => formats::opus(rng),
            Self::M4a => formats::m4a(rng),
        }
    }
}

impl Library {
    /// Finds the library of `tracks` tracks under the target folder, or makes it.
    pub(super) fn prepare(tracks: u32) -> Result<Self> {
        let name = format!("library-v{VERSION}-{tracks}");
        let parent = workspace::target_dir().join("bench");
        let folder = parent.join(&name);
        // The list of files is written last, so a folder without it is half made.
        let list = parent.join(format!("{name}.txt"));
        if !list.exists() {
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            eprintln!("making {tracks} tracks in {}", folder.display());
            let files = generate(&folder, tracks)?;
            fs::write(&list, files.join("\n"))?;
        }
        let files: Vec<PathBuf> = fs::read_to_string(&list)?
            .lines()
            .map(|it| folder.join(it))
            .collect();
        ensure!(
            files.len() == tracks as usize,
            "{} is damaged: remove it",
            list.display()
        );
        let changes = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)?
            .as_millis() as u64;
        Ok(Self {
            folder,
            files,
            changes,
        })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn tracks(&self) -> u32 {
        self.files.len() as u32
    }

    /// How many tracks [`retag_some`](Self::retag_some) changes.
    pub(super) fn retagged(&self) -> u64 {
        self.files.len() as u64 / 100
    }

    /// Reads every file once, so that no program pays for the disk.
    pub(super) fn warm(&self) -> Result<()> {
        for file in &self.files {
            io::copy(&mut File::open(file)?, &mut io::sink())?;
        }
        Ok(())
    }

    /// Gives every hundredth track another title, and says what word the new titles have.
    pub(super) fn retag_some(&mut self) -> Result<String> {
        self.changes += 1;
        let mark = format!("Edit{}", self.changes);
        for (at, path) in self.files.iter().skip(50).step_by(100).enumerate() {
            let before = fs::metadata(path)?.modified()?;
            // Longer than any title was: lofty 0.25 panics over an MP4's tags that become 8 bytes shorter.
            retag(path, &format!("{mark} {at:064}")).with_context(|| path.display().to_string())?;
            // Some programs look at whole seconds, and a scan takes less; some want a later time, and
            // an earlier run may have left one that is still to come.
            let later = before.max(SystemTime::now()) + Duration::from_secs(10);
            let file = File::options().append(true).open(path)?;
            file.set_times(FileTimes::new().set_modified(later))?;
        }
        Ok(mark)
    }
}

fn retag(path: &Path, title: &str) -> Result<()> {
    let mut file = Probe::open(path)?.read()?;
    let tag = file.primary_tag_mut().context("the file has no tag")?;
    tag.set_title(title.to_owned());
    tag.save_to_path(path, WriteOptions::default())?;
    Ok(())
}

/// Makes the files, and lists their paths from `folder`.
fn generate(folder: &Path, tracks: u32) -> Result<Vec<String>> {
    let mut rng = Rng::with_seed(SEED);
    let mut files = Vec::with_capacity(tracks as usize);
    let mut artist = 0;
    while files.len() < tracks as usize {
        artist += 1;
        let albums = [3, 3, 3, 4][rng.usize(..4)];
        for album in 1..=albums {
            let left = tracks as usize - files.len();
            let length = rng.usize(12..=16).min(left);
            let album = Album::new(&mut rng, artist, album);
            for track in 1..=length as u32 {
                let name = album.write(folder, &mut rng, track, length as u32)?;
                files.push(name);
            }
        }
    }
    Ok(files)
}

struct Album {
    artist: String,
    title: String,
    genre: &'static str,
    year: u32,
    format: Format,
    cover: Vec<u8>,
}

impl Album {
    fn new(rng: &mut Rng, artist: u32, album: u32) -> Self {
        let genres = [
            "Rock",
            "Jazz",
            "Électronique",
            "クラシック",
            "Folk",
            "Metal",
            "Hip-Hop",
        ];
        Self {
            artist: format!("{} {artist:05}", words(rng, 1..=3)),
            title: format!("{} {album}", words(rng, 1..=4)),
            genre: genres[rng.usize(..genres.len())],
            year: rng.u32(1960..=2025),
            format: pick_format(rng),
            cover: formats::cover(rng),
        }
    }

    /// Writes one track, and gives its path from `folder`.
    fn write(&self, folder: &Path, rng: &mut Rng, track: u32, tracks: u32) -> Result<String> {
        let title = words(rng, 1..=5);
        let extension = self.format.extension();
        let dir = format!("{}/{} ({})", self.artist, self.title, self.year);
        let name = format!("{dir}/{track:02} {title}.{extension}");
        let mut tag = Tag::new(self.format.tag_type());
        tag.set_artist(self.artist.clone());
        tag.set_album(self.title.clone());
        tag.set_title(title);
        tag.set_genre(self.genre.to_owned());
        tag.set_track(track);
        tag.set_track_total(tracks);
        tag.set_disk(1);
        tag.insert_text(ItemKey::AlbumArtist, self.artist.clone());
        tag.insert_text(ItemKey::RecordingDate, self.year.to_string());
        let cover = Picture::unchecked(self.cover.clone())
            .pic_type(PictureType::CoverFront)
            .mime_type(MimeType::Jpeg)
            .build();
        tag.push_picture(cover);
        let mut bytes = Cursor::new(self.format.audio(rng));
        tag.save_to(&mut bytes, WriteOptions::default())
            .with_context(|| format!("can't tag {name}"))?;
        fs::create_dir_all(folder.join(dir))?;
        fs::write(folder.join(&name), bytes.into_inner())?;
        Ok(name)
    }
}

fn pick_format(rng: &mut Rng) -> Format {
    let mut left = rng.u32(..1_000);
    for (format, share) in MIX {
        if left < share {
            return format;
        }
        left -= share;
    }
    MIX[0].0
}

fn words(rng: &mut Rng, count: std::ops::RangeInclusive<usize>) -> String {
    const WORDS: [&str; 24] = [
        "Blue",
        "Night",
        "River",
        "Stone",
        "Señor",
        "Herz",
        "Été",
        "Snow",
        "Glass",
        "Motor",
        "Garden",
        "Echo",
        "Paper",
        "Signal",
        "Harbour",
        "Winter",
        "Ghost",
        "Silver",
        "東京",
        "Море",
        "Ångström",
        "Velvet",
        "Orbit",
        "Lantern",
    ];
    let picked: Vec<&str> = (0..rng.usize(count))
        .map(|_| WORDS[rng.usize(..WORDS.len())])
        .collect();
    picked.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use lofty::file::AudioFile;

    #[test]
    fn every_format_is_valid_and_carries_its_tags() {
        let folder = tempfile::tempdir().unwrap();
        for (format, _) in MIX {
            let mut rng = Rng::with_seed(1);
            let mut album = Album::new(&mut rng, 1, 1);
            album.format = format;
            let name = album.write(folder.path(), &mut rng, 3, 12).unwrap();
            let path = folder.path().join(name);
            retag(&path, "Other").unwrap();
            let file = Probe::open(&path).unwrap().read().unwrap();
            let tag = file.primary_tag().unwrap();
            assert_eq!(tag.title().as_deref(), Some("Other"), "{format:?}");
            assert_eq!(tag.artist().as_deref(), Some(&*album.artist), "{format:?}");
            assert_eq!(tag.track(), Some(3), "{format:?}");
            assert_eq!(tag.picture_count(), 1, "{format:?}");
            assert!(
                file.properties().duration() > Duration::from_millis(500),
                "{format:?}"
            );
            let size = fs::metadata(&path).unwrap().len();
            assert!(
                (45_000..70_000).contains(&size),
                "{format:?} has {size} bytes"
            );
        }
    }

    /// Sizes rather than bytes: the tag writer gives the frames of an ID3v2 tag in any order.
    #[test]
    fn the_same_seed_makes_the_same_library() {
        let make = || {
            let folder = tempfile::tempdir().unwrap();
            let files = generate(folder.path(), 30).unwrap();
            let with_size = |name: String| {
                let size = fs::metadata(folder.path().join(&name)).unwrap().len();
                (name, size)
            };
            files.into_iter().map(with_size).collect::<Vec<_>>()
        };
        assert_eq!(make(), make());
    }
}
