//! What is listed beside a file and is not there when it is read: it may have been replaced just then.

use std::sync::Arc;

use bridge_traits::ErrorKind;
use core_library::repository::lyrics;
use core_library::repository::track::Presence;
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

/// A song with a cover and lyrics, of which these are not found.
async fn without(beside: &[&str]) -> (World, Paths) {
    let drive = Paths::default();
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/1.lrc", words(7));
    drive.put("a/cover.png", image(3));
    for path in beside {
        drive.refuse(path, Some(ErrorKind::NotFound));
    }
    let seen = drive.clone();
    (World::behind(|_| Arc::new(seen)).await, drive)
}

/// Tells whether the only track has an image and how many lyrics.
async fn has(world: &World) -> (bool, usize) {
    let tracks = world.tracks(Presence::Present).await;
    let [track] = &tracks[..] else {
        panic!("not one track: {tracks:#?}")
    };
    let lyrics = lyrics::of_track(&world.library, track.id).await.unwrap();
    (track.artwork.is_some(), lyrics.len())
}

async fn said(world: &World, job: &SyncJob) -> (u64, Vec<String>) {
    let warnings = world.warnings(job).await.into_iter();
    (job.stats().waiting, warnings.map(|it| it.subject).collect())
}

#[core_async::test]
async fn what_is_listed_and_not_found_is_read_by_the_next_sync() {
    for mode in [SyncMode::Auto, SyncMode::Full] {
        let (world, drive) = without(&["a/1.lrc", "a/cover.png"]).await;
        let job = world.sync().await;
        assert_eq!((job.stats().added, job.stats().failed), (1, 0));
        assert_eq!(said(&world, &job).await, (1, vec![]));
        assert_eq!(has(&world).await, (false, 0));
        drive.refuse("a/1.lrc", None);
        drive.refuse("a/cover.png", None);
        let job = world
            .sync_with(SyncRequest {
                mode,
                deletions_confirmed: true,
            })
            .await;
        assert_eq!(said(&world, &job).await, (0, vec![]));
        assert_eq!(has(&world).await, (true, 1));
        assert_eq!(world.sync().await.stats().bytes_read, 0, "{mode:?}");
    }
}

#[core_async::test]
async fn what_is_still_listed_and_not_found_is_warned_of() {
    let (world, drive) = without(&["a/cover.png"]).await;
    world.sync().await;
    let job = world.sync().await;
    let cover = || vec!["a/cover.png".to_owned()];
    assert_eq!(said(&world, &job).await, (1, cover()));
    // It is not asked for at each sync.
    assert_eq!(has(&world).await, (false, 1));
    drive.refuse("a/cover.png", None);
    world
        .sync_with(SyncRequest {
            mode: SyncMode::Full,
            deletions_confirmed: true,
        })
        .await;
    assert_eq!(has(&world).await, (true, 1));
}

#[core_async::test]
async fn what_went_while_it_was_read_is_warned_of_by_nobody() {
    let (world, drive) = without(&["a/1.lrc", "a/cover.png"]).await;
    world.sync().await;
    drive.delete("a/1.lrc");
    drive.delete("a/cover.png");
    let job = world.sync().await;
    assert_eq!(said(&world, &job).await, (0, vec![]));
    assert_eq!(has(&world).await, (false, 0));
}

#[core_async::test]
async fn an_image_that_is_replaced_while_it_is_read_is_not_lost() {
    let (world, drive) = without(&[]).await;
    world.sync().await;
    drive.put("a/1.mp3", on_album(1, 'b'));
    drive.refuse("a/cover.png", Some(ErrorKind::NotFound));
    let job = world.sync().await;
    assert_eq!((job.stats().updated, job.stats().waiting), (1, 1));
    assert_eq!(has(&world).await, (true, 1));
}

#[core_async::test]
async fn a_disc_stays_one_while_its_sheet_is_not_found() {
    let (world, drive) = without(&[]).await;
    let sheet = "FILE 1.mp3 MP3\nTRACK 01 AUDIO\nTITLE One\nINDEX 01 00:00:00\n\
        TRACK 02 AUDIO\nTITLE Two\nINDEX 01 00:00:05";
    drive.put("a/1.cue", sheet.into());
    world.sync().await;
    let titles = async || {
        let tracks = world.tracks(Presence::Present).await.into_iter();
        tracks.map(|it| it.title).collect::<Vec<_>>()
    };
    assert_eq!(titles().await, ["One", "Two"]);
    drive.put("a/1.mp3", on_album(1, 'b'));
    drive.refuse("a/1.cue", Some(ErrorKind::NotFound));
    let job = world.sync().await;
    assert_eq!((job.stats().failed, job.stats().waiting), (1, 1));
    assert_eq!(titles().await, ["One", "Two"]);
    drive.delete("a/1.cue");
    let job = world.sync().await;
    assert_eq!(said(&world, &job).await, (0, vec![]));
    assert_eq!(titles().await.len(), 1);
}
