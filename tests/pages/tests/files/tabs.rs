//! Several tabs with one file system.

use anyhow::Result;
use music_core_page_tests::Browser;
use serde_json::json;

use super::{number, open, page, serve, usage};

const EACH: u64 = 170;

#[test]
fn two_tabs_lose_none_of_a_thousand_interleaved_changes() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let tabs = [browser.tab()?, browser.new_tab()?];
    for (tab, name) in tabs.iter().zip(["one", "two"]) {
        open(tab, &server, "shared")?;
        // Not awaited: both work at the same time.
        tab.run_with(
            "window.work = files.work_beside_others(args[0], args[1])",
            &[json!(name), json!(EACH)],
        )?;
    }
    for tab in &tabs {
        tab.run("await window.work")?;
    }
    let [entries, _, garbage] = usage(&tabs[0])?;
    // The log, the two folders, and all files in one of them.
    assert_eq!([entries, garbage], [1 + 2 + 2 * EACH, 0]);
    let log = tabs[0].run("return new TextDecoder().decode(await files.read('/log'))")?;
    let lines: Vec<&str> = log.as_str().unwrap_or_default().lines().collect();
    for name in ["one", "two"] {
        let of_it = lines.iter().filter(|it| it.starts_with(name));
        let expected = (0..EACH).map(|at| format!("{name}-{at}"));
        assert!(of_it.copied().eq(expected), "{name}: {lines:?}");
    }
    assert_eq!(lines.len() as u64, 2 * EACH);
    Ok(())
}

#[test]
fn a_folder_that_another_tab_moved_away_is_not_taken_for_the_one_in_its_place() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let (one, other) = (browser.tab()?, browser.new_tab()?);
    open(&one, &server, "shared")?;
    open(&other, &server, "shared")?;
    // The first tab knows the way.
    one.run(
        "await files.fill_folder('/a/b', 0);
         await files.write('/a/b/song', 100, 1);
         await files.read('/a/b/song')",
    )?;
    other.run(
        "await files.rename('/a', '/moved');
         await files.fill_folder('/a/b', 0);
         await files.write('/a/b/song', 200, 2)",
    )?;
    assert_eq!(one.run("return await files.is('/a/b/song', 200, 2)")?, true);
    // And what it writes goes to where the other one looks.
    one.run("await files.write('/a/b/more', 300, 3); await files.write('/moved/b/song', 10, 4)")?;
    assert_eq!(
        other.run("return await files.is('/a/b/more', 300, 3)")?,
        true
    );
    assert_eq!(
        other.run("return await files.is('/moved/b/song', 10, 4)")?,
        true
    );
    // Both could be wrong in the same way, so one looks that knows nothing of before.
    let fresh = browser.new_tab()?;
    open(&fresh, &server, "shared")?;
    for (path, size, seed) in [
        ("/a/b/song", 200, 2),
        ("/a/b/more", 300, 3),
        ("/moved/b/song", 10, 4),
    ] {
        let is_there = fresh.run(&format!(
            "return await files.is('{path}', {size}, {seed}).catch((it) => it.message)"
        ))?;
        assert_eq!(is_there, true, "{path}");
    }
    Ok(())
}

/// A frozen tab keeps its unfinished write, and keeps nobody from writing.
#[test]
fn a_frozen_tab_holds_nobody_up_and_loses_nothing_and_a_dead_one_is_cleaned_up_after() -> Result<()>
{
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let (sleeper, other) = (browser.tab()?, browser.new_tab()?);
    open(&sleeper, &server, "shared")?;
    open(&other, &server, "shared")?;
    // Stopped between two of the transactions of one write.
    sleeper.run(
        "window.put = IDBObjectStore.prototype.put;
         window.stopped = new Promise((stopped) => {
           let chunks = 0;
           IDBObjectStore.prototype.put = function (...args) {
             if (this.name === 'chunks') chunks += 1;
             if (chunks === 60) stopped();
             return window.put.apply(this, args);
           };
         });
         window.work = files.write('/large', 40 * 1024 * 1024, 3);
         await window.stopped;",
    )?;
    sleeper.devtools("Page.setWebLifecycleState", &json!({"state": "frozen"}))?;
    other.run("await files.write('/small', 10, 1); await files.rename('/small', '/renamed')")?;
    let [_, chunks, garbage] = usage(&other)?;
    // Either it stands still in the middle, or it had come to its end before it was frozen.
    let has_ended =
        other.run("return await files.is('/large', 40 * 1024 * 1024, 3).catch(() => false)")?;
    if has_ended == false {
        assert_eq!(
            garbage, 1,
            "what the frozen tab wrote is not collected ({chunks} chunks)"
        );
    }
    sleeper.devtools("Page.setWebLifecycleState", &json!({"state": "active"}))?;
    sleeper.run("await window.work")?;
    let whole = other.run("return await files.is('/large', 40 * 1024 * 1024, 3)")?;
    assert_eq!(whole, true);

    // And one that goes away in the middle leaves its remains to the others.
    sleeper.run(
        "window.work = files.write('/large', 100 * 1024 * 1024, 4);
         await new Promise((done) => {
           let chunks = 0;
           IDBObjectStore.prototype.put = function (...args) {
             if (this.name === 'chunks') chunks += 1;
             if (chunks === 100) done();
             return window.put.apply(this, args);
           };
         });",
    )?;
    sleeper.close()?;
    let mut stored = usage(&other)?;
    for _ in 0..100 {
        if stored[2] == 0 {
            break;
        }
        stored = usage(&other)?;
    }
    assert_eq!(stored, [2, 161, 0]);
    assert_eq!(
        number(&other.run("return (await files.read('/renamed')).length")?),
        10
    );
    Ok(())
}
