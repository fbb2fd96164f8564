//! Large files and large folders.

use anyhow::Result;
use music_core_page_tests::{Browser, Tab};
use serde_json::json;

use super::{number, open, page, serve, usage};

const MIB: u64 = 1024 * 1024;

/// A gigabyte, through the page as it would be published: without optimisations it takes four times as long.
/// `FILES_STREAM_MIB` asks for another size.
#[test]
fn a_file_larger_than_its_memory_streams_in_and_out_unchanged() -> Result<()> {
    let asked = std::env::var("FILES_STREAM_MIB").map(|it| it.parse().expect("a number"));
    let page = page().optimised();
    let size = asked.unwrap_or(1024) * MIB;
    let (server, _) = serve(&page)?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    open(&tab, &server, "large")?;
    let before = memory(&tab)?;
    let sum = run_long(&tab, &format!("files.stream_in('/large', {size})"))?;
    let seen = run_long(&tab, "files.stream_out('/large')")?;
    assert_eq!(seen, sum);
    let grown = memory(&tab)? - before;
    eprintln!(
        "{} MiB in and out; the module's memory grew by {grown} bytes",
        size / MIB
    );
    assert!(
        grown < 16 * MIB,
        "the module's memory grew by {grown} bytes"
    );
    let chunks = size.div_ceil(256 * 1024);
    assert_eq!(usage(&tab)?, [1, chunks, 0]);
    tab.run("await files.remove('/large')")?;
    assert_eq!(usage(&tab)?, [0, 0, 0]);
    Ok(())
}

fn memory(tab: &Tab) -> Result<u64> {
    Ok(number(&tab.run("return page.memory_bytes()")?))
}

/// Awaits a promise for longer than one script may run.
fn run_long(tab: &Tab, call: &str) -> Result<String> {
    tab.run(&format!(
        "window.came = null;
         {call}.then((it) => {{ window.came = `ok ${{it}}` }}, (it) => {{ window.came = `failed ${{it}}` }})"
    ))?;
    loop {
        let came = tab.run("await new Promise((it) => setTimeout(it, 100)); return window.came")?;
        if let Some(text) = came.as_str() {
            return Ok(text.to_owned());
        }
    }
}

#[test]
fn a_folder_of_ten_thousand_is_listed_by_pages_renamed_and_removed() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    open(&tab, &server, "many")?;
    let filled = run_long(&tab, "files.fill_folder('/music', 10_000)")?;
    assert_eq!(filled, "ok undefined");
    for (limit, pages) in [(500, 20), (10_000, 1), (3_000, 4)] {
        let listed = tab.run_with(
            "return [...await files.list('/music', args[0])]",
            &[json!(limit)],
        )?;
        assert_eq!(listed, json!([10_000, pages]), "by {limit}");
    }
    // What a rename asks of the database does not depend on how much is in the folder.
    let requests = tab.run(
        "const counted = {};
         for (const name of ['get', 'put', 'delete', 'getAll', 'getAllKeys', 'openCursor']) {
           const original = IDBObjectStore.prototype[name];
           counted[name] = 0;
           IDBObjectStore.prototype[name] = function (...args) {
             counted[name] += 1;
             return original.apply(this, args);
           };
         }
         await files.rename('/music', '/moved');
         return counted",
    )?;
    let expected =
        json!({"get": 2, "put": 1, "delete": 1, "getAll": 0, "getAllKeys": 0, "openCursor": 0});
    assert_eq!(requests, expected);
    assert_eq!(
        tab.run("return [...await files.list('/moved', 10_000)]")?,
        json!([10_000, 1])
    );
    tab.run("await files.remove_folder('/moved')")?;
    assert_eq!(usage(&tab)?, [0, 0, 0]);
    Ok(())
}
