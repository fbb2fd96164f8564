//! The real program, killed without warning and fed with nonsense.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use music_core_tests::{Song, World};
use serde_json::Value;

#[path = "program/browsing.rs"]
mod browsing;
#[path = "program/folders.rs"]
mod folders;
#[path = "program/listening.rs"]
mod listening;
#[path = "program/playlists.rs"]
mod playlists;

/// The program that is built beside this test.
fn music() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let target = test
        .parent()
        .and_then(Path::parent)
        .expect("target/debug/deps");
    let program = target
        .join("examples")
        .join(format!("music{}", std::env::consts::EXE_SUFFIX));
    assert!(program.exists(), "{} is not built", program.display());
    program
}

fn command(world: &World, words: &[&str]) -> Command {
    let mut command = Command::new(music());
    command.arg("--db").arg(world.database()).args(words);
    command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

fn sync(world: &World) -> Command {
    let music = world.music();
    command(
        world,
        &["sync", music.to_str().expect("a path of text"), "--json"],
    )
}

fn run_sync(world: &World) -> Value {
    ended_sync(world, 0)
}

/// Runs a sync that must end with this code.
#[track_caller]
fn ended_sync(world: &World, code: i32) -> Value {
    let output = sync(world).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    serde_json::from_slice(&output.stdout).expect("one line of JSON")
}

fn lines(world: &World, words: &[&str]) -> Vec<Value> {
    let output = command(world, words).output().expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// Runs a command that must fail with this code, and gives what it says.
#[track_caller]
fn refused(world: &World, words: &[&str], code: i32) -> String {
    let output = command(world, words).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    said
}

/// Runs a command that must be done, and gives what it prints.
#[track_caller]
fn printed(world: &World, words: &[&str]) -> String {
    let output = command(world, words).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).expect("text")
}

/// Gives a field of each object, as text.
fn told(objects: &[Value], field: &str) -> Vec<String> {
    let text = |it: &Value| match &it[field] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    objects.iter().map(text).collect()
}

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
fn tracks_that_sound_the_same_are_listed_and_decided_about() {
    let world = World::new();
    for name in ["a", "b", "c"] {
        Song::numbered(1).write(&world.file(&format!("{name}.mp3")));
    }
    Song::numbered(2).write(&world.file("other.mp3"));
    let output = sync(&world)
        .args(["--duplicates", "ask"])
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("1 group of"),
        "{said}"
    );
    let listed = || {
        let tracks = lines(&world, &["tracks", "--json"]);
        tracks
            .iter()
            .filter_map(|it| it["id"].as_i64())
            .collect::<BTreeSet<i64>>()
    };
    let all = listed();
    let groups = lines(&world, &["duplicates", "--json"]);
    assert_eq!(groups.len(), 1, "{groups:?}");
    let group = groups[0]["tracks"].as_array().expect("tracks");
    let ids: Vec<i64> = group.iter().filter_map(|it| it["id"].as_i64()).collect();
    assert_eq!(ids.len(), 3);

    let decide = |words: &[&str]| command(&world, words).output().expect("the program runs");
    let kept = ids[1].to_string();
    let output = decide(&["duplicates", "--keep", &kept]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(listed().len(), 2);
    assert!(listed().contains(&ids[1]));
    assert_eq!(lines(&world, &["duplicates", "--json"]), [Value::Null; 0]);
    let aside = lines(&world, &["duplicates", "--set-aside", "--json"]);
    let told: BTreeSet<(i64, i64)> = aside
        .iter()
        .filter_map(|it| Some((it["track"]["id"].as_i64()?, it["kept"].as_i64()?)))
        .collect();
    assert_eq!(told, [(ids[0], ids[1]), (ids[2], ids[1])].into());
    // Their files are there, and a file that went is another thing.
    std::fs::remove_file(world.file("other.mp3")).expect("the file goes");
    assert_eq!(run_sync(&world)["deleted"], 1);
    let text = printed(&world, &["tracks", "--missing"]);
    let count = |what: &str| text.matches(what).count();
    assert_eq!((count("(set aside)"), count("(missing)")), (2, 1), "{text}");
    let text = printed(&world, &["duplicates", "--set-aside"]);
    assert_eq!(text.matches("(set aside)").count(), 2, "{text}");
    assert!(!text.contains("(missing)"), "{text}");
    Song::numbered(2).write(&world.file("other.mp3"));
    run_sync(&world);

    let output = decide(&["duplicates", "--keep", &kept]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && said.contains(&kept), "{said}");
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let output = decide(&["duplicates", "--keep-all", &texts[0], &texts[1], &texts[2]]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(listed(), all);
    assert_eq!(
        lines(&world, &["duplicates", "--set-aside", "--json"]),
        [Value::Null; 0]
    );
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
fn bad_databases_are_named_and_left_alone() {
    let world = World::new();
    for (name, content) in [
        ("noise.db", vec![7_u8; 9_000]),
        ("text.db", b"hello ".repeat(300)),
    ] {
        let path = world.database().with_file_name(name);
        std::fs::write(&path, &content).expect("a file");
        let mut command = Command::new(music());
        let output = command
            .args(["stats", "--db"])
            .arg(&path)
            .output()
            .expect("it runs");
        assert!(!output.status.success(), "{name}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(name), "{said}");
        assert_eq!(
            std::fs::read(&path).expect("it is there"),
            content,
            "it was touched"
        );
    }
}

#[test]
fn without_a_folder_the_sample_library_is_synced() {
    let world = World::new();
    let output = command(&world, &["sync", "--json"])
        .output()
        .expect("the program runs");
    let job: Value = serde_json::from_slice(&output.stdout).expect("one line of JSON");
    assert_eq!(
        (&job["added"], &job["failed"]),
        (&10.into(), &0.into()),
        "{job}"
    );
    let found = lines(&world, &["search", "ート", "--json"]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["title"], "ビートの夜");
    assert_eq!(
        found[0]["genres"],
        serde_json::json!(["Ambient", "Minimal"])
    );
    assert_eq!(
        lines(&world, &["search", "resume", "--json"])[0]["title"],
        "Résumé"
    );
    assert_eq!(
        lines(&world, &["search", "bjork", "--json"])[0]["album"],
        "Short Waves"
    );
    let albums = lines(&world, &["albums", "--json"]);
    assert!(
        albums.iter().all(|it| it["artwork_id"].is_i64()),
        "{albums:?}"
    );
    for nonsense in ["\"", "AC/DC*", "NEAR(", "-x", "🎵", "'; DROP TABLE track"] {
        lines(&world, &["search", "--json", "--", nonsense]);
    }
}

#[test]
fn an_artist_is_shown_with_the_image_beside_its_music() {
    let world = World::with_albums(1);
    let image = world.file("Album 0/artist.png");
    let cover = include_bytes!("../examples/sample-library/Various Artists/Short Waves/cover.png");
    std::fs::write(&image, cover).expect("an image");
    assert!(sync(&world).status().expect("a sync").success());
    let artist = &lines(&world, &["artists", "--json"])[0];
    assert!(artist["artwork_id"].is_null(), "{artist}");
    let id = artist["id"].to_string();
    let shown = &lines(&world, &["artist", &id, "--json"])[0];
    assert_eq!(shown["name"], artist["name"]);
    let image = shown["artwork_id"].to_string();
    let image = &lines(&world, &["artwork", &image, "--json"])[0];
    assert_eq!(image["width"], 64);
}

#[test]
fn nobody_listening_stops_no_sync() {
    let world = World::with_albums(3);
    std::fs::write(world.file("bad.mp3"), b"no audio").expect("a file");
    let mut command = sync(&world);
    let mut child = command.spawn().expect("the program starts");
    drop(child.stderr.take());
    drop(child.stdout.take());
    let status = child.wait().expect("the program ends");
    assert_ne!(status.code(), Some(101), "it panicked");
    assert_eq!(lines(&world, &["jobs", "--json"])[0]["status"], "completed");
}

#[test]
fn asking_makes_no_library() {
    let world = World::new();
    let output = command(&world, &["tracks"]).output().expect("it runs");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("library.db"));
    let output = command(&world, &["sync", "/no/such/folder"])
        .output()
        .expect("it runs");
    assert!(!output.status.success());
    assert!(!world.database().exists(), "a database was made");
}

#[test]
fn an_empty_file_is_no_library() {
    let world = World::with_albums(1);
    std::fs::write(world.database(), "").expect("a file");
    for words in [&["stats"][..], &["tracks", "--json"], &["playlist", "list"]] {
        let output = command(&world, words).output().expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.contains("library.db") && said.contains("empty"),
            "{said}"
        );
        let content = std::fs::read(world.database()).expect("it is there");
        assert!(content.is_empty(), "a library was made");
    }
    assert_eq!(run_sync(&world)["added"], 12);
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

#[test]
fn a_wrong_command_line_is_told_by_its_code() {
    let world = World::with_albums(1);
    run_sync(&world);
    for limit in ["0", "1001", "x"] {
        let words = ["search", "song", "--limit", limit];
        let output = command(&world, &words).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{limit}");
    }
    let found = lines(&world, &["search", "song", "--limit", "1000", "--json"]);
    assert_eq!(found.len(), 12);
}

#[test]
fn control_characters_stay_off_the_terminal() {
    let world = World::new();
    let song = music_core_tests::Song {
        title: "a\u{1b}[31mred\u{7}\u{202e}\u{2066}".into(),
        ..music_core_tests::Song::numbered(1)
    };
    song.write(&world.file("x.mp3"));
    run_sync(&world);
    let output = command(&world, &["tracks"]).output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.contains("red") && !text.contains(['\u{1b}', '\u{7}', '\u{202e}', '\u{2066}']),
        "{text:?}"
    );
    assert_eq!(
        lines(&world, &["tracks", "--json"])[0]["title"],
        "a\u{1b}[31mred\u{7}\u{202e}\u{2066}"
    );
}

#[test]
fn a_password_is_on_no_command_line_and_in_no_message() {
    let world = World::new();
    let file = world.music().join("password");
    let file = file.to_str().expect("a path of text");
    std::fs::write(file, "hush-hush\n").expect("a file");
    let url = "http://127.0.0.1:1/music";
    for (words, code, said) in [
        (
            vec!["sync", "http://anna:hush-hush@127.0.0.1:1/"],
            1,
            "give these separately",
        ),
        (vec!["sync", url, "--user", "anna"], 2, "--password-file"),
        (
            vec!["sync", url, "--user", "anna", "--password", "hush-hush"],
            2,
            "--password",
        ),
        (
            vec!["sync", "--user", "anna", "--password-file", file],
            1,
            "URL",
        ),
        (
            vec![
                "sync",
                url,
                "--user",
                "anna",
                "--password-file",
                "/no/such/file",
            ],
            1,
            "/no/such/file",
        ),
        (
            vec!["sync", url, "--user", "anna", "--password-file", file],
            1,
            "offline",
        ),
        (vec!["sync", url, "--webdav", url], 2, "cannot be used with"),
        (vec!["sync", "--webdav", "ftp://127.0.0.1/"], 1, "http"),
        (vec!["sync", "ftp://127.0.0.1/"], 1, "http:// or https://"),
        (vec!["sync", "HTTP://127.0.0.1:1/music"], 1, "offline"),
    ] {
        let output = command(&world, &words).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {text}");
        assert!(text.contains(said), "{words:?}: {text}");
        let is_repeated = words.contains(&"--password") || !text.contains("hush-hush");
        assert!(is_repeated, "{words:?}: {text}");
    }
}

#[test]
fn who_gave_no_login_is_told_how_to() {
    use std::io::{BufRead, BufReader, Write};
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/music", server.local_addr().expect("its address"));
    // It refuses everybody, and ends with the test.
    std::thread::spawn(move || {
        for stream in server.incoming().flatten() {
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            lines.take_while(|it| !it.is_empty()).for_each(drop);
            let answer = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n\
                          Content-Length: 0\r\nConnection: close\r\n\r\n";
            (&stream).write_all(answer.as_bytes()).ok();
        }
    });
    let world = World::new();
    let file = world.music().join("password");
    std::fs::write(&file, "wrong\n").expect("a file");
    let login = [
        "--user",
        "anna",
        "--password-file",
        file.to_str().expect("text"),
    ];
    for (login, is_hinted) in [(&[][..], true), (&login[..], false)] {
        let output = command(&world, &["sync", &url]).args(login).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("sign-in expired"), "{said}");
        assert_eq!(said.contains("--user"), is_hinted, "{said}");
    }
}

#[test]
fn smart_playlists_are_made_of_rules_in_a_file() {
    let world = World::with_albums(2);
    run_sync(&world);
    let rules = world.music().join("rules.json");
    let file = rules.to_str().expect("text");
    let by_album =
        r#"{"version":1,"match":{"field":"album","is":"album 1"},"sort":[{"by":"track"}]}"#;
    std::fs::write(&rules, by_album).expect("a file");
    let made = command(&world, &["playlist", "smart", "Second", file]).output();
    assert!(made.expect("it runs").status.success());
    let list = &lines(&world, &["playlist", "list", "--json"])[0];
    assert_eq!(list["smart"], true, "{list}");
    let id = list["id"].to_string();
    let entries = lines(&world, &["playlist", "show", &id, "--json"]);
    assert_eq!(entries.len(), 12);
    assert_eq!(entries[0]["track"]["title"], "Song 12");

    let wrong = r#"{"version":1,"match":{"all":[{"field":"year","contains":"x"}]}}"#;
    std::fs::write(&rules, wrong).expect("a file");
    let refused = command(&world, &["playlist", "rules", &id, file]).output();
    let refused = refused.expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("match.all[0]") && said.contains("between"),
        "{said}"
    );
    std::fs::write(&rules, by_album.replace("album 1", "album 0")).expect("a file");
    let changed = command(&world, &["playlist", "rules", &id, file]).output();
    assert!(changed.expect("it runs").status.success());
    let rules = &lines(&world, &["playlist", "rules", &id])[0];
    assert_eq!(rules["match"]["is"], "album 0");
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

#[test]
fn a_playlist_beside_the_folders_names_their_files_by_the_way_to_them() {
    let world = World::new();
    for (number, name) in (1..).zip(["A.mp3", "B é.mp3"]) {
        Song::numbered(number).write(&world.file(name));
    }
    run_sync(&world);
    let list = world.database().with_file_name("mix.m3u8");
    let mut text = "music/A.mp3\n./lists/../music/B é.mp3\n"
        .as_bytes()
        .to_vec();
    // A line of another encoding costs no other line.
    text.extend(b"music/caf\xe9.mp3\n");
    std::fs::write(&list, text).expect("a file");
    let list = list.to_str().expect("text");
    let imported = lines(&world, &["playlist", "import", list, "--json"]).remove(0);
    assert_eq!(imported["added"], 2, "{imported}");
    assert_eq!(imported["unknown"][0]["location"], "music/café.mp3");

    let out = world.database().with_file_name("out.m3u8");
    let out = out.to_str().expect("text");
    let id = imported["playlist"].to_string();
    let exported = command(&world, &["playlist", "export", &id, out]).output();
    assert!(exported.expect("it runs").status.success());
    let again = lines(&world, &["playlist", "import", out, "--json"]).remove(0);
    assert_eq!(again["added"], 2, "{again}");
}

#[test]
fn playlists_of_other_players_come_in_and_go_out() {
    let world = World::with_albums(1);
    run_sync(&world);
    let tracks = lines(&world, &["tracks", "--json"]);
    let path = |at: usize| tracks[at]["path"].as_str().expect("a path").to_owned();
    let list = world.music().join("My list.m3u");
    let text = format!(
        "#EXTM3U\n{}\nC:\\Old\\{}\nnowhere.mp3\n",
        path(0),
        path(1).replace('/', "\\")
    );
    std::fs::write(&list, text).expect("a file");
    let list = list.to_str().expect("text");
    let imported = lines(&world, &["playlist", "import", list, "--json"]).remove(0);
    assert_eq!(imported["added"], 2, "{imported}");
    let unknown = serde_json::json!([{ "number": 3, "location": "nowhere.mp3" }]);
    assert_eq!(imported["unknown"], unknown);
    let id = imported["playlist"].to_string();
    let lists = lines(&world, &["playlist", "list", "--json"]);
    assert_eq!(lists[0]["name"], "My list", "{lists:?}");
    let entries = lines(&world, &["playlist", "show", &id, "--json"]);
    assert_eq!(entries[1]["track"]["id"], tracks[1]["id"]);

    let out = world.music().join("out.xspf");
    let out = out.to_str().expect("text");
    let export = || command(&world, &["playlist", "export", &id, out]).output();
    assert!(export().expect("it runs").status.success());
    let again = lines(&world, &["playlist", "import", out, "--json"]).remove(0);
    assert_eq!(again["added"], 2, "{again}");
    let refused = export().expect("it runs");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("out.xspf"),
        "{said}"
    );
    for (name, content) in [
        ("empty.m3u", ""),
        ("bad.xspf", "<a>"),
        ("text.txt", "a.mp3"),
    ] {
        let file = world.music().join(name);
        std::fs::write(&file, content).expect("a file");
        let file = file.to_str().expect("text");
        let refused = command(&world, &["playlist", "import", file]).output();
        let refused = refused.expect("it runs");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains(name), "{said}");
    }
}
