//! Two tabs, of which one has the database: closed, frozen, stopped, killed.

use anyhow::{Result, ensure};
use music_core_page_tests::{Browser, Renderer, Server, Tab};
use serde_json::json;

use super::{Storage, load, open, opened, server};

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

/// Two tabs that run in processes of their own.
fn two_tabs(browser: &Browser, server: &Server, storage: Storage) -> Result<(Tab, Tab, Renderer)> {
    let owner = opened(browser, server, storage)?;
    let other = browser.new_tab()?;
    load(&other, server, storage)?;
    let process = browser.renderer(&owner)?;
    ensure!(
        !process.is_same(&browser.renderer(&other)?),
        "one process runs both"
    );
    Ok((owner, other, process))
}

fn is_refused(tab: &Tab, storage: Storage) {
    let refused = open(tab, 300, storage).expect_err("the other one has it");
    let text = refused.to_string();
    assert!(
        text.contains("Conflict") && text.contains("client"),
        "{text}"
    );
}

#[test]
fn a_tab_whose_process_is_killed_makes_way_and_loses_nothing_that_was_committed() -> Result<()> {
    makes_way_when_killed(Storage::IndexedDb)
}

#[test]
fn a_tab_whose_process_is_killed_makes_way_and_loses_nothing_that_was_committed_in_files()
-> Result<()> {
    makes_way_when_killed(Storage::Files)
}

fn makes_way_when_killed(storage: Storage) -> Result<()> {
    let (server, browser) = (server()?, Browser::start()?);
    let (owner, other, process) = two_tabs(&browser, &server, storage)?;
    is_refused(&other, storage);
    other.run_with(
        "window.opening = it.open(60000, args[0])",
        &[json!(matches!(storage, Storage::Files))],
    )?;
    owner.run("window.work = it.commit_on_and_on(1000)")?;
    let mut seen = 0;
    while seen < 10 {
        seen = owner.run("return it.count()")?.as_u64().unwrap_or_default();
    }
    process.kill()?;
    other.run("await window.opening")?;
    assert_eq!(other.run("return it.check()")?, "ok");
    let kept = other.run("return it.count()")?;
    assert!(kept.as_u64() >= Some(seen), "{kept} of {seen}");
    other.run("await it.commit(await it.count() / 2, 10)")?;
    Ok(())
}

#[test]
fn a_tab_whose_process_stands_still_is_named_and_goes_on_where_it_was() -> Result<()> {
    is_named_while_it_stands_still(Storage::IndexedDb)
}

#[test]
fn a_tab_whose_process_stands_still_is_named_and_goes_on_where_it_was_in_files() -> Result<()> {
    is_named_while_it_stands_still(Storage::Files)
}

fn is_named_while_it_stands_still(storage: Storage) -> Result<()> {
    let (server, browser) = (server()?, Browser::start()?);
    let (owner, other, process) = two_tabs(&browser, &server, storage)?;
    owner.run("window.work = it.commit_on_and_on(1000)")?;
    let count = || -> Result<Option<u64>> { Ok(owner.run("return it.count()")?.as_u64()) };
    while count()? < Some(10) {}
    process.stop()?;
    is_refused(&other, storage);
    process.go_on()?;
    let before = count()?;
    while count()? <= before {}
    is_refused(&other, storage);

    // One that is killed where it stands makes way.
    process.stop()?;
    other.run_with(
        "window.opening = it.open(60000, args[0])",
        &[json!(matches!(storage, Storage::Files))],
    )?;
    process.kill()?;
    other.run("await window.opening")?;
    assert_eq!(other.run("return it.check()")?, "ok");
    let kept = other.run("return it.count()")?.as_u64();
    assert!(kept >= before, "{kept:?} of {before:?}");
    Ok(())
}
