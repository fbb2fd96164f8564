//! Cursors that are refused, and what the provider says then.

use bridge_traits::ErrorKind;
use bridge_traits::provider::{Omitted, PageToken, Resync};
use bridge_traits::testing::ProviderCall;
use core_runtime::events::{CoreEvent, SyncEvent};
use core_sync::{SyncJob, SyncMode, SyncRequest, SyncStatus, SyncType};

use crate::twenty_songs;
use crate::world::{World, song};

#[core_async::test]
async fn a_refused_cursor_becomes_a_full_sync_and_loses_nothing() {
    let world = twenty_songs().await;
    let before = world.present().await;
    world.drive.delete("7.mp3");
    world.drive.put("20.mp3", song(20));
    world.drive.expire_cursors();
    let mut events = world.events.subscribe();
    let job = world.sync().await;
    assert_eq!(
        (job.status(), job.sync_type()),
        (SyncStatus::Completed, SyncType::Full)
    );
    assert_eq!(
        (
            job.stats().added,
            job.stats().deleted,
            job.stats().unchanged
        ),
        (1, 1, 19)
    );
    assert_eq!(job.stats().warnings, 1);
    let mut told = false;
    while let Ok(event) = events.try_recv() {
        told |= matches!(&event.event, CoreEvent::Sync(SyncEvent::CursorReset { .. }));
    }
    assert!(told, "nobody was told");
    let after = world.present().await;
    assert!(
        before
            .iter()
            .all(|(path, id)| path == "7.mp3" || after[path] == *id)
    );
}

fn warnings(job: &SyncJob) -> u64 {
    job.stats().warnings
}

/// A library of twenty songs, one of which is deleted while the feed loses its place, and says that it may
/// have lost track of what it does not list.
async fn forgetful() -> World {
    let world = twenty_songs().await;
    world.drive.delete("7.mp3");
    world.drive.put("20.mp3", song(20));
    world.drive.expire_cursors_and_say(Omitted::Kept, None);
    world
}

#[core_async::test]
async fn what_a_provider_may_have_lost_track_of_is_kept_until_the_next_full_sync() {
    let world = forgetful().await;
    let before = world.present().await;
    let job = world.sync_with(SyncRequest::default()).await;
    assert_eq!(
        (
            job.status(),
            job.sync_type(),
            job.stats().added,
            job.stats().deleted
        ),
        (SyncStatus::Completed, SyncType::Full, 1, 0)
    );
    assert_eq!(warnings(&job), 2, "the refusal, and what was not listed");
    assert_eq!(world.present().await["7.mp3"], before["7.mp3"]);

    let quiet = world.sync_with(SyncRequest::default()).await;
    assert_eq!((quiet.stats().requests, quiet.stats().deleted), (1, 0));
    let full = SyncRequest {
        mode: SyncMode::Full,
        ..SyncRequest::default()
    };
    let job = world.sync_with(full).await;
    assert_eq!((job.stats().deleted, warnings(&job)), (1, 0));
    assert_eq!(world.present().await.len(), 20);
}

#[core_async::test]
async fn what_a_provider_said_of_its_listing_holds_for_the_job_that_finishes_it() {
    let world = forgetful().await;
    world
        .drive
        .fail_next_call(ProviderCall::Page, ErrorKind::cursor_invalid());
    world
        .drive
        .fail_next_call(ProviderCall::Page, ErrorKind::PermissionDenied);
    let request = SyncRequest::default();
    assert_eq!(world.sync_with(request).await.status(), SyncStatus::Failed);
    // That listing's place is lost, too, and of the next one nothing is said.
    world.drive.expire_cursors();
    let job = world.sync_with(request).await;
    assert_eq!(
        (job.status(), job.stats().deleted),
        (SyncStatus::Completed, 0)
    );
    assert_eq!(world.present().await.len(), 21);
}

#[core_async::test]
async fn a_person_may_say_that_what_is_not_listed_is_gone() {
    let world = forgetful().await;
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().deleted), (1, 1));
    assert_eq!(warnings(&job), 1, "the refusal");
}

#[core_async::test]
async fn a_listing_begins_where_the_provider_says() {
    let world = twenty_songs().await;
    world.drive.put("20.mp3", song(20));
    world
        .drive
        .expire_cursors_and_say(Omitted::Kept, Some("15.mp3"));
    let pages = world.drive.calls(ProviderCall::Page);
    let job = world.sync_with(SyncRequest::default()).await;
    assert_eq!(
        (job.status(), job.stats().added),
        (SyncStatus::Completed, 1)
    );
    // Five songs and the feed's end at four a page; from the beginning it would be seven.
    assert_eq!(world.drive.calls(ProviderCall::Page) - pages, 3);
    assert_eq!(world.present().await.len(), 21);
}

#[core_async::test]
async fn a_place_to_begin_at_that_is_refused_itself_is_given_up() {
    let world = twenty_songs().await;
    world.drive.put("20.mp3", song(20));
    world
        .drive
        .expire_cursors_and_say(Omitted::Gone, Some("15.mp3"));
    // Each time it says the same.
    let refusal = ErrorKind::CursorInvalid(Resync {
        omitted: Omitted::Gone,
        restart: Some(PageToken(b"list 1 0 0".to_vec())),
    });
    world.drive.fail_next_call(ProviderCall::Page, refusal);
    let job = world.sync_with(SyncRequest::default()).await;
    assert_eq!(
        (job.status(), job.stats().added, job.stats().deleted),
        (SyncStatus::Completed, 1, 0)
    );
    assert_eq!(world.present().await.len(), 21);
}
