//! A browser that is killed, and what it leaves.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use music_core_page_tests::{Browser, Profile};
use serde_json::json;

use super::{Storage, opened, server};

#[test]
fn what_was_committed_survives_a_kill_that_follows_at_once() -> Result<()> {
    survives_kills(Storage::IndexedDb)
}

#[test]
fn what_was_committed_to_files_survives_a_kill_that_follows_at_once() -> Result<()> {
    survives_kills(Storage::Files)
}

fn survives_kills(storage: Storage) -> Result<()> {
    let server = server()?;
    let mut browser = Browser::start()?;
    for round in 0..5 {
        let tab = opened(&browser, &server, storage)?;
        assert_eq!(tab.run("return it.count()")?, round * 2);
        tab.run_with("await it.commit(args[0], 20000)", &[json!(round)])?;
        browser = browser.kill()?.reopen()?;
    }
    let tab = opened(&browser, &server, storage)?;
    assert_eq!(tab.run("return it.count()")?, 10);
    assert_eq!(tab.run("return it.check()")?, "ok");
    Ok(())
}

#[test]
fn a_kill_at_any_time_leaves_the_commits_up_to_one() -> Result<()> {
    is_whole_after_kills(Storage::IndexedDb)
}

#[test]
fn a_kill_at_any_time_leaves_the_commits_up_to_one_in_files() -> Result<()> {
    is_whole_after_kills(Storage::Files)
}

fn is_whole_after_kills(storage: Storage) -> Result<()> {
    let server = server()?;
    let mut browser = Browser::start()?;
    let mut before = 0;
    for round in 0..8_u64 {
        let tab = opened(&browser, &server, storage)?;
        tab.run("window.work = it.commit_on_and_on(30000)")?;
        // The kill comes some time after the first commits, each round at another.
        while tab.run("return it.count()")?.as_u64() <= Some(before) {}
        sleep(Duration::from_millis(round * 37));
        let seen = tab.run("return it.count()")?.as_u64().unwrap_or_default();
        browser = browser.kill()?.reopen()?;
        let tab = opened(&browser, &server, storage)?;
        assert_eq!(tab.run("return it.check()")?, "ok", "round {round}");
        let kept = tab.run("return it.count()")?.as_u64().unwrap_or_default();
        assert!(
            kept >= seen,
            "round {round}: {kept} rows of {seen}, {:?}",
            browser.profile().indexed_db_files()?
        );
        before = kept;
    }
    Ok(())
}

/// Names the logs that Chromium's IndexedDB has not done with.
fn logs(profile: &Profile) -> Result<Vec<PathBuf>> {
    let mut logs = profile.indexed_db_files()?;
    logs.retain(|it| it.extension().is_some_and(|it| it == "log"));
    Ok(logs)
}

/// A browser that is killed while it writes leaves half a record, behind which the next one goes on to write;
/// the one after that would take it for damage, and throw all away.
#[test]
fn a_torn_log_loses_nothing() -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server, Storage::IndexedDb)?;
    tab.run("await it.commit(0, 1000)")?;
    let profile = browser.kill()?;
    let torn = logs(&profile)?.into_iter().max().context("it has a log")?;
    // A checksum, a length of 100, the type of a whole record; and no record.
    let mut log = OpenOptions::new().append(true).open(&torn)?;
    log.write_all(&[1, 2, 3, 4, 100, 0, 1])?;
    drop(log);

    let browser = profile.reopen()?;
    let tab = opened(&browser, &server, Storage::IndexedDb)?;
    assert_eq!(tab.run("return it.count()")?, 2);
    tab.run("await it.commit(1, 1000)")?;
    let begun = Instant::now();
    while logs(browser.profile())?.contains(&torn) {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "{torn:?} is kept"
        );
    }
    let browser = browser.kill()?.reopen()?;
    let tab = opened(&browser, &server, Storage::IndexedDb)?;
    assert_eq!(tab.run("return it.count()")?, 4);
    assert_eq!(tab.run("return it.check()")?, "ok");
    Ok(())
}
