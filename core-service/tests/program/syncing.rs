//! Syncs that are killed, held up, refused or done in part, and what they say.

use std::collections::BTreeSet;

use super::{command, ended_sync, lines, printed, refused, run_sync, sync};
use music_core_tests::{Song, World};
use serde_json::Value;

/// Kills syncs at ever later moments until one is done before it is killed, and checks that the
/// next one ends with every track once. No moment is waited for: whenever the kill falls, the
/// outcome must be the same.
#[test]
fn a_killed_sync_loses_nothing_and_does_nothing_twice() {
    let world = World::with_albums(40);
    let mut kills = 0;
    for delay_us in (0..).map(|step: u64| 2_000 + step * step * 400) {
        let mut child = sync(&world).spawn().expect("the program starts");
        std::thread::sleep(std::time::Duration::from_micros(delay_us));
        if child.try_wait().expect("the child is ours").is_some() {
            break;
        }
        child.kill().expect("the child is killed");
        child.wait().expect("the child is gone");
        kills += 1;
    }
    assert!(kills > 0, "no sync was killed");
    let last = run_sync(&world);
    assert_eq!(last["status"], "completed");
    let tracks = lines(&world, &["tracks", "--all", "--json"]);
    let paths: BTreeSet<&str> = tracks.iter().filter_map(|it| it["path"].as_str()).collect();
    assert_eq!((tracks.len(), paths.len()), (480, 480));
    assert!(tracks.iter().all(|it| it["missing"] == false));
    let jobs = lines(&world, &["jobs", "--json"]);
    let added: u64 = jobs.iter().filter_map(|it| it["added"].as_u64()).sum();
    assert_eq!(added, 480, "each track was added once: {jobs:?}");
    assert!(jobs.iter().all(|it| it["status"] != "running"), "{jobs:?}");
    let again = run_sync(&world);
    assert_eq!(
        (&again["unchanged"], &again["bytes_read"]),
        (&480.into(), &0.into())
    );
}

#[test]
fn what_was_set_aside_is_listed_and_tried_again_on_demand() {
    let world = World::with_albums(1);
    std::fs::write(world.file("odd.mp3"), "this is no music").expect("a file");
    assert_eq!(ended_sync(&world, 23)["failed"], 1);
    let aside = lines(&world, &["quarantine", "--json"]);
    assert_eq!(aside.len(), 1, "{aside:?}");
    assert_eq!(aside[0]["key"], "odd.mp3");
    assert!(aside[0]["error"].as_str().is_some_and(|it| !it.is_empty()));
    assert_eq!(run_sync(&world)["failed"], 0, "it is left alone");

    let output = command(&world, &["quarantine", "--retry", "no such.mp3"])
        .output()
        .expect("the program runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no such.mp3: it is not set aside"), "{said}");
    let output = command(&world, &["quarantine", "--retry", "odd.mp3"])
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 file"), "{said}");
    assert_eq!(ended_sync(&world, 23)["failed"], 1, "it is tried again");
}

#[test]
fn a_sync_that_could_not_read_everything_has_a_code_of_its_own() {
    let help = printed(&World::new(), &["sync", "--help"]);
    assert!(help.contains("  23  "), "{help}");
    let world = World::new();
    std::fs::write(world.file("odd.mp3"), "this is no music").expect("a file");
    let said = refused(&world, &["sync", world.music().to_str().expect("text")], 23);
    assert!(
        said.contains("odd.mp3") && said.contains("jobs --warnings"),
        "{said}"
    );
    // It is set aside, and the next sync has nothing to say of it.
    assert_eq!(run_sync(&world)["failed"], 0);
}

#[cfg(unix)]
#[test]
fn what_can_not_be_listed_is_told_by_the_exit_code() {
    let world = World::with_albums(1);
    std::os::unix::fs::symlink("nowhere", world.music().join("dangling.mp3")).expect("a link");
    for _ in 0..2 {
        let told = ended_sync(&world, 23);
        assert_eq!(
            (&told["status"], &told["failed"]),
            (&"completed".into(), &0.into())
        );
        assert_eq!(told["warnings"], 1);
    }
}

#[test]
fn two_programs_never_sync_into_one_library_at_once() {
    let world = World::with_albums(1);
    run_sync(&world);
    let mut lock = world.database().into_os_string();
    lock.push("-sync-lock");
    let held = std::fs::OpenOptions::new()
        .write(true)
        .open(&lock)
        .expect("the lock file");
    held.try_lock().expect("nobody syncs");
    let output = sync(&world).output().expect("the program runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("another program is syncing"), "{said}");
    drop(held);
    run_sync(&world);
}

#[test]
fn a_failed_sync_has_an_exit_code_and_says_why() {
    let world = World::with_albums(1);
    run_sync(&world);
    std::fs::remove_dir_all(world.music()).expect("the folder goes");
    let output = sync(&world).output().expect("the program runs");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("not found") && said.contains("music"),
        "{said}"
    );
    assert_eq!(
        lines(&world, &["tracks", "--json"]).len(),
        12,
        "something was deleted"
    );
}

#[test]
fn a_folder_that_was_emptied_needs_one_word() {
    let world = World::with_albums(1);
    run_sync(&world);
    let emptied = world.music().join("Album 0");
    std::fs::remove_dir_all(&emptied).expect("the music goes");
    let output = sync(&world).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("--confirm-deletions"), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(
        (&told["status"], &told["deleted"]),
        (&"failed".into(), &0.into())
    );
    let error = told["error"].as_str().expect("a reason");
    assert!(error.contains("emptied"), "{error}");

    let output = sync(&world).arg("--confirm-deletions").output();
    let output = output.expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!((&told["deleted"], &told["held"]), (&12.into(), &0.into()));
    assert_eq!(told["error"], Value::Null);
    assert_eq!(lines(&world, &["tracks", "--json"]), [Value::Null; 0]);
}

#[test]
fn deletions_that_are_held_are_counted_and_the_option_is_named() {
    let world = World::with_albums(1);
    run_sync(&world);
    std::fs::remove_dir_all(world.music().join("Album 0")).expect("the music goes");
    std::fs::write(world.file("notes.txt"), "the folder is not empty").expect("a file");
    let output = sync(&world).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("--confirm-deletions"), "{said}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!((&told["held"], &told["deleted"]), (&12.into(), &0.into()));
}

#[test]
fn a_sync_that_can_not_begin_says_so_in_json() {
    let world = World::new();
    let none = world.music().join("none");
    let none = none.to_str().expect("a path of text");
    for library_is_there in [false, true] {
        let output = command(&world, &["sync", none, "--json"]).output();
        let output = output.expect("it runs");
        assert_eq!(output.status.code(), Some(1));
        let told: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
        assert_eq!(told["status"], "failed");
        let error = told["error"].as_str().expect("a reason");
        assert!(error.contains("none"), "{error}");
        if !library_is_there {
            run_sync(&world);
        }
    }
}

/// A name need not be text, and one may look like the spelling of another.
#[cfg(target_os = "linux")]
#[test]
fn files_and_folders_whose_names_look_alike_are_told_apart() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let world = World::with_albums(0);
    let names: [&[u8]; 4] = [b"caf\xe9.mp3", b"caf\xe8.mp3", b"A.mp3", b"%41.mp3"];
    for (number, name) in (1..).zip(names) {
        Song::numbered(number).write(&world.music().join(OsStr::from_bytes(name)));
    }
    run_sync(&world);
    let tracks = lines(&world, &["tracks", "--json"]);
    let told = |field: &str| {
        let mut told: Vec<_> = tracks
            .iter()
            .map(|it| it[field].as_str().expect("text"))
            .collect();
        told.sort_unstable();
        told
    };
    assert_eq!(
        told("path"),
        ["%41.mp3", "A.mp3", "caf\u{fffd}.mp3", "caf\u{fffd}.mp3"]
    );
    assert_eq!(
        told("key"),
        ["%2541.mp3", "A.mp3", "caf%E8.mp3", "caf%E9.mp3"]
    );
    // And a playlist means the one that it names.
    let list = world.music().join("list.m3u");
    std::fs::write(&list, "%41.mp3\nA.mp3\n").expect("a file");
    let list = list.to_str().expect("text");
    let imported = lines(&world, &["playlist", "import", list, "--json"]).remove(0);
    let id = imported["playlist"].to_string();
    let entries = lines(&world, &["playlist", "show", &id, "--json"]);
    let paths: Vec<_> = entries.iter().map(|it| &it["track"]["path"]).collect();
    assert_eq!(paths, ["%41.mp3", "A.mp3"]);
}
