//! Files that went elsewhere while a sync could not see all: when all can be seen again, what was made of them is where
//! their sound is.

use std::collections::BTreeMap;
use std::sync::Arc;

use bridge_traits::ErrorKind;
use core_library::repository::annotation;
use core_library::repository::track::Presence;
use core_sync::SyncJob;
use flac::{flac, sheet};
use paths::Paths;
use world::{World, song};

#[path = "portable/flac.rs"]
mod flac;
#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

const FLAC: &str = "disc.flac";
const CUE: &str = "disc.cue";
const TITLES: [&str; 3] = ["One", "Two", "Three"];

/// A drive with one file a folder: each is a song of the title `disc`, or a disc.
struct Shelf {
    world: World,
    drive: Paths,
}

impl Shelf {
    async fn new() -> Self {
        let drive = Paths::default();
        let seen = drive.clone();
        let world = World::behind(|_| Arc::new(seen)).await;
        drive.put("other.mp3", song(1));
        Self { world, drive }
    }

    fn put(&self, folder: &str, sound: u8, is_disc: bool) {
        self.drive.put(&format!("{folder}/{FLAC}"), flac(sound));
        if is_disc {
            self.drive
                .put(&format!("{folder}/{CUE}"), sheet(&TITLES, 20));
        }
    }

    /// Syncs, and rates each track by its own number.
    async fn rate(&self) -> BTreeMap<String, Option<u8>> {
        self.world.sync().await;
        let tracks = self.world.tracks(Presence::Present).await;
        let mut tx = self.world.library.write().await.expect("a transaction");
        for (at, track) in (1..).zip(&tracks) {
            let rated = annotation::rate(&mut tx, track.id, Some(at * 10)).await;
            rated.expect("a rating");
        }
        tx.commit().await.expect("a commit");
        self.rated().await
    }

    /// Tells how each track is rated; no two have one title.
    async fn rated(&self) -> BTreeMap<String, Option<u8>> {
        let tracks = self.world.tracks(Presence::Present).await;
        let count = tracks.len();
        let of = tracks
            .into_iter()
            .map(|it| (it.title, it.annotation.rating));
        let rated: BTreeMap<String, Option<u8>> = of.collect();
        assert_eq!(rated.len(), count, "two tracks of one title");
        rated
    }

    fn swap(&self, one: &str, two: &str) {
        for (from, to) in [(one, "swap"), (two, one), ("swap", two)] {
            self.drive.rename(from, to);
        }
    }

    /// Syncs once without any of these files, and once with them.
    async fn sync_without(&self, refused: &[String]) -> SyncJob {
        refused
            .iter()
            .for_each(|it| self.drive.refuse(it, Some(ErrorKind::Other)));
        self.world.sync().await;
        refused.iter().for_each(|it| self.drive.refuse(it, None));
        self.world.sync().await
    }
}

#[core_async::test]
async fn what_changes_places_while_a_folder_is_closed_keeps_its_ratings() {
    for closed in ["A", "B"] {
        let shelf = Shelf::new().await;
        shelf.put("A", 1, true);
        shelf.put("B", 2, false);
        let before = shelf.rate().await;
        shelf.swap("A", "B");
        shelf.drive.close(closed, true);
        shelf.world.sync().await;
        shelf.drive.close(closed, false);
        shelf.world.sync().await;
        assert_eq!(shelf.rated().await, before, "{closed}");
    }
}

#[core_async::test]
async fn a_copy_that_can_not_be_read_when_the_original_goes_gets_its_ratings_later() {
    for is_disc in [false, true] {
        let files: &[&str] = match is_disc {
            true => &[FLAC, CUE],
            false => &[FLAC],
        };
        for refused in files {
            let shelf = Shelf::new().await;
            shelf.put("A", 1, is_disc);
            let before = shelf.rate().await;
            shelf.put("B", 1, is_disc);
            shelf.world.sync().await;
            for file in files {
                assert!(shelf.drive.delete(&format!("A/{file}")));
            }
            // It is as it was, and has a new date.
            shelf.put("B", 1, is_disc);
            shelf.sync_without(&[format!("B/{refused}")]).await;
            let story = format!("a disc: {is_disc}, {refused}");
            assert_eq!(shelf.rated().await, before, "{story}");
        }
    }
}
