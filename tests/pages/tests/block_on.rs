//! The example page of core-async: synchronous code waits, and the page lives on.

#![allow(missing_docs, reason = "a test")]

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use music_core_page_tests::{Browser, Page, Server, Tab, http, respond};
use serde_json::{Value, json};

/// What came of each wait, and how many frames were drawn meanwhile.
type Rows = HashMap<String, (String, u32)>;

fn server(page: &Page) -> Result<Server> {
    Server::of(&page.build()?)
        .route("/slow.txt", |request| {
            thread::sleep(Duration::from_millis(500));
            let answer = http::Response::from_string("hello from the server");
            respond(request, answer);
        })
        .start()
}

/// Opens the example, waits for its end and reads its table.
fn rows(tab: &Tab, server: &Server) -> Result<Rows> {
    tab.open(&server.url("/"))?;
    let state = tab.run(
        "const state = document.getElementById('state');
         while (['loading', 'waiting'].includes(state.textContent)) {
           await new Promise(requestAnimationFrame);
         }
         return state.textContent",
    )?;
    assert_eq!(state, "done");
    let table = tab.run(
        "return [...document.getElementById('rows').rows].map(row =>
           [...row.cells].map(cell => cell.textContent))",
    )?;
    let rows = table.as_array().context("a table has rows")?;
    Ok(rows.iter().map(row).collect())
}

fn row(cells: &Value) -> (String, (String, u32)) {
    let cell = |at: usize| cells[at].as_str().unwrap_or_default().to_owned();
    (cell(0), (cell(1), cell(2).parse().unwrap_or_default()))
}

fn assert_would_block(rows: &Rows) {
    assert_eq!(rows.len(), 3);
    for (what, (text, _)) in rows {
        let is_typed = text.starts_with("error: block_on would");
        assert!(is_typed, "{what}: {text}");
    }
}

fn example() -> Page {
    Page::example("core-async", "block_on")
}

#[test]
fn block_on_waits_for_timer_fetch_and_database_while_frames_are_drawn() -> Result<()> {
    let server = server(&example().feature("jspi"))?;
    let browser = Browser::start()?;
    let rows = rows(&browser.tab()?, &server)?;
    let (timer, frames) = &rows["timer"];
    // However busy the machine is, a timer may be late; early it never is.
    let waited = timer
        .strip_prefix("rang after ")
        .and_then(|it| it.strip_suffix(" ms")?.parse().ok());
    assert!(waited.is_some_and(|ms: u32| ms >= 500), "{timer}");
    // Half a second has 30 frames; a machine may be busy, but a page that stands still draws none.
    assert!(*frames >= 5, "{frames} frames during the timer");
    let (fetched, frames) = &rows["fetch"];
    assert_eq!(fetched, "hello from the server");
    assert!(*frames >= 5, "{frames} frames during the fetch");
    assert_eq!(rows["database"].0, "Night and Day");
    Ok(())
}

#[test]
fn without_the_feature_the_page_shows_the_typed_error() -> Result<()> {
    let server = server(&example())?;
    let browser = Browser::start()?;
    assert_would_block(&rows(&browser.tab()?, &server)?);
    Ok(())
}

/// Chromium has no switch for it any more, so it is taken away before the page begins.
#[test]
fn where_the_browser_has_no_jspi_the_page_loads_and_shows_the_typed_error() -> Result<()> {
    let server = server(&example().feature("jspi"))?;
    let browser = Browser::start()?;
    let tab = browser.tab()?;
    let without = "delete WebAssembly.Suspending; delete WebAssembly.promising; delete WebAssembly.SuspendError";
    tab.devtools(
        "Page.addScriptToEvaluateOnNewDocument",
        &json!({"source": without}),
    )?;
    let rows = rows(&tab, &server)?;
    assert_eq!(tab.run("return typeof WebAssembly.promising")?, "undefined");
    assert_would_block(&rows);
    Ok(())
}
