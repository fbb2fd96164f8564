//! The page: built, run in the headless browser, and its lines read.

use anyhow::Result;

use super::{PACKAGE, sizes};
use crate::bench::figures::{self, Missing};
use crate::bench::row::Row;
use crate::wasm::BrowserTests;

const UNIT: &str = "ns";

/// Figures that a peer can't have.
const MISSING: &[Missing] = &[
    (
        "mutex_lock",
        "tokio_with_wasm",
        "its sync is tokio::sync itself",
    ),
    ("timer_insert", "tokio", "its timers panic in a browser"),
];

/// Measures everything that needs a wasm compiler.
pub(super) fn measure(only: Option<&str>) -> Result<Vec<Row>> {
    let tools = BrowserTests::prepare()?;
    let mut rows = match only {
        Some(_) => Vec::new(),
        None => sizes::measure()?,
    };
    eprintln!("measuring in the browser, which takes some minutes");
    let mut cmd = tools.cargo_test();
    if let Some(only) = only {
        cmd = cmd.env("CORE_ASYNC_BENCH_ONLY", only);
    }
    let output = cmd
        .args(["-p", PACKAGE, "--profile", "web", "--bench", "browser"])
        .args(["--", "--nocapture"])
        // In seconds.
        .env("WASM_BINDGEN_TEST_TIMEOUT", "1800")
        .capture()?;
    rows.extend(figures::read(&output, UNIT, MISSING)?);
    Ok(rows)
}
