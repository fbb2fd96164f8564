//! Parts of a file keep what was made of them while its sheet comes, goes and changes.

use core_service::dto::Track;
use core_service::{Keep, Place as EntryPlace, TrackId};
use std::fs;

use crate::disc::{Disc, THREE, made};
use crate::id;

#[core_async::test]
async fn parts_that_a_file_no_longer_has_do_not_come_back_with_it() {
    let disc = Disc::new();
    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    disc.without_sheet("Disc");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"]);

    disc.rename("Disc/disc.flac", "Disc/new.flac");
    assert_eq!(disc.0.sync().await.added, 0);
    assert_eq!(disc.titles().await, ["Song 1"], "renamed");
    disc.is_away(true);
    disc.confirmed().await;
    assert_eq!(disc.titles().await, [""; 0], "away");
    disc.is_away(false);
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"], "back");
    disc.0.sync_full().await;
    assert_eq!(disc.titles().await, ["Song 1"], "after a full sync");
}

#[core_async::test]
async fn a_whole_file_does_not_come_back_beside_its_parts() {
    let disc = Disc::new();
    disc.0.sync().await;
    disc.sheet(
        "Disc",
        &[("One", 0), ("Two", 10), ("Three", 20), ("Four", 30)],
    );
    disc.0.sync().await;
    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    let parts = ["One", "Two", "Three"];
    assert_eq!(disc.titles().await, parts);

    disc.rename("Disc", "Moved");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, parts, "moved");
    disc.rename("Moved", "Disc");
    disc.0.sync_full().await;
    assert_eq!(disc.titles().await, parts, "moved back");
    disc.is_away(true);
    disc.confirmed().await;
    assert_eq!(disc.titles().await, [""; 0], "away");
    disc.is_away(false);
    disc.0.sync().await;
    assert_eq!(disc.titles().await, parts, "back");
    // With the sheet gone the file is one track, the one that it was.
    disc.without_sheet("Disc");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"]);
}

#[core_async::test]
async fn a_whole_file_that_was_set_aside_does_not_come_back_beside_its_parts() {
    let disc = Disc::new();
    fs::create_dir(disc.0.music().join("Copy")).unwrap();
    fs::copy(disc.0.file("Disc/disc.flac"), disc.0.file("Copy/copy.flac")).unwrap();
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1", "Song 1"]);
    let core = disc.0.open().await;
    let alike = core.duplicates(None, 10).await.unwrap();
    let copy = |it: &&Track| it.path.as_deref() == Some("Copy/copy.flac");
    let copy = TrackId(alike[0].tracks.iter().find(copy).unwrap().id);
    let both: Vec<TrackId> = alike[0].tracks.iter().map(|it| TrackId(it.id)).collect();
    core.decide_duplicates(&both, Keep::Only(copy))
        .await
        .unwrap();
    core.shutdown().await.unwrap();
    assert_eq!(disc.titles().await, ["Song 1"]);

    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    fs::remove_file(disc.0.file("Copy/copy.flac")).unwrap();
    disc.confirmed().await;
    assert_eq!(disc.titles().await, ["One", "Two", "Three"]);
    // It is known still.
    disc.without_sheet("Disc");
    disc.0.sync().await;
    assert_eq!(disc.titles().await, ["Song 1"]);
}

#[core_async::test]
async fn a_folder_that_is_added_again_has_its_parts_and_no_others() {
    for before in [&[][..], &THREE[..2], &THREE[..]] {
        // What the file is now, and what else it was.
        for now in [&[][..], &THREE[..2], &THREE[..]] {
            let disc = Disc::new();
            for (tracks, plays) in [(before, 2), (now, 3)] {
                match tracks {
                    [] if disc.0.file("Disc/disc.cue").exists() => disc.without_sheet("Disc"),
                    [] => {}
                    tracks => disc.sheet("Disc", tracks),
                }
                disc.0.sync().await;
                // One is played, and the others are not.
                let first = disc.titles().await[0].clone();
                disc.make(&first, plays).await;
            }
            let titles = disc.titles().await;
            let core = disc.0.open().await;
            let provider = core.providers().await.unwrap()[0].id;
            core.remove_provider(provider).await.unwrap();
            core.shutdown().await.unwrap();
            disc.0.sync().await;
            assert_eq!(disc.titles().await, titles, "{before:?}, {now:?}");
            assert!(disc.made().await[0].1 >= 3, "{before:?}, {now:?}");
        }
    }
}

#[core_async::test]
async fn plays_and_ratings_stay_with_their_parts_when_a_sheet_gains_and_loses_some() {
    let disc = Disc::new();
    disc.sheet("Disc", &THREE);
    disc.0.sync().await;
    for (title, plays) in [("One", 1), ("Two", 2), ("Three", 3)] {
        disc.make(title, plays).await;
    }
    let before = disc.0.tracks().await;
    let core = disc.0.open().await;
    let list = core.create_playlist("Best", None).await.unwrap();
    let two = TrackId(id(&before, "Two"));
    core.add_to_playlist(list, &[two], EntryPlace::Last)
        .await
        .unwrap();
    core.shutdown().await.unwrap();

    let four = [("One", 0), ("OneB", 5), ("Two", 10), ("Three", 20)];
    disc.sheet("Disc", &four);
    let job = disc.0.sync().await;
    assert_eq!((job.added, job.deleted), (1, 0));
    let expected = made(&[("One", 1), ("OneB", 0), ("Two", 2), ("Three", 3)]);
    assert_eq!(disc.made().await, expected, "one more");
    let core = disc.0.open().await;
    let entries = core.playlist_entries(list, 10, None).await.unwrap().items;
    core.shutdown().await.unwrap();
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].track.title, "Two");

    disc.make("OneB", 4).await;
    disc.sheet("Disc", &[("Two", 10), ("Three", 20)]);
    let job = disc.0.sync().await;
    assert_eq!((job.added, job.deleted), (0, 2));
    assert_eq!(
        disc.made().await,
        made(&[("Two", 2), ("Three", 3)]),
        "two less"
    );

    // Those that were taken out are themselves when they are back, also after the file went elsewhere.
    disc.rename("Disc", "Moved");
    disc.0.sync().await;
    assert_eq!(
        disc.made().await,
        made(&[("Two", 2), ("Three", 3)]),
        "moved"
    );
    disc.sheet("Moved", &four);
    disc.0.sync().await;
    let expected = made(&[("One", 1), ("OneB", 4), ("Two", 2), ("Three", 3)]);
    assert_eq!(disc.made().await, expected, "all again");
    let after = disc.0.tracks().await;
    for title in ["One", "Two", "Three"] {
        assert_eq!(id(&after, title), id(&before, title), "{title}");
    }

    // The sheet changes while the file is away.
    disc.rename("Moved", "Disc");
    disc.0.sync().await;
    disc.is_away(true);
    disc.confirmed().await;
    disc.is_away(false);
    disc.sheet(
        "Disc",
        &[("OneB", 5), ("Two", 10), ("More", 15), ("Three", 20)],
    );
    disc.0.sync_full().await;
    let expected = made(&[("OneB", 4), ("Two", 2), ("More", 0), ("Three", 3)]);
    assert_eq!(disc.made().await, expected, "changed while it was away");
}

#[core_async::test]
async fn parts_without_titles_are_told_by_where_they_begin() {
    let disc = Disc::new();
    disc.sheet("Disc", &[("", 0), ("", 10)]);
    disc.0.sync().await;
    disc.make("Track 01", 1).await;
    disc.make("Track 02", 2).await;
    disc.sheet("Disc", &[("", 0), ("", 5), ("", 10)]);
    disc.0.sync().await;
    let expected = made(&[("Track 01", 1), ("Track 02", 0), ("Track 03", 2)]);
    assert_eq!(disc.made().await, expected);
}
