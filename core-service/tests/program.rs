//! The real program, killed without warning and fed with nonsense: natively only, since a browser starts no programs.

#![cfg(not(target_arch = "wasm32"))]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use music_core_tests::World;
use serde_json::Value;

#[path = "program/browsing.rs"]
mod browsing;
#[path = "program/duplicates.rs"]
mod duplicates;
#[path = "program/folders.rs"]
mod folders;
#[path = "program/listening.rs"]
mod listening;
#[path = "program/playlists.rs"]
mod playlists;
#[path = "program/servers.rs"]
mod servers;
#[path = "program/syncing.rs"]
mod syncing;

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
