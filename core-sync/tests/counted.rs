//! What a sync says in numbers: each file once, and no progress beyond its end.

use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::testing::MemoryProvider;
use core_runtime::events::{CoreEvent, SyncEvent};
use core_sync::{SyncJob, SyncMode, SyncRequest};
use files::{image, on_album, words};
use paths::Paths;
use world::World;

#[path = "portable/files.rs"]
mod files;
#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

/// A drive whose listing shows all, or one whose feed tells of what changed alone.
enum Drive {
    Paths(Paths),
    Ids(MemoryProvider),
}

impl Drive {
    fn both() -> [Self; 2] {
        [
            Self::Paths(Paths::default()),
            Self::Ids(MemoryProvider::new()),
        ]
    }

    fn put(&self, path: &str, content: Vec<u8>) {
        match self {
            Self::Paths(drive) => drive.put(path, content),
            Self::Ids(drive) => {
                drive.put(path, content);
            }
        }
    }

    async fn world(&self) -> World {
        match self {
            Self::Paths(drive) => World::behind(|_| Arc::new(drive.clone())).await,
            Self::Ids(drive) => World::behind(|_| Arc::new(drive.clone())).await,
        }
    }
}

impl World {
    /// Syncs, and gives the numbers with how far the last progress was.
    async fn counted(&self, mode: SyncMode) -> (SyncJob, (u64, u64)) {
        let mut events = self.events.subscribe();
        let request = SyncRequest {
            mode,
            deletions_confirmed: true,
        };
        let job = self.sync_with(request).await;
        let mut last = (0, 0);
        loop {
            let event = events.recv().await.expect("an event");
            let CoreEvent::Sync(event) = &event.event else {
                continue;
            };
            if let SyncEvent::Progress(it) = event {
                assert!(it.processed <= it.discovered, "{it:?}");
                assert!(last.0 <= it.processed, "{last:?} before {it:?}");
                last = (it.processed, it.discovered);
            }
            if event.is_final() {
                return (job, last);
            }
        }
    }
}

/// How many were discovered, updated, unchanged and failed, and how many wait.
fn numbers(job: &SyncJob) -> [u64; 5] {
    let it = job.stats();
    [
        it.discovered,
        it.updated,
        it.unchanged,
        it.failed,
        it.waiting,
    ]
}

#[core_async::test]
async fn a_file_that_is_read_again_for_its_cover_is_counted_once() {
    for drive in Drive::both() {
        let world = drive.world().await;
        for number in 1..=2 {
            drive.put(&format!("a/{number}.mp3"), on_album(number, 'a'));
            drive.put(&format!("a/CD1/{number}.mp3"), on_album(number + 2, 'a'));
        }
        drive.put("a/cover.png", image(1));
        let (job, last) = world.counted(SyncMode::Auto).await;
        assert_eq!((numbers(&job), last), ([4, 0, 0, 0, 0], (4, 4)));
        drive.put("a/cover.png", image(2));
        let (job, last) = world.counted(SyncMode::Auto).await;
        assert_eq!((numbers(&job), last), ([4, 4, 0, 0, 0], (4, 4)));
        // The others of the folder are looked at, and are as they were.
        drive.put("a/1.lrc", words(1));
        let (job, last) = world.counted(SyncMode::Auto).await;
        assert_eq!((numbers(&job), last), ([4, 1, 3, 0, 0], (4, 4)));
        let (job, last) = world.counted(SyncMode::Full).await;
        assert_eq!((numbers(&job), last), ([4, 0, 4, 0, 0], (4, 4)));
    }
}

#[core_async::test]
async fn a_file_that_waits_is_not_unchanged_whatever_it_waits_for() {
    for why in [
        ErrorKind::PermissionDenied,
        ErrorKind::NotFound,
        ErrorKind::Timeout,
    ] {
        let drive = Paths::default();
        let seen = drive.clone();
        let world = World::behind(|_| Arc::new(seen)).await;
        for number in 1..=4 {
            let folder = if number < 4 { "a" } else { "b" };
            drive.put(&format!("{folder}/{number}.mp3"), on_album(number, 'a'));
        }
        world.sync().await;
        drive.put("a/cover.png", image(2));
        drive.refuse("a/cover.png", Some(why.clone()));
        for _ in 0..2 {
            let (job, last) = world.counted(SyncMode::Full).await;
            let [discovered, updated, unchanged, _, waiting] = numbers(&job);
            let counted = [discovered, updated, unchanged, waiting];
            assert_eq!((counted, last), ([4, 0, 1, 3], (4, 4)), "{why:?}");
        }
        drive.refuse("a/cover.png", None);
        let (job, _) = world.counted(SyncMode::Full).await;
        assert_eq!(numbers(&job), [4, 3, 1, 0, 0], "{why:?}");
    }
}

#[core_async::test]
async fn a_disc_of_several_tracks_is_one_file_of_those_that_are_read() {
    for drive in Drive::both() {
        let world = drive.world().await;
        drive.put("a/1.mp3", on_album(1, 'a'));
        drive.put("a/2.mp3", on_album(2, 'a'));
        let sheet = "FILE 1.mp3 MP3\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n\
            TRACK 02 AUDIO\nINDEX 01 00:00:04\nTRACK 03 AUDIO\nINDEX 01 00:00:06";
        drive.put("a/1.cue", sheet.into());
        let (job, last) = world.counted(SyncMode::Auto).await;
        assert_eq!((job.stats().added, last), (4, (2, 2)));
        drive.put("a/cover.txt.lrc", words(1));
        let (job, last) = world.counted(SyncMode::Auto).await;
        assert_eq!((numbers(&job), last), ([2, 0, 2, 0, 0], (2, 2)));
    }
}
