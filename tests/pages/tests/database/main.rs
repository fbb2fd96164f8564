//! A database in a page, through what happens to pages.

#![allow(missing_docs, reason = "a test")]

mod killed;
mod tabs;

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use music_core_page_tests::{Browser, Page, Server, Tab};
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
