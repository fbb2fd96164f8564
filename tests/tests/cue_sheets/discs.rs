//! Discs that take each other's names keep what was made of them.

use core_service::SyncRequest;
use core_service::dto::Track;
use music_core_tests::{Song, real_size};
use std::fs;

use crate::disc::{Disc, OTHER, THREE};
use crate::id;

#[core_async::test]
async fn discs_that_change_names_keep_their_plays_and_another_one_takes_none() {
    let disc = Disc::beside_another().await;
    let made = disc.made_by_title().await;
    disc.changes_names();
    disc.0.sync().await;
    let now = disc.made_by_title().await;
    assert_eq!(now, made);

    // Once more, and a track is found in one of them meanwhile.
    disc.changes_names();
    let more = [("Uno", 0), ("Uno y medio", 6), ("Dos", 12)];
    disc.sheet("CD2", &more);
    disc.0.sync().await;
    let mut now = disc.made_by_title().await;
    let found = now.iter().position(|it| it.0 == "Uno y medio").unwrap();
    assert_eq!(now.remove(found).1, 0);
    assert_eq!(now, made);
    disc.sheet("CD2", &OTHER);
    disc.0.sync().await;
    disc.changes_names();
    disc.0.sync().await;

    // Another disc under the name of one that is nowhere for a while.
    let aside = disc.0.music().with_file_name("aside");
    fs::rename(disc.0.music().join("CD2"), &aside).unwrap();
    real_size::write_flac(&Song::numbered(3), &disc.0.file("CD2/disc.flac"));
    disc.sheet("CD2", &[("Eins", 0), ("Zwei", 10), ("Drei", 20)]);
    disc.0.sync().await;
    let is_new = |it: &(String, u64)| ["Eins", "Zwei", "Drei"].contains(&it.0.as_str());
    let now = disc.made().await;
    assert_eq!(now.iter().filter(|it| is_new(it)).count(), 3, "{now:?}");
    assert!(now.iter().all(|it| !is_new(it) || it.1 == 0), "{now:?}");
    fs::rename(aside, disc.0.music().join("back")).unwrap();
    disc.0.sync().await;
    let mut now = disc.made().await;
    now.retain(|it| !is_new(it));
    now.sort();
    assert_eq!(now, made);
}

/// What each track sounds like is told by its file and where it begins; the titles follow the sheets.
#[core_async::test]
async fn discs_whose_files_and_sheets_change_names_one_after_the_other_keep_their_plays() {
    for sheets_first in [false, true] {
        let disc = Disc::beside_another().await;
        let made = disc.made_by_title().await;
        let (first, then) = match sheets_first {
            false => ("disc.flac", "disc.cue"),
            true => ("disc.cue", "disc.flac"),
        };
        disc.exchanges(first);
        disc.0.sync().await;
        disc.exchanges(then);
        disc.0.sync().await;
        let now = disc.made_by_title().await;
        assert_eq!(now, made, "sheets first: {sheets_first}");

        // By mistake, and back.
        disc.exchanges(first);
        disc.0.sync().await;
        disc.exchanges(first);
        disc.0.sync().await;
        let now = disc.made_by_title().await;
        assert_eq!(now, made, "and back, sheets first: {sheets_first}");
    }
}

/// Three that move up by one, the last of them into the place of the first.
#[core_async::test]
async fn discs_that_change_names_in_a_ring_keep_their_plays() {
    let disc = Disc::beside_another().await;
    real_size::write_flac(&Song::numbered(3), &disc.0.file("CD3/disc.flac"));
    disc.sheet("CD3", &[("Eins", 0), ("Zwei", 11)]);
    disc.0.sync().await;
    disc.make("Zwei", 5).await;
    let made = disc.made_by_title().await;
    for of in ["disc.flac", "disc.cue"] {
        disc.exchanges(of);
        for (from, to) in [("CD2", "swap"), ("CD3", "CD2"), ("swap", "CD3")] {
            disc.rename(&format!("{from}/{of}"), &format!("{to}/{of}"));
        }
        disc.0.sync().await;
    }
    let now = disc.made_by_title().await;
    assert_eq!(now, made);
}

/// A sync comes while one of the files has a name for the time being, or can't be read, or has its sheet in itself.
#[core_async::test]
async fn discs_that_change_names_while_a_sync_comes_between_keep_their_plays() {
    let between = ["disc.flac", "disc.cue"];
    for (first, then) in [(0, 1), (1, 0)].map(|(a, b)| (between[a], between[b])) {
        let disc = Disc::beside_another().await;
        let made = disc.made_by_title().await;
        disc.rename(&format!("CD2/{first}"), &format!("aside-{first}"));
        disc.rename(&format!("Disc/{first}"), &format!("CD2/{first}"));
        disc.confirmed().await;
        disc.rename(&format!("aside-{first}"), &format!("Disc/{first}"));
        disc.0.sync().await;
        disc.exchanges(then);
        disc.0.sync().await;
        let now = disc.made_by_title().await;
        assert_eq!(now, made, "{first} first");
    }
}

#[core_async::test]
async fn discs_that_change_names_while_one_is_away_keep_their_plays() {
    for away in [
        "Disc/disc.flac",
        "CD2/disc.flac",
        "Disc/disc.cue",
        "CD2/disc.cue",
    ] {
        let disc = Disc::beside_another().await;
        let made = disc.made_by_title().await;
        disc.exchanges("disc.flac");
        disc.rename(away, "../away");
        disc.confirmed().await;
        disc.rename("../away", away);
        disc.0.sync().await;
        disc.exchanges("disc.cue");
        disc.0.sync().await;
        let now = disc.made_by_title().await;
        assert_eq!(now, made, "{away}");
    }
}

/// Each folder is synced by itself, and has a disc then that the other one has or had.
#[core_async::test]
async fn discs_that_change_places_between_two_folders_keep_their_plays() {
    for reversed in [false, true] {
        let disc = Disc::new();
        let other = disc.0.music().with_file_name("more");
        let (here, there) = ("Disc", "../more/CD2");
        real_size::write_flac(&Song::numbered(2), &disc.0.file("../more/CD2/disc.flac"));
        Song::numbered(14).write(&disc.0.file("../more/Other/other.mp3"));
        disc.sheet(here, &[("Intro", 0), ("Two", 10), ("Three", 20)]);
        disc.sheet(there, &[("Intro", 0), ("Dos", 12)]);
        let mut folders = [disc.0.music(), other];
        let request = SyncRequest {
            deletions_confirmed: true,
            ..SyncRequest::default()
        };
        for folder in &folders {
            disc.0.sync_folder(folder, request).await;
        }
        disc.make("Two", 2).await;
        disc.make("Dos", 4).await;
        disc.rename(here, "../swap");
        disc.rename(there, here);
        disc.rename("../swap", there);
        if reversed {
            folders.reverse();
        }
        for folder in folders.iter().cycle().take(4) {
            disc.0.sync_folder(folder, request).await;
        }
        let mut made = disc.made_by_title().await;
        made.retain(|it| it.1 > 0);
        let expected = [("Dos".to_owned(), 4), ("Two".to_owned(), 2)];
        assert_eq!(made, expected, "reversed: {reversed}");
    }
}

/// A new rip of a disc stays what it was, though the old one lies elsewhere.
#[core_async::test]
async fn a_disc_that_was_ripped_anew_keeps_its_plays_where_another_changes_nothing() {
    let disc = Disc::beside_another().await;
    let made = disc.made_by_title().await;
    real_size::write_flac(&Song::numbered(4), &disc.0.file("CD2/disc.flac"));
    disc.0.sync().await;
    let now = disc.made_by_title().await;
    assert_eq!(now, made);
}

/// It was in the library before, with the same sheet, and then took the place of the old one.
#[core_async::test]
async fn a_disc_that_a_new_rip_takes_the_place_of_keeps_its_plays() {
    let disc = Disc::beside_another().await;
    let made = disc.made_by_title().await;
    real_size::write_flac(&Song::numbered(4), &disc.0.file("Incoming/disc.flac"));
    disc.sheet("Incoming", &OTHER);
    disc.0.sync().await;
    for file in ["disc.flac", "disc.cue"] {
        disc.rename(&format!("Incoming/{file}"), &format!("CD2/{file}"));
    }
    disc.0.sync().await;
    let now = disc.made_by_title().await;
    assert_eq!(now, made);
}

#[core_async::test]
async fn a_disc_takes_nothing_of_the_parts_that_another_file_had_once() {
    let disc = Disc::beside_another().await;
    disc.without_sheet("CD2");
    disc.0.sync().await;
    disc.changes_names();
    disc.0.sync().await;
    let mut made = disc.made().await;
    made.retain(|it| it.0 != "Song 2");
    made.sort();
    let expected = [("One", 1), ("Three", 0), ("Two", 2)];
    assert_eq!(
        made,
        expected.map(|(title, plays)| (title.to_owned(), plays))
    );
}

#[core_async::test]
async fn files_that_were_cut_into_tracks_once_are_told_apart_like_others() {
    let disc = Disc::new();
    real_size::write_flac(&Song::numbered(2), &disc.0.file("CD2/disc.flac"));
    for folder in ["Disc", "CD2"] {
        disc.sheet(folder, &THREE);
    }
    disc.0.sync().await;
    for folder in ["Disc", "CD2"] {
        disc.without_sheet(folder);
    }
    disc.0.sync().await;
    disc.make("Song 1", 1).await;
    disc.make("Song 2", 2).await;
    let ids = |tracks: &[Track]| ["Song 1", "Song 2"].map(|it| id(tracks, it));
    let before = ids(&disc.0.tracks().await);
    // Copies, which are other files.
    let (one, two) = (disc.0.file("Disc/disc.flac"), disc.0.file("CD2/disc.flac"));
    let (first, second) = (fs::read(&one).unwrap(), fs::read(&two).unwrap());
    for (path, content) in [(one, second), (two, first)] {
        fs::remove_file(&path).unwrap();
        fs::write(path, content).unwrap();
    }
    disc.0.sync().await;
    assert_eq!(ids(&disc.0.tracks().await), before);
}
