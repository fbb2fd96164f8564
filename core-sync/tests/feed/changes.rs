//! What a feed brings.

use std::sync::{Arc, Mutex};

use bridge_traits::provider::{
    Change, ChangePage, ChangeStream, ChangesFrom, Next, StorageProvider,
};
use bridge_traits::testing::{MemoryProvider, ProviderCall};
use bridge_traits::{Result, platform_async_trait};
use core_sync::{SyncMode, SyncRequest, SyncStatus, SyncType};
use futures::{StreamExt, stream};

use crate::told::{Feed, Told};
use crate::world::{World, song};

#[core_async::test]
async fn a_feed_brings_just_what_changed() {
    let world = World::new().await;
    for number in 0..30 {
        world
            .drive
            .put(&format!("album {}/{number}.mp3", number / 10), song(number));
    }
    let first = world.sync().await;
    assert_eq!(first.sync_type(), SyncType::Full);
    assert_eq!(
        (first.status(), first.stats().added),
        (SyncStatus::Completed, 30)
    );
    let before = world.present().await;

    world.drive.put("album 0/3.mp3", song(100));
    world.drive.rename("album 1", "renamed");
    world.drive.delete("album 2/25.mp3");
    world.drive.put("new.mp3", song(101));
    let read = world.drive.calls(ProviderCall::Read);
    let job = world.sync().await;
    let stats = job.stats();
    assert_eq!(job.sync_type(), SyncType::Incremental);
    assert_eq!(
        (stats.added, stats.updated, stats.deleted, stats.failed),
        (1, 1, 1, 0),
        "{job:?}"
    );
    assert_eq!(
        world.drive.calls(ProviderCall::Read) - read,
        2,
        "a renamed folder is not read"
    );
    let after = world.present().await;
    assert_eq!(after.len(), 30);
    assert_eq!(after["renamed/15.mp3"], before["album 1/15.mp3"]);
    assert_eq!(after["album 0/3.mp3"], before["album 0/3.mp3"]);

    let pages = world.drive.calls(ProviderCall::Page);
    let quiet = world.sync().await;
    assert_eq!((quiet.stats().requests, quiet.stats().bytes_read), (1, 0));
    assert_eq!(world.drive.calls(ProviderCall::Page) - pages, 1);
}

/// A drive whose feed first tells some things by their present state, as feeds of ids do where something was
/// touched more than once.
#[derive(Clone, Default)]
struct Coalesced {
    drive: MemoryProvider,
    first: Arc<Mutex<Vec<Change>>>,
}

#[platform_async_trait]
impl Feed for Coalesced {
    fn drive(&self) -> &dyn StorageProvider {
        &self.drive
    }

    async fn changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let first = ChangePage {
            changes: std::mem::take(&mut *self.first.lock().unwrap()),
            unreadable: vec![],
            next: Next::More(None),
        };
        let rest = self.drive.get_changes(from).await?;
        Ok(Box::pin(stream::iter([Ok(first)]).chain(rest)))
    }
}

#[core_async::test]
async fn what_left_a_folder_before_that_was_deleted_stays_though_the_deletion_is_told_first() {
    let coalesced = Coalesced::default();
    let seen = coalesced.clone();
    let world = World::behind(|_| Arc::new(Told(seen))).await;
    let drive = &coalesced.drive;
    for (path, number) in [
        ("old/kept/deep/1.mp3", 1),
        ("old/kept/2.mp3", 2),
        ("old/kept/3.mp3", 3),
        ("old/4.mp3", 4),
    ] {
        drive.put(path, song(number));
    }
    world.sync().await;
    let before = world.present().await;
    let old = drive.key_of("old").unwrap();
    drive.delete("old/kept/3.mp3");
    drive.move_into("old/kept", "");
    drive.delete("old");
    let removed = Change::Removed {
        key: old,
        subtree: true,
    };
    coalesced.first.lock().unwrap().push(removed);
    let read = drive.bytes_read();
    let job = world.sync().await;
    assert_eq!(
        (job.status(), job.stats().deleted, job.stats().added),
        (SyncStatus::Completed, 2, 0),
        "{job:?}"
    );
    let after = world.present().await;
    assert_eq!(after.len(), 2, "{after:?}");
    assert!(
        after
            .values()
            .all(|it| before.values().any(|was| was == it))
    );
    assert_eq!(drive.bytes_read(), read);
    let full = SyncRequest {
        mode: SyncMode::Full,
        ..SyncRequest::default()
    };
    let job = world.sync_with(full).await;
    assert_eq!((job.stats().deleted, job.stats().added), (0, 0), "{job:?}");
}
