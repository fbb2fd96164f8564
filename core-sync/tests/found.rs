//! What the simulator found once, each told in the words of who would have lost something.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge_traits::provider::{
    Capabilities, ChangeStream, ChangesFrom, Checkpoint, FeedScope, ItemKey, RemoteItem,
    StorageProvider, Version,
};
use bridge_traits::testing::MemoryProvider;
use bridge_traits::{BridgeError, ErrorKind, Result, ThrottleScope, platform_async_trait};
use bytes::Bytes;
use core_async::time::Instant;
use core_library::Library;
use core_library::model::TrackId;
use core_library::repository::annotation;
use core_library::repository::track::Presence;
use core_library::repository::work;
use world::{World, song};

#[path = "portable/world.rs"]
mod world;

/// A drive whose reads are watched, and go wrong on demand.
#[derive(Clone)]
struct Watched {
    inner: MemoryProvider,
    cut_next: Arc<AtomicBool>,
    refuse_next: Arc<Mutex<Option<(Duration, ThrottleScope)>>>,
    under_way: Arc<AtomicUsize>,
    most_under_way: Arc<AtomicUsize>,
    read_at: Arc<Mutex<Vec<Instant>>>,
    /// Where somebody else notes a newer version of every file while the next one is read.
    observed_meanwhile: Arc<Mutex<Option<Library>>>,
}

impl Watched {
    fn new(inner: MemoryProvider) -> Self {
        Self {
            inner,
            cut_next: Arc::default(),
            refuse_next: Arc::default(),
            under_way: Arc::default(),
            most_under_way: Arc::default(),
            read_at: Arc::default(),
            observed_meanwhile: Arc::default(),
        }
    }

    /// A world that is seen through such a provider.
    async fn world() -> (World, Self) {
        let mut watched = None;
        let world = World::behind(|drive| Arc::new(watched.insert(Self::new(drive)).clone())).await;
        (world, watched.expect("it was asked for"))
    }
}

#[platform_async_trait]
impl StorageProvider for Watched {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn scope(&self) -> FeedScope {
        self.inner.scope()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        self.inner.start_token().await
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        self.inner.get_changes(from).await
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.inner.stat(key).await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.read_at
            .lock()
            .expect("nobody panics")
            .push(Instant::now());
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_under_way.fetch_max(under_way, Ordering::SeqCst);
        core_async::task::yield_now().await;
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        if let Some((wait, scope)) = self.refuse_next.lock().expect("nobody panics").take() {
            let retry_after = Some(wait);
            let kind = ErrorKind::Throttled { retry_after, scope };
            return Err(BridgeError::new(kind, key.0.clone()));
        }
        let library = self
            .observed_meanwhile
            .lock()
            .expect("nobody panics")
            .take();
        if let Some(library) = library {
            let mut tx = library.write().await.expect("a transaction");
            let newer = "UPDATE remote_item SET version = 'newer' WHERE kind = 'audio'";
            tx.execute(newer, vec![]).await.expect("a statement");
            tx.commit().await.expect("a commit");
        }
        let mut piece = self.inner.read(key, version, range).await?;
        if !piece.is_empty() && self.cut_next.swap(false, Ordering::SeqCst) {
            piece.truncate(piece.len() / 2);
        }
        Ok(piece)
    }
}

#[core_async::test]
async fn half_a_song_is_never_taken_for_the_song() {
    let (world, watched) = Watched::world().await;
    world.drive.put("song.mp3", song(1));
    watched.cut_next.store(true, Ordering::SeqCst);
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().failed), (0, 1), "{job:?}");
    assert_eq!(world.sync().await.stats().added, 1);
    // What was read is the song: elsewhere, later, it is known by its sound.
    let before = world.present().await["song.mp3"];
    world.drive.delete("song.mp3");
    world.sync().await;
    world.drive.put("elsewhere.mp3", song(1));
    world.sync().await;
    assert_eq!(world.present().await["elsewhere.mp3"], before);
}

#[core_async::test]
async fn a_song_that_is_put_elsewhere_keeps_its_own_plays_though_a_copy_of_it_was_lost_before() {
    let world = World::new().await;
    world.drive.put("old copy.mp3", song(1));
    world.drive.put("song.mp3", song(1));
    world.sync().await;
    let before = world.present().await;
    world.drive.delete("old copy.mp3");
    world.sync().await;
    world.drive.delete("song.mp3");
    world.drive.put("elsewhere.mp3", song(1));
    world.sync().await;
    let after = world.present().await;
    assert_eq!(after["elsewhere.mp3"], before["song.mp3"]);
    let missing = world.tracks(Presence::Missing).await;
    assert_eq!(missing.len(), 1);
    assert_eq!(missing[0].id, before["old copy.mp3"]);
}

#[core_async::test]
async fn what_was_read_does_not_count_for_a_version_that_was_observed_meanwhile() {
    let (world, watched) = Watched::world().await;
    world.drive.put("song.mp3", song(1));
    *watched.observed_meanwhile.lock().expect("nobody panics") = Some(world.library.clone());
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().failed), (0, 0), "{job:?}");
    assert!(world.present().await.is_empty());
    let depth = work::depth(&world.library, world.provider)
        .await
        .expect("the queue");
    assert_eq!(depth.waiting, 1, "the newer version is still to be read");
}

#[core_async::test]
async fn an_account_is_never_asked_for_more_reads_at_once_than_it_allows() {
    let (world, watched) = Watched::world().await;
    for number in 0..40 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    assert_eq!(world.sync().await.stats().added, 40);
    let most = watched.most_under_way.load(Ordering::SeqCst);
    let allowed = watched.capabilities().read_concurrency;
    assert!((2..=allowed).contains(&most), "{most} at once");
}

#[core_async::test(start_paused = true)]
async fn an_account_that_asks_for_quiet_gets_it_from_all_readers() {
    const QUIET: Duration = Duration::from_secs(60);
    let (world, watched) = Watched::world().await;
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    let refusal = (QUIET, ThrottleScope::Account);
    *watched.refuse_next.lock().expect("nobody panics") = Some(refusal);
    let job = world.sync().await;
    // The refused one is read again when it is over.
    assert_eq!((job.stats().added, job.stats().failed), (20, 0), "{job:?}");
    let read_at = watched.read_at.lock().expect("nobody panics");
    let first = read_at[0];
    // Those that were under way when the refusal came can't be called back.
    let allowed = watched.capabilities().read_concurrency;
    let early = read_at.iter().filter(|it| **it - first < QUIET).count();
    assert!(early <= allowed, "{early} of {} reads", read_at.len());
}

#[core_async::test(start_paused = true)]
async fn a_file_that_is_to_be_left_alone_waits_and_the_others_do_not() {
    let (world, watched) = Watched::world().await;
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    let refusal = (Duration::from_secs(3_600), ThrottleScope::Item);
    *watched.refuse_next.lock().expect("nobody panics") = Some(refusal);
    let start = Instant::now();
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().failed), (19, 1), "{job:?}");
    assert!(start.elapsed() < Duration::from_secs(60), "they waited");
    // It is tried when its time has come, or when somebody asks for all, and is none the worse for it.
    assert_eq!(world.sync().await.stats().added, 0);
    let rows = world
        .library
        .query("SELECT attempts FROM work", vec![])
        .await
        .expect("the queue");
    assert_eq!(rows[0].get::<u32>(0).expect("a number"), 0);
    let full = core_sync::SyncRequest {
        mode: core_sync::SyncMode::Full,
        ..core_sync::SyncRequest::default()
    };
    assert_eq!(world.sync_with(full).await.stats().added, 1);
}

#[core_async::test]
async fn plays_go_on_with_the_copy_that_stayed() {
    let world = World::new().await;
    world.drive.put("new/song.mp3", song(1));
    world.drive.put("old/song.mp3", song(1));
    world.sync().await;
    let before = world.present().await;
    let played = before["old/song.mp3"];
    let mut tx = world.library.write().await.expect("a transaction");
    annotation::played(&mut tx, played, 1)
        .await
        .expect("a play");
    tx.commit().await.expect("a commit");
    world.drive.delete("old/song.mp3");
    let job = world.sync().await;
    assert_eq!(job.stats().deleted, 1);
    let after = world.present().await;
    assert_eq!(after.len(), 1);
    assert_eq!(after["new/song.mp3"], played);
}

/// Puts an ID3v2.4 tag before a song.
fn tagged(sound: u32, frames: &[(&str, &str)]) -> Vec<u8> {
    let size = |it: usize| [0, 0, (it >> 7) as u8, (it & 0x7F) as u8];
    let mut body = Vec::new();
    for (id, text) in frames {
        body.extend(id.bytes());
        body.extend(size(text.len() + 1));
        body.extend([0, 0, 3]);
        body.extend(text.bytes());
    }
    let mut file = b"ID3\x04\0\0".to_vec();
    file.extend(size(body.len()));
    file.extend(body);
    file.extend(song(sound));
    file
}

async fn play(world: &World, track: TrackId) {
    let mut tx = world.library.write().await.expect("a transaction");
    annotation::played(&mut tx, track, 1).await.expect("a play");
    tx.commit().await.expect("a commit");
}

#[core_async::test]
async fn a_track_that_goes_on_in_a_copy_says_what_the_copy_says() {
    let world = World::new().await;
    let [title, album] = [("TIT2", "Song"), ("TALB", "Album")];
    let old = tagged(1, &[title, album, ("TPE1", "Mistyped"), ("TPE2", "Band")]);
    world.drive.put("old/song.mp3", old.clone());
    world.sync().await;
    let track = world.present().await["old/song.mp3"];
    play(&world, track).await;
    let new = tagged(1, &[title, album, ("TPE1", "Corrected"), ("TPE2", "Band")]);
    world.drive.put("new/song.mp3", new);
    world.sync().await;
    world.drive.delete("old/song.mp3");
    world.sync().await;
    assert_eq!(world.present().await["new/song.mp3"], track);
    let shown = world.tracks(Presence::Present).await;
    assert_eq!(shown[0].artist_display.as_deref(), Some("Corrected"));
    assert_eq!(shown[0].annotation.play_count, 1);
    // The other one, should it come back, says what its file says.
    world.drive.put("old/song.mp3", old);
    world.sync().await;
    let shown = world.tracks(Presence::Present).await;
    let mut artists: Vec<_> = shown
        .iter()
        .map(|it| it.artist_display.as_deref())
        .collect();
    artists.sort_unstable();
    assert_eq!(artists, [Some("Corrected"), Some("Mistyped")]);
}

#[core_async::test]
async fn plays_do_not_go_to_a_copy_that_is_something_else_by_now() {
    let (world, watched) = Watched::world().await;
    world.drive.put("new/song.mp3", song(1));
    world.drive.put("old/song.mp3", song(1));
    world.sync().await;
    let before = world.present().await;
    let played = before["old/song.mp3"];
    play(&world, played).await;
    world.drive.put("new/song.mp3", song(2));
    world.drive.delete("old/song.mp3");
    let refusal = (Duration::from_secs(3_600), ThrottleScope::Item);
    *watched.refuse_next.lock().expect("nobody panics") = Some(refusal);
    world.sync().await;
    let after = world.present().await;
    assert_eq!(
        after["new/song.mp3"], before["new/song.mp3"],
        "not read yet"
    );
    let missing = world.tracks(Presence::Missing).await;
    assert_eq!(missing.iter().map(|it| it.id).collect::<Vec<_>>(), [played]);
}
