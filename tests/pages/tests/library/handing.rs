//! Files on their way from the page to the worker.

use anyhow::Result;
use music_core_page_tests::Browser;
use serde_json::json;

use crate::trouble::{serve, with_package};

#[test]
fn files_go_to_the_worker_in_batches_that_hold_up_the_page_for_little() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    // Each file takes its time, and the next is sent when the page has had a turn.
    let seen = tab.run(
        "let now = 0;
         let turns = 0;
         performance.now = () => now;
         // What a page does besides has its turn here.
         const { port1, port2 } = new MessageChannel();
         port2.onmessage = () => { turns += 1; port1.postMessage(0); };
         port1.onmessage = () => port2.postMessage(0);
         port1.postMessage(0);
         const addAll = async (name, count, takes) => {
           const batches = [];
           const worker = () => {
             const it = new Worker('/music-core/worker.js', { type: 'module' });
             const post = it.postMessage.bind(it);
             it.postMessage = (message) => {
               if (message.method === 'moreFiles') {
                 const { files } = message.args;
                 let took = 0;
                 for (const file of files) took += takes(Number(file.name));
                 now += took;
                 batches.push({ count: files.length, took, turns });
               }
               post(message);
             };
             return it;
           };
           const library = await MusicLibrary.open({ name, worker });
           const files = Array.from({ length: count }, (_, at) => ({ path: `${at}.txt`, file: new File([], at) }));
           await library.addFolder(files, { name: 'many' });
           await library.close();
           const sum = (of) => batches.reduce((all, it) => all + of(it), 0);
           return {
             sent: sum((it) => it.count),
             longest: Math.max(...batches.map((it) => it.took)),
             batches: batches.length,
             waits: batches.every((it, at) => at === 0 || it.turns > batches[at - 1].turns),
           };
         };
         return [
           await addAll('usual', 5000, () => 0.4),
           await addAll('quick', 5000, () => 0.001),
           await addAll('far', 100, () => 90),
           await addAll('mixed', 5000, (at) => (at < 2000 ? 0.001 : 0.35)),
         ];",
    )?;
    let [usual, quick, far, mixed] = [0, 1, 2, 3].map(|at| &seen[at]);
    for (name, it, all) in [
        ("usual", usual, 5000),
        ("quick", quick, 5000),
        ("far", far, 100),
        ("mixed", mixed, 5000),
    ] {
        assert_eq!(it["sent"], all, "{name}: {it}");
        assert_eq!(it["waits"], true, "{name}: {it}");
    }
    // By the clock of this test, which goes on with the files alone.
    let longest = |it: &serde_json::Value| it["longest"].as_f64().unwrap_or(f64::MAX);
    assert!(longest(usual) <= 11.0, "{usual}");
    assert!(longest(mixed) <= 100.0, "{mixed}");
    assert!(longest(far) <= 90.0, "{far}");
    assert!(quick["batches"].as_u64() < Some(30), "{quick}");
    Ok(())
}

#[test]
fn a_list_of_files_that_is_given_up_is_not_kept() -> Result<()> {
    let (server, browser) = (serve()?.start()?, Browser::start()?);
    let tab = with_package(&browser, &server)?;
    let outcomes = tab.run(
        "const outcomes = [];
         const files = Array.from({ length: 20 }, (_, at) => ({ path: `${at}.txt`, file: new File([], at) }));
         for (const at of ['beginFiles', 'moreFiles', 'addFiles']) {
           const stop = new AbortController();
           let worker, list;
           const start = () => {
             worker = new Worker('/music-core/worker.js', { type: 'module' });
             const post = worker.postMessage.bind(worker);
             worker.postMessage = (message) => {
               post(message);
               if (message.method === 'beginFiles') list = message.call;
               if (message.method === at) stop.abort(new RangeError(at));
             };
             return worker;
           };
           const library = await MusicLibrary.open({ name: 'given up', worker: start });
           outcomes.push(await outcome(library.addFolder(files, { name: 'many', signal: stop.signal })));
           // What the page has sent is there before this.
           const answer = new Promise((done) => {
             worker.addEventListener('message', ({ data }) => data.call === 'late' && done('error' in data ? 'gone' : 'kept'));
           });
           worker.postMessage({ call: 'late', method: 'addFiles', args: { list, name: 'late', options: { includeHidden: false, exclude: [] } } });
           outcomes.push(await answer);
           await library.close();
         }
         return outcomes;",
    )?;
    let given_up = ["beginFiles", "moreFiles", "addFiles"].map(|it| format!("RangeError: {it}"));
    let [begun, sent, added] = given_up;
    assert_eq!(
        outcomes,
        json!([begun, "gone", sent, "gone", added, "gone"])
    );
    Ok(())
}
