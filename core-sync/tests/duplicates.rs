//! Files of one provider that sound the same, by policy and by a person's word.

use std::sync::Arc;
use std::time::Duration;

use core_library::model::{PlaylistId, TrackId};
use core_library::repository::duplicate::Keep;
use core_library::repository::playlist::{self, Place};
use core_library::repository::track::Presence;
use core_library::repository::{annotation, track};
use core_runtime::config::DuplicatePolicy;
use core_runtime::events::{CoreEvent, EventSubscriber, LibraryEvent, SyncEvent};
use core_sync::{SyncMode, SyncRequest, SyncStatus};
use paths::Paths;
use world::{World, song};

#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

async fn with(policy: DuplicatePolicy) -> (World, Paths) {
    let drive = Paths::default();
    let seen = drive.clone();
    let world = World::configured(|_| Arc::new(seen), |it| it.duplicates = policy).await;
    (world, drive)
}

impl World {
    async fn full(&self) -> core_sync::SyncJob {
        self.sync_with(SyncRequest {
            mode: SyncMode::Full,
            deletions_confirmed: true,
        })
        .await
    }

    async fn list(&self, tracks: &[TrackId]) -> PlaylistId {
        let mut tx = self.library.write().await.expect("a transaction");
        let list = playlist::create(&mut tx, "list", None)
            .await
            .expect("a list");
        playlist::add(&mut tx, list, tracks, Place::Last)
            .await
            .expect("entries");
        tx.commit().await.expect("a commit");
        list
    }

    async fn listed(&self, list: PlaylistId) -> Vec<(TrackId, bool)> {
        let entries = playlist::entries(&self.library, list, None, 100)
            .await
            .expect("entries");
        let it = entries.items.iter();
        it.map(|it| (it.track.id, it.track.is_missing())).collect()
    }

    async fn paths(&self) -> Vec<String> {
        self.present().await.into_keys().collect()
    }
}

fn told_of(events: &mut EventSubscriber) -> (u64, Vec<i64>) {
    let (mut groups, mut playlists) = (0, Vec::new());
    while let Ok(event) = events.try_recv() {
        match event.event {
            CoreEvent::Sync(SyncEvent::DuplicatesFound { groups: found, .. }) => groups += found,
            CoreEvent::Library(LibraryEvent::PlaylistChanged { playlist }) => {
                playlists.push(playlist)
            }
            _ => {}
        }
    }
    (groups, playlists)
}

#[core_async::test]
async fn both_are_kept_unless_somebody_wants_it_otherwise() {
    let (world, drive) = with(DuplicatePolicy::default()).await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(1));
    assert_eq!(world.sync().await.stats().added, 2);
    world.full().await;
    assert_eq!(world.paths().await, ["a.mp3", "b.mp3"]);
}

#[core_async::test]
async fn the_newest_is_kept_and_what_a_person_made_of_the_others_goes_to_it() {
    let (world, drive) = with(DuplicatePolicy::KeepNewest).await;
    drive.put("old.mp3", song(1));
    drive.put("other.mp3", song(2));
    world.sync().await;
    let before = world.present().await;
    let (old, other) = (before["old.mp3"], before["other.mp3"]);
    let list = world.list(&[old, other, old]).await;
    let mut tx = world.library.write().await.expect("a transaction");
    annotation::played(&mut tx, old, 7).await.expect("a play");
    annotation::rate(&mut tx, old, Some(60))
        .await
        .expect("a rating");
    tx.commit().await.expect("a commit");

    let mut events = world.events.subscribe();
    drive.put("new.mp3", song(1));
    let job = world.sync().await;
    assert_eq!(job.status(), SyncStatus::Completed, "{job:?}");
    assert_eq!((job.stats().added, job.stats().deleted), (1, 1), "{job:?}");
    let after = world.present().await;
    assert_eq!(world.paths().await, ["new.mp3", "other.mp3"]);
    let new = after["new.mp3"];
    assert_eq!(
        world.listed(list).await,
        [(new, false), (other, false), (new, false)]
    );
    assert_eq!(told_of(&mut events), (0, vec![list.0]));
    let kept = track::get(&world.library, new).await.expect("the track");
    assert_eq!(
        (kept.annotation.play_count, kept.annotation.rating),
        (1, Some(60))
    );

    // It stays so, whatever is synced, and costs nothing.
    for job in [world.sync().await, world.full().await, world.sync().await] {
        let stats = job.stats();
        assert_eq!(
            (stats.added, stats.deleted, stats.bytes_read),
            (0, 0, 0),
            "{job:?}"
        );
    }
    // A third file of that sound is not taken for the one that was set aside.
    drive.put("newer.mp3", song(1));
    world.sync().await;
    assert_eq!(world.paths().await, ["newer.mp3", "other.mp3"]);
    let newer = world.present().await["newer.mp3"];
    assert!(newer != new && newer != old);
    assert_eq!(
        world.listed(list).await,
        [(newer, false), (other, false), (newer, false)]
    );
}

#[core_async::test]
async fn where_the_one_that_is_kept_goes_another_takes_its_place_with_all_that_it_had() {
    let (world, drive) = with(DuplicatePolicy::KeepNewest).await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(1));
    drive.put("c.mp3", song(1));
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().deleted), (3, 2), "{job:?}");
    assert_eq!(world.paths().await, ["c.mp3"]);
    let c = world.present().await["c.mp3"];
    let list = world.list(&[c]).await;
    drive.delete("c.mp3");
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().deleted), (1, 1), "{job:?}");
    assert_eq!(world.paths().await, ["b.mp3"]);
    let b = world.present().await["b.mp3"];
    assert_eq!(world.listed(list).await, [(b, false)]);
    // Edited, it is another song, and the last one is back.
    drive.put("b.mp3", song(2));
    world.sync().await;
    assert_eq!(world.paths().await, ["a.mp3", "b.mp3"]);
    // One that comes back is a duplicate again.
    drive.put("c.mp3", song(1));
    world.sync().await;
    assert_eq!(world.paths().await, ["b.mp3", "c.mp3"]);
}

#[core_async::test]
async fn a_file_that_can_not_be_read_any_more_stands_for_no_good_copy() {
    let (world, drive) = with(DuplicatePolicy::KeepNewest).await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(1));
    world.sync().await;
    let b = world.present().await["b.mp3"];
    let list = world.list(&[b]).await;
    drive.put("b.mp3", "no audio".into());
    world.sync().await;
    assert_eq!(world.paths().await, ["a.mp3"]);
    let a = world.present().await["a.mp3"];
    assert_eq!(world.listed(list).await, [(a, false)]);
    // It stays so, whatever is looked at again.
    for job in [world.sync().await, world.full().await] {
        assert_eq!((job.stats().added, job.stats().deleted), (0, 0), "{job:?}");
    }
    // Of files that were broken before they were seen, none is newer than a good one.
    drive.put("c.mp3", song(1));
    drive.put("c.mp3", "no audio".into());
    world.sync().await;
    assert_eq!(world.paths().await, ["a.mp3"]);
    drive.put("b.mp3", song(1));
    world.sync().await;
    assert_eq!(world.paths().await, ["b.mp3"]);
    assert_eq!(
        world.listed(list).await,
        [(world.present().await["b.mp3"], false)]
    );
}

#[core_async::test]
async fn what_is_made_of_a_track_that_was_set_aside_goes_to_the_one_that_stands_for_it() {
    let (world, drive) = with(DuplicatePolicy::KeepNewest).await;
    drive.put("old.mp3", song(1));
    world.sync().await;
    let old = world.present().await["old.mp3"];
    drive.put("new.mp3", song(1));
    world.sync().await;
    let new = world.present().await["new.mp3"];
    // By a player whose queue is from before.
    let mut tx = world.library.write().await.expect("a transaction");
    annotation::played(&mut tx, old, 7).await.expect("a play");
    tx.commit().await.expect("a commit");
    let list = world.list(&[old]).await;
    drive.put("other.mp3", song(2));
    world.sync().await;
    assert_eq!(world.paths().await, ["new.mp3", "other.mp3"]);
    assert_eq!(world.listed(list).await, [(new, false)]);
    let kept = track::get(&world.library, new).await.expect("the track");
    assert_eq!(kept.annotation.play_count, 1);
}

#[core_async::test]
async fn what_comes_back_by_itself_is_counted_once() {
    let (world, drive) = with(DuplicatePolicy::KeepNewest).await;
    for path in ["a.mp3", "b.mp3", "c.mp3"] {
        drive.put(path, song(1));
    }
    world.sync().await;
    let tracks = world.tracks(Presence::Any).await;
    let id = |path: &str| {
        let mut of_path = tracks.iter().filter(|it| it.path.as_deref() == Some(path));
        of_path.next().expect("a track").id
    };
    let (a, b) = (id("a.mp3"), id("b.mp3"));
    // Respelled, it is known by its name and back before anybody asks for an heir.
    drive.rename("b.mp3", "B.mp3");
    drive.delete("c.mp3");
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().deleted), (1, 1), "{job:?}");
    assert_eq!(world.present().await, [("B.mp3".to_owned(), b)].into());
    // The one for which nothing became vacant is set aside again by the same sync.
    drive.put("d.mp3", song(1));
    world.sync().await;
    drive.rename("a.mp3", "A.mp3");
    drive.rename("B.mp3", "b.mp3");
    drive.delete("d.mp3");
    let job = world.sync().await;
    assert_eq!(job.stats().added, job.stats().deleted, "{job:?}");
    assert_eq!(world.present().await, [("b.mp3".to_owned(), b)].into());
    drive.delete("b.mp3");
    world.sync().await;
    assert_eq!(world.present().await, [("A.mp3".to_owned(), a)].into());
}

#[core_async::test]
async fn a_play_outlives_the_copy_that_was_played() {
    let drive = Paths::default();
    let seen = Arc::new(drive.clone());
    let world = World::configured(
        |_| seen,
        |it| {
            it.duplicates = DuplicatePolicy::KeepNewest;
            it.missing_grace = Some(Duration::ZERO);
        },
    )
    .await;
    drive.put("old.mp3", song(1));
    world.sync().await;
    let old = world.present().await["old.mp3"];
    let mut tx = world.library.write().await.expect("a transaction");
    annotation::played(&mut tx, old, 7).await.expect("a play");
    tx.commit().await.expect("a commit");
    drive.put("new.mp3", song(1));
    world.sync().await;
    let new = world.present().await["new.mp3"];
    drive.delete("old.mp3");
    // A missing track waits for a moment at least.
    while track::get(&world.library, old).await.is_ok() {
        world.full().await;
    }
    let history = annotation::history(&world.library, None, 10).await;
    let plays: Vec<(TrackId, i64, u64)> = history
        .expect("plays")
        .items
        .iter()
        .map(|it| (it.track.id, it.at_ms, it.track.annotation.play_count))
        .collect();
    assert_eq!(plays, [(new, 7, 1)]);
}

#[core_async::test]
async fn what_stands_for_others_is_not_forgotten_before_one_of_them_takes_its_place() {
    let (world, drive) = with(DuplicatePolicy::KeepNewest).await;
    drive.put("old.mp3", song(1));
    drive.put("new.mp3", song(1));
    world.sync().await;
    // Another provider's sync may forget between the deletion and what follows from it.
    drive.delete("new.mp3");
    let new = world.present().await["new.mp3"];
    let mut tx = world.library.write().await.expect("a transaction");
    let rows = tx
        .query("SELECT item_id FROM track WHERE id = ?", vec![new.into()])
        .await
        .expect("its file");
    let item: i64 = rows[0].get(0).expect("an id");
    let gone = track::mark_missing(&mut tx, &[item], 1).await;
    assert_eq!(gone.expect("it is marked"), [new]);
    let forgotten = track::forget_missing(&mut tx, i64::MAX, 10).await;
    assert_eq!(forgotten.expect("a list"), []);
    tx.commit().await.expect("a commit");
    world.sync().await;
    assert_eq!(world.paths().await, ["old.mp3"]);
}

#[core_async::test]
async fn another_policy_brings_back_what_the_last_one_set_aside() {
    let (mut world, drive) = with(DuplicatePolicy::KeepNewest).await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(1));
    world.sync().await;
    assert_eq!(world.paths().await, ["b.mp3"]);
    world.reconfigure(Arc::new(drive.clone()), |it| {
        it.duplicates = DuplicatePolicy::KeepBoth
    });
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().deleted), (1, 0), "{job:?}");
    assert_eq!(world.paths().await, ["a.mp3", "b.mp3"]);
    // And what was there before the policy is found by a full sync.
    world.reconfigure(Arc::new(drive), |it| {
        it.duplicates = DuplicatePolicy::KeepNewest
    });
    world.full().await;
    assert_eq!(world.paths().await, ["b.mp3"]);
}

#[core_async::test]
async fn a_person_is_asked_once_and_obeyed() {
    let (world, drive) = with(DuplicatePolicy::Ask).await;
    for (path, sound) in [
        ("a.mp3", 1),
        ("b.mp3", 1),
        ("c.mp3", 2),
        ("d.mp3", 2),
        ("e.mp3", 3),
    ] {
        drive.put(path, song(sound));
    }
    let mut events = world.events.subscribe();
    world.sync().await;
    assert_eq!(told_of(&mut events), (2, vec![]));
    assert_eq!(world.present().await.len(), 5);
    let present = world.present().await;
    let groups = world
        .coordinator
        .duplicates(None, 10)
        .await
        .expect("groups");
    let mut asked: Vec<Vec<TrackId>> = groups.iter().map(|it| it.tracks.clone()).collect();
    asked.sort();
    let newest_first = |a, b| vec![present[b], present[a]];
    assert_eq!(
        asked,
        [
            newest_first("a.mp3", "b.mp3"),
            newest_first("c.mp3", "d.mp3")
        ]
    );
    // A page at a time, each comes once.
    let first = world.coordinator.duplicates(None, 1).await.expect("groups");
    let after = (&first[0]).into();
    let second = world
        .coordinator
        .duplicates(Some(&after), 9)
        .await
        .expect("groups");
    assert_eq!([first, second].concat(), groups);

    let (a, b, c, d) = (
        present["a.mp3"],
        present["b.mp3"],
        present["c.mp3"],
        present["d.mp3"],
    );
    let list = world.list(&[b, a]).await;
    let decide = |tracks: Vec<TrackId>, keep| {
        let coordinator = world.coordinator.clone();
        async move { coordinator.decide_duplicates(&tracks, keep).await }
    };
    decide(vec![a, b], Keep::Only(a)).await.expect("a decision");
    decide(vec![c, d], Keep::All).await.expect("a decision");
    assert_eq!(world.paths().await, ["a.mp3", "c.mp3", "d.mp3", "e.mp3"]);
    assert_eq!(world.listed(list).await, [(a, false), (a, false)]);
    assert_eq!(
        world
            .coordinator
            .duplicates(None, 10)
            .await
            .expect("groups"),
        []
    );
    let mut events = world.events.subscribe();
    world.sync().await;
    world.full().await;
    assert_eq!(told_of(&mut events).0, 0, "asked again");
    // One more is a question again; and a decision can be taken back.
    drive.put("f.mp3", song(2));
    world.sync().await;
    assert_eq!(told_of(&mut events).0, 1);
    decide(vec![a, b], Keep::All).await.expect("a decision");
    assert_eq!(world.paths().await.len(), 6);

    // What makes no sense is refused, and changes nothing.
    let e = present["e.mp3"];
    for (tracks, keep) in [
        (vec![a, e], Keep::Only(a)),
        (vec![a], Keep::All),
        (vec![a, a], Keep::All),
        (vec![a, b], Keep::Only(e)),
        (vec![a, TrackId(999)], Keep::Only(a)),
    ] {
        decide(tracks, keep).await.expect_err("no sense");
    }
    assert_eq!(world.paths().await.len(), 6);
    assert_eq!(world.tracks(Presence::Missing).await, []);
}

#[core_async::test]
async fn a_policy_does_not_overrule_a_person() {
    let (mut world, drive) = with(DuplicatePolicy::Ask).await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(1));
    world.sync().await;
    let tracks: Vec<TrackId> = world.present().await.into_values().collect();
    world
        .coordinator
        .decide_duplicates(&tracks, Keep::All)
        .await
        .expect("a decision");
    world.reconfigure(Arc::new(drive.clone()), |it| {
        it.duplicates = DuplicatePolicy::KeepNewest
    });
    drive.put("c.mp3", song(1));
    world.full().await;
    assert_eq!(world.paths().await, ["a.mp3", "b.mp3", "c.mp3"]);
}
