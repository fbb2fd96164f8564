//! A database in a page, through what happens to pages.

#![allow(missing_docs, reason = "a test")]

use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use music_core_page_tests::{Browser, Page, Profile, Server, Tab};
use serde_json::json;

fn server() -> Result<Server> {
    let folder = Page::example("bridge-wasm", "database").build()?;
    Server::of(&folder).start()
}

/// Where the database lies, and with it the place that the program runs in.
#[derive(Clone, Copy, Debug)]
enum Storage {
    /// IndexedDB, in the window.
    IndexedDb,
    /// A file of the origin-private file system, in a worker.
    Files,
}

/// Starts a worker whose functions stand in `it`.
const IN_WORKER: &str = "
    const program = `${location.origin}/database.js`;
    const source = `
      import init, * as it from '${program}';
      const started = init();
      onmessage = async ({ data: [number, name, args] }) => {
        try {
          await started;
          postMessage([number, await it[name](...args)]);
        } catch (error) {
          postMessage([number, undefined, String(error)]);
        }
      };`;
    const script = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const worker = new Worker(script, { type: 'module' });
    const waiting = [];
    worker.onmessage = ({ data: [number, value, error] }) => {
      const [resolve, reject] = waiting[number];
      if (error === undefined) resolve(value); else reject(new Error(error));
    };
    const call = (name, args) => new Promise((...ends) => {
      worker.postMessage([waiting.push(ends) - 1, name, args]);
    });
    window.it = new Proxy({}, { get: (_, name) => (...args) => call(name, args) });";

/// Loads the page's program into a tab.
fn load(tab: &Tab, server: &Server, storage: Storage) -> Result<()> {
    tab.open(&server.url("/"))?;
    match storage {
        Storage::IndexedDb => {
            tab.run("const it = await import('/database.js'); await it.default(); window.it = it")?
        }
        Storage::Files => tab.run(IN_WORKER)?,
    };
    Ok(())
}

fn open(tab: &Tab, patience_ms: u32, storage: Storage) -> Result<()> {
    let in_files = matches!(storage, Storage::Files);
    let args = [json!(patience_ms), json!(in_files)];
    tab.run_with("await it.open(...args)", &args).map(drop)
}

fn opened(browser: &Browser, server: &Server, storage: Storage) -> Result<Tab> {
    let tab = browser.tab()?;
    load(&tab, server, storage)?;
    open(&tab, 5000, storage)?;
    Ok(tab)
}

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

#[test]
fn a_commit_comes_back_when_it_is_stored_and_not_before() -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server, Storage::IndexedDb)?;
    let noted = tab.run(
        "const noted = [];
         const original = IDBDatabase.prototype.transaction;
         IDBDatabase.prototype.transaction = function (...args) {
           const transaction = original.apply(this, args);
           if (this.name !== 'music-core-database/library') return transaction;
           const note = { mode: transaction.mode, complete: false };
           transaction.addEventListener('complete', () => { note.complete = true; });
           noted.push(note);
           return transaction;
         };
         await it.commit(0, 400_000);
         return structuredClone(noted)",
    )?;
    let expected = json!([{"mode": "readwrite", "complete": true}]);
    assert_eq!(noted, expected);
    Ok(())
}

#[test]
fn a_second_tab_is_told_who_has_it_and_gets_it_when_that_one_is_gone() -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let first = opened(&browser, &server, Storage::IndexedDb)?;
    first.run("await it.commit(0, 10)")?;
    let second = browser.new_tab()?;
    load(&second, &server, Storage::IndexedDb)?;
    let refused = open(&second, 50, Storage::IndexedDb).expect_err("the first has it");
    let text = refused.to_string();
    assert!(
        text.contains("Conflict") && text.contains("client"),
        "{text}"
    );
    second.run("window.opening = it.open(60000, false)")?;
    // The owner dies in the middle of its work.
    first.run("window.work = it.commit_on_and_on(1000)")?;
    first.close()?;
    second.run("await window.opening")?;
    assert_eq!(second.run("return it.check()")?, "ok");
    let kept = second.run("return it.count()")?;
    assert!(kept.as_u64() >= Some(2), "{kept}");
    second.run("await it.commit(await it.count() / 2, 10)")?;
    Ok(())
}

/// Read and written, it is twice as large as the memory that it may take.
#[test]
fn a_database_in_a_file_is_larger_than_its_memory() -> Result<()> {
    const MIB: u64 = 1024 * 1024;
    let server = server()?;
    let browser = Browser::start()?;
    let memory = |tab: &Tab| -> Result<u64> {
        let bytes = tab.run("return it.memory_bytes()")?;
        bytes.as_u64().context("a number")
    };
    let tab = opened(&browser, &server, Storage::Files)?;
    let before = memory(&tab)?;
    tab.run("for (let n = 0; n < 32; n += 1) await it.commit(n, 512 * 1024)")?;
    let written = memory(&tab)? - before;
    // All of it is read.
    load(&tab, &server, Storage::Files)?;
    open(&tab, 5000, Storage::Files)?;
    let before = memory(&tab)?;
    assert_eq!(tab.run("return it.check()")?, "ok");
    let read = memory(&tab)? - before;
    eprintln!("32 MiB: {written} bytes of memory to write, {read} to read");
    assert!(
        written < 16 * MIB && read < 16 * MIB,
        "{written} bytes to write, {read} to read"
    );
    Ok(())
}

/// Chromium freezes no tab by itself that holds a lock; a person's tools may.
#[test]
fn a_frozen_tab_that_owns_the_database_is_named_and_loses_nothing() -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let owner = opened(&browser, &server, Storage::IndexedDb)?;
    owner.run("await it.commit(0, 10)")?;
    let other = browser.new_tab()?;
    load(&other, &server, Storage::IndexedDb)?;
    owner.devtools("Page.setWebLifecycleState", &json!({"state": "frozen"}))?;
    let refused = open(&other, 300, Storage::IndexedDb).expect_err("the frozen one has it");
    let text = refused.to_string();
    assert!(
        text.contains("Conflict") && text.contains("client"),
        "{text}"
    );
    owner.devtools("Page.setWebLifecycleState", &json!({"state": "active"}))?;
    owner.run("await it.commit(1, 10)")?;
    assert_eq!(owner.run("return it.count()")?, 4);

    // One that is closed while it is frozen makes way.
    owner.devtools("Page.setWebLifecycleState", &json!({"state": "frozen"}))?;
    other.run("window.opening = it.open(60000, false)")?;
    owner.close()?;
    other.run("await window.opening")?;
    assert_eq!(other.run("return it.check()")?, "ok");
    assert_eq!(other.run("return it.count()")?, 4);
    Ok(())
}

#[test]
fn a_full_disk_is_an_error_that_loses_nothing() -> Result<()> {
    takes_a_full_disk(Storage::IndexedDb)
}

#[test]
fn a_full_disk_is_an_error_that_loses_nothing_in_files() -> Result<()> {
    takes_a_full_disk(Storage::Files)
}

fn takes_a_full_disk(storage: Storage) -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server, storage)?;
    tab.run("await it.commit(0, 10)")?;
    let quota = json!({"origin": server.origin(), "quotaSize": 3_000_000});
    tab.devtools("Storage.overrideQuotaForOrigin", &quota)?;
    // The browser counts late, so it takes some commits and up to half a minute.
    let begun = Instant::now();
    let full = loop {
        let next = "await it.commit(await it.count() / 2, 1000000)";
        match tab.run(next) {
            Err(error) => break error.to_string(),
            Ok(_) => assert!(begun.elapsed() < Duration::from_secs(90), "it never fills"),
        }
    };
    assert!(full.contains("QuotaExceeded"), "{full}");
    assert_eq!(tab.run("return it.check()")?, "ok");
    let kept = tab.run("return it.count()")?;
    // Here and now, and after a reload, it is what it was.
    tab.devtools(
        "Storage.overrideQuotaForOrigin",
        &json!({"origin": server.origin()}),
    )?;
    tab.run("await it.commit(await it.count() / 2, 10)")?;
    load(&tab, &server, storage)?;
    open(&tab, 5000, storage)?;
    assert_eq!(tab.run("return it.check()")?, "ok");
    assert_eq!(
        tab.run("return it.count()")?.as_u64(),
        kept.as_u64().map(|it| it + 2)
    );
    Ok(())
}
