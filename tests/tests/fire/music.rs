//! The program that is built by `cargo build -p core-service --example music`.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// Finds the program beside this test.
pub(crate) fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let target = test
        .parent()
        .and_then(Path::parent)
        .expect("target/debug/deps");
    let program = target.join("examples/music");
    assert!(
        program.exists(),
        "{} is not there: cargo build -p core-service --example music",
        program.display()
    );
    program
}

fn command(database: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("--db").arg(database).args(words);
    command.stdin(Stdio::null());
    command
}

/// Starts a sync whose words go to a file, so that nobody has to read them.
pub(crate) fn start_sync(database: &Path, url: &str, said: &Path) -> Child {
    let file = File::create(said).expect("a file");
    command(database, &["sync", url])
        .stdout(Stdio::null())
        .stderr(file)
        .spawn()
        .expect("the program starts")
}

/// Syncs to the end, whatever that is.
pub(crate) fn sync(database: &Path, url: &str, more: &[&str]) -> (Output, Option<Value>) {
    let mut words = vec!["sync", url, "--json"];
    words.extend(more);
    let output = command(database, &words)
        .output()
        .expect("the program runs");
    let job = serde_json::from_slice(&output.stdout).ok();
    (output, job)
}

/// Asks the library.
pub(crate) fn ask(database: &Path, words: &[&str]) -> Vec<Value> {
    let output = command(database, words).output().expect("the program runs");
    assert!(
        output.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}
