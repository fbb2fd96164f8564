//! A database in a page, through what happens to pages.

#![allow(missing_docs, reason = "a test")]

use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use music_core_page_tests::{Browser, Page, Server, Tab};
use serde_json::json;

fn server() -> Result<Server> {
    let folder = Page::example("bridge-wasm", "database").build()?;
    Server::of(&folder).start()
}

/// Loads the page's program into a tab.
fn load(tab: &Tab, server: &Server) -> Result<()> {
    tab.open(&server.url("/"))?;
    tab.run("const it = await import('/database.js'); await it.default(); window.it = it")?;
    Ok(())
}

fn opened(browser: &Browser, server: &Server) -> Result<Tab> {
    let tab = browser.tab()?;
    load(&tab, server)?;
    tab.run("await it.open(5000)")?;
    Ok(tab)
}

#[test]
fn what_was_committed_survives_a_kill_that_follows_at_once() -> Result<()> {
    let server = server()?;
    let mut browser = Browser::start()?;
    for round in 0..5 {
        let tab = opened(&browser, &server)?;
        assert_eq!(tab.run("return it.count()")?, round * 2);
        tab.run_with("await it.commit(args[0], 20000)", &[json!(round)])?;
        browser = browser.kill()?.reopen()?;
    }
    let tab = opened(&browser, &server)?;
    assert_eq!(tab.run("return it.count()")?, 10);
    assert_eq!(tab.run("return it.check()")?, "ok");
    Ok(())
}

#[test]
fn a_kill_at_any_time_leaves_the_commits_up_to_one() -> Result<()> {
    let server = server()?;
    let mut browser = Browser::start()?;
    let mut before = 0;
    for round in 0..8_u64 {
        let tab = opened(&browser, &server)?;
        tab.run("window.work = it.commit_on_and_on(30000)")?;
        // The kill comes some time after the first commits, each round at another.
        while tab.run("return it.count()")?.as_u64() <= Some(before) {}
        sleep(Duration::from_millis(round * 37));
        let seen = tab.run("return it.count()")?.as_u64().unwrap_or_default();
        browser = browser.kill()?.reopen()?;
        let tab = opened(&browser, &server)?;
        assert_eq!(tab.run("return it.check()")?, "ok", "round {round}");
        let kept = tab.run("return it.count()")?.as_u64().unwrap_or_default();
        assert!(kept >= seen, "round {round}: {kept} rows of {seen}");
        before = kept;
    }
    Ok(())
}

#[test]
fn a_second_tab_is_told_who_has_it_and_gets_it_when_that_one_is_gone() -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let first = opened(&browser, &server)?;
    first.run("await it.commit(0, 10)")?;
    let second = browser.new_tab()?;
    load(&second, &server)?;
    let refused = second
        .run("await it.open(50)")
        .expect_err("the first has it");
    let text = refused.to_string();
    assert!(
        text.contains("Conflict") && text.contains("client"),
        "{text}"
    );
    second.run("window.opening = it.open(60000)")?;
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

#[test]
fn a_full_disk_is_an_error_that_loses_nothing() -> Result<()> {
    let server = server()?;
    let browser = Browser::start()?;
    let tab = opened(&browser, &server)?;
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
    load(&tab, &server)?;
    tab.run("await it.open(5000)")?;
    assert_eq!(tab.run("return it.check()")?, "ok");
    assert_eq!(
        tab.run("return it.count()")?.as_u64(),
        kept.as_u64().map(|it| it + 2)
    );
    Ok(())
}
