//! Discs in one file each, with a sheet beside it, whose files and sheets change names: whatever comes between, each
//! track stays the one that it is by its sound.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge_traits::ErrorKind;
use core_library::model::{Track, TrackId};
use core_library::repository::annotation;
use core_library::repository::track::Presence;
use core_sync::{SyncMode, SyncRequest};
use flac::{flac, sheet};
use paths::Paths;
use world::{World, song};

#[path = "portable/flac.rs"]
mod flac;
#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

/// Discs of other titles, times and numbers of tracks, `CD1` and so on.
struct Shelf {
    world: World,
    drive: Paths,
    discs: usize,
}

const TITLES: [&[&str]; 3] = [&["One", "Two"], &["Uno", "Dos", "Tres"], &["Eins", "Zwei"]];
const FLAC: &str = "disc.flac";
const CUE: &str = "disc.cue";

impl Shelf {
    async fn new(discs: usize) -> Self {
        let drive = Paths::default();
        let seen = drive.clone();
        let world = World::behind(|_| Arc::new(seen)).await;
        drive.put("other.mp3", song(1));
        for (at, titles) in TITLES.iter().take(discs).enumerate() {
            let number = at as u8 + 1;
            drive.put(&format!("CD{number}/{FLAC}"), flac(number));
            drive.put(&format!("CD{number}/{CUE}"), sheet(titles, 20 + at as u32));
        }
        let shelf = Self {
            world,
            drive,
            discs,
        };
        shelf.world.sync().await;
        shelf
    }

    /// Moves the files of one name up by one, the last to the place of the first.
    fn move_up(&self, file: &str) {
        let place = |at: usize| format!("CD{at}/{file}");
        self.drive.rename(&place(self.discs), &place(0));
        for at in (0..self.discs).rev() {
            self.drive.rename(&place(at), &place(at + 1));
        }
    }

    /// Likewise, one after the other, with a sync after each.
    async fn move_up_slowly(&self, file: &str) {
        let place = |at: usize| format!("CD{at}/{file}");
        self.drive.rename(&place(self.discs), &place(0));
        self.world.sync().await;
        for at in (0..self.discs).rev() {
            self.drive.rename(&place(at), &place(at + 1));
            self.world.sync().await;
        }
    }

    /// Syncs while none of these can be read.
    async fn sync_without(&self, refused: &[String]) {
        let refuse = |why: Option<ErrorKind>| {
            let each = |path: &String| self.drive.refuse(path, why.clone());
            refused.iter().for_each(each);
        };
        refuse(Some(ErrorKind::Other));
        self.world.sync().await;
        refuse(None);
    }

    async fn sync_all(&self) {
        let request = SyncRequest {
            mode: SyncMode::Full,
            deletions_confirmed: true,
        };
        self.world.sync_with(request).await;
        self.world.sync().await;
    }

    async fn tracks(&self) -> BTreeMap<String, TrackId> {
        let tracks = self.world.tracks(Presence::Present).await;
        tracks.into_iter().map(|it| (it.title, it.id)).collect()
    }

    async fn rate(&self, titles: &[&str]) {
        let tracks = self.tracks().await;
        let mut tx = self.world.library.write().await.expect("a transaction");
        for title in titles {
            let rated = annotation::rate(&mut tx, tracks[*title], Some(60)).await;
            rated.expect("a rating");
        }
        tx.commit().await.expect("a commit");
    }
}

/// Nothing, or one of the files of two discs.
fn each_refused() -> impl Iterator<Item = Vec<String>> {
    let files = [1, 2]
        .into_iter()
        .flat_map(|disc| [FLAC, CUE].map(|file| (disc, file)));
    let one = files.map(|(disc, file)| vec![format!("CD{disc}/{file}")]);
    std::iter::once(Vec::new()).chain(one)
}

#[core_async::test]
async fn discs_that_change_names_stay_who_they_are_whatever_can_not_be_read_meanwhile() {
    for [first, then] in [[FLAC, CUE], [CUE, FLAC]] {
        for in_first in each_refused() {
            for in_second in each_refused() {
                let shelf = Shelf::new(2).await;
                // Of one disc nothing was made: it must get nothing.
                shelf.rate(TITLES[0]).await;
                let before = shelf.tracks().await;
                shelf.move_up(first);
                shelf.sync_without(&in_first).await;
                shelf.move_up(then);
                shelf.sync_without(&in_second).await;
                shelf.sync_all().await;
                let story = format!("{first}, but {in_first:?}; {then}, but {in_second:?}");
                assert_eq!(shelf.tracks().await, before, "{story}");
            }
        }
    }
}

#[core_async::test]
async fn a_disc_that_moved_is_one_file() {
    let shelf = Shelf::new(2).await;
    shelf.move_up(FLAC);
    shelf.move_up(CUE);
    let job = shelf.world.sync().await;
    let stats = job.stats();
    let counted = [stats.moved, stats.added, stats.updated, stats.unchanged];
    // The song is as it was.
    assert_eq!((stats.discovered, counted), (3, [2, 0, 0, 1]));
}

#[core_async::test]
async fn discs_in_a_ring_stay_who_they_are_with_a_sync_after_each_name() {
    for [first, then] in [[FLAC, CUE], [CUE, FLAC]] {
        let shelf = Shelf::new(3).await;
        shelf.rate(TITLES[1]).await;
        let before = shelf.tracks().await;
        shelf.move_up_slowly(first).await;
        shelf.move_up_slowly(then).await;
        assert_eq!(shelf.tracks().await, before, "{first} first");
    }
}

/// Libraries of before parts kept the sound of their file.
#[core_async::test]
async fn discs_that_change_names_before_the_first_sync_of_a_new_version_stay_who_they_are() {
    for stories in [[&[FLAC, CUE][..], &[]], [&[FLAC], &[CUE]]] {
        let shelf = Shelf::new(2).await;
        let before = shelf.tracks().await;
        let mut tx = shelf.world.library.write().await.expect("a transaction");
        let forget = "UPDATE track SET file_audio_id = NULL";
        tx.execute(forget, vec![]).await.expect("an update");
        tx.commit().await.expect("a commit");
        for files in stories {
            files.iter().for_each(|file| shelf.move_up(file));
            shelf.world.sync().await;
        }
        assert_eq!(shelf.tracks().await, before, "{stories:?}");
    }
}

/// The file of the song is cut by the other's sheet for a while, and the disc's is one song.
#[core_async::test]
async fn a_disc_that_changes_names_with_a_song_stays_who_it_is() {
    for [first, then] in [[FLAC, CUE], [CUE, FLAC]] {
        let shelf = Shelf::new(1).await;
        shelf.drive.put(&format!("CD2/{FLAC}"), flac(2));
        shelf.world.sync().await;
        shelf.rate(TITLES[0]).await;
        shelf.rate(&["disc"]).await;
        let before = shelf.tracks().await;
        for file in [first, then] {
            match file {
                FLAC => {
                    let [one, two] = [1, 2].map(|at| format!("CD{at}/{FLAC}"));
                    shelf.drive.rename(&one, "swap");
                    shelf.drive.rename(&two, &one);
                    shelf.drive.rename("swap", &two);
                }
                _ => shelf
                    .drive
                    .rename(&format!("CD1/{CUE}"), &format!("CD2/{CUE}")),
            }
            shelf.world.sync().await;
        }
        assert_eq!(shelf.tracks().await, before, "{first} first");
    }
}

/// It is told by its tags, as a song is, if the old file is gone, or is one song by now.
#[core_async::test]
async fn a_disc_that_was_ripped_anew_under_another_name_keeps_what_was_made_of_it() {
    for put_away in [false, true] {
        let shelf = Shelf::new(2).await;
        shelf.rate(TITLES[0]).await;
        let before = shelf.tracks().await;
        let old = format!("CD1/{FLAC}");
        match put_away {
            true => shelf.drive.rename(&old, "old/disc 1.flac"),
            false => assert!(shelf.drive.delete(&old)),
        }
        shelf.drive.put(&format!("New/{FLAC}"), flac(9));
        shelf
            .drive
            .rename(&format!("CD1/{CUE}"), &format!("New/{CUE}"));
        shelf.world.sync().await;
        let mut after = shelf.tracks().await;
        assert_eq!(after.remove("disc 1").is_some(), put_away);
        assert_eq!(after, before, "put away: {put_away}");
    }
}

/// The old one is deleted a sync later.
#[core_async::test]
async fn a_disc_that_was_ripped_anew_keeps_what_was_made_of_it_when_the_old_file_goes() {
    let shelf = Shelf::new(2).await;
    shelf.rate(TITLES[0]).await;
    let before = shelf.tracks().await;
    for file in [FLAC, CUE] {
        shelf
            .drive
            .rename(&format!("CD1/{file}"), &format!("old/{file}"));
    }
    shelf.world.sync().await;
    shelf.drive.put(&format!("CD1/{FLAC}"), flac(9));
    shelf.drive.put(&format!("CD1/{CUE}"), sheet(TITLES[0], 20));
    shelf.world.sync().await;
    for file in [FLAC, CUE] {
        assert!(shelf.drive.delete(&format!("old/{file}")));
    }
    shelf.world.sync().await;
    assert_eq!(shelf.tracks().await, before);
}

/// Nobody takes the name of the first, and the last gets a new one. All titles are the same, or say nothing.
#[core_async::test]
async fn discs_of_the_same_titles_that_move_up_stay_who_they_are() {
    for titles in [
        ["One", "Two"],
        ["Track 01", "Track 02"],
        ["Titel 1", "Titel 2"],
    ] {
        let shelf = Shelf::new(3).await;
        for (number, second) in [(1, 20), (2, 21), (3, 20)] {
            let path = format!("CD{number}/{CUE}");
            shelf.drive.put(&path, sheet(&titles, second));
        }
        shelf.world.sync().await;
        let ids = |tracks: Vec<Track>| -> Vec<(String, String, TrackId)> {
            let of = |it: Track| (it.path.expect("a path"), it.title, it.id);
            let mut ids: Vec<_> = tracks.into_iter().map(of).collect();
            ids.sort();
            ids
        };
        let before = ids(shelf.world.tracks(Presence::Present).await);
        for number in (1..=3).rev() {
            let (from, to) = (format!("CD{number}"), format!("CD{}", number + 1));
            shelf.drive.rename(&from, &to);
        }
        shelf.world.sync().await;
        let mut expected = before;
        for (path, ..) in &mut expected {
            let number: u8 = path[2..3].parse().unwrap_or_default();
            if path.starts_with("CD") {
                *path = format!("CD{}{}", number + 1, &path[3..]);
            }
        }
        let after = ids(shelf.world.tracks(Presence::Present).await);
        assert_eq!(after, expected, "{titles:?}");
    }
}

/// The same album with other titles for a while is not another rip of it.
#[core_async::test]
async fn a_disc_gets_nothing_of_one_whose_titles_it_has_for_a_while() {
    let shelf = Shelf::new(2).await;
    shelf.rate(TITLES[1]).await;
    let before = shelf.tracks().await;
    // The file of the second is away, and the first has its sheet.
    shelf.drive.rename(&format!("CD2/{FLAC}"), "away");
    shelf.move_up(CUE);
    shelf.world.sync().await;
    shelf.drive.rename("away", &format!("CD2/{FLAC}"));
    shelf.world.sync().await;
    shelf.move_up(CUE);
    shelf.world.sync().await;
    assert_eq!(shelf.tracks().await, before);
}
