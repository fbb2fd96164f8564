//! What the file system asks of IndexedDB, and when it says that something is stored.

use anyhow::Result;
use music_core_page_tests::{Browser, Tab};
use serde_json::json;

use super::{open, page, serve};

/// Notes each transaction that writes: its durability, and whether it is complete.
const NOTING: &str = "
    window.noted = [];
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...args) {
      const transaction = original.apply(this, args);
      if (transaction.mode === 'readwrite') {
        const note = { durability: transaction.durability, complete: false };
        transaction.addEventListener('complete', () => { note.complete = true; });
        window.noted.push(note);
      }
      return transaction;
    };";

/// Runs a change and gives the durabilities of its transactions, all of which must be complete by then.
fn durabilities(tab: &Tab, change: &str) -> Result<Vec<String>> {
    let noted = tab.run(&format!(
        "window.noted = []; await {change}; return structuredClone(window.noted)"
    ))?;
    let noted = noted.as_array().cloned().unwrap_or_default();
    assert!(!noted.is_empty(), "{change} has stored nothing");
    assert!(
        noted.iter().all(|it| it["complete"] == true),
        "{change} came back before it was stored: {noted:?}"
    );
    let durability = noted.iter().map(|it| it["durability"].as_str());
    Ok(durability.flatten().map(str::to_owned).collect())
}

#[test]
fn a_change_comes_back_when_it_is_stored_and_as_durable_as_it_promises() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    open(&tab, &server, "asked")?;
    // The first change also takes numbers for files.
    tab.run("await files.write('/first', 10, 1)")?;
    tab.run(NOTING)?;
    let check = |change: &str, expected: &[&str]| -> Result<()> {
        assert_eq!(durabilities(&tab, change)?, expected, "{change}");
        Ok(())
    };
    check("files.write('/small', 10, 1)", &["relaxed"])?;
    // 8 MiB a transaction.
    check(
        "files.write('/large', 20 * 1024 * 1024, 1)",
        &["relaxed", "relaxed", "relaxed"],
    )?;
    check("files.rename('/small', '/renamed')", &["strict"])?;
    check("files.sync('/renamed')", &["strict"])?;
    check("files.remove('/renamed')", &["relaxed"])?;
    Ok(())
}

#[test]
fn a_page_that_looks_while_a_file_is_replaced_sees_the_old_or_the_new_one() -> Result<()> {
    let (server, _) = serve(&page())?;
    let browser = Browser::start()?;
    let (writer, reader) = (browser.tab()?, browser.new_tab()?);
    open(&writer, &server, "shared")?;
    open(&reader, &server, "shared")?;
    writer.run("await files.write('/song', 9_000_000, 0)")?;
    writer.run(
        "window.over = false;
         window.work = (async () => {
           for (let seed = 1; seed <= 12; seed += 1) await files.write('/song', 9_000_000, seed);
           window.over = true;
         })();",
    )?;
    let mut seen = 0;
    while writer.run("return window.over")? == false || seen == 0 {
        let size = reader
            .run("return await files.read('/song').then((it) => it.length, (it) => it.message)")?;
        assert_eq!(size, json!(9_000_000));
        seen += 1;
    }
    writer.run("await window.work")?;
    let last = reader.run("return await files.is('/song', 9_000_000, 12)")?;
    assert_eq!(last, true);
    Ok(())
}
