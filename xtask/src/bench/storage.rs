//! `bench storage`: files and SQLite in a page, ours and those of other libraries.
//!
//! All run in one worker of one page and take turns. What is measured lies in `bridge-wasm/benches`. The
//! peers come from npm and are kept under the target folder.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use super::figures;
use super::row::print_results;
use crate::command::Cmd;
use crate::page;
use crate::wasm::BrowserTests;
use crate::workspace;

const PACKAGE: &str = "bridge-wasm-benches";
const PAGE: &str = "storage";
const UNIT: &str = "ms";

/// What the peers load beside their module.
const PEER_FILES: &[&str] = &[
    "@sqlite.org/sqlite-wasm/dist/sqlite3.wasm",
    "wa-sqlite/dist/wa-sqlite-async.wasm",
];

#[derive(Args)]
pub(crate) struct Options {
    /// Measures only figures whose name has this in it
    #[arg(long)]
    only: Option<String>,
    /// Measures only peers whose name has one of these words in it, separated by commas
    #[arg(long)]
    against: Option<String>,
    /// How many samples each contestant gives
    #[arg(long, default_value_t = 5)]
    samples: u32,
    /// Writes one JSON line per figure and peer
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let tools = BrowserTests::prepare()?;
    let folder = page::build(&page::Options::example(PACKAGE, PAGE, "web"))?;
    bundle_peers(&folder)?;
    let wishes =
        json!({"only": options.only, "against": options.against, "samples": options.samples});
    eprintln!("measuring in the browser, which takes some minutes");
    let output = Cmd::cargo()
        .args(["run", "--quiet", "-p", "music-core-page-tests"])
        .args(["--example", "bench_storage", "--"])
        .arg(&folder)
        .arg(wishes.to_string())
        .envs(tools.page_vars()?)
        .current_dir(&workspace::root())
        .capture_output()?;
    print_results(&figures::read(&output, UNIT, &[])?, options.json);
    Ok(())
}

/// Installs the peers and puts them into the page as one module.
fn bundle_peers(page: &Path) -> Result<()> {
    workspace::find_program(&["npm"]).context("the peers come from npm")?;
    let sources = workspace::root().join("bridge-wasm/benches/storage/peers");
    let folder = workspace::target_dir().join("bench/storage-peers");
    fs::create_dir_all(&folder)?;
    for file in ["package.json", "entry.js"] {
        let from = sources.join(file);
        fs::copy(&from, folder.join(file))
            .with_context(|| format!("can't copy {}", from.display()))?;
    }
    Cmd::new("npm")
        .args(["install", "--ignore-scripts", "--no-package-lock"])
        .args(["--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder)
        .capture()?;
    Cmd::new("node_modules/.bin/esbuild")
        .args(["entry.js", "--bundle", "--format=esm", "--minify"])
        .arg("--log-level=error")
        .arg(format!("--outfile={}", page.join("peers.js").display()))
        .current_dir(&folder)
        .capture()?;
    for file in PEER_FILES {
        let from = folder.join("node_modules").join(file);
        let name = from.file_name().context("it has a name")?;
        fs::copy(&from, page.join(name))
            .with_context(|| format!("can't copy {}", from.display()))?;
    }
    Ok(())
}
