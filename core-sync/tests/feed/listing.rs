//! Full syncs that stop half way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bridge_traits::provider::{
    Capabilities, ChangePage, ChangeStream, ChangesFrom, Checkpoint, Next, PageToken, PageTokens,
    StorageProvider,
};
use bridge_traits::testing::ProviderCall;
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use core_sync::{SyncMode, SyncRequest, SyncStatus, SyncType};
use futures::{TryStreamExt, stream};

use crate::paths::Paths;
use crate::told::{Feed, Told};
use crate::world::{World, song};

#[core_async::test]
async fn a_listing_that_fails_half_way_deletes_nothing_and_is_taken_up_again() {
    let world = World::new().await;
    for number in 0..40 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    world.sync().await;
    world
        .drive
        .fail_next_call(ProviderCall::Page, ErrorKind::PermissionDenied);
    let request = SyncRequest {
        mode: SyncMode::Full,
        deletions_confirmed: true,
    };
    let failed = world.sync_with(request).await;
    assert_eq!(
        (failed.status(), failed.stats().deleted),
        (SyncStatus::Failed, 0)
    );
    assert!(
        failed
            .error()
            .is_some_and(|it| it.contains("permission denied")),
        "{failed:?}"
    );
    assert_eq!(world.present().await.len(), 40);
    // The unfinished full sync is finished, though an incremental one was asked for.
    let job = world.sync().await;
    assert_eq!(
        (job.status(), job.sync_type()),
        (SyncStatus::Completed, SyncType::Full)
    );
    assert_eq!(world.present().await.len(), 40);
}

/// A drive that is listed a folder a page and can go on after each, but not in a root that is empty and was
/// not.
#[derive(Clone, Default)]
struct Walked {
    drive: Paths,
    breaks_off: Arc<AtomicBool>,
}

#[platform_async_trait]
impl Feed for Walked {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            page_tokens: PageTokens::Hours,
            ..self.drive.capabilities()
        }
    }

    fn drive(&self) -> &dyn StorageProvider {
        &self.drive
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        Ok(None)
    }

    async fn changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let mut whole = self.drive.get_changes(ChangesFrom::Beginning).await?;
        let whole = whole.try_next().await?.expect("one page");
        let passed = match &from {
            ChangesFrom::Page(token) => usize::from(token.0[0]),
            _ => 0,
        };
        if whole.changes.len() == 1 && from != ChangesFrom::Beginning {
            return Err(BridgeError::new(ErrorKind::RootUnavailable, "the root"));
        }
        let last = whole.changes.len() - 1;
        let changes = whole.changes.into_iter().enumerate().skip(passed);
        let pages = changes.map(move |(at, change)| {
            Ok(ChangePage {
                changes: vec![change],
                unreadable: vec![],
                next: match at == last {
                    true => whole.next.clone(),
                    false => Next::More(Some(PageToken(vec![at as u8 + 1]))),
                },
            })
        });
        let pages: Vec<_> = match self.breaks_off.swap(false, Ordering::SeqCst) {
            true => {
                let refusal = BridgeError::new(ErrorKind::PermissionDenied, "a folder");
                pages.take(1).chain([Err(refusal)]).collect()
            }
            false => pages.collect(),
        };
        Ok(Box::pin(stream::iter(pages)))
    }
}

#[core_async::test]
async fn a_root_that_was_emptied_on_purpose_is_synced_although_a_full_sync_had_stopped() {
    let walked = Walked::default();
    let seen = walked.clone();
    let world = World::behind(|_| Arc::new(Told(seen))).await;
    for number in 0..3 {
        let path = format!("{number}/song.mp3");
        walked.drive.put(&path, song(number));
    }
    world.sync().await;
    walked.breaks_off.store(true, Ordering::SeqCst);
    let full = |deletions_confirmed| SyncRequest {
        mode: SyncMode::Full,
        deletions_confirmed,
    };
    let stopped = world.sync_with(full(false)).await;
    assert_eq!(stopped.status(), SyncStatus::Failed, "{stopped:?}");
    for number in 0..3 {
        walked.drive.delete(&format!("{number}/song.mp3"));
    }
    // It goes on where it was, which is not believed, until a person says so.
    let job = world.sync_with(full(false)).await;
    assert_eq!(job.status(), SyncStatus::Failed, "{job:?}");
    assert_eq!(world.present().await.len(), 3);
    let job = world.sync_with(full(true)).await;
    assert_eq!(
        (job.status(), job.stats().deleted),
        (SyncStatus::Completed, 3),
        "{job:?}"
    );
    assert!(world.present().await.is_empty());
    walked.drive.put("back/song.mp3", song(7));
    assert_eq!(world.sync().await.stats().added, 1);
}
