//! MP3 files made in code: valid frames, and tags written by a library.

use std::fs;
use std::path::Path;

use lofty::config::WriteOptions;
use lofty::tag::{Accessor, ItemKey, Tag, TagExt, TagType};

/// A song to be written. Songs of the same `sound` have the same audio.
#[derive(Debug, Clone)]
pub struct Song {
    /// What the audio is made from.
    pub sound: u32,
    /// Title.
    pub title: String,
    /// Artist.
    pub artist: String,
    /// Album.
    pub album: String,
    /// Album artist.
    pub album_artist: String,
    /// Number on the album.
    pub track: u32,
    /// Genre.
    pub genre: String,
    /// Year.
    pub year: String,
}

impl Song {
    /// Makes the song number `sound`, on an album of twelve.
    pub fn numbered(sound: u32) -> Self {
        let album = sound / 12;
        Self {
            sound,
            title: format!("Song {sound}"),
            artist: format!("Artist {}", album / 3),
            album: format!("Album {album}"),
            album_artist: format!("Artist {}", album / 3),
            track: sound % 12 + 1,
            genre: ["Rock", "Jazz", "Folk"][sound as usize % 3].to_owned(),
            year: (1990 + album % 30).to_string(),
        }
    }

    /// Writes the song to a file, replacing it.
    ///
    /// # Panics
    /// If the file can't be written.
    pub fn write(&self, path: &Path) {
        fs::write(path, self.audio()).expect("the song can be written");
        self.retag(path);
    }

    /// Writes the audio of the song to a file, replacing it, and no tags.
    ///
    /// # Panics
    /// If the file can't be written.
    pub fn write_untagged(&self, path: &Path) {
        fs::write(path, self.audio()).expect("the song can be written");
    }

    /// Gives a file these tags; its audio stays.
    ///
    /// # Panics
    /// If the file can't be written or is no audio.
    pub fn retag(&self, path: &Path) {
        let mut tag = Tag::new(TagType::Id3v2);
        tag.set_title(self.title.clone());
        tag.set_artist(self.artist.clone());
        tag.set_album(self.album.clone());
        tag.set_genre(self.genre.clone());
        tag.set_track(self.track);
        tag.insert_text(ItemKey::AlbumArtist, self.album_artist.clone());
        tag.insert_text(ItemKey::RecordingDate, self.year.clone());
        tag.save_to_path(path, WriteOptions::default())
            .expect("the song can be tagged");
    }

    /// Ten frames of MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 261 ms.
    fn audio(&self) -> Vec<u8> {
        let mut audio = Vec::new();
        let mut noise = self.sound.wrapping_mul(2_654_435_761) | 1;
        for _ in 0..10 {
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
}
