//! Files that can't be read.

use bridge_traits::ErrorKind;
use bridge_traits::testing::ProviderCall;
use core_library::repository::work;
use core_runtime::retry::RetryPolicy;
use core_sync::SyncStatus;

use crate::world::{World, song};

#[core_async::test]
async fn what_cannot_be_read_is_tried_by_the_next_syncs_and_then_set_aside() {
    let world = World::new().await;
    world.drive.put("song.mp3", song(1));
    for attempt in 1..=3 {
        world
            .drive
            .fail_next_call(ProviderCall::Read, ErrorKind::Other);
        let job = world.sync().await;
        assert_eq!(
            (job.status(), job.stats().failed),
            (SyncStatus::Completed, 1)
        );
        assert_eq!(world.drive.calls(ProviderCall::Read), attempt);
    }
    world.sync().await;
    assert_eq!(
        world.drive.calls(ProviderCall::Read),
        3,
        "it was tried once more"
    );
    let aside = work::quarantined(&world.library, world.provider, "", 10).await;
    assert_eq!(aside.expect("a list").len(), 1, "it is not to be seen");

    world.drive.put("song.mp3", song(2));
    assert_eq!(
        world.sync().await.stats().added,
        1,
        "new content is tried again"
    );
}

#[core_async::test]
async fn an_outage_is_not_held_against_the_files() {
    let world = World::new().await;
    world.drive.put("song.mp3", song(1));
    for _ in 0..2 {
        // A read is tried as often as the policy says.
        for _ in 0..RetryPolicy::default().max_attempts {
            world
                .drive
                .fail_next_call(ProviderCall::Read, ErrorKind::Offline);
        }
        let job = world.sync().await;
        assert_eq!((job.status(), job.stats().failed), (SyncStatus::Paused, 1));
    }
    assert_eq!(world.sync().await.stats().added, 1);
}

#[core_async::test]
async fn a_file_that_the_server_sends_elsewhere_is_tried_by_every_sync() {
    let world = World::new().await;
    world.drive.put("a.mp3", song(1));
    for attempt in 1..=4 {
        world
            .drive
            .fail_next_call(ProviderCall::Read, ErrorKind::Redirected);
        let job = world.sync().await;
        assert_eq!(
            (job.status(), job.stats().failed),
            (SyncStatus::Completed, 1)
        );
        assert_eq!(world.drive.calls(ProviderCall::Read), attempt);
    }
    assert_eq!(world.sync().await.stats().added, 1);
}
