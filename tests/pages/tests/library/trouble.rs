//! Workers that die, calls that are given up, and a package that is not all there.

use std::path::Path;

use anyhow::{Context, Result};
use music_core_page_tests::{Browser, Server, ServerBuilder, Tab, demo, http, respond};
use serde_json::json;

/// Serves the package with an empty page beside it.
pub(crate) fn serve() -> Result<ServerBuilder> {
    Ok(Server::of(&demo()?).route("/empty", |request| {
        let html = http::Header::from_bytes("Content-Type", "text/html").expect("a header");
        let page = http::Response::from_string("<!doctype html><title>t</title>");
        respond(request, page.with_header(html));
    }))
}

/// Chooses a folder in an input and waits for its files, which the browser lists after the choice.
pub(crate) fn choose(tab: &Tab, selector: &str, folder: &Path) -> Result<()> {
    tab.choose_files(selector, &[folder])?;
    tab.run_with(
        "const input = document.querySelector(args[0]);
         while (input.files.length === 0) await new Promise((done) => setTimeout(done, 20));",
        &[json!(selector)],
    )
    .map(drop)
}

/// Opens the empty page with the package, whose workers are `window.workers`.
pub(crate) fn with_package(browser: &Browser, server: &Server) -> Result<Tab> {
    let tab = browser.tab()?;
    load_package(&tab, server)?;
    Ok(tab)
}

/// Does so in this tab.
pub(crate) fn load_package(tab: &Tab, server: &Server) -> Result<()> {
    tab.open(&server.url("/empty"))?;
    tab.run(
        "Object.assign(window, await import('/music-core/index.js'));
         window.workers = [];
         window.own = (start) => () => {
           const worker = start?.() ?? new Worker('/music-core/worker.js', { type: 'module' });
           workers.push(worker);
           return worker;
         };
         // Tells how a promise ended, if it does.
         window.outcome = (promise) => promise.then(
           () => 'done',
           (error) => error instanceof MusicError ? error.code : `${error.name}: ${error.message}`);",
    )?;
    Ok(())
}

#[test]
fn no_call_stays_open_when_the_worker_vanishes_and_the_library_opens_again() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let outcomes = tab.run(
        "const library = await MusicLibrary.open({ name: 'vanishing', worker: own() });
         const listening = outcome((async () => { for await (const event of library.events()); })());
         await library.stats();
         const open = [library.albums(), library.search('x'), library.createPlaylist('p')].map(outcome);
         workers[0].terminate();
         const later = library.stats().then(() => library.stats());
         return [...await Promise.all(open), await outcome(later), await listening,
                 await outcome(library.folders()), await outcome(library.close())];",
    )?;
    let outcomes: Vec<_> = outcomes
        .as_array()
        .context("a list")?
        .iter()
        .map(|it| it.as_str().unwrap_or_default())
        .collect();
    assert_eq!(outcomes.len(), 7);
    // What was answered before the end is answered; closing what is closed is no error.
    assert!(
        outcomes[..3]
            .iter()
            .all(|it| ["crashed", "done"].contains(it)),
        "{outcomes:?}"
    );
    assert_eq!(outcomes[3..], ["crashed", "crashed", "crashed", "done"]);
    let healthy = tab.run(
        "const library = await MusicLibrary.open({ name: 'vanishing' });
         const { healthy } = await library.health();
         await library.close();
         return healthy;",
    )?;
    assert_eq!(healthy, true);
    Ok(())
}

#[test]
fn what_is_asked_without_a_library_fails_too_when_its_worker_vanishes() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let outcomes = tab.run(
        "// It lives, and never answers.
         const script = `addEventListener('message', ({ data: { call, args } }) => navigator.locks.request(args.lock, () => {
           postMessage({ call, update: null });
           return new Promise(() => {});
         }))`;
         const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
         const worker = own(() => new Worker(url, { type: 'module' }));
         const open = [MusicLibrary.delete({ worker }), MusicLibrary.import(new Blob([]), { worker })].map(outcome);
         const locks = async () => (await navigator.locks.query()).held.length;
         while ((await locks()) < 2) await new Promise((done) => setTimeout(done, 20));
         for (const it of workers) it.terminate();
         return Promise.all(open);",
    )?;
    assert_eq!(outcomes, json!(["crashed", "crashed"]));
    Ok(())
}

#[test]
fn an_error_that_no_call_caused_ends_the_worker_and_all_calls_and_says_why() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let error = tab.run(
        "const script = `import '${location.origin}/music-core/worker.js';
           addEventListener('message', ({ data }) => {
             if (data.method === 'folders') setTimeout(() => { throw new Error('a trap') });
           });`;
         const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
         const worker = own(() => new Worker(url, { type: 'module' }));
         const library = await MusicLibrary.open({ name: 'trapped', worker });
         const stuck = new Promise(() => {});
         await outcome(library.folders());
         await outcome(Promise.race([library.stats().then(() => stuck), outcome(library.events()[Symbol.asyncIterator]().next())]));
         const error = await library.stats().catch((error) => error);
         return [error.code, error.message, typeof error.remedy];",
    )?;
    assert_eq!(error[0], "crashed", "{error}");
    assert!(
        error[1].as_str().unwrap_or_default().contains("a trap"),
        "{error}"
    );
    assert_eq!(error[2], "string");
    Ok(())
}

#[test]
fn a_package_that_is_not_all_there_says_so() -> Result<()> {
    let server = serve()?
        .route("/music-core/wasm/core_bg.wasm", |request| {
            let gone = http::Response::empty(404);
            respond(request, gone);
        })
        .start()?;
    let browser = Browser::start()?;
    let tab = with_package(&browser, &server)?;
    let codes = tab.run(
        "const nowhere = () => new Worker('/nowhere.js', { type: 'module' });
         return [
           await outcome(MusicLibrary.open({ worker: own(nowhere) })),
           await outcome(MusicLibrary.open()),
         ];",
    )?;
    assert_eq!(codes, json!(["load-failed", "load-failed"]));
    Ok(())
}

#[test]
fn where_no_worker_can_be_started_the_error_says_what_to_do() -> Result<()> {
    let server = serve()?.start()?;
    // As a CDN does, it lets all pages read it.
    let elsewhere = serve()?
        .header("Access-Control-Allow-Origin", "*")
        .start()?;
    let browser = Browser::start()?;
    let tab = with_package(&browser, &server)?;
    let told = tab.run_with(
        "const told = (error) => [error.name, error.code, error.remedy?.includes(error.code === 'load-failed' ? 'own origin' : 'browser')];
         const { MusicLibrary: Far } = await import(args[0]);
         const far = await Far.open().catch(told);
         // As on a server, where pages are rendered.
         globalThis.Worker = undefined;
         return [far, await MusicLibrary.open().catch(told), await MusicLibrary.delete().catch(told)];",
        &[json!(elsewhere.url("/music-core/index.js"))],
    )?;
    let none = json!(["MusicError", "not-available", true]);
    assert_eq!(
        told,
        json!([["MusicError", "load-failed", true], none, none])
    );
    Ok(())
}

/// A component is mounted, taken away and mounted again before its library is open, as React does with each of them in
/// development.
#[test]
fn an_opening_that_is_given_up_is_not_in_the_way_of_the_next_one() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let outcomes = tab.run(
        "const outcomes = [];
         for (const wait of [0, 1, 30, 200]) {
           const first = new AbortController();
           const given = outcome(MusicLibrary.open({ name: 'mounted', signal: first.signal }).then((it) => it.close()));
           await new Promise((done) => setTimeout(done, wait));
           first.abort(new RangeError('unmounted'));
           const second = await MusicLibrary.open({ name: 'mounted' });
           outcomes.push(await given, await outcome(second.stats()));
           await second.close();
         }
         return outcomes;",
    )?;
    for pair in outcomes.as_array().context("a list")?.chunks(2) {
        // One that was quick had opened before.
        assert!(
            pair[0] == "RangeError: unmounted" || pair[0] == "done",
            "{outcomes}"
        );
        assert_eq!(pair[1], "done", "{outcomes}");
    }
    Ok(())
}

#[test]
fn who_waits_for_a_library_waits_without_a_worker_and_may_give_up_without_a_reason() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let outcomes = tab.run(
        "const first = await MusicLibrary.open({ name: 'waited-for' });
         const waiting = MusicLibrary.open({ name: 'waited-for', whenFree: true, worker: own() });
         const given = { up: new AbortController() };
         const reason = (promise) => promise.then(() => 'done', (it) => it);
         given.late = reason(MusicLibrary.open({ name: 'waited-for', whenFree: true, signal: given.up.signal }));
         // Longer than two workers wait in turn.
         await new Promise((done) => setTimeout(done, 12_000));
         const before = workers.length;
         given.up.abort(null);
         await first.close();
         const second = await waiting;
         const after = workers.length;
         await second.close();
         const early = new AbortController();
         given.early = reason(MusicLibrary.open({ name: 'waited-for', signal: early.signal }));
         early.abort(null);
         return [before, after, await given.late, await given.early];",
    )?;
    assert_eq!(outcomes, json!([0, 1, null, null]));
    Ok(())
}

#[test]
fn signals_end_calls_and_syncs_with_their_own_reason() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let outcomes = tab.run(
        "const library = await MusicLibrary.open({ name: 'signals' });
         const aborted = AbortSignal.abort(new RangeError('before'));
         const late = new AbortController();
         const search = library.search('x', { signal: late.signal });
         late.abort(new RangeError('meanwhile'));
         const files = Array.from({ length: 3000 }, (_, at) => ({
           path: `${at % 50}/${at}.mp3`, file: new File(['no music'], `${at}.mp3`) }));
         const folder = await library.addFolder(files, { name: 'many' });
         const stop = new AbortController();
         const sync = library.sync(folder, { signal: stop.signal });
         const twice = library.sync(folder);
         const seen = [];
         const watched = outcome((async () => {
           for await (const progress of sync) {
             seen.push(progress.discovered);
             stop.abort(new RangeError('stopped'));
           }
         })());
         const results = [
           await outcome(library.stats({ signal: aborted })),
           await outcome(search),
           await outcome(MusicLibrary.open({ name: 'other', signal: aborted })),
           await watched,
           await outcome(sync),
           await outcome(twice),
         ];
         // And the next one finds everything.
         const { status, discovered, failed } = await library.sync(folder);
         results.push(status, discovered, failed, seen.length > 0);
         await library.close();
         results.push(await outcome(library.stats()));
         return results;",
    )?;
    let expected = json!([
        "RangeError: before",
        "RangeError: meanwhile",
        "RangeError: before",
        "RangeError: stopped",
        "RangeError: stopped",
        "already-running",
        "completed",
        3000,
        3000,
        true,
        "closed",
    ]);
    assert_eq!(outcomes, expected);
    Ok(())
}
