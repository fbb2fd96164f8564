//! Syncs of a provider with a feed of changes, against a simple model of what should come out.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bridge_traits::provider::{
    Capabilities, Change, ChangePage, ChangeStream, ChangesFrom, Checkpoint, FeedScope,
    InitialSync, ItemKey, Next, Omitted, PageToken, PageTokens, RemoteItem, Resync,
    StorageProvider, Version,
};
use bridge_traits::testing::{MemoryProvider, ProviderCall};
use bridge_traits::{BridgeError, ErrorKind, Result, platform_async_trait};
use bytes::Bytes;
use core_library::model::TrackId;
use core_library::repository::work;
use core_runtime::events::{CoreEvent, SyncEvent};
use core_runtime::retry::RetryPolicy;
use core_sync::{SyncJob, SyncMode, SyncRequest, SyncStatus, SyncType};
use futures::{StreamExt, TryStreamExt, stream};
use paths::Paths;
#[cfg(not(target_arch = "wasm32"))]
use proptest::prelude::*;
use world::{World, song};

#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A library of twenty songs that was synced once.
async fn twenty_songs() -> World {
    let world = World::new().await;
    for number in 0..20 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    world.sync().await;
    world
}

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
impl StorageProvider for Walked {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            page_tokens: PageTokens::Hours,
            ..self.drive.capabilities()
        }
    }

    fn scope(&self) -> FeedScope {
        self.drive.scope()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        Ok(None)
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
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

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.drive.stat(key).await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.drive.read(key, version, range).await
    }
}

/// A drive whose feed first tells some things by their present state, as feeds of ids do where something was
/// touched more than once.
#[derive(Clone, Default)]
struct Coalesced {
    drive: MemoryProvider,
    first: Arc<Mutex<Vec<Change>>>,
}

#[platform_async_trait]
impl StorageProvider for Coalesced {
    fn capabilities(&self) -> Capabilities {
        self.drive.capabilities()
    }

    fn scope(&self) -> FeedScope {
        self.drive.scope()
    }

    async fn start_token(&self) -> Result<Option<Checkpoint>> {
        self.drive.start_token().await
    }

    async fn get_changes(&self, from: ChangesFrom) -> Result<ChangeStream> {
        let first = ChangePage {
            changes: std::mem::take(&mut *self.first.lock().unwrap()),
            unreadable: vec![],
            next: Next::More(None),
        };
        let rest = self.drive.get_changes(from).await?;
        Ok(Box::pin(stream::iter([Ok(first)]).chain(rest)))
    }

    async fn stat(&self, key: &ItemKey) -> Result<RemoteItem> {
        self.drive.stat(key).await
    }

    async fn read(
        &self,
        key: &ItemKey,
        version: Option<&Version>,
        range: Range<u64>,
    ) -> Result<Bytes> {
        self.drive.read(key, version, range).await
    }
}

#[core_async::test]
async fn what_left_a_folder_before_that_was_deleted_stays_though_the_deletion_is_told_first() {
    let coalesced = Coalesced::default();
    let seen = coalesced.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
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

#[core_async::test]
async fn a_root_that_was_emptied_on_purpose_is_synced_although_a_full_sync_had_stopped() {
    let walked = Walked::default();
    let seen = walked.clone();
    let world = World::behind(|_| Arc::new(seen)).await;
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

/// What a person does to the drive, or what goes wrong.
#[derive(Debug, Clone)]
enum Step {
    Put {
        folder: u8,
        file: u8,
        sound: u32,
    },
    RenameFile {
        from: u8,
        to_folder: u8,
        to_file: u8,
    },
    RenameFolder {
        from: u8,
        to: u8,
    },
    Delete {
        file: u8,
    },
    DeleteFolder {
        folder: u8,
    },
    Expire,
    Fail {
        call: u8,
        kind: u8,
    },
    Sync {
        full: bool,
    },
}

#[cfg(not(target_arch = "wasm32"))]
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..5u8, 0..6u8, 0..1_000u32)
            .prop_map(|(folder, file, sound)| Step::Put { folder, file, sound }),
        3 => (any::<u8>(), 0..5u8, 0..6u8)
            .prop_map(|(from, to_folder, to_file)| Step::RenameFile { from, to_folder, to_file }),
        2 => (0..5u8, 5..9u8).prop_map(|(from, to)| Step::RenameFolder { from, to }),
        2 => any::<u8>().prop_map(|file| Step::Delete { file }),
        1 => (0..9u8).prop_map(|folder| Step::DeleteFolder { folder }),
        1 => Just(Step::Expire),
        2 => (0..4u8, 0..4u8).prop_map(|(call, kind)| Step::Fail { call, kind }),
        3 => any::<bool>().prop_map(|full| Step::Sync { full }),
    ]
}

/// Steps as a browser takes them, where there is no proptest: the same kinds as often.
#[cfg(target_arch = "wasm32")]
fn seeded_steps(seed: u64) -> Vec<Step> {
    let mut state = seed;
    let mut below = |end: u32| {
        // Knuth's MMIX generator; its high bits are the good ones.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % end
    };
    let count = 1 + below(39);
    (0..count)
        .map(|_| match below(20) {
            0..6 => Step::Put {
                folder: below(5) as u8,
                file: below(6) as u8,
                sound: below(1_000),
            },
            6..9 => Step::RenameFile {
                from: below(256) as u8,
                to_folder: below(5) as u8,
                to_file: below(6) as u8,
            },
            9..11 => Step::RenameFolder {
                from: below(5) as u8,
                to: 5 + below(4) as u8,
            },
            11..13 => Step::Delete {
                file: below(256) as u8,
            },
            13 => Step::DeleteFolder {
                folder: below(9) as u8,
            },
            14 => Step::Expire,
            15..17 => Step::Fail {
                call: below(4) as u8,
                kind: below(4) as u8,
            },
            _ => Step::Sync {
                full: below(2) == 0,
            },
        })
        .collect()
}

/// The drive as it should be: sounds by path.
#[derive(Default)]
struct Model {
    files: BTreeMap<String, u32>,
    /// The track of each file that was seen, which must not change while the file lives.
    tracks: BTreeMap<String, TrackId>,
}

impl Model {
    fn pick(&self, number: u8) -> Option<String> {
        let count = self.files.len();
        self.files
            .keys()
            .nth((number as usize).checked_rem(count)?)
            .cloned()
    }

    fn rename(&mut self, from: &str, to: &str) {
        if let Some(sound) = self.files.remove(from) {
            self.files.insert(to.to_owned(), sound);
        }
        self.tracks.remove(to);
        if let Some(track) = self.tracks.remove(from) {
            self.tracks.insert(to.to_owned(), track);
        }
    }

    fn in_folder(&self, folder: &str) -> Vec<String> {
        let prefix = format!("{folder}/");
        self.files
            .keys()
            .filter(|path| path.starts_with(&prefix))
            .cloned()
            .collect()
    }
}

async fn run(steps: Vec<Step>, feed_is_list: bool) {
    let world = World::new().await;
    if feed_is_list {
        world.drive.set_initial(InitialSync::FeedIsList);
    }
    let mut model = Model::default();
    for step in steps {
        apply(&world, &mut model, step).await;
    }
    // Once the faults are used up, a few syncs make the library equal the drive.
    for _ in 0..8 {
        world.sync().await;
    }
    let last = world.sync().await;
    assert_eq!(last.status(), SyncStatus::Completed, "{last:?}");
    assert_eq!(
        (
            last.stats().added,
            last.stats().updated,
            last.stats().deleted
        ),
        (0, 0, 0)
    );
    let present = world.present().await;
    assert_eq!(
        present.keys().collect::<Vec<_>>(),
        model.files.keys().collect::<Vec<_>>(),
        "the library is not the drive"
    );
    for (path, track) in &model.tracks {
        assert_eq!(
            present.get(path),
            Some(track),
            "{path} is another track now"
        );
    }
}

async fn apply(world: &World, model: &mut Model, step: Step) {
    match step {
        Step::Put {
            folder,
            file,
            sound,
        } => {
            let path = format!("folder {folder}/{file}.mp3");
            world.drive.put(&path, song(sound));
            model.files.insert(path, sound);
        }
        Step::RenameFile {
            from,
            to_folder,
            to_file,
        } => {
            let Some(from) = model.pick(from) else { return };
            let to = format!("folder {to_folder}/{to_file}.mp3");
            if from != to && !model.files.contains_key(&to) {
                world.drive.put_folder(&format!("folder {to_folder}"));
                world.drive.rename(&from, &to);
                model.rename(&from, &to);
            }
        }
        Step::RenameFolder { from, to } => {
            let (from, to) = (format!("folder {from}"), format!("folder {to}"));
            if world.drive.key_of(&from).is_some() && world.drive.key_of(&to).is_none() {
                world.drive.rename(&from, &to);
                for path in model.in_folder(&from) {
                    model.rename(&path, &path.replacen(&from, &to, 1));
                }
            }
        }
        Step::Delete { file } => {
            let Some(path) = model.pick(file) else { return };
            world.drive.delete(&path);
            model.files.remove(&path);
            model.tracks.remove(&path);
        }
        Step::DeleteFolder { folder } => {
            let folder = format!("folder {folder}");
            if world.drive.key_of(&folder).is_some() {
                world.drive.delete(&folder);
                for path in model.in_folder(&folder) {
                    model.files.remove(&path);
                    model.tracks.remove(&path);
                }
            }
        }
        Step::Expire => world.drive.expire_cursors(),
        Step::Fail { call, kind } => {
            let call = [
                ProviderCall::StartToken,
                ProviderCall::GetChanges,
                ProviderCall::Page,
                ProviderCall::Read,
            ][call as usize];
            let kind = [
                ErrorKind::Offline,
                ErrorKind::Timeout,
                ErrorKind::throttled(Some(Duration::ZERO)),
                ErrorKind::AuthExpired,
            ][kind as usize]
                .clone();
            world.drive.fail_next_call(call, kind);
        }
        Step::Sync { full } => {
            let mode = if full { SyncMode::Full } else { SyncMode::Auto };
            let request = SyncRequest {
                mode,
                deletions_confirmed: true,
            };
            if world.sync_with(request).await.status() != SyncStatus::Completed {
                return; // what the library shows is of an earlier day
            }
            for (path, track) in world.present().await {
                if model.files.contains_key(&path) {
                    let known = model.tracks.entry(path.clone()).or_insert(track);
                    assert_eq!(*known, track, "{path} became another track");
                }
            }
        }
    }
}

#[cfg(target_arch = "wasm32")]
#[core_async::test]
async fn whatever_happens_the_library_ends_as_the_drive() {
    for seed in 0..24 {
        run(seeded_steps(seed), seed % 2 == 0).await;
    }
}

#[cfg(not(target_arch = "wasm32"))]
proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_library_ends_as_the_drive(
        steps in prop::collection::vec(step(), 1..40),
        feed_is_list in any::<bool>(),
    ) {
        core_async::runtime::block_on(run(steps, feed_is_list));
    }
}
