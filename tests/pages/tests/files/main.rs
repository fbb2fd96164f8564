//! Files in IndexedDB: killed, full, damaged, in two tabs, frozen, stopped, large, many.

#![allow(missing_docs, reason = "a test")]

mod asked;
mod full;
mod killed;
mod large;
mod lost;
mod processes;
mod tabs;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result};
use music_core_page_tests::{Page, Server, Tab, http, respond};
use serde_json::Value;

/// Serves the page. Its script may report a number, the last of which is kept.
fn serve(page: &Page) -> Result<(Server, Arc<AtomicI64>)> {
    let reported = Arc::new(AtomicI64::new(-1));
    let last = reported.clone();
    let server = Server::of(&page.build()?)
        .route("/report", move |request| {
            let number = request.url().split('=').nth(1).unwrap_or_default();
            last.store(number.parse().unwrap_or(-1), Ordering::SeqCst);
            // Who reports may be dead by now.
            respond(request, http::Response::from_string("noted"));
        })
        .start()?;
    Ok((server, reported))
}

fn page() -> Page {
    Page::example("bridge-wasm", "files")
}

/// Opens the page and the file system `name` in it, as `files`.
fn open(tab: &Tab, server: &Server, name: &str) -> Result<()> {
    tab.open(&server.url("/"))?;
    tab.run_with(
        "const page = await import('/files.js');
         await page.default();
         window.page = page;
         window.files = await page.open(args[0]);",
        &[name.into()],
    )?;
    Ok(())
}

/// Collects garbage and gives the numbers of entries, chunks and lines of garbage.
fn usage(tab: &Tab) -> Result<[u64; 3]> {
    let counts = tab.run("return [...await files.usage()]")?;
    let count = |at: usize| counts[at].as_u64().context("a count");
    Ok([count(0)?, count(1)?, count(2)?])
}

fn number(value: &Value) -> u64 {
    value.as_u64().expect("a number")
}
