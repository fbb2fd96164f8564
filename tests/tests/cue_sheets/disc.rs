//! A file of a whole disc with a sheet beside it, and what a person does with it.

use core_service::dto::{SyncJob, Track};
use core_service::{SyncRequest, TrackId};
use music_core_tests::{Song, World, real_size};
use std::fs;

use crate::{id, there};

/// A file of a whole disc with a sheet beside it.
pub(crate) struct Disc(pub(crate) World);

impl Disc {
    pub(crate) fn new() -> Self {
        let world = World::new();
        real_size::write_flac(&Song::numbered(1), &world.file("Disc/disc.flac"));
        // More music, so that this file does not look like all there is.
        Song::numbered(13).write(&world.file("Other/other.mp3"));
        Self(world)
    }

    /// Writes the sheet: titles, and the second at which each begins.
    pub(crate) fn sheet(&self, folder: &str, tracks: &[(&str, u32)]) {
        let mut text = "TITLE \"The Disc\"\nFILE \"disc.wav\" WAVE\n".to_owned();
        for (at, (title, second)) in tracks.iter().enumerate() {
            let (number, minute, second) = (at + 1, second / 60, second % 60);
            text += &format!("TRACK {number:02} AUDIO\n");
            if !title.is_empty() {
                text += &format!("TITLE \"{title}\"\n");
            }
            text += &format!("INDEX 01 {minute:02}:{second:02}:00\n");
        }
        fs::write(self.0.file(&format!("{folder}/disc.cue")), text).unwrap();
    }

    pub(crate) fn without_sheet(&self, folder: &str) {
        fs::remove_file(self.0.file(&format!("{folder}/disc.cue"))).unwrap();
    }

    pub(crate) fn rename(&self, from: &str, to: &str) {
        fs::rename(self.0.music().join(from), self.0.music().join(to)).unwrap();
    }

    /// Makes one with another disc beside it, of which some tracks were played.
    pub(crate) async fn beside_another() -> Self {
        let disc = Self::new();
        real_size::write_flac(&Song::numbered(2), &disc.0.file("CD2/disc.flac"));
        disc.sheet("Disc", &THREE);
        disc.sheet("CD2", &OTHER);
        disc.0.sync().await;
        for (title, plays) in [("One", 1), ("Two", 2), ("Uno", 3), ("Dos", 4)] {
            disc.make(title, plays).await;
        }
        disc
    }

    /// Exchanges the files of one name, which both have.
    pub(crate) fn exchanges(&self, name: &str) {
        fs::create_dir_all(self.0.music().join("swap")).unwrap();
        for (from, to) in [("Disc", "swap"), ("CD2", "Disc"), ("swap", "CD2")] {
            self.rename(&format!("{from}/{name}"), &format!("{to}/{name}"));
        }
    }

    /// Exchanges the names of the two.
    pub(crate) fn changes_names(&self) {
        self.rename("Disc", "swap");
        self.rename("CD2", "Disc");
        self.rename("swap", "CD2");
    }

    /// Puts the file and its sheet out of the folder, or back.
    pub(crate) fn is_away(&self, away: bool) {
        let (here, there) = (self.0.music().join("Disc"), self.0.music().join("../Away"));
        match away {
            true => fs::rename(here, there).unwrap(),
            false => fs::rename(there, here).unwrap(),
        }
    }

    pub(crate) async fn confirmed(&self) -> SyncJob {
        let request = SyncRequest {
            deletions_confirmed: true,
            ..SyncRequest::default()
        };
        self.0.sync_with(request).await
    }

    /// Gives the titles of what is there of the disc.
    pub(crate) async fn titles(&self) -> Vec<String> {
        let tracks = self.0.tracks().await;
        let found = there(&tracks).into_iter().map(|it| it.0.to_owned());
        found.filter(|it| it != "Song 13").collect()
    }

    /// Plays a track so many times, and rates it by how often it was played.
    pub(crate) async fn make(&self, title: &str, times: u32) {
        let tracks = self.0.tracks().await;
        let track = TrackId(id(&tracks, title));
        let before = tracks
            .iter()
            .find(|it| it.id == track.0)
            .unwrap()
            .play_count;
        let core = self.0.open().await;
        for _ in 0..times {
            core.played(track).await.unwrap();
        }
        let rating = u8::try_from((before + u64::from(times)) * 10).unwrap();
        core.rate(track, Some(rating)).await.unwrap();
        core.shutdown().await.unwrap();
    }

    /// Tells how often each track that is there was played; the rating has to say the same.
    pub(crate) async fn made(&self) -> Vec<(String, u64)> {
        let tracks = self.0.tracks().await;
        let of_disc = there(&tracks).into_iter().filter(|it| it.0 != "Song 13");
        of_disc
            .map(|(title, start, ..)| {
                let is = |it: &&Track| it.title == title && it.start_ms == start && !it.missing;
                let it = tracks.iter().find(is).unwrap();
                let rating = u64::from(it.rating.unwrap_or_default());
                assert_eq!(rating, it.play_count * 10, "{title}");
                (title.to_owned(), it.play_count)
            })
            .collect()
    }

    /// Likewise, in the order of titles, whichever file they are in.
    pub(crate) async fn made_by_title(&self) -> Vec<(String, u64)> {
        let mut made = self.made().await;
        made.sort();
        made
    }
}

pub(crate) const OTHER: [(&str, u32); 2] = [("Uno", 0), ("Dos", 12)];
pub(crate) const THREE: [(&str, u32); 3] = [("One", 0), ("Two", 10), ("Three", 20)];

/// Owns what is compared.
pub(crate) fn made(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    let own = |(title, plays): &(&str, u64)| ((*title).to_owned(), *plays);
    of.iter().map(own).collect()
}
