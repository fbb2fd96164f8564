//! Discs and songs that go from one folder that is synced to another: each is synced by itself, and sees only what it has
//! now.

use std::fs;
use std::path::PathBuf;

use core_service::SyncRequest;
use music_core_tests::{Song, real_size};

use crate::disc::{Disc, THREE, made};

/// Two folders: a disc in the first, and songs in the second.
struct Folders {
    disc: Disc,
    folders: Vec<PathBuf>,
}

const DISC: &str = "Disc";
const SONG: &str = "../more/Song";

impl Folders {
    /// Makes them. All was played; the second is synced first if they are `reversed`.
    async fn new(reversed: bool) -> Self {
        let disc = Disc::new();
        let more = disc.0.music().with_file_name("more");
        real_size::write_flac(
            &Song::numbered(2),
            &disc.0.file(&format!("{SONG}/disc.flac")),
        );
        Song::numbered(14).write(&disc.0.file("../more/Other/other.mp3"));
        disc.sheet(DISC, &THREE);
        let mut folders = vec![disc.0.music(), more];
        if reversed {
            folders.reverse();
        }
        let two = Self { disc, folders };
        two.sync(1).await;
        for (title, plays) in [("One", 1), ("Two", 2), ("Three", 3), ("Song 2", 4)] {
            two.disc.make(title, plays).await;
        }
        two
    }

    /// Syncs each of them so many times.
    async fn sync(&self, times: usize) {
        let request = SyncRequest {
            deletions_confirmed: true,
            ..SyncRequest::default()
        };
        for folder in self.folders.iter().cycle().take(times * 2) {
            self.disc.0.sync_folder(folder, request).await;
        }
    }
}

#[core_async::test]
async fn a_disc_and_a_song_that_change_places_between_two_folders_keep_their_plays() {
    for reversed in [false, true] {
        let two = Folders::new(reversed).await;
        let made = two.disc.made_by_title().await;
        two.disc.rename(DISC, "../swap");
        two.disc.rename(SONG, DISC);
        two.disc.rename("../swap", SONG);
        two.sync(2).await;
        let now = two.disc.made_by_title().await;
        assert_eq!(now, made, "reversed: {reversed}");
    }
}

/// The disc goes, and a song of its own folder takes its name.
#[core_async::test]
async fn a_disc_that_leaves_its_place_to_a_song_keeps_its_plays_in_the_other_folder() {
    for reversed in [false, true] {
        let two = Folders::new(reversed).await;
        real_size::write_flac(&Song::numbered(3), &two.disc.0.file("Next/disc.flac"));
        two.sync(1).await;
        two.disc.make("Song 3", 5).await;
        let made = two.disc.made_by_title().await;
        two.disc.rename(DISC, "../more/Disc");
        two.disc.rename("Next", DISC);
        two.sync(2).await;
        let now = two.disc.made_by_title().await;
        assert_eq!(now, made, "reversed: {reversed}");
    }
}

/// Its file was just read, and is known to be what it is.
#[core_async::test]
async fn a_copy_of_a_song_in_the_place_of_a_disc_gets_what_was_made_of_the_song() {
    let two = Folders::new(true).await;
    let [song, copy] = ["../more/Three/3.flac", "Disc/disc.flac"].map(|it| two.disc.0.file(it));
    real_size::write_flac(&Song::numbered(3), &song);
    two.sync(1).await;
    two.disc.make("Song 3", 5).await;
    let made = two.disc.made_by_title().await;
    two.disc.rename(DISC, "../more/Disc");
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    fs::copy(&song, copy).unwrap();
    two.sync(1).await;
    fs::remove_file(song).unwrap();
    two.sync(1).await;
    let now = two.disc.made_by_title().await;
    assert_eq!(now, made);
}

/// The sheet of the copy has other times, or another title.
#[core_async::test]
async fn a_copy_in_the_other_folder_gets_nothing_of_a_disc_that_is_cut_otherwise() {
    let two = Folders::new(false).await;
    let place = two.disc.0.file("../more/Copy/disc.flac");
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::copy(two.disc.0.file("Disc/disc.flac"), place).unwrap();
    let other = [("Eins", 0), ("Two", 5), ("Drei", 20)];
    two.disc.sheet("../more/Copy", &other);
    two.sync(1).await;
    two.disc.without_sheet(DISC);
    two.sync(2).await;
    let mut now = two.disc.made_by_title().await;
    now.retain(|it| !it.0.starts_with("Song"));
    assert_eq!(now, made(&[("Drei", 0), ("Eins", 0), ("Two", 0)]));
    two.disc.sheet(DISC, &THREE);
    two.sync(1).await;
    let mut now = two.disc.made_by_title().await;
    now.retain(|it| it.1 > 0);
    let expected = [("One", 1), ("Song 2", 4), ("Three", 3), ("Two", 2)];
    assert_eq!(now, made(&expected));
}
