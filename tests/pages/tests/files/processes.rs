//! Tabs whose processes are stopped or killed at a chosen place of a write.

use std::sync::Mutex;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use music_core_page_tests::{Browser, Renderer, Server, Tab, http, respond};
use serde_json::json;

use super::{open, page, usage};

const SIZE: u64 = 40 << 20;
const CHUNKS: u64 = SIZE / (256 << 10);

/// Where a write stands still: its script waits for the server there, and runs nothing else.
#[derive(Clone, Copy, Debug)]
enum Place {
    Between,
    Within,
}

const STANDING: &str = "
    let chunks = 0;
    let hasStood = false;
    const stand = () => {
      if (hasStood) return;
      hasStood = true;
      const waiting = new XMLHttpRequest();
      waiting.open('GET', '/stand', false);
      waiting.send();
    };
    const [place, size, seed] = args;
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...args) {
      if (this.name === 'chunks') chunks += 1;
      const request = put.apply(this, args);
      if (place === 'Within' && chunks === 60) stand();
      return request;
    };
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...args) {
      if (place === 'Between' && chunks > 0 && args[1] === 'readwrite') stand();
      return transaction.apply(this, args);
    };
    // By another tab's word: this script has to have its answer before the page stands.
    new BroadcastChannel('begin').onmessage = () => { window.work = files.write('/large', size, seed); };";

/// Two tabs in processes of their own, of which one stands still in a write.
struct Standing {
    one: Tab,
    other: Tab,
    process: Renderer,
    _server: Server,
    _browser: Browser,
}

impl Standing {
    /// Stops before a transaction or within one, while the file with the pattern 1 is replaced by one with 2.
    fn at(place: Place) -> Result<Self> {
        let (go, wait) = channel::<()>();
        let (arrive, arrived) = channel();
        let wait = Mutex::new(wait);
        let server = Server::of(&page().build()?)
            .route("/stand", move |request| {
                // Who is gone or has failed has no use for it.
                let _ = arrive.send(());
                let _ = wait.lock().expect("nobody panics").recv();
                respond(request, http::Response::from_string("go on"));
            })
            .start()?;
        let browser = Browser::start()?;
        let (one, other) = (browser.tab()?, browser.new_tab()?);
        open(&one, &server, "shared")?;
        open(&other, &server, "shared")?;
        let process = browser.renderer(&one)?;
        let is_alone = !process.is_same(&browser.renderer(&other)?);
        ensure!(is_alone, "one process runs both tabs");
        one.run_with("await files.write('/large', args[0], 1)", &[json!(SIZE)])?;
        let place = json!(format!("{place:?}"));
        one.run_with(STANDING, &[place, json!(SIZE), json!(2)])?;
        other.run("new BroadcastChannel('begin').postMessage(null)")?;
        arrived.recv_timeout(Duration::from_secs(60))?;
        process.stop()?;
        // It hears of it when it goes on.
        go.send(())?;
        let standing = Self {
            one,
            other,
            process,
            _server: server,
            _browser: browser,
        };
        Ok(standing)
    }

    fn is_large(&self, seed: u32) -> Result<bool> {
        let is = self.other.run_with(
            "return await files.is('/large', args[0], args[1])",
            &[json!(SIZE), json!(seed)],
        )?;
        Ok(is == true)
    }

    /// Waits until no garbage is left, and tells how much is stored then.
    fn collected(&self) -> Result<[u64; 2]> {
        let begun = Instant::now();
        loop {
            let [entries, chunks, garbage] = usage(&self.other)?;
            if garbage == 0 {
                return Ok([entries, chunks]);
            }
            ensure!(
                begun.elapsed() < Duration::from_secs(60),
                "{garbage} lines of garbage stay"
            );
        }
    }
}

#[test]
fn a_tab_whose_process_stands_still_between_transactions_holds_nobody_up_and_goes_on() -> Result<()>
{
    let it = Standing::at(Place::Between)?;
    it.other
        .run("await files.write('/small', 10, 1); await files.rename('/small', '/renamed')")?;
    assert!(it.is_large(1)?, "what it replaces is still there");
    let [entries, chunks, garbage] = usage(&it.other)?;
    assert_eq!((entries, garbage), (2, 1), "its half is nobody's garbage");
    assert!(chunks > CHUNKS + 1, "{chunks} chunks");
    it.process.go_on()?;
    it.one.run("await window.work")?;
    assert!(it.is_large(2)?);
    assert_eq!(it.collected()?, [2, CHUNKS + 1]);
    Ok(())
}

/// The browser ends a transaction that is in the way and does nothing for a minute.
#[test]
fn a_tab_whose_process_stands_still_within_a_transaction_is_told_so_and_others_write_on()
-> Result<()> {
    let it = Standing::at(Place::Within)?;
    it.other.run("await files.write('/small', 10, 1)")?;
    assert!(it.is_large(1)?, "what it replaces is still there");
    it.process.go_on()?;
    let told = it
        .one
        .run("return await window.work.then(() => 'done', (it) => it.message)")?;
    let told = told.as_str().unwrap_or_default();
    assert!(told.starts_with("Timeout /large"), "{told}");
    assert!(it.is_large(1)?, "it is as it was");
    assert_eq!(it.collected()?, [2, CHUNKS + 1]);
    it.one
        .run_with("await files.write('/large', args[0], 3)", &[json!(SIZE)])?;
    assert!(it.is_large(3)?);
    Ok(())
}

#[test]
fn a_tab_whose_process_is_killed_in_a_write_leaves_what_was_there_and_its_remains_go() -> Result<()>
{
    for place in [Place::Between, Place::Within] {
        let it = Standing::at(place)?;
        it.other.run("window.work = files.write('/small', 10, 1)")?;
        it.process.kill()?;
        it.other.run("await window.work")?;
        assert!(it.is_large(1)?, "{place:?}");
        assert_eq!(it.collected()?, [2, CHUNKS + 1], "{place:?}");
    }
    Ok(())
}
