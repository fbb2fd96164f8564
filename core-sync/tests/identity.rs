//! Which track a file is: when it is spelt otherwise, when it was gone for long, and when it is there twice.

use std::sync::Arc;
use std::time::Duration;

use bridge_traits::ErrorKind;
use core_library::model::TrackId;
use core_library::repository::playlist::{self, Place};
use core_library::repository::track::Presence;
use core_library::repository::{annotation, track};
use core_sync::{SyncMode, SyncRequest, SyncStatus};
use paths::Paths;
use world::{World, song};

#[path = "portable/paths.rs"]
mod paths;
#[path = "portable/world.rs"]
mod world;

/// A world whose files are known by their paths alone.
async fn by_path() -> (World, Paths) {
    let drive = Paths::default();
    let seen = drive.clone();
    (World::behind(|_| Arc::new(seen)).await, drive)
}

const DAY_MS: i64 = 86_400_000;

impl World {
    /// Lets all that went missing have gone so much earlier.
    async fn days_pass(&self, days: i64) {
        let mut tx = self.library.write().await.expect("a transaction");
        tx.execute(
            "UPDATE track SET missing_since = missing_since - ?",
            vec![(days * DAY_MS).into()],
        )
        .await
        .expect("a statement");
        tx.commit().await.expect("a commit");
    }

    async fn play(&self, track: TrackId) {
        let mut tx = self.library.write().await.expect("a transaction");
        annotation::played(&mut tx, track, 1).await.expect("a play");
        tx.commit().await.expect("a commit");
    }

    async fn missing(&self) -> Vec<TrackId> {
        let tracks = self.tracks(Presence::Missing).await;
        tracks.into_iter().map(|it| it.id).collect()
    }
}

/// One name spelt in two ways that differ in case or in Unicode normalisation only.
const SPELLINGS: [(&str, &str); 5] = [
    ("song.mp3", "Song.mp3"),
    ("SONG.MP3", "song.mp3"),
    ("caf\u{e9}.mp3", "cafe\u{301}.mp3"),
    ("\u{c5}ngstr\u{f6}m.mp3", "a\u{30a}ngstro\u{308}m.mp3"),
    ("\u{110b}\u{1173}\u{11b7}.mp3", "\u{c74c}.mp3"),
];

#[core_async::test]
async fn a_respelled_file_is_moved_whether_keys_are_ids_or_paths() {
    for (from, to) in SPELLINGS {
        let world = World::new().await;
        world.drive.put(&format!("Album/{from}"), song(1));
        world.drive.put("Album/other.mp3", song(2));
        world.sync().await;
        let before = world.present().await;
        let read = world.drive.bytes_read();
        world
            .drive
            .rename(&format!("Album/{from}"), &format!("Album/{to}"));
        let job = world.sync().await;
        let stats = job.stats();
        assert_eq!(
            (stats.moved, stats.added, stats.deleted, stats.updated),
            (1, 0, 0, 0),
            "{from:?} to {to:?}: {job:?}"
        );
        assert_eq!(world.drive.bytes_read(), read);
        let after = world.present().await;
        assert_eq!(
            after[&format!("Album/{to}")],
            before[&format!("Album/{from}")]
        );

        let (world, drive) = by_path().await;
        drive.put(&format!("Album/{from}"), song(1));
        drive.put("Album/other.mp3", song(2));
        world.sync().await;
        let before = world.present().await;
        let read = drive.bytes_read();
        drive.rename(&format!("Album/{from}"), &format!("Album/{to}"));
        let job = world.sync().await;
        let stats = job.stats();
        assert_eq!(
            (stats.moved, stats.added, stats.deleted, stats.updated),
            (1, 0, 0, 0),
            "{from:?} to {to:?}: {job:?}"
        );
        assert_eq!(drive.bytes_read(), read, "{from:?} to {to:?} was read");
        let after = world.present().await;
        assert_eq!(after.len(), 2);
        assert_eq!(
            after[&format!("Album/{to}")],
            before[&format!("Album/{from}")]
        );
        assert_eq!(world.missing().await, []);
    }
}

#[core_async::test]
async fn a_respelled_folder_takes_its_files_along_unread() {
    let (world, drive) = by_path().await;
    for number in 0..12 {
        drive.put(&format!("Bj\u{f6}rk/Debut/{number}.mp3"), song(number));
    }
    world.sync().await;
    let before = world.present().await;
    let read = drive.bytes_read();
    drive.rename("Bj\u{f6}rk", "bjo\u{308}rk");
    let job = world.sync().await;
    assert_eq!((job.stats().moved, job.stats().added), (12, 0), "{job:?}");
    assert_eq!(drive.bytes_read(), read);
    let after = world.present().await;
    for number in 0..12 {
        assert_eq!(
            after[&format!("bjo\u{308}rk/Debut/{number}.mp3")],
            before[&format!("Bj\u{f6}rk/Debut/{number}.mp3")]
        );
    }
}

#[core_async::test]
async fn a_file_that_waits_for_one_that_cannot_be_read_is_named() {
    let (world, drive) = by_path().await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(2));
    world.sync().await;
    let before = world.present().await;

    // They change names, and one of them can't be read.
    drive.put("a.mp3", song(2));
    drive.put("b.mp3", song(1));
    drive.refuse("b.mp3", Some(ErrorKind::Other));
    let sync = world.sync().await;
    assert_eq!(sync.stats().failed, 2);
    let said = world.warnings(&sync).await;
    let said: Vec<(&str, &str)> = said
        .iter()
        .map(|it| (it.kind.as_str(), it.subject.as_str()))
        .collect();
    assert_eq!(said, [("unreadable", "b.mp3"), ("waiting", "a.mp3")]);

    drive.refuse("b.mp3", None);
    let retry = SyncRequest {
        mode: SyncMode::Full,
        ..SyncRequest::default()
    };
    world.sync_with(retry).await;
    let now = world.present().await;
    assert_eq!(now["a.mp3"], before["b.mp3"]);
    assert_eq!(now["b.mp3"], before["a.mp3"]);
}

#[core_async::test]
async fn files_whose_names_differ_in_spelling_only_are_two() {
    let (world, drive) = by_path().await;
    drive.put("song.mp3", song(1));
    drive.put("Song.mp3", song(2));
    drive.put("caf\u{e9}.mp3", song(3));
    drive.put("cafe\u{301}.mp3", song(4));
    assert_eq!(world.sync().await.stats().added, 4);
    let before = world.present().await;
    // One goes, and the other is not taken for it.
    drive.delete("song.mp3");
    let job = world.sync().await;
    assert_eq!((job.stats().moved, job.stats().deleted), (0, 1), "{job:?}");
    let after = world.present().await;
    assert_eq!(after.len(), 3);
    assert_eq!(after["Song.mp3"], before["Song.mp3"]);
    assert_eq!(world.missing().await, [before["song.mp3"]]);
    // Another song under the other spelling is another song.
    drive.delete("caf\u{e9}.mp3");
    drive.delete("cafe\u{301}.mp3");
    drive.put("CAF\u{c9}.mp3", song(5));
    let job = world.sync().await;
    assert_eq!((job.stats().added, job.stats().deleted), (1, 2), "{job:?}");
}

#[core_async::test]
async fn a_track_that_comes_back_within_its_grace_is_the_same_and_after_it_a_new_one() {
    let (world, drive) = by_path().await;
    drive.put("a.mp3", song(1));
    drive.put("b.mp3", song(2));
    world.sync().await;
    let before = world.present().await;

    drive.delete("a.mp3");
    world.sync().await;
    world.days_pass(29).await;
    world.sync().await;
    assert_eq!(world.missing().await, [before["a.mp3"]]);
    drive.put("elsewhere.mp3", song(1));
    world.sync().await;
    assert_eq!(world.present().await["elsewhere.mp3"], before["a.mp3"]);

    drive.delete("elsewhere.mp3");
    world.sync().await;
    world.days_pass(31).await;
    let mut events = world.events.subscribe();
    let job = world.sync().await;
    assert_eq!(
        (job.status(), job.stats().deleted),
        (SyncStatus::Completed, 0)
    );
    assert_eq!(world.tracks(Presence::Missing).await, []);
    let mut told = false;
    while let Ok(event) = events.try_recv() {
        told |= format!("{event:?}").contains("tracks_removed: ChangedIds { count: 1");
    }
    assert!(told, "nobody was told that it is forgotten");
    drive.put("elsewhere.mp3", song(1));
    assert_eq!(world.sync().await.stats().added, 1);
    assert_ne!(world.present().await["elsewhere.mp3"], before["a.mp3"]);
}

#[core_async::test]
async fn a_file_that_comes_back_as_it_was_after_its_grace_is_in_the_library_again() {
    let world = World::new().await;
    world.drive.put("a.mp3", song(1));
    world.drive.put("b.mp3", song(2));
    world.sync().await;
    world.drive.delete("a.mp3");
    world.sync().await;
    world.days_pass(31).await;
    world.sync().await;
    assert_eq!(world.missing().await, []);
    world.drive.put("a.mp3", song(1));
    world.sync().await;
    assert_eq!(world.present().await.len(), 2);
}

#[core_async::test]
async fn another_file_that_comes_back_under_a_name_is_read_whatever_it_looks_like() {
    for (id, is_same) in [(7, true), (8, false)] {
        let (world, drive) = by_path().await;
        drive.put_file("song.mp3", song(1), 5, 7);
        drive.put("other.mp3", song(3));
        world.sync().await;
        let before = world.present().await["song.mp3"];
        drive.delete("song.mp3");
        world.sync().await;
        assert_eq!(world.missing().await, [before]);
        let read = drive.bytes_read();
        // Of equal size and time; only the id tells.
        let sound = if is_same { 1 } else { 2 };
        drive.put_file("song.mp3", song(sound), 5, id);
        let job = world.sync().await;
        assert_eq!(job.stats().added, 1, "{job:?}");
        assert_eq!(drive.bytes_read() == read, is_same);
        assert_eq!(world.present().await["song.mp3"], before);
        // What is known of it now is what it sounds like: elsewhere it is this track.
        drive.delete("song.mp3");
        drive.put("elsewhere.mp3", song(sound));
        world.sync().await;
        assert_eq!(world.present().await["elsewhere.mp3"], before);
    }
}

#[core_async::test]
async fn what_a_person_made_something_of_outlives_any_grace() {
    let (world, drive) = by_path().await;
    for (name, sound) in [
        ("played", 1),
        ("rated", 2),
        ("listed", 3),
        ("loved", 4),
        ("none", 5),
    ] {
        drive.put(&format!("{name}.mp3"), song(sound));
    }
    drive.put("stays.mp3", song(6));
    world.sync().await;
    let before = world.present().await;
    let mut tx = world.library.write().await.expect("a transaction");
    let list = playlist::create(&mut tx, "list", None)
        .await
        .expect("a list");
    let twice = [
        before["listed.mp3"],
        before["stays.mp3"],
        before["listed.mp3"],
    ];
    let entries = playlist::add(&mut tx, list, &twice, Place::Last).await;
    assert_eq!(entries.expect("entries").len(), 3);
    annotation::played(&mut tx, before["played.mp3"], 1)
        .await
        .expect("a play");
    annotation::rate(&mut tx, before["rated.mp3"], Some(80))
        .await
        .expect("a rating");
    annotation::set_favourite(&mut tx, before["loved.mp3"], Some(1))
        .await
        .expect("a favourite");
    // A rating that was taken back is none.
    annotation::rate(&mut tx, before["none.mp3"], Some(80))
        .await
        .expect("a rating");
    annotation::rate(&mut tx, before["none.mp3"], None)
        .await
        .expect("a rating");
    tx.commit().await.expect("a commit");

    for name in ["played", "rated", "listed", "loved", "none"] {
        drive.delete(&format!("{name}.mp3"));
    }
    world.sync().await;
    world.days_pass(10_000).await;
    world.sync().await;
    let mut kept = ["played.mp3", "rated.mp3", "listed.mp3", "loved.mp3"].map(|it| before[it]);
    kept.sort();
    let mut missing = world.missing().await;
    missing.sort();
    assert_eq!(missing, kept);
    let shown = playlist::entries(&world.library, list, None, 10)
        .await
        .expect("entries");
    let shown: Vec<TrackId> = shown.items.iter().map(|it| it.track.id).collect();
    assert_eq!(shown, twice);
    // And comes back as itself, years later.
    drive.put("back.mp3", song(1));
    world.sync().await;
    let back = world.present().await["back.mp3"];
    assert_eq!(back, before["played.mp3"]);
    let found = track::get(&world.library, back).await.expect("the track");
    assert_eq!(found.annotation.play_count, 1);
}

#[core_async::test]
async fn with_no_grace_set_nothing_is_ever_forgotten_and_with_none_left_it_is_at_once() {
    for (grace, left) in [(None, 1), (Some(Duration::ZERO), 0)] {
        let world = World::configured(|it| Arc::new(it), |it| it.missing_grace = grace).await;
        world.drive.put("a.mp3", song(1));
        world.drive.put("b.mp3", song(2));
        world.sync().await;
        world.drive.delete("a.mp3");
        world.sync().await;
        world.days_pass(100_000).await;
        world
            .sync_with(SyncRequest {
                mode: SyncMode::Full,
                ..SyncRequest::default()
            })
            .await;
        assert_eq!(world.missing().await.len(), left, "{grace:?}");
    }
}

#[core_async::test]
async fn deletions_that_wait_for_a_word_have_no_grace_that_could_be_over() {
    let world =
        World::configured(|it| Arc::new(it), |it| it.mass_deletion.always_allowed = 1).await;
    for number in 0..4 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    world.sync().await;
    let before = world.present().await;
    for number in 0..3 {
        world.drive.delete(&format!("{number}.mp3"));
    }
    let held = world.sync_with(SyncRequest::default()).await;
    assert_eq!((held.stats().held, held.stats().deleted), (3, 0));
    world.days_pass(31).await;
    world.sync_with(SyncRequest::default()).await;
    assert_eq!(world.present().await, before);
    world.play(before["0.mp3"]).await;
    // The word is given, and taken back by putting the files back.
    assert_eq!(world.sync().await.stats().deleted, 3);
    for number in 0..3 {
        world.drive.put(&format!("{number}.mp3"), song(number));
    }
    world.sync().await;
    assert_eq!(world.present().await, before);
}

/// Its own file was another one's track for a moment, so that nothing is known to be read of it.
#[core_async::test]
async fn a_file_that_another_one_replaces_leaves_no_track_without_a_file() {
    // Told by the id of the file, or by a name that is spelt alike.
    for other in ["e.mp3", "D.mp3"] {
        let (world, drive) = by_path().await;
        match other {
            "e.mp3" => {
                drive.put_file("d.mp3", song(1), 1, 1);
                drive.put_file(other, song(2), 2, 2);
            }
            _ => {
                drive.put("d.mp3", song(1));
                drive.put(other, song(2));
            }
        }
        world.sync().await;
        let before = world.present().await;
        let mut tx = world.library.write().await.expect("a transaction");
        let forget = "UPDATE remote_item SET processed = NULL WHERE key = 'd.mp3'";
        tx.execute(forget, vec![]).await.expect("an update");
        tx.commit().await.expect("a commit");
        drive.rename(other, "d.mp3");
        world.sync().await;
        let after = world.present().await;
        assert_eq!(after, [("d.mp3".to_owned(), before[other])].into());
    }
}
