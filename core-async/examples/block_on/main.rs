//! A page on which `block_on` waits for a timer, a fetch and a database while an animation goes on.
//!
//! `cargo xtask page core-async block_on --features jspi --serve` builds and serves it. Without the
//! feature, or in a browser that can't suspend a stack, it shows the error that callers get instead.

#![cfg(target_arch = "wasm32")]

mod database;

use core_async::runtime::{WouldBlock, try_block_on};
use core_async::task::spawn_blocking;
use core_async::time::{Duration, Instant, sleep};
use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// Waits for each of them in synchronous code. `report` is told what came, as `report(what, text)`.
#[wasm_bindgen]
pub async fn wait_for_everything(report: Function) {
    let waited = spawn_blocking(move || {
        let tell = |what: &str, text: String| {
            // What the page does with it is the page's business.
            let _ = report.call2(&JsValue::UNDEFINED, &what.into(), &text.into());
        };
        let steps: [(&str, fn() -> Result<String, WouldBlock>); 3] = [
            ("timer", timer),
            ("fetch", fetch),
            ("database", database_request),
        ];
        for (what, step) in steps {
            tell(
                what,
                step().unwrap_or_else(|error| format!("error: {error}")),
            );
        }
    });
    waited.await.expect("nobody aborts it");
}

fn timer() -> Result<String, WouldBlock> {
    let started = Instant::now();
    try_block_on(sleep(Duration::from_millis(500)))?;
    Ok(format!("rang after {} ms", started.elapsed().as_millis()))
}

/// Asks for `slow.txt`, which the page's server may take its time for.
fn fetch() -> Result<String, WouldBlock> {
    let window = web_sys::window().expect("a page has a window");
    try_block_on(async {
        let response = JsFuture::from(window.fetch_with_str("slow.txt")).await?;
        let response: web_sys::Response = response.unchecked_into();
        let text = JsFuture::from(response.text()?).await?;
        Ok(text.as_string().unwrap_or_default().trim_end().to_owned())
    })
    .map(said)
}

/// Writes and reads in one transaction, which lives only as long as each wait ends within its callback.
fn database_request() -> Result<String, WouldBlock> {
    let database = match try_block_on(database::open("core-async-example", "songs"))? {
        Ok(database) => database,
        Err(error) => return Ok(said(Err(error))),
    };
    let transaction = match database.write("songs") {
        Ok(transaction) => transaction,
        Err(error) => return Ok(said(Err(error))),
    };
    let put = try_block_on(transaction.put("title", "Night and Day"))?;
    let got = try_block_on(transaction.get("title"))?;
    Ok(said(put.and(got)))
}

fn said(outcome: Result<String, JsValue>) -> String {
    outcome.unwrap_or_else(|error| format!("failed: {error:?}"))
}
