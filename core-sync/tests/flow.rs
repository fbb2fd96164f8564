//! How syncs share what is scarce: urgency, rests, the network.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bridge_traits::network::NetworkStatus;
use bridge_traits::provider::{
    Capabilities, Change, ChangePage, ChangeStream, ChangesFrom, Checkpoint, FeedScope, ItemKey,
    RemoteItem, StorageProvider, Version,
};
use bridge_traits::testing::{FakeNetwork, MemoryProvider, ProviderCall};
use bridge_traits::{ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use core_async::sync::Notify;
use core_library::repository::artist::{self, ArtistFilter};
use core_runtime::events::{
    CoreEvent, EventSubscriber, LibraryEvent, NetworkEvent, ProviderEvent, SyncEvent,
};
use core_runtime::retry::RetryPolicy;
use core_sync::{SyncError, SyncJobId, SyncMode, SyncRequest, SyncStatus};
use futures::StreamExt;
use world::{World, song};

#[path = "portable/world.rs"]
mod world;

/// A drive that serves one request at a time, notes which, and can be told to stop before one.
#[derive(Clone)]
struct Watched {
    drive: MemoryProvider,
    seen: Arc<Mutex<Seen>>,
    /// Rings when a read has come to where it was told to stop.
    stopped: Arc<Notify>,
    go_on: Arc<Notify>,
}

#[derive(Default)]
struct Seen {
    reads: Vec<String>,
    stats: Vec<String>,
    stats_at_once: usize,
    most_stats_at_once: usize,
    /// Which read is to wait, counted from 0.
    stop_at: Option<usize>,
    /// Whether the feed only says which items changed.
    is_vague: bool,
}

impl Watched {
    fn lock(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[platform_async_trait]
impl StorageProvider for Watched {
    fn capabilities(&self) -> Capabilities {
        let read_concurrency = if self.lock().is_vague { 4 } else { 1 };
        Capabilities {
            read_concurrency,
            ..self.drive.capabilities()
        }
    }

    fn scope(&self) -> FeedScope {
        self.drive.scope()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        self.drive.start_token().await
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let is_vague = self.lock().is_vague;
        let pages = self.drive.get_changes(from).await?;
        Ok(Box::pin(pages.map(move |page| {
            let page = page?;
            let vague = |change| match change {
                // Twice, as some feeds do.
                Change::Upsert(item) if is_vague => {
                    vec![Change::Dirty(item.key.clone()), Change::Dirty(item.key)]
                }
                other => vec![other],
            };
            Ok(ChangePage {
                changes: page.changes.into_iter().flat_map(vague).collect(),
                ..page
            })
        })))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        {
            let mut seen = self.lock();
            seen.stats.push(key.0.clone());
            seen.stats_at_once += 1;
            seen.most_stats_at_once = seen.most_stats_at_once.max(seen.stats_at_once);
        }
        core_async::task::yield_now().await;
        self.lock().stats_at_once -= 1;
        self.drive.stat(key).await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        let is_stopped = {
            let mut seen = self.lock();
            let number = seen.reads.len();
            if range.start == 0 {
                seen.reads.push(key.0.clone());
            }
            seen.stop_at.take_if(|at| *at == number).is_some()
        };
        if is_stopped {
            self.stopped.notify_one();
            self.go_on.notified().await;
        }
        self.drive.read(key, version, range).await
    }
}

/// Makes a world whose drive is watched.
async fn watched(sync_on_metered: bool) -> (World, Watched) {
    let mut watched = None;
    let behind = |drive| -> Arc<dyn StorageProvider> {
        let it = Watched {
            drive,
            seen: Arc::default(),
            stopped: Arc::default(),
            go_on: Arc::default(),
        };
        Arc::new(watched.insert(it).clone())
    };
    let world = World::configured(behind, |it| it.sync_on_metered = sync_on_metered).await;
    (world, watched.expect("it was asked for"))
}

async fn start(world: &World) -> SyncJobId {
    let request = SyncRequest::default();
    let started = world.coordinator.start_sync(world.provider, request).await;
    started.expect("it starts")
}

/// Waits for the end of the next sync that completes.
async fn completed(events: &mut EventSubscriber) -> u64 {
    loop {
        let event = events.recv().await.expect("the bus lives");
        if let CoreEvent::Sync(SyncEvent::Completed(summary)) = &event.event {
            return summary.added;
        }
    }
}

#[core_async::test]
async fn a_folder_that_somebody_opens_is_read_next_while_the_sync_runs() {
    let (world, watched) = watched(true).await;
    for number in 0..200 {
        world.drive.put(&format!("a/{number}.mp3"), song(number));
    }
    let wanted = world.drive.put("z/wanted.mp3", song(1_000));
    let folder = world.drive.key_of("z").expect("a folder");
    watched.lock().stop_at = Some(2);

    let job = start(&world).await;
    watched.stopped.notified().await;
    let raised = world.coordinator.raise_folder(world.provider, &folder.0);
    assert_eq!(raised.await.expect("it is raised"), 1);
    watched.go_on.notify_one();
    let job = world.coordinator.wait(job).await.expect("it ends");

    assert_eq!((job.stats().added, job.stats().failed), (201, 0));
    let reads = watched.lock().reads.clone();
    let place = reads.iter().position(|key| *key == wanted.0);
    // What was handed out before goes first.
    assert!(place.is_some_and(|at| at < 60), "it came at {place:?}");
}

#[core_async::test]
async fn what_was_read_is_there_although_the_next_file_takes_forever() {
    let (world, watched) = watched(true).await;
    for number in 0..5 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    watched.lock().stop_at = Some(3);
    let mut events = world.events.subscribe();
    let job = start(&world).await;
    watched.stopped.notified().await;
    let added = loop {
        let event = events.recv().await.expect("the bus lives");
        if let CoreEvent::Library(LibraryEvent::Changed { tracks_added, .. }) = &event.event {
            break tracks_added.ids().map(<[i64]>::len);
        }
    };
    assert_eq!(added, Some(3));
    watched.go_on.notify_one();
    let done = world.coordinator.wait(job).await.expect("it ends");
    assert_eq!(done.stats().added, 5);
}

#[core_async::test]
async fn a_paused_sync_rests_and_goes_on_where_it_was() {
    let (world, watched) = watched(true).await;
    for number in 0..50 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    watched.lock().stop_at = Some(10);
    let job = start(&world).await;
    watched.stopped.notified().await;
    world.coordinator.pause(job).expect("it runs");
    // A later reason does not count.
    world.coordinator.cancel(job).expect("it runs");
    watched.go_on.notify_one();
    let paused = world.coordinator.wait(job).await.expect("it ends");
    assert_eq!(
        (paused.status(), paused.error()),
        (SyncStatus::Paused, Some("paused"))
    );
    // What was read is kept; the last one may not have come back when it ended.
    assert!(paused.stats().added >= 9, "{paused:?}");

    let next = world.coordinator.resume(job).await.expect("it goes on");
    let done = world.coordinator.wait(next).await.expect("it ends");
    assert_eq!(done.status(), SyncStatus::Completed);
    assert_eq!(paused.stats().added + done.stats().added, 50);
    // Only what was under way when it ended is read again.
    let reads = watched.lock().reads.len();
    assert!(reads <= 52, "{reads}");
    let again = world.coordinator.resume(next).await;
    assert!(
        matches!(again, Err(SyncError::IllegalTransition { .. })),
        "{again:?}"
    );
}

/// A song whose only tag is an artist.
fn by(artist: &str, sound: u32) -> Vec<u8> {
    let size = artist.len() as u8 + 1;
    let mut file = vec![b'I', b'D', b'3', 3, 0, 0, 0, 0, 0, 10 + size];
    file.extend(*b"TPE1\0\0\0");
    file.extend([size, 0, 0, 0]);
    file.extend(artist.as_bytes());
    file.extend(song(sound));
    file
}

/// Gives what artists are called, and how many a sync said to be called otherwise.
async fn artists(world: &World, events: &mut EventSubscriber) -> (Vec<String>, u64) {
    let page = artist::page(&world.library, &ArtistFilter::Any, None, 9).await;
    let items = page.expect("artists").items.into_iter();
    let mut told = 0;
    while let Ok(event) = events.try_recv() {
        if let CoreEvent::Library(LibraryEvent::Changed {
            tracks_added,
            tracks_updated,
            tracks_removed,
            artists,
            ..
        }) = &event.event
        {
            // Those of tracks are told with these.
            let tracks = [tracks_added, tracks_updated, tracks_removed];
            if tracks.iter().all(|it| it.is_empty()) {
                told += artists.count();
            }
        }
    }
    (items.map(|it| it.name).collect(), told)
}

#[core_async::test]
async fn a_sync_tells_which_artists_are_called_otherwise_also_where_one_was_stopped_before() {
    let (world, watched) = watched(true).await;
    world.drive.put("1.mp3", by("art", 1));
    world.drive.put("2.mp3", by("Uh", 2));
    let mut events = world.events.subscribe();
    world.sync().await;
    let (names, told) = artists(&world, &mut events).await;
    assert_eq!((names.join(", "), told), ("art, Uh".to_owned(), 0));

    world.drive.put("1.mp3", by("ART", 1));
    world.sync().await;
    let (names, told) = artists(&world, &mut events).await;
    assert_eq!((names.join(", "), told), ("ART, Uh".to_owned(), 1));

    world.drive.put("1.mp3", by("Art", 1));
    world.drive.put("3.mp3", by("New", 3));
    let read = watched.lock().reads.len();
    watched.lock().stop_at = Some(read + 1);
    let job = start(&world).await;
    watched.stopped.notified().await;
    world.coordinator.cancel(job).expect("it runs");
    let cancelled = world.coordinator.wait(job).await.expect("it ends");
    assert_eq!(cancelled.stats().updated, 1);
    watched.go_on.notify_one();
    watched.lock().stop_at = None;
    world.drive.delete("3.mp3");
    let stats = *world.sync().await.stats();
    assert_eq!((stats.added, stats.updated, stats.deleted), (0, 0, 0));
    let (names, told) = artists(&world, &mut events).await;
    assert_eq!((names.join(", "), told), ("Art, Uh".to_owned(), 1));
}

#[core_async::test]
async fn a_sync_without_a_network_rests_and_begins_again_by_itself() {
    // One read at a time: five that fail are the job's, not each some file's.
    let (world, _) = watched(true).await;
    let network = FakeNetwork::new();
    world.coordinator.follow_network(Arc::new(network.clone()));
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    let mut events = world.events.subscribe();
    let status = |online| NetworkStatus {
        online: Some(online),
        metered: Some(false),
    };
    network.set(status(false));
    for _ in 0..5 {
        world
            .drive
            .fail_next_call(ProviderCall::Read, ErrorKind::Offline);
    }
    let job = world.sync().await;
    assert_eq!(job.status(), SyncStatus::Paused, "{job:?}");
    network.set(status(true));
    assert_eq!(completed(&mut events).await + job.stats().added, 20);
    world.coordinator.unfollow_network();
}

#[core_async::test]
async fn where_the_settings_say_so_a_metered_network_is_not_used() {
    let (world, watched) = watched(false).await;
    let network = FakeNetwork::new();
    world.coordinator.follow_network(Arc::new(network.clone()));
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    let status = |metered| NetworkStatus {
        online: Some(true),
        metered: Some(metered),
    };
    let mut events = world.events.subscribe();
    watched.lock().stop_at = Some(3);
    let job = start(&world).await;
    watched.stopped.notified().await;
    network.set(status(true));
    let paused = world.coordinator.wait(job).await.expect("it ends");
    assert_eq!(paused.status(), SyncStatus::Paused);
    assert!(
        paused.error().is_some_and(|it| it.contains("not metered")),
        "{paused:?}"
    );
    let refused = world.sync().await;
    assert_eq!(refused.status(), SyncStatus::Paused);
    network.set(status(false));
    assert_eq!(completed(&mut events).await + paused.stats().added, 20);
    world.coordinator.unfollow_network();
}

#[core_async::test]
async fn items_of_a_vague_feed_are_asked_for_once_and_several_at_a_time() {
    let (world, watched) = watched(true).await;
    watched.lock().is_vague = true;
    world
        .coordinator
        .register_provider(world.provider, Arc::new(watched.clone()));
    world.drive.set_page_size(100);
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    let job = world.sync().await;
    assert_eq!(
        (job.status(), job.stats().added),
        (SyncStatus::Completed, 20)
    );
    let seen = watched.lock();
    let mut keys = seen.stats.clone();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((seen.stats.len(), keys.len()), (20, 20), "each once");
    assert_eq!(seen.most_stats_at_once, 4);
}

#[core_async::test]
async fn files_that_were_set_aside_can_be_seen_and_tried_again() {
    let world = World::new().await;
    world.drive.put("odd.mp3", "this is no music");
    let job = world.sync().await;
    assert_eq!(
        (job.status(), job.stats().failed),
        (SyncStatus::Completed, 1)
    );
    let list = async || {
        let files = world.coordinator.quarantined(world.provider, "", 10).await;
        files.expect("a list")
    };
    let aside = list().await;
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert!(aside[0].name == "odd.mp3" && !aside[0].error.is_empty());
    assert_eq!(world.sync().await.stats().failed, 0, "it is left alone");

    let retry = world
        .coordinator
        .retry_quarantined(world.provider, Some(&aside[0].key));
    assert_eq!(retry.await.expect("it is found"), 1);
    assert!(list().await.is_empty());
    assert_eq!(world.sync().await.stats().failed, 1, "it is tried again");
    assert_eq!(list().await.len(), 1);
    let retry = world.coordinator.retry_quarantined(world.provider, None);
    assert_eq!(retry.await.expect("all"), 1);
}

#[core_async::test]
async fn a_read_that_fails_in_passing_costs_the_job_nothing() {
    let world = World::new().await;
    world.drive.put("song.mp3", song(1));
    for kind in [ErrorKind::Timeout, ErrorKind::HttpStatus(502)] {
        world.drive.fail_next_call(ProviderCall::Read, kind);
    }
    let request = SyncRequest {
        mode: SyncMode::Full,
        ..SyncRequest::default()
    };
    let job = world.sync_with(request).await;
    assert_eq!((job.stats().added, job.stats().failed), (1, 0));
}

#[core_async::test]
async fn a_provider_that_is_removed_while_it_is_synced_leaves_nothing_behind() {
    let (world, watched) = watched(true).await;
    for number in 0..50 {
        world.drive.put(&format!("a/{number}.mp3"), song(number));
    }
    watched.lock().stop_at = Some(20);
    let job = start(&world).await;
    watched.stopped.notified().await;
    let removal = world.coordinator.remove_provider(world.provider);
    let go_on = async { watched.go_on.notify_one() };
    let (removed, ()) = futures::future::join(removal, go_on).await;
    let removed = removed.expect("it is removed");
    // How many were stored by then depends on when they were written: with one thread, perhaps none.
    assert_eq!(removed.kept, []);

    let ended = world.coordinator.wait(job).await.expect("it is remembered");
    assert_eq!(ended.status(), SyncStatus::Cancelled);
    let again = world
        .coordinator
        .start_sync(world.provider, SyncRequest::default());
    assert!(matches!(
        again.await,
        Err(SyncError::UnknownProvider { .. })
    ));
    for table in [
        "track",
        "track_artist",
        "album",
        "album_artist",
        "artist",
        "genre",
        "artwork",
        "remote_item",
        "work",
        "feed",
        "search",
        "album_search",
        "artist_search",
        "loose",
    ] {
        let rows = world
            .library
            .query(&format!("SELECT count(*) FROM {table}"), vec![])
            .await
            .expect("a count");
        assert_eq!(rows[0].get::<i64>(0).expect("a number"), 0, "{table}");
    }
}

/// Gives what was told of a kind so far.
fn told<T>(events: &mut EventSubscriber, of: impl Fn(&CoreEvent) -> Option<T>) -> Vec<T> {
    std::iter::from_fn(|| events.try_recv().ok())
        .filter_map(|event| of(&event.event))
        .collect()
}

#[core_async::test]
async fn a_sync_says_from_its_start_what_it_is() {
    let world = World::new().await;
    let mut events = world.events.subscribe();
    for kind in ["full", "incremental"] {
        world.drive.put(&format!("{kind}.mp3"), song(1));
        let job = world.sync().await;
        let started = told(&mut events, |event| match event {
            CoreEvent::Sync(SyncEvent::Started {
                provider,
                sync_type,
                ..
            }) => Some((*provider, sync_type.clone())),
            _ => None,
        });
        assert_eq!(started, [(world.provider, kind.to_owned())]);
        assert_eq!(job.sync_type().as_str(), kind);
    }
}

#[core_async::test]
async fn a_sync_that_its_provider_ends_says_what_is_to_be_done_about_that() {
    let world = World::new().await;
    let provider = world.provider;
    let mut events = world.events.subscribe();
    for (kind, expected) in [
        (ErrorKind::AuthExpired, Some("sign-in needed")),
        (ErrorKind::RootUnavailable, Some("unavailable")),
        (ErrorKind::Other, None),
        (ErrorKind::Offline, Some("unavailable")),
    ] {
        // One that passes is asked again.
        let times = match kind {
            ErrorKind::Offline => RetryPolicy::default().max_attempts,
            _ => 1,
        };
        for _ in 0..times {
            world
                .drive
                .fail_next_call(ProviderCall::StartToken, kind.clone());
        }
        let job = world.sync().await;
        assert_ne!(job.status(), SyncStatus::Completed, "{kind:?}");
        let said = told(&mut events, |event| match event {
            CoreEvent::Provider(event) => Some(match event {
                ProviderEvent::SignInNeeded { provider } => (*provider, "sign-in needed"),
                ProviderEvent::Unavailable { provider, reason } => {
                    assert!(!reason.is_empty());
                    (*provider, "unavailable")
                }
                other => panic!("{other:?}"),
            }),
            CoreEvent::Sync(event) if event.is_final() => Some((provider, "the end")),
            _ => None,
        });
        let expected = expected.into_iter().chain(["the end"]);
        let expected: Vec<_> = expected.map(|it| (provider, it)).collect();
        assert_eq!(said, expected, "{kind:?}");
    }
}

#[core_async::test]
async fn the_network_is_told_of_when_it_changes() {
    let world = World::new().await;
    let network = FakeNetwork::new();
    let mut events = world.events.subscribe();
    world.coordinator.follow_network(Arc::new(network.clone()));
    let status = |online, metered| NetworkStatus { online, metered };
    // The state that is heard of first is no change.
    let mut online = true;
    while events.try_recv().is_err() {
        online = !online;
        network.set(status(Some(online), None));
        core_async::task::yield_now().await;
    }
    network.set(status(None, Some(true)));
    network.set(status(None, Some(true)));
    network.set(status(Some(true), Some(false)));
    let mut changes = Vec::new();
    while changes.last() != Some(&(Some(true), Some(false))) {
        let event = events.recv().await.expect("the bus lives");
        match event.event {
            CoreEvent::Network(NetworkEvent::StatusChanged { online, metered }) => {
                changes.push((online, metered));
            }
            ref other => panic!("{other:?}"),
        }
    }
    let last = &changes[changes.len() - 2..];
    assert_eq!(last, [(None, Some(true)), (Some(true), Some(false))]);
    world.coordinator.unfollow_network();
}
