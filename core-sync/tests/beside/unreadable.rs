//! What lies beside a file and can't be read.

use std::sync::Arc;

use bridge_traits::ErrorKind;
use bridge_traits::provider::StorageProvider;
use core_metadata::ContentHash;
use core_runtime::config::SyncConfig;
use core_runtime::events::CoreEvent;
use core_sync::{SyncJob, SyncMode, SyncRequest};

use crate::files::{image, on_album, words};
use crate::paths::Paths;
use crate::world::World;

#[core_async::test]
async fn what_cannot_be_read_beside_a_file_is_read_later() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    drive.put("a/1.mp3", on_album(1, 'a'));
    world.sync().await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.lrc", words(7));
    drive.put("a/cover.png", b"no image".to_vec());
    drive.put("a/folder.png", image(3));
    for path in ["a/1.lrc", "a/cover.png"] {
        drive.refuse(path, Some(ErrorKind::Timeout));
        let job = world.sync_with(full()).await;
        assert_eq!(job.stats().failed, 1, "{path}");
        drive.refuse(path, None);
    }
    world.sync_with(full()).await;
    let says = world.says(&*provider).await;
    let (_, lyrics, image, _) = &says["a/1.mp3"];
    assert_eq!(lyrics.len(), 1);
    assert!(
        image.is_some(),
        "a file that is no image hides the other one"
    );

    // One that is never read costs no more than a warning in the end.
    drive.put("a/1.lrc", words(8));
    drive.refuse("a/1.lrc", Some(ErrorKind::Timeout));
    let mut failed = Vec::new();
    for _ in 0..3 {
        let job = world.sync_with(full()).await;
        let warnings = world.warnings(&job).await;
        failed.push((job.stats().failed, warnings.last().unwrap().subject.clone()));
    }
    let song = || (1, "a/1.mp3".to_owned());
    assert_eq!(failed, [song(), song(), (0, "a/1.lrc".to_owned())]);
}

#[core_async::test]
async fn what_is_forbidden_beside_a_file_is_there_once_it_is_allowed() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/1.lrc", words(7));
    drive.put("a/cover.png", image(3));
    let forbid = |why: Option<ErrorKind>| {
        for path in ["a/1.lrc", "a/cover.png"] {
            drive.refuse(path, why.clone());
        }
    };
    forbid(Some(ErrorKind::PermissionDenied));
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().failed), (1, 0));
    let warnings = world.warnings(&job).await;
    let mut warned: Vec<_> = warnings.into_iter().map(|it| it.subject).collect();
    warned.sort();
    assert_eq!(warned, ["a/1.lrc", "a/cover.png"]);
    let says = world.says(&*provider).await;
    assert_eq!((says["a/1.mp3"].1.len(), &says["a/1.mp3"].2), (0, &None));

    // Nobody touches anything but the permission.
    forbid(None);
    world.sync().await;
    let says = world.says(&*provider).await;
    let cover = says["a/1.mp3"].2.clone();
    assert_eq!((says["a/1.mp3"].1.len(), cover.is_some()), (1, true));
    let job = world.sync().await;
    assert_eq!(job.stats().bytes_read, 0, "it was read once more");

    // An image that was there is not lost.
    drive.refuse("a/cover.png", Some(ErrorKind::PermissionDenied));
    drive.put("a/1.mp3", on_album(1, 'b'));
    let job = world.sync().await;
    assert_eq!((job.stats().updated, job.stats().failed), (1, 0));
    drive.refuse("a/cover.png", None);
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, cover);
}

#[core_async::test]
async fn a_song_does_not_go_missing_for_a_cover_that_can_not_be_read() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/2.mp3", on_album(2, 'a'));
    drive.put("a/cover.png", image(3));
    world.sync().await;
    let before = world.present().await;
    drive.rename("a/1.mp3", "a/01.mp3");
    drive.put("a/cover.png", image(4));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    world.sync().await;
    let after = world.present().await;
    assert_eq!(after.get("a/01.mp3"), before.get("a/1.mp3"), "{after:?}");
    drive.refuse("a/cover.png", None);
    // What waits is due at once.
    world.sync_with(full()).await;
    let says = world.says(&*provider).await;
    let hash = ContentHash::of(&image(4)).0.to_vec();
    let images: Vec<_> = says.values().map(|it| it.2.as_ref()).collect();
    assert_eq!(images, [Some(&hash), Some(&hash)]);
}

#[core_async::test]
async fn what_comes_in_place_of_what_could_not_be_read_is_read_at_once() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/cover.png", image(3));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    for _ in 0..2 {
        world.sync_with(full()).await;
    }
    drive.put("a/cover.png", image(4));
    drive.refuse("a/cover.png", None);
    world.sync().await;
    let hash = ContentHash::of(&image(4)).0.to_vec();
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, Some(hash));
}

#[core_async::test]
async fn an_image_that_can_not_be_read_is_told_of_once() {
    let drive = Paths::default();
    let seen = drive.clone();
    let one_by_one = |it: &mut SyncConfig| it.transaction_batch = 1;
    let world = World::configured(|_| Arc::new(seen), one_by_one).await;
    let warned = async |job: SyncJob| {
        let warnings = world.warnings(&job).await.into_iter();
        let warned = warnings.map(|it| (it.kind, it.subject));
        (*job.stats(), warned.collect::<Vec<_>>())
    };
    let unreadable = |path: &str| ("unreadable".to_owned(), path.to_owned());
    for number in 1..=9 {
        drive.put(&format!("a/{number}.mp3"), on_album(number, 'a'));
    }
    drive.put("a/cover.png", image(3));
    drive.put("a/folder.png", image(4));
    drive.refuse("a/cover.png", Some(ErrorKind::PermissionDenied));
    drive.refuse("a/folder.png", Some(ErrorKind::Timeout));
    let (stats, mut said) = warned(world.sync().await).await;
    said.sort();
    let both = [unreadable("a/cover.png"), unreadable("a/folder.png")];
    assert_eq!((stats.added, said.as_slice()), (9, &both[..]));

    // Songs that are known wait for it.
    drive.refuse("a/cover.png", None);
    drive.refuse("a/folder.png", None);
    world.sync_with(full()).await;
    drive.put("a/cover.png", image(5));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    let (stats, said) = warned(world.sync().await).await;
    assert_eq!((stats.failed, said), (9, vec![unreadable("a/cover.png")]));
}

#[core_async::test]
async fn files_that_wait_for_an_image_are_counted_until_they_are_read() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    for number in 1..=3 {
        drive.put(&format!("a/{number}.mp3"), on_album(number, 'a'));
    }
    let numbers = |job: &SyncJob| (job.stats().failed, job.stats().waiting);
    assert_eq!(numbers(&world.sync().await), (0, 0));
    drive.put("a/cover.png", image(3));
    drive.refuse("a/cover.png", Some(ErrorKind::Timeout));
    assert_eq!(numbers(&world.sync().await), (3, 3));
    // It is too early to read them again, and what they wait for is there by now.
    drive.refuse("a/cover.png", None);
    let mut tx = world.library.write().await.unwrap();
    let later = "UPDATE work SET not_before = not_before + 60000";
    tx.execute(later, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    let mut events = world.events.subscribe();
    let job = world.sync().await;
    assert_eq!((job.stats().requests > 0, numbers(&job)), (true, (0, 3)));
    let stored = world.coordinator.jobs().find_by_id(job.id()).await.unwrap();
    assert_eq!(numbers(&stored), (0, 3));
    let told = loop {
        if let CoreEvent::Sync(event) = &events.recv().await.unwrap().event
            && let Some(summary) = event.summary()
        {
            break summary.waiting;
        }
    };
    assert_eq!(told, 3);
    assert_eq!(numbers(&world.sync_with(full()).await), (0, 0));
}

#[core_async::test]
async fn an_image_that_can_not_be_read_hides_no_other() {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
    let provider: Arc<dyn StorageProvider> = Arc::new(drive.clone());
    drive.put("a/1.mp3", on_album(1, 'a'));
    drive.put("a/cover.png", image(3));
    drive.put("a/folder.png", image(4));
    let hash = |number| Some(ContentHash::of(&image(number)).0.to_vec());
    drive.refuse("a/cover.png", Some(ErrorKind::PermissionDenied));
    world.sync().await;
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, hash(4));
    drive.refuse("a/cover.png", None);
    world.sync().await;
    assert_eq!(world.says(&*provider).await["a/1.mp3"].2, hash(3));
}

fn full() -> SyncRequest {
    SyncRequest {
        mode: SyncMode::Full,
        deletions_confirmed: true,
    }
}
